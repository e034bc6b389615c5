"""How many months the warranty of a repair was given becomes a stored column of devices in orders, so that it follows
the hand-over. What was handed back already keeps its day, and so does what is no whole number of months away: it was
agreed."""
import pytz

from odoo.tools.sql import column_exists

TABLE = "crm_service_order_device"


def migrate(cr, version):
    if column_exists(cr, TABLE, "repair_warranty_months"):
        return
    cr.execute(f"ALTER TABLE {TABLE} ADD COLUMN repair_warranty_months int4")
    cr.execute(
        """SELECT c.id, p.tz, upper(country.code), k.tz FROM res_company c JOIN res_partner p ON p.id = c.partner_id
             LEFT JOIN res_country country ON country.id = p.country_id
             LEFT JOIN resource_calendar k ON k.id = c.resource_calendar_id""")
    for company_id, own, country, calendar in cr.fetchall():
        zone = own or next(iter(pytz.country_timezones.get(country or "", ())), None) or calendar or "UTC"
        cr.execute(
            f"""UPDATE {TABLE} r SET repair_warranty_months = given.months
                  FROM (SELECT id, begun, repair_warranty_until AS until, (
                               12 * (date_part('year', repair_warranty_until) - date_part('year', begun))
                               + date_part('month', repair_warranty_until) - date_part('month', begun))::int AS months
                          FROM (SELECT id, repair_warranty_until,
                                       (date_closed AT TIME ZONE 'UTC' AT TIME ZONE %s)::date AS begun
                                  FROM {TABLE}
                                 WHERE company_id = %s AND repair_warranty_until IS NOT NULL
                                   AND date_closed IS NOT NULL AND date_released IS NULL) repaired) given
                 WHERE given.id = r.id AND given.months BETWEEN 1 AND 600
                   AND (given.begun + make_interval(months => given.months))::date = given.until""",
            [zone, company_id])
