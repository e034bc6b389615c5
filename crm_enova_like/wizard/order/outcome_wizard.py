from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmServiceOutcomeWizard(models.TransientModel):
    """The same outcome, basis, notes or technician for many devices in service."""

    _name = "crm.service.outcome.wizard"
    _description = "Set for Many Devices"
    _inherit = ["crm.named.wizard.mixin"]

    line_ids = fields.Many2many("crm.service.order.device", required=True, readonly=True)
    outcome = fields.Selection("_selection_outcome", help="Empty: it stays.")
    basis = fields.Selection("_selection_basis", help="Empty: it stays.")
    diagnosis = fields.Text(help="Empty: it stays.")
    resolution = fields.Text(string="What Was Done", help="Empty: it stays.")
    user_id = fields.Many2one(
        "res.users", string="Done By", domain="[('share', '=', False)]",
        help="The technician on the labour of these devices. Empty: it stays.")
    labour_product_id = fields.Many2one(
        "product.product", string="Add Labour", domain="[('type', '=', 'service')]",
        help="A line of labour is added for each device.")
    quantity = fields.Float(digits="Product Unit", default=1.0)
    drops_parts = fields.Boolean(compute="_compute_drops_parts")
    problems = fields.Text(compute="_compute_problems")
    skip = fields.Boolean(string="Leave these devices out and set the others")

    @api.model
    def _selection_outcome(self):
        """The outcomes that a device may get, those of other addons too, and the way back."""
        Row = self.env["crm.service.order.device"]
        names = Row._get_state_names()
        return [
            *((state, name) for state, name in names.items() if state not in Row._get_open_states()),
            ("open", self.env._("Reopen"))]

    @api.model
    def _selection_basis(self):
        return self.env["crm.service.order.device"]._fields["basis"]._description_selection(self.env)

    @api.depends("outcome")
    def _compute_drops_parts(self):
        outcomes = self.env["crm.service.order.device"]._get_dropping_outcomes()
        for wizard in self:
            wizard.drops_parts = wizard.outcome in outcomes

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
        problems = {line: problem for line in lines if (problem := self._get_problem(line, line in writable))}
        if self.outcome:
            problems.update(self._get_refusals(lines.filtered(lambda line: line not in problems)))
        return {line: problems[line] for line in lines if line in problems}

    def _get_refusals(self, lines):
        """What the outcome's own rules say against devices, those of wings above and other addons too.

        :return: {line: sentence}
        """
        try:
            # of all at once: mostly none is refused
            lines._check_outcome(self.outcome)
        except UserError as refusal:
            if len(lines) == 1:
                return {lines: str(refusal)}
            return {key: text for line in lines for key, text in self._get_refusals(line).items()}
        return {}

    def _get_problem(self, line, is_writable):
        """What hinders one device from being set, by what is filled in: a sentence, or False."""
        device, basis = line.device_id.display_name, self.basis or line.basis
        if not is_writable:
            return self.env._("%(device)s is in another technician's order.", device=device)
        if not line.order_is_open:
            return self.env._("%(device)s: its order is closed.", device=device)
        if self.outcome == "open" and line.is_open:
            return self.env._("%(device)s has no outcome that could be taken back.", device=device)
        if self.basis and not self.outcome and not line.is_open:
            return self.env._(
                "%(device)s has the outcome “%(state)s” already; reopen it first.", device=device,
                state=line._get_state_names()[line.state])
        if self.outcome == "claim_refused" and line.is_open and basis not in line._get_claim_bases():
            return self.env._(
                "%(device)s: there is no claim to refuse, since the basis is “%(basis)s”.", device=device,
                basis=dict(self._selection_basis())[basis])
        if self.user_id and not self.labour_product_id and not self._get_labour(line):
            return self.env._(
                "%(device)s has no labour whose technician could be set; add labour as well.", device=device)
        return False

    def _get_labour(self, lines):
        return lines.line_ids.filtered(lambda row: row.kind == "labour")

    @api.model
    def _get_written_fields(self):
        """Names of the fields that the devices get where they are filled in; a wing above adds its own."""
        return ["basis", "diagnosis", "resolution"]

    def action_apply(self):
        """Set what is filled in, for all the devices or, where that is ticked, for those that can take it.

        :raises UserError: nothing is filled in, or a device cannot take it; names each and why
        """
        self.ensure_one()
        values = {name: self[name] for name in self._get_written_fields() if self[name]}
        if not (values or self.outcome or self.user_id or self.labour_product_id):
            raise UserError(self.env._("Choose what is to be set."))
        if self.labour_product_id and self.quantity <= 0:
            raise UserError(self.env._("The quantity of the labour has to be above zero."))
        problems = self._get_problems()
        lines = self.line_ids.filtered(lambda line: line not in problems)
        if problems and not (self.skip and lines):
            raise UserError(self.env._(
                "Nothing was set, because of these devices:\n%(problems)s", problems="\n".join(problems.values())))
        if self.outcome == "open":
            # the others may ask for a device that has no outcome
            lines.write({"state": self.outcome})
        if values:
            lines.write(values)
        if self.labour_product_id:
            self.env["crm.service.order.line"].create([self._prepare_labour(line) for line in lines])
        if self.user_id:
            self._get_labour(lines).write({"user_id": self.user_id.id})
        if self.outcome and self.outcome != "open":
            lines.write({"state": self.outcome})
        return {"type": "ir.actions.act_window_close"}

    def _prepare_labour(self, line):
        return {
            "order_id": line.order_id.id, "device_line_id": line.id, "kind": "labour",
            "product_id": self.labour_product_id.id, "quantity": self.quantity}
