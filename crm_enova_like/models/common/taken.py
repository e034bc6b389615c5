"""Whether a value that comes from outside is of the kind that is taken, apart from records.

Each function gives the value as it is taken, or raises :class:`NotSo`.
"""
import math
from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import partial

from odoo import fields, models
from odoo.orm.identifiers import NewId

# PostgreSQL's integer
LEAST, MOST = -2**31, 2**31 - 1
# Who reckons with months and years from a date needs room on both sides; what lies further off is a slip of the keys
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
NUMBERS, TEXTS = ("integer", "float", "monetary"), ("char", "text", "html", "selection", "binary")


class NotSo(Exception):
    """A value is not of the kind that is taken."""


def is_id(value):
    """Whether it can be the id of a record that there is."""
    return type(value) is int and 0 < value <= MOST


def is_text(value):
    """Whether the database can keep a text."""
    if "\0" in value:
        return False
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return False
    return True


def taken_number(value, *, whole=False):
    if type(value) not in (int, float) or not math.isfinite(value) or not (
            LEAST <= value <= MOST if whole else abs(value) < 1e15):
        raise NotSo
    return value


def taken_text(value, *, has_ranges=True):
    """A text as the database can keep it; a number is written out, as Odoo does."""
    if isinstance(value, bytes):
        return value
    if type(value) in (int, float):
        return str(value)
    if not isinstance(value, str) or has_ranges and not is_text(value):
        raise NotSo
    return value


def taken_row(value):
    if not isinstance(value, Mapping):
        raise NotSo
    return value


def taken_rows(value):
    if not isinstance(value, (list, tuple)) or not all(isinstance(row, Mapping) for row in value):
        raise NotSo
    return value


def taken_names(value):
    if not isinstance(value, Collection) or isinstance(value, str) or not all(isinstance(name, str) for name in value):
        raise NotSo
    return value


def taken_day(value, *, has_ranges=True):
    try:
        day = fields.Date.to_date(value)
    except (ValueError, TypeError):
        raise NotSo from None
    if has_ranges and day and not EARLIEST <= day <= LATEST:
        raise NotSo
    return value


def taken_moment(value):
    try:
        moment = fields.Datetime.to_datetime(value)
    except (ValueError, TypeError):
        raise NotSo from None
    if moment and not EARLIEST <= moment.date() <= LATEST:
        raise NotSo
    return moment


def taken_field(field, value, *, is_nested=False, has_ranges=True):
    """The value that is given for a field, if the field can take it.

    :param is_nested: whether a record may be given by its values, as a form has it
    :param has_ranges: whether it is looked at, too, how large a number is, how far a day, and what signs a text has
    """
    kind = field.type
    if kind in TEXTS:
        return taken_text(value, has_ranges=has_ranges)
    if kind in NUMBERS:
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                raise NotSo from None
        if has_ranges or type(value) not in (int, float):
            taken_number(value, whole=kind == "integer")
    elif kind in ("date", "datetime"):
        taken_day(value, has_ranges=has_ranges)
    elif kind in ("many2one", "many2one_reference"):
        if not (isinstance(value, (models.BaseModel, NewId, tuple)) or is_nested and isinstance(value, Mapping)
                or value == 0 or is_id(value)):
            raise NotSo
    elif kind in ("one2many", "many2many"):
        if not isinstance(value, (list, tuple, models.BaseModel)):
            raise NotSo
    elif kind == "boolean" and isinstance(value, (list, Mapping)) or kind == "json" and not isinstance(
            value, (list, Mapping, str)):
        raise NotSo
    return value


def taken_by_core(field, value, *, is_nested=False):
    """The value that is given for a field of Odoo's, which our methods may read: Odoo judges it, but not its kind.

    :param is_nested: whether a record may be given by its values, as a form has it
    """
    if is_nested and field.type == "many2one" and isinstance(value, Mapping):
        return value
    if field.type in (*NUMBERS, *TEXTS, "many2one", "date", "datetime", "boolean") and isinstance(
            value, (list, Mapping)):
        raise NotSo
    return value


def taken_order(value):
    if not isinstance(value, str):
        raise NotSo
    return value


def taken_count(value):
    if type(value) is not int or not 0 <= value <= MOST:
        raise NotSo
    return value


# how an argument is annotated, and what it then takes
TAKEN = {str: taken_text, int: partial(taken_number, whole=True), float: taken_number, date: taken_day,
         datetime: taken_moment, dict: taken_row, list[dict]: taken_rows, list[str]: taken_names}

# how Odoo's methods that read name a page of their rows
PAGE = {"limit": taken_count, "offset": taken_count, "count_limit": taken_count, "order": taken_order}
