"""Making one record of several: all that points at the others points at the one that stays, wherever it is."""
from psycopg2.errors import CheckViolation, ExclusionViolation, UniqueViolation

from odoo.exceptions import UserError
from odoo.tools import SQL

NAMED = 5    # of what is in the way, in a sentence
MODEL_FIELDS = ("res_model", "model")    # of a record's number that does not say itself which model it is of


def repoint(kept, others):
    """Let everything that refers to some records refer to another one; what is there twice then goes once.

    Many2one fields (those by company too), many2many tables, references, and numbers of records beside their model:
    attachments, messages, activities, followers, external ids and those of other addons. Rows are written by SQL, since
    what is closed has doors that nobody may pass; what follows from the record that they name is computed anew, but
    nothing that somebody may have typed.

    :param kept: the record that stays
    :param others: records of the same model, to be deleted by the caller
    :raises UserError: a rule of the database is in the way
    """
    env = kept.env
    env.flush_all()
    moved = []
    for Model in env.registry.models.values():
        for field in Model._fields.values() if Model._auto and not Model._abstract else ():
            if not field.store or not _may_refer(field, kept):
                continue
            try:
                with env.cr.savepoint(flush=False):
                    ids = _repoint_field(env, Model, field, kept, others)
            except (UniqueViolation, CheckViolation, ExclusionViolation) as error:
                _refuse(env[Model._name], field, others, error)
            if ids and field.type == "many2one":
                moved.append((Model._name, field, ids))
    env.invalidate_all()
    for follows in kept._fields.values():
        if follows.store and follows.compute and follows.readonly:
            env.add_to_compute(follows, kept)
    for model, field, ids in moved:
        # sudo: it follows, whoever may see it
        records = env[model].sudo().browse(ids)
        for other in records._fields.values():
            if other.store and other.compute and other.readonly and any(
                    path.partition(".")[0] == field.name for path in env.registry.field_depends[other]):
                env.add_to_compute(other, records)


def _refuse(Model, field, others, error):
    """:raises UserError: names the first records that cannot be another's too"""
    env = Model.env
    names = {"kind": env["ir.model"]._get(Model._name).sudo().name, "field": field._description_string(env)}
    in_the_way = Model
    if field.type == "many2one" and not field.company_dependent:
        # sudo: what is out of sight is in the way as well; whoever merges may change all of the records
        in_the_way = Model.sudo().with_context(active_test=False).search([(field.name, "in", others.ids)], limit=NAMED)
    if not in_the_way:
        raise UserError(env._(
            "The records cannot become one: %(kind)s of both are in the way (%(field)s).", **names)) from error
    raise UserError(env._(
        "The records cannot become one: %(kind)s of both are in the way (%(field)s): %(records)s. Correct or delete "
        "them first.", records="; ".join(in_the_way.mapped("display_name")), **names)) from error


def _may_refer(field, kept):
    if field.type in ("many2one", "many2many"):
        return field.comodel_name == kept._name or field.type == "many2many" and field.model_name == kept._name
    return field.type in ("reference", "many2one_reference") or field.type == "integer" and field.name == "res_id"


def _repoint_field(env, Model, field, kept, others):
    """Repoint one stored field; returns the ids of the rows of a many2one."""
    table, column = SQL.identifier(Model._table), SQL.identifier(field.name)
    names = {"table": table, "column": column, "kept": kept.id, "others": tuple(others.ids)}
    if field.type == "many2one" and field.comodel_name == kept._name:
        if field.company_dependent:
            env.cr.execute(SQL(
                """UPDATE %(table)s SET %(column)s = (
                          SELECT jsonb_object_agg(
                                 key, CASE WHEN value::int IN %(others)s THEN %(kept)s ELSE value::int END)
                            FROM jsonb_each_text(%(column)s))
                    WHERE EXISTS (SELECT FROM jsonb_each_text(%(column)s) WHERE value IN %(texts)s)""",
                **names, texts=tuple(str(other) for other in others.ids)))
            return []
        rows = env.execute_query(SQL(
            "UPDATE %(table)s SET %(column)s = %(kept)s WHERE %(column)s IN %(others)s RETURNING id", **names))
        return [row_id for [row_id] in rows]
    if field.type == "many2many" and field.comodel_name == kept._name:
        _repoint_relation(env, field.relation, field.column2, field.column1, kept, others)
    if field.type == "many2many" and field.model_name == kept._name:
        _repoint_relation(env, field.relation, field.column1, field.column2, kept, others)
    elif field.type == "reference":
        env.cr.execute(SQL(
            "UPDATE %(table)s SET %(column)s = %(kept)s WHERE %(column)s IN %(others)s", table=table, column=column,
            kept=f"{kept._name},{kept.id}", others=tuple(f"{kept._name},{other}" for other in others.ids)))
    elif field.type == "many2one_reference" or field.type == "integer" and field.name == "res_id":
        model_field = getattr(field, "model_field", None) or next(
            (name for name in MODEL_FIELDS if name in Model._fields), None)
        stored = Model._fields.get(model_field)
        if stored and stored.store and stored.column_type and stored.type in ("char", "selection"):
            if Model._name == "mail.followers":
                _drop_double_followers(env, kept, others)
            env.cr.execute(SQL(
                """UPDATE %(table)s SET %(column)s = %(kept)s
                    WHERE %(column)s IN %(others)s AND %(model)s = %(name)s%(more)s""",
                **names, model=SQL.identifier(model_field), name=kept._name,
                # a picture of the record's own is a value of it
                more=SQL(" AND res_field IS NULL" if Model._name == "ir.attachment" else "")))
    return []


def _repoint_relation(env, relation, own, other, kept, others):
    """Repoint the rows of a many2many's table, each pair once."""
    names = {
        "relation": SQL.identifier(relation), "own": SQL.identifier(own), "other": SQL.identifier(other),
        "kept": kept.id, "others": tuple(others.ids)}
    env.cr.execute(SQL(
        """INSERT INTO %(relation)s (%(own)s, %(other)s)
           SELECT DISTINCT %(kept)s, r.%(other)s FROM %(relation)s r
            WHERE r.%(own)s IN %(others)s AND NOT EXISTS (
                  SELECT FROM %(relation)s e WHERE e.%(own)s = %(kept)s AND e.%(other)s = r.%(other)s)""", **names))
    env.cr.execute(SQL("DELETE FROM %(relation)s WHERE %(own)s IN %(others)s", **names))


def _drop_double_followers(env, kept, others):
    env.cr.execute(SQL(
        """DELETE FROM mail_followers WHERE id IN (
                  SELECT id FROM (
                         SELECT id, res_id, row_number() OVER (
                                PARTITION BY partner_id ORDER BY (res_id = %(kept)s) DESC, id) AS place
                           FROM mail_followers WHERE res_model = %(model)s AND res_id IN %(all)s) f
                   WHERE f.place > 1)""",
        kept=kept.id, model=kept._name, all=(kept.id, *others.ids)))
