from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.actions import open_dialog, open_list
from ..common.readable import STAFF

# of a number of days: (days to add, whether those who were met are left out or kept)
NO_CONTACT_OPERATORS = {
    ">": (1, SQL("NOT EXISTS")), ">=": (0, SQL("NOT EXISTS")), "<": (0, SQL("EXISTS")), "<=": (1, SQL("EXISTS"))}


class ResPartner(models.Model):
    """Contractors and persons of the register: what happened last with each, what comes next.

    What happened with a contractor is what happened with the contractor itself and with everybody
    whose commercial partner it is.
    """

    _inherit = "res.partner"

    crm_kind = fields.Selection(
        [("contractor", "Contractor"), ("bank", "Bank"), ("office", "Office")], string="Kind", default="contractor",
        index="btree_not_null", help="An office is a body that is no customer: a tax office, an inspectorate.")
    crm_consent_ids = fields.One2many(
        "crm.consent", "partner_id", string="Consents", groups=STAFF)
    crm_people_consent_ids = fields.One2many(
        "crm.consent", "contractor_id", string="Consents of Its People", readonly=True,
        domain=[("partner_id.parent_id", "!=", False)], groups=STAFF)
    crm_task_count = fields.Integer(compute="_compute_crm_counts")
    crm_event_count = fields.Integer(compute="_compute_crm_counts")
    last_event_date = fields.Datetime(
        string="Last Event", compute="_compute_crm_dates", groups=STAFF)
    next_task_date = fields.Date(
        string="Next Task", compute="_compute_crm_dates", groups=STAFF)
    days_without_contact = fields.Integer(
        compute="_compute_crm_dates", search="_search_days_without_contact",
        groups=STAFF,
        help="Days since the last event; searching for more finds those with whom nothing has happened yet, too.")

    # WHAT HAPPENED LAST, WHAT COMES NEXT

    def _get_crm_members_sql(self):
        """Pairs (member, root): each of the partners, and whoever has it as commercial partner."""
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        return SQL(
            """SELECT id AS member, id AS root FROM res_partner WHERE id = ANY(%(ids)s)
                UNION SELECT id, commercial_partner_id FROM res_partner WHERE commercial_partner_id = ANY(%(ids)s)""",
            ids=self.ids)

    def _read_crm_actions(self, model_name, value, domain):
        """What the actions of each partner come to, among those that the user may read.

        :param model_name: crm.task or crm.event
        :param value: SQL, an aggregate over the actions ``a``
        :param domain: which actions count
        :return: {partner id: value}; empty for whoever may not read the model
        """
        Model = self.env[model_name]
        if not self.ids or not Model.has_access("read"):
            return {}
        Model.flush_model()
        took_part, readable = SQL(), self._get_readable_sql(Model._search(domain))
        if field := Model._fields.get("participant_ids"):
            took_part = SQL(
                "UNION SELECT m.root, r.%s FROM member m JOIN %s r ON r.%s = m.member",
                SQL.identifier(field.column1), SQL.identifier(field.relation), SQL.identifier(field.column2))
        # a union of joins instead of an OR, and what may be read in each: each has its index
        return dict(self.env.execute_query(SQL(
            """WITH member AS (%(members)s),
                    link AS (SELECT m.root, a.id FROM member m JOIN %(readable)s a ON a.partner_id = m.member
                              UNION SELECT m.root, a.id FROM member m JOIN %(readable)s a ON a.person_id = m.member
                              %(took_part)s)
             SELECT link.root, %(value)s FROM link JOIN %(readable)s a ON a.id = link.id GROUP BY link.root""",
            members=self._get_crm_members_sql(), took_part=took_part, value=value, readable=readable)))

    @api.model
    def _get_readable_sql(self, query):
        """The rows that a query of tasks or events finds, as a table: a join with ids would go through it twice."""
        return SQL("(%s)", query.select(SQL("%s.*", SQL.identifier(query.table))))

    def _read_last_event_dates(self):
        """When something last happened with each partner, of what the user may read: {partner id: date}.

        With each member it is the first entry of an index; whoever took part took part in little.
        """
        Event = self.env["crm.event"]
        if not self.ids or not Event.has_access("read"):
            return {}
        Event.flush_model()
        field, readable = Event._fields["participant_ids"], self._get_readable_sql(Event._search([]))
        return dict(self.env.execute_query(SQL(
            """WITH member AS (%(members)s)
             SELECT root, max(date) FROM (
                    SELECT m.root, a.date FROM member m CROSS JOIN LATERAL (
                           SELECT e.date FROM %(readable)s e WHERE e.partner_id = m.member
                            ORDER BY e.date DESC LIMIT 1) a
                     UNION ALL
                    SELECT m.root, a.date FROM member m CROSS JOIN LATERAL (
                           SELECT e.date FROM %(readable)s e WHERE e.person_id = m.member
                            ORDER BY e.date DESC LIMIT 1) a
                     UNION ALL
                    SELECT m.root, e.date FROM member m JOIN %(took_part)s r ON r.%(partner)s = m.member
                      JOIN %(readable)s e ON e.id = r.%(event)s) happened
              GROUP BY root""",
            members=self._get_crm_members_sql(), readable=readable, took_part=SQL.identifier(field.relation),
            partner=SQL.identifier(field.column2), event=SQL.identifier(field.column1))))

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_crm_counts(self):
        tasks = self._read_crm_actions("crm.task", SQL("count(*)"), [("is_open", "=", True)])
        events = self._read_crm_actions("crm.event", SQL("count(*)"), [])
        for partner in self:
            partner.crm_task_count = tasks.get(partner._origin.id, 0)
            partner.crm_event_count = events.get(partner._origin.id, 0)

    @api.depends_context("uid", "allowed_company_ids", "tz")
    def _compute_crm_dates(self):
        last = self._read_last_event_dates()
        following = self._read_crm_actions(
            "crm.task", SQL(
                "min(COALESCE((a.planned_start AT TIME ZONE 'UTC' AT TIME ZONE %s)::date, a.date_deadline))",
                self.env.tz.zone),
            [("is_open", "=", True)])
        now = fields.Datetime.now()
        for partner in self:
            date = last.get(partner._origin.id)
            partner.last_event_date = date or False
            partner.next_task_date = following.get(partner._origin.id) or False
            partner.days_without_contact = (now - date).days if date else False

    def _search_days_without_contact(self, operator, value):
        if operator not in NO_CONTACT_OPERATORS:
            return NotImplemented
        more, kept = NO_CONTACT_OPERATORS[operator]
        days = int(value) + more
        Event = self.env["crm.event"]
        if not Event.has_access("read"):
            return Domain.FALSE
        recent = Event._search([("date", ">", fields.Datetime.now() - timedelta(days=days))])
        Event.flush_model(["partner_id", "person_id", "participant_ids"])
        field = Event._fields["participant_ids"]
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        # whoever was met, and whose people were, once; as a join, which PostgreSQL does not repeat for each partner
        return Domain.custom(to_sql=lambda _model, alias, _query: SQL(
            """%(kept)s (
               SELECT FROM (
                      SELECT e.partner_id AS id FROM %(recent)s e WHERE e.partner_id IS NOT NULL GROUP BY e.partner_id
                       UNION ALL
                      SELECT e.person_id FROM %(recent)s e WHERE e.person_id IS NOT NULL GROUP BY e.person_id
                       UNION ALL
                      SELECT r.%(partner)s FROM %(took_part)s r JOIN %(recent)s e ON e.id = r.%(event)s) whom
                 JOIN res_partner p ON p.id = whom.id
                 CROSS JOIN LATERAL (VALUES (p.id), (p.commercial_partner_id)) AS met (id)
                WHERE met.id = %(id)s)""",
            kept=kept, took_part=SQL.identifier(field.relation), event=SQL.identifier(field.column1),
            partner=SQL.identifier(field.column2), recent=self._get_readable_sql(recent),
            id=SQL.identifier(alias, "id")))

    @api.model
    @api.readonly
    def web_search_read(self, domain, specification, offset=0, limit=None, order=None, count_limit=None):
        """As core's; who was met is found out once, for a page and for how many there are."""
        if not limit or not count_limit or offset + limit > count_limit or not any(
                condition.field_expr == "days_without_contact" for condition in Domain(domain).iter_conditions()):
            return super().web_search_read(domain, specification, offset, limit, order, count_limit)
        found = self.search(domain, limit=count_limit, order=order)
        page = self.browse(found.ids[offset:offset + limit])
        return {"length": len(found) if page else 0, "records": page.web_read(specification)}

    # WHERE THE BUTTONS LEAD

    def _get_crm_domain(self, model_name):
        """The tasks or events of one contractor with its people, or of one person."""
        self.ensure_one()
        names = ["partner_id", "person_id"] + ["participant_ids"] * (
            "participant_ids" in self.env[model_name]._fields)
        return list(Domain.OR(
            Domain(name, "in", self.ids) | Domain(f"{name}.commercial_partner_id", "in", self.ids)
            for name in names))

    def _get_crm_defaults(self):
        """What a new task or event of one contractor or person begins with."""
        self.ensure_one()
        contractor = self.commercial_partner_id
        return {
            "default_partner_id": contractor.id,
            "default_person_id": self.id if self != contractor and not self.is_company and self.type == "contact"
            else False}

    def _get_crm_action(self, xml_id, model_name, **context):
        return open_list(
            self.env, xml_id, self._get_crm_domain(model_name), {**self._get_crm_defaults(), **context})

    def action_view_crm_tasks(self):
        """The tasks of one contractor or person, those to do first."""
        return self._get_crm_action("crm_enova_like.action_crm_task", "crm.task", search_default_todo=1)

    def action_view_crm_events(self):
        """The events of one contractor or person."""
        return self._get_crm_action("crm_enova_like.action_crm_event", "crm.event")

    def action_view_crm_timeline(self):
        """Everything between us and one contractor or person, newest first; what is still to come is a filter more:
        the inspections of years would stand before what was said yesterday."""
        self.ensure_one()
        domain = [("contractor_id", "=", self.id)]
        if self.commercial_partner_id != self:
            domain = ["|", "|", ("partner_id", "=", self.id), ("person_id", "=", self.id),
                      ("event_id.participant_ids", "in", self.ids)]
        return open_list(
            self.env, "crm_enova_like.action_crm_timeline", domain, {"search_default_past": 1},
            name=self.env._("Timeline: %(partner)s", partner=self.display_name))

    def action_log_crm_event(self):
        """Note an event with one contractor or person, in a form that is filled in."""
        return self._get_crm_form(self.env._("New event"), "crm.event")

    def action_plan_crm_task(self):
        """Plan a task with one contractor or person, in a form that is filled in."""
        return self._get_crm_form(self.env._("New task"), "crm.task")

    def _get_crm_form(self, name, model_name):
        if not self.env[model_name].has_access("create"):
            raise AccessError(self.env._("You may not note anything about %(partner)s.", partner=self.display_name))
        return open_dialog(self.env, model_name, name, self._get_crm_defaults())
