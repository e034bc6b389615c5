from odoo import api, fields, models
from odoo.fields import Domain


class CalendarEvent(models.Model):
    """Everybody sees that a colleague is busy; whose visit it is, and what about, sees who may read the task or order.

    To others an entry of ours is what Odoo shows of a private one, with the same means.
    """

    _inherit = "calendar.event"

    crm_is_hidden = fields.Boolean(compute="_compute_crm_is_hidden")

    @api.depends("crm_company_id", "user_id", "partner_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_crm_is_hidden(self):
        # sudo: whether it is an entry of ours at all, and who is asked to come; what it says is not read, nor put into
        # the cache, where it would be found by whoever asks next
        user, partner = self.env.user, self.env.user.partner_id
        ours = self.sudo().with_context(prefetch_fields=False).filtered(lambda entry: (
            entry.crm_company_id and entry.user_id != user and partner not in entry.partner_ids)).with_env(self.env)
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

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **options):
        # who looks for a word would be told that it is there
        domain = Domain(domain)
        domain = self._add_sight(domain, [
            condition.field_expr for condition in domain.iter_conditions()
            if self._is_telling(condition.field_expr.split(".")[0])
            # a choice that nothing is typed in asks for no word
            and not (condition.operator.endswith("like") and condition.value == "")])
        return super()._search(domain, offset, limit, order, **options)

    @api.model
    def _is_telling(self, name):
        """Whether a field has words of an entry; by the others core and the calendar find entries as they need them."""
        field = self._fields.get(name)
        return field is not None and field.type in ("char", "text", "html")

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None):
        domain = self._add_sight(domain, [*groupby, *aggregates, *(
            condition[0] for condition in having if isinstance(condition, (list, tuple)))])
        return super()._read_group(domain, groupby, aggregates, having, offset, limit, order)

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        domain = self._add_sight(domain, [*(spec for groupby in grouping_sets for spec in groupby), *aggregates])
        return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)

    @api.model
    def _add_sight(self, domain, specs):
        """A domain without entries of which the user sees no more than that somebody is busy, where groups or sums
        would tell more.

        :param specs: by what is grouped and what is summed
        """
        names = {spec.split(":")[0].split(".")[0] for spec in specs} - {"__count"}
        if self.env.su or names <= self._get_public_fields():
            return domain
        user = self.env.user
        seen = [Domain("crm_company_id", "=", False), Domain("user_id", "=", user.id),
                Domain("partner_ids", "in", user.partner_id.ids)]
        for name in self._get_crm_calendar_models():
            Model = self.env[name].with_context(active_test=False)
            if Model.has_access("read"):
                query = Model._search([("calendar_event_id", "!=", False)])
                seen.append(Domain("id", "in", query.subselect(
                    Model._field_to_sql(query.table, "calendar_event_id", query))))
        return Domain(domain) & Domain.OR(seen)
