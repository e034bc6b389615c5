from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.common.actions import open_dialog
from .add_devices_line import ASKED, LEFT, STATUSES, TAKEN


class CrmServiceAddDevicesWizard(models.TransientModel):
    """Many devices into one order, by a list of serial numbers that is pasted or scanned.

    First the list, then what will become of each number, then one transaction.
    """

    _name = "crm.service.add.devices.wizard"
    _description = "Add Devices by Serial Numbers"
    _inherit = ["crm.named.wizard.mixin"]

    order_id = fields.Many2one("crm.service.order", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id")
    partner_id = fields.Many2one(related="order_id.partner_id")
    state = fields.Selection(
        [("input", "List"), ("preview", "Preview"), ("done", "Done")], default="input", required=True)
    serials = fields.Text(
        string="Serial Numbers",
        help="One a line, or parted by commas, semicolons or tabs. A scanner types the number and Enter; "
             "it may read the labels of devices as well.")
    type_id = fields.Many2one(
        "crm.service.device.type", compute="_compute_type_id", store=True, readonly=False,
        domain="[('company_id', 'in', (company_id, False))]", help="Of the devices that have no card yet.")
    model_id = fields.Many2one(
        "crm.service.device.model",
        domain="[('company_id', 'in', (company_id, False)), ('type_id', 'in', (type_id, False))] if type_id "
               "else [('company_id', 'in', (company_id, False))]")
    fault = fields.Text(string="Reported Fault", help="The same for all of them.")
    basis = fields.Selection("_selection_basis", help="Empty: each device's own, by its warranties.")
    foreign_decision = fields.Selection(
        [("owner", "They are this contractor's now"), ("theirs", "They stay their owners', this contractor pays"),
         ("skip", "Leave them out")],
        string="Another Contractor's Devices", help="For those where nothing else is chosen below.")
    line_ids = fields.One2many("crm.service.add.devices.wizard.line", "wizard_id")
    asked_line_ids = fields.One2many(
        "crm.service.add.devices.wizard.line", "wizard_id", domain=[("status", "in", ASKED)])
    taken_line_ids = fields.One2many(
        "crm.service.add.devices.wizard.line", "wizard_id", domain=[("status", "in", TAKEN)], readonly=True)
    left_line_ids = fields.One2many(
        "crm.service.add.devices.wizard.line", "wizard_id", domain=[("status", "in", LEFT)], readonly=True)
    not_taken_line_ids = fields.One2many(
        "crm.service.add.devices.wizard.line", "wizard_id", domain=[("is_taken", "=", False)], readonly=True)
    blanks = fields.Integer(readonly=True)
    has_foreign = fields.Boolean(compute="_compute_summary")
    has_new = fields.Boolean(compute="_compute_summary")
    summary = fields.Char(compute="_compute_summary")
    notice = fields.Char(readonly=True)

    @api.model
    def _selection_basis(self):
        return self.env["crm.service.order.device"]._fields["basis"]._description_selection(self.env)

    @api.depends("model_id")
    def _compute_type_id(self):
        for wizard in self:
            wizard.type_id = wizard.model_id.type_id or wizard.type_id

    @api.depends("line_ids.status", "line_ids.is_taken", "blanks", "state")
    def _compute_summary(self):
        names = dict(self.env["crm.service.add.devices.wizard.line"]._fields["status"]._description_selection(self.env))
        for wizard in self:
            lines = wizard.line_ids
            wizard.has_foreign = any(line.is_foreign and line.status in ASKED for line in lines)
            wizard.has_new = bool(lines._get_new())
            if wizard.state == "done":
                texts = [
                    self.env._("Added to the order: %(count)s", count=len(lines.filtered("is_taken"))),
                    self.env._("new cards among them: %(count)s", count=len(lines._get_new())),
                    self.env._("left out: %(count)s", count=len(lines.filtered(lambda line: not line.is_taken)))]
            else:
                counts = {status: len(of_status) for status, of_status in lines.grouped("status").items()}
                texts = [f"{names[status]}: {counts[status]}" for status, _name in STATUSES if status in counts]
                if wizard.blanks:
                    texts.append(self.env._("Blank, ignored: %(count)s", count=wizard.blanks))
            wizard.summary = "   •   ".join(texts)

    # THE PREVIEW

    def action_preview(self):
        """Show what will become of each number, and change nothing yet.

        :raises UserError: the list is empty or too long, or new devices have no type
        """
        self.ensure_one()
        lines, blanks = self._prepare_lines()
        if not lines:
            raise UserError(self.env._("Paste or scan at least one serial number."))
        self._check_type([vals for vals in lines if vals["status"] == "new"])
        self._write_lines(lines, blanks)
        return self._reopen()

    def action_back(self):
        """Back to the list of numbers."""
        self.state = "input"
        return self._reopen()

    def _reopen(self):
        return open_dialog(self.env, self._name, self.env._("Add devices by serial numbers"), res_id=self.id)

    def _write_lines(self, lines, blanks, notice=False):
        """Put the numbers into the preview; what was decided of the same stays."""
        decided = {(line.serial, line.status): line for line in self.line_ids}
        for vals in lines:
            line = decided.get((vals["serial"], vals["status"]))
            if line and line.decision:
                vals["decision"] = line.decision
            if line and line.device_id.id in vals["candidate_ids"][0][2]:
                vals["device_id"] = line.device_id.id
        self.line_ids.unlink()
        self.env["crm.service.add.devices.wizard.line"].create([{**vals, "wizard_id": self.id} for vals in lines])
        self.write({"state": "preview", "blanks": blanks, "notice": notice})

    def _check_type(self, new):
        if new and not self.type_id:
            serials = [vals["serial"] for vals in new[:10]] + ["…"] * bool(new[10:])
            raise UserError(self.env._(
                "Serial numbers without a device card: %(count)s. Choose the type or model that the new cards get. "
                "New are: %(serials)s.", count=len(new), serials=", ".join(serials)))

    def _prepare_lines(self):
        """What each number of the list is now.

        :return: values of the preview's lines; the number of blank places
        """
        serials, blanks = self.env["crm.service.device"]._read_serials(self.serials)
        order, key_of = self.order_id, self.env["crm.service.device"]._serial_key
        found = self.env["crm.service.device"]._find_by_serials(order.company_id, serials)
        devices = self.env["crm.service.device"].union(*found.values())
        here = order.device_line_ids.device_id
        elsewhere = {
            # sudo: whoever's order it is, its number says why the device is left out
            line.device_id.id: line.order_id.name for line in self.env["crm.service.order.device"].sudo().search([
                ("device_id", "in", devices.ids), ("order_is_open", "=", True), ("is_open", "=", True),
                ("order_id", "!=", order.id)], order="id desc")}
        seen, lines = {}, []
        for number, serial in enumerate(serials, 1):
            key = key_of(serial)
            vals = {"sequence": number, "serial": serial, "device_id": False, "candidate_ids": [(6, 0, [])]}
            what = {} if key in seen else self._classify(found.get(key, devices.browse()), here, elsewhere)
            # one device may be there by its serial number and by its label
            first = seen.get(key) or seen.get(what.get("device_id"))
            if first:
                vals.update(status="double", reason=self.env._("As number %(number)s of the list", number=first))
            else:
                seen[key] = seen[what.get("device_id") or key] = number
                vals.update(what)
            lines.append(vals)
        return lines, blanks

    def _classify(self, candidates, here, elsewhere):
        """What one number is, with the device and the reason; *candidates* have the number."""
        if not candidates:
            return {"status": "new"}
        of_type = candidates.filtered(lambda device: device.type_id == self.type_id) if self.type_id else candidates
        narrowed = of_type or candidates
        if len(narrowed) > 1:
            return {
                "status": "several", "candidate_ids": [(6, 0, narrowed.ids)],
                "reason": "; ".join(narrowed.mapped(lambda device: f"{device.identifier} {device.name}"))}
        vals = {"device_id": narrowed.id}
        contractor = self.order_id.partner_id.commercial_partner_id
        owner = narrowed.partner_id
        if narrowed in here:
            vals["status"] = "in_order"
        elif narrowed.id in elsewhere:
            vals.update(status="open_elsewhere", reason=self.env._("Order %(order)s", order=elsewhere[narrowed.id]))
        elif not narrowed.active:
            vals.update(status="archived", decision="skip", reason=owner.display_name)
        elif not of_type:
            # most likely the device that is meant where it is this contractor's; the number may be another maker's too
            is_theirs = not owner or owner.commercial_partner_id == contractor
            vals.update(
                status="other_type", decision=is_theirs and "take",
                reason=narrowed.type_id.name or self.env._("Without a type"))
        elif owner and owner.commercial_partner_id != contractor:
            vals.update(status="foreign", reason=owner.display_name)
        else:
            vals["status"] = "found"
        return vals

    # THE TRANSACTION

    def action_confirm(self):
        """Make the missing cards and add the devices to the order, all in one transaction.

        Shows the preview again where something changed since: nothing is done then.

        :raises UserError: a number still asks, or the order is closed
        """
        self.ensure_one()
        self.order_id.check_access("write")
        self.order_id._check_open()
        lines, blanks = self._prepare_lines()
        if [(vals["serial"], vals["status"]) for vals in lines] != self.line_ids.mapped(
                lambda line: (line.serial, line.status)):
            self._check_type([vals for vals in lines if vals["status"] == "new"])
            self._write_lines(lines, blanks, self.env._(
                "Something changed since the list was shown; nothing was added yet. Look at it again."))
            return self._reopen()
        self.line_ids.filtered(
            lambda line: line.is_foreign and line.status in ASKED and not line.decision
        ).decision = self.foreign_decision
        self.line_ids._check_decided()
        self._add_devices()
        self.write({"state": "done", "notice": False})
        return self._reopen()

    def _add_devices(self):
        """Do what the preview says."""
        taken, order = self.line_ids.filtered("is_taken"), self.order_id
        new = taken._get_new()
        devices = self.env["crm.service.device"].with_company(order.company_id).create(
            [self._prepare_device(line.serial) for line in new])
        for line, device in zip(new, devices, strict=True):
            line.device_id = device
        taken.device_id.filtered(lambda device: not device.active).action_unarchive()
        order_lines = self.env["crm.service.order.device"].create([
            self._prepare_order_device(line.device_id) for line in taken])
        changing = taken.filtered(lambda line: line.decision == "owner").device_id
        order_lines.filtered(lambda line: line.device_id in changing).action_change_owner()
        if taken.filtered(lambda line: line.decision == "theirs"):
            owners = order.device_line_ids.device_id.partner_id.commercial_partner_id
            if all(line.is_foreign for line in order.device_line_ids) and len(owners) == 1:
                # all of them are one other's: the order is theirs, and who brought them pays
                order_lines[:1].action_owner_is_contractor()

    def _prepare_device(self, serial):
        """Values of the card of a new device."""
        order = self.order_id
        owner, place = order.partner_id, order.address_id
        if place.commercial_partner_id != owner.commercial_partner_id:
            place = owner
        return {
            "serial_number": serial, "type_id": self.type_id.id, "model_id": self.model_id.id,
            "partner_id": owner.id, "address_id": place.id, "company_id": order.company_id.id}

    def _prepare_order_device(self, device):
        """Values of a device's row in the order."""
        vals = {"order_id": self.order_id.id, "device_id": device.id, "fault": self.fault}
        if self.basis:
            vals["basis"] = self.basis
        return vals

    # AFTERWARDS

    def action_print_new_labels(self):
        """Print the labels of the devices that got their card now.

        :raises UserError: there are none
        """
        return self.line_ids._get_new().device_id.action_print_labels()

    def action_close(self):
        """Back to the order."""
        return {"type": "ir.actions.act_window_close"}

    def action_view_devices(self):
        """The devices of the order as a list."""
        return self.order_id.action_view_device_lines()
