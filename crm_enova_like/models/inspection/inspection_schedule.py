from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date


class CrmServiceInspection(models.Model):
    """The schedule follows what becomes of inspections."""

    _inherit = "crm.service.inspection"

    def _get_plans_to_move(self):
        """The plans of inspections, to be moved on by what became of them.

        sudo: a technician finishes an inspection, and plans are the operators'; the right to the inspection was
        checked when its state was written.
        """
        return self.plan_id.sudo()

    def _replan_last_done(self, keep=()):
        """The schedule follows what was done, where the regime counts from it.

        :param keep: inspections to leave alone
        """
        self._get_plans_to_move().filtered(lambda plan: plan.regime_id.counting == "last_done")._replan(keep=keep)

    def _check_day_free(self):
        """Two inspections of one plan on one day are one too many, moved there by hand too.

        :raises UserError: names the inspection and the day
        """
        planned = self.filtered(lambda inspection: inspection.plan_id and inspection.is_open)
        days = planned and {
            (plan, day): count for plan, day, count in self._read_group(
                [("plan_id", "in", planned.plan_id.ids), ("is_open", "=", True),
                 ("planned_date", "in", planned.mapped("planned_date"))],
                ["plan_id", "planned_date:day"], ["__count"])}
        for inspection in planned:
            if days.get((inspection.plan_id, inspection.planned_date), 0) > 1:
                raise UserError(self.env._(
                    "Inspection %(inspection)s: another one of its plan is on %(date)s already. Choose another day, "
                    "or cancel one of them.", inspection=inspection.display_name,
                    date=format_date(self.env, inspection.planned_date)))

    # WHAT WAS DONE EARLY IS LIVE AGAIN

    def _get_since(self):
        """The inspections that took the date of one that was done early, since then."""
        self.ensure_one()
        if self.state != "done":
            return self.browse()
        return self.plan_id.inspection_ids.filtered(
            lambda other: other.state != "done" and other.schedule_date == self.schedule_date)

    def _check_dates_free(self):
        """:raises UserError: on the inspection that took a date since, somebody counts already"""
        for inspection in self:
            if inspection._get_since().filtered(
                    lambda other: other.state != "planned" or other.date_agreed or other.protocol_number):
                raise UserError(self.env._(
                    "Inspection %(inspection)s cannot be reopened: the next one of %(date)s is arranged, ordered or "
                    "cancelled already.", inspection=inspection.display_name,
                    date=format_date(self.env, inspection.schedule_date)))

    def _free_dates(self):
        """The inspections that took the dates since are no more: the database holds one of a plan and date.

        :return: what is gone
        """
        since = self.browse().union(*(inspection._get_since() for inspection in self))
        # sudo: whoever reopens need not be able to delete; that nobody counts on them was checked
        since.sudo().unlink()
        return since
