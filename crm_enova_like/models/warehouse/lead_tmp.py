"""TEMPORARY (lead): what the warehouse wing answers to the order's hooks; to be folded into the wing's own files."""
from odoo import models
from odoo.exceptions import UserError


class CrmServiceOrder(models.Model):
    _inherit = "crm.service.order"

    def _get_closing_problems(self):
        problems = super()._get_closing_problems()
        for order in self:
            missing = order.line_ids.filtered("needs_issue")
            if missing:
                problems.setdefault(order, []).append(self.env._(
                    "parts planned but not issued: %(parts)s",
                    parts=", ".join(
                        f"{line.product_id.display_name} ({line.quantity_to_issue:g} {line.uom_id.name})"
                        for line in missing)))
            open_rw = order.sudo()._get_open_rw()
            if open_rw:
                problems.setdefault(order, []).append(self.env._(
                    "open warehouse documents: %(documents)s", documents=", ".join(open_rw.mapped("name"))))
        return problems

    def _check_move(self, stage, vals):
        super()._check_move(stage, vals)
        if stage.state == "cancelled" and not vals.get("cancel_reason"):
            for line in self._get_issued_lines():
                raise UserError(self.env._(
                    "Order %(order)s has issued parts (%(part)s). Use the Cancel button: "
                    "it asks whether to return them or to leave them as cost.",
                    order=line.order_id.name, part=line.product_id.display_name))

    def _get_cancel_question(self):
        if self._get_issued_lines():
            return self._open_wizard("crm.service.cancel.wizard", self.env._("Cancel the order"))
        return super()._get_cancel_question()

    def _after_move(self, old_stages, stage):
        super()._after_move(old_stages, stage)
        if stage.state == "cancelled":
            self._cancel_open_rw()
        if not stage.is_open:
            self.sudo().activity_unlink(
                ["crm_enova_like.mail_activity_parts_issued", "crm_enova_like.mail_activity_parts_arrived"])


class CrmServiceOrderDevice(models.Model):
    _inherit = "crm.service.order.device"

    def _get_removal_problems(self):
        problems = super()._get_removal_problems()
        for line in self:
            if any(row.quantity_issued for row in line.line_ids):
                problems[line] = self.env._(
                    "Device %(device)s in order %(order)s has issued parts and stays in the history. "
                    "Give it an outcome instead.", device=line.device_id.display_name, order=line.order_id.name)
        return problems


class CrmServiceOrderLine(models.Model):
    _inherit = "crm.service.order.line"

    def _drop_unused(self):
        self._drop_not_issued()
