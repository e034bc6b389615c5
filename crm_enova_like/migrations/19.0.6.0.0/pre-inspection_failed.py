"""What failed is told where it is shown: devices in orders and plans get it as a stored column, filled by SQL. A repair
order that was made from a checklist is what follows from the inspection, and the paper of one that failed names no day
an interval away."""
from odoo.tools.sql import column_exists, create_column

INSPECTION, PLAN, ROW = "crm_service_inspection", "crm_service_inspection_plan", "crm_service_order_device"


def migrate(cr, version):
    if not column_exists(cr, ROW, "inspection_failed"):
        create_column(cr, ROW, "inspection_failed", "bool")
        cr.execute(
            f"""UPDATE {ROW} r SET inspection_failed = TRUE
                 WHERE EXISTS (SELECT FROM {INSPECTION} i WHERE i.order_device_id = r.id AND i.state = 'done'
                                  AND i.result = 'failed')""")
    if not column_exists(cr, PLAN, "last_result"):
        create_column(cr, PLAN, "last_result", "varchar")
        cr.execute(
            f"""UPDATE {PLAN} p SET last_result = last.result
                  FROM (SELECT DISTINCT ON (plan_id) plan_id, result FROM {INSPECTION}
                         WHERE state = 'done' AND date_done IS NOT NULL AND plan_id IS NOT NULL
                         ORDER BY plan_id, date_done DESC, id DESC) last
                 WHERE last.plan_id = p.id AND last.result IS NOT NULL""")
    if not column_exists(cr, INSPECTION, "follow_up"):
        create_column(cr, INSPECTION, "follow_up", "varchar")
        create_column(cr, INSPECTION, "repair_order_id", "int4")
        cr.execute(
            f"""UPDATE {INSPECTION} i SET repair_order_id = made.order_id,
                       follow_up = CASE WHEN i.state = 'done' AND i.result = 'failed' THEN 'order' END
                  FROM (SELECT inspection_id, max(repair_order_id) AS order_id FROM crm_service_inspection_check
                         WHERE repair_order_id IS NOT NULL GROUP BY inspection_id) made
                 WHERE made.inspection_id = i.id""")
        cr.execute(
            f"""UPDATE {INSPECTION} SET done_next_date = NULL
                 WHERE state = 'done' AND result = 'failed' AND done_next_date IS NOT NULL""")
