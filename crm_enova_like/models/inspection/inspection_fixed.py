from odoo import api, models
from odoo.exceptions import UserError

# what was found: typed while the inspection is open, a fact from then on
OUTCOME = {"date_done", "result", "protocol_number"}

# what is planned and said of an inspection until it is closed
PLANNED = {
    "device_id", "regime_id", "plan_id", "planned_date", "user_id", "date_agreed", "agreed_with", "cancel_reason"}

# what the plan of an inspection says
OF_PLAN = {"device_id", "regime_id", "plan_id"}


class CrmServiceInspection(models.Model):
    """What stays of an inspection: what is closed is not planned anew, nor a protocol's number lost; a copy is another
    inspection."""

    _inherit = "crm.service.inspection"

    def _is_rewritten(self, name, value):
        """Whether a value that one inspection has would become another one."""
        return bool(self[name]) and self._is_changed(name, value)

    def _is_changed(self, name, value):
        """Whether one inspection would get another value."""
        self.ensure_one()
        field = self._fields[name]
        return self[name] != field.convert_to_record(field.convert_to_cache(value, self), self)

    def _check_fixed(self, vals):
        """Refuse to plan what is closed, and to take an inspection out of its plan.

        :raises UserError: names the inspection
        """
        closed = self.browse() if vals.get("state") in self._get_open_states() else self.filtered(
            lambda inspection: not inspection.is_open)
        for inspection in self:
            fixed = set(OF_PLAN if inspection.plan_id else {"plan_id"})
            if inspection in closed:
                fixed |= PLANNED | ({"note"} if inspection.state == "done" else OUTCOME)
            changed = [name for name in sorted(fixed & vals.keys()) if inspection._is_changed(name, vals[name])]
            if not changed:
                continue
            # a record that the user may not touch says nothing else
            self.check_access("write")
            if inspection in closed:
                inspection._check_open()
            raise UserError(self.env._(
                "%(inspection)s: device, regime and plan stay as they were planned. Change the plan, or cancel this "
                "one.", inspection=inspection._get_state_record_name()))

    def copy_data(self, default=None):
        """What stands for a date of its plan is copied to another day of the plan; without one, beside the plan, which
        has that date already."""
        vals_list = super().copy_data(default)
        given = default or {}
        for inspection, vals in zip(self, vals_list, strict=True):
            # of a record that is there twice, core has values once
            if not vals:
                continue
            if inspection.plan_id and not {"plan_id", "planned_date"} & given.keys():
                # the regime is the inspection's own
                vals["plan_id"] = False
            if vals.get("user_id") and "user_id" not in given and not inspection.user_id._is_here():
                # whoever looks after the device now does what somebody who left had to do
                del vals["user_id"]
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_protocol(self):
        """A protocol's number stands in the register once and for all, and so does what it was given to; whoever works
        with them deletes none."""
        if self.env.su:
            return
        drawn = self._get_drawn()
        for inspection in self:
            if inspection.protocol_number and (inspection.state == "done" or inspection in drawn):
                raise UserError(self.env._(
                    "%(inspection)s has the protocol %(number)s and is not deleted, so that no number is missing. "
                    "If it was not done, a service manager reopens it and cancels it with a reason.",
                    inspection=inspection._get_state_record_name(), number=inspection.protocol_number))
