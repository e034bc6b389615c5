from psycopg2.errors import ForeignKeyViolation, NotNullViolation, UniqueViolation

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

# what of Odoo's own, beside ours, is hidden from some and taken from by records that name it
GUARDED = ("res.partner", "project.project", "utm.campaign")
MODULE = "crm_enova_like"
EMPTY_IS_A_VALUE = ("boolean", "integer", "float", "monetary")


class CrmNamedMixin(models.AbstractModel):
    """A form that is not saved tells nothing of records that its user may not read.

    What is computed and stored, and what is related, is read with all rights: in a form that somebody fills in with the
    ids of records out of sight it would come back to them.
    """

    _name = "crm.named.mixin"
    _description = "Names Other Records"

    @api.model
    def _create(self, data_list):
        """As core's, but a value that is needed and missing is told in words before the database refuses it.

        :raises UserError: names the field
        """
        if self._original_module == MODULE:
            needed = [
                field for field in self._fields.values()
                if field.required and field.store and field.column_type and (field.precompute or not field.compute)
                and field.type not in EMPTY_IS_A_VALUE]
            for data in data_list:
                for field in needed:
                    if data["stored"].get(field.name) in (None, False, ""):
                        raise UserError(self.env._(
                            "%(kind)s: %(field)s is needed.", kind=self._name_kind(),
                            field=field._description_string(self.env)))
        return super()._create(data_list)

    @api.model
    def _name_kind(self):
        # sudo: the name of a kind is no secret
        return self.env["ir.model"].sudo()._get(self._name).name

    @api.model
    def _sql_error_to_message_generic(self, exc):
        """What the database refuses, without its own words and names."""
        if self._original_module != MODULE:
            return super()._sql_error_to_message_generic(exc)
        field = self._fields.get(exc.diag.column_name) if exc.diag.table_name == self._table else None
        kind, name = self._name_kind(), field._description_string(self.env) if field else ""
        if isinstance(exc, NotNullViolation) and field:
            return self.env._("%(kind)s: %(field)s is needed.", kind=kind, field=name)
        if isinstance(exc, ForeignKeyViolation):
            return self.env._(
                "%(kind)s: something else still names it, or what it names is gone. Archive it in place of deleting "
                "it, or load the page anew.", kind=kind)
        if isinstance(exc, UniqueViolation):
            return self.env._("%(kind)s: there is one like it already (%(field)s).", kind=kind, field=name or "–")
        return self.env._("%(kind)s: a value is not possible (%(field)s).", kind=kind, field=name or "–")

    def onchange(self, values, field_names, fields_spec):
        """As core's.

        :raises AccessError: a record is named that the user may not read
        """
        if self._original_module == MODULE and not self.env.su:
            given = dict(values)
            if not field_names:
                # a new form begins with the defaults of its action
                given = {**{
                    key.removeprefix("default_"): value for key, value in self.env.context.items()
                    if key.startswith("default_")}, **given}
            self._check_named(given)
        return super().onchange(values, field_names, fields_spec)

    def _check_company(self, fnames=None):
        try:
            return super()._check_company(fnames)
        except UserError:
            # core names what is another company's: whoever may not read that is told no name of it
            if not self.env.su and self._original_module == MODULE:
                self._check_sight(fnames)
            raise

    def _check_sight(self, fnames):
        """Refuse records that are named out of sight.

        :param fnames: names of the fields to look at; None for all
        :raises AccessError: there is one
        """
        names = self._fields if fnames is None or "company_id" in fnames else fnames
        for field in (self._fields[name] for name in names):
            if field.relational and field.check_company and field.store:
                self._check_sight_of(self.sudo()[field.name])

    def _check_named(self, values):
        """Refuse values with records that the user may not read; those that a record has already are no news.

        :param self: the record that is edited, or none
        :param values: as for ``write``
        :raises AccessError: one is out of sight
        """
        named = {}
        self._gather_named(values, named)
        for model, ids in named.items():
            self.env[model].browse(ids).check_access("read")

    @api.model
    def _get_open_names(self):
        """Fields whose records may be out of sight, and of which nothing is taken then: set of str."""
        return set()

    def _gather_named(self, values, named):
        """Put the ids of records that values name into ``named``, by model; those of rows too."""
        record, open_names = self.sudo()[:1], self._get_open_names()
        for name, value in values.items():
            field = self._fields.get(name)
            if not field or not field.relational or name in open_names:
                continue
            if field.type == "many2one":
                number = value[0] if isinstance(value, (list, tuple)) and value else value
                if type(number) is int and number > 0 and self._is_guarded(field.comodel_name) and (
                        not record or record[name].id != number):
                    named.setdefault(field.comodel_name, set()).add(number)
                continue
            Rows = self.env[field.comodel_name]
            for command in value if isinstance(value, (list, tuple)) and hasattr(Rows, "_gather_named") else ():
                if isinstance(command, (list, tuple)) and len(command) == 3 and isinstance(command[2], dict) and (
                        command[0] in (Command.CREATE, Command.UPDATE)):
                    number = command[1] if command[0] == Command.UPDATE and type(command[1]) is int else 0
                    Rows.browse(number or [])._gather_named(command[2], named)

    @api.model
    def _check_sight_of(self, records):
        """Refuse records that are named out of sight; of none, it is not asked whether their kind may be read at all.

        :raises AccessError: one is out of sight
        """
        if records:
            records.with_env(self.env).check_access("read")

    @api.model
    def _is_guarded(self, model):
        return model in GUARDED or self.env.registry[model]._original_module == MODULE


class CrmNamedWizardMixin(models.AbstractModel):
    """A wizard: what it is opened for is read by whoever opens it, when it is made as well."""

    _name = "crm.named.wizard.mixin"
    _inherit = ["crm.named.mixin"]
    _description = "Wizard on Records"

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        if not self.env.su:
            # defaults, too: they come from the same hand
            for field in self._fields.values():
                if field.store and field.relational and field.type != "one2many" and (
                        self._is_guarded(field.comodel_name)) and not field.compute:
                    self._check_sight_of(wizards.sudo()[field.name])
        return wizards
