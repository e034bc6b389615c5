from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ..order.stage import OPEN_STATES

INSPECTION_STATES = [
    ("planned", "Planned"), ("ordered", "Ordered"), ("done", "Done"), ("cancelled", "Cancelled")]


RESULTS = [("passed", "Passed"), ("conditional", "Passed with conditions"), ("failed", "Failed")]


class CrmServiceInspection(models.Model):
    """A planned inspection (planowany przegląd): a record of its own, not an order."""

    _name = "crm.service.inspection"
    _description = "Planned Inspection"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "planned_date, id"
    _check_company_auto = True
    _rec_names_search = ["device_id.serial_number", "device_id.identifier", "device_id.name", "regime_id.name"]

    plan_id = fields.Many2one("crm.service.inspection.plan", ondelete="set null", index="btree_not_null")
    device_id = fields.Many2one(
        "crm.service.device", required=True, ondelete="cascade", index=True, check_company=True)
    regime_id = fields.Many2one(
        "crm.service.inspection.regime", string="Regime", compute="_compute_regime_id", store=True,
        readonly=False, precompute=True, index=True, ondelete="restrict", check_company=True)
    performed_by = fields.Selection(related="regime_id.performed_by")
    papers = fields.Text(related="regime_id.papers")
    company_id = fields.Many2one(related="device_id.company_id", store=True, precompute=True)
    # a device sold on keeps its plan, and the inspection goes to the new owner
    partner_id = fields.Many2one(
        "res.partner", string="Contractor", related="device_id.partner_id", store=True, precompute=True, index=True)
    address_id = fields.Many2one(
        "res.partner", string="Place", related="device_id.address_id", store=True, precompute=True, index=True)
    city = fields.Char(related="address_id.city", store=True)
    zip = fields.Char(related="address_id.zip", store=True)
    phone = fields.Char(related="partner_id.phone")
    user_id = fields.Many2one(
        "res.users", string="Technician", compute="_compute_user_id", store=True, readonly=False, precompute=True,
        index="btree_not_null")
    planned_date = fields.Date(required=True, tracking=True)
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
    protocol_number = fields.Char(copy=False)
    note = fields.Text()
    date_reminded = fields.Date(readonly=True, copy=False)

    _to_remind_idx = models.Index("(planned_date, id) WHERE state = 'planned' AND date_reminded IS NULL")
    _plan_date_uniq = models.UniqueIndex(
        "(plan_id, planned_date) WHERE plan_id IS NOT NULL AND (state != 'done' OR date_done >= planned_date)",
        "An inspection of this plan on this day exists already. A cancelled one is reopened.")
    _company_date_idx = models.Index("(company_id, planned_date, id)")
    _live_idx = models.Index("(company_id, planned_date, id) WHERE state IN ('planned', 'ordered')")
    _done_has_date = models.Constraint(
        "CHECK(state != 'done' OR date_done IS NOT NULL)", "An inspection that is done has its date.")

    @api.depends_context("lang")
    @api.depends("device_id", "regime_id", "planned_date")
    def _compute_display_name(self):
        for inspection in self:
            inspection.display_name = " – ".join(filter(None, [
                inspection.regime_id.name, inspection.device_id.display_name]))

    @api.depends("plan_id")
    def _compute_regime_id(self):
        for inspection in self:
            inspection.regime_id = inspection.plan_id.regime_id or inspection.regime_id

    @api.depends("device_id.technician_id")
    def _compute_user_id(self):
        for inspection in self:
            if inspection.state in ("planned", False):
                inspection.user_id = inspection.device_id.technician_id or inspection.user_id

    @api.depends("planned_date", "regime_id.tolerance_days")
    def _compute_due_date(self):
        for inspection in self:
            inspection.due_date = inspection.planned_date and (
                inspection.planned_date + timedelta(days=inspection.regime_id.tolerance_days))

    @api.depends("due_date", "state")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for inspection in self:
            live = inspection.state in ("planned", "ordered") and inspection.due_date
            inspection.is_overdue = bool(live and inspection.due_date < today)
            inspection.is_due_soon = bool(
                live and not inspection.is_overdue
                and inspection.planned_date <= today + timedelta(days=inspection.regime_id.lead_days or 30))

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "in", ("planned", "ordered")) & Domain(
            "due_date", "<", fields.Date.context_today(self))

    def _search_is_due_soon(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        return Domain("state", "in", ("planned", "ordered")) & Domain("due_date", ">=", today) & Domain(
            "planned_date", "<=", today + timedelta(days=30))

    @api.constrains("date_done", "state")
    def _check_date_done(self):
        for inspection in self:
            if inspection.state == "done" and inspection.date_done > inspection.company_id._service_today():
                raise ValidationError(self.env._(
                    "Inspection %(inspection)s cannot be done in the future (%(date)s).",
                    inspection=inspection.display_name, date=inspection.date_done))

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([{k: v for k, v in vals.items() if k != "state"} for vals in vals_list])

    def write(self, vals):
        # the state goes through its actions, from an import and RPC too
        result = super().write({key: value for key, value in vals.items() if key != "state"})
        if "date_done" in vals:
            self.filtered(lambda inspection: inspection.state == "done")._replan_last_done()
        return result

    def _write_state(self, vals):
        """Write a state that its action has checked."""
        return super().write(vals)  # pylint: disable=super-method-mismatch

    def _check_state(self, *states):
        names = dict(self._fields["state"]._description_selection(self.env))
        for inspection in self:
            if inspection.state not in states:
                raise UserError(self.env._(
                    "Inspection %(inspection)s of %(date)s is “%(state)s”: "
                    "this is possible only when it is %(states)s.",
                    inspection=inspection.display_name, date=inspection.planned_date,
                    state=names[inspection.state],
                    states=", ".join(self.env._("“%(state)s”", state=names[state]) for state in states)))

    def action_done(self, date_done=None, result=None, protocol_number=None):
        """Finish inspections; the next date follows the regime's counting.

        :param date_done: the day; today when empty
        :param result: passed, conditional or failed; what the checklist says when empty
        Inspections of ours get the next protocol number of their regime and
        year, unless one is given.

        :raises UserError: the day is in the future, the inspection is closed,
            or its checklist has gaps
        """
        self._check_state("planned", "ordered")
        self._check_checklist()
        for company, inspections in self.grouped("company_id").items():
            today = company._service_today()
            for inspection in inspections:
                day = fields.Date.to_date(date_done) or inspection.date_done or today
                inspection._write_state({
                    "state": "done", "date_done": day,
                    "result": result or inspection.result or inspection._get_proposed_result(),
                    "protocol_number": protocol_number or inspection.protocol_number,
                })
        self._number_protocols()
        self._replan_last_done()
        return True

    def action_cancel(self, reason=None):
        """Cancel inspections with a reason; the schedule goes on with the next date.

        :raises UserError: there is no reason, or the inspection is closed
        """
        self._check_state("planned", "ordered")
        for inspection in self:
            reason_given = (reason or inspection.cancel_reason or "").strip()
            if not reason_given:
                raise UserError(self.env._(
                    "Inspection %(inspection)s: say why it is cancelled.", inspection=inspection.display_name))
            inspection._write_state({"state": "cancelled", "cancel_reason": reason_given})
        self.plan_id.sudo()._generate()
        return True

    def _replan_last_done(self, keep=()):
        """The schedule follows what was done, where the regime counts from it.

        :param keep: inspections to leave alone
        """
        # a technician finishes an inspection, and plans are the operators': the
        # right to the inspection was checked when its state was written
        self.plan_id.sudo().filtered(lambda plan: plan.regime_id.counting == "last_done")._replan(keep=keep)

    def action_reopen(self):
        """Take back that inspections were cancelled or done; the schedule follows."""
        self._check_state("cancelled", "done", "ordered")
        self._free_dates()
        self.filtered(lambda inspection: inspection.state == "ordered")._drop_checks()
        self._write_state({
            "state": "planned", "date_done": False, "result": False, "order_id": False, "order_device_id": False,
            "cancel_reason": False})
        self._replan_last_done(keep=self)
        return True

    def _free_dates(self):
        """Before what was done early is live again: the inspection that took
        its date since is no more, unless somebody counts on it.

        :raises UserError: it is arranged, ordered or cancelled
        """
        for inspection in self.filtered(lambda inspection: inspection.state == "done" and inspection.plan_id):
            since = inspection.plan_id.inspection_ids.filtered(lambda other, inspection=inspection: (
                other.state != "done" and other.planned_date == inspection.planned_date))
            if since.filtered(lambda other: other.state != "planned" or other.date_agreed):
                raise UserError(self.env._(
                    "Inspection %(inspection)s cannot be reopened: the next one of %(date)s is arranged, ordered or "
                    "cancelled already.", inspection=inspection.display_name, date=inspection.planned_date))
            since.unlink()

    # REMINDERS

    @api.model
    def _get_in_use_domain(self):
        """Inspections of devices in use, and of no paused plan: of the others nobody is told."""
        return [
            ("device_id.active", "=", True), "|", ("plan_id", "=", False), ("plan_id.active", "=", True)]

    @api.model
    def _cron_remind(self):
        """Remind the technician, or who the regime names, of inspections that
        come within their lead time: one activity each, once."""
        Cron = self.env["ir.cron"]
        days = {company: company._service_today() for company in self.env["res.company"].search([])}
        regimes = self.env["crm.service.inspection.regime"].search([])
        Cron._commit_progress(remaining=len(regimes))
        for regime in regimes:
            domain = Domain([
                ("state", "=", "planned"), ("date_reminded", "=", False), ("regime_id", "=", regime.id),
                *self._get_in_use_domain(),
            ]) & Domain.OR(
                Domain("company_id", "=", company.id)
                & Domain("planned_date", "<=", today + timedelta(days=regime.lead_days))
                for company, today in days.items())
            if not regime.reminder_user_id:
                domain &= Domain("user_id", "!=", False)
            while due := self.search(domain, limit=500, order="planned_date, id").try_lock_for_update():
                due._remind()
                Cron._commit_progress()
            if not Cron._commit_progress(1):
                return

    def _remind(self):
        """Make the activity that says what is due, at whose place."""
        self.date_reminded = fields.Date.context_today(self)
        for inspection in self:
            user = inspection.user_id or inspection.regime_id.reminder_user_id
            # in the language of who reads it (a cron has none), on the list only, without core's assignment mail
            localized = inspection.with_context(lang=user.lang, mail_activity_quick_update=True)
            localized.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=localized.planned_date,
                summary=localized.display_name,
                note=localized._get_papers_note(),
                user_id=user.id)

    def _get_papers_note(self):
        """For an inspection by another body: who comes, and the papers to prepare."""
        regime = self.regime_id
        if regime.performed_by != "body":
            return False
        return Markup("<br/>").join(filter(None, [
            regime.responsible_body, regime.legal_basis, plaintext2html(regime.papers or "")]))

    # FROM INSPECTION TO ORDER

    def action_create_order(self, per_device=False):
        """Make one order per contractor and place from planned inspections,
        each tied to its order and device, with its checklist.

        :param per_device: one order for each device instead
        :raises UserError: an inspection is ordered or closed already, companies
            are mixed, or another body does the inspection
        :return: the action of the orders
        """
        self._check_can_order()
        self.lock_for_update()
        groups = self.grouped(lambda inspection: (
            inspection.partner_id, inspection.address_id,
            inspection.with_company(inspection.company_id).regime_id.order_type_id,
            per_device and inspection.device_id))
        orders = self.env["crm.service.order"].create([
            inspections._prepare_order_vals(partner, address, order_type)
            for (partner, address, order_type, _device), inspections in groups.items()])
        for order, inspections in zip(orders, groups.values(), strict=True):
            inspections._tie_to_order(order)
        self._make_checks()
        return orders._get_orders_action()

    def _check_can_order(self):
        self._check_state("planned")
        if len(self.company_id) > 1:
            raise UserError(self.env._(
                "The selection mixes companies: %(companies)s. Make orders for one company at a time.",
                companies=", ".join(self.company_id.mapped("name"))))
        bodies = self.filtered(lambda inspection: inspection.regime_id.performed_by == "body")
        if bodies:
            raise UserError(self.env._(
                "%(inspections)s: another body performs these inspections, no order is made for them.",
                inspections=", ".join(bodies.mapped("display_name"))))
        without = self.filtered(lambda inspection: not inspection.partner_id)
        if without:
            raise UserError(self.env._(
                "%(devices)s: the device has no contractor, so nobody can be visited.",
                devices=", ".join(without.device_id.mapped("display_name"))))

    def _tie_to_order(self, order):
        """Tie inspections to the rows of their devices in one order."""
        for line in order.device_line_ids:
            self.filtered(lambda inspection, line=line: inspection.device_id == line.device_id)._write_state({
                "state": "ordered", "order_id": order.id, "order_device_id": line.id})

    def _add_to_order(self, order):
        """Put planned inspections into an order that exists, with their devices.

        :raises UserError: as for a new order; the order is closed or another
            contractor's, or a device has its outcome there already
        """
        self._check_can_order()
        self._check_order_takes(order)
        self.lock_for_update()
        order.device_line_ids = [
            fields.Command.create(inspections._prepare_order_device_vals())
            for device, inspections in self.grouped("device_id").items()
            if device not in order.device_line_ids.device_id]
        order.planned_hours += self._get_planned_hours()
        self._tie_to_order(order)
        self._make_checks()

    def _get_planned_hours(self):
        """Working time of the inspections, by their regimes."""
        return sum(inspection.regime_id.estimated_hours for inspection in self)

    def _check_order_takes(self, order):
        order.check_access("write")
        if order.state not in OPEN_STATES:
            raise UserError(self.env._("Order %(order)s is closed and takes no inspection along.", order=order.name))
        for inspection in self:
            if inspection.company_id != order.company_id:
                raise UserError(self.env._(
                    "Inspection %(inspection)s is of company %(company)s, and order %(order)s of another.",
                    inspection=inspection.display_name, company=inspection.company_id.name, order=order.name))
            if inspection.partner_id.commercial_partner_id != order.partner_id.commercial_partner_id:
                raise UserError(self.env._(
                    "Inspection %(inspection)s is at %(contractor)s, and order %(order)s is of another contractor.",
                    inspection=inspection.display_name, contractor=inspection.partner_id.display_name,
                    order=order.name))
        closed = order.device_line_ids.filtered(
            lambda line: line.state != "open" and line.device_id in self.device_id)
        if closed:
            raise UserError(self.env._(
                "%(devices)s: the device has its outcome in order %(order)s already; reopen it first.",
                devices=", ".join(closed.mapped("display_name")), order=order.name))

    def _prepare_order_device_vals(self):
        """Values of the order's row for inspections of one device."""
        # in the language of the firm: a scheduler or an import may speak another
        regimes = self.regime_id.with_context(lang=self.company_id.partner_id.lang or self.env.lang)
        return {
            "device_id": self.device_id.id, "basis": "inspection", "fault": "\n".join(regimes.mapped("name"))}

    def _prepare_order_vals(self, partner, address, order_type):
        """Values of the order for inspections of one contractor and place."""
        agreed = min(filter(None, self.mapped("date_agreed")), default=False)
        hours = self._get_planned_hours()
        vals = {
            "company_id": self.company_id.id,
            "partner_id": partner.id,
            "address_id": address.id or partner.id,
            "user_id": self.user_id.id if len(self.user_id) == 1 else False,
            "date_deadline": min(self.mapped("due_date")),
            "planned_hours": hours,
            "planned_start": agreed,
            "planned_stop": agreed and agreed + timedelta(hours=hours or 1),
            "device_line_ids": [
                fields.Command.create(inspections._prepare_order_device_vals())
                for inspections in self.grouped("device_id").values()],
        }
        if order_type:
            vals["type_id"] = order_type.id
        return vals

    def action_view_order(self):
        """Open the order of an inspection."""
        self.ensure_one()
        return self.order_id.get_formview_action()
