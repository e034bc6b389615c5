"""The deadline that was proposed becomes a stored column of orders: empty for those that are there, since whether
theirs was proposed or agreed by hand nobody knows, and it stays."""


def migrate(cr, version):
    cr.execute("ALTER TABLE crm_service_order ADD COLUMN IF NOT EXISTS deadline_proposed date")
