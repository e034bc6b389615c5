from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.order.order_device import BASES, DEVICE_STATES
from ...models.order.stage import OPEN_STATES

ACTIONS = {
    "open": "action_reopen", "repaired": "action_repaired", "no_fault": "action_no_fault",
    "replaced": "action_replaced", "unrepairable": "action_unrepairable", "declined": "action_decline",
    "claim_refused": "action_refuse_claim",
}


CLAIMS = ("warranty", "nonconformity", "statutory", "rework")


class CrmServiceOutcomeWizard(models.TransientModel):
    """The same outcome, basis, notes or technician for many devices in service."""

    _name = "crm.service.outcome.wizard"
    _description = "Set for Many Devices"

    line_ids = fields.Many2many("crm.service.order.device", required=True, readonly=True)
    outcome = fields.Selection(
        [*DEVICE_STATES[1:], ("open", "Reopen")], help="Empty: it stays.")
    basis = fields.Selection(BASES, help="Empty: it stays.")
    diagnosis = fields.Text(help="Empty: it stays.")
    resolution = fields.Text(string="What Was Done", help="Empty: it stays.")
    user_id = fields.Many2one(
        "res.users", string="Done By", domain="[('share', '=', False)]",
        help="The technician on the labour of these devices. Empty: it stays.")
    labour_product_id = fields.Many2one(
        "product.product", string="Add Labour", domain="[('type', '=', 'service')]",
        help="A line of labour is added for each device.")
    quantity = fields.Float(digits="Product Unit", default=1.0)
    problems = fields.Text(compute="_compute_problems")
    skip = fields.Boolean(string="Leave these devices out and set the others")

    @api.depends("line_ids", "outcome", "basis", "user_id", "labour_product_id")
    def _compute_problems(self):
        for wizard in self:
            wizard.problems = "\n".join(wizard._get_problems().values()) or False

    def _get_problems(self):
        """What hinders each device from being set.

        :return: {line: sentence with the device's name}
        """
        lines = self.line_ids._origin
        writable = lines._filtered_access("write")
        problems = {}
        for line in lines:
            if problem := self._get_problem(line, line in writable):
                problems[line] = f"{line.device_id.display_name}: {problem}"
        return problems

    def _get_problem(self, line, is_writable):
        states = dict(line._fields["state"]._description_selection(self.env))
        bases = dict(line._fields["basis"]._description_selection(self.env))
        if not is_writable:
            return self.env._("it is in another technician's order")
        if line.order_state not in OPEN_STATES:
            return self.env._("its order is closed")
        if self.outcome == "open":
            if line.state == "open":
                return self.env._("it has no outcome that could be taken back")
            if line.date_released:
                return self.env._(
                    "it was handed back on %(date)s", date=fields.Date.to_string(line.date_released))
        elif (self.outcome or self.basis) and line.state != "open":
            return self.env._("it has the outcome “%(state)s” already; reopen it first", state=states[line.state])
        basis = self.basis or line.basis
        if self.outcome == "claim_refused" and basis not in CLAIMS:
            return self.env._("its basis is “%(basis)s”, so there is no claim to refuse", basis=bases[basis])
        if self.user_id and not self.labour_product_id and not self._get_labour(line):
            return self.env._("it has no labour whose technician could be set; add labour as well")
        return False

    def _get_labour(self, lines):
        return lines.line_ids.filtered(lambda row: row.kind == "labour")

    def _get_row_values(self):
        """What is filled in of the devices' own values, beside the outcome: {field: value}."""
        return {name: self[name] for name in ("basis", "diagnosis", "resolution") if self[name]}

    def action_apply(self):
        """Set what is filled in, for all the devices or, where that is ticked, for those that can take it.

        :raises UserError: nothing is filled in, or a device cannot take it; names each and why
        """
        self.ensure_one()
        values = self._get_row_values()
        if not (values or self.outcome or self.user_id or self.labour_product_id):
            raise UserError(self.env._("Choose what is to be set."))
        if self.labour_product_id and self.quantity <= 0:
            raise UserError(self.env._("The quantity of the labour has to be above zero."))
        problems = self._get_problems()
        lines = self.line_ids.filtered(lambda line: line not in problems)
        if problems and not (self.skip and lines):
            raise UserError(self.env._(
                "Nothing was set, because of these devices:\n%(problems)s", problems="\n".join(problems.values())))
        reopened = self.outcome == "open"
        if reopened:
            lines.action_reopen()
        if values:
            lines.write(values)
        if self.labour_product_id:
            self.env["crm.service.order.line"].create([self._prepare_labour(line) for line in lines])
        if self.user_id:
            self._get_labour(lines).write({"user_id": self.user_id.id})
        if self.outcome and not reopened:
            getattr(lines, ACTIONS[self.outcome])()
        return {"type": "ir.actions.act_window_close"}

    def _prepare_labour(self, line):
        return {
            "order_id": line.order_id.id, "device_line_id": line.id, "kind": "labour",
            "product_id": self.labour_product_id.id, "quantity": self.quantity}
