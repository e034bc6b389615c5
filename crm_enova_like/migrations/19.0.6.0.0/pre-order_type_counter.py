def migrate(cr, version):
    """Which types are taken in at the counter: all but those of inspections. Their orders stay where they are."""
    cr.execute("ALTER TABLE crm_service_order_type ADD COLUMN IF NOT EXISTS at_counter boolean")
    cr.execute("""
        UPDATE crm_service_order_type t SET at_counter = NOT EXISTS (
            SELECT FROM crm_service_inspection_regime r WHERE r.order_type_id ->> t.company_id::text = t.id::text)
         WHERE at_counter IS NULL""")
