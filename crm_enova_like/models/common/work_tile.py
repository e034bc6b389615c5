from odoo import api, fields, models


class CrmAssignmentMixin(models.AbstractModel):
    """What an entry of a calendar says of work: to whom one goes and where, and what it is about."""

    _inherit = "crm.assignment.mixin"

    calendar_tile = fields.Text(string="On the Calendar", compute="_compute_calendar_tile")

    @api.depends("name", "partner_id.name", "partner_id.city")
    def _compute_calendar_tile(self):
        for record in self:
            record.calendar_tile = "\n".join(filter(None, record._get_tile_lines()))

    def _get_tile_lines(self):
        """The lines of one record's entry, the first of which is all that a month has room for; empty ones fall out."""
        self.ensure_one()
        return [self._get_tile_place(self.partner_id), self.name]

    def _get_tile_place(self, place):
        """The contractor of one record, and the town of the place where it is done."""
        self.ensure_one()
        partner = self.partner_id
        return ", ".join(filter(None, [partner.name or partner.display_name, place.city or partner.city]))
