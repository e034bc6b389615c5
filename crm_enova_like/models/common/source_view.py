import functools
import re
from collections.abc import Collection

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainCondition, DomainOr
from odoo.tools import SQL

from .taken import is_id

MOST_ALTERNATIVES = 4    # that are looked for one by one


class CrmSourceView(models.AbstractModel):
    """A list of records of several models: each row stands for its source, and is its source.

    A row is found, counted, grouped and read by whoever may read its source, and by nobody else: the domain of a
    record rule is evaluated with sudo and would let through what the source's own rules hide, so it is the query
    itself that is narrowed. It is narrowed in each source's branch and not around their union, where PostgreSQL would
    go through every source's whole table.

    A source of another addon, as those of ours: a many2one to it on the view's model, its kind by ``selection_add``,
    ``_depends``, and both methods below.

        class CrmTimeline(models.Model):
            _inherit = "crm.timeline"
            _depends = {"my.visit": ["name", "date", "partner_id", "company_id"]}

            kind = fields.Selection(selection_add=[("visit", "Visit")])
            visit_id = fields.Many2one("my.visit", readonly=True)

            def _get_source_fields(self):
                return {**super()._get_source_fields(), "visit": "visit_id"}

            def _get_sources(self):
                return {**super()._get_sources(), "visit": {
                    "from": SQL("my_visit s"), "where": SQL("s.active"), "name": SQL("s.name"), …}}
    """

    _name = "crm.source.view"
    _description = "Rows of Several Models"

    kind = fields.Selection([], readonly=True)
    res_model = fields.Char(string="Source Model", readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", string="Source", readonly=True)

    # WHAT THE ROWS ARE

    @api.model
    def _get_source_fields(self):
        """The many2one to each source: {kind: name of the field}."""
        return {}

    @api.model
    def _get_sources(self):
        """Where the rows come from.

        :return: {kind: {"from": SQL of the table ``s`` and what is joined to it, "where": SQL of the condition,
            and SQL for columns of the view by their names}}; what a source does not give is empty in its rows
        """
        return {}

    @api.model
    def _get_source_join(self):
        """SQL of what is joined to each source's table ``s``."""
        return SQL()

    @api.model
    def _get_derived_columns(self):
        """Columns that follow from others, of the rows ``w``: {name: SQL}."""
        return {}

    # THE QUERY

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(self._get_branches())

    @api.model
    def _get_branches(self, ids=None):
        """The rows of each source that the user may read: a list of SQL, at least one.

        :param ids: ids of the rows that are wanted, all of them by default
        """
        fields_by_kind, branches, sources = self._get_source_fields(), [], self._get_sources()
        for slot, (kind, source) in enumerate(sources.items()):
            Model = self.env[self._fields[fields_by_kind[kind]].comodel_name]
            # as ids of the source, which its index knows; as the expression that they are here no index would
            wanted = None if ids is None else [row // len(sources) for row in ids if row % len(sources) == slot]
            if wanted == [] or not (self.env.su or Model.has_access("read")):
                continue
            readable = SQL("true")
            if wanted:
                # the condition speaks for no partial index so, in which PostgreSQL would look for ids row by row
                source = {**source, "where": SQL("COALESCE(%s, FALSE)", source["where"])}
                readable = SQL("s.id IN %s", tuple(wanted))
            if not self.env.su:
                readable = SQL("%s AND s.id IN %s", readable, Model._search([], active_test=False).subselect())
            branches.append(self._get_branch_sql(kind, source, slot, len(sources), readable))
        if not branches:
            # none is wanted, or no right to any source: the columns, without a row
            kind, source = next(iter(sources.items()))
            branches.append(self._get_branch_sql(kind, source, 0, 1, SQL("false")))
        return branches

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **options):
        """As core's, with each source asked for no more than is wanted of it.

        Known ids are looked up in their own sources. The first rows of a list are the first ones of the first rows of
        each source, which an index of the source gives in order: PostgreSQL sorts a union only when it is complete.
        """
        domain = Domain(domain).optimize(self)
        query = super()._search(domain, offset, limit, order, **options)
        ids = self._find_ids(domain)
        if query.is_empty() or ids is None and (query._joins or not limit):
            return query
        if query._joins:
            return self._set_branches(query, self._get_branches(ids))
        conditions = [query.where_clause] if query.where_clause else [SQL("TRUE")]
        if limit and ids is None:
            conditions = self._get_alternatives(domain, options) or conditions
        first = SQL()
        if limit:
            first = SQL("LIMIT %s", limit + (offset or 0))
        elif ids is not None:
            # there are no more, and what has a limit is read by one process: to start others takes longer than to
            # look up ids
            first = SQL("LIMIT %s", len(ids))
        if limit and order:
            # within one source, ids are those of its records
            in_source = re.sub(r"(?<![.\w])id\b", "res_id", order)
            first = SQL("ORDER BY %s %s", self._order_to_sql(in_source, query), first)
        if ids is not None and isinstance(domain, DomainCondition):
            conditions = [SQL("TRUE")]    # nothing else is asked
        name = SQL.identifier(self._table)
        branches = [
            self._get_found_sql(branch, name, condition, first, bool(limit and order and len(conditions) == 1))
            for branch in self._get_branches(ids) for condition in conditions]
        query._where_clauses.clear()
        # what two alternatives find is one row
        return self._set_branches(query, branches, is_disjoint=len(conditions) == 1)

    @api.model
    def _get_found_sql(self, branch, name, condition, first, is_first):
        """The rows of one source that are looked for.

        :param branch: SQL of all its rows
        :param name: SQL of the name by which the condition knows them
        :param condition: SQL
        :param first: SQL of the order and the limit
        :param is_first: whether the first ones of one condition are wanted, of what may be many
        """
        return SQL("(SELECT * FROM (%s) AS %s WHERE %s %s)", branch, name, condition, first)

    @api.model
    def _set_branches(self, query, branches, is_disjoint=True):
        """Give a query other rows to choose from than all; what core has it flush stays."""
        union = SQL(" UNION ALL ") if is_disjoint else SQL(" UNION ")
        query._tables[self._table] = SQL(
            "(%s)", union.join(branches), to_flush=tuple(query._tables[self._table].to_flush))
        return query

    @api.model
    def _get_alternatives(self, domain, options):
        """SQL of what a domain offers to choose from, each with all the rest of it: for each there is an index, for
        their OR there is none. Empty where the domain is not like that."""
        others = domain.children if isinstance(domain, DomainAnd) else [domain]
        choices = [child for child in others if isinstance(child, DomainOr)]
        if len(choices) != 1 or len(choices[0].children) > MOST_ALTERNATIVES:
            return []
        rest = Domain.AND(child for child in others if child is not choices[0])
        # pylint: disable-next=super-method-mismatch  # each is asked as core asks, to be put together here
        queries = [super(CrmSourceView, self)._search(rest & child, **options) for child in choices[0].children]
        if any(query._joins for query in queries):
            return []
        return [query.where_clause for query in queries if not query.is_empty()]

    @api.model
    def _find_ids(self, domain):
        """The ids to which a domain limits the rows; None where it does not."""
        for condition in domain.children if isinstance(domain, DomainAnd) else [domain]:
            if isinstance(condition, DomainCondition) and condition.field_expr == "id" and (
                    condition.operator == "in" and isinstance(condition.value, Collection)):
                return [row for row in condition.value if is_id(row)]
        return None

    @api.model
    def _get_branch_sql(self, kind, source, slot, slots, readable):
        """The rows of one source. Their ids are distinct, however many sources there are.

        All branches have the same types of columns: only then PostgreSQL looks into them for a condition on the whole.
        """
        fields_by_kind = self._get_source_fields()
        comodel = self._fields[fields_by_kind[kind]].comodel_name
        values = {
            "kind": SQL("%s", kind), "res_model": SQL("%s", comodel), "res_id": SQL("s.id"),
            fields_by_kind[kind]: SQL("s.id"), **source}
        derived, empty = self._get_derived_columns(), SQL("NULL")
        columns = [
            SQL("(%s)::%s AS %s", values.get(name, empty), SQL(field.column_type[0]), SQL.identifier(name))
            for name, field in self._fields.items()
            if field.store and field.column_type and name != "id" and name not in derived]
        rows = SQL(
            "SELECT s.id::bigint * %s + %s AS id, %s FROM %s %s WHERE %s AND %s",
            slots, slot, SQL(", ").join(columns), source["from"], self._get_source_join(), source["where"], readable)
        if not derived:
            return rows
        return SQL("SELECT w.*, %s FROM (%s) w", SQL(", ").join(
            SQL("%s AS %s", value, SQL.identifier(name)) for name, value in derived.items()), rows)

    # RIGHTS

    @api.private
    def exists(self):
        # a row that is not for the user is forbidden, not missing
        return super(CrmSourceView, self.sudo()).exists().with_env(self.env)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if result or self.env.su or not any(self._ids):
            return result
        # a known id is no key to a row that its source hides
        forbidden = self - self.search([("id", "in", self.ids)])
        if forbidden:
            return forbidden, functools.partial(self.env["ir.rule"]._make_access_error, operation, forbidden)
        return None

    # SOURCES

    def _get_source(self):
        """What one row stands for."""
        self.ensure_one()
        return self[self._get_source_fields()[self.kind]]

    def _group_sources(self):
        """What the rows stand for: a list of recordsets, one of each kind."""
        names = self._get_source_fields()
        return [rows[names[kind]] for kind, rows in self.grouped("kind").items()]
