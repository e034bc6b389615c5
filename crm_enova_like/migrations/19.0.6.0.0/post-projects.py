"""Projects of the register are known: those that group tasks, events and orders of ours, or are of a campaign or have a
goal. Campaigns get more stages than the first one, where nobody else has made any."""
from odoo import SUPERUSER_ID, api

OURS = (
    "campaign_id IS NOT NULL", "COALESCE(goal, '') != ''", "COALESCE(planned_value, 0) != 0",
    *(f"EXISTS (SELECT FROM {table} x WHERE x.project_id = p.id)"
      for table in ("crm_task", "crm_event", "crm_service_order")))


def migrate(cr, version):
    cr.execute(
        f"""UPDATE project_project p SET is_crm_project = TRUE
             WHERE is_crm_project IS NOT TRUE AND ({' OR '.join(OURS)})""")
    # those that Odoo's Project closed by its stages
    cr.execute(
        """UPDATE project_project p SET date_closed = p.write_date::date FROM project_project_stage s
            WHERE s.id = p.stage_id AND s.fold AND p.is_crm_project AND p.date_closed IS NULL""")
    api.Environment(cr, SUPERUSER_ID, {})["utm.campaign"]._make_crm_stages()
