"""The times that orders stood in their stages, as far as the chatter tells them.

Before the ORM makes the table, since it then builds indexes and foreign keys over all rows at once; row by row they
cost several times as much.
"""
from odoo.tools.sql import table_exists

TABLE = """
CREATE TABLE crm_service_stage_time (
    id serial NOT NULL PRIMARY KEY,
    order_id int4 NOT NULL,
    company_id int4 NOT NULL,
    stage_id int4 NOT NULL,
    user_id int4,
    date_start timestamp,
    date_end timestamp,
    duration float8,
    working_hours float8,
    is_current bool
)"""

# What is known is known: an order stood in its first stage since it was received, if that is one of new orders; in
# the stage that a tracked change names, since the change and until the next one, if that one leaves the same stage;
# and in a closed stage at the latest since the order was closed. The rest stays empty.
FILL = """
WITH moves AS (
    SELECT m.res_id AS order_id, m.date, m.create_uid AS user_id, t.id,
           t.old_value_integer AS old_id, t.new_value_integer AS new_id,
           lag(t.new_value_integer) OVER moves AS before_id,
           lead(t.old_value_integer) OVER moves AS after_id,
           lead(m.date) OVER moves AS next_date,
           row_number() OVER moves = 1 AS is_first,
           lead(t.id) OVER moves IS NULL AS is_last
      FROM mail_tracking_value t
      JOIN mail_message m ON m.id = t.mail_message_id AND m.model = 'crm.service.order'
     WHERE t.field_id = (SELECT id FROM ir_model_fields WHERE model = 'crm.service.order' AND name = 'stage_id')
    WINDOW moves AS (PARTITION BY m.res_id ORDER BY t.id)
), stays AS (
    -- what a change left: the first stage, and later ones that no change had reached
    SELECT m.order_id, m.id * 2 AS rank, m.old_id AS stage_id,
           CASE WHEN m.is_first THEN o.create_uid END AS user_id,
           CASE WHEN m.is_first AND s.state = 'new' THEN LEAST(o.date_received, m.date) END AS date_start,
           m.date AS date_end, FALSE AS is_current
      FROM moves m
      JOIN crm_service_order o ON o.id = m.order_id
      JOIN crm_service_stage s ON s.id = m.old_id
     WHERE m.is_first OR m.old_id != m.before_id
    UNION ALL
    -- what a change reached
    SELECT m.order_id, m.id * 2 + 1, m.new_id, m.user_id, m.date,
           CASE WHEN m.after_id = m.new_id THEN m.next_date END,
           m.is_last AND m.new_id = o.stage_id
      FROM moves m
      JOIN crm_service_order o ON o.id = m.order_id
    UNION ALL
    -- the stage of today, where no change reached it
    SELECT o.id, NULL, o.stage_id,
           CASE WHEN m.id IS NULL AND s.state = 'new' THEN o.create_uid END,
           CASE WHEN m.id IS NULL AND s.state = 'new' THEN o.date_received
                WHEN s.state IN ('done', 'cancelled') AND (m.id IS NULL OR o.date_closed > m.date) THEN o.date_closed
           END,
           NULL, TRUE
      FROM crm_service_order o
      JOIN crm_service_stage s ON s.id = o.stage_id
      LEFT JOIN moves m ON m.order_id = o.id AND m.is_last
     WHERE m.id IS NULL OR m.new_id != o.stage_id
)
INSERT INTO crm_service_stage_time
       (order_id, company_id, stage_id, user_id, date_start, date_end, duration, is_current)
SELECT stay.order_id, o.company_id, stay.stage_id, u.id, stay.date_start, stay.date_end,
       EXTRACT(EPOCH FROM stay.date_end - stay.date_start) / 3600, stay.is_current
  FROM stays stay
  JOIN crm_service_order o ON o.id = stay.order_id
  JOIN crm_service_stage s ON s.id = stay.stage_id    -- a stage may have been deleted since
  LEFT JOIN res_users u ON u.id = stay.user_id
 ORDER BY stay.order_id, stay.rank NULLS LAST
"""


def migrate(cr, version):
    if not table_exists(cr, "crm_service_stage_time"):
        cr.execute(TABLE)
        cr.execute(FILL)
