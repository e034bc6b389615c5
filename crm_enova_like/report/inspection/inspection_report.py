from odoo import api, fields, models
from odoo.tools import SQL


def _selection_of(name):
    """The values of a selection of the inspection, with what other addons add to it."""
    return lambda self: self.env["crm.service.inspection"]._fields[name]._description_selection(self.env)


class CrmServiceInspectionReport(models.Model):
    """The manager's numbers: what is due, what is overdue, how much was done on time."""

    _name = "crm.service.inspection.report"
    _description = "Inspections Analysis"
    _auto = False
    _rec_name = "inspection_id"
    _order = "planned_date desc, id desc"

    inspection_id = fields.Many2one("crm.service.inspection", readonly=True)
    device_id = fields.Many2one("crm.service.device", readonly=True)
    type_id = fields.Many2one("crm.service.device.type", string="Device Type", readonly=True)
    regime_id = fields.Many2one("crm.service.inspection.regime", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Contractor", readonly=True)
    user_id = fields.Many2one("res.users", string="Technician", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    city = fields.Char(readonly=True)
    zip = fields.Char(string="Postal Code", readonly=True)
    planned_date = fields.Date(readonly=True)
    due_date = fields.Date(readonly=True)
    date_done = fields.Date(readonly=True)
    state = fields.Selection(_selection_of("state"), readonly=True)
    result = fields.Selection(_selection_of("result"), readonly=True)
    due = fields.Integer(
        readonly=True, help="Not done, and its date is within the notice of its regime or past.")
    overdue = fields.Integer(readonly=True, help="Not done, and the tolerance is past.")
    done = fields.Integer(readonly=True)
    late = fields.Integer(string="Done Late", readonly=True)
    failed = fields.Integer(readonly=True)
    on_time_rate = fields.Float(
        string="Done on Time (%)", readonly=True, aggregator="avg",
        help="Of the inspections whose last day has passed or that are done: done by that day.")
    hours = fields.Float(string="Planned Hours", readonly=True)

    @property
    def _table_query(self):
        # "today" is each company's own: a view of the database knows but one
        today = SQL(", ").join(
            SQL("(%s, %s::date)", company.id, company._service_today())
            for company in self.env["res.company"].sudo().search([]))
        # each has both; what is not asked for is not joined so
        return SQL("""
            SELECT i.id, i.id AS inspection_id, i.device_id, d.type_id, i.regime_id, i.partner_id, i.user_id,
                   i.company_id, i.city, i.zip, i.planned_date, i.due_date, i.date_done, i.state, i.result,
                   CASE WHEN i.is_open IS TRUE AND i.planned_date <= t.day + r.lead_days
                        THEN 1 ELSE 0 END AS due,
                   CASE WHEN i.is_open IS TRUE AND i.due_date < t.day THEN 1 ELSE 0 END AS overdue,
                   CASE WHEN i.state = 'done' THEN 1 ELSE 0 END AS done,
                   CASE WHEN i.state = 'done' AND i.date_done > i.due_date THEN 1 ELSE 0 END AS late,
                   CASE WHEN i.state = 'done' AND i.result = 'failed' THEN 1 ELSE 0 END AS failed,
                   CASE WHEN i.state = 'done' AND i.date_done <= i.due_date THEN 100.0
                        WHEN i.state = 'done' OR (i.is_open IS TRUE AND i.due_date < t.day) THEN 0.0
                   END AS on_time_rate,
                   CASE WHEN i.is_open IS TRUE THEN r.estimated_hours ELSE 0 END AS hours
              FROM crm_service_inspection i
              LEFT JOIN crm_service_device d ON d.id = i.device_id
              LEFT JOIN crm_service_inspection_regime r ON r.id = i.regime_id
              JOIN (VALUES %s) AS t(company_id, day) ON t.company_id = i.company_id
        """, today)

    @api.readonly
    def action_open(self):
        """Open the inspection of one row."""
        self.ensure_one()
        return self.inspection_id.get_formview_action()
