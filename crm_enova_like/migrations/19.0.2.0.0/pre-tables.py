"""Tables of wizards that are no more: Odoo drops the table of a model that goes only while it still knows the model."""

TABLES = (
    "crm_service_assign_wizard_crm_service_order_rel", "crm_service_assign_wizard",
    "crm_task_crm_task_assign_wizard_rel", "crm_task_assign_wizard",
)


def migrate(cr, version):
    for table in TABLES:
        cr.execute(f'DROP TABLE IF EXISTS "{table}"')
