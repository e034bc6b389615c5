"""Deadlines, warranties and follow-ups have an upper limit now: what is beyond it is brought to it."""
from psycopg2.sql import SQL, Identifier

LIMITS = (
    ("crm_service_order_type", "deadline_days", 730),
    ("crm_service_order_type", "repair_warranty_months", 600),
    ("crm_service_device_type", "warranty_months", 600),
    ("crm_service_device_model", "warranty_months", 600),
    ("crm_task_type", "follow_up_days", 3660),
)


def migrate(cr, version):
    for table, column, most in LIMITS:
        cr.execute(SQL(
            "UPDATE {table} SET {column} = GREATEST(0, LEAST({column}, %s)) WHERE {column} NOT BETWEEN 0 AND %s",
        ).format(table=Identifier(table), column=Identifier(column)), [most, most])
