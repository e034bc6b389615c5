"""What closed inspections keep of their day becomes stored columns, and inspections know which date of their plan they
stand for: filled here, where the ORM would read every inspection.

Of the day on which an old one was closed nothing is known any more: it keeps today's data, marked so.
"""
from psycopg2.sql import SQL, Identifier

from odoo.tools.sql import column_exists

TABLE = "crm_service_inspection"

COLUMNS = {
    "schedule_date": "date", "done_partner_id": "integer", "done_partner_name": "varchar",
    "done_partner_address": "text", "done_partner_phone": "varchar", "done_partner_vat": "varchar",
    "done_address_id": "integer", "done_address": "text", "done_device_name": "varchar",
    "done_serial_number": "varchar", "done_identifier": "varchar", "done_regime_name": "varchar",
    "done_legal_basis": "varchar", "done_qualification": "varchar", "done_technician_name": "varchar",
    "done_per_visit": "boolean", "done_order_name": "varchar", "done_resolution": "text", "done_lang": "varchar",
    "done_signed_by": "varchar", "done_next_date": "date", "done_is_estimate": "boolean",
}

ADDRESS = """
    SELECT p.id, p.complete_name AS name, p.phone, p.vat, p.lang, nullif(concat_ws(E'\\n',
           nullif(p.street, ''), nullif(p.street2, ''),
           nullif(concat_ws(' ', nullif(p.zip, ''), nullif(p.city, '')), ''),
           coalesce(c.name ->> p.lang, c.name ->> 'en_US')), '') AS address
      FROM res_partner p LEFT JOIN res_country c ON c.id = p.country_id
"""

# in the language of the papers, as the model finds it
KEPT = f"""
WITH address AS ({ADDRESS}), kept AS (
    SELECT i.id, i.partner_id, i.address_id, partner.name AS partner_name, partner.address AS partner_address,
           partner.phone, partner.vat,
           nullif(concat_ws(E'\\n', coalesce(place.name, partner.name),
                            CASE WHEN place.id IS NULL THEN partner.address ELSE place.address END), '') AS place,
           d.name AS device_name, d.serial_number, d.identifier,
           coalesce(r.name ->> l.lang, r.name ->> 'en_US') AS regime_name,
           coalesce(r.legal_basis ->> l.lang, r.legal_basis ->> 'en_US') AS legal_basis,
           coalesce(r.qualification ->> l.lang, r.qualification ->> 'en_US') AS qualification,
           who.name AS technician, r.protocol_per_visit IS TRUE AS per_visit, service.name AS order_name,
           row.resolution, l.lang,
           CASE WHEN i.state = 'done' AND service.customer_signed_on IS NOT NULL THEN service.customer_signed_by
                END AS signed_by,
           CASE WHEN i.state = 'done' AND i.plan_id IS NOT NULL THEN coalesce(
                CASE WHEN rule.counting <> 'last_done' THEN (
                     SELECT min(later.planned_date) FROM {TABLE} later
                      WHERE later.plan_id = i.plan_id AND later.is_open AND later.planned_date > i.planned_date) END,
                CASE WHEN plan.active AND (plan.date_end IS NULL OR after.day <= plan.date_end) THEN after.day END
                ) END AS next_date
      FROM {TABLE} i
      JOIN crm_service_device d ON d.id = i.device_id
      JOIN res_company company ON company.id = i.company_id
      JOIN res_partner firm ON firm.id = company.partner_id
      LEFT JOIN crm_service_inspection_regime r ON r.id = i.regime_id
      LEFT JOIN crm_service_inspection_plan plan ON plan.id = i.plan_id
      LEFT JOIN crm_service_inspection_regime rule ON rule.id = plan.regime_id
      LEFT JOIN address partner ON partner.id = i.partner_id
      LEFT JOIN address place ON place.id = i.address_id
      LEFT JOIN crm_service_order service ON service.id = i.order_id
      LEFT JOIN crm_service_order_device row ON row.id = i.order_device_id
      LEFT JOIN res_users u ON u.id = coalesce(service.user_id, i.user_id)
      LEFT JOIN res_partner who ON who.id = u.partner_id
     CROSS JOIN LATERAL (SELECT coalesce(partner.lang, firm.lang, 'en_US') AS lang) l
     CROSS JOIN LATERAL (SELECT CASE WHEN rule.counting = 'last_done' THEN (
            greatest(i.date_done, plan.anchor_date) + concat(rule.interval_number, ' ', rule.interval_unit)::interval
            )::date ELSE plan.date_to_make END AS day) after
     WHERE i.is_open IS NOT TRUE
)
UPDATE {TABLE} i
   SET schedule_date = CASE WHEN i.plan_id IS NOT NULL THEN i.planned_date END,
       done_partner_id = kept.partner_id, done_address_id = kept.address_id, done_partner_name = kept.partner_name,
       done_partner_address = kept.partner_address, done_partner_phone = kept.phone, done_partner_vat = kept.vat,
       done_address = kept.place, done_device_name = kept.device_name, done_serial_number = kept.serial_number,
       done_identifier = kept.identifier, done_regime_name = kept.regime_name, done_legal_basis = kept.legal_basis,
       done_qualification = kept.qualification, done_technician_name = kept.technician,
       done_per_visit = kept.per_visit, done_order_name = kept.order_name, done_resolution = kept.resolution,
       done_lang = kept.lang, done_signed_by = kept.signed_by, done_next_date = kept.next_date, done_is_estimate = true
  FROM kept WHERE kept.id = i.id
"""

# the pictures are files, which both records name
SIGNATURES = f"""
INSERT INTO ir_attachment (name, res_model, res_field, res_id, type, store_fname, db_datas, checksum, mimetype,
                           file_size, index_content, company_id, public, create_uid, create_date, write_uid, write_date)
SELECT 'done_' || a.res_field, 'crm.service.inspection', 'done_' || a.res_field, i.id, a.type, a.store_fname,
       a.db_datas, a.checksum, a.mimetype, a.file_size, a.index_content, a.company_id, a.public, a.create_uid,
       a.create_date, a.write_uid, a.write_date
  FROM {TABLE} i
  JOIN ir_attachment a ON a.res_model = 'crm.service.order' AND a.res_id = i.order_id
       AND a.res_field IN ('customer_signature', 'technician_signature')
 WHERE i.state = 'done'
"""

OPEN = f"UPDATE {TABLE} SET schedule_date = planned_date WHERE plan_id IS NOT NULL AND schedule_date IS NULL"

# the date of the next one beyond the horizon, which was left out
NEXT = """
UPDATE crm_service_inspection_plan plan SET next_date = plan.date_to_make
  FROM crm_service_device device, crm_service_inspection_regime regime
 WHERE device.id = plan.device_id AND regime.id = plan.regime_id AND plan.next_date IS NULL
   AND plan.active IS TRUE AND device.active IS TRUE AND regime.active IS TRUE
   AND plan.date_to_make <= coalesce(plan.date_end, plan.date_to_make)
"""


def migrate(cr, version):
    if not version or column_exists(cr, TABLE, "done_device_name"):
        return
    cr.execute(SQL("ALTER TABLE {} {}").format(Identifier(TABLE), SQL(", ").join(
        SQL("ADD COLUMN IF NOT EXISTS {} " + kind).format(Identifier(name)) for name, kind in COLUMNS.items())))
    cr.execute(KEPT)
    cr.execute(SIGNATURES)
    cr.execute(OPEN)
    cr.execute(NEXT)
