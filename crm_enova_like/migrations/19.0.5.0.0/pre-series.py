"""Where a task of a series was to be becomes stored columns: filled here from its day in the series and its plan as
it is by now. One that was dropped on a whole day has lost its hour.

And durations that are no number of hours, which nothing refused until now.
"""
import pytz
from psycopg2.sql import SQL, Identifier

from odoo.tools.sql import column_exists

LONGEST = 10_000


def migrate(cr, version):
    for table in ("crm_event", "crm_task_type"):
        cr.execute(SQL("UPDATE {} SET duration = 0 WHERE NOT (duration >= 0 AND duration <= %s)").format(
            Identifier(table)), [LONGEST])
    cr.execute("UPDATE crm_task_type SET follow_up_days = GREATEST(0, LEAST(follow_up_days, 3660))"
               " WHERE follow_up_days NOT BETWEEN 0 AND 3660")
    if column_exists(cr, "crm_task", "series_start"):
        return
    cr.execute("ALTER TABLE crm_task ADD COLUMN series_start timestamp, ADD COLUMN series_stop timestamp,"
               " ADD COLUMN series_deadline date")
    for zone, companies in get_zones(cr).items():
        # at the hour of its plan, on its day in the series; the deadline is as far from it as from the plan
        cr.execute(
            """UPDATE crm_task t
                  SET series_start = p.start AT TIME ZONE 'UTC',
                      series_stop = (p.start AT TIME ZONE 'UTC') + (t.planned_stop - t.planned_start),
                      series_deadline = CASE WHEN t.planned_start IS NULL THEN t.series_day
                                             ELSE t.date_deadline + (t.series_day - p.day) END
                 FROM (SELECT id, (planned_start AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day,
                              (series_day + (planned_start AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::time)
                              AT TIME ZONE %(zone)s AS start
                         FROM crm_task WHERE repeats IS TRUE AND series_day IS NOT NULL) p
                WHERE p.id = t.id AND t.company_id IN %(companies)s""",
            {"zone": zone, "companies": tuple(companies)})


def get_zones(cr):
    """{name of a time zone: ids of the companies that are there}, as the model of companies finds it."""
    cr.execute(
        """SELECT c.id, p.tz, upper(country.code), k.tz FROM res_company c JOIN res_partner p ON p.id = c.partner_id
             LEFT JOIN res_country country ON country.id = p.country_id
             LEFT JOIN resource_calendar k ON k.id = c.resource_calendar_id""")
    zones = {}
    for company, own, country, calendar in cr.fetchall():
        zone = own or next(iter(pytz.country_timezones.get(country or "", ())), None) or calendar or "UTC"
        zones.setdefault(zone, []).append(company)
    return zones
