from odoo import api, fields, models
from odoo.tools import SQL


class CrmTimeline(models.Model):
    """Everything between us and a contractor, in one list: a row per event, task, service order, inspection,
    quotation or order, invoice or bill."""

    _name = "crm.timeline"
    _description = "Timeline of a Contractor"
    _inherit = ["crm.source.view"]
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "crm.event": ["active", "name", "date", "partner_id", "person_id", "user_id", "description", "company_id"],
        "crm.task": [
            "active", "name", "date_done", "planned_start", "date_deadline", "partner_id", "person_id", "user_id",
            "description", "state", "is_open", "company_id"],
        "crm.service.order": [
            "active", "name", "date_received", "partner_id", "person_id", "user_id", "description", "state", "is_open",
            "company_id"],
        "crm.service.inspection": [
            "regime_id", "date_done", "planned_date", "partner_id", "user_id", "note", "state", "result", "is_open",
            "company_id"],
        "sale.order": [
            "name", "date_order", "partner_id", "user_id", "state", "amount_total", "currency_id", "company_id"],
        "account.move": [
            "name", "ref", "invoice_date", "date", "partner_id", "invoice_user_id", "state", "move_type",
            "amount_total", "currency_id", "company_id"],
        "res.partner": ["commercial_partner_id"],
    }

    kind = fields.Selection(selection_add=[
        ("event", "Event"), ("task", "Task"), ("order", "Service order"), ("inspection", "Inspection"),
        ("sale", "Quotation or order"), ("invoice", "Invoice or bill")])
    date = fields.Datetime(readonly=True)
    is_whole_day = fields.Boolean(readonly=True, help="It has a day and no hour: it stands at the day's beginning.")
    name = fields.Char(string="Subject", readonly=True)
    note = fields.Text(string="What Was Said", readonly=True)
    partner_id = fields.Many2one("res.partner", string="With", readonly=True)
    person_id = fields.Many2one("res.partner", readonly=True)
    contractor_id = fields.Many2one("res.partner", readonly=True)
    user_id = fields.Many2one("res.users", string="Performer", readonly=True)
    state = fields.Selection([
        ("draft", "Draft"), ("open", "Open"), ("in_progress", "In Progress"), ("done", "Done"),
        ("failed", "Failed result"), ("cancelled", "Cancelled")], readonly=True)
    amount = fields.Monetary(readonly=True, aggregator=None)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    event_id = fields.Many2one("crm.event", readonly=True)
    task_id = fields.Many2one("crm.task", readonly=True)
    order_id = fields.Many2one("crm.service.order", string="Service Order", readonly=True)
    inspection_id = fields.Many2one("crm.service.inspection", readonly=True)
    sale_order_id = fields.Many2one("sale.order", string="Quotation or Order", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice or Bill", readonly=True)

    @api.model
    def _get_source_fields(self):
        return {
            **super()._get_source_fields(),
            "event": "event_id", "task": "task_id", "order": "order_id", "inspection": "inspection_id",
            "sale": "sale_order_id", "invoice": "move_id"}

    @api.model
    def _get_found_sql(self, branch, name, condition, first, is_first):
        """As the mixin's: which rows are the first ones of a large contractor's thousands, indexes know; the rest is
        read of those alone."""
        found = super()._get_found_sql(branch, name, condition, first, is_first)
        if not is_first:
            return found
        return SQL(
            "(SELECT b.* FROM (SELECT res_id FROM %s AS o) f JOIN (%s) b ON b.res_id = f.res_id)", found, branch)

    @api.model
    def _get_source_join(self):
        return SQL("JOIN res_partner p ON p.id = s.partner_id")

    @api.model
    def _get_day_sql(self, name):
        """SQL of a day without an hour: it begins at the reader's midnight."""
        return SQL("(s.%s::timestamp AT TIME ZONE %s AT TIME ZONE 'UTC')", SQL.identifier(name), self.env.tz.zone)

    @api.model
    def _get_state_sql(self, begins):
        """SQL of the state of a source that knows more states than the timeline does: the one in which it begins is
        *open*, the other open ones are *in progress*."""
        return SQL(
            """CASE WHEN s.state = 'cancelled' THEN 'cancelled' WHEN s.state = %s THEN 'open'
                    WHEN s.is_open IS TRUE THEN 'in_progress' ELSE 'done' END""", begins)

    @api.model
    def _get_sources(self):
        """As the mixin's; a source has a contractor: its table ``s`` has ``partner_id``."""
        day = self._get_day_sql
        whose = {
            "partner_id": SQL("s.partner_id"), "contractor_id": SQL("p.commercial_partner_id"),
            "company_id": SQL("s.company_id"), "user_id": SQL("s.user_id")}
        said = {**whose, "person_id": SQL("s.person_id"), "name": SQL("s.name"), "note": SQL("s.description")}
        return {
            **super()._get_sources(),
            "event": {
                **said, "from": SQL("crm_event s"), "where": SQL("s.active"), "date": SQL("s.date"),
                "state": SQL("'done'")},
            "task": {
                **said, "from": SQL("crm_task s"), "where": SQL("s.active"), "state": self._get_state_sql("open"),
                "is_whole_day": SQL(
                    "COALESCE(s.date_done, s.planned_start) IS NULL AND s.date_deadline IS NOT NULL"),
                "date": SQL("COALESCE(s.date_done, s.planned_start, %s, s.create_date)", day("date_deadline"))},
            "order": {
                **said, "from": SQL("crm_service_order s"), "where": SQL("s.active"), "date": SQL("s.date_received"),
                "state": self._get_state_sql("new")},
            "inspection": {
                **whose, "from": SQL(
                    "crm_service_inspection s JOIN crm_service_inspection_regime r ON r.id = s.regime_id"),
                "where": SQL("true"), "date": SQL("COALESCE(%s, %s)", day("date_done"), day("planned_date")),
                "is_whole_day": SQL("true"),
                "name": SQL("COALESCE(r.name->>%s, r.name->>'en_US')", self.env.lang or "en_US"),
                "note": SQL("s.note"), "state": SQL(
                    "CASE WHEN s.state = 'done' AND s.result = 'failed' THEN 'failed' ELSE %s END",
                    self._get_state_sql("planned"))},
            "sale": {
                **whose, "from": SQL("sale_order s"), "where": SQL("true"), "date": SQL("s.date_order"),
                "name": SQL("s.name"), "amount": SQL("s.amount_total"), "currency_id": SQL("s.currency_id"),
                "state": SQL("CASE s.state WHEN 'sale' THEN 'open' WHEN 'cancel' THEN 'cancelled' ELSE 'draft' END")},
            "invoice": {
                **whose, "from": SQL("account_move s"), "where": SQL("s.move_type != 'entry'"),
                "date": SQL("COALESCE(%s, %s)", day("invoice_date"), day("date")), "is_whole_day": SQL("true"),
                "name": SQL("COALESCE(NULLIF(s.name, '/'), s.ref, '/')"), "user_id": SQL("s.invoice_user_id"),
                "amount": SQL("CASE WHEN s.move_type IN ('out_refund', 'in_refund') THEN -s.amount_total "
                              "ELSE s.amount_total END"), "currency_id": SQL("s.currency_id"),
                "state": SQL(
                    "CASE s.state WHEN 'posted' THEN 'done' WHEN 'cancel' THEN 'cancelled' ELSE 'draft' END")},
        }

    @api.readonly
    def action_open_source(self):
        """Open what one row stands for."""
        return self._get_source().get_formview_action()
