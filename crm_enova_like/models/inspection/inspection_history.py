from odoo import api, fields, models

from ..common.languages import find_language

# what a closed inspection keeps of its day, in the order of the form
KEPT = (
    "done_partner_id", "done_partner_name", "done_partner_address", "done_partner_phone", "done_partner_vat",
    "done_address_id", "done_address", "done_device_name", "done_serial_number", "done_identifier",
    "done_regime_name", "done_legal_basis", "done_qualification", "done_technician_name", "done_per_visit",
    "done_order_name", "done_resolution", "done_lang", "done_is_estimate")

NEXT = "done_next_date"


class CrmServiceInspection(models.Model):
    """A closed inspection keeps what its paper says: whose device it was, where, by what rule, and who was there.

    The device is sold, a contractor moves, a law is amended: what was done before that stays as it was done. The
    copies are written with the state, and go when an inspection is reopened.
    """

    _inherit = "crm.service.inspection"

    done_partner_id = fields.Many2one("res.partner", string="Contractor Then", compute="_compute_kept", store=True)
    done_partner_name = fields.Char(string="Contractor's Name Then", compute="_compute_kept", store=True)
    done_partner_address = fields.Text(string="Contractor's Address Then", compute="_compute_kept", store=True)
    done_partner_phone = fields.Char(string="Contractor's Phone Then", compute="_compute_kept", store=True)
    done_partner_vat = fields.Char(string="Contractor's Tax ID Then", compute="_compute_kept", store=True)
    done_address_id = fields.Many2one("res.partner", string="Place Then", compute="_compute_kept", store=True)
    done_address = fields.Text(string="Address Then", compute="_compute_kept", store=True)
    done_device_name = fields.Char(string="Device Then", compute="_compute_kept", store=True)
    done_serial_number = fields.Char(string="Serial Number Then", compute="_compute_kept", store=True)
    done_identifier = fields.Char(string="Identifier Then", compute="_compute_kept", store=True)
    done_regime_name = fields.Char(string="Regime Then", compute="_compute_kept", store=True)
    done_legal_basis = fields.Char(string="Legal Basis Then", compute="_compute_kept", store=True)
    done_qualification = fields.Char(string="Qualification Then", compute="_compute_kept", store=True)
    done_technician_name = fields.Char(string="Inspected By", compute="_compute_kept", store=True)
    done_per_visit = fields.Boolean(string="On One Protocol per Visit", compute="_compute_kept", store=True)
    done_order_name = fields.Char(string="Order Then", compute="_compute_kept", store=True)
    done_resolution = fields.Text(string="Resolution Then", compute="_compute_kept", store=True)
    done_lang = fields.Char(string="Language of Its Protocol", compute="_compute_kept", store=True)
    done_next_date = fields.Date(string="Next Inspection Then", compute="_compute_done_next_date", store=True)
    done_is_estimate = fields.Boolean(
        string="Filled In Afterwards", compute="_compute_kept", store=True,
        help="Closed before such data was kept: what is here of that day was filled in from later data.")

    @api.depends("is_open")
    def _compute_kept(self):
        missing = self.browse()
        for inspection in self:
            # nothing is closed before it is saved
            if inspection.is_open or not inspection._origin:
                for name in KEPT:
                    inspection[name] = False
            elif inspection.done_device_name:
                for name in KEPT:
                    inspection[name] = inspection._origin[name]
            else:
                missing |= inspection
        for lang, inspections in missing.grouped(lambda inspection: inspection._get_paper_lang()).items():
            localized = inspections.with_context(lang=lang)
            addresses = {
                partner: self._format_address(partner) for partner in localized.partner_id | localized.address_id}
            for inspection in localized:
                for name, value in inspection._prepare_kept_vals(addresses).items():
                    inspection[name] = value

    def _get_paper_lang(self):
        """The language of the papers of one inspection: that of its day, else the contractor's, else the firm's.

        sudo: what language somebody speaks is no secret.
        """
        self.ensure_one()
        return find_language(
            self.env, self.done_lang, self.partner_id.sudo().lang, self.company_id.sudo().partner_id.lang)

    def _in_paper_language(self):
        """Inspections of one protocol in the language of their paper."""
        return self.with_context(lang=self[0]._get_paper_lang())

    def _get_printed_place(self):
        """The place on the protocol of one inspection: empty where the contractor's own address says it.

        By the texts of that day: the place may be one with its contractor by now.
        """
        self.ensure_one()
        own = "\n".join(filter(None, [self.done_partner_name, self.done_partner_address]))
        return self.done_address if self.done_address != own else False

    @api.model
    def _format_address(self, partner):
        """The address of a contact as the papers print it, without the name."""
        return "\n".join(filter(None, (
            " ".join(line.split()) for line in partner._display_address(without_company=True).splitlines())))

    @api.model
    def _prepare_contact_vals(self, partner, address):
        """What is kept of a contractor, with his address as it is printed."""
        return {
            "done_partner_id": partner.id, "done_partner_name": partner.display_name,
            "done_partner_address": address, "done_partner_phone": partner.phone, "done_partner_vat": partner.vat}

    @api.model
    def _prepare_place_vals(self, place, at, address):
        """What is kept of a place; where there is none, it was done at the contractor's."""
        return {
            "done_address_id": place.id, "done_address": at and "\n".join(filter(None, [at.display_name, address]))}

    def _prepare_kept_vals(self, addresses):
        """What one inspection keeps of today.

        :param self: an inspection in the language of its papers
        :param addresses: {partner: address as it is printed}
        """
        self.ensure_one()
        device, regime, partner, place = self.device_id, self.regime_id, self.partner_id, self.address_id
        at = place or partner
        return {
            **self._prepare_contact_vals(partner, addresses.get(partner)),
            **self._prepare_place_vals(place, at, addresses.get(at)),
            "done_device_name": device.name, "done_serial_number": device.serial_number,
            "done_identifier": device.identifier, "done_regime_name": regime.name or "",
            "done_legal_basis": regime.legal_basis, "done_qualification": regime.qualification,
            "done_technician_name": (self.order_id.user_id or self.user_id).name,
            "done_per_visit": regime.protocol_per_visit, "done_order_name": self.order_id.name,
            "done_resolution": self.order_device_id.resolution, "done_lang": self.env.lang,
            "done_is_estimate": False,
        }

    @api.depends("is_open", "date_done", "result")
    def _compute_done_next_date(self):
        for inspection in self:
            is_done = inspection._origin and inspection.state == "done"
            inspection.done_next_date = is_done and inspection._origin._get_date_after()

    def _write_late_facts(self, late):
        """A contractor or a place of the past comes with his texts, where these are not given; what is not given at all
        is of today, and marked so."""
        result = super()._write_late_facts({
            index: (state, facts and self[index]._complete_kept(facts)) for index, (state, facts) in late.items()})
        past = self.browse()
        for index, (_state, facts) in late.items():
            inspection = self[index]
            if inspection.date_done and "done_is_estimate" not in facts and (
                    inspection.date_done != inspection.company_id._service_today()) and any(
                    inspection[name] for name in set(KEPT) - {"done_per_visit"} - facts.keys()):
                past |= inspection
        if past:
            past._write_facts({"done_is_estimate": True})
        return result

    def _complete_kept(self, facts):
        """Facts of one inspection that is moved in, with the texts of contractor and place."""
        self.ensure_one()
        partners = self.env["res.partner"].sudo().with_context(lang=self._get_paper_lang())
        partner, place = (partners.browse(facts.get(name) or []) for name in ("done_partner_id", "done_address_id"))
        completed = {}
        if partner:
            completed.update(self._prepare_contact_vals(partner, self._format_address(partner)))
        if place:
            completed.update(self._prepare_place_vals(place, place, self._format_address(place)))
        return {**completed, **facts}

    def _keep_day(self):
        """Bring what inspections keep up to date with their state, before anything else changes."""
        self._recompute_recordset([*KEPT, NEXT, "partner_id", "address_id", "city", "zip", "due_date"])

    @api.model
    def _keep_anew(self):
        """Take what all closed inspections keep from today's data: for what is closed while the addon is installed,
        before there are translations."""
        closed = self.search([("is_open", "=", False)])
        closed._write_facts({"done_device_name": False})
        self.env.add_to_compute(self._fields["done_device_name"], closed)
        closed._recompute_recordset(["done_device_name"])
