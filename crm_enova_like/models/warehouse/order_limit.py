from odoo import models
from odoo.exceptions import UserError

from ..common.actions import open_dialog
from ..common.state_mixin import MANAGERS

PASSED = "crm_service_limit_passed"    # in the context: a manager issues without asking the customer


class CrmServiceOrder(models.Model):
    """No part leaves the stock for which the customer would pay more than was agreed."""

    _inherit = "crm.service.order"

    def _get_devices_above_limit(self, products=None):
        """The devices of orders whose parts to issue the customer would pay above the cost limit.

        What the customer does not pay for is issued whatever the limit.

        :param products: those that are about to be issued; None for all that is to issue
        """
        lines = self._get_paid_lines_to_issue(products)
        only = lines.filtered(lambda line: not line.device_line_id).order_id.filtered(
            lambda order: len(order.device_line_ids) == 1)
        return (lines.device_line_id | only.device_line_ids)._filter_above_limit()

    def _get_paid_lines_to_issue(self, products=None):
        """Parts to issue for which the customer pays, of some products or of all."""
        return self._get_lines_to_issue().filtered(
            lambda line: line.billing == "billable" and (products is None or line.product_id in products))

    def _check_device_named(self, products):
        """Refuse a part of which nobody said for which of several devices it is, while one of them has a limit.

        :raises UserError: names order and part
        """
        for order, parts in products.items():
            rows = order.device_line_ids
            if len(rows) < 2 or not any(row.is_open and row.cost_limit for row in rows):
                continue
            for line in order._get_paid_lines_to_issue(parts).filtered(lambda line: not line.device_line_id)[:1]:
                raise UserError(self.env._(
                    "Order %(order)s: a cost limit was agreed with the customer. Say on the order for which device "
                    "%(part)s is.", order=order.name, part=line.product_id.display_name))

    def _check_limits(self, products):
        """Refuse to issue parts above the cost limit, whoever issues them; a manager may, and the order notes it.

        :param products: what is about to be issued, {order: products}
        :raises UserError: names order and device, and says what to do
        """
        if not self.env.user.has_group(MANAGERS):
            self._check_device_named(products)
        # of all orders at once: mostly none is dearer than agreed
        if not products or not self.browse().union(*products)._get_devices_above_limit():
            return
        for order, parts in products.items():
            above = order._get_devices_above_limit(parts)
            if above and self.env.user.has_group(MANAGERS):
                order._message_log(body=self.env._(
                    "Parts issued above the cost limit: %(devices)s.",
                    devices=", ".join(above.device_id.mapped("display_name"))))
            elif above:
                raise UserError(order._explain_limit(above))

    def _explain_limit(self, above):
        """Why parts of one order are not issued; the sums are told to whoever reads the order."""
        self.ensure_one()
        rows = [line.device_id.display_name for line in above]
        if self.with_user(self.env.user).has_access("read"):
            rows = [self.env._(
                "%(device)s: %(estimate)s with tax, agreed: %(limit)s", device=line.device_id.display_name,
                estimate=line._format_money(line.estimate), limit=line._format_money(line.cost_limit))
                for line in above]
        return self.env._(
            "Order %(order)s: the repair would cost the customer more than agreed, so no part is issued. Ask the "
            "customer, and note who agreed to how much on the order (“The customer agreed…”).\n%(rows)s",
            order=self.name, rows="\n".join(f"• {row}" for row in rows))

    def _get_limit_question(self):
        """What is to be asked before parts of one order are issued: an action for the screen, or False."""
        self.ensure_one()
        self._check_open()
        if self.env.context.get(PASSED) or not self._get_devices_above_limit():
            return False
        return open_dialog(self.env, "crm.service.limit.wizard", self.env._("Dearer than agreed"), {
            "default_order_id": self.id, "default_issues_parts": True})
