from datetime import date

from odoo import models
from odoo.tools import SQL

from ..common.repoint import repoint

# which of two inspections for one date counts
RANKS = {"cancelled": 0, "planned": 1, "ordered": 3, "done": 4}


class CrmServiceDevice(models.Model):
    """The plans and inspections of cards that become one: one plan a regime, one inspection a date."""

    _inherit = "crm.service.device"

    def _take_over(self, others):
        result = super()._take_over(others)
        plans = self.env["crm.service.inspection.plan"].search([("device_id", "in", (self | others).ids)])
        into = {}
        for same in plans.grouped("regime_id").values():
            stays = same.filtered(lambda plan: plan.device_id == self)[:1] or same[:1]
            into.update((plan, stays) for plan in same - stays)
        doubles = plans.browse(plan.id for plan in into)
        # what nobody counts on yet; the plan that stays makes its own
        doubles._drop_planned()
        self._resolve_double_inspections(self | others, into)
        for stays, gone in doubles.grouped(into.get).items():
            repoint(stays, gone)
        doubles.unlink()
        plans.exists().filtered(lambda plan: plan in into.values())._replan()
        return result

    def _resolve_double_inspections(self, cards, into):
        """Of the inspections of several cards by one regime that stand for one date of the plan that theirs become,
        wherever they were moved to, one counts, and of the open ones on one day: that which was done (the last one),
        ordered or arranged. The others leave their plan, and are cancelled if they are open.

        :param into: {plan: the plan of the same regime that it becomes}
        """
        inspections = self.env["crm.service.inspection"].search([("device_id", "in", cards.ids)])
        planned = inspections.filtered("plan_id")
        losers = self._find_losers(planned.grouped(
            lambda one: (into.get(one.plan_id, one.plan_id), one.schedule_date)))
        losers |= self._find_losers((inspections - losers).grouped(
            lambda one: (one.regime_id, one.planned_date))).filtered("is_open")
        if not losers:
            return
        self.env.flush_all()
        # by SQL: a plan that goes is not to plan anew, and what is closed stays as it is
        self.env.cr.execute(SQL(
            "UPDATE crm_service_inspection SET plan_id = NULL WHERE id IN %s", tuple(losers.ids)))
        self.env.invalidate_all()
        open_ones = losers.filtered("is_open")
        open_ones.filtered(lambda one: one.state == "ordered")._put_back()
        if open_ones:
            open_ones.write({"state": "cancelled", "cancel_reason": self.env._(
                "The device had two cards, which were merged: this inspection was planned on both.")})

    def _find_losers(self, groups):
        """The inspections of other cards than that whose inspection counts, of each group."""
        losers = self.env["crm.service.inspection"]
        for same in groups.values():
            counts = max(same, key=lambda one: (
                RANKS.get(one.state, 2) + bool(one.state == "planned" and one.date_agreed),
                one.state == "done" and one.date_done or date.min, one.device_id == self, -one.id))
            losers |= same.filtered(lambda one, counts=counts: one.device_id != counts.device_id)
        return losers
