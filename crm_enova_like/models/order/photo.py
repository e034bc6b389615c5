from odoo import api, fields, models
from odoo.exceptions import UserError

PHOTOS = {"photo_before_ids", "photo_after_ids"}


class CrmServiceOrderDevice(models.Model):
    """Photos of a device, before and after its repair."""

    _inherit = "crm.service.order.device"

    photo_before_ids = fields.Many2many(
        "ir.attachment", "crm_service_order_device_photo_before_rel", "line_id", "attachment_id",
        string="Photos Before", copy=False, bypass_search_access=True)
    photo_after_ids = fields.Many2many(
        "ir.attachment", "crm_service_order_device_photo_after_rel", "line_id", "attachment_id",
        string="Photos After", copy=False, bypass_search_access=True)
    photo_count = fields.Integer(string="Photos", compute="_compute_photo_count")

    @api.depends(*sorted(PHOTOS))
    def _compute_photo_count(self):
        for line in self:
            line.photo_count = len(line.photo_before_ids | line.photo_after_ids)

    def _own_photos(self, written=PHOTOS):
        """Photos follow the rights on their device in the order: whoever reads its history sees them.

        :param written: names of the fields that were written; nothing is done where no photos are among them
        :raises UserError: an attachment is no picture, or another record's
        """
        if PHOTOS.isdisjoint(written):
            return
        for line in self:
            photos = line.photo_before_ids | line.photo_after_ids
            for photo in photos:
                if not (photo.mimetype or "").startswith("image/"):
                    raise UserError(self.env._(
                        "Device %(device)s: “%(file)s” is not a picture.",
                        device=line.device_id.display_name, file=photo.name))
                if photo.res_model and (photo.res_model != self._name or photo.res_id not in (0, line.id)):
                    raise UserError(self.env._(
                        "Device %(device)s: “%(file)s” belongs to another document.",
                        device=line.device_id.display_name, file=photo.name))
            # a photo taken before the row was saved has no record yet
            photos.filtered(lambda photo, line=line: photo.res_id != line.id).write(
                {"res_model": self._name, "res_id": line.id})
