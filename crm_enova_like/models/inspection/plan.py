from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..common import schedule
from ..common.actions import open_list
from .inspection import RESULTS


class CrmServiceInspectionPlan(models.Model):
    """This device, this regime, from this anchor date (plan przeglądów)."""

    _name = "crm.service.inspection.plan"
    _description = "Inspection Plan"
    _inherit = ["crm.facts.mixin", "crm.sorted.mixin", "crm.company.mixin"]
    _order = "next_date, id"
    _check_company_auto = True
    _rec_names_search = ["device_id.serial_number", "device_id.identifier", "device_id.name", "regime_id.name"]

    device_id = fields.Many2one(
        "crm.service.device", required=True, ondelete="cascade", index=True, check_company=True)
    regime_id = fields.Many2one(
        "crm.service.inspection.regime", required=True, ondelete="restrict", index=True,
        check_company=True)
    company_id = fields.Many2one(related="device_id.company_id", store=True, precompute=True, index=True)
    partner_id = fields.Many2one(related="device_id.partner_id", store=True, precompute=True, index=True)
    technician_id = fields.Many2one("res.users", related="device_id.technician_id", string="Technician")
    active = fields.Boolean(default=True, help="A paused plan makes no inspections.")
    anchor_date = fields.Date(
        required=True, compute="_compute_anchor_date", store=True, readonly=False, precompute=True,
        help="The date from which is counted; the first inspection is one interval later.")
    date_end = fields.Date(string="Ends On", help="No inspection after this day.")
    inspection_ids = fields.One2many("crm.service.inspection", "plan_id", string="Inspections")
    next_date = fields.Date(
        string="Next Inspection", compute="_compute_next_date", store=True,
        help="The earliest one not done; while none is planned yet, the date of the next one.")
    date_last_done = fields.Date(string="Last Done", compute="_compute_next_date", store=True)
    last_result = fields.Selection(RESULTS, compute="_compute_next_date", store=True)
    # the first date that is not made yet: what the generator looks for
    date_to_make = fields.Date(readonly=True, copy=False)

    _plan_uniq = models.UniqueIndex(
        "(device_id, regime_id) WHERE active IS TRUE", "This device has a plan of this regime already.")
    _to_make_idx = models.Index("(date_to_make, id) WHERE active IS TRUE")
    _failed_idx = models.Index("(company_id, next_date, id) WHERE active IS TRUE AND last_result = 'failed'")
    _next_idx = models.Index("(company_id, next_date, id) WHERE active IS TRUE")

    @api.model
    def _get_sortable_fields(self):
        return super()._get_sortable_fields() | {"next_date"}

    @api.depends_context("lang")
    @api.depends("device_id", "regime_id")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = f"{plan.regime_id.name or ''} – {plan.device_id.display_name or ''}"

    @api.depends("device_id")
    def _compute_anchor_date(self):
        for plan in self:
            device = plan.device_id
            plan.anchor_date = (
                plan.anchor_date or device.date_commissioned or device.date_sold
                or (device.company_id or self.env.company)._service_today())

    @api.model
    def _get_fact_fields(self):
        return super()._get_fact_fields() | {"date_to_make"}

    @api.depends(
        "inspection_ids.state", "inspection_ids.is_open", "inspection_ids.planned_date", "inspection_ids.date_done",
        "inspection_ids.result",
        "date_to_make", "date_end", "active", "device_id.active", "regime_id.active")
    def _compute_next_date(self):
        for plan in self:
            live = plan.inspection_ids.filtered("is_open")
            done = plan.inspection_ids.filtered(lambda inspection: inspection.state == "done")
            plan.next_date = min(live.mapped("planned_date"), default=plan._get_coming_date())
            last = done.filtered("date_done").sorted(lambda inspection: (inspection.date_done, inspection.id))[-1:]
            plan.date_last_done, plan.last_result = last.date_done, last.result

    def _get_coming_date(self):
        """The date of one plan that is made next, False where none is."""
        self.ensure_one()
        date = self._is_running() and self.date_to_make
        return date if date and not (self.date_end and date > self.date_end) else False

    def _is_running(self):
        """Whether inspections are made of one plan: it is not paused, and its device and regime are in use."""
        self.ensure_one()
        return self.active and self.device_id.active and self.regime_id.active

    @api.constrains("anchor_date", "date_end")
    def _check_dates(self):
        for plan in self:
            today = plan.company_id._service_today()
            if not today - relativedelta(years=100) <= plan.anchor_date <= today + relativedelta(years=50):
                raise ValidationError(self.env._(
                    "%(plan)s: the date %(date)s from which is counted cannot be right.",
                    plan=plan.display_name, date=format_date(self.env, plan.anchor_date)))
            if plan.date_end and plan.date_end < plan.anchor_date:
                raise ValidationError(self.env._(
                    "%(plan)s: the plan cannot end before it begins.", plan=plan.display_name))

    @api.constrains("device_id", "regime_id")
    def _check_device_data(self):
        for plan in self:
            if missing := plan.regime_id._get_missing(plan.device_id):
                raise ValidationError(self.env._(
                    "Regime %(regime)s needs of device %(device)s: %(missing)s. Enter it on the device's card first.",
                    regime=plan.regime_id.name, device=plan.device_id.display_name, missing=", ".join(missing)))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_new_facts(vals)
        plans = super().create(vals_list)
        plans._reset_date_to_make()
        return plans

    def write(self, vals):
        self._check_facts(vals)
        if "device_id" in vals and not self.env.su:
            self._check_device_stays(vals["device_id"])
        result = super().write(vals)
        if {"anchor_date", "regime_id", "date_end", "active"} & vals.keys():
            self._replan()
        return result

    def unlink(self):
        # a plan made in its place would plan the same dates once more
        self._drop_planned(moved=True)
        return super().unlink()

    def _check_device_stays(self, device_id):
        """:raises UserError: a plan has inspections, which are those of its device"""
        for plan in self:
            if plan.device_id.id != device_id and plan.inspection_ids:
                raise UserError(self.env._(
                    "%(plan)s has inspections of its device. Make a plan of the other device instead, and pause this "
                    "one.", plan=plan.display_name))

    # THE SCHEDULE

    def _get_base_date(self):
        """The date from which the next inspections are counted: the anchor, or
        the last one done where the regime says so."""
        self.ensure_one()
        if self.regime_id.counting == "last_done" and self.date_last_done:
            return max(self.date_last_done, self.anchor_date)
        return self.anchor_date

    def _get_schedule(self):
        """Arguments of the schedule's functions: (number, unit, month_end, first)."""
        regime = self.regime_id
        # counted from what was done, the first one is over
        first = None if regime.counting == "last_done" and self.date_last_done else regime._get_first_interval()
        return regime.interval_number, regime.interval_unit, regime.counting == "month_end", first

    def _reset_date_to_make(self):
        """Find the first date that each plan may have to make: after the past,
        which is over. What exists in the future is left out when it is made."""
        for company, plans in self.grouped("company_id").items():
            past = [("plan_id", "in", plans.ids), ("schedule_date", "<", company._service_today())]
            latest, dates = {}, {}
            for plan, state, date in self.env["crm.service.inspection"]._read_group(
                    past, ["plan_id", "state"], ["schedule_date:max"]):
                if plan._is_taken_by(state):
                    latest[plan] = max(date, latest.get(plan, date))
            for plan in plans:
                base = plan._get_base_date()
                after = max(base, latest.get(plan, base))
                dates.setdefault(schedule.next_date(base, after, *plan._get_schedule())[1], []).append(plan.id)
            plans._write_dates_to_make(dates)

    def _write_dates_to_make(self, dates):
        """Write from when plans are to make inspections: {date: ids of plans}."""
        for date, ids in dates.items():
            self.browse(ids).with_prefetch(self.ids)._write_facts({"date_to_make": date})

    def _is_taken_by(self, state):
        """Whether an inspection in a state takes its date. One that is done
        does not where the count starts anew from it: finished early, even by
        a whole interval, it is due again one interval later."""
        return state != "done" or self.regime_id.counting != "last_done"

    def _get_taken_dates(self):
        """Dates of the schedules that the plans' inspections take already: each the one that it stands for, wherever
        it was moved to.

        What is ordered, arranged, moved or done beside the schedule, because the interval was another then, stands for
        the date before it. Where the count starts anew from what is done, it stands for the first one, if it comes
        before that.

        :return: {plan: set of dates}
        """
        taken = {}
        first = min(filter(None, self.mapped("date_to_make")), default=None)
        coming = Domain("schedule_date", ">=", first) if first else Domain.TRUE
        for plan, state, dates in self.env["crm.service.inspection"]._read_group(
                Domain("plan_id", "in", self.ids) & (coming | Domain("is_open", "=", True)),
                ["plan_id", "state"], ["schedule_date:array_agg"]):
            if not plan._is_taken_by(state):
                continue
            of_plan = taken.setdefault(plan, set())
            of_plan.update(dates)
            if state != "cancelled":
                base, rule = plan._get_base_date(), plan._get_schedule()
                for date in dates:
                    n, coming_date = schedule.next_date(base, date, *rule)
                    if n > 1:
                        of_plan.add(schedule.nth_date(base, n - 1, *rule))
                    elif state != "done" and plan.regime_id.counting == "last_done" and date > base:
                        of_plan.add(coming_date)
        return taken

    def _replan(self, keep=()):
        """Plan the future anew after a change, and leave the past: what is
        ordered, arranged, moved by hand, done, cancelled or overdue stays as it is.

        :param keep: inspections to leave alone as well
        """
        if not self:
            return
        self._drop_planned(keep)
        self._reset_date_to_make()
        self._generate()

    def _drop_planned(self, keep=(), moved=False):
        """Delete what nobody counts on yet: planned for today or later, not arranged, no second try after a failure,
        and without a protocol that was taken back.

        :param keep: inspections to leave alone
        :param moved: also what was moved to another day by hand
        """
        for company, plans in self.grouped("company_id").items():
            today = company._service_today()
            # sudo: whoever changes a plan need not be able to delete what follows from it
            plans.sudo().inspection_ids.filtered(
                lambda inspection, today=today: inspection.state == "planned" and not inspection.date_agreed
                and not inspection.protocol_number and not inspection.recheck_of_id
                and inspection.planned_date >= today and inspection not in keep
                and (moved or inspection.planned_date == inspection.schedule_date)).unlink()

    def action_view_inspections(self):
        """The inspections of the plans."""
        return open_list(self.env, "crm_enova_like.action_crm_service_inspection", [("plan_id", "in", self.ids)])
