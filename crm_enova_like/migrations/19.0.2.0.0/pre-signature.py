"""When a technician signed was not kept before: it stays unknown, where the ORM would compute it as now."""


def migrate(cr, version):
    cr.execute("ALTER TABLE crm_service_order ADD COLUMN IF NOT EXISTS technician_signed_on timestamp")
