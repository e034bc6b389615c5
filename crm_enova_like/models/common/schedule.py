"""Dates of recurring inspections, apart from the ORM.

The n-th date is ``anchor + n × interval``, always computed from the anchor
(n from 1: the anchor itself is no inspection), so that 31 January gives
28 February and then 31 March again, and never drifts to the 28th. Where the
first interval is another one, it stands in place of the first of the n.
"""
from calendar import monthrange
from functools import lru_cache

from dateutil.relativedelta import relativedelta

# days that one unit takes at most, to find n without counting up
_LONGEST = {"day": 1, "week": 7, "month": 31, "year": 366}


@lru_cache(maxsize=10_000)    # the plans of one firm begin on a few thousand days
def nth_date(anchor, n, number, unit, month_end=False, first=None):
    """The n-th date of a schedule.

    :param anchor: the date from which is counted
    :param n: 1 for the first inspection
    :param number: interval, 1 or more
    :param unit: "day", "week", "month" or "year"
    :param month_end: move the date to the last day of its month
    :param first: (number, unit) of the first interval, where it is another one
    :raises OverflowError: there is no such date any more
    """
    if first:
        step = relativedelta(**{f"{first[1]}s": first[0]}) + relativedelta(**{f"{unit}s": (n - 1) * number})
    else:
        step = relativedelta(**{f"{unit}s": n * number})
    date = anchor + step
    if month_end:
        date = date.replace(day=monthrange(date.year, date.month)[1])
    return date


@lru_cache(maxsize=10_000)
def next_date(anchor, after, number, unit, month_end=False, first=None):
    """The first date of a schedule that is later than ``after``.

    :return: (n, date), n at least 1
    """
    # at the longest interval at least this many have passed: start there
    n = max(1, (after - anchor).days // (number * _LONGEST[unit]) - 1)
    date = nth_date(anchor, n, number, unit, month_end, first)
    while date <= after:
        n += 1
        date = nth_date(anchor, n, number, unit, month_end, first)
    while n > 1:
        earlier = nth_date(anchor, n - 1, number, unit, month_end, first)
        if earlier <= after:
            break
        n, date = n - 1, earlier
    return n, date


def dates_until(anchor, begin, until, number, unit, month_end=False, first=None):
    """All dates of a schedule from the date ``begin`` to ``until``, both
    included, in order."""
    n, date = next_date(anchor, begin - relativedelta(days=1), number, unit, month_end, first)
    dates = []
    while date <= until:
        dates.append(date)
        n += 1
        date = nth_date(anchor, n, number, unit, month_end, first)
    return dates
