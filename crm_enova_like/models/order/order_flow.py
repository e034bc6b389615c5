from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .stage import OPEN_STATES

# says that the user left the issued parts as cost; an object, since a context
# from outside can hold any plain value
PARTS_KEPT = object()


class CrmServiceOrder(models.Model):
    """How an order moves: its stages, its queue and who it is handed to."""

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
            states = dict(self.env["crm.service.stage"]._fields["state"]._description_selection(self.env))
            raise UserError(self.env._(
                "Company “%(company)s” has no stage with the state “%(state)s” for the order type “%(type)s”. "
                "A manager adds one in Configuration ‣ Stages.",
                company=company.name, state=states[state], type=order_type.name or ""))
        return stage

    def _is_stage_allowed(self, stage):
        """Whether one order may go from its stage to another (the stage's
        allowed next stages; none means any)."""
        self.ensure_one()
        if stage.type_ids and self.type_id not in stage.type_ids:
            return False
        current = self.stage_id._origin
        return stage == current or not current.next_stage_ids or stage in current.next_stage_ids

    def _move_to_stage(self, stage):
        """Move orders to a stage: the one door of buttons, drag and RPC.

        :param self: any number of orders
        :raises UserError: the stage is not allowed, the order is closed and
            the user no manager, or something of it is still open
        """
        stage.ensure_one()
        moved = self.filtered(lambda order: order.stage_id != stage)
        for order in moved:
            if not order._is_stage_allowed(stage):
                raise UserError(self.env._(
                    "Order %(order)s cannot go from “%(old)s” to “%(new)s”. Allowed next: %(allowed)s.",
                    order=order.name, old=order.stage_id.name, new=stage.name,
                    allowed=", ".join((order.allowed_stage_ids - order.stage_id).mapped("name")) or "–"))
        closed = moved.filtered(lambda order: order.state not in OPEN_STATES)
        if closed and not self.env.user.has_group("crm_enova_like.group_manager") and not self.env.su:
            raise AccessError(self.env._(
                "Order %(order)s is closed. Only a service manager reopens it.", order=closed[0].name))
        if stage.state == "done":
            moved._check_can_close()
        elif stage.state == "cancelled":
            moved._check_can_cancel()
        vals = {"stage_id": stage.id}
        if stage.state in OPEN_STATES:
            vals["date_closed"] = False
        else:
            vals["date_closed"] = fields.Datetime.now()
        moved._write_stage(vals)
        if stage.state == "cancelled":
            moved._cancel_open_rw()

    def _move_to_state(self, state):
        """Move each order to its first stage with a state."""
        keys = {}
        for order in self:
            key = (order.company_id, order.type_id)
            keys[key] = keys.get(key, self.browse()) | order
        for (company, order_type), orders in keys.items():
            orders._move_to_stage(self._find_stage(company, order_type, state))

    def _check_state(self, *states):
        """Refuse an action that an order's state does not offer."""
        names = dict(self._fields["state"]._description_selection(self.env))
        for order in self:
            if order.state not in states:
                raise UserError(self.env._(
                    "Order %(order)s is “%(state)s”: this is possible only when it is %(states)s.",
                    order=order.name, state=names[order.state],
                    states=", ".join(self.env._("“%(state)s”", state=names[state]) for state in states)))

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
        self._check_state("new", "accepted", "waiting")
        self._move_to_state("in_progress")
        return True

    def action_wait(self, stage=None):
        """Put orders on hold.

        :param stage: a waiting stage, as record or id; the first one when empty
        :raises UserError: an order is closed, or the stage is no waiting one
        """
        self._check_state("new", "accepted", "in_progress", "waiting")
        if not stage:
            self._move_to_state("waiting")
            return True
        stage = self.env["crm.service.stage"].browse(getattr(stage, "id", stage)).exists()
        if not stage or stage.state != "waiting":
            raise UserError(self.env._(
                "“%(stage)s” is not a waiting stage.", stage=stage.name or "?"))
        self._move_to_stage(stage)
        return True

    def action_open_wait(self):
        """Ask for what the orders wait."""
        self._check_state("new", "accepted", "in_progress", "waiting")
        return self._open_wizard("crm.service.wait.wizard", self.env._("Wait for"))

    def action_done(self):
        """Complete orders (any number).

        :raises UserError: a device is open, a part is planned but not issued,
            or an RW is open; says which
        """
        self._check_state("new", "accepted", "in_progress", "waiting")
        self._move_to_state("done")
        return True

    def action_reopen(self):
        """Reopen closed orders; managers only (enova guards it by a right of its own).

        :raises AccessError: the user is no service manager
        """
        self._check_state("done", "cancelled")
        if not self.env.user.has_group("crm_enova_like.group_manager"):
            raise AccessError(self.env._(
                "Order %(order)s is closed. Only a service manager reopens it.", order=self[:1].name))
        self._move_to_state("in_progress")
        return True

    def action_cancel(self):
        """Cancel orders; where parts were issued, ask what becomes of them.

        :return: True, or the action of the question
        """
        self._check_state("new", "accepted", "in_progress", "waiting")
        if self._get_issued_lines():
            return self._open_wizard("crm.service.cancel.wizard", self.env._("Cancel the order"))
        self._move_to_state("cancelled")
        return True

    def _check_can_close(self):
        """Refuse to complete an order while something of it is open."""
        for order in self:
            problems = []
            open_devices = order.device_line_ids.filtered(lambda line: line.state == "open")
            if open_devices:
                problems.append(self.env._(
                    "devices without an outcome: %(devices)s",
                    devices=", ".join(open_devices.device_id.mapped("display_name"))))
            missing = order.line_ids.filtered("needs_issue")
            if missing:
                problems.append(self.env._(
                    "parts planned but not issued: %(parts)s",
                    parts=", ".join(
                        f"{line.product_id.display_name} ({line.quantity_to_issue:g} {line.uom_id.name})"
                        for line in missing)))
            # technicians hold no stock rights; the order is their own
            open_rw = order.sudo()._get_open_rw()
            if open_rw:
                problems.append(self.env._(
                    "open warehouse documents: %(documents)s", documents=", ".join(open_rw.mapped("name"))))
            if problems:
                raise UserError(self.env._(
                    "Order %(order)s cannot be completed yet:\n%(problems)s",
                    order=order.name, problems="\n".join(f"• {problem}" for problem in problems)))

    def _check_can_cancel(self):
        """Refuse to cancel an order with issued parts; the question of
        ``action_cancel`` says what becomes of them."""
        if self.env.context.get("service_keep_parts") is PARTS_KEPT:
            return
        for line in self._get_issued_lines():
            raise UserError(self.env._(
                "Order %(order)s has issued parts (%(part)s). Use the Cancel button: "
                "it asks whether to return them or to leave them as cost.",
                order=line.order_id.name, part=line.product_id.display_name))

    # QUEUE AND HAND-OVER

    def action_take(self):
        """Take orders from the queue.

        The row is locked first, blocking: of two technicians who press at
        once, the second waits, is run again, and told who has the order.

        :raises UserError: somebody has the order already, or it is closed
        """
        self.browse().check_access("write")
        self._lock_order_rows()
        # a colleague's order is out of sight, but who has it may be told
        for order in self.sudo().filtered(lambda order: order.company_id in self.env.companies):
            if order.user_id and order.user_id != self.env.user:
                raise UserError(self.env._(
                    "Order %(order)s was taken by %(user)s already.",
                    order=order.name, user=order.user_id.name))
        self.check_access("write")
        self._check_state(*OPEN_STATES)
        self.write({"user_id": self.env.uid})
        return True

    def action_assign(self, user):
        """Hand orders over to a user, or put them back in the queue.

        A plain write would fail on the re-read, once the order is nobody's of
        ours any more; so this ends on the list.

        :param user: res.users record or id; empty for the queue
        :return: the action of the order list
        """
        user = self.env["res.users"].browse(getattr(user, "id", user) or []).exists()
        self.check_access("write")
        self._check_state(*OPEN_STATES)
        if user and not user.sudo().has_group("crm_enova_like.group_technician"):
            raise UserError(self.env._(
                "%(user)s does no service work: an administrator gives the right “Technician” first.",
                user=user.sudo().name))
        for order in self:
            if user and order.company_id not in user.sudo().company_ids:
                raise UserError(self.env._(
                    "Order %(order)s: %(user)s does not work in company %(company)s.",
                    order=order.name, user=user.sudo().name, company=order.company_id.name))
        # the rights were checked above; the order may leave the user's sight
        self.sudo().write({"user_id": user.id})
        return self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_crm_service_order")

    def action_open_assign(self):
        """Ask whom the orders are handed to."""
        return self._open_wizard("crm.service.assign.wizard", self.env._("Hand over"))

    def _open_wizard(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_ids": self.ids},
        }

    def action_view_devices(self):
        """The devices of the orders."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_crm_service_device")
        devices = self.device_line_ids.device_id
        action["domain"] = [("id", "in", devices.ids)]
        action["context"] = {}
        if len(devices) == 1:
            action.update(res_id=devices.id, views=[(False, "form")])
        return action
