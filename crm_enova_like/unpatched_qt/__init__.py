"""Printing by a wkhtmltopdf without the patched Qt, as distributions package it: the environment's trouble, kept out
of the models and loaded only where that binary is found."""
from odoo.addons.base.models.ir_actions_report import _wkhtml


def is_needed():
    """Whether the wkhtmltopdf of this machine knows no headers, footers and several files."""
    wkhtml = _wkhtml()
    return wkhtml.state != "install" and not wkhtml.is_patched_qt


if is_needed():
    from . import ir_actions_report
