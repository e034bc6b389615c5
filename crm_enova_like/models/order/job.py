from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.actions import open_list
from ..common.phones import dial, is_mobile


class CrmServiceOrder(models.Model):
    """The technician's work in the field, on a phone."""

    _inherit = "crm.service.order"

    job_address = fields.Char(string="Address", compute="_compute_job_contact")
    job_map_url = fields.Char(string="Map", compute="_compute_job_contact")
    job_phone = fields.Char(string="Phone on Site", compute="_compute_job_contact")
    job_phone_url = fields.Char(string="Phone Link", compute="_compute_job_contact")
    job_sms_url = fields.Char(string="SMS Link", compute="_compute_job_contact", help="Of a mobile number alone.")

    @api.depends("address_id", "person_id.phone", "address_id.phone", "partner_id.phone", "company_id")
    def _compute_job_contact(self):
        for order in self:
            place = order.address_id or order.partner_id
            order.job_phone = order.person_id.phone or place.phone or order.partner_id.phone
            order.job_phone_url = dial(order.job_phone)
            # sudo: where the firm is says how its numbers are written
            country = order.company_id.sudo().country_id
            order.job_sms_url = is_mobile(order.job_phone, country) and dial(order.job_phone, "sms")
            order.job_address = ", ".join(filter(None, [
                place.street, place.street2, " ".join(filter(None, [place.zip, place.city]))]))
            # the address that the maps of both kinds of phone open by themselves
            order.job_map_url = order.job_address and "https://www.google.com/maps/search/?" + urlencode(
                {"api": 1, "query": order.job_address})

    def action_open_job(self):
        """Open an order as a technician's job, laid out for a phone."""
        self.ensure_one()
        return open_list(self.env, "crm_enova_like.action_crm_service_job", [], res_id=self.id, name=self.name)

    def action_open_order_form(self):
        """From the job to the whole order."""
        self.ensure_one()
        return self.get_formview_action()

    def action_wait_for_parts(self):
        """Put orders on hold until parts arrive.

        :raises UserError: an order is closed, or no stage waits for parts
        """
        return self._wait_for("parts")

    def action_wait_for_customer(self):
        """Put orders on hold until the customer decides.

        :raises UserError: an order is closed, or no stage waits for the customer
        """
        return self._wait_for("customer")

    def _wait_for(self, wait_for):
        """Put orders on hold in their first stage that waits for something.

        :param wait_for: a value of the stages' ``wait_for``
        """
        self._check_open()
        for (company, order_type), orders in self.grouped(lambda order: (order.company_id, order.type_id)).items():
            stage = self.env["crm.service.stage"].search([
                ("company_id", "=", company.id), ("wait_for", "=", wait_for), ("state", "=", "waiting"),
                "|", ("type_ids", "=", False), ("type_ids", "in", order_type.ids)], limit=1)
            if not stage and wait_for == "parts":
                raise UserError(self.env._(
                    "Company “%(company)s” has no stage that waits for parts. "
                    "A manager adds one in Configuration ‣ Order Stages.", company=company.name))
            if not stage:
                raise UserError(self.env._(
                    "Company “%(company)s” has no stage that waits for the customer. "
                    "A manager adds one in Configuration ‣ Order Stages.", company=company.name))
            orders.action_wait(stage)
        return True


class CrmServiceOrderDevice(models.Model):
    """One device of a job."""

    _inherit = "crm.service.order.device"

    def action_open_job(self):
        """Open a device of a job: what is wrong, what was done, photos, outcome."""
        self.ensure_one()
        return open_list(
            self.env, "crm_enova_like.action_crm_service_job_device", [], res_id=self.id, name=self.display_name)
