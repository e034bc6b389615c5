from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.formats import format_day


class CrmServiceOrderDevice(models.Model):
    """What becomes of a device in an order: its outcome, which ``write`` gives, and what follows from it."""

    _inherit = "crm.service.order.device"

    is_success = fields.Boolean(
        compute="_compute_is_success", help="The device was put in order, or nothing was wrong with it.")

    state_name = fields.Char(string="Shown Outcome", compute="_compute_state_name")

    @api.depends_context("lang")
    @api.depends("state")
    def _compute_state_name(self):
        """The outcome as it is shown; a wing above may know more of it."""
        names = self._get_state_names()
        for line in self:
            line.state_name = names.get(line.state, "")

    @api.depends("state")
    def _compute_is_success(self):
        for line in self:
            line.is_success = line.state in line._get_success_outcomes()

    @api.model
    def _get_repair_outcomes(self):
        """The outcomes after which the warranty of the repair begins: set of states."""
        return {"repaired", "replaced"}

    @api.model
    def _get_success_outcomes(self):
        """The outcomes with which the customer may be content: set of states."""
        return {"repaired", "no_fault", "replaced"}

    @api.model
    def _get_dropping_outcomes(self):
        """The outcomes that need no part any more: what was planned and not used is dropped. Set of states."""
        return {"unrepairable", "declined", "claim_refused", "no_fault"}

    def _check_outcome(self, state):
        """Whether devices may get an outcome, or lose it; asked of all of them before the first is written.

        :param self: rows that are in another state
        :param state: the outcome, or "open" for a device that is reopened
        :raises UserError: the order is closed, the device has an outcome already, or was handed back
        """
        self.order_id._check_open()
        names = self._get_state_names()
        for line in self:
            if state != "open" and not line.is_open:
                raise UserError(self.env._(
                    "Device %(device)s in order %(order)s has the outcome “%(state)s” already; reopen it first.",
                    device=line.device_id.display_name, order=line.order_id.name, state=names[line.state]))
            if state == "open" and line.date_released:
                raise UserError(self.env._(
                    "Device %(device)s was handed back on %(date)s; receive it in a new order.",
                    device=line.device_id.display_name,
                    date=format_day(self.env, line.company_id, line.date_released)))

    def _prepare_outcome_vals(self, state, vals):
        """What is written with an outcome, beside what the caller writes."""
        if state == "open":
            return {"date_closed": False, "repair_warranty_until": False, "repair_warranty_months": 0}
        return {"date_closed": vals.get("date_closed") or fields.Datetime.now()}

    def _after_outcome(self, state):
        """What follows from an outcome; each wing adds its own. The database keeps all of them as history.

        :param self: the rows that got it; all are in ``state`` now
        :param state: the outcome, or "open" where devices were reopened
        """
        if state in self._get_repair_outcomes():
            self._begin_repair_warranty()
        if state in self._get_dropping_outcomes():
            self.line_ids._drop_unused()
        self._settle_diagnosis(state)

    def action_repaired(self):
        """Outcome: repaired. Any number of open devices."""
        return self._give_outcome("repaired")

    def action_no_fault(self):
        """Outcome: no fault found; parts that were not used are dropped."""
        return self._give_outcome("no_fault")

    def action_replaced(self):
        """Outcome: replaced by another piece."""
        return self._give_outcome("replaced")

    def action_unrepairable(self):
        """Outcome: beyond repair; parts that were not used are dropped."""
        return self._give_outcome("unrepairable")

    def action_decline(self):
        """Outcome: the customer declined; parts that were not used are dropped."""
        return self._give_outcome("declined")

    def action_refuse_claim(self):
        """Outcome: the claim is refused; parts that were not used are dropped."""
        return self._give_outcome("claim_refused")

    def action_reopen(self):
        """Take back an outcome, while the order is open and the device here.

        :raises UserError: the order is closed, or the device was handed back
        """
        return self.write({"state": "open"})

    def _give_outcome(self, state):
        self._check_outcome(state)
        return self.write({"state": state})


class CrmServiceOrder(models.Model):
    """An order of whose devices all that are left are repaired."""

    _inherit = "crm.service.order"

    has_open_devices = fields.Boolean(compute="_compute_has_open_devices", help="A device has no outcome yet.")

    @api.depends("device_line_ids.is_open")
    def _compute_has_open_devices(self):
        for order in self:
            order.has_open_devices = any(order.device_line_ids.mapped("is_open"))

    def action_done_repaired(self):
        """Complete orders, whose devices without an outcome are repaired. Any number of open orders.

        :raises UserError: something else of an order is open; says what
        """
        self._check_state(*self._get_open_states())
        self.device_line_ids.filtered("is_open").action_repaired()
        return self.action_done()
