"""Days off that the law names, computed for any year, apart from the ORM."""
from datetime import date, timedelta
from functools import lru_cache

from dateutil.easter import easter

# month, day, the first year, what the day is called
_FIXED = (
    (1, 1, 1583, "new_year"), (1, 6, 2011, "epiphany"), (5, 1, 1583, "labour_day"), (5, 3, 1990, "constitution_day"),
    (8, 15, 1989, "assumption"), (11, 1, 1583, "all_saints"), (11, 11, 1989, "independence_day"),
    (12, 24, 2025, "christmas_eve"), (12, 25, 1583, "christmas"), (12, 26, 1583, "christmas_second"))
# days after Easter Sunday; Pentecost, the 49th, is a Sunday
_MOVABLE = ((0, "easter"), (1, "easter_monday"), (49, "pentecost"), (60, "corpus_christi"))


@lru_cache(maxsize=500)
def get_polish_holidays(year):
    """The days off of Poland in a year: {date: name of the day}.

    The act of 18 January 1951 on days off (Dz.U. 2025 poz. 296), with 6 January since 2011 and 24 December since 2025,
    and the one day of 12 November 2018, which an act of its own gave.
    """
    if not 1583 <= year <= 4099:    # Easter of the Gregorian calendar, as far as it is computed
        return {}
    days = {date(year, month, day): name for month, day, first, name in _FIXED if year >= first}
    sunday = easter(year)
    days.update((sunday + timedelta(days=after), name) for after, name in _MOVABLE)
    if year == 2018:
        days[date(2018, 11, 12)] = "independence_centenary"
    return days
