from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.actions import open_dialog
from ..common.locks import lock_rows

FOLLOW_UPS = [
    ("row", "Repair in the same order"), ("order", "New repair order"), ("recheck", "Inspect again on a date"),
    ("none", "Nothing, with a reason")]

# what became of a failed inspection
DECIDED = ("follow_up", "follow_up_reason", "repair_order_id", "recheck_of_id")


class CrmServiceInspectionRegime(models.Model):
    _inherit = "crm.service.inspection.regime"

    recheck_days = fields.Integer(
        string="Again After a Failure (Days)",
        help="Within how many days a device that failed is to be inspected again, by the law or the contract. "
             "0: nothing is said, and the day is entered.")

    _recheck_not_negative = models.Constraint(
        "CHECK(recheck_days IS NULL OR recheck_days BETWEEN 0 AND 3660)",
        "A device that failed is inspected again within 0 to 3660 days.")


class CrmServiceInspection(models.Model):
    """What follows from an inspection that failed: the repair, another inspection, or nothing with a reason."""

    _inherit = "crm.service.inspection"

    state_name = fields.Char(string="Shown State", compute="_compute_state_name")
    follow_up = fields.Selection(
        FOLLOW_UPS, string="After the Failure", readonly=True, copy=False, tracking=True,
        help="What was decided after the inspection failed; empty while nothing is.")
    follow_up_reason = fields.Char(string="Reason for Nothing", readonly=True, copy=False)
    follow_up_text = fields.Char(string="What Follows", compute="_compute_follow_up_text")
    is_undecided = fields.Boolean(
        compute="_compute_is_undecided", help="It failed, and nobody said yet what follows from that.")
    repair_order_id = fields.Many2one(
        "crm.service.order", readonly=True, copy=False, index="btree_not_null",
        check_company=True, ondelete="set null", help="The order in which what was found is repaired.")
    recheck_of_id = fields.Many2one(
        "crm.service.inspection", string="Failed Before", readonly=True, copy=False, index="btree_not_null",
        check_company=True, ondelete="set null", help="The inspection that failed, and is done again by this one.")
    recheck_ids = fields.One2many("crm.service.inspection", "recheck_of_id", string="Inspected Again")

    _undecided_idx = models.Index(
        "(company_id, planned_date, id) WHERE state = 'done' AND result = 'failed' AND follow_up IS NULL")

    @api.depends_context("lang")
    @api.depends("state", "result")
    def _compute_state_name(self):
        names = self._get_state_names()
        for inspection in self:
            inspection.state_name = (
                self.env._("Failed result") if inspection._is_failed() else names.get(inspection.state, ""))

    @api.depends("state", "result", "follow_up")
    def _compute_is_undecided(self):
        for inspection in self:
            inspection.is_undecided = inspection._is_failed() and not inspection.follow_up

    @api.depends_context("lang")
    @api.depends("follow_up", "follow_up_reason", "repair_order_id", "recheck_ids.planned_date", "recheck_ids.state")
    def _compute_follow_up_text(self):
        for inspection in self:
            # sudo: another technician's order is out of sight, its number is not
            repair, order = inspection.sudo().repair_order_id, inspection.sudo().order_id
            texts = []
            if inspection.follow_up == "row":
                texts.append(self.env._("repair in order %(order)s", order=order.name or ""))
            elif inspection.follow_up == "none":
                texts.append(self.env._("nothing: %(reason)s", reason=inspection.follow_up_reason or "–"))
            if repair:
                texts.append(self.env._("repair order %(order)s", order=repair.name))
            if again := inspection._get_recheck_date():
                texts.append(self.env._("inspected again on %(date)s", date=format_date(self.env, again)))
            inspection.follow_up_text = ", ".join(texts) or False

    def _is_failed(self):
        """Whether one inspection is done and failed."""
        self.ensure_one()
        return self.state == "done" and self.result == "failed"

    def _get_recheck_date(self):
        """On which day one inspection that failed is done again, False where none is planned."""
        self.ensure_one()
        return min(self.sudo().recheck_ids.filtered(
            lambda other: other.state != "cancelled").mapped("planned_date"), default=False)

    @api.model
    def _get_fact_fields(self):
        return super()._get_fact_fields() | {*DECIDED}

    # THE DECISION

    def _open_follow_up(self):
        """Ask what follows from those of inspections that failed and are undecided; False where there are none."""
        undecided = self.filtered("is_undecided")
        return undecided and open_dialog(
            self.env, "crm.service.inspection.follow.up.wizard", self.env._("Failed result: what follows?"),
            {"default_failed_ids": [(6, 0, undecided.ids)]})

    def action_open_follow_up(self):
        """Ask what follows from inspections that failed.

        :raises UserError: none of them failed without a decision
        """
        return self._open_follow_up() or self._check_to_decide()

    def action_follow_up(self, choice: str, recheck_date: date = None, reason: str = None):
        """Decide what follows from inspections that failed.

        :param choice: ``row``: their devices are repaired in the order in which they were inspected; ``order``: in a
            new order, tied to the inspection both ways; ``recheck``: another inspection; ``none``
        :param recheck_date: the day of another inspection; with a repair it may be given, too
        :param reason: why nothing follows
        :raises UserError: an inspection did not fail or is decided, the order is closed, or a day or reason is missing
        """
        self.check_access("write")
        lock_rows(self)
        self._check_to_decide()
        if choice not in dict(FOLLOW_UPS):
            raise UserError(self.env._("After a failed inspection there is no way “%(choice)s”.", choice=choice or ""))
        reason, recheck_date = (reason or "").strip(), fields.Date.to_date(recheck_date)
        for inspection in self:
            if choice == "none" and not reason:
                raise UserError(self.env._(
                    "%(inspection)s: say why nothing follows from the failure.",
                    inspection=inspection._get_state_record_name()))
            if choice == "recheck" and not recheck_date:
                raise UserError(self.env._(
                    "%(inspection)s: say on which day it is done again.",
                    inspection=inspection._get_state_record_name()))
        self._write_facts({"follow_up": choice, "follow_up_reason": reason if choice == "none" else False})
        if choice == "row":
            self._repair_in_order()
        elif choice == "order":
            self._repair_in_new_orders({inspection: inspection._get_findings() for inspection in self})
        if recheck_date and choice != "none":
            self._plan_again(recheck_date)
        return True

    def _check_to_decide(self):
        """:raises UserError: an inspection did not fail, or it was decided what follows"""
        for inspection in self:
            if not inspection._is_failed():
                raise UserError(self.env._(
                    "%(inspection)s did not fail: nothing is to be decided.",
                    inspection=inspection._get_state_record_name()))
            if inspection.follow_up not in (False, "none"):
                raise UserError(self.env._(
                    "%(inspection)s: what follows was decided already (%(text)s).",
                    inspection=inspection._get_state_record_name(), text=inspection.follow_up_text))

    def _get_findings(self):
        """What was found at one inspection, a line for each item."""
        self.ensure_one()
        failed = self.check_ids.filtered(lambda check: check.result == "not_ok")
        return "\n".join(check._get_finding() for check in failed) or self.env._(
            "%(regime)s: failed", regime=self.regime_id.name)

    # THE REPAIR

    def _repair_in_order(self):
        """The devices are open again in their orders, for what was found; the inspections stay done."""
        for inspection in self:
            if not inspection.order_device_id or not inspection.order_id.is_open:
                raise UserError(self.env._(
                    "%(inspection)s is in no open order. Make a new repair order.",
                    inspection=inspection._get_state_record_name()))
        rows = self.order_device_id
        rows.filtered(lambda row: not row.is_open).action_reopen()
        for row, inspections in self.grouped("order_device_id").items():
            findings = [inspection._get_findings() for inspection in inspections]
            row.write({"basis": "paid", "fault": "\n".join(filter(None, [row.fault, *findings]))})

    def _repair_in_new_orders(self, findings):
        """Put what was found into repair orders: those that inspections have already, or one for all of an order.

        :param findings: {inspection: text}
        """
        mine = self.repair_order_id._filtered_access("write").filtered("is_open")
        again = self.filtered(lambda inspection: inspection.repair_order_id in mine and (
            inspection.device_id in inspection.repair_order_id.device_line_ids.device_id))
        for inspection in again:
            row = inspection.repair_order_id.device_line_ids.filtered(
                lambda row, device=inspection.device_id: row.device_id == device)
            row.fault = "\n".join(filter(None, [row.fault, findings[inspection]]))
        groups = (self - again).grouped(lambda inspection: (
            inspection.company_id, inspection.order_id, *(
                () if inspection.order_id else (inspection.partner_id, inspection.address_id))))
        orders = self.env["crm.service.order"].create([
            inspections._prepare_repair_vals(findings) for inspections in groups.values()])
        for order, inspections in zip(orders, groups.values(), strict=True):
            inspections._write_facts({"repair_order_id": order.id})

    def _prepare_repair_vals(self, findings):
        """Values of the repair order for inspections of one order, or of one place."""
        first, order = self[0], self.order_id
        partner, place = (order.partner_id, order.address_id) if order else (first.partner_id, first.address_id)
        return {
            "company_id": first.company_id.id, "partner_id": partner.id, "person_id": order.person_id.id,
            "address_id": (place or partner).id,
            "user_id": (order.user_id or (self.user_id if len(self.user_id) == 1 else order.user_id))._get_here().id,
            "description": self.env._("Found at the inspection in order %(order)s.", order=order.name) if order
            else self.env._("Found at the inspection on %(date)s.", date=format_date(self.env, first.date_done)),
            "device_line_ids": [fields.Command.create({
                "device_id": device.id, "rework_of_id": False, "basis": "paid",
                "fault": "\n".join(findings[inspection] for inspection in inspections)})
                for device, inspections in self.grouped("device_id").items()],
        }

    # ANOTHER INSPECTION

    def _get_planning(self):
        """The model of inspections, for those that follow from one that failed.

        sudo: a technician says on which day he comes again, and makes no inspections otherwise; the right to the one
        that failed was checked.
        """
        return self.sudo().browse()

    def _plan_again(self, day):
        """Plan inspections that failed once more.

        :param day: not before the day on which they failed
        """
        for inspection in self:
            if day < inspection.date_done:
                raise UserError(self.env._(
                    "%(inspection)s: it cannot be done again before it failed on %(date)s.",
                    inspection=inspection._get_state_record_name(),
                    date=format_date(self.env, inspection.date_done)))
        # a date of the plan that has its inspection already
        there = {other.plan_id.id: other for other in self._get_planning().search([
            ("plan_id", "in", self.plan_id.ids), ("state", "=", "planned"), ("schedule_date", "=", day)])}
        for inspection in self:
            if inspection.plan_id.id in there:
                there[inspection.plan_id.id]._write_facts({"recheck_of_id": inspection.id})
        self._get_planning().create([
            {"device_id": inspection.device_id.id, "regime_id": inspection.regime_id.id,
             "plan_id": inspection.plan_id.id, "planned_date": day, "recheck_of_id": inspection.id,
             # else the device tells whose it is
             **({"user_id": user.id} if (user := inspection.user_id._get_here()) else {})}
            for inspection in self if inspection.plan_id.id not in there])
        # the next one is counted from what is done on that day
        self._replan_last_done()
        self._write_facts({"done_next_date": day})

    def correct_facts(self, vals: dict, reason: str):
        """As any record's; what was decided after a failure goes with it where the result was none."""
        failed = self.filtered(lambda inspection: inspection._is_failed())
        result = super().correct_facts(vals, reason)
        passed = failed.filtered(lambda inspection: not inspection._is_failed())
        if passed:
            passed._drop_rechecks()
            passed._replan_last_done()
        return result

    def _after_move(self, old_states, state):
        result = super()._after_move(old_states, state)
        if state == "cancelled":
            # sudo: the one that failed may be a colleague's
            self.sudo().recheck_of_id._decide_anew()
        return result

    def _decide_anew(self):
        """What was to follow from inspections that failed was cancelled: where nothing else does, it is to be decided
        again."""
        for inspection in self.filtered(lambda inspection: inspection._is_failed() and inspection.device_id.active):
            order = inspection.order_id if inspection.follow_up == "row" else inspection.repair_order_id
            if inspection.follow_up == "none" or order and order.state != "cancelled":
                continue
            text, again = inspection.follow_up_text, inspection._get_recheck_date()
            inspection._write_facts({
                "follow_up": "recheck" if again else False, "repair_order_id": False, "done_next_date": again})
            if not again:
                inspection._message_log(body=self.env._(
                    "What was to follow was cancelled (%(text)s): decide again.", text=text or ""))

    def _drop_rechecks(self):
        """What was planned since inspections failed, and nobody counts on, goes when they are reopened."""
        again = self._get_planning().browse(self.sudo().recheck_ids.ids)
        again.filtered(lambda other: other.state == "planned" and not other.date_agreed).unlink()
        if any(inspection.follow_up or inspection.repair_order_id for inspection in self):
            self._write_facts({"follow_up": False, "follow_up_reason": False, "repair_order_id": False})
