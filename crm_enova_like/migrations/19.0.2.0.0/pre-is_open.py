"""Whether a record is still open becomes a stored column: filled here, where the ORM would read every record."""
from psycopg2.sql import SQL, Identifier

from odoo.tools.sql import column_exists

ORDER_OPEN = "state IN ('new', 'accepted', 'in_progress', 'waiting')"
# (table, column, when it is true); the states are those of that version
FLAGS = [
    ("crm_service_stage", "is_open", ORDER_OPEN),
    ("crm_service_order", "is_open", ORDER_OPEN),
    ("crm_service_order_device", "is_open", "state = 'open'"),
    ("crm_service_order_device", "order_is_open", f"order_{ORDER_OPEN}"),
    ("crm_service_inspection", "is_open", "state IN ('planned', 'ordered')"),
    ("crm_task", "is_open", "state IN ('open', 'in_progress')"),
]


def migrate(cr, version):
    for table, column, condition in FLAGS:
        if not column_exists(cr, table, column):
            add_flag(cr, table, column, condition)


def add_flag(cr, table, column, condition):
    """Add a boolean column with the value that most rows have as its default, and write the others.

    PostgreSQL keeps such a default in its catalogue and rewrites nothing; of ten years of orders, only the few that
    are still open are written.
    """
    names = {"table": Identifier(table), "column": Identifier(column), "condition": SQL(condition)}
    cr.execute(SQL("SELECT count(*) FILTER (WHERE {condition}) * 2 > count(*) FROM {table}").format(**names))
    [mostly] = cr.fetchone()
    names["mostly"] = SQL(str(mostly))
    cr.execute(SQL("ALTER TABLE {table} ADD COLUMN {column} boolean DEFAULT {mostly}").format(**names))
    cr.execute(SQL(
        "UPDATE {table} SET {column} = NOT {mostly} WHERE (coalesce({condition}, FALSE)) != {mostly}").format(**names))
    cr.execute(SQL("ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT").format(**names))
