"""How numbers that people type, paste and scan are spelled, and when two spellings are one number."""
import re
import unicodedata

# category of Unicode: signs that nobody sees, and those that a database does not take
UNSEEN = {"Cf", "Cc", "Cs"}
# signs without width that are letters or marks to Unicode: joiners, fillers, selectors of a variant
FILLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
JOINER = "\u200d"    # joins two pictures to one, 👩‍🔧
PICTURES = {"So", "Sk"}
MINUS = "\u2212\u2010\u2011\u2012\u2013\u2014\u2015\u02d7\u2043"

FEWEST_DIGITS = 5    # of a phone number that is worth looking for
EXTENSION = re.compile(
    r"(?<=\d)[\s().,;]*(?:nr\s+)?(?:wewn?\w*|extension|ext|ex|int|w|x|#)[\s.:=#]*\d{1,6}(?!\d)", re.IGNORECASE)
BETWEEN = re.compile(r"([^\d\s().+\u2010-\u2015\u2212-]+|(?<=\d)\s*(?=\+)|\n)")
OWN_NUMBER = 9    # digits of a Polish number


def clean_number(text):
    """A number as it was typed, without what nobody sees: composed letters, plain spaces, none at its ends.

    :param text: str, or False
    :return: str; empty where there was nothing to see
    """
    text = unicodedata.normalize("NFC", text or "")
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    signs = []
    for index, sign in enumerate(text):
        if sign.isspace():
            signs.append(" ")
        elif unicodedata.category(sign) not in UNSEEN or sign == JOINER and _joins_pictures(text, index):
            signs.append(sign)
    return " ".join("".join(signs).split())


def spellings(text):
    """How a code that was scanned or typed may be written in a register that has no key for it.

    :return: list of str: without unseen signs; in plain widths; in capitals; without spaces
    """
    clean = clean_number(text)
    plain = clean_number(unicodedata.normalize("NFKC", clean))
    return list(dict.fromkeys(filter(None, (clean, plain, plain.upper(), plain.replace(" ", ""), number_key(plain)))))


def is_name(text):
    """Whether a typed text is rather the name of a thing than its number: no digits in it, or words beside them."""
    words = [word for word in clean_number(text).split(" ") if len(word) > 2 and word.isalpha()]
    return bool(words) and (len(words) > 1 or not any(sign.isdigit() for sign in text))


def _joins_pictures(text, index):
    before, after = text[:index].rstrip("\ufe0f")[-1:], text[index + 1:index + 2]
    return bool(before and after) and {
        unicodedata.category(before), unicodedata.category(after)} <= PICTURES | {"Mn"}


def number_key(text):
    """What two spellings of one number have in common: no case, widths, spaces or unseen signs, one kind of hyphen.

    It is stored beside the number: the database's own ``upper`` knows letters like Ł only in some of its locales.

    :param text: str, or False
    :return: str without spaces; empty where nothing is left
    """
    text = text or ""
    if text.isascii():
        return re.sub(r"[\s\x00-\x1f\x7f]+", "", text).upper()
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
    return "".join(
        "-" if sign in MINUS else sign for sign in FILLERS.sub("", text)
        if not sign.isspace() and unicodedata.category(sign) not in UNSEEN)


def read_phones(text):
    """The phone numbers of a field that people fill as they like: with extensions, words, brackets, and two of them.

    :return: list of str, digits only, each as long as it was written (with the country's code or without)
    """
    # other scripts' digits and widths
    text = unicodedata.normalize("NFKC", text or "")
    pieces, phones = ["", *BETWEEN.split(EXTENSION.sub("\n", text))], []
    for sign, piece in zip(pieces[::2], pieces[1::2], strict=True):
        words = [re.sub(r"\D", "", word) for word in piece.split()]
        digits = "".join(words)
        if not digits:
            continue
        if len(digits) < FEWEST_DIGITS:
            # 22 765 43 21/22: the end of one more number
            if sign == "/" and phones and len(phones[-1]) > len(digits):
                phones.append(phones[-1][:-len(digits)] + digits)
        elif len([word for word in words if len(word) >= OWN_NUMBER]) > 1:
            phones += [word for word in words if len(word) >= FEWEST_DIGITS]
        elif len(digits) >= 2 * OWN_NUMBER and not len(digits) % OWN_NUMBER:
            # two numbers in groups of three, without a sign between them
            phones += [digits[at:at + OWN_NUMBER] for at in range(0, len(digits), OWN_NUMBER)]
        else:
            phones.append(digits)
    return list(dict.fromkeys(phones))


def phone_ends(text, country_code):
    """How the digits of phone numbers end, whether they are stored with their country's code or without.

    :param text: what a caller's number is, or what was typed
    :param country_code: int or str, the company's own; may be empty
    :return: list of str of at least FEWEST_DIGITS digits
    """
    ends = []
    for digits in read_phones(text):
        short = digits.lstrip("0")
        if country_code and short.startswith(str(country_code)) and (
                digits.startswith("00") or f"+{country_code}" in (text or "").replace(" ", "")
                or len(short) - len(str(country_code)) >= OWN_NUMBER):
            short = short.removeprefix(str(country_code)).lstrip("0")
        if len(short) >= FEWEST_DIGITS:
            ends.append(short)
    return list(dict.fromkeys(ends))
