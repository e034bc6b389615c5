from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..common.state_mixin import MANAGERS
from .inspection_fixed import OUTCOME
from .inspection_history import KEPT, NEXT
from .inspection_signature import SIGNED
from .protocol_paper import PAPER

OPERATORS = "crm_enova_like.group_user"


class CrmServiceInspection(models.Model):
    """How an inspection goes from planned to ordered, done or cancelled, and back: by ``write()`` alone.

    What a move needs is data of the same write: ``cancel_reason`` to cancel; ``date_done``, ``result`` and
    ``protocol_number`` to finish, each with a default; ``order_id`` to order, which is a fact.
    """

    _inherit = "crm.service.inspection"

    @api.model
    def _get_open_states(self):
        return ("planned", "ordered")

    @api.model
    def _get_moves(self):
        """From which states an inspection may go to each: {state: tuple of states}."""
        return {
            "planned": ("ordered", "done", "cancelled"), "ordered": ("planned", "done"),
            "done": ("planned", "ordered"), "cancelled": ("planned", "ordered"),
        }

    @api.model
    def _get_fact_fields(self):
        return super()._get_fact_fields() | OUTCOME | {
            "order_id", "order_device_id", "date_reminded", "visit_failed_count", "date_notified",
            "notified_partner_id", *KEPT, NEXT, *SIGNED, *PAPER}

    @api.model
    def _get_copied_facts(self):
        return super()._get_copied_facts() | {*KEPT, NEXT}

    @api.model
    def _get_initial_facts(self):
        return super()._get_initial_facts() | OUTCOME

    def _get_state_record_name(self):
        self.ensure_one()
        return self.env._(
            "Inspection %(inspection)s of %(date)s", inspection=self.display_name,
            date=format_date(self.env, self.planned_date))

    def _check_facts(self, vals):
        """As everywhere; what was found is typed until an inspection is done, and stays from then on."""
        typed = OUTCOME & vals.keys()
        if typed and not self.env.su:
            done = self.filtered(lambda inspection: inspection.state == "done")
            typed = {
                name for name in typed if not any(inspection._is_rewritten(name, vals[name]) for inspection in done)}
        if self and not self.env.su:
            self._check_fixed(vals)
        return super()._check_facts({name: value for name, value in vals.items() if name not in typed})

    @api.model_create_multi
    def create(self, vals_list):
        vals_list, late = self._split_late_values(vals_list, "planned")
        inspections = super(CrmServiceInspection, self._without_default_state()).create(vals_list).with_env(self.env)
        if any(vals.get("protocol_number") for vals in vals_list) and (
                self.env.su or self.env.user.has_group(MANAGERS)):
            inspections._enter_imported_numbers()
        inspections._write_late_values(late)
        inspections._check_technicians_here()
        return inspections

    def _write_late_values(self, late):
        """As everywhere; what was done on a day that is over, and is moved in without a number, has none: the register
        of that time is another one."""
        if not self.env.su and self.env.user.has_group(MANAGERS):
            old = [
                index for index, (state, _facts) in late.items()
                if state == "done" and not self[index].protocol_number and self[index].date_done
                and self[index].date_done < self[index].company_id._service_today()]
            if old:
                self.browse(self[index].id for index in old).write({"state": "done", "protocol_number": False})
                late = {**late, **{index: (None, late[index][1]) for index in old}}
        return super()._write_late_values(late)

    def _has_no_number(self, vals):
        """Whether it is said of inspections that are finished, by who may, that they never had a number: there is none
        to be drawn for the past."""
        return "protocol_number" in vals and not vals["protocol_number"] and (
            self.env.user.has_group(MANAGERS)) and all(
            inspection.date_done and inspection.date_done < inspection.company_id._service_today()
            for inspection in self)

    def write(self, vals):
        """The one door of an inspection's state: buttons, an import and RPC all write it here.

        :raises UserError: a fact is typed, or an inspection may not go to the state
        """
        self._check_facts(vals)
        if vals.get("user_id"):
            given = self.filtered(lambda inspection: inspection.user_id.id != vals["user_id"])
            given.user_id.browse(vals["user_id"] if given else ())._check_are_here()
        if "state" not in vals:
            if vals.get("done_partner_id") or vals.get("done_address_id"):
                # what is moved in, or corrected: lists say the same
                vals = {**vals, **{
                    name.removeprefix("done_"): vals[name]
                    for name in ("done_partner_id", "done_address_id") if vals.get(name)}}
            result = super().write(vals)
            if vals.get("planned_date"):
                self._check_day_free()
            if "date_done" in vals:
                self.filtered(lambda inspection: inspection.state == "done")._replan_last_done()
            return result
        state = vals["state"]
        moved = self.filtered(lambda inspection: inspection.state != state)
        moved._check_move(state, vals)
        moved._keep_day()
        old_states = {inspection: inspection.state for inspection in moved}
        groups = {}
        for inspection, added in moved._prepare_move_vals(state, vals).items():
            groups.setdefault(tuple(added.items()), []).append(inspection.id)
        gone = moved._free_dates()
        staying = self - moved - gone
        if staying:
            super(CrmServiceInspection, staying).write(vals)
        for added, ids in groups.items():
            super(CrmServiceInspection, moved.browse(ids).with_prefetch(moved.ids)).write({**vals, **dict(added)})
        if moved:
            moved._keep_day()
            moved._after_move(old_states, state)
        return True

    # WHAT A MOVE NEEDS, AND WHAT FOLLOWS FROM IT

    def _check_move(self, state, vals):
        """Whether all of the inspections may go to a state, before the first of them does.

        :param vals: all values of the write
        :raises UserError: names the first inspection that may not, and what to do
        :raises AccessError: cancelling is the operators', reopening the managers'
        """
        if state not in self._get_moves():
            raise UserError(self.env._("An inspection has no state “%(state)s”.", state=state or ""))
        self._check_state(*self._get_moves()[state])
        if not self.env.su:
            self._check_may_move(state)
        if state in self._get_open_states():
            self._check_dates_free()
        if state == "ordered":
            self._check_ordered(vals)
        elif state == "done":
            self._check_checklist()
            self._check_day(fields.Date.to_date(vals.get("date_done")))
        elif state == "cancelled":
            self._check_reason(vals)

    def _check_may_move(self, state):
        """Whoever may press the button may write the state."""
        user = self.env.user
        for inspection in self:
            if state == "planned" and not inspection.is_open and not user.has_group(MANAGERS):
                raise AccessError(self.env._(
                    "%(inspection)s is closed. Only a service manager reopens it.",
                    inspection=inspection._get_state_record_name()))
            if state in ("planned", "cancelled") and not user.has_group(OPERATORS):
                raise AccessError(self.env._(
                    "%(inspection)s: only an operator cancels it, or takes it out of its order.",
                    inspection=inspection._get_state_record_name()))

    def _check_ordered(self, vals):
        rows = self.env["crm.service.order.device"]
        for inspection in self:
            row = inspection._get_order_row(vals)
            if not row:
                raise UserError(self.env._(
                    "%(inspection)s is in no order yet. Use “Create order”, or take it along from the order of "
                    "its place.", inspection=inspection._get_state_record_name()))
            rows |= row
        rows.order_id._check_open()
        for order, closed in rows.filtered(lambda row: not row.is_open).grouped("order_id").items():
            raise UserError(self.env._(
                "%(devices)s: the device has its outcome in order %(order)s already; reopen it first.",
                devices=", ".join(closed.mapped("display_name")), order=order.name))

    def _get_order_row(self, vals):
        """The device of one inspection in the order that it goes into, or is in: an empty row where it has none."""
        self.ensure_one()
        order = self.order_id.browse(vals["order_id"]) if vals.get("order_id") else self.order_id
        return order.device_line_ids.filtered(lambda row: row.device_id == self.device_id)

    def _check_reason(self, vals):
        for inspection in self:
            if not (vals.get("cancel_reason") or inspection.cancel_reason or "").strip():
                raise UserError(self.env._(
                    "Inspection %(inspection)s: say why it is cancelled.", inspection=inspection.display_name))

    def _prepare_move_vals(self, state, vals):
        """What follows from a state: {inspection: values that are written with it}."""
        if state == "ordered":
            rows = {inspection: inspection._get_order_row(vals) for inspection in self}
            drawn = self._get_drawn()
            return {inspection: {
                "order_id": row.order_id.id, "order_device_id": row.id, "date_done": False, "result": False,
                **inspection._prepare_paper_vals(),
                # on another visit it gets another protocol
                **({"protocol_number": False} if inspection in drawn and inspection.order_id != row.order_id else {}),
            } for inspection, row in rows.items()}
        if state == "done":
            return self._prepare_done_vals(vals)
        if state == "cancelled":
            return {inspection: {
                "cancel_reason": (vals.get("cancel_reason") or inspection.cancel_reason).strip()}
                for inspection in self}
        if state == "planned":
            return {inspection: inspection._prepare_planned_vals() for inspection in self}
        return {inspection: {} for inspection in self}

    def _prepare_done_vals(self, vals):
        given = fields.Date.to_date(vals.get("date_done"))
        today = {company: company._service_today() for company in self.company_id}
        days = {inspection: given or inspection.date_done or today[inspection.company_id] for inspection in self}
        if self._has_no_number(vals):
            numbers = dict.fromkeys(self, False)
        else:
            numbers = self._get_protocol_numbers(days, vals.get("protocol_number"))
        return {inspection: {
            "date_done": days[inspection],
            "result": vals.get("result") or inspection.result or inspection._get_proposed_result(),
            "protocol_number": numbers[inspection],
        } for inspection in self}

    def _prepare_planned_vals(self):
        self.ensure_one()
        vals = {
            "date_done": False, "result": False, "order_id": False, "order_device_id": False, "cancel_reason": False,
            **self._prepare_paper_vals()}
        if self.state == "ordered":
            # nothing came of the visit: its date is still to be arranged
            vals["date_agreed"] = False
        return vals

    def _after_move(self, old_states, state):
        """What follows once the inspections are in a state.

        :param self: inspections that all went to the state
        :param old_states: {inspection: the state before}
        """
        if state == "ordered":
            self.filtered(lambda inspection: old_states[inspection] == "planned")._make_checks()
        elif state == "planned":
            self.filtered(lambda inspection: old_states[inspection] == "ordered")._drop_checks()
        if state == "cancelled":
            plans = self._get_plans_to_move()
            # what it stood for beside the schedule is to be made now
            plans._reset_date_to_make()
            plans._generate()
        closed = self.filtered(lambda inspection: old_states[inspection] not in self._get_open_states())
        if state == "done":
            self._keep_signatures()
            self._note_given_up()
            self._follow_checks()
            self._replan_last_done()
        elif closed:
            closed._drop_signatures()
            closed._drop_rechecks()
            closed._replan_last_done(keep=closed)

    # BUTTONS

    def action_done(self, date_done: date = None, result: str = None, protocol_number: str = None):
        """Finish inspections; the next date follows the regime's counting.

        Inspections of ours get the next protocol number of their regime and year, unless one is given.

        :param date_done: the day; the one that was entered or today when empty
        :param result: passed, conditional or failed; what the checklist says when empty
        :raises UserError: the day is in the future, the inspection is closed, or its checklist has gaps
        :return: where one failed, the dialog that asks what follows
        """
        self._check_state(*self._get_open_states())
        given = {"date_done": date_done, "result": result, "protocol_number": protocol_number}
        self.write({"state": "done", **{name: value for name, value in given.items() if value}})
        return self._open_follow_up() or True

    def action_cancel(self, reason: str = None):
        """Cancel inspections with a reason; the schedule goes on with the next date.

        :raises UserError: there is no reason, or the inspection is closed
        """
        self._check_state(*self._get_open_states())
        return self.write({"state": "cancelled", **({"cancel_reason": reason} if reason else {})})

    def action_reopen(self):
        """Take back that inspections were cancelled or done; the schedule follows. Managers only.

        :raises AccessError: the user is no service manager
        :raises UserError: an inspection is planned, or the next one counts already on its date
        """
        self._check_state("cancelled", "done", "ordered")
        return self.write({"state": "planned"})

    def _put_back(self):
        """Ordered inspections of which nothing came are planned again.

        What became of their order says so: whoever may do that need not be an operator.
        """
        if self:
            self._write_facts({"state": "planned"})
