from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_enova_like.models.common.actions import open_dialog


class CrmServiceOrder(models.Model):
    _inherit = "crm.service.order"

    loan_ids = fields.One2many("crm.example.loan", "order_id", string="Loans")

    def write(self, vals):
        # the one door: buttons, a drag, an import and RPC all come this way, and always with the stage
        result = super().write(vals)
        if vals.get("stage_id"):
            stage = self.env["crm.service.stage"].browse(vals["stage_id"])
            self.env["crm.example.move.seen"]._note(self, stage.state)
        return result

    def action_test(self):
        """Put repaired devices to the test: a button asks whether it is offered, and writes the state.

        :raises UserError: an order is not in progress
        """
        self._check_state("in_progress")
        return self.write({"state": "testing"})

    def action_lend(self):
        """Ask what is lent to the contractor of one order."""
        self.ensure_one()
        self._check_open()
        return open_dialog(
            self.env, "crm.example.loan", self.env._("Lend a device"), {"default_order_id": self.id})

    def _get_closing_problems(self):
        problems = super()._get_closing_problems()
        for order in self:
            out = order.loan_ids.filtered(lambda loan: not loan.date_returned)
            if out:
                problems.setdefault(order, []).append(self.env._(
                    "lent to the contractor: %(devices)s", devices=", ".join(out.mapped("name"))))
        return problems

    @api.model
    def _get_overview_tiles(self, is_open):
        return [*super()._get_overview_tiles(is_open), self._get_tile(
            "testing", self.env._("In testing"), is_open & Domain("state", "=", "testing"), sequence=35)]
