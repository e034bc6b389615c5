"""Numbers and days in messages, as the reader writes them."""
from odoo.tools import float_is_zero, format_date
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
