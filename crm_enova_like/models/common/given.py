import functools
import inspect
from collections.abc import Mapping
from functools import partial

from odoo import models
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.orm.identifiers import NewId

from .taken import NUMBERS, PAGE, TAKEN, NotSo, is_id, taken_by_core, taken_field, taken_names, taken_row, taken_text

ADDON = "crm_enova_like"
OURS = f"odoo.addons.{ADDON}."
SHOWN = 60    # signs of a value in a message
# of Odoo itself, called for every record that is touched
CORE = {"modified", "search_fetch"}
READING = {"search", "search_read", "web_search_read", "name_search", "read_group", "formatted_read_group",
           "web_read_group"}

DEFAULTING = {"create", "onchange", "default_get"}


def find_given(Model, given):
    """The record that a caller named, by itself or by its id; empty where there is none."""
    if isinstance(given, models.BaseModel):
        return given.exists()
    return Model.browse(given).exists() if is_id(given) else Model.browse()


class Door:
    """What stands before one method of a class of the registry."""

    def __init__(self, Model, name):
        method = getattr(Model, name)
        self.of_records = not getattr(method, "_api_model", False)
        self.arguments, self.values = [], None
        self.has_defaults, self.is_form = name in DEFAULTING, name == "onchange"
        # what is saved is judged by crm.values.mixin, where the model has it
        self.is_judged = not self.is_form and hasattr(Model, "_check_values")
        self.has_ranges = not self.is_judged
        self.keeps_company = not hasattr(Model, "_check_given_to")
        self.signature = inspect.signature(method)
        parameters = list(self.signature.parameters.values())[1:]
        plain = [each for each in parameters if each.kind == each.POSITIONAL_OR_KEYWORD]
        # by what a record changes its company, where that follows from something else
        company = Model._fields.get("company_id") if name == "write" and Model._original_module == ADDON else None
        self.moving = {path.partition(".")[0] for path in Model.pool.field_depends[company]} if company else set()
        # as many are right in any case
        self.fitting = range(sum(each.default is each.empty for each in plain), len(plain) + 1)
        for index, parameter in enumerate(parameters):
            if parameter.name == VALUES.get(name):
                self.values = index, parameter.name
            elif parameter.name in PAGE or parameter.annotation in TAKEN or name == "default_get":
                take = PAGE.get(parameter.name) or TAKEN.get(parameter.annotation, taken_names)
                # an empty text is a text, and what is empty by itself may be empty; but nothing is no number
                needed = take is not taken_text and parameter.default not in (None, False)
                self.arguments.append((index, parameter.name, partial(self.take, parameter.name, take, needed)))

    def pass_through(self, records, args, kwargs):
        """The arguments as the method gets them.

        :raises UserError: one is not what it must be
        """
        if kwargs or len(args) not in self.fitting:
            self.check_fit(records, args, kwargs)
        if self.of_records:
            for record_id in records._ids:
                if not is_id(record_id) and not isinstance(record_id, NewId):
                    raise MissingError(records.env._(
                        "%(kind)s: there is no record %(id)s.", kind=kind_of(records), id=shown(record_id)))
        for index, name, take in self.arguments:
            args, kwargs = replaced(args, kwargs, index, name, partial(take, records))
        if self.values and not records.env.su:
            args, kwargs = replaced(args, kwargs, *self.values, partial(self.take_values, records))
        return args, kwargs

    def check_stays(self, records, vals):
        """Refuse that a record goes to another company with what it was given to: core asks before a record is
        written alone.

        :raises AccessError: the user does not work there
        """
        if not records.env.su and not self.moving.isdisjoint(vals):
            companies = records.env.user._get_company_ids()
            # sudo: it may be out of the user's sight by now
            if any(company.id not in companies for company in records.sudo().company_id):
                self.refuse_company(records)

    @staticmethod
    def refuse_company(records):
        raise AccessError(records.env._(
            "%(kind)s: you do not work in the company to which you want to give it.", kind=kind_of(records)))

    def check_fit(self, records, args, kwargs):
        try:
            self.signature.bind(records, *args, **kwargs)
        except TypeError as error:
            raise UserError(records.env._(
                "%(kind)s: this is not called so (%(error)s).", kind=kind_of(records), error=error)) from None

    @staticmethod
    def take(name, take, needed, records, value):
        try:
            return take(value) if needed or value is not None and value is not False else value
        except NotSo:
            raise UserError(records.env._(
                "%(kind)s: %(value)s cannot be given as “%(name)s”.", kind=kind_of(records), value=shown(value),
                name=name)) from None

    def take_values(self, records, given):
        """Values for records; the same object where nothing in it is changed."""
        if isinstance(given, Mapping):
            return self.take_row(records, given)
        if self.values[1] != "vals_list" or not isinstance(given, (list, tuple)):
            raise UserError(records.env._(
                "%(kind)s: %(value)s is no list of fields with their values.", kind=kind_of(records),
                value=shown(given)))
        return [self.take_values(records, row) if isinstance(row, Mapping) else self.take(
            "vals_list", taken_row, True, records, row) for row in given]

    def take_field(self, records, field, value):
        """The value of one field, as it is taken; raises NotSo."""
        if is_ours(records, field):
            return taken_field(field, value, is_nested=self.is_form, has_ranges=self.has_ranges)
        return taken_by_core(field, value, is_nested=self.is_form)

    def drop_defaults(self, records):
        """The records without defaults in the context that their fields cannot take: these are not what anybody typed,
        and may be meant for another model."""
        vain = []
        for key, value in records.env.context.items():
            if key.startswith("default_") and value is not None and value is not False:
                field = records._fields.get(key[8:])
                try:
                    if field is not None:
                        self.take_field(records, field, value)
                except NotSo:
                    vain.append(key)
        if not vain:
            return records
        kept = {key: value for key, value in records.env.context.items() if key not in vain}
        return records.with_context(kept)    # pylint: disable=context-overridden  # keys are taken out

    def take_row(self, records, vals):
        changed = {}
        for name, value in vals.items():
            field = records._fields.get(name)
            if field is None:
                continue
            if value is None or value is False:
                if self.values[1] == "vals" and self.has_ranges and is_needed(field) and is_ours(records, field):
                    raise UserError(records.env._(
                        "%(kind)s: “%(field)s” cannot be empty.", kind=kind_of(records),
                        field=field._description_string(records.env)))
                continue
            try:
                taken = self.take_field(records, field, value)
            except NotSo:
                raise UserError(records.env._(
                    "%(kind)s: %(value)s cannot be entered as “%(field)s”.", kind=kind_of(records), value=shown(value),
                    field=field._description_string(records.env))) from None
            if taken is not value:
                changed[name] = taken
            if self.keeps_company and name == "company_id" and is_ours(records, field) and is_id(value) and (
                    value not in records.env.user._get_company_ids()):
                self.refuse_company(records)
        if self.is_judged:
            # now already: our methods reckon with these values before they come to the mixin; of states, their own door
            # says what is wrong
            records._check_values({name: value for name, value in vals.items() if name != "state"})
        return {**vals, **changed} if changed else vals


