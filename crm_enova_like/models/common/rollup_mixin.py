from odoo import api, models
from odoo.tools import unique

GROUPED = ("many2one", "selection", "date", "datetime")
SUMMED = {
    "sum": lambda one, other: (one or 0) + (other or 0) if one or other else one,
    "min": lambda one, other: min(one, other) if one and other else one or other,
    "max": lambda one, other: max(one, other) if one and other else one or other,
}


class CrmRollupMixin(models.AbstractModel):
    """A register that grows: its pivots go through it once.

    Core asks for all sums of a pivot by GROUPING SETS, for which PostgreSQL sorts all rows, in one process. Here it is
    asked for the finest groups alone, for which several processes count; the others are their sums.
    """

    _name = "crm.rollup.mixin"
    _description = "Summed in One Pass"

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        specs = tuple(unique(spec for groupby in grouping_sets for spec in groupby))
        if not self._can_roll_up(specs, aggregates, order):
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        rows = self._read_group(domain, specs, aggregates, order=order)
        if not rows:
            # core says what the sum of nothing is
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        return [self._roll_up(rows, specs, tuple(groupby), aggregates) for groupby in grouping_sets]

    @api.model
    def _can_roll_up(self, specs, aggregates, order):
        """Whether sums of the finest groups are the sums of all: a record is in one group, and what is asked adds up.

        :param specs: all that is grouped by
        """
        def is_plain(spec):
            name, _colon, _granularity = spec.partition(":")
            field = self._fields.get(name)
            return field is not None and field.store and field.type in GROUPED

        def adds_up(aggregate):
            name, _colon, function = aggregate.partition(":")
            return aggregate == "__count" or function in SUMMED and name in self._fields

        return (
            bool(specs) and all(map(is_plain, specs)) and all(map(adds_up, aggregates))
            and (order or "").replace(" ", "") in ("", ",".join(specs)))

    @api.model
    def _roll_up(self, rows, specs, groupby, aggregates):
        """The groups of one set.

        :param rows: the finest groups, as :meth:`_read_group` gives them, in its order
        :param specs: by what those are grouped
        :param groupby: some of them
        """
        places = [specs.index(spec) for spec in groupby]
        functions = [SUMMED[aggregate.partition(":")[2] or "sum"] for aggregate in aggregates]
        groups = {}
        for row in rows:
            key, values = tuple(row[place] for place in places), row[len(specs):]
            before = groups.get(key)
            groups[key] = values if before is None else tuple(
                function(one, other) for function, one, other in zip(functions, before, values, strict=True))
        if places != list(range(len(places))):
            keys = self._sort_groups(groups, len(places))
        else:
            keys = groups
        return [(*key, *groups[key]) for key in keys]

    @api.model
    def _sort_groups(self, keys, count):
        """Keys of groups in the order in which core has them: what is empty comes last."""
        keys = list(keys)
        for place in reversed(range(count)):
            values = {key[place] for key in keys}
            records = [value for value in values if isinstance(value, models.BaseModel) and value]
            in_order = records[0].union(*records).sorted() if records else ()
            rank = {record: number for number, record in enumerate(in_order)}
            keys.sort(key=lambda key, place=place, rank=rank: (
                not key[place], rank.get(key[place], 0) if rank else key[place] or 0))
        return keys
