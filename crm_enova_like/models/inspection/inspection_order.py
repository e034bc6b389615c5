from odoo import models


class CrmServiceInspection(models.Model):
    _inherit = "crm.service.inspection"

    def _put_back(self):
        """Ordered inspections of which nothing came are planned again."""
        self._drop_checks()
        self._write_state({
            "state": "planned", "order_id": False, "order_device_id": False, "date_agreed": False, "result": False})
