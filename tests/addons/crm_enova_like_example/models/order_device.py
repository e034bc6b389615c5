from odoo import api, fields, models
from odoo.tools import SQL


class CrmServiceOrderDevice(models.Model):
    _inherit = "crm.service.order.device"

    basis = fields.Selection(
        selection_add=[("rental", "Rented device"), ("paid",)], ondelete={"rental": "set contract"})
    state = fields.Selection(
        selection_add=[("scrapped", "Scrapped at the customer's wish")],
        ondelete={"scrapped": lambda rows: rows._become_unrepairable()})

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state"):
            self.env["crm.example.move.seen"]._note(self, vals["state"])
        return result

    @api.model
    def _get_dropping_outcomes(self):
        # what is scrapped needs no parts any more; an outcome that is not named here keeps them planned
        return super()._get_dropping_outcomes() | {"scrapped"}

    def action_scrap(self):
        """Outcome: scrapped, as the customer wishes; parts that were not issued are dropped."""
        return self._give_outcome("scrapped")

    def _become_unrepairable(self):
        """Without the addon, a scrapped device is one beyond repair.

        By SQL: the door gives an outcome to open devices of open orders, and here a word is changed in old ones.
        """
        if self:
            self.env.execute_query(SQL(
                "UPDATE crm_service_order_device SET state = 'unrepairable' WHERE id IN %s RETURNING id", self._ids))
            self.invalidate_recordset(["state"])
