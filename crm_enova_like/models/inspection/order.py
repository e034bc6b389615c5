from odoo import fields, models


class CrmServiceOrder(models.Model):
    _inherit = "crm.service.order"

    inspection_ids = fields.One2many("crm.service.inspection", "order_id", string="Inspections")
    inspection_count = fields.Integer(compute="_compute_inspection_count")
    planned_hours = fields.Float(copy=False)

    def _compute_inspection_count(self):
        counts = dict(self.env["crm.service.inspection"]._read_group(
            [("order_id", "in", self.ids)], ["order_id"], ["__count"]))
        for order in self:
            order.inspection_count = counts.get(order, 0)

    def _after_move(self, old_stages, stage):
        super()._after_move(old_stages, stage)
        if stage.state == "cancelled":
            self.inspection_ids.filtered(lambda inspection: inspection.state == "ordered")._put_back()

    def unlink(self):
        # the rows of the devices go with the order in the database
        self.device_line_ids._get_ordered_inspections()._put_back()
        return super().unlink()

    def _get_orders_action(self):
        """The action that shows these orders: the form of one, the list of many."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_crm_service_order")
        action.update(domain=[("id", "in", self.ids)], context={})
        if len(self) == 1:
            action.update(res_id=self.id, views=[(False, "form")])
        return action

    def action_view_inspections(self):
        """The inspections that the orders were made for."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_crm_service_inspection")
        action.update(domain=[("order_id", "in", self.ids)], context={})
        return action
