from odoo import api, fields, models
from odoo.fields import Domain


class CalendarEvent(models.Model):
    """Everybody sees that a colleague is busy; whose visit it is, and what about, sees who may read the task or order.

    To others an entry of ours is what Odoo shows of a private one, with the same means.
    """

    _inherit = "calendar.event"

    crm_is_hidden = fields.Boolean(compute="_compute_crm_is_hidden")

    @api.depends("crm_company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_crm_is_hidden(self):
        # sudo: whether it is an entry of ours at all; what it says is not read
        ours = self.sudo().filtered("crm_company_id").with_env(self.env)
        hidden = ours - self._find_readable_entries(ours)
        for entry in self:
            entry.crm_is_hidden = entry in hidden

    @api.model
    def _find_readable_entries(self, entries):
        """Those of entries whose task or order the user may read."""
        readable = self.browse()
        for name in self._get_crm_calendar_models() if entries else ():
            Model = self.env[name].with_context(active_test=False)
            if Model.has_access("read"):
                found = Model.search_fetch([("calendar_event_id", "in", entries.ids)], ["calendar_event_id"])
                readable |= self.browse(found.sudo().calendar_event_id.ids)
        return readable

    def _fetch_query(self, query, fields):
        if not self.env.su:
            # known with the entries, it needs no statement of its own
            fields = [*fields, self._fields["crm_company_id"]]
        return super()._fetch_query(query, fields)

    def _check_private_event_conditions(self):
        return super()._check_private_event_conditions() or not self.env.su and self.crm_is_hidden

    def _get_default_privacy_domain(self):
        # by which groups and sums leave out what is private
        readable = [Domain("crm_company_id", "=", False)]
        for name in self._get_crm_calendar_models():
            Model = self.env[name].with_context(active_test=False)
            if Model.has_access("read"):
                query = Model._search([("calendar_event_id", "!=", False)])
                readable.append(Domain("id", "in", query.subselect(
                    Model._field_to_sql(query.table, "calendar_event_id", query))))
        return list(Domain(super()._get_default_privacy_domain()) & Domain.OR(readable))
