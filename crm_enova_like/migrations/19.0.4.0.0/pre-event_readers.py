"""Whose the task and the order of an event are becomes stored: filled here, where the ORM would read every event."""
from odoo.tools.sql import column_exists


def migrate(cr, version):
    if column_exists(cr, "crm_event", "task_user_id"):
        return
    cr.execute("ALTER TABLE crm_event ADD COLUMN task_user_id integer, ADD COLUMN order_user_id integer")
    # made again by the update; kept up to date with each row, it would take most of the time
    cr.execute("DROP INDEX IF EXISTS crm_event__name_index")
    cr.execute(
        """UPDATE crm_event e SET task_user_id = t.user_id, order_user_id = o.user_id
             FROM crm_event also LEFT JOIN crm_task t ON t.id = also.task_id
                  LEFT JOIN crm_service_order o ON o.id = also.order_id
            WHERE also.id = e.id AND (t.user_id IS NOT NULL OR o.user_id IS NOT NULL)""")
