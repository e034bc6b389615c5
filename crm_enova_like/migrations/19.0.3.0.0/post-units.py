"""Lines in another unit than their product's are counted anew: what their product's unit cannot tell from nothing is
not to be issued any more."""
from odoo import SUPERUSER_ID, api

OTHER_UNIT = """
SELECT line.id
  FROM crm_service_order_line line
  JOIN product_product product ON product.id = line.product_id
  JOIN product_template template ON template.id = product.product_tmpl_id
 WHERE line.kind = 'part' AND line.uom_id <> template.uom_id
"""


def migrate(cr, version):
    if not version:
        return
    cr.execute(OTHER_UNIT)
    env = api.Environment(cr, SUPERUSER_ID, {})
    lines = env["crm.service.order.line"].browse(line_id for [line_id] in cr.fetchall())
    names = ("quantity_issued", "quantity_returned", "quantity_to_issue", "needs_issue")
    for name in names:
        env.add_to_compute(lines._fields[name], lines)
    # what follows from them: whether an order has parts to issue
    lines.modified(names)
    env.flush_all()
