def migrate(cr, version):
    """Mark the links of orders to their own RWs and ZWs, which are cost from now on, and tie again those that were
    removed by hand: what the system links stays linked."""
    cr.execute("ALTER TABLE crm_document_link ADD COLUMN IF NOT EXISTS is_automatic boolean")
    cr.execute("""
        UPDATE crm_document_link l SET is_automatic = true, role = 'cost' FROM stock_picking p
         WHERE l.res_model = 'stock.picking' AND p.id = l.res_id AND p.service_order_id = l.order_id
           AND l.is_automatic IS NOT true""")
    cr.execute("""
        INSERT INTO crm_document_link (order_id, company_id, res_model, res_id, role, is_automatic,
                                       create_uid, create_date, write_uid, write_date)
        SELECT o.id, o.company_id, 'stock.picking', p.id, 'cost', true, 1, now() at time zone 'UTC', 1,
               now() at time zone 'UTC'
          FROM stock_picking p JOIN crm_service_order o ON o.id = p.service_order_id
         WHERE NOT EXISTS (SELECT FROM crm_document_link l
                            WHERE l.order_id = o.id AND l.res_model = 'stock.picking' AND l.res_id = p.id)""")
