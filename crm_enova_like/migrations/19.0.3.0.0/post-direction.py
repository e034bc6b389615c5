"""Lines whose moves went another way than their documents and returns made believe are counted anew."""
from odoo import SUPERUSER_ID, api

MISJUDGED = """
SELECT DISTINCT move.service_line_id
  FROM stock_move move
  JOIN stock_location source ON source.id = move.location_id
  JOIN stock_location target ON target.id = move.location_dest_id
  LEFT JOIN stock_picking_type type ON type.id = move.picking_type_id
 WHERE move.service_line_id IS NOT NULL AND move.state = 'done'
   AND CASE WHEN move.origin_returned_move_id IS NOT NULL OR coalesce(type.service_document, '') = 'zw' THEN 'back'
            ELSE 'out' END
    <> CASE WHEN target.service_consumption IS TRUE AND source.service_consumption IS NOT TRUE THEN 'out'
            WHEN source.service_consumption IS TRUE AND target.service_consumption IS NOT TRUE THEN 'back'
            ELSE 'none' END
"""


def migrate(cr, version):
    if not version:
        return
    cr.execute(MISJUDGED)
    env = api.Environment(cr, SUPERUSER_ID, {})
    lines = env["crm.service.order.line"].browse(line_id for [line_id] in cr.fetchall())
    for name in ("quantity_issued", "quantity_returned"):
        env.add_to_compute(lines._fields[name], lines)
    lines.flush_recordset()
