"""Direction is where goods go: the places of service consumption get their mark before the ORM asks for it, and the
operation types lead back and forth."""
from odoo.tools.sql import column_exists, create_column

MARK = """
UPDATE stock_location SET service_consumption = true
 WHERE usage = 'production' AND company_id IS NOT NULL AND id IN (
       SELECT service_location_id FROM res_company
       UNION SELECT default_location_dest_id FROM stock_picking_type WHERE service_document = 'rw'
       UNION SELECT default_location_src_id FROM stock_picking_type WHERE service_document = 'zw'
       -- a place that a firm had before it chose another one
       UNION SELECT move.location_dest_id FROM stock_move move
               JOIN stock_picking_type type ON type.id = move.picking_type_id AND type.service_document = 'rw'
              WHERE move.service_line_id IS NOT NULL AND move.state = 'done')
"""

# what a ZW brought back and goes out again is an RW
WAY_BACK = """
UPDATE stock_picking_type back SET return_picking_type_id = out.id
  FROM stock_picking_type out
 WHERE back.service_document = 'zw' AND out.service_document = 'rw' AND out.warehouse_id = back.warehouse_id
   AND back.return_picking_type_id IS NULL
"""


def migrate(cr, version):
    if not version:
        return
    if not column_exists(cr, "stock_location", "service_consumption"):
        create_column(cr, "stock_location", "service_consumption", "bool")
    cr.execute(MARK)
    cr.execute(WAY_BACK)
    if column_exists(cr, "stock_picking_type", "analytic_costs"):
        # with it core bills issued parts, and returned ones, to the project's customer
        cr.execute("UPDATE stock_picking_type SET analytic_costs = false WHERE service_document IS NOT NULL")
