"""Indexes whose columns begin another one now: Odoo keeps what a field no longer asks for."""

GONE = (
    "crm_service_order__stage_id_index", "crm_service_order__requester_id_index",
    "crm_service_order_device__technician_id_index", "crm_service_device__type_id_index",
    "crm_service_device__technician_id_index", "crm_service_device__parent_id_index",
    "crm_service_inspection__user_id_index", "stock_picking__service_document_index",
    "crm_task__user_id_index", "crm_task__requester_id_index", "crm_task_todo_idx", "crm_task_user_todo_idx",
    "crm_service_order__partner_id_index", "crm_task__partner_id_index",
    "crm_event__date_index", "crm_event__user_id_index", "crm_event__partner_id_index", "crm_event__person_id_index")


def migrate(cr, version):
    for name in GONE:
        cr.execute(f'DROP INDEX IF EXISTS "{name}"')