# the argument that has values for fields
VALUES = {"create": "vals_list", "write": "vals", "onchange": "values"}


def replaced(args, kwargs, index, name, take):
    """The arguments with one of them as it is taken."""
    if index < len(args):
        return (*args[:index], take(args[index]), *args[index + 1:]), kwargs
    if name in kwargs:
        return args, {**kwargs, name: take(kwargs[name])}
    return args, kwargs


def shown(value):
    """The beginning of what was given, as a message can carry it."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def kind_of(records):
    # sudo: the name of a kind is no secret
    return records.env["ir.model"].sudo()._get(records._name).name


def is_ours(records, field):
    """Whether a field is of a model of ours, or one that we add to another."""
    return records._original_module == ADDON or ADDON in field._modules


def is_needed(field):
    """Whether a record cannot do without a value of the field, where "no" is none. Of states, their own door says so.
    """
    return field.required and field.store and field.name != "state" and field.type not in (
        *NUMBERS, "boolean", "one2many", "many2many")


def is_outside(name, value):
    """Whether a part of a class is a method that is called from outside."""
    return not name.startswith("_") and inspect.isfunction(value) and not getattr(value, "_api_private", False)


def add_doors(Model):
    """Give a class of the registry a door before each method of ours that is called from outside."""
    names = READING | DEFAULTING | VALUES.keys() if Model._original_module == ADDON else set()
    for cls in Model.__mro__:
        if cls.__module__.startswith(OURS):
            names.update(name for name, value in vars(cls).items() if is_outside(name, value))
    for name in sorted(names - CORE):
        if not getattr(vars(Model).get(name), "is_door", False):
            setattr(Model, name, with_door(Model, name, Door(Model, name)))


def with_door(Model, name, door):
    method = getattr(Model, name)

    @functools.wraps(method)
    def called(self, *args, **kwargs):
        args, kwargs = door.pass_through(self, args, kwargs)
        if door.has_defaults:
            self = door.drop_defaults(self)
        try:
            result = getattr(super(Model, self), name)(*args, **kwargs)
        except ValueError as error:
            if len(self) != 1 and str(error) == f"Expected singleton: {self}":
                raise UserError(self.env._(
                    "%(kind)s: this is done with one record at a time.", kind=kind_of(self))) from error
            raise
        if door.moving:
            door.check_stays(self, args[0] if args else kwargs["vals"])
        return result

    called.is_door = True
    return called


class CrmGiven(models.AbstractModel):
    """What comes from outside is looked at once, before any of our methods reads it.

    RPC passes on whatever it is given: a text for an id, a list for a text, a number that is none. Odoo's own methods
    end in an error of the server then; ours in a sentence. When the registry is complete, the public methods that a
    file of ours defines get a door (as Odoo's automation rules put one before what they watch), in which

    - the ids of the records are ids, and what is done with one record is not asked of none or of several,
    - arguments are of the kind that their annotation says (``reason: str``, ``days: int``, ``changes: list[dict]``);
      a text may be empty, and whatever is so by default,
    - values for ``create``, ``write`` and ``onchange`` are such as their fields can take, and what a record needs is
      not emptied; defaults in the context that no field can take are dropped,
    - nothing is given to a company in which its user does not work,
    - a page of a list has a limit, an offset and an order.

    None of it asks the database.
    """

    _name = "crm.given"
    _description = "What Is Given From Outside"

    def _register_hook(self):
        super()._register_hook()
        for Model in self.env.registry.values():
            if not Model._abstract:
                add_doors(Model)
