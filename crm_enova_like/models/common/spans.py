"""Spans of time as core groups by them (day, week, month …), apart from the ORM."""
from datetime import timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo.tools.date_utils import start_of

LENGTHS = {
    "day": relativedelta(days=1), "week": relativedelta(weeks=1), "month": relativedelta(months=1),
    "quarter": relativedelta(months=3), "year": relativedelta(years=1)}


def bounds_of(first, last, span, week_start, most):
    """Where the spans from one day or moment to another one begin, each in turn, and where the last one ends.

    :param first: date or datetime, in the zone in which the spans are
    :param last: likewise
    :param span: a key of ``LENGTHS``
    :param week_start: the first day of a week, 1 for Monday to 7
    :param most: how many spans there may be
    :return: list; None where there is no span, or more than those
    """
    before = timedelta(days=(8 - week_start) % 7 if span == "week" else 0)
    bounds = [start_of(first + before, span) - before]
    while bounds[-1] <= last and len(bounds) <= most:
        bounds.append(bounds[-1] + LENGTHS[span])
    return bounds if len(bounds) > 1 and bounds[-1] > last else None


def are_plain(moments, zone):
    """Whether each of them is met once on the clocks of a zone: what is later on the clocks is later in time then,
    which it is not about an hour that is turned back.

    :param moments: naive datetimes
    :param zone: name of a time zone
    """
    try:
        for moment in moments:
            pytz.timezone(zone).localize(moment, is_dst=None)
    except pytz.exceptions.InvalidTimeError:
        return False
    return True
