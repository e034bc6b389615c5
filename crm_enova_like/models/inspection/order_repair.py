from odoo import api, fields, models

from ..common.actions import open_records


class CrmServiceOrder(models.Model):
    """The order of an inspection and the order in which what it found is repaired know each other."""

    _inherit = "crm.service.order"

    found_inspection_ids = fields.One2many(
        "crm.service.inspection", "repair_order_id", string="Inspections That Failed")
    found_inspection_count = fields.Integer(compute="_compute_found_inspection_count")
    repair_count = fields.Integer(compute="_compute_repair_count")
    has_undecided_inspection = fields.Boolean(compute="_compute_repair_count")

    @api.model
    def _get_seldom_fields(self):
        return super()._get_seldom_fields() | {"found_inspection_ids"}

    @api.depends("found_inspection_ids")
    def _compute_found_inspection_count(self):
        for order in self:
            order.found_inspection_count = len(order.found_inspection_ids)

    @api.depends("inspection_ids.repair_order_id", "inspection_ids.is_undecided")
    def _compute_repair_count(self):
        for order in self:
            inspections = order.inspection_ids
            order.repair_count = len(inspections.repair_order_id)
            order.has_undecided_inspection = any(inspections.mapped("is_undecided"))

    def _after_move(self, old_stages, stage):
        result = super()._after_move(old_stages, stage)
        if stage.state == "cancelled":
            # sudo: what failed may be a colleague's
            orders = self.sudo()
            (orders.found_inspection_ids | orders.inspection_ids.filtered(
                lambda inspection: inspection.follow_up == "row"))._decide_anew()
        return result

    def action_view_repairs(self):
        """The orders in which what was found at the orders' inspections is repaired."""
        return open_records(
            self.inspection_ids.repair_order_id._filtered_access("read"), "crm_enova_like.action_crm_service_order")

    def action_view_found_inspections(self):
        """The inspections that failed, and for which the orders were made."""
        return open_records(
            self.found_inspection_ids._filtered_access("read"), "crm_enova_like.action_crm_service_inspection")
