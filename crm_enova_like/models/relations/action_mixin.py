from odoo import api, fields, models
from odoo.fields import Domain

from ..common.phones import is_mobile
from ..common.queries import LIKE, found_by
from ..common.readable import readable
from ..common.words import found_by_words


class CrmActionMixin(models.AbstractModel):
    """What tasks (to do) and events (happened) share: enova's *działanie*."""

    _name = "crm.action.mixin"
    _description = "Action with a Contractor"
    _inherit = ["crm.performer.mixin", "crm.archived.mixin", "crm.company.mixin", "mail.activity.mixin"]
    _check_company_auto = True

    name = fields.Char(string="Subject", required=True, index="trigram", tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Contractor", check_company=True, tracking=True, index="btree_not_null",
        ondelete="restrict", compute="_compute_partner_id", store=True, readonly=False, precompute=True)
    person_id = fields.Many2one(
        "res.partner", check_company=True, tracking=True, index="btree_not_null",
        ondelete="restrict", help="With whom.",
        domain="[('is_company', '=', False)] + ([('id', 'child_of', partner_id)] if partner_id else [])")
    person_is_foreign = fields.Boolean(compute="_compute_person_is_foreign")
    foreign_notice = fields.Char(
        compute="_compute_foreign_notice", help="Which of what is named here is another contractor's.")
    partner_phone = fields.Char(string="Contractor's Phone", compute="_compute_partner_phone")
    partner_is_mobile = fields.Boolean(string="Takes Text Messages", compute="_compute_partner_phone")
    user_id = fields.Many2one(default=lambda self: self.env.user)
    project_id = fields.Many2one(
        "project.project", check_company=True, tracking=True, index="btree_not_null",
        help="Setting it fills in the contractor and the campaign.")
    campaign_id = fields.Many2one(
        "utm.campaign", check_company=True, tracking=True, index="btree_not_null", compute="_compute_campaign_id",
        store=True, readonly=False, precompute=True)
    order_id = fields.Many2one(
        "crm.service.order", string="Service Order", check_company=True, index="btree_not_null",
        ondelete="set null", domain="[('partner_id', 'child_of', partner_id)] if partner_id else []")
    device_id = fields.Many2one(
        "crm.service.device", check_company=True, index="btree_not_null", ondelete="set null",
        domain="[('partner_id', 'child_of', partner_id)] if partner_id else []")
    description = fields.Text(index="trigram")

    def _may_archive(self, active):
        # their own, as the lists of each offer it
        return super()._may_archive(active) or self.user_id == self.env.user

    @api.model
    def _get_open_names(self):
        # a technician's task may be about a colleague's order, and what comes of it is noted
        return super()._get_open_names() | {"project_id", "campaign_id", "order_id", "device_id", "task_id", "event_id",
                                            "parent_id"}

    @api.model
    def _search_display_name(self, operator, value):
        """Find by the subject, by what was said, and by whom and what it is about: each word stands in one of them.

        What an index of pieces finds is asked for first: PostgreSQL would rather go through all by their dates, since
        it takes what is looked for to be spread over the years, where it is all of one of them.
        """
        if operator not in LIKE or not value:
            return super()._search_display_name(operator, value)
        if operator == "ilike" and isinstance(value, str):
            return found_by_words(self, value, self._get_word_domains)
        return found_by(self, [Domain("name", operator, value), Domain("description", operator, value)])

    @api.model
    def _get_word_domains(self, word):
        """Where a word that is typed may stand: list of domains."""
        partners = self.env["res.partner"]._query_word(word)
        return [
            Domain("name", "ilike", word), Domain("description", "ilike", word),
            Domain("partner_id", "in", partners), Domain("person_id", "in", partners),
            Domain("device_id", "in", self.env["crm.service.device"]._query_kind_word(word)),
            Domain("order_id", "any", [("name", "ilike", word)])]

    @api.depends("project_id", "order_id", "person_id", "device_id")
    def _compute_partner_id(self):
        without = self.filtered(lambda action: not action.partner_id)
        known = {name: readable(without[name]) for name in ("project_id", "order_id", "device_id", "person_id")}
        for action in self:
            project, order, device, person = (action[name]._origin & known[name] for name in known)
            action.partner_id = (
                action.partner_id or project.partner_id or order.partner_id or device.partner_id
                or person.commercial_partner_id)

    @api.depends("project_id", "order_id")
    def _compute_campaign_id(self):
        without = self.filtered(lambda action: not action.campaign_id)
        projects, orders = readable(without.project_id), readable(without.order_id)
        for action in self:
            campaign = action.campaign_id or (action.project_id._origin & projects).campaign_id or (
                action.order_id._origin & orders).campaign_id
            # a project that companies share may be in the campaign of another one
            action.campaign_id = campaign if campaign._is_open_to(action.company_id) else False

    @api.constrains("order_id")
    def _check_order_billing(self):
        # sudo: links out of sight bill the order as well
        self.sudo().filtered("order_id").document_link_ids._check_billing()

    @api.depends("person_id", "partner_id")
    def _compute_person_is_foreign(self):
        for action in self:
            action.person_is_foreign = bool(
                action.person_id and action.partner_id
                and action.person_id.commercial_partner_id != action.partner_id.commercial_partner_id)

    @api.depends("partner_id", "order_id", "device_id")
    def _compute_foreign_notice(self):
        orders, devices = readable(self.order_id), readable(self.device_id)
        partners = readable(self.partner_id | orders.sudo().partner_id | devices.sudo().partner_id)
        for action in self:
            order, device = action.order_id._origin & orders, action.device_id._origin & devices
            payers = (order.partner_id | order.invoice_partner_id).commercial_partner_id
            contractor = action.partner_id.commercial_partner_id._origin
            foreign = []
            if contractor and order and contractor not in payers:
                foreign.append((order, order.partner_id))
            # in an order of theirs may be what is another's
            if contractor and device.partner_id and device.partner_id.commercial_partner_id != contractor and (
                    device not in order.device_line_ids.device_id):
                foreign.append((device, device.partner_id))
            action.foreign_notice = " ".join(
                self.env._("%(record)s belongs to %(partner)s.", record=record.display_name, partner=owner.display_name)
                if owner & partners else self.env._(
                    "%(record)s belongs to another contractor.", record=record.display_name)
                for record, owner in foreign) or False

    @api.onchange("order_id", "device_id")
    def _onchange_foreign(self):
        if self.foreign_notice:
            return {"warning": {
                "title": self.env._("Another contractor's"), "message": self.env._(
                    "%(notice)s The contractor here is %(partner)s. Check which of them is meant.",
                    notice=self.foreign_notice, partner=self.partner_id.display_name)}}
        return None

    @api.depends("person_id", "partner_id")
    def _compute_partner_phone(self):
        for action in self:
            action.partner_phone = action.person_id.phone or action.partner_id.phone
            # sudo: where the firm is says how its numbers are written
            action.partner_is_mobile = is_mobile(action.partner_phone, action.company_id.sudo().country_id)

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            # nobody moves what is theirs into a company that they do not work in
            self.check_access("write")
        return result

    def action_take_persons_contractor(self):
        """The person speaks for another contractor: the action is that one's."""
        for action in self.filtered("person_is_foreign"):
            action.partner_id = action.person_id.commercial_partner_id
        return True

    def action_view_timeline(self):
        """Everything between us and the contractor of one task or event."""
        return self.ensure_one().partner_id.action_view_crm_timeline()

    def action_view_order(self):
        """The service order of one task or event."""
        return self.ensure_one().order_id.get_formview_action()

    def action_view_project(self):
        """The project of one task or event: what else belongs to it."""
        return self.ensure_one().project_id.get_formview_action()
