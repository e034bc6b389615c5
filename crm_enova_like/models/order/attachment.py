from odoo import models
from odoo.exceptions import UserError

from .signature import SIGNATURES

# what a picture is, and whose
CONTENT = {"datas", "raw", "db_datas", "store_fname", "mimetype", "res_model", "res_id", "res_field", "type", "url"}


class IrAttachment(models.Model):
    """Signatures, and photos of devices in closed orders, are evidence: they stay also where somebody looks for the
    files themselves."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if CONTENT & vals.keys():
            self._check_service_evidence()
        return super().write(vals)

    def unlink(self):
        self._check_service_evidence()
        return super().unlink()

    def _check_service_evidence(self):
        """Refuse to change or delete the files of signatures, and of photos in closed orders.

        :raises UserError: names the order
        """
        if self.env.su:
            return
        # sudo: what a file belongs to; whether the user may touch it core asks
        files = self.sudo().exists()
        for order in files.filtered(lambda file: file.res_model == "crm.service.order" and (
                file.res_field in SIGNATURES)).mapped("res_id"):
            raise UserError(self.env._(
                "Order %(order)s: a signature is given on the order, and its file stays.",
                order=self.env["crm.service.order"].sudo().browse(order).name))
        rows = self.env["crm.service.order.device"].sudo().browse(
            files.filtered(lambda file: file.res_model == "crm.service.order.device" and file.res_id).mapped("res_id"))
        for order in rows.exists().order_id:
            if not order.is_open:
                raise UserError(self.env._(
                    "Order %(order)s is closed, and its photos stay. A service manager reopens it.", order=order.name))
