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
    number int4,
    moved_in int4
)"""

# What stands before the last digits is the series: RW/2026/ and 00012. Of protocols, only those of ours stand in one:
# other bodies have numbers of their own. What the counter of a series has not reached was not drawn, but typed or
# imported.
FILL = """
WITH documents AS (
    SELECT company_id, name, 'crm.service.order' AS document, NULL AS year
      FROM crm_service_order
     WHERE name IS NOT NULL
    UNION ALL
    SELECT company_id, name, 'stock.picking', NULL
      FROM stock_picking
     WHERE service_document IS NOT NULL AND state = 'done' AND name IS NOT NULL
    UNION ALL
    SELECT company_id, protocol_number, 'crm.service.inspection', max(extract(year FROM date_done))::text
      FROM crm_service_inspection
     WHERE state = 'done' AND protocol_number != '' AND company_id IS NOT NULL
     GROUP BY company_id, protocol_number
), parts AS (
    SELECT *, rtrim(name, '0123456789') AS series FROM documents
), numbers AS (
    SELECT *, substr(name, length(series) + 1) AS digits FROM parts
), ours AS (
    SELECT DISTINCT company_id, replace(prefix, '%%', '%') AS prefix
      FROM ir_sequence WHERE code = 'crm.service.inspection.protocol'
), counters AS (
    SELECT s.company_id, max(r.number_next) AS next,
           replace(replace(s.prefix, '%(range_year)s', extract(year FROM r.date_from)::text), '%%', '%') AS series
      FROM ir_sequence s
      JOIN ir_sequence_date_range r ON r.sequence_id = s.id
     WHERE s.use_date_range AND s.implementation = 'no_gap'
     GROUP BY 1, 3
), places AS (
    SELECT n.*, counters.next,
           length(n.digits) BETWEEN 1 AND 9 AND (n.year IS NULL OR ours.prefix IS NOT NULL) AS follows
      FROM numbers n
      LEFT JOIN counters USING (company_id, series)
      LEFT JOIN ours ON ours.company_id = n.company_id AND replace(ours.prefix, '%(range_year)s', n.year) = n.series
)
INSERT INTO crm_service_number (company_id, name, document, series, number, moved_in)
SELECT company_id, name, document, CASE WHEN follows THEN series END,
       CASE WHEN place >= next THEN NULL ELSE place END, CASE WHEN place >= next THEN place END
  FROM (SELECT *, CASE WHEN follows THEN digits::int END AS place FROM places) placed
"""


def migrate(cr, version):
    if not table_exists(cr, "crm_service_number"):
        cr.execute(TABLE)
        cr.execute(FILL)
