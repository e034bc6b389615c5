from odoo import models


class CrmServiceDevice(models.Model):
    """What happened with a device, and what was to be done about it."""

    _inherit = "crm.service.device"

    def _get_with_history(self):
        with_history = super()._get_with_history()
        for model in ("crm.event", "crm.task"):
            # sudo: a history that the user may not see counts as well
            rows = self.env[model].sudo().with_context(active_test=False)._read_group(
                [("device_id", "in", self.ids)], ["device_id"])
            with_history = with_history.union(*(device.with_env(self.env) for [device] in rows))
        return with_history
