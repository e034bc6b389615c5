from odoo import models
from odoo.exceptions import UserError

from .stage import OPEN_STATES


class CrmServiceOrderDevice(models.Model):
    _inherit = "crm.service.order.device"

    def action_open_details(self):
        """Open one device of an order in a dialog: diagnosis, repair, outcome."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(self.env.ref("crm_enova_like.view_crm_service_order_device_form").id, "form")],
            "target": "new",
        }

    def action_open_outcome(self):
        """Open the wizard that sets the outcome, basis or technician of the selected devices."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set for the selected devices (%(count)s)", count=len(self)),
            "res_model": "crm.service.outcome.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_ids": [(6, 0, self.ids)]},
        }

    def action_print_labels(self):
        """Print the labels of the selected devices, in the order in which they are shown."""
        return self.device_id.action_print_labels()

    def action_print_label_sheet(self):
        """Print the labels of the selected devices on sheets of A4."""
        return self.device_id.action_print_label_sheet()


class CrmServiceOrder(models.Model):
    """Many devices of one order at once: taking them in, and working on them as a list."""

    _inherit = "crm.service.order"

    def action_open_add_devices(self):
        """Open the wizard that takes in a list of serial numbers.

        :raises UserError: the order is closed
        """
        self.ensure_one()
        self._check_takes_devices()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add devices by serial numbers"),
            "res_model": "crm.service.add.devices.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def _check_takes_devices(self):
        """One order takes devices in: it is open, and the user's to change.

        :raises UserError: it is closed
        """
        self.check_access("write")
        if self.state not in OPEN_STATES:
            raise UserError(self.env._(
                "Order %(order)s is closed; reopen it to change its devices.", order=self.name))

    def action_view_device_lines(self):
        """Open the devices of one order as a list in which many are changed at once."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_crm_service_order_device_batch")
        action.update(
            name=self.env._("Devices of %(order)s", order=self.name),
            domain=[("order_id", "=", self.id)],
            context={"default_order_id": self.id})
        return action

    def action_print_device_labels(self):
        """Print the labels of all devices of the orders."""
        return self.device_line_ids.action_print_labels()
