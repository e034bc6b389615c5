"""What filters ask of an order's devices becomes stored columns: filled here, where the ORM would read every order.

PostgreSQL keeps the default of a new column in its catalogue and rewrites nothing; of ten years of orders, only those are
written of which a flag is true.
"""
from odoo.tools.sql import column_exists

# (column, which of the order's devices make it true)
FLAGS = [
    ("has_ready", "device.is_open IS NOT TRUE AND device.date_released IS NULL"),
    ("has_warranty", "device.basis = 'warranty'"),
    ("has_rework", "device.basis = 'rework'"),
]


def migrate(cr, version):
    new = [(column, condition) for column, condition in FLAGS if not column_exists(cr, "crm_service_order", column)]
    if not new:
        return
    cr.execute("ALTER TABLE crm_service_order " + ", ".join(
        f"ADD COLUMN {column} boolean DEFAULT FALSE" for column, _condition in new))
    # all at once: a row is written once, whatever of it is true
    cr.execute("""
        UPDATE crm_service_order service SET {values}
          FROM (SELECT order_id, {flags} FROM crm_service_order_device device GROUP BY order_id HAVING {any}) found
         WHERE service.id = found.order_id""".format(
        values=", ".join(f"{column} = found.{column}" for column, _condition in new),
        flags=", ".join(f"bool_or({condition}) AS {column}" for column, condition in new),
        any=" OR ".join(f"bool_or({condition})" for _column, condition in new)))
    cr.execute("ALTER TABLE crm_service_order " + ", ".join(
        f"ALTER COLUMN {column} DROP DEFAULT" for column, _condition in new))
