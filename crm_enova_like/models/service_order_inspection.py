from odoo import api, fields, models

from .service_inspection import RESULTS
from .service_inspection_regime import NEEDS


class CrmServiceOrderDevice(models.Model):
    """Inspections done in an order: closing the device closes them."""

    _inherit = "crm.service.order.device"

    inspection_ids = fields.One2many("crm.service.inspection", "order_device_id", string="Inspections")
    has_inspection = fields.Boolean(compute="_compute_has_inspection")
    inspection_result = fields.Selection(
        RESULTS, copy=False,
        help="Goes to the device's inspections with its outcome. Empty: what their checklists say.")
    protocol_number = fields.Char(copy=False)

    @api.depends("inspection_ids")
    def _compute_has_inspection(self):
        for line in self:
            line.has_inspection = bool(line.inspection_ids)

    def _close(self, state):
        result = super()._close(state)
        inspections = self._get_ordered_inspections()
        if state in ("declined", "claim_refused"):
            # nothing was inspected: the date is still to be arranged
            inspections._put_back()
        else:
            for line, of_line in inspections.grouped("order_device_id").items():
                of_line.action_done(
                    result="failed" if state == "unrepairable" else line.inspection_result,
                    protocol_number=line.protocol_number)
        return result

    def unlink(self):
        # a row that leaves its order leaves an inspection that is still to be done
        self._get_ordered_inspections()._put_back()
        return super().unlink()

    def _get_ordered_inspections(self):
        return self.inspection_ids.filtered(lambda inspection: inspection.state == "ordered")

    def action_reopen(self):
        result = super().action_reopen()
        inspections = self.inspection_ids.filtered(lambda inspection: inspection.state == "done")
        inspections._free_dates()
        inspections._write_state({"state": "ordered", "date_done": False, "result": False})
        inspections._replan_last_done()
        return result


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

    def _write_stage(self, vals):
        result = super()._write_stage(vals)
        self.filtered(lambda order: order.state == "cancelled").inspection_ids.filtered(
            lambda inspection: inspection.state == "ordered")._put_back()
        return result

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


class CrmServiceInspection(models.Model):
    _inherit = "crm.service.inspection"

    def _put_back(self):
        """Ordered inspections of which nothing came are planned again."""
        self._drop_checks()
        self._write_state({
            "state": "planned", "order_id": False, "order_device_id": False, "date_agreed": False, "result": False})


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


class CrmServiceDeviceType(models.Model):
    _inherit = "crm.service.device.type"

    regime_ids = fields.Many2many(
        "crm.service.inspection.regime", "crm_service_device_type_regime_rel", "type_id", "regime_id",
        string="Inspection Regimes", check_company=True, help="A new device of this type has these plans at once.")


class CrmServiceDeviceModel(models.Model):
    _inherit = "crm.service.device.model"

    regime_ids = fields.Many2many(
        "crm.service.inspection.regime", "crm_service_device_model_regime_rel", "model_id", "regime_id",
        string="Inspection Regimes", check_company=True, help="Besides those of the type.")


class ResCompany(models.Model):
    _inherit = "res.company"

    inspection_horizon_months = fields.Integer(
        string="Inspection Horizon (Months)", default=12, required=True,
        help="How far ahead inspections are planned.")
    inspection_catch_up = fields.Selection(
        [("one", "One overdue inspection"), ("all", "Each missed inspection")], default="one", required=True,
        string="Missed Inspections")
    inspection_nearby_days = fields.Integer(
        string="Inspections Nearby (Days)", default=30, required=True,
        help="A visit is offered with the other inspections due at its address within this many days.")

    _inspection_nearby_positive = models.Constraint(
        "CHECK(inspection_nearby_days BETWEEN 0 AND 366)", "Inspections nearby are due within 0 to 366 days.")
    _inspection_horizon_positive = models.Constraint(
        "CHECK(inspection_horizon_months BETWEEN 1 AND 120)", "The horizon is between 1 and 120 months.")
