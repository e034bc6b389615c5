from odoo import fields, models
from odoo.tools import format_date

# whose protocol it was, of which day and number
PAPER = ("protocol_before", "protocol_partner_id", "protocol_date")


class CrmServiceInspection(models.Model):
    """What a protocol's number was given to, kept when its inspection is reopened.

    A number names one paper: of one owner and one visit, or one day where there was no order. Done again for the same,
    an inspection was corrected, and has the same number. Done for somebody else, it has another protocol, and the
    chatter says what became of the one before.
    """

    _inherit = "crm.service.inspection"

    protocol_before = fields.Char(readonly=True, copy=False)
    protocol_partner_id = fields.Many2one(
        "res.partner", string="Contractor of the Protocol Before", readonly=True, copy=False, index="btree_not_null",
        ondelete="set null")
    protocol_date = fields.Date(string="Date of the Protocol Before", readonly=True, copy=False)

    def _prepare_paper_vals(self):
        """What one inspection that is done remembers of its protocol when it is reopened."""
        self.ensure_one()
        if self.state != "done" or not self.protocol_number:
            return {}
        return {
            "protocol_before": self.protocol_number, "protocol_partner_id": self.done_partner_id.id,
            "protocol_date": self.date_done}

    def _is_for_another_owner(self):
        """Whether the number of one inspection is on a paper of somebody who has the device no more."""
        self.ensure_one()
        return bool(self.protocol_number) and (
            self.protocol_number == self.protocol_before and self.protocol_partner_id != self.partner_id)

    def _is_of_another_day(self, day):
        """Whether the number of one inspection is on a paper of another day, and no visit says that it is the same."""
        self.ensure_one()
        return self.protocol_number == self.protocol_before and not self.order_id and self.protocol_date != day

    def _note_given_up(self):
        """Note in the chatter of inspections that were done again which protocol was taken back by that."""
        bodies = {
            inspection.id: self.env._(
                "Protocol %(before)s of %(date)s for %(partner)s was taken back; done again, the inspection has "
                "protocol %(number)s.", before=inspection.protocol_before,
                date=format_date(self.env, inspection.protocol_date),
                partner=inspection.protocol_partner_id.display_name or "–", number=inspection.protocol_number or "–")
            for inspection in self
            if inspection.protocol_before and inspection.protocol_before != inspection.protocol_number}
        if bodies:
            self.browse(bodies)._message_log_batch(bodies=bodies)
