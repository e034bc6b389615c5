from odoo import api, models
from odoo.fields import Domain

from ..common.actions import open_dialog, open_list
from ..common.words import found_by_words


class CrmServiceOrderDevice(models.Model):
    """Many devices in service at once: a selection of them gets an outcome, a technician or labels."""

    _inherit = "crm.service.order.device"

    def action_open_details(self):
        """Open one device of an order in a dialog: diagnosis, repair, outcome."""
        self.ensure_one()
        return open_dialog(
            self.env, self._name, self.display_name, res_id=self.id,
            view="crm_enova_like.view_crm_service_order_device_form")

    def action_open_outcome(self):
        """Open the wizard that sets the outcome, basis or technician of the selected devices."""
        return open_dialog(
            self.env, "crm.service.outcome.wizard",
            self.env._("Set for the selected devices (%(count)s)", count=len(self)),
            {"default_line_ids": [(6, 0, self.ids)]})

    def action_print_labels(self):
        """Print the labels of the selected devices, in the order in which they are shown."""
        return self.device_id.action_print_labels()

    def action_print_label_sheet(self):
        """Print the labels of the selected devices on sheets of A4."""
        return self.device_id.action_print_label_sheet()

    # THE SEARCH BOX

    @api.model
    def _search_display_name(self, operator, value):
        """Find by device, order, contractor and fault: each word stands in one of them."""
        if operator != "ilike" or not isinstance(value, str) or not value:
            return super()._search_display_name(operator, value)
        return found_by_words(self, value, self._get_word_domains)

    @api.model
    def _get_word_domains(self, word):
        """Where a word that is typed may stand: list of domains."""
        return [
            Domain("device_id", "in", self.env["crm.service.device"]._query_kind_word(word)),
            Domain("partner_id", "in", self.env["res.partner"]._query_word(word)),
            Domain("order_id", "any", [("name", "ilike", word)]), Domain("fault", "ilike", word)]


class CrmServiceOrder(models.Model):
    """Many devices of one order at once: taking them in, and working on them as a list."""

    _inherit = "crm.service.order"

    def action_open_add_devices(self):
        """Open the wizard that takes in a list of serial numbers.

        :raises UserError: the order is closed
        """
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        return open_dialog(
            self.env, "crm.service.add.devices.wizard", self.env._("Add devices by serial numbers"),
            {"default_order_id": self.id})

    def action_view_device_lines(self):
        """Open the devices of one order as a list in which many are changed at once."""
        self.ensure_one()
        return open_list(
            self.env, "crm_enova_like.action_crm_service_order_device_batch", [("order_id", "=", self.id)],
            {"default_order_id": self.id}, name=self.env._("Devices of %(order)s", order=self.name))

    def action_print_device_labels(self):
        """Print the labels of all devices of the orders."""
        return self.device_line_ids.action_print_labels()
