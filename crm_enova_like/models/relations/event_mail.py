from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize, email_normalize_all, html2plaintext

from ..common.values_mixin import FIRST_YEAR, storable
from .mail_thread import SENDER_VERIFIED

LONGEST_SUBJECT = 500    # signs, as of any other line


class CrmEvent(models.Model):
    """E-mails to our alias, which become events."""

    _inherit = "crm.event"

    # by it Odoo finds out that somebody's machine answers ours
    sender_email = fields.Char(string="Sender's Address", readonly=True, copy=False, index="btree_not_null")

    @api.model_create_multi
    def create(self, vals_list):
        """A sender's address is what our mail gateway read, which works as the system: with it, others could have a
        customer taken for a machine.

        :raises UserError: somebody gives it
        """
        for vals in vals_list:
            if vals.get("sender_email"):
                self._check_facts({"sender_email": vals["sender_email"]})
        return super().create(vals_list)

    @api.model
    def message_new(self, msg_dict: dict, custom_values: dict = None):
        """An e-mail to our alias is an event; the contractor is found by the address.

        A colleague who writes with the alias in copy notes an outgoing e-mail, if our mail server says that it is the
        colleague's: anybody can write another's name into an e-mail.

        :param msg_dict: the parsed e-mail, see ``mail.thread.message_process``
        :param custom_values: the alias' defaults; they go first (company_id: for which company)
        """
        custom_values = dict(custom_values or {})
        is_verified = custom_values.pop(SENDER_VERIFIED, False)
        company = self.env["res.company"].browse(custom_values.get("company_id") or self.env.company.id)
        sender = email_normalize_all(msg_dict.get("email_from") or "")[:1]
        # sudo: the addresses of colleagues, whoever's name the mail server goes by
        named = self.env["res.users"].sudo().search([
            ("email_normalized", "in", sender), ("share", "=", False), ("company_ids", "in", company.ids)], limit=1)
        colleague = named if is_verified else named.browse()
        addresses = email_normalize_all(
            f"{msg_dict.get('to') or ''},{msg_dict.get('cc') or ''}") if colleague else sender
        email_type = self.env.ref("crm_enova_like.event_type_email", raise_if_not_found=False)
        now = fields.Datetime.now()
        # a sender's clock may be ahead, or stand at the year 1
        sent = fields.Datetime.to_datetime(msg_dict.get("date")) or now
        # the message that is posted with it has the subject, too
        msg_dict["subject"] = subject = storable(msg_dict.get("subject")).strip()
        text = storable(html2plaintext(msg_dict.get("body") or "")).strip()
        if len(subject) > LONGEST_SUBJECT:
            text = f"{subject}\n\n{text}".strip()
            subject = subject[:LONGEST_SUBJECT]
        vals = {
            "name": subject or self.env._("E-mail without a subject"),
            "type_id": (email_type or self.env["crm.event.type"]._get_default()).id,
            "direction": "out" if colleague else "in",
            "date": min(sent, now) if sent.year >= FIRST_YEAR else now,
            "description": text, "sender_email": sender[0] if sender else False,
            "company_id": company.id, "user_id": colleague.id,
            **self._prepare_contractor_of(addresses, company), **custom_values,
        }
        event = super().message_new(msg_dict, vals)
        if named and not colleague:
            event._message_log(body=self.env._(
                "The sender gives the address of %(user)s. The mail server did not confirm it, so the e-mail is not "
                "noted as an outgoing one.", user=named.name))
        return event

    @api.model
    def _detect_loop_sender_domain(self, email_from_normalized):
        # what a machine sent us; core's own is asked by a field with the address, and this one is found by its index
        return Domain("sender_email", "=", email_normalize(email_from_normalized) or email_from_normalized)

    @api.model
    def _prepare_contractor_of(self, addresses, company):
        """Contractor and person of e-mail addresses, as far as there is no doubt."""
        found = self.env["res.partner"].search([
            ("email_normalized", "in", addresses), ("company_id", "in", [False, company.id]),
            ("partner_share", "=", True)])
        contractor = found.commercial_partner_id
        if len(contractor) != 1:
            return {}
        persons = (found - contractor).filtered(lambda person: person.type == "contact" and not person.is_company)
        return {"partner_id": contractor.id, "person_id": persons.id if len(persons) == 1 else False}
