"""Which phone numbers take a text message."""
import phonenumbers

MOBILE = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


def is_mobile(number, country):
    """Whether a phone number is a mobile one, by the numbering plan of its country.

    :param number: as it is written; one of several in a field is none
    :param country: res.country record that is meant where the number has no code of a country, or an empty one
    """
    if not number:
        return False
    try:
        parsed = phonenumbers.parse(number, region=country.code or None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) in MOBILE


def dial(number, scheme="tel"):
    """The link by which a phone calls a number, or writes to it (``sms``); empty for no number."""
    return number and f"{scheme}:" + "".join(number.split())
