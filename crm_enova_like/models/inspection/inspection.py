from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

TECHNICIANS = "crm_enova_like.group_technician"
INSPECTION_STATES = [
    ("planned", "Planned"), ("ordered", "Ordered"), ("done", "Done"), ("cancelled", "Cancelled")]


RESULTS = [("passed", "Passed"), ("conditional", "Passed with conditions"), ("failed", "Failed")]


class CrmServiceInspection(models.Model):
    """A planned inspection (planowany przegląd): a record of its own, not an order."""

    _name = "crm.service.inspection"
    _description = "Planned Inspection"
    _inherit = ["crm.state.mixin", "crm.sorted.mixin", "crm.company.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "planned_date, id"
    _check_company_auto = True
    _rec_names_search = ["device_id.serial_number", "device_id.identifier", "device_id.name", "regime_id.name"]
    # whoever works with one may say something about it, whose it ever is
    _mail_post_access = "read"

    plan_id = fields.Many2one("crm.service.inspection.plan", ondelete="set null", index="btree_not_null")
    device_id = fields.Many2one(
        "crm.service.device", required=True, ondelete="cascade", index=True, check_company=True)
    regime_id = fields.Many2one(
        "crm.service.inspection.regime", compute="_compute_regime_id", store=True,
        readonly=False, precompute=True, index=True, ondelete="restrict", check_company=True)
    performed_by = fields.Selection(related="regime_id.performed_by")
    papers = fields.Text(related="regime_id.papers")
    company_id = fields.Many2one(related="device_id.company_id", store=True, precompute=True)
    # a device sold on keeps its plan, and what is still to be done goes to the new owner; what is closed stays
    partner_id = fields.Many2one(
        "res.partner", string="Contractor", compute="_compute_place", store=True, precompute=True, index=True)
    address_id = fields.Many2one(
        "res.partner", string="Place", compute="_compute_place", store=True, precompute=True, index=True)
    city = fields.Char(compute="_compute_city", store=True, precompute=True)
    zip = fields.Char(compute="_compute_city", store=True, precompute=True)
    phone = fields.Char(related="partner_id.phone", tracking=False)
    is_mobile = fields.Boolean(related="partner_id.service_is_mobile", string="Takes Text Messages")
    user_id = fields.Many2one(
        "res.users", string="Technician", compute="_compute_user_id", store=True, readonly=False, precompute=True)
    planned_date = fields.Date(required=True, tracking=True)
    schedule_date = fields.Date(
        string="Date of the Plan", compute="_compute_schedule_date", store=True, precompute=True,
        help="The date of its plan that this inspection stands for, also when it was moved to another day.")
    due_date = fields.Date(
        compute="_compute_due_date", store=True, precompute=True,
        help="The last day that the tolerance of the regime still allows.")
    state = fields.Selection(
        INSPECTION_STATES, required=True, default="planned", readonly=True, copy=False, tracking=True)
    is_overdue = fields.Boolean(compute="_compute_is_overdue", search="_search_is_overdue")
    is_due_soon = fields.Boolean(compute="_compute_is_overdue", search="_search_is_due_soon")
    cancel_reason = fields.Char(copy=False, tracking=True)
    order_id = fields.Many2one(
        "crm.service.order", string="Service Order", copy=False, readonly=True, index="btree_not_null",
        check_company=True, ondelete="set null")
    order_device_id = fields.Many2one(
        "crm.service.order.device", copy=False, readonly=True, index="btree_not_null", ondelete="set null")
    date_agreed = fields.Datetime(string="Agreed For", copy=False, tracking=True)
    agreed_with = fields.Char(copy=False, help="With whom the date was agreed.")
    date_done = fields.Date(copy=False, tracking=True)
    result = fields.Selection(RESULTS, copy=False, tracking=True)
    protocol_number = fields.Char(copy=False, index="btree_not_null")
    note = fields.Text()
    date_reminded = fields.Date(readonly=True, copy=False)

    _to_remind_idx = models.Index("(planned_date, id) WHERE state = 'planned' AND date_reminded IS NULL")
    _plan_date_uniq = models.UniqueIndex(
        "(plan_id, schedule_date) WHERE plan_id IS NOT NULL AND (state != 'done' OR date_done >= schedule_date)",
        "An inspection of this plan on this day exists already. A cancelled one is reopened.")
    _company_date_idx = models.Index("(company_id, planned_date, id)")
    _live_idx = models.Index("(company_id, planned_date, id) INCLUDE (due_date) WHERE is_open IS TRUE")
    _to_arrange_idx = models.Index("(company_id, planned_date, id) WHERE state = 'planned' AND date_agreed IS NULL")
    _to_order_idx = models.Index("(company_id, planned_date, id) WHERE state = 'planned' AND date_agreed IS NOT NULL")
    _arranged_idx = models.Index("(company_id, planned_date, id) WHERE is_open IS TRUE AND date_agreed IS NOT NULL")
    _ordered_idx = models.Index("(company_id, planned_date, id) WHERE state = 'ordered'")
    _failed_idx = models.Index("(company_id, planned_date, id) WHERE result = 'failed'")
    _not_found_idx = models.Index("(company_id, planned_date, id) WHERE state = 'planned' AND visit_failed_count > 0")
    _user_idx = models.Index("(user_id, planned_date, id)")
    _done_has_date = models.Constraint(
        "CHECK(state != 'done' OR date_done IS NOT NULL)", "An inspection that is done has its date.")

    @api.model
    def _get_sortable_fields(self):
        return super()._get_sortable_fields() | {"planned_date"}

    @api.depends_context("lang")
    @api.depends("device_id", "regime_id", "planned_date")
    def _compute_display_name(self):
        for inspection in self:
            inspection.display_name = " – ".join(filter(None, [
                inspection.regime_id.name, inspection.device_id.display_name]))

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """As core's; a reader changes nothing, and adds nothing either."""
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        if message_operation == "create" and not (self.env.su or self.env.user.has_group(TECHNICIANS)):
            operations = dict.fromkeys(operations, "write")
        return operations

    # WHAT FOLLOWS FROM THE DEVICE, THE PLAN AND THE REGIME, UNTIL AN INSPECTION IS CLOSED

    @api.depends("plan_id.regime_id", "is_open")
    def _compute_regime_id(self):
        for inspection in self:
            of_plan = inspection.plan_id.regime_id if inspection.is_open else None
            inspection.regime_id = of_plan or inspection.regime_id

    @api.depends("device_id.partner_id", "device_id.address_id", "is_open")
    def _compute_place(self):
        for inspection in self:
            at = inspection.device_id if inspection.is_open else inspection._origin
            inspection.partner_id, inspection.address_id = at.partner_id, at.address_id

    @api.depends("address_id.city", "address_id.zip", "is_open")
    def _compute_city(self):
        for inspection in self:
            at = inspection.address_id if inspection.is_open else inspection._origin
            inspection.city, inspection.zip = at.city, at.zip

    @api.depends("device_id.technician_id")
    def _compute_user_id(self):
        for inspection in self:
            if inspection.state in ("planned", False):
                # of one who left, the device still tells whose it was
                technician = inspection.device_id.technician_id
                inspection.user_id = technician._get_here() or inspection.user_id

    @api.depends("planned_date", "regime_id.tolerance_days", "is_open")
    def _compute_due_date(self):
        for inspection in self:
            planned = inspection.planned_date
            if not planned:
                inspection.due_date = False
            elif inspection.is_open:
                inspection.due_date = planned + timedelta(
                    days=min(inspection.regime_id.tolerance_days, (date.max - planned).days))
            else:
                inspection.due_date = inspection._origin.due_date

    @api.depends("plan_id")
    def _compute_schedule_date(self):
        for inspection in self:
            inspection.schedule_date = inspection.schedule_date or (inspection.plan_id and inspection.planned_date)

    @api.depends("due_date", "planned_date", "is_open", "regime_id.lead_days")
    def _compute_is_overdue(self):
        overdue = self.filtered_domain(self._get_overdue_domain())
        soon = self.filtered_domain(self._get_due_soon_domain(self.regime_id))
        for inspection in self:
            inspection.is_overdue = inspection in overdue
            inspection.is_due_soon = inspection in soon

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_overdue_domain()

    def _search_is_due_soon(self, operator, value):
        if operator != "in":
            return NotImplemented
        Regime = self.env["crm.service.inspection.regime"].with_context(active_test=False)
        regimes = Regime.search([])    # pylint: disable=no-search-all  # regimes are few, and each has a notice of its own
        return self._get_due_soon_domain(regimes)

    @api.model
    def _get_overdue_domain(self):
        """Inspections still to be done whose last day is past."""
        return Domain("is_open", "=", True) & Domain.OR(
            of_day & Domain("due_date", "<", today) for today, of_day in self._get_days())

    @api.model
    def _get_due_soon_domain(self, regimes):
        """Inspections of the regimes that come within their notice, or are in their tolerance."""
        return Domain("is_open", "=", True) & Domain.OR(
            of_day & Domain("due_date", ">=", today)
            & Domain("regime_id", "in", of_days.ids) & Domain("planned_date", "<=", today + timedelta(days=days))
            for today, of_day in self._get_days() for days, of_days in regimes.grouped("lead_days").items())

    @api.model
    def _get_days(self):
        """Today, which is each company's own: [(date, domain of the companies that have it)]."""
        return self.env["res.company"].sudo()._get_in_sight()._group_by_today()

    @api.constrains("planned_date", "date_agreed")
    def _check_planned_date(self):
        for company, inspections in self.grouped("company_id").items():
            today = company._service_today()
            first, last = today - relativedelta(years=100), today + relativedelta(years=50)
            for inspection in inspections:
                agreed = inspection.date_agreed
                for day in (inspection.planned_date, agreed and agreed.date()):
                    if day and not first <= day <= last:
                        raise ValidationError(self.env._(
                            "Inspection %(inspection)s: the date %(date)s cannot be right.",
                            inspection=inspection.display_name, date=format_date(self.env, day)))

    @api.constrains("user_id")
    def _check_technician(self):
        for inspection in self:
            # sudo: whether somebody is one of ours is no secret
            if inspection.user_id.sudo().share:
                raise ValidationError(self.env._(
                    "Inspection %(inspection)s: %(user)s is not one of our people.",
                    inspection=inspection.display_name, user=inspection.user_id.display_name))

    def _check_technicians_here(self):
        """Whether inspections that were just made or given are of people who work here. What is closed is history.

        :raises UserError: a technician is archived
        """
        self.filtered("is_open").user_id._check_are_here()

    @api.constrains("plan_id", "device_id")
    def _check_plan(self):
        for inspection in self:
            if inspection.plan_id and inspection.plan_id.device_id != inspection.device_id:
                raise ValidationError(self.env._(
                    "Inspection %(inspection)s is of another device than its plan %(plan)s.",
                    inspection=inspection.display_name, plan=inspection.plan_id.display_name))

    @api.constrains("date_done", "state")
    def _check_date_done(self):
        self.filtered(lambda inspection: inspection.state == "done")._check_day()

    def _check_day(self, day=None):
        """Nothing is done in the future, nor before there were devices.

        :param day: the day on which all are done; else each has its own, or today
        :raises ValidationError: names the first one that is
        """
        for company, inspections in self.grouped("company_id").items():
            today = company._service_today()
            for inspection in inspections:
                done = day or inspection.date_done or today
                if done > today:
                    raise ValidationError(self.env._(
                        "Inspection %(inspection)s cannot be done in the future (%(date)s).",
                        inspection=inspection.display_name, date=format_date(self.env, done)))
                if done < today - relativedelta(years=100):
                    raise ValidationError(self.env._(
                        "Inspection %(inspection)s: the date %(date)s cannot be right.",
                        inspection=inspection.display_name, date=format_date(self.env, done)))

    # WHAT IS DUE, AND WHERE

    @api.model
    def _get_in_use_domain(self):
        """Inspections of devices in use, and of no paused plan: of the others nobody is told."""
        return [
            ("device_id.active", "=", True), "|", ("plan_id", "=", False), ("plan_id.active", "=", True)]

    def action_view_order(self):
        """Open the order of an inspection."""
        self.ensure_one()
        return self.order_id.get_formview_action()
