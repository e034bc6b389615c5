from odoo import api, fields, models
from odoo.tools import format_date

from ..common.actions import open_list
from .regime import NEEDS

# what the context of a copy holds, while its plans are still to come
PLANS_LATER = "service_plans_later"


class CrmServiceDevice(models.Model):
    """A device under inspection: its plans, what they lack, and when it is due."""

    _inherit = "crm.service.device"

    plan_ids = fields.One2many("crm.service.inspection.plan", "device_id", string="Inspection Plans")
    inspection_ids = fields.One2many("crm.service.inspection", "device_id", string="Inspections")
    inspection_warning = fields.Text(compute="_compute_inspection_warning")
    inspection_failure = fields.Text(compute="_compute_inspection_failure")
    next_inspection_date = fields.Date(compute="_compute_inspections")
    inspection_count = fields.Integer(compute="_compute_inspections")

    @api.depends("inspection_ids.is_open", "inspection_ids.planned_date", "plan_ids.next_date")
    def _compute_inspections(self):
        counts = {
            device: (count, first) for device, count, first in self.env["crm.service.inspection"]._read_group(
                [("device_id", "in", self.ids), ("is_open", "=", True)],
                ["device_id"], ["__count", "planned_date:min"])
        }
        without = [device.id for device in self if device._origin not in counts]
        # beyond the horizon, the plan says when
        coming = dict(self.env["crm.service.inspection.plan"]._read_group(
            [("device_id", "in", without), ("next_date", "!=", False)], ["device_id"], ["next_date:min"])
        ) if any(without) else {}
        for device in self:
            device.inspection_count, device.next_inspection_date = counts.get(
                device._origin, (0, coming.get(device._origin, False)))

    @api.depends_context("lang")
    @api.depends("plan_ids.last_result", "plan_ids.date_last_done")
    def _compute_inspection_failure(self):
        for device in self:
            device.inspection_failure = "\n".join(
                self.env._("%(regime)s, %(date)s", regime=plan.regime_id.name,
                           date=format_date(self.env, plan.date_last_done))
                for plan in device.plan_ids if plan.last_result == "failed") or False

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
        if not self.env.context.get(PLANS_LATER):
            devices._make_plans()
        return devices

    def write(self, vals):
        owners = {device: device.partner_id for device in self} if "partner_id" in vals else {}
        result = super().write(vals)
        if {"type_id", "model_id", *NEEDS.values()} & vals.keys():
            self._make_plans()
        if "active" in vals:
            self._get_plans_to_move()._replan()
        self.browse().union(
            *(device for device, owner in owners.items() if device.partner_id != owner))._forget_agreements()
        return result

    def _get_with_history(self):
        # sudo: a history that the user may not see counts as well; what is only planned is none
        rows = self.env["crm.service.inspection"].sudo()._read_group(
            [("device_id", "in", self.ids), "|", ("state", "!=", "planned"), ("protocol_number", "!=", False)],
            ["device_id"])
        return super()._get_with_history().union(*(device.with_env(self.env) for [device] in rows))

    # PLANS

    @api.model
    def _get_planning(self):
        """The model of plans, for those that follow from a device's card.

        sudo: whoever registers a device need not be able to plan; the right to the card was checked.
        """
        return self.env["crm.service.inspection.plan"].sudo()

    def _get_plans_to_move(self):
        """The devices' plans, to be moved on by what became of the devices."""
        return self._get_planning().browse(self.plan_ids.ids)

    def _make_plans(self):
        """Give devices the plans of their type's and model's regimes, once."""
        have = {
            (device, regime) for device, regime in self.env["crm.service.inspection.plan"].with_context(
                active_test=False)._read_group([("device_id", "in", self.ids)], ["device_id", "regime_id"])
        } if (self.type_id.regime_ids | self.model_id.regime_ids) else set()
        plans = self._get_planning().create([
            {"device_id": device.id, "regime_id": regime.id}
            for device in self
            for regime in device.type_id.regime_ids | device.model_id.regime_ids
            if regime.active and (device, regime) not in have and not regime._get_missing(device)
        ])
        plans._generate()

    # COPIES

    def _copy_many(self, serials, copy_plans=False, **options):
        """As the device wing does it.

        :param copy_plans: the original's inspection plans with their anchor dates, in place of those of the type and
            model
        """
        original = self.with_context(**{PLANS_LATER: True}) if copy_plans else self
        copies, lacking = super(CrmServiceDevice, original)._copy_many(serials, copy_plans=copy_plans, **options)
        return copies.with_env(self.env), lacking

    def _after_copy(self, original, copy_plans=False, **options):
        lacking = super()._after_copy(original, copy_plans=copy_plans, **options)
        return [*lacking, *(self._copy_plans(original) if copy_plans else ())]

    def _copy_plans(self, original):
        """Give devices the plans of another, and make their inspections.

        :return: a sentence for each plan whose regime lacks something
        """
        vals_list, lacking = [], []
        for plan in original.plan_ids:
            without = self.filtered(lambda device, regime=plan.regime_id: regime._get_missing(device))
            if without:
                lacking.append(self.env._(
                    "Plan %(regime)s was not copied (devices: %(count)s): it needs %(missing)s.",
                    regime=plan.regime_id.name, count=len(without),
                    missing=", ".join(plan.regime_id._get_missing(without[0]))))
            vals_list += [
                {"device_id": device.id, "regime_id": plan.regime_id.id, "anchor_date": plan.anchor_date,
                 "date_end": plan.date_end} for device in self - without]
        self.env["crm.service.inspection.plan"].create(vals_list)._generate()
        return lacking

    # INSPECTIONS

    def _forget_agreements(self):
        """The devices have a new owner, who knows of no date yet and agreed to none."""
        if self:
            # sudo: whoever changes the owner need not see the inspections
            self.env["crm.service.inspection"].sudo().search([
                ("device_id", "in", self.ids), ("state", "=", "planned"),
                "|", ("date_notified", "!=", False), ("date_agreed", "!=", False),
            ])._write_facts({"date_notified": False, "date_agreed": False, "agreed_with": False})

    def _get_done_inspections(self):
        """The inspections that were done, the newest first, for the printout.

        Whoever reads the device reads its whole history.
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: as with the orders
        return self.sudo().inspection_ids.filtered(lambda inspection: inspection.state == "done").sorted(
            lambda inspection: (inspection.date_done, inspection.id), reverse=True)

    def action_view_inspections(self):
        """The inspections of the devices."""
        return open_list(
            self.env, "crm_enova_like.action_crm_service_inspection", [("device_id", "in", self.ids)],
            {"default_device_id": self[:1].id})
