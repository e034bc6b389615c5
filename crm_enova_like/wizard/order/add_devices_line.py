from odoo import api, fields, models
from odoo.exceptions import UserError

STATUSES = [
    ("new", "New"),
    ("found", "Found"),
    ("foreign", "Another contractor's"),
    ("other_type", "Of another type"),
    ("several", "Several devices have it"),
    ("archived", "Archived card"),
    ("double", "Twice in the list"),
    ("open_elsewhere", "In another open order"),
    ("in_order", "In this order already"),
]


TAKEN, ASKED = ("new", "found"), ("foreign", "other_type", "several", "archived")


LEFT = ("double", "open_elsewhere", "in_order")


DECISIONS = [
    ("owner", "Take: it is this contractor's now"),
    ("theirs", "Take: it stays its owner's, this contractor pays"),
    ("take", "Add as it is"),
    ("new", "Make a new card"),
    ("skip", "Leave out"),
]


class CrmServiceAddDevicesWizardLine(models.TransientModel):
    _name = "crm.service.add.devices.wizard.line"
    _description = "Serial Number to Add"
    _inherit = ["crm.named.wizard.mixin"]
    _order = "sequence, id"

    wizard_id = fields.Many2one("crm.service.add.devices.wizard", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(string="No.", readonly=True)
    serial = fields.Char(string="Serial Number", required=True, readonly=True)
    status = fields.Selection(STATUSES, required=True, readonly=True)
    reason = fields.Char(string="Details", readonly=True)
    device_id = fields.Many2one("crm.service.device", ondelete="cascade", domain="[('id', 'in', candidate_ids)]")
    candidate_ids = fields.Many2many(
        "crm.service.device", "crm_service_add_devices_candidate_rel", "line_id", "device_id", readonly=True)
    decision = fields.Selection(DECISIONS)
    is_foreign = fields.Boolean(compute="_compute_allowed_decisions")
    allowed_decisions = fields.Json(compute="_compute_allowed_decisions")
    is_taken = fields.Boolean(compute="_compute_is_taken", store=True)

    @api.depends("status", "device_id")
    def _compute_allowed_decisions(self):
        for line in self:
            owner = line.device_id.partner_id.commercial_partner_id
            line.is_foreign = bool(owner) and owner != line.wizard_id.partner_id.commercial_partner_id
            takes = ["owner", "theirs"] if line.is_foreign else ["take"]
            known = line.candidate_ids | line.device_id
            if line.wizard_id.type_id and line.wizard_id.type_id not in known.type_id:
                takes.append("new")
            line.allowed_decisions = [*takes, "skip"] if line.status in ASKED else []

    @api.depends("status", "decision")
    def _compute_is_taken(self):
        for line in self:
            line.is_taken = line.status in TAKEN or (
                line.status in ASKED and line.decision in ("owner", "theirs", "take", "new"))

    @api.onchange("device_id")
    def _onchange_device_id(self):
        # from a form comes what its caller gives
        allowed = self.allowed_decisions if isinstance(self.allowed_decisions, list) else []
        if self.decision not in allowed:
            self.decision = False

    def _get_new(self):
        """The numbers that get a card of their own."""
        return self.filtered(lambda line: line.status == "new" or (line.status in ASKED and line.decision == "new"))

    def _check_decided(self):
        """Every number that asks has an answer that fits it.

        :raises UserError: some have none; names them
        """
        asking = self.filtered(lambda line: line.status in ASKED)
        for line in asking:
            if line.decision and line.decision not in line.allowed_decisions:
                raise UserError(self.env._(
                    "%(serial)s: “%(decision)s” does not fit here. Choose another answer.", serial=line.serial,
                    decision=dict(self._fields["decision"]._description_selection(self.env))[line.decision]))
        taken = {}
        for line in self.filtered("is_taken") - self._get_new():
            if line.device_id and line.device_id in taken:
                raise UserError(self.env._(
                    "%(device)s is chosen for two numbers: %(first)s and %(second)s.",
                    device=line.device_id.display_name, first=taken[line.device_id], second=line.serial))
            taken[line.device_id] = line.serial
        open_lines = asking.filtered(lambda line: not line.decision or (
            line.decision not in ("new", "skip") and not line.device_id))
        if open_lines:
            raise UserError(self.env._(
                "Decide first what becomes of: %(serials)s.",
                serials=", ".join(f"{line.serial} ({line.reason or ''})" for line in open_lines)))
