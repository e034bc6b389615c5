from collections.abc import Collection

from odoo.fields import Domain
from odoo.modules.db import FunctionStatus
from odoo.tools import SQL

from .taken import is_text

LIKE = ("ilike", "like", "=ilike", "=like")    # operators by which a text is looked for in others


def trigrams(column):
    """The definition of an index for pieces of a text column, as core makes it for ``index="trigram"``: for columns of
    core's models, which have an index of another kind under the name that core would give it.

    :return: function for :class:`odoo.models.Index`
    """
    def definition(registry):
        if not registry.has_trigram or registry.has_unaccent and registry.has_unaccent != FunctionStatus.INDEXABLE:
            return ""
        return f"USING gin ({registry.unaccent(column)} gin_trgm_ops) WHERE {column} IS NOT NULL"

    return definition


def pieces(column):
    """The definition of an index for pieces of a text column that is compared as it is, by ``LIKE`` alone.

    :return: function for :class:`odoo.models.Index`
    """
    def definition(registry):
        return f"USING gin ({column} gin_trgm_ops) WHERE {column} IS NOT NULL" if registry.has_trigram else ""

    return definition


def asks_in_vain(model, domain):
    """Whether a domain looks for what no column holds, as "true" among numbers: PostgreSQL refuses it, and core may say
    so."""
    for condition in Domain(domain).iter_conditions():
        field, value = model._fields.get(condition.field_expr), condition.value
        if isinstance(value, Domain):
            if field is not None and field.comodel_name and asks_in_vain(model.env[field.comodel_name], value):
                return True
            continue
        values = value if isinstance(value, Collection) and not isinstance(value, str) else [value]
        if any(isinstance(each, str) and not is_text(each) for each in values) or (
                field is not None and field.type in ("many2one", "integer") and any(each is True for each in values)):
            return True
    return False


def select_ids(everything, part):
    """One of several ways to find records: a domain of the model, or a query of other rows and their column that names
    the record.

    :return: the query, and SQL of its column of ids
    """
    query, column = part if isinstance(part, tuple) else (everything._search(part, bypass_access=True), "id")
    return query, SQL.identifier(query.table, column)


def found_by(model, domains):
    """The records that one of several domains finds, as a domain.

    A union, run first (ARRAY), lets PostgreSQL answer each domain by its own index; an OR that reaches into other
    tables makes it read the whole one (937 ms against 13 ms on 60,000 devices).

    :param model: a model; the search around this one applies its rules and the archive
    :param domains: of the model, or as :func:`select_ids` has them; what they reach into is searched with the rights
        of ``model.env``
    """
    everything = model.with_context(active_test=False)
    # the model's own rules are those of the search around this one; others' rows are found by the reader's rights
    queries = SQL(" UNION ALL ").join(
        query.subselect(column) for query, column in (select_ids(everything, domain) for domain in domains))
    return Domain.custom(to_sql=lambda _model, alias, _query: SQL(
        "%s = ANY(ARRAY(%s))", SQL.identifier(alias, "id"), queries))


def join_required(query, alias, field_name):
    """Make the join of a many2one that no record of the query lacks an inner one: PostgreSQL may then begin with what
    is joined, in the order of its index, where it would join and sort all records.

    :param query: in which the many2one is joined, as its order does it
    :param alias: of the table that has the column
    """
    joined = query.make_alias(alias, field_name)
    if joined in query._joins:
        _kind, table, condition = query._joins[joined]
        query._joins[joined] = (SQL("JOIN"), table, condition)


def fields_naming(env, comodel):
    """The stored fields with which the addon's records name records of a model, and those that it added to others'.

    :param comodel: name of a model
    :return: list of (model name, field name)
    """
    ours, found = __name__.split(".")[2], []
    for name, Model in env.registry.models.items():
        if Model._auto and not Model._abstract and not Model._transient:
            found += [
                (name, field.name) for field in Model._fields.values()
                if field.comodel_name == comodel and field.type in ("many2one", "many2many") and field.store
                and not field.company_dependent and ours in (Model._original_module, *(field._modules or ()))
                and field.name not in ("create_uid", "write_uid")]
    return sorted(found)
