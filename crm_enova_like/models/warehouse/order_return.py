from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.actions import open_dialog


class CrmServiceOrder(models.Model):
    """Issued parts of an order that go back to the warehouse."""

    _inherit = "crm.service.order"

    def action_open_return(self):
        """Ask which issued parts go back to the warehouse.

        :param self: one order
        :raises UserError: it has none
        """
        self.ensure_one()
        self.check_access("write")
        lines = self._get_issued_lines()
        if not lines:
            raise UserError(self.env._("Order %(order)s has no issued parts to return.", order=self.name))
        wizard = self.env["crm.service.return.wizard"].create({
            "order_id": self.id,
            "line_ids": [Command.create({"line_id": line.id, "quantity": 0.0}) for line in lines],
        })
        return open_dialog(self.env, wizard._name, self.env._("Return parts"), res_id=wizard.id)

    def _return_all_parts(self):
        """Return all issued parts that can come back, of kits that were still to be completed, too."""
        self._as_stock()._get_open_rw().action_cancel()
        for line in self._get_issued_lines():
            quantity = line._get_returnable_quantity()
            if line._to_product_unit(quantity) > 0:
                line.return_to_stock(quantity)
