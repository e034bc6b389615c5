from odoo import api, models
from odoo.exceptions import UserError

from .signature import SIGNATURES

# where a file belongs
PLACE = {"res_model", "res_id", "res_field"}

# what a picture is, and whose
CONTENT = PLACE | {"datas", "raw", "db_datas", "store_fname", "mimetype", "type", "url"}

ORDER, ROW = "crm.service.order", "crm.service.order.device"


class IrAttachment(models.Model):
    """Signatures, photos of devices in closed orders, and pictures that are a record's own value are evidence: they are
    made and changed by their record alone, also where somebody goes for the files themselves."""

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(vals_list)
        # most are of no interest, and cost no statement
        files.filtered(lambda file: file.sudo()._is_service_evidence())._check_service_evidence()
        return files

    def write(self, vals):
        if CONTENT & vals.keys():
            self._check_service_evidence()
        result = super().write(vals)
        if PLACE & vals.keys():
            # where it goes, as well as where it was
            self._check_service_evidence()
        return result

    def unlink(self):
        self._check_service_evidence()
        return super().unlink()

    def _check_service_evidence(self):
        """Refuse to make, change or delete files around their records: of signatures, of devices in closed orders, and
        of fields of ours. What is said in the chatter of a closed order may have files.

        :raises UserError: names the record
        """
        if self.env.su:
            return
        # sudo: what a file belongs to; whether the user may touch it core asks
        files = self.sudo().exists().filtered(lambda file: file.res_id and file._is_service_evidence())
        rows = self.env[ROW].sudo().browse(files.filtered(lambda file: file.res_model == ROW).mapped("res_id"))
        for order in rows.exists().order_id:
            if not order.is_open:
                raise UserError(self.env._(
                    "Order %(order)s is closed, and its photos stay. A service manager reopens it.", order=order.name))
        for file in files.filtered("res_field"):
            record = self.env[file.res_model].sudo().browse(file.res_id).exists()
            if file.res_model == ORDER and file.res_field in SIGNATURES:
                raise UserError(self.env._(
                    "Order %(order)s: a signature is given on the order, and its file stays.", order=record.name))
            raise UserError(self.env._(
                "%(record)s: its pictures are changed on the record itself, not among the files.",
                record=record.display_name or file.name))

    def _is_service_evidence(self):
        """Whether one file may be of a record that watches over its files."""
        self.ensure_one()
        Model = self.env.registry.get(self.res_model)
        return self.res_model == ROW or bool(self.res_field) and Model is not None and issubclass(
            Model, self.env.registry["crm.facts.mixin"])
