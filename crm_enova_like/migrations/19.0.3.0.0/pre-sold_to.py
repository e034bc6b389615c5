"""Who bought a device becomes a stored column: filled here, where the ORM would leave it empty.

Known is who has a device that was delivered by a serial number and sold; of those that came back it is not.
"""
from odoo.tools.sql import column_exists

FILL = """
UPDATE crm_service_device d
   SET sold_to_id = coalesce(p.commercial_partner_id, p.id)
  FROM res_partner p
 WHERE p.id = d.partner_id AND d.lot_id IS NOT NULL AND d.date_sold IS NOT NULL AND d.ownership = 'customer'
"""


def migrate(cr, version):
    if not column_exists(cr, "crm_service_device", "sold_to_id"):
        cr.execute("ALTER TABLE crm_service_device ADD COLUMN sold_to_id int4")
        cr.execute(FILL)
