from odoo import fields, models

from ...models.warehouse.order_limit import PASSED


class CrmServiceLimitWizard(models.TransientModel):
    """Parts are issued once the customer agreed to what they cost."""

    _inherit = "crm.service.limit.wizard"

    issues_parts = fields.Boolean(readonly=True, help="The customer was asked since parts are to be issued.")

    def _go_on(self):
        if not self.issues_parts:
            return super()._go_on()
        return self._issue()

    def action_issue_anyway(self):
        """Issue the parts although the customer did not agree; managers only, and the order notes it.

        :raises UserError: the user is no service manager, or parts cannot be issued
        """
        self.ensure_one()
        return self._issue()

    def _issue(self):
        result = self.order_id.with_context(**{PASSED: True}).action_issue_parts_screen()
        return result if isinstance(result, dict) else {"type": "ir.actions.act_window_close"}
