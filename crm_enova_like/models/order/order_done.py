from odoo import api, fields, models

from ..common.formats import format_contact
from ..common.languages import find_language

# who is named at the head of a paper, and how
HEAD = (
    "done_partner_name", "done_partner_details", "done_partner_vat", "done_person_name", "done_address",
    "done_requester_name", "done_technician_name")


class CrmServiceOrder(models.Model):
    """What a closed order said when it was closed: its papers are printed from it."""

    _name = "crm.service.order"
    _inherit = ["crm.service.order", "crm.done.mixin"]

    done_partner_id = fields.Many2one(
        "res.partner", string="Contractor When Closed", compute="_compute_done", store=True, precompute=True,
        index="btree_not_null", ondelete="restrict")
    done_partner_name = fields.Char(
        string="Name of the Contractor When Closed", compute="_compute_done", store=True, precompute=True)
    done_partner_details = fields.Text(
        string="Address of the Contractor When Closed", compute="_compute_done", store=True, precompute=True)
    done_partner_vat = fields.Char(
        string="Tax ID of the Contractor When Closed", compute="_compute_done", store=True, precompute=True)
    done_person_name = fields.Char(
        string="Contact Person When Closed", compute="_compute_done", store=True, precompute=True)
    done_address_id = fields.Many2one(
        "res.partner", string="Place When Closed", compute="_compute_done", store=True, precompute=True,
        index="btree_not_null", ondelete="set null")
    done_address = fields.Text(
        string="Address of the Place When Closed", compute="_compute_done", store=True, precompute=True)
    done_requester_name = fields.Char(
        string="Taken In By, When Closed", compute="_compute_done", store=True, precompute=True)
    done_technician_name = fields.Char(
        string="Technician When Closed", compute="_compute_done", store=True, precompute=True)
    done_type_name = fields.Char(
        string="Order Type When Closed", compute="_compute_done", store=True, precompute=True)
    done_lang = fields.Char(
        string="Language of Its Papers", compute="_compute_done", store=True, precompute=True)
    done_lines = fields.Json(
        string="Products and Units When Closed", compute="_compute_done", store=True, precompute=True)

    @api.model
    def _get_done_fields(self):
        return super()._get_done_fields() | {
            *HEAD, "done_partner_id", "done_address_id", "done_type_name", "done_lang", "done_lines"}

    @api.model
    def _get_printed_fields(self):
        return super()._get_printed_fields() | {"done_lang", "done_lines"}

    def _has_copies(self):
        self.ensure_one()
        return bool(self.done_partner_name or self.done_lang)

    def _prepare_done_vals(self):
        self.ensure_one()
        order = self._in_paper_language()
        return {
            **super()._prepare_done_vals(), **order._prepare_head(),
            "done_partner_id": order.partner_id.id, "done_address_id": order.address_id.id,
            "done_type_name": order.type_id.name, "done_lang": order.env.lang,
            "done_lines": order.line_ids._prepare_shown_names()}

    # PAPERS

    def _get_paper_lang(self):
        """The language of the papers of one order: the contractor's, else the firm's own, whoever prints them."""
        self.ensure_one()
        return find_language(
            self.env, self.done_lang, self.partner_id.sudo().lang, self.company_id.sudo().partner_id.lang)

    def _in_paper_language(self):
        """One order in the language of its papers."""
        return self.with_context(lang=self._get_paper_lang())

    def _prepare_head(self):
        """Who is named at the head of the papers of one order, as the registers have it: {name of a copy: text}.

        sudo: who is on a paper is told to whoever may print it.
        """
        self.ensure_one()
        order = self.sudo()
        partner, person = order.partner_id, order.person_id
        place = format_contact(order.address_id) if order.address_id != partner else []
        return {
            **self._prepare_contact(partner),
            "done_person_name": " ".join(filter(None, [person.name, person.phone])) or False,
            "done_address": "\n".join(place) or False,
            "done_requester_name": order.requester_id.name or False,
            "done_technician_name": order.user_id.name or False,
        }

    @api.model
    def _prepare_contact(self, partner):
        """A contractor at the head of papers, as the register has him: {name of a copy: text}."""
        name, *details = format_contact(partner) or [False]
        return {
            "done_partner_name": name,
            "done_partner_details": "\n".join(filter(None, [*details, partner.phone, partner.email])) or False,
            "done_partner_vat": partner.vat or False,
        }

    def _get_head(self):
        """Who is named at the head of the papers of one order: what it kept, or what the registers have."""
        self.ensure_one()
        return {name: self[name] for name in HEAD} if self._has_copies() else self._prepare_head()


class CrmServiceOrderLine(models.Model):
    """The names that a line's product and unit had when its order was closed."""

    _inherit = "crm.service.order.line"

    def _prepare_shown_names(self):
        """The names of the lines' products and units as the registers have them: {id of a line: {what: name}}.

        sudo: who may print an order need not read the register of products.
        """
        return {str(line.id): {
            "product": line.product_id.display_name or "", "unit": line.uom_id._get_short_name(),
        } for line in self.sudo()}

    def _get_shown_names(self):
        """The names of one line's product and unit, {"product", "unit"}: what the order kept, or what the registers
        have."""
        self.ensure_one()
        kept = (self.sudo().order_id.done_lines or {}).get(str(self.id))
        return kept or self._prepare_shown_names()[str(self.id)]
