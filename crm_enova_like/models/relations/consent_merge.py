from odoo import api, models
from odoo.tools import format_date


class CrmConsent(models.Model):
    """Contacts are merged: what each of them agreed to stays on record, and one consent for a channel is live."""

    _inherit = "crm.consent"

    @api.model
    def _resolve_doubles(self, contacts):
        """Before contacts become one: of what they agreed to by a channel, to a company, one consent speaks.

        Whoever was recorded twice is one person: consent that was withdrawn on one card, on the day it was given on
        another or later, is withdrawn. Of those that are left the latest one holds, and the others are replaced by it.
        The one that stays never allows more than the stricter of the cards did.

        sudo: consents to other companies, and those out of sight, go over as well; the right to merge was checked.
        """
        consents = self.sudo().search([("partner_id", "in", contacts.ids)])
        for of_channel in consents.grouped(lambda consent: (consent.company_id, consent.channel)).values():
            live = of_channel.filtered(lambda consent: consent.state == "given")
            for consent in live:
                ends = [
                    other.date_withdrawn for other in of_channel
                    if other.partner_id != consent.partner_id and other.state == "withdrawn"
                    and other.date_withdrawn >= consent.date_given]
                if ends:
                    consent.write({"state": "withdrawn", "date_withdrawn": max(ends)})
                    consent._message_log(body=self.env._(
                        "Withdrawn on another card of the same contact, with which this one is merged."))
            kept, *replaced = live.filtered(lambda consent: consent.state == "given").sorted(
                lambda consent: (consent.date_given, consent.id), reverse=True) or [self.browse()]
            for consent in replaced:
                consent.write({"state": "replaced"})
                consent._message_log(body=self.env._(
                    "The contact was recorded twice: the consent of %(date)s (%(how)s) speaks for both.",
                    date=format_date(self.env, kept.date_given), how=kept.source))
        # the database's rule is asked of what is written
        self.env.flush_all()


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _prepare_merge(self, sources):
        result = super()._prepare_merge(sources)
        self.env["crm.consent"]._resolve_doubles(self | sources)
        return result
