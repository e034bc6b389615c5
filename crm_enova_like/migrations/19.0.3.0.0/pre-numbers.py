"""The register of the numbers that documents have: filled here by SQL, from their names.

A number that two protocols share is one (the protocol of a visit), and so is one that was typed twice.
"""
from odoo.tools.sql import table_exists

TABLE = """
CREATE TABLE crm_service_number (
    id serial NOT NULL PRIMARY KEY,
    company_id int4 NOT NULL,
    name varchar NOT NULL,
    document varchar NOT NULL,
    series varchar,
    number int4
)"""

# what stands before the last digits is the series: RW/2026/ and 00012
FILL = r"""
INSERT INTO crm_service_number (company_id, name, document, series, number)
SELECT company_id, name, 'crm.service.order', parts[1], parts[2]::int
  FROM (SELECT company_id, name, regexp_match(name, '^(.*?)(\d{1,9})$') AS parts FROM crm_service_order
         WHERE name IS NOT NULL ORDER BY id) documents
UNION ALL
SELECT company_id, name, 'stock.picking', parts[1], parts[2]::int
  FROM (SELECT company_id, name, regexp_match(name, '^(.*?)(\d{1,9})$') AS parts FROM stock_picking
         WHERE service_document IS NOT NULL AND state = 'done' AND name IS NOT NULL ORDER BY id) documents
UNION ALL
-- of protocols only those that stand in a series of ours: other bodies have numbers of their own
SELECT company_id, name, 'crm.service.inspection', CASE WHEN series IS NOT NULL THEN parts[1] END,
       CASE WHEN series IS NOT NULL THEN parts[2]::int END
  FROM (SELECT DISTINCT ON (i.company_id, i.protocol_number) i.company_id, i.protocol_number AS name, i.id,
               extract(year FROM i.date_done)::text AS year,
               regexp_match(i.protocol_number, '^(.*?)(\d{1,9})$') AS parts
          FROM crm_service_inspection i
         WHERE i.state = 'done' AND i.protocol_number != '' AND i.company_id IS NOT NULL
         ORDER BY i.company_id, i.protocol_number, i.id) documents
  LEFT JOIN (SELECT DISTINCT company_id AS series_company_id, replace(prefix, '%%', '%') AS series
               FROM ir_sequence WHERE code = 'crm.service.inspection.protocol') ours
         ON series_company_id = company_id AND replace(series, '%(range_year)s', year) = parts[1]
"""


def migrate(cr, version):
    if not table_exists(cr, "crm_service_number"):
        cr.execute(TABLE)
        cr.execute(FILL)
