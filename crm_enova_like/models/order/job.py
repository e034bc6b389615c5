from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import UserError

from .stage import OPEN_STATES


class CrmServiceOrder(models.Model):
    """The technician's work in the field, on a phone."""

    _inherit = "crm.service.order"

    job_address = fields.Char(string="Address", compute="_compute_job_contact")
    job_map_url = fields.Char(string="Map", compute="_compute_job_contact")
    job_phone = fields.Char(string="Phone on Site", compute="_compute_job_contact")
    job_phone_url = fields.Char(compute="_compute_job_contact")

    @api.depends("address_id", "person_id.phone", "address_id.phone", "partner_id.phone")
    def _compute_job_contact(self):
        for order in self:
            place = order.address_id or order.partner_id
            order.job_phone = order.person_id.phone or place.phone or order.partner_id.phone
            order.job_phone_url = order.job_phone and "tel:" + "".join(order.job_phone.split())
            order.job_address = ", ".join(filter(None, [
                place.street, place.street2, " ".join(filter(None, [place.zip, place.city]))]))
            # the address that the maps of both kinds of phone open by themselves
            order.job_map_url = order.job_address and "https://www.google.com/maps/search/?" + urlencode(
                {"api": 1, "query": order.job_address})

    def action_open_job(self):
        """Open an order as a technician's job, laid out for a phone."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_crm_service_job")
        return {**action, "res_id": self.id, "name": self.name}

    def action_open_order_form(self):
        """From the job to the whole order."""
        self.ensure_one()
        return self.get_formview_action()

    def action_wait_for_parts(self):
        """Put orders on hold until parts arrive.

        :raises UserError: an order is closed, or no stage waits for parts
        """
        self._check_state(*OPEN_STATES)
        for (company, order_type), orders in self.grouped(lambda order: (order.company_id, order.type_id)).items():
            stage = self.env["crm.service.stage"].search([
                ("company_id", "=", company.id), ("wait_for", "=", "parts"), ("state", "=", "waiting"),
                "|", ("type_ids", "=", False), ("type_ids", "in", order_type.ids)], limit=1)
            if not stage:
                raise UserError(self.env._(
                    "Company “%(company)s” has no stage that waits for parts. "
                    "A manager adds one in Configuration ‣ Order Stages.", company=company.name))
            orders.action_wait(stage)
        return True


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

    @api.depends("photo_before_ids", "photo_after_ids")
    def _compute_photo_count(self):
        for line in self:
            line.photo_count = len(line.photo_before_ids | line.photo_after_ids)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._own_photos()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if {"photo_before_ids", "photo_after_ids"} & vals.keys():
            self._own_photos()
        return result

    def _own_photos(self):
        """Photos follow the rights on their device in the order: whoever reads
        its history sees them.

        :raises UserError: an attachment is no picture, or another record's
        """
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

    def action_open_job(self):
        """Open a device of a job: what is wrong, what was done, photos, outcome."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_crm_service_job_device")
        return {**action, "res_id": self.id, "name": self.display_name}
