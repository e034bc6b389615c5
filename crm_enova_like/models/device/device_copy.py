from odoo import models
from odoo.exceptions import UserError

from .device_serials import MAX_NUMBERS

# says that the copies get their original's plans; an object, since a context from outside can hold any plain value
PLANS_COPIED = object()


class CrmServiceDevice(models.Model):
    """Many cards like one (enova: seryjne kopiowanie urządzeń)."""
    _inherit = "crm.service.device"

    def action_open_copy(self):
        """Open the wizard that makes copies of one device."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Copy device"),
            "res_model": "crm.service.device.copy.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_device_id": self.id},
        }

    def _copy_many(self, serials, with_plans=False):
        """Make copies of one device, with identifiers of their own.

        :param serials: the serial number of each copy; False where it has none
        :param with_plans: the original's inspection plans with their anchor
            dates, in place of those of the type and model
        :return: the copies; a sentence for each plan that could not be copied
        :raises UserError: there are none or too many
        """
        self.ensure_one()
        if not 1 <= len(serials) <= MAX_NUMBERS:
            raise UserError(self.env._(
                "%(device)s: between 1 and %(max)s copies are made at once, not %(count)s.",
                device=self.display_name, max=MAX_NUMBERS, count=len(serials)))
        [vals] = self.copy_data()
        devices = self.with_company(self.company_id)
        if with_plans:
            devices = devices.with_context(service_plans_of=PLANS_COPIED)
        copies = devices.create([{**vals, "serial_number": serial} for serial in serials]).with_env(self.env)
        return copies, copies._copy_plans(self) if with_plans else []

    def _make_plans(self):
        # those of the original come instead
        return None if self.env.context.get("service_plans_of") is PLANS_COPIED else super()._make_plans()

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
