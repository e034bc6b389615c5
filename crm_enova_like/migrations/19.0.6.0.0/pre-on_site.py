"""Whether the work is done at the customer's becomes a stored column of the devices in service: no order type was
marked so before, and a column with a default is filled without a row being written."""


def migrate(cr, version):
    cr.execute("ALTER TABLE crm_service_order_device ADD COLUMN IF NOT EXISTS is_on_site boolean DEFAULT false")
    cr.execute("ALTER TABLE crm_service_order_device ALTER COLUMN is_on_site DROP DEFAULT")
