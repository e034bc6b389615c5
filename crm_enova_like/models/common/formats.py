"""Numbers, days and contacts in messages and on papers, as their reader writes them."""
from odoo.tools import float_is_zero, format_date, format_datetime
from odoo.tools.misc import formatLang


def format_quantity(env, quantity):
    """A quantity in the reader's language, with as many decimals as it has: “1 234,5”.

    :param quantity: float, in whatever unit stands beside it; shown to the precision *Product Unit*
    """
    precision = env["decimal.precision"].precision_get("Product Unit")
    digits = next(
        (count for count in range(precision) if float_is_zero(quantity - round(quantity, count), precision)), precision)
    return formatLang(env, quantity, digits=digits)


def format_day(env, company, moment):
    """The day on which a UTC datetime falls at a company's place, in the reader's format; empty for no moment."""
    return format_date(env, company._service_date(moment)) if moment else ""


def format_moment(env, company, moment):
    """Day and hour of a UTC datetime at a company's place, in the reader's format; empty for no moment."""
    return format_datetime(env, moment, tz=company._service_tz().zone, dt_format="short") if moment else ""


def format_contact(partner, address=True):
    """The lines of one contact as a paper has them: its name, and its address.

    sudo: who is on a paper is told to whoever may print it.

    :param partner: res.partner, in the language of the paper
    :return: list of str; none for no contact
    """
    if not partner:
        return []
    shown = partner.sudo().with_context(show_address=address)
    return [line.strip() for line in (shown.display_name or "").split("\n") if line.strip()]
