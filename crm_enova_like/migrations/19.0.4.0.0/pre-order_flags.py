"""What filters ask of an order's devices and lines becomes stored columns: filled here, where the ORM would read every
order.

PostgreSQL keeps the default of a new column in its catalogue and rewrites nothing; of ten years of orders, only those
are written of which a flag is true.
"""
from odoo.tools.sql import column_exists

# (column, table, which of its rows make it true for their order)
FLAGS = [
    ("has_ready", "crm_service_order_device", "part.is_open IS NOT TRUE AND part.date_released IS NULL"),
    ("has_warranty", "crm_service_order_device", "part.basis = 'warranty'"),
    ("has_rework", "crm_service_order_device", "part.basis = 'rework'"),
    ("holds_parts", "crm_service_order_line", "part.quantity_issued > 0 AND service.is_open IS TRUE"),
]


def migrate(cr, version):
    new = [flag for flag in FLAGS if not column_exists(cr, "crm_service_order", flag[0])]
    if not new:
        return
    cr.execute("ALTER TABLE crm_service_order " + ", ".join(
        f"ADD COLUMN {column} boolean DEFAULT FALSE" for column, _table, _condition in new))
    # all at once: a row is written once, whatever of it is true
    cr.execute("""
        UPDATE crm_service_order service SET {values}
          FROM (SELECT order_id, {any} FROM ({parts}) part GROUP BY order_id) found
         WHERE service.id = found.order_id""".format(
        values=", ".join(f"{column} = found.{column}" for column, _table, _condition in new),
        any=", ".join(f"bool_or(flag = '{column}') AS {column}" for column, _table, _condition in new),
        parts=" UNION ALL ".join(
            f"SELECT order_id, '{column}' AS flag FROM {table} part"
            f"  JOIN crm_service_order service ON service.id = part.order_id WHERE {condition}"
            for column, table, condition in new)))
    cr.execute("ALTER TABLE crm_service_order " + ", ".join(
        f"ALTER COLUMN {column} DROP DEFAULT" for column, _table, _condition in new))
