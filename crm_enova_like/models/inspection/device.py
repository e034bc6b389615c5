from odoo import api, fields, models

from .regime import NEEDS


class CrmServiceDevice(models.Model):
    _inherit = "crm.service.device"

    plan_ids = fields.One2many("crm.service.inspection.plan", "device_id", string="Inspection Plans")
    inspection_ids = fields.One2many("crm.service.inspection", "device_id", string="Inspections")
    inspection_warning = fields.Text(compute="_compute_inspection_warning")
    next_inspection_date = fields.Date(compute="_compute_inspections")
    inspection_count = fields.Integer(compute="_compute_inspections")

    @api.depends("inspection_ids.state", "inspection_ids.planned_date")
    def _compute_inspections(self):
        counts = {
            device: (count, first) for device, count, first in self.env["crm.service.inspection"]._read_group(
                [("device_id", "in", self.ids), ("state", "in", ("planned", "ordered"))],
                ["device_id"], ["__count", "planned_date:min"])
        }
        for device in self:
            device.inspection_count, device.next_inspection_date = counts.get(device, (0, False))

    @api.depends("type_id", "model_id", *NEEDS.values())
    def _compute_inspection_warning(self):
        for device in self:
            lacking = [
                self.env._("%(regime)s needs: %(missing)s", regime=regime.name, missing=", ".join(missing))
                for regime in device.type_id.regime_ids | device.model_id.regime_ids
                if (missing := regime._get_missing(device))]
            device.inspection_warning = "\n".join(lacking) or False

    @api.model_create_multi
    def create(self, vals_list):
        devices = super().create(vals_list)
        devices._make_plans()
        return devices

    def write(self, vals):
        result = super().write(vals)
        if {"type_id", "model_id", *NEEDS.values()} & vals.keys():
            self._make_plans()
        if "active" in vals:
            # whoever archives a device need not be able to plan
            self.plan_ids.sudo()._replan()
        return result

    def _make_plans(self):
        """Give devices the plans of their type's and model's regimes, once."""
        have = {
            (device, regime) for device, regime in self.env["crm.service.inspection.plan"].with_context(
                active_test=False)._read_group([("device_id", "in", self.ids)], ["device_id", "regime_id"])
        } if (self.type_id.regime_ids | self.model_id.regime_ids) else set()
        # whoever registers a device need not be able to plan
        plans = self.env["crm.service.inspection.plan"].sudo().create([
            {"device_id": device.id, "regime_id": regime.id}
            for device in self
            for regime in device.type_id.regime_ids | device.model_id.regime_ids
            if regime.active and (device, regime) not in have and not regime._get_missing(device)
        ])
        plans._generate()

    def action_view_inspections(self):
        """The inspections of the devices."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_crm_service_inspection")
        action.update(domain=[("device_id", "in", self.ids)], context={"default_device_id": self[:1].id})
        return action
