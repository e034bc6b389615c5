"""The day of work is the planned day or the deadline, whichever comes first, and no longer the deadline wherever there
is one. Only what has both, and is planned for an earlier day, changes; the ORM would read every record for it."""
import pytz
from psycopg2.sql import SQL, Identifier

from odoo.tools.sql import column_exists


def migrate(cr, version):
    for table in ("crm_task", "crm_service_order"):
        if not column_exists(cr, table, "date_nearest"):
            continue
        for zone, companies in get_zones(cr).items():
            cr.execute(SQL(
                """UPDATE {} SET date_nearest = (planned_start AT TIME ZONE 'UTC' AT TIME ZONE %s)::date
                    WHERE is_open IS TRUE AND company_id IN %s AND planned_start IS NOT NULL
                      AND (planned_start AT TIME ZONE 'UTC' AT TIME ZONE %s)::date < date_deadline
                      AND date_nearest = date_deadline""",
            ).format(Identifier(table)), [zone, tuple(companies), zone])


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
