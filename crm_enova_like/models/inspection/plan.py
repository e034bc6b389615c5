from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..common import schedule
from ..common.actions import open_list

BATCH = 1000


class CrmServiceInspectionPlan(models.Model):
    """This device, this regime, from this anchor date (plan przeglądów)."""

    _name = "crm.service.inspection.plan"
    _description = "Inspection Plan"
    _inherit = ["crm.sorted.mixin", "crm.company.mixin"]
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
        string="Next Inspection", compute="_compute_next_date", store=True, help="The earliest one not done.")
    date_last_done = fields.Date(string="Last Done", compute="_compute_next_date", store=True)
    # the first date that is not made yet: what the generator looks for
    date_to_make = fields.Date(readonly=True, copy=False)

    _plan_uniq = models.UniqueIndex(
        "(device_id, regime_id) WHERE active IS TRUE", "This device has a plan of this regime already.")
    _to_make_idx = models.Index("(date_to_make, id) WHERE active IS TRUE")
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

    @api.depends(
        "inspection_ids.state", "inspection_ids.is_open", "inspection_ids.planned_date", "inspection_ids.date_done")
    def _compute_next_date(self):
        for plan in self:
            live = plan.inspection_ids.filtered("is_open")
            done = plan.inspection_ids.filtered(lambda inspection: inspection.state == "done")
            plan.next_date = min(live.mapped("planned_date"), default=False)
            plan.date_last_done = max(filter(None, done.mapped("date_done")), default=False)

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
        plans = super().create(vals_list)
        plans._reset_date_to_make()
        return plans

    def write(self, vals):
        result = super().write(vals)
        if {"anchor_date", "regime_id", "date_end", "active"} & vals.keys():
            self._replan()
        return result

    def unlink(self):
        # a plan made in its place would plan the same dates once more
        self._drop_planned()
        return super().unlink()

    # THE SCHEDULE

    def _get_base_date(self):
        """The date from which the next inspections are counted: the anchor, or
        the last one done where the regime says so."""
        self.ensure_one()
        if self.regime_id.counting == "last_done" and self.date_last_done:
            return max(self.date_last_done, self.anchor_date)
        return self.anchor_date

    def _get_schedule(self):
        """Arguments of the schedule's functions: (number, unit, month_end)."""
        regime = self.regime_id
        return regime.interval_number, regime.interval_unit, regime.counting == "month_end"

    def _reset_date_to_make(self):
        """Find the first date that each plan may have to make: after the past,
        which is over. What exists in the future is left out when it is made."""
        for company, plans in self.grouped("company_id").items():
            past = [("plan_id", "in", plans.ids), ("planned_date", "<", company._service_today())]
            latest = {}
            for plan, state, date in self.env["crm.service.inspection"]._read_group(
                    past, ["plan_id", "state"], ["planned_date:max"]):
                if plan._is_taken_by(state):
                    latest[plan] = max(date, latest.get(plan, date))
            for plan in plans:
                base = plan._get_base_date()
                after = max(base, latest.get(plan, base))
                plan.date_to_make = schedule.next_date(base, after, *plan._get_schedule())[1]

    def _is_taken_by(self, state):
        """Whether an inspection in a state takes its date. One that is done
        does not where the count starts anew from it: finished early, even by
        a whole interval, it is due again one interval later."""
        return state != "done" or self.regime_id.counting != "last_done"

    def _get_taken_dates(self):
        """Dates of the schedules that the plans' inspections take already.

        What is ordered, arranged or done beside the schedule, because the
        interval was another then, stands for the date before it.

        :return: {plan: set of dates}
        """
        taken = {}
        first = min(filter(None, self.mapped("date_to_make")), default=None)
        for plan, state, dates in self.env["crm.service.inspection"]._read_group(
                [("plan_id", "in", self.ids)] + ([("planned_date", ">=", first)] if first else []),
                ["plan_id", "state"], ["planned_date:array_agg"]):
            if not plan._is_taken_by(state):
                continue
            of_plan = taken.setdefault(plan, set())
            of_plan.update(dates)
            if state != "cancelled":
                base, rule = plan._get_base_date(), plan._get_schedule()
                for date in dates:
                    n, _next = schedule.next_date(base, date, *rule)
                    if n > 1:
                        of_plan.add(schedule.nth_date(base, n - 1, *rule))
        return taken

    def _replan(self, keep=()):
        """Plan the future anew after a change, and leave the past: what is
        ordered, arranged, done, cancelled or overdue stays as it is.

        :param keep: inspections to leave alone as well
        """
        if not self:
            return
        self._drop_planned(keep)
        self._reset_date_to_make()
        self._generate()

    def _drop_planned(self, keep=()):
        """Delete what nobody counts on yet: planned for today or later, and not arranged."""
        for company, plans in self.grouped("company_id").items():
            today = company._service_today()
            plans.inspection_ids.filtered(
                lambda inspection, today=today: inspection.state == "planned" and not inspection.date_agreed
                and inspection.planned_date >= today and inspection not in keep).unlink()

    # THE GENERATOR

    @api.model
    def _get_horizon(self, company):
        """The last day for which inspections are made now."""
        return company._service_today() + relativedelta(months=company.inspection_horizon_months)

    @api.model
    def _get_due_domain(self, company):
        return [
            ("active", "=", True), ("company_id", "=", company.id), ("device_id.active", "=", True),
            ("regime_id.active", "=", True),
            ("date_to_make", "<=", self._get_horizon(company)),
        ]

    @api.model
    def _cron_generate(self):
        """Make the inspections that fall inside each company's horizon.

        In batches that commit; safe to run twice and on two servers at once:
        a plan locked by another run is skipped, and the database refuses a
        second inspection for one plan and date.
        """
        companies = self.env["res.company"].search([])    # pylint: disable=no-search-all  # companies are few
        Cron = self.env["ir.cron"]
        remaining = sum(self.search_count(self._get_due_domain(company)) for company in companies)
        Cron._commit_progress(remaining=remaining)
        if not remaining:
            return
        for company in companies:
            domain = self._get_due_domain(company)
            while plans := self.search(domain, limit=BATCH, order="date_to_make, id").try_lock_for_update():
                plans.with_company(company)._generate()
                if not Cron._commit_progress(len(plans)):
                    return

    def action_generate(self):
        """Make what the selected plans lack inside the horizon, without a commit."""
        self.check_access("write")
        self._generate()
        return True

    def _generate(self):
        """Make the missing inspections of the plans, set-based.

        :param self: any number of plans; those which are paused, or whose
            device or regime is archived, make none
        :return: the inspections made
        """
        vals_list = []
        running = self.filtered(lambda plan: plan.active and plan.device_id.active and plan.regime_id.active)
        taken = running._get_taken_dates()
        for company, plans in running.grouped("company_id").items():
            today, horizon = company._service_today(), self._get_horizon(company)
            overdue = {
                plan for [plan] in self.env["crm.service.inspection"]._read_group(
                    [("plan_id", "in", plans.ids), ("is_open", "=", True)], ["plan_id"],
                    having=[("planned_date:min", "<", today)])
            }
            next_dates = {}
            for plan in plans:
                made, next_date = plan._prepare_inspections(
                    company, today, horizon, plan in overdue, taken.get(plan, ()))
                vals_list += made
                next_dates.setdefault(next_date, []).append(plan.id)
            for next_date, ids in next_dates.items():
                plans.browse(ids).date_to_make = next_date
        return self.env["crm.service.inspection"].with_context(
            tracking_disable=True, mail_create_nosubscribe=True, mail_create_nolog=True).create(vals_list)

    def _prepare_inspections(self, company, today, horizon, has_overdue, taken=()):
        """Values of one plan's missing inspections, and the date from which it is to make the next ones.

        Missed periods give one overdue inspection, not a flood, unless the
        company wants each.

        :param taken: dates that have their inspection already
        """
        self.ensure_one()
        base, rule = self._get_base_date(), self._get_schedule()
        until = min(horizon, self.date_end) if self.date_end else horizon
        first = self.date_to_make or schedule.next_date(base, base, *rule)[1]
        if company.inspection_catch_up == "one" and first < today:
            # skip to the last date that was missed, however many there were
            _n, coming = schedule.next_date(base, today - relativedelta(days=1), *rule)
            missed = schedule.nth_date(base, _n - 1, *rule) if _n > 1 else None
            first = missed if missed and missed >= first and not has_overdue else coming
        dates = schedule.dates_until(base, first, until, *rule)
        # past the horizon also where the plan ends before it: nothing more is to make there
        after = max([*dates, horizon, base])
        return [
            {"plan_id": self.id, "device_id": self.device_id.id, "planned_date": date}
            for date in dates if date not in taken], schedule.next_date(base, after, *rule)[1]

    def action_view_inspections(self):
        """The inspections of the plans."""
        return open_list(self.env, "crm_enova_like.action_crm_service_inspection", [("plan_id", "in", self.ids)])
