from odoo import api, models
from odoo.tools import SQL, Query, unique

GROUPED = ("many2one", "selection", "date", "datetime")
SPANS = ("day", "week", "month", "quarter", "year")    # of days: their groups are days, and none is a mere number


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
    asked for the finest groups alone, for which several processes count; the others are their sums.
    """

    _name = "crm.rollup.mixin"
    _description = "Summed in One Pass"

    @api.model
    def _read_group(
            self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None):
        """As core's; groups of records are put in their order when they are there: core would first join each row with
        what its record is ordered by, and sort all rows."""
        if having or len(groupby) != 1 or not self._can_order_groups(groupby[0], order):
            return super()._read_group(domain, groupby, aggregates, having, offset, limit, order)
        self.browse().check_access("read")
        rows = self._search(domain)
        if rows.is_empty():
            return []
        [name] = groupby
        rows.groupby = self._read_group_groupby(self._table, name, rows)
        columns = {name: rows.groupby, **{
            f"_sum_{number}": self._read_group_select(spec, rows) for number, spec in enumerate(aggregates)}}
        groups = Query(self.env, self._table, SQL("(%s)", rows.select(*(
            SQL("%s AS %s", column, SQL.identifier(alias)) for alias, column in columns.items()))))
        groups.order, groups.offset, groups.limit = self._order_to_sql(order, groups), offset, limit
        found = self.env.execute_query(groups.select(*(SQL.identifier(self._table, alias) for alias in columns)))
        if not found:
            return []
        keys, *sums = zip(*found, strict=True)
        return list(zip(self._read_group_postprocess_groupby(name, keys), *(
            self._read_group_postprocess_aggregate(spec, values)
            for spec, values in zip(aggregates, sums, strict=True)), strict=True))

    @api.model
    def _can_order_groups(self, spec, order):
        """Whether what is grouped by is a record of its own, and the groups are asked for in the order of these."""
        field = self._fields.get(spec)
        return (
            field is not None and field.store and field.type == "many2one" and not field.company_dependent
            and (order or "").lower() in (spec, f"{spec} asc", f"{spec} desc"))

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        specs = tuple(unique(spec for groupby in grouping_sets for spec in groupby))
        if not self._can_roll_up(specs, aggregates, order):
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        rows = self._read_group(domain, specs, aggregates, order=order)
        if not rows:
            # core says what the sum of nothing is
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        ranks = self._rank_groups(rows, specs)
        return [self._roll_up(rows, specs, tuple(groupby), aggregates, ranks) for groupby in grouping_sets]

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
            return aggregate == "__count" or function in SUMMED and name in self._fields

        return (
            bool(specs) and all(map(is_plain, specs)) and all(map(adds_up, aggregates))
            and (order or "").replace(" ", "") in ("", ",".join(specs)))

    @api.model
    def _roll_up(self, rows, specs, groupby, aggregates, ranks):
        """The groups of one set.

        :param rows: the finest groups, as :meth:`_read_group` gives them, in its order
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
    def _rank_groups(self, rows, specs):
        """The places of the values of each group: {spec: {value: number}}."""
        ranks = {}
        for place, spec in enumerate(specs):
            values = dict.fromkeys(row[place] for row in rows)
            if place and self._fields[spec.partition(":")[0]].type == "many2one":
                # their order is their model's, by its SQL, as core has it: also of those out of the reader's sight
                records = [value for value in values if value]
                found = records[0].union(*records).sudo().with_context(active_test=False) if records else ()
                values = [*(found.sorted().with_env(self.env) if found else ()), *[v for v in values if not v]]
            elif place:
                values = [*sorted(value for value in values if value), *[value for value in values if not value]]
            ranks[spec] = {value: number for number, value in enumerate(values)}
        return ranks
