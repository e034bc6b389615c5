import logging

from dateutil.relativedelta import relativedelta
from psycopg2 import DataError, IntegrityError

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common import schedule

_logger = logging.getLogger(__name__)

BATCH = 1000


class CrmServiceInspectionPlan(models.Model):
    """The inspections of plans are made ahead, by the scheduler and after each change."""

    _inherit = "crm.service.inspection.plan"

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
            domain, failed = Domain(self._get_due_domain(company)), self.browse()
            while plans := self.search(
                    domain & Domain("id", "not in", failed.ids), limit=BATCH,
                    order="date_to_make, id").try_lock_for_update():
                failed |= plans.with_company(company)._generate_each()
                if not Cron._commit_progress(len(plans)):
                    return

    def _generate_each(self):
        """Make the missing inspections; a plan that cannot be made stops no other one.

        :return: those plans of which none could be made; they are named in the log, and tried again by the next run
        """
        try:
            with self.env.cr.savepoint():
                self._generate()
                self.env.flush_all()
        except (UserError, ValueError, OverflowError, IntegrityError, DataError) as error:
            # what failed was rolled back in the database alone
            self.env.invalidate_all(flush=False)
            if len(self) == 1:
                _logger.warning("No inspections of plan %s (%s): %s", self.id, self.display_name, error)
                return self
            half = len(self) // 2
            return self[:half]._generate_each() | self[half:]._generate_each()
        return self.browse()

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
        running = self.filtered(lambda plan: plan._is_running())
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
            plans._write_dates_to_make(next_dates)
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
