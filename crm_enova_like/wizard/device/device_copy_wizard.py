from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.common.actions import open_dialog, open_list


class CrmServiceDeviceCopyWizard(models.TransientModel):
    """Many cards like one device, by a list of serial numbers or by a count."""

    _name = "crm.service.device.copy.wizard"
    _description = "Copy Device"
    _inherit = ["crm.named.wizard.mixin"]

    device_id = fields.Many2one("crm.service.device", required=True, readonly=True, ondelete="cascade")
    state = fields.Selection([("input", "List"), ("done", "Done")], default="input", required=True)
    serials = fields.Text(
        string="Serial Numbers",
        help="One a line, or parted by commas, semicolons or tabs. A scanner types the number and Enter.")
    count = fields.Integer(string="Number of Copies", default=1, help="Used where no serial numbers are given.")
    summary = fields.Char(compute="_compute_summary")
    left_out = fields.Text(compute="_compute_summary")
    copy_ids = fields.Many2many("crm.service.device", string="Copies", readonly=True)
    result = fields.Text(readonly=True)

    @api.depends("serials", "device_id")
    def _compute_summary(self):
        for wizard in self:
            new, problems, blanks = wizard._read_list()
            texts = [self.env._("New: %(count)s", count=len(new))] if new or problems else []
            if problems:
                texts.append(self.env._("Left out: %(count)s", count=len(problems)))
            if blanks:
                texts.append(self.env._("Blank, ignored: %(count)s", count=blanks))
            wizard.summary = "   •   ".join(texts) or False
            wizard.left_out = "\n".join(problems) or False

    def _read_list(self):
        """The list's new serial numbers, sentences on those that are left out, and the blank places."""
        Device = self.env["crm.service.device"]
        serials, blanks = Device._read_serials(self.serials)
        found = Device._find_by_serials(self.device_id.company_id, serials)
        seen, new, problems = {}, [], []
        for number, serial in enumerate(serials, 1):
            key = Device._serial_key(serial)
            other = found.get(key, Device).filtered(lambda device: device.type_id == self.device_id.type_id)[:1]
            if key in seen:
                problems.append(self.env._(
                    "%(serial)s: as number %(number)s of the list", serial=serial, number=seen[key]))
                continue
            seen[key] = number
            if other:
                problems.append(self.env._(
                    "%(serial)s: exists already, %(device)s (%(owner)s)", serial=serial,
                    device=f"{other.identifier} {other.name}",
                    owner=other.partner_id.display_name or self.env._("no contractor")))
            else:
                new.append(serial)
        return new, problems, blanks

    def action_copy(self):
        """Make the copies, and name what was left out.

        :raises UserError: there is nothing to make
        """
        self.ensure_one()
        new, problems, _blanks = self._read_list()
        if not new and problems:
            raise UserError(self.env._(
                "None of these serial numbers is new:\n%(problems)s", problems="\n".join(problems)))
        copies, lacking = self.device_id._copy_many(new or [False] * self.count, **self._get_copy_options())
        self.write({
            "state": "done", "copy_ids": [(6, 0, copies.ids)], "result": "\n".join([*problems, *lacking]) or False})
        return open_dialog(self.env, self._name, self.env._("Copy device"), res_id=self.id)

    def _get_copy_options(self):
        """What else comes with the copies, as chosen: dict for the device's ``_copy_many``."""
        return {}

    def action_print_labels(self):
        """Print the labels of the copies."""
        return self.copy_ids.action_print_labels()

    def action_view_copies(self):
        """The copies as a list."""
        return open_list(self.env, "crm_enova_like.action_crm_service_device", [("id", "in", self.copy_ids.ids)])
