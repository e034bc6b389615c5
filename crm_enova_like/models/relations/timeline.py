from odoo import api, fields, models
from odoo.tools import SQL

# the many2one to each source, by kind; the position makes the ids of the rows distinct: add at the end
SOURCES = {
    "event": "event_id", "task": "task_id", "order": "order_id", "inspection": "inspection_id",
    "sale": "sale_order_id", "invoice": "move_id"}


SLOTS = 8


class CrmTimeline(models.Model):
    """Everything between us and a contractor, in one list: a row per event, task, service order,
    inspection, quotation or order, invoice or bill.

    A row is found, counted, grouped and read by whoever may read its source, and by nobody else: a record
    rule would be evaluated with sudo, so it is the query itself that is narrowed.
    """

    _name = "crm.timeline"
    _description = "Timeline of a Contractor"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "crm.event": ["active", "name", "date", "partner_id", "person_id", "user_id", "description", "company_id"],
        "crm.task": [
            "active", "name", "date_done", "planned_start", "date_deadline", "partner_id", "person_id", "user_id",
            "description", "state", "company_id"],
        "crm.service.order": [
            "active", "name", "date_received", "partner_id", "person_id", "user_id", "description", "state",
            "company_id"],
        "crm.service.inspection": [
            "regime_id", "date_done", "planned_date", "partner_id", "user_id", "note", "state", "company_id"],
        "sale.order": [
            "name", "date_order", "partner_id", "user_id", "state", "amount_total", "currency_id", "company_id"],
        "account.move": [
            "name", "ref", "invoice_date", "date", "partner_id", "invoice_user_id", "state", "move_type",
            "amount_total", "currency_id", "company_id"],
        "res.partner": ["commercial_partner_id"],
    }

    kind = fields.Selection([
        ("event", "Event"), ("task", "Task"), ("order", "Service order"), ("inspection", "Inspection"),
        ("sale", "Quotation or order"), ("invoice", "Invoice or bill")], readonly=True)
    date = fields.Datetime(readonly=True)
    name = fields.Char(string="Subject", readonly=True)
    note = fields.Text(string="What Was Said", readonly=True)
    partner_id = fields.Many2one("res.partner", string="With", readonly=True)
    person_id = fields.Many2one("res.partner", string="Person", readonly=True)
    contractor_id = fields.Many2one("res.partner", string="Contractor", readonly=True)
    user_id = fields.Many2one("res.users", string="Performer", readonly=True)
    state = fields.Selection([
        ("draft", "Draft"), ("open", "Open"), ("in_progress", "In Progress"), ("done", "Done"),
        ("cancelled", "Cancelled")], readonly=True)
    amount = fields.Monetary(readonly=True, aggregator=None)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    event_id = fields.Many2one("crm.event", string="Event", readonly=True)
    task_id = fields.Many2one("crm.task", string="Task", readonly=True)
    order_id = fields.Many2one("crm.service.order", string="Service Order", readonly=True)
    inspection_id = fields.Many2one("crm.service.inspection", string="Inspection", readonly=True)
    sale_order_id = fields.Many2one("sale.order", string="Quotation or Order", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice or Bill", readonly=True)

    @property
    def _table_query(self):
        """The union of the sources, each narrowed to what the user may read of it.

        Narrowed in its branch and not around the union, where PostgreSQL would go through every source's
        whole table. A model without any right is left out.
        """
        branches = []
        for slot, (kind, parts) in enumerate(self._get_sources().items()):
            Model = self.env[self._fields[SOURCES[kind]].comodel_name]
            if self.env.su or Model.has_access("read"):
                readable = SQL("true") if self.env.su else SQL(
                    "s.id IN %s", Model._search([], active_test=False).subselect())
                branches.append(self._get_source_sql(slot, kind, readable, *parts))
        if not branches:
            # no right to any source: the columns, without a row
            kind, parts = next(iter(self._get_sources().items()))
            branches.append(self._get_source_sql(0, kind, SQL("false"), *parts))
        return SQL(" UNION ALL ").join(branches)

    @api.model
    def _get_sources(self):
        """{kind: (tables, condition, date, name, note, person, user, state, amount, currency)}.

        The source is ``s`` in each, and has ``id``, ``partner_id`` and ``company_id``.
        """
        tz = self.env.tz.zone

        def day(name):
            # a day without an hour begins at the user's midnight
            return SQL("(s.%s::timestamp AT TIME ZONE %s AT TIME ZONE 'UTC')", SQL.identifier(name), tz)

        null, money = SQL("NULL::integer"), (SQL("NULL::numeric"), SQL("NULL::integer"))
        return {
            "event": (
                SQL("crm_event s"), SQL("s.active"), SQL("s.date"), SQL("s.name"), SQL("s.description"),
                SQL("s.person_id"), SQL("s.user_id"), SQL("'done'"), *money),
            "task": (
                SQL("crm_task s"), SQL("s.active"),
                SQL("COALESCE(s.date_done, s.planned_start, %s, s.create_date)", day("date_deadline")),
                SQL("s.name"),
                SQL("s.description"), SQL("s.person_id"), SQL("s.user_id"), SQL("s.state"), *money),
            "order": (
                SQL("crm_service_order s"), SQL("s.active"), SQL("s.date_received"), SQL("s.name"),
                SQL("s.description"), SQL("s.person_id"), SQL("s.user_id"),
                SQL("""CASE s.state WHEN 'done' THEN 'done' WHEN 'cancelled' THEN 'cancelled' WHEN 'new' THEN 'open'
                            ELSE 'in_progress' END"""), *money),
            "inspection": (
                SQL("crm_service_inspection s JOIN crm_service_inspection_regime r ON r.id = s.regime_id"),
                SQL("true"),
                SQL("COALESCE(%s, %s)", day("date_done"), day("planned_date")),
                SQL("COALESCE(r.name->>%s, r.name->>'en_US')", self.env.lang or "en_US"),
                SQL("s.note"), null, SQL("s.user_id"),
                SQL("""CASE s.state WHEN 'done' THEN 'done' WHEN 'cancelled' THEN 'cancelled'
                            WHEN 'planned' THEN 'open' ELSE 'in_progress' END"""), *money),
            "sale": (
                SQL("sale_order s"), SQL("true"), SQL("s.date_order"), SQL("s.name"), SQL("NULL::text"), null,
                SQL("s.user_id"),
                SQL("CASE s.state WHEN 'sale' THEN 'open' WHEN 'cancel' THEN 'cancelled' ELSE 'draft' END"),
                SQL("s.amount_total"), SQL("s.currency_id")),
            "invoice": (
                SQL("account_move s"), SQL("s.move_type != 'entry'"),
                SQL("COALESCE(%s, %s)", day("invoice_date"), day("date")),
                SQL("COALESCE(NULLIF(s.name, '/'), s.ref, '/')"), SQL("NULL::text"), null, SQL("s.invoice_user_id"),
                SQL("CASE s.state WHEN 'posted' THEN 'done' WHEN 'cancel' THEN 'cancelled' ELSE 'draft' END"),
                SQL("CASE WHEN s.move_type IN ('out_refund', 'in_refund') THEN -s.amount_total "
                    "ELSE s.amount_total END"), SQL("s.currency_id")),
        }

    @api.model
    def _get_source_sql(self, slot, kind, readable, source, condition, *columns):
        links = SQL(", ").join(
            SQL("%s AS %s", SQL("s.id") if other == kind else SQL("NULL::integer"), SQL.identifier(name))
            for other, name in SOURCES.items())
        date, name, note, person, user, state, amount, currency = columns
        return SQL(
            """SELECT s.id::bigint * %s + %s AS id, %s AS kind, %s::timestamp AS date, %s AS name, %s AS note,
                      s.partner_id, %s AS person_id, p.commercial_partner_id AS contractor_id, %s AS user_id,
                      %s::varchar AS state, %s AS amount, %s AS currency_id, s.company_id, %s
                 FROM %s JOIN res_partner p ON p.id = s.partner_id
                WHERE %s AND %s""",
            SLOTS, slot, kind, date, name, note, person, user, state, amount, currency, links, source, condition,
            readable)

    @api.private
    def exists(self):
        # a row that is not for the user is forbidden, not missing
        return super(CrmTimeline, self.sudo()).exists().with_env(self.env)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if result or not any(self._ids):
            return result
        forbidden = self - self.search([("id", "in", self.ids)])
        if forbidden:
            return forbidden, lambda: self.env["ir.rule"]._make_access_error(operation, forbidden)
        return None

    @api.readonly
    def action_open_source(self):
        """Open what one row stands for."""
        self.ensure_one()
        return self[SOURCES[self.kind]].get_formview_action()
