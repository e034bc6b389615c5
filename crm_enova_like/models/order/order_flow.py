from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..common.actions import open_dialog, open_records
from ..common.given import find_given
from ..common.state_mixin import MANAGERS


class CrmServiceOrder(models.Model):
    """How an order moves: its stages."""

    _inherit = "crm.service.order"

    # STAGES

    @api.model
    def _read_group_stage_id(self, stages, domain):
        return stages.search([("company_id", "in", self.env.companies.ids)])

    @api.model
    def _find_stage(self, company, order_type, state):
        """The company's first stage with a state that the type may use.

        :raises UserError: there is none
        """
        Stage = self.env["crm.service.stage"]
        stage = Stage.browse(Stage._get_first_id(company._origin.id, order_type._origin.id, state))
        if not stage:
            states = Stage._get_state_names()
            raise UserError(self.env._(
                "Company “%(company)s” has no stage with the state “%(state)s” for the order type “%(type)s”. "
                "A manager adds one in Configuration ‣ Stages.",
                company=company.name, state=states.get(state, state or ""), type=order_type.name or ""))
        return stage

    @api.model
    def _get_open_states(self):
        return self.env["crm.service.stage"]._get_open_states()

    @api.model
    def _get_fact_fields(self):
        return super()._get_fact_fields() | {
            "name", "requester_id", "date_closed", "customer_signed_on", "technician_signed_on", "deadline_proposed"}

    @api.model
    def _get_initial_facts(self):
        # who makes an order says who took it in; a number is looked at where numbers are given
        return super()._get_initial_facts() | {"name", "requester_id"}

    def _get_state_record_name(self):
        self.ensure_one()
        return self.env._("Order %(order)s", order=self.name)

    def _is_stage_allowed(self, stage, order_type=None):
        """Whether one order may go from its stage to another (the stage's allowed next stages; none means any).

        :param order_type: the type that it gets at the same time
        """
        self.ensure_one()
        current, following = self.stage_id._origin, self.stage_id._origin._get_next_ids()
        return stage._is_of_type(order_type or self.type_id) and (
            stage == current or not following or stage.id in following)

    def _comes_in(self, stage):
        """Whether one order is just being made, straight into a stage that its type has: as it has stood in none yet,
        none says where it may go next."""
        self.ensure_one()
        if stage.type_ids and self.type_id not in stage.type_ids:
            return False
        # sudo: the log is the managers' to read
        return not self.env["crm.service.stage.time"].sudo().search_count([("order_id", "=", self.id)], limit=1)

    def _check_move(self, stage, vals):
        """Whether orders may go to a stage; asked of all of them before the first is written.

        :param self: any number of orders that are in another stage
        :param vals: all that is written with the stage
        :raises AccessError: an order is closed and the user no manager
        :raises UserError: the stage is not allowed, or something of an order is still open
        """
        order_type = self.type_id.browse(vals.get("type_id") or [])
        for order in self:
            if not order._is_stage_allowed(stage, order_type) and not order._comes_in(stage):
                raise UserError(self.env._(
                    "Order %(order)s cannot go from “%(old)s” to “%(new)s”. Allowed next: %(allowed)s.",
                    order=order.name, old=order.stage_id.name, new=stage.name,
                    allowed=", ".join((order.allowed_stage_ids - order.stage_id).mapped("name")) or "–"))
        closed = self.filtered(lambda order: not order.is_open)
        if closed and not self.env.user.has_group(MANAGERS) and not self.env.su:
            raise AccessError(self.env._(
                "Order %(order)s is closed. Only a service manager reopens it.", order=closed[0].name))
        if stage.state == "done":
            for order, problems in self._get_closing_problems().items():
                raise UserError(self.env._(
                    "Order %(order)s cannot be completed yet:\n%(problems)s",
                    order=order.name, problems="\n".join(f"• {problem}" for problem in problems)))

    def _get_closing_problems(self):
        """What still hinders orders from being completed; each wing adds its own.

        :return: {order: [sentence, …]}; nothing for an order that may be completed
        """
        problems = {}
        for order in self:
            unfinished = order.device_line_ids.filtered("is_open")
            if unfinished:
                problems[order] = [self.env._(
                    "devices without an outcome: %(devices)s",
                    devices=", ".join(unfinished.device_id.mapped("display_name")))]
        for order in self._filter_without_labour("required"):
            problems.setdefault(order, []).append(self.env._("no labour was noted"))
        return problems

    def _prepare_move_vals(self, stage, vals):
        """What is written with a stage, beside what the caller writes."""
        return {"date_closed": False if stage.is_open else vals.get("date_closed") or fields.Datetime.now()}

    def _after_move(self, old_stages, stage):
        """What follows when orders have gone to a stage; each wing adds its own.

        :param self: the orders that moved; all are in ``stage`` now
        :param old_stages: {order: the stage in which it was}; an empty one for an order just made
        """
        self.env["crm.service.stage.time"]._record_move(self, stage)

    def _group_by_stage_of(self, state, new_type):
        """{the first stage with a state that an order's type may use: orders}

        :param new_type: the type that the orders get at the same time; empty where they keep theirs
        """
        groups = {}
        for (company, order_type), orders in self.grouped(
                lambda order: (order.company_id, new_type or order.type_id)).items():
            stage = self._find_stage(company, order_type, state)
            groups[stage] = groups.get(stage, self.browse()) | orders
        return groups

    def _move_to_state(self, state, vals=None):
        """Move each order to its first stage with a state.

        :param vals: what is written with it
        """
        vals = vals or {}
        # sudo: of the company, what mails and amounts ask of it
        self.company_id.sudo()._with_facts()
        groups = self._group_by_stage_of(state, self.type_id.browse(vals.get("type_id") or []))
        if len(groups) > 1:
            # of several stages too, nothing is written before all are checked
            for stage, orders in groups.items():
                orders.filtered(lambda order, stage=stage: order.stage_id != stage)._check_move(stage, vals)
        for stage, orders in groups.items():
            orders.write({**vals, "stage_id": stage.id})

    def _write_state(self, vals):
        """Write a state, which an order has by its stage.

        :raises UserError: the stage written with it means another state
        """
        vals = dict(vals)
        state = vals.pop("state")
        if vals.get("stage_id"):
            self._check_stage_means(self.stage_id.browse(vals["stage_id"]), state)
            return self.write(vals)
        new_type = self.type_id.browse(vals.get("type_id") or [])
        staying = self.filtered(lambda order: order.state == state and (
            not new_type or not order.stage_id.type_ids or new_type in order.stage_id.type_ids))
        (self - staying)._move_to_state(state, vals)
        return staying.write(vals) if staying and vals else True

    @api.model
    def _check_stage_means(self, stage, state):
        if stage.state != state:
            names = self._get_state_names()
            raise UserError(self.env._(
                "Stage “%(stage)s” means “%(means)s”, not “%(state)s”.", stage=stage.name,
                means=names[stage.state], state=names.get(state, state)))

    @api.model
    def _split_late_stages(self, vals_list):
        """Take out of values for ``create`` what goes through the door afterwards: a stage in which an order is
        closed, and the facts of its end.

        :param vals_list: with the orders' type and company; changed in place
        :return: {index: (stage, facts)}
        """
        Stage, defaults, late = self.env["crm.service.stage"], self.env.context, {}
        for index, vals in enumerate(vals_list):
            state, stage = vals.pop("state", None), Stage.browse(vals.get("stage_id") or [])
            if state and state == defaults.get("default_state"):
                state = None
            if state and stage:
                self._check_stage_means(stage, state)
            elif state:
                stage = self._find_stage(
                    self.company_id.browse(vals["company_id"]), self.type_id.browse(vals["type_id"]), state)
                vals["stage_id"] = stage.id
            is_closed = bool(stage) and not stage.is_open
            if is_closed:
                del vals["stage_id"]
                is_closed = bool(state) or stage.id != defaults.get("default_stage_id")
            facts = self._take_facts(vals, is_closed)
            if is_closed:
                late[index] = (stage, facts)
        return late

    @api.model
    def _without_default_stage(self):
        """The model without defaults from the context that would close what is made, or say why it was."""
        orders = self._without_default_state()
        dropped = {f"default_{name}" for name in self._get_decision_fields()}
        stage_id = self.env.context.get("default_stage_id")
        if stage_id and not self.stage_id.browse(stage_id).is_open:
            dropped.add("default_stage_id")
        kept = {key: value for key, value in orders.env.context.items() if key not in dropped}
        return orders.with_context(kept)    # pylint: disable=context-overridden  # keys are taken out

    def _write_late_stages(self, late):
        """Close the orders that come closed, those with one stage at once, and write the facts of their end."""
        stages = {}
        for index, (stage, _facts) in late.items():
            stages[stage] = stages.get(stage, self.browse()) | self[index]
        for stage, orders in stages.items():
            orders.write({"stage_id": stage.id})
        self._write_late_facts(late)
        arrived = self.browse(self[index].id for index, (_stage, facts) in late.items() if "date_closed" in facts)
        self.env["crm.service.stage.time"]._record_arrival(arrived)

    def action_accept(self):
        """Accept new orders (any number).

        :raises UserError: an order is not new
        """
        self._check_state("new")
        self._move_to_state("accepted")
        return True

    def action_start(self):
        """Start or resume work.

        :raises UserError: an order is closed or in progress already
        """
        self._check_state(*(state for state in self._get_open_states() if state != "in_progress"))
        self._move_to_state("in_progress")
        return True

    def action_wait(self, stage=None):
        """Put orders on hold.

        :param stage: a waiting stage, as record or id; the first one when empty
        :raises UserError: an order is closed, or the stage is no waiting one
        """
        self._check_state(*self._get_open_states())
        if not stage:
            self._move_to_state("waiting")
            return True
        stage = find_given(self.env["crm.service.stage"], stage)
        if not stage or stage.state != "waiting":
            raise UserError(self.env._(
                "“%(stage)s” is not a waiting stage.", stage=stage.name or "?"))
        return self.write({"stage_id": stage.id})

    def action_open_wait(self):
        """Ask for what the orders wait."""
        self._check_state(*self._get_open_states())
        return self._open_wizard("crm.service.wait.wizard", self.env._("Wait for"))

    def action_done(self):
        """Complete orders (any number).

        :raises UserError: a device or something else of an order is open; says what
        """
        self._check_state(*self._get_open_states())
        self._move_to_state("done")
        return True

    def action_reopen(self):
        """Reopen closed orders; managers only (enova guards it by a right of its own).

        :raises AccessError: the user is no service manager
        """
        self._check_state("done", "cancelled")
        if self and not (self.env.su or self.env.user.has_group(MANAGERS)):
            raise AccessError(self.env._(
                "Order %(order)s is closed. Only a service manager reopens it.", order=self[:1].name))
        self._move_to_state("in_progress")
        return True

    def action_cancel(self):
        """Cancel orders; where something of them is yet to be decided, ask first.

        :return: True, or the action of the question
        """
        self._check_state(*self._get_open_states())
        question = self._get_cancel_question()
        if question:
            return question
        self._move_to_state("cancelled")
        return True

    def _get_cancel_question(self):
        """What is to be asked before orders are cancelled: an action for the screen, or False."""
        return False

    def _open_wizard(self, model, name):
        return open_dialog(self.env, model, name, {"default_order_ids": self.ids})

    def action_view_devices(self):
        """The devices of the orders."""
        return open_records(self.device_line_ids.device_id, "crm_enova_like.action_crm_service_device")
