"""What closed orders, devices with an outcome and validated RWs say is kept from now on. For those of before, it is
what the registers say today, and marked so.

Filled here, where the ORM would read every order; addresses as in Poland, products without the values of variants.
"""
from odoo.tools.sql import column_exists

ORDER = {
    "done_is_estimate": "bool", "done_partner_id": "int4", "done_partner_name": "varchar",
    "done_partner_details": "text", "done_partner_vat": "varchar", "done_person_name": "varchar",
    "done_address_id": "int4", "done_address": "text", "done_requester_name": "varchar",
    "done_technician_name": "varchar", "done_type_name": "varchar", "done_lang": "varchar", "done_lines": "jsonb"}
ROW = {
    "done_is_estimate": "bool", "done_partner_id": "int4", "done_partner_name": "varchar",
    "done_device_name": "varchar", "done_identifier": "varchar", "done_serial_number": "varchar",
    "done_type_name": "varchar", "done_model_name": "varchar", "done_technician_name": "varchar",
    "done_release": "jsonb"}
PICKING = {"done_is_estimate": "bool", "done_names": "jsonb"}

# the head of the papers of orders, as the registers have it, and the names on their lines
HEADS = """
CREATE TEMPORARY TABLE crm_done_head ON COMMIT DROP AS
SELECT o.id, o.is_open, COALESCE(p.lang, firm.lang, 'en_US') AS lang, o.partner_id, o.address_id,
       COALESCE(NULLIF(p.complete_name, ''), p.name) AS partner_name,
       NULLIF(concat_ws(E'\\n', NULLIF(p.street, ''), NULLIF(p.street2, ''),
              NULLIF(concat_ws(' ', NULLIF(p.zip, ''), NULLIF(p.city, '')), ''),
              COALESCE(country.name->>COALESCE(p.lang, firm.lang), country.name->>'en_US'), NULLIF(p.phone, ''),
              NULLIF(p.email, '')), '') AS partner_details,
       NULLIF(p.vat, '') AS partner_vat,
       NULLIF(concat_ws(' ', person.name, NULLIF(person.phone, '')), '') AS person_name,
       CASE WHEN o.address_id <> o.partner_id THEN NULLIF(concat_ws(E'\\n',
              COALESCE(NULLIF(a.complete_name, ''), a.name), NULLIF(a.street, ''), NULLIF(a.street2, ''),
              NULLIF(concat_ws(' ', NULLIF(a.zip, ''), NULLIF(a.city, '')), ''),
              COALESCE(land.name->>COALESCE(p.lang, firm.lang), land.name->>'en_US')), '') END AS address,
       took.name AS requester_name, works.name AS technician_name,
       COALESCE(type.name->>COALESCE(p.lang, firm.lang), type.name->>'en_US') AS type_name
  FROM crm_service_order o
  JOIN res_partner p ON p.id = o.partner_id
  JOIN res_company c ON c.id = o.company_id
  JOIN res_partner firm ON firm.id = c.partner_id
  LEFT JOIN res_country country ON country.id = p.country_id
  LEFT JOIN res_partner person ON person.id = o.person_id
  LEFT JOIN res_partner a ON a.id = o.address_id
  LEFT JOIN res_country land ON land.id = a.country_id
  LEFT JOIN res_users requester ON requester.id = o.requester_id
  LEFT JOIN res_partner took ON took.id = requester.partner_id
  LEFT JOIN res_users technician ON technician.id = o.user_id
  LEFT JOIN res_partner works ON works.id = technician.partner_id
  LEFT JOIN crm_service_order_type type ON type.id = o.type_id;
CREATE UNIQUE INDEX ON crm_done_head (id);
CREATE TEMPORARY TABLE crm_done_line ON COMMIT DROP AS
SELECT l.id, l.order_id, l.device_line_id, jsonb_build_object(
           'product', COALESCE(CASE WHEN product.id IS NULL THEN ''
               ELSE concat(CASE WHEN product.default_code <> '' THEN '[' || product.default_code || '] ' END,
                           COALESCE(template.name->>h.lang, template.name->>'en_US')) END, ''),
           'unit', COALESCE(unit.name->>h.lang, unit.name->>'en_US', '')) AS names
  FROM crm_service_order_line l
  JOIN crm_done_head h ON h.id = l.order_id
  LEFT JOIN product_product product ON product.id = l.product_id
  LEFT JOIN product_template template ON template.id = product.product_tmpl_id
  LEFT JOIN uom_uom unit ON unit.id = l.uom_id;
CREATE INDEX ON crm_done_line (order_id);
CREATE INDEX ON crm_done_line (device_line_id) WHERE device_line_id IS NOT NULL;
ANALYZE crm_done_head;
ANALYZE crm_done_line
"""
ORDERS = """
UPDATE crm_service_order o
   SET done_is_estimate = TRUE, done_partner_id = h.partner_id, done_partner_name = h.partner_name,
       done_partner_details = h.partner_details, done_partner_vat = h.partner_vat, done_person_name = h.person_name,
       done_address_id = h.address_id, done_address = h.address, done_requester_name = h.requester_name,
       done_technician_name = h.technician_name, done_type_name = h.type_name, done_lang = h.lang,
       done_lines = lines.names
  FROM crm_done_head h
  LEFT JOIN (SELECT order_id, jsonb_object_agg(id::text, names) AS names FROM crm_done_line GROUP BY order_id) lines
         ON lines.order_id = h.id
 WHERE h.id = o.id AND h.is_open IS NOT TRUE
"""
ROWS = """
UPDATE crm_service_order_device r
   SET done_is_estimate = TRUE, done_partner_id = COALESCE(d.partner_id, h.partner_id),
       done_partner_name = COALESCE(NULLIF(owner.complete_name, ''), owner.name, h.partner_name),
       done_device_name = d.name, done_identifier = d.identifier, done_serial_number = d.serial_number,
       done_type_name = COALESCE(type.name->>h.lang, type.name->>'en_US'),
       done_model_name = CASE WHEN starts_with(lower(model.name), lower(model.manufacturer)) THEN model.name
           ELSE concat_ws(' ', NULLIF(model.manufacturer, ''), model.name) END,
       done_technician_name = h.technician_name,
       done_release = CASE WHEN r.date_released IS NOT NULL THEN jsonb_build_object(
           'lang', h.lang,
           'head', jsonb_build_object(
               'done_partner_name', h.partner_name, 'done_partner_details', h.partner_details,
               'done_partner_vat', h.partner_vat, 'done_person_name', h.person_name, 'done_address', h.address,
               'done_requester_name', h.requester_name, 'done_technician_name', h.technician_name),
           'device', jsonb_build_object(
               'state', r.state, 'basis', r.basis, 'fault', r.fault, 'diagnosis', r.diagnosis,
               'resolution', r.resolution, 'accessories', r.accessories, 'wants_old_parts', r.wants_old_parts,
               'warranty', r.repair_warranty_until::text),
           'rows', COALESCE(lines.said, '[]')) END
  FROM crm_service_order_device own
  JOIN crm_service_device d ON d.id = own.device_id
  JOIN crm_done_head h ON h.id = own.order_id
  LEFT JOIN res_partner owner ON owner.id = d.partner_id
  LEFT JOIN crm_service_device_type type ON type.id = d.type_id
  LEFT JOIN crm_service_device_model model ON model.id = d.model_id
  LEFT JOIN (SELECT l.device_line_id, jsonb_agg(kept.names || jsonb_build_object(
                        'id', l.id, 'name', l.name, 'kind', l.kind, 'old_part', l.old_part,
                        'quantity', l.quantity, 'price', COALESCE(l.price_unit, 0), 'value', COALESCE(l.subtotal, 0),
                        'billing', l.billing) ORDER BY l.sequence, l.id) AS said
               FROM crm_done_line kept JOIN crm_service_order_line l ON l.id = kept.id
              WHERE l.device_line_id IS NOT NULL GROUP BY l.device_line_id) lines
         ON lines.device_line_id = own.id
 WHERE own.id = r.id AND (r.is_open IS NOT TRUE OR r.date_released IS NOT NULL OR h.is_open IS NOT TRUE)
"""
# a card is called by its identifier, else its serial number, and its name
PICKINGS = """
WITH moved AS (
    SELECT m.id, m.picking_id, firm.lang, jsonb_build_object(
               'product', concat(CASE WHEN product.default_code <> '' THEN '[' || product.default_code || '] ' END,
                                 COALESCE(template.name->>firm.lang, template.name->>'en_US')),
               'unit', COALESCE(unit.name->>firm.lang, unit.name->>'en_US', ''),
               'lots', COALESCE((SELECT string_agg(DISTINCT lot.name, ', ') FROM stock_move_line row
                                   JOIN stock_lot lot ON lot.id = row.lot_id WHERE row.move_id = m.id), '')) AS names,
           line.device_line_id, m.origin_returned_move_id
      FROM stock_picking picking
      JOIN stock_move m ON m.picking_id = picking.id
      JOIN res_company c ON c.id = picking.company_id
      JOIN res_partner firm ON firm.id = c.partner_id
      JOIN product_product product ON product.id = m.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
      JOIN uom_uom unit ON unit.id = m.product_uom
      LEFT JOIN crm_service_order_line line ON line.id = m.service_line_id
     WHERE picking.service_document IS NOT NULL AND picking.state = 'done'
), documents AS (
    SELECT moved.picking_id, min(moved.lang) AS lang, jsonb_object_agg(moved.id::text, moved.names) AS moves,
           array_agg(DISTINCT moved.device_line_id) FILTER (WHERE moved.device_line_id IS NOT NULL) AS row_ids,
           string_agg(DISTINCT issue.name, ', ') AS issues
      FROM moved
      LEFT JOIN stock_move origin ON origin.id = moved.origin_returned_move_id
      LEFT JOIN stock_picking issue ON issue.id = origin.picking_id
     GROUP BY moved.picking_id
), named AS (
    SELECT documents.*, o.name AS order_name, (
               SELECT string_agg(concat_ws(' – ', COALESCE(NULLIF(d.serial_number, ''), d.identifier), d.name), ', '
                                 ORDER BY r.sequence, r.id)
                 FROM crm_service_order_device r JOIN crm_service_device d ON d.id = r.device_id
                WHERE r.order_id = o.id AND (documents.row_ids IS NULL OR r.id = ANY (documents.row_ids))) AS devices
      FROM documents
      JOIN stock_picking picking ON picking.id = documents.picking_id
      LEFT JOIN crm_service_order o ON o.id = picking.service_order_id
)
UPDATE stock_picking picking
   SET done_is_estimate = TRUE, done_names = jsonb_build_object(
       'lang', COALESCE(named.lang, 'en_US'), 'order', named.order_name, 'devices', named.devices,
       'purpose', NULLIF(concat_ws(' – ', named.order_name, named.devices,
                                   CASE WHEN picking.service_document = 'zw' THEN named.issues END), ''),
       'warehouse', COALESCE(warehouse.name, ''), 'from', source.complete_name, 'to', target.complete_name,
       'moves', named.moves)
  FROM named, stock_picking own
  JOIN stock_picking_type type ON type.id = own.picking_type_id
  LEFT JOIN stock_warehouse warehouse ON warehouse.id = type.warehouse_id
  JOIN stock_location source ON source.id = own.location_id
  JOIN stock_location target ON target.id = own.location_dest_id
 WHERE named.picking_id = picking.id AND own.id = picking.id
"""


def migrate(cr, version):
    added = [_add_columns(cr, table, columns) for table, columns in (
        ("crm_service_order", ORDER), ("crm_service_order_device", ROW), ("stock_picking", PICKING))]
    if not any(added):
        return
    cr.execute(HEADS)
    for is_new, fill in zip(added, (ORDERS, ROWS, PICKINGS), strict=True):
        if is_new:
            cr.execute(fill)
    cr.execute("DROP TABLE crm_done_line, crm_done_head")


def _add_columns(cr, table, columns):
    """Add the columns that a table has not; whether there were any."""
    new = [name for name in columns if not column_exists(cr, table, name)]
    if new:
        cr.execute(f"ALTER TABLE {table} " + ", ".join(f"ADD COLUMN {name} {columns[name]}" for name in new))
    return bool(new)
