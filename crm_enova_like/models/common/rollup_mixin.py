from datetime import UTC

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainCondition
from odoo.tools import SQL, Query, unique
from odoo.tools.misc import get_lang

from .queries import asks_in_vain
from .spans import are_plain, bounds_of

MOST_SPANS = 400    # that are counted each by its own piece of an index
FEW_SPANS = 20    # that several processes count at once

GROUPED = ("many2one", "selection", "date", "datetime")
SPANS = ("day", "week", "month", "quarter", "year")    # of days: their groups are days, and none is a mere number

NUMBERS = ("integer", "float", "monetary")
# of which fields something is reckoned, where it is not of all
RECKONED = {
    "sum": NUMBERS, "avg": NUMBERS, "bool_and": ("boolean",), "bool_or": ("boolean",),
    **dict.fromkeys(("min", "max"), (*NUMBERS, "date", "datetime", "char", "text", "selection", "many2one"))}


def keep(choose):
    """A function of two values, of which one may be there and the other not (False: there was nothing to look at)."""
    def function(one, other):
        if one is False or one is None:
            return other
        return one if other is False or other is None else choose(one, other)

    return function


SUMMED = {"sum": keep(lambda one, other: one + other), "min": keep(min), "max": keep(max)}


class CrmRollupMixin(models.AbstractModel):
    """A register that grows: its pivots go through it once.

    Core asks for all sums of a pivot by GROUPING SETS, for which PostgreSQL sorts all rows, in one process. Here it is
    asked for the finest groups alone, for which several processes count; the others are their sums, and the order of
    the few that there are is found afterwards.

    Months and the like are counted each by its own piece of the date's index: to find the month of a row, as core
    does, takes longer than to read it, and PostgreSQL takes it that there are as many months as there are rows.
    """

    _name = "crm.rollup.mixin"
    _description = "Summed in One Pass"

    @api.model
    def _get_ranged_fields(self):
        """Names of the dates of which an index has all records, in their order: they are counted span by span."""
        return set()

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        specs = tuple(unique(spec for groupby in grouping_sets for spec in groupby))
        if not self._can_roll_up(specs, aggregates, order) or asks_in_vain(self, domain):
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        rows = self._read_finest(domain, specs, aggregates, self._find_spans(domain, specs))
        if not rows:
            # core says what the sum of nothing is
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        ranks = self._rank_groups(rows, specs, order)
        return [self._roll_up(rows, specs, tuple(groupby), aggregates, ranks) for groupby in grouping_sets]

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None):
        specs, spans = tuple(groupby), None
        if asks_in_vain(self, domain):
            return super()._read_group(domain, groupby, aggregates, having, offset, limit, order)
        if not having and len(set(specs)) == len(specs) and self._can_roll_up(specs, aggregates, order):
            spans = self._find_spans(domain, specs)
        if not spans:
            if not having and len(specs) == 1 and self._can_order_groups(specs[0], order) and (
                    all(map(self._is_reckoned, aggregates))):
                return self._read_groups_of_records(domain, specs[0], aggregates, offset, limit, order)
            return super()._read_group(domain, groupby, aggregates, having, offset, limit, order)
        rows = self._read_finest(domain, specs, aggregates, spans)
        ranks = self._rank_groups(rows, specs, order)
        rows.sort(key=lambda row: [ranks[spec][value] for spec, value in zip(specs, row, strict=False)])
        return rows[offset:offset + limit if limit else None]

    # GROUPS OF RECORDS

    @api.model
    def _read_groups_of_records(self, domain, name, aggregates, offset, limit, order):
        """What ``_read_group`` finds by one many2one, put in order when the groups are there: core would first join
        each row with what its record is ordered by, and sort all rows."""
        self.browse().check_access("read")
        rows = self._search(domain)
        if rows.is_empty():
            return []
        rows.groupby = self._read_group_groupby(self._table, name, rows)
        columns = {name: rows.groupby, **{
            f"_sum_{number}": self._read_group_select(spec, rows) for number, spec in enumerate(aggregates)}}
        groups = Query(self.env, self._table, SQL("(%s)", rows.select(*(
            SQL("%s AS %s", column, SQL.identifier(alias)) for alias, column in columns.items()))))
        groups.order, groups.offset, groups.limit = self._order_to_sql(order, groups), offset, limit
        found = self.env.execute_query(groups.select(*(SQL.identifier(self._table, alias) for alias in columns)))
        return self._make_groups(found, [name], aggregates)

    @api.model
    def _can_order_groups(self, spec, order):
        """Whether what is grouped by is a record of its own, and the groups are asked for in the order of these."""
        field = self._fields.get(spec)
        return (
            field is not None and field.store and field.type == "many2one" and not field.company_dependent
            and (order or "").lower() in (spec, f"{spec} asc", f"{spec} desc"))

    @api.model
    def _is_reckoned(self, aggregate):
        """Whether the database has such a function of a field: what is none is core's to refuse."""
        name, _colon, function = aggregate.partition(":")
        field = self._fields.get(name)
        return field is None or field.type in RECKONED.get(function, (field.type,))

    # THE FINEST GROUPS

    @api.model
    def _read_finest(self, domain, specs, aggregates, spans):
        """The groups by all specs, as core's ``_read_group`` gives them, but in no order.

        :param spans: see :meth:`_find_spans`
        """
        self.browse().check_access("read")
        query = self._search(domain)
        if query.is_empty():
            return []
        terms = {spec: self._read_group_groupby(self._table, spec, query) for spec in specs}
        sums = [self._read_group_select(aggregate, query) for aggregate in aggregates]
        where, pieces = query.where_clause or SQL("TRUE"), [({}, SQL("TRUE"), None)]
        # what is looked for in other tables is looked for once
        if spans and not query._joins and "SELECT" not in where.code.upper():
            pieces = self._get_pieces(query, *spans)
        selects = []
        for known, condition, each in pieces:
            asked = SQL(", ").join([*(known.get(spec, term) for spec, term in terms.items()), *sums])
            found = SQL("FROM %s WHERE %s AND %s", query.from_clause, where, condition)
            grouped = [term for spec, term in terms.items() if spec not in known]
            if grouped:
                select = SQL("SELECT %s %s GROUP BY %s", asked, found, SQL(", ").join(grouped))
            elif sums:
                select = SQL("SELECT %s %s HAVING COUNT(*) > 0", asked, found)
            else:
                select = SQL("SELECT %s WHERE EXISTS (SELECT %s)", asked, found)
            if each:
                select = SQL("SELECT found.* FROM %s CROSS JOIN LATERAL (%s) AS found", each, select)
            selects.append(SQL("(%s)", select))
        return self._make_groups(self.env.execute_query(SQL(" UNION ALL ").join(selects)), specs, aggregates)

    @api.model
    def _make_groups(self, rows, specs, aggregates):
        """What the database says of groups, as core's ``_read_group`` gives it: records, dates, sums.

        :param rows: a value for each spec, then one for each aggregate
        """
        if not rows:
            return []
        columns, count = list(zip(*rows, strict=True)), len(specs)
        return list(zip(
            *map(self._read_group_postprocess_groupby, specs, columns[:count]),
            *map(self._read_group_postprocess_aggregate, aggregates, columns[count:]), strict=True))

    @api.model
    def _get_pieces(self, query, spec, bounds, zone):
        """The rows span by span: [({spec: SQL of what is known of all of them}, SQL of the condition, SQL of what it is
        asked for each of, or None)].

        :param spec: see :meth:`_find_spans`, as the others
        """
        name = spec.partition(":")[0]
        column, kind = self._field_to_sql(self._table, name, query), SQL(self._fields[name].column_type[0])

        def when(bound):
            # PostgreSQL's own zones, as those of the groups
            return SQL("timezone('UTC', timezone(%s, %s))", zone, bound) if zone else bound

        def piece(first, last, each=None):
            return {spec: first}, SQL("%s >= %s AND %s < %s", column, when(first), column, when(last)), each

        values = [SQL("%s::%s", bound, kind) for bound in bounds]
        if len(values) <= FEW_SPANS:
            pieces = [piece(first, last) for first, last in zip(values, values[1:], strict=False)]
        else:
            # of as many statements, to plan them would take longest
            each = SQL(
                "UNNEST(ARRAY[%s], ARRAY[%s]) AS span (first, last)",
                SQL(", ").join(values[:-1]), SQL(", ").join(values[1:]))
            pieces = [piece(SQL("span.first"), SQL("span.last"), each)]
        # what may come later is not known
        return [*pieces, ({}, SQL("%s >= %s", column, when(values[-1])), None)]

    @api.model
    def _find_spans(self, domain, specs):
        """By what the records may be told apart span by span, of the specs by which they are grouped.

        :return: (spec, where its spans begin and the last one ends on the reader's clock, the zone of that clock);
            None where there is none, or they are too many, or their ends are not certain
        """
        for spec in specs:
            name, _colon, span = spec.partition(":")
            if name not in self._get_ranged_fields() or not span:
                continue
            first, last = self._find_range(domain, name)
            zone = self.env.context.get("tz") if self._fields[name].type == "datetime" else None
            if zone not in pytz.all_timezones_set:
                zone = None    # as core has it
            if first and zone:
                first, last = (
                    moment.replace(tzinfo=UTC).astimezone(pytz.timezone(zone)).replace(tzinfo=None)
                    for moment in (first, last))
            bounds = first and bounds_of(first, last, span, int(get_lang(self.env).week_start), MOST_SPANS)
            if bounds and (not zone or are_plain(bounds, zone)):
                return spec, bounds, zone
        return None

    @api.model
    def _find_range(self, domain, name):
        """From when a domain looks at a date, and until when: from the first one that there is, and until now, where
        it does not say; from None where there may be records without a date.
        """
        domain = Domain(domain).optimize(self)
        said = Domain.AND(
            condition for condition in (domain.children if isinstance(domain, DomainAnd) else [domain])
            if isinstance(condition, DomainCondition) and condition.field_expr == name).optimize_full(self)
        ends = {">": [], "<": []}
        for condition in said.children if isinstance(said, DomainAnd) else [said]:
            if isinstance(condition, DomainCondition) and condition.operator[0] in ends:
                ends[condition.operator[0]].append(condition.value)
        field = self._fields[name]
        last = min(ends["<"], default=fields.Datetime.now() if field.type == "datetime" else fields.Date.today())
        if ends[">"] or not field.required:
            return max(ends[">"], default=None), last
        # of all there are, whoever may read them: the first entry of the index
        [[first]] = self.env.execute_query(SQL(
            "SELECT MIN(%s) FROM %s", SQL.identifier(name, to_flush=field), SQL.identifier(self._table)))
        return first, last

    # THEIR SUMS

    @api.model
    def _can_roll_up(self, specs, aggregates, order):
        """Whether sums of the finest groups are the sums of all: a record is in one group, and what is asked adds up.

        :param specs: all that is grouped by
        """
        def is_plain(spec):
            name, _colon, span = spec.partition(":")
            field = self._fields.get(name)
            return field is not None and field.store and field.type in GROUPED and (not span or span in SPANS)

        def adds_up(aggregate):
            name, _colon, function = aggregate.partition(":")
            return aggregate == "__count" or (
                function in SUMMED and name in self._fields and self._is_reckoned(aggregate))

        return (
            bool(specs) and all(map(is_plain, specs)) and all(map(adds_up, aggregates))
            and (order or "").replace(" ", "") in ("", ",".join(specs)))

    @api.model
    def _roll_up(self, rows, specs, groupby, aggregates, ranks):
        """The groups of one set.

        :param rows: the finest groups, see :meth:`_read_finest`
        :param specs: by what those are grouped
        :param groupby: some of them
        :param ranks: see :meth:`_rank_groups`
        """
        places = [specs.index(spec) for spec in groupby]
        functions = [SUMMED[aggregate.partition(":")[2] or "sum"] for aggregate in aggregates]
        groups = {}
        for row in rows:
            key, values = tuple(row[place] for place in places), row[len(specs):]
            before = groups.get(key)
            groups[key] = values if before is None else tuple(
                function(one, other) for function, one, other in zip(functions, before, values, strict=True))
        # as core has them: by each of what is grouped, what is empty comes last
        keys = sorted(groups, key=lambda key: [ranks[spec][value] for spec, value in zip(groupby, key, strict=True)])
        return [(*key, *groups[key]) for key in keys]

    @api.model
    def _rank_groups(self, rows, specs, order):
        """The places of the values of each group: {spec: {value: number}}.

        :param order: as it was asked for; where none was, core puts records in the order of their ids
        """
        ranks = {}
        for place, spec in enumerate(specs):
            values = dict.fromkeys(row[place] for row in rows)
            kind = self._fields[spec.partition(":")[0]].type
            if kind == "many2one":
                # their order is their model's, by its SQL, as core has it: also of those out of the reader's sight
                records = [value for value in values if value]
                found = records[0].union(*records).sudo().with_context(active_test=False) if records else ()
                found = found and found.sorted(None if order else "id").with_env(self.env)
                values = [*found, *[v for v in values if not v]]
            else:
                known = [value for value in values if value]
                if kind == "selection" and len(known) > 1:
                    # the order of texts is the database's
                    known = [value for [value] in self.env.execute_query(SQL(
                        "SELECT value FROM unnest(%s::varchar[]) AS value ORDER BY value", known))]
                elif kind != "selection":
                    known.sort()
                values = [*known, *[value for value in values if not value]]
            ranks[spec] = {value: number for number, value in enumerate(values)}
        return ranks
