"""The hour of a plan, which stays where the clocks change."""
from datetime import datetime, timedelta

import pytz


def on_day(moment, day, zone, reader=None):
    """A moment at the same hour of another day.

    :param moment: naive UTC datetime
    :param day: date
    :param zone: whose hour it is, as pytz time zone: that of the place where something is done
    :param reader: whose day it is, where that is somebody else's
    :return: naive UTC datetime
    """
    hour = pytz.utc.localize(moment).astimezone(zone).time()
    found = [
        zone.localize(datetime.combine(day + timedelta(days=days), hour)).astimezone(pytz.utc)
        for days in ((0, -1, 1) if reader else (0,))]
    # late in the evening here, it is the next day there already
    same = next((moment for moment in found if reader and moment.astimezone(reader).date() == day), found[0])
    return same.replace(tzinfo=None)


def at_hour(day, hour, zone):
    """An hour of a day at a place.

    :param day: date
    :param hour: time
    :param zone: of the place, as pytz time zone
    :return: naive UTC datetime
    """
    return zone.localize(datetime.combine(day, hour)).astimezone(pytz.utc).replace(tzinfo=None)
