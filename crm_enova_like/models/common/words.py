"""What people type into a search box: several words, each of which stands somewhere in what they look for."""
import re

from odoo.fields import Domain
from odoo.tools import SQL

from .spelling import clean_number

SHORTEST = 3    # signs that an index of pieces finds
MOST_WORDS = 8    # what is pasted by mistake is longer
WHOLE = 7    # digits of a number that needs no others behind it
DIGITS = re.compile(r"[\d().+,;\u2010-\u2015\u2212-]*\d[\d().+,;\u2010-\u2015\u2212-]*")
BEFORE_NUMBERS = re.compile(r"PL|tel\.?|NIP:?|\+", re.IGNORECASE)


def split_words(text):
    """The words of a typed text; a number in groups of digits, as a phone's or a NIP's, is one word.

    :param text: str
    :return: list of str, without what nobody sees
    """
    words, count, heads = [], 0, 0
    for word in clean_number(text).split(" "):
        if not word:
            continue
        is_number = bool(DIGITS.fullmatch(word))
        digits = len(re.sub(r"\D", "", word))
        if is_number and (heads or count and not (count >= WHOLE and digits >= WHOLE)):
            words[-1] = f"{words[-1]} {word}"
            count += digits
        else:
            words.append(word)
            count = digits if is_number else 0
        heads = bool(BEFORE_NUMBERS.fullmatch(word))
    return words[:MOST_WORDS]


def has_long_word(words):
    """Whether an index of pieces finds one of the words."""
    return any(len(word) >= SHORTEST for word in words)


def found_by_words(model, text, get_domains):
    """The records in which each word of a text is found somewhere, as a domain.

    What each word finds is a union, each part of which has its own index (see ``found_by``), and what all find is what
    these unions share. A word of one or two signs has no index: it is looked for among what the others find.

    :param model: a model; the search around this one applies its rules and the archive
    :param text: str
    :param get_domains: function of a word: where it may stand, a list of domains of the model; what they reach into is
        searched with the rights of ``model.env``
    """
    everything, words = model.with_context(active_test=False), split_words(text)
    long = [word for word in words if len(word) >= SHORTEST] or words[:1]
    if not long:
        return Domain.TRUE

    def find(word, within=SQL()):
        parts = []
        for domain in get_domains(word):
            query = everything._search(domain, bypass_access=True)
            if within and not query.is_empty():
                query.add_where(SQL("%s %s", SQL.identifier(query.table, "id"), within))
            parts.append(query.subselect())
        return SQL(" UNION ALL ").join(parts)

    found = SQL(" INTERSECT ").join(SQL("(%s)", find(word)) for word in long)
    for word in words:
        if word not in long:
            found = SQL(
                "WITH before AS MATERIALIZED (%s) %s", found,
                find(word, SQL("= ANY(ARRAY(SELECT id FROM before))")))
    return Domain.custom(to_sql=lambda _model, alias, _query: SQL(
        "%s = ANY(ARRAY(%s))", SQL.identifier(alias, "id"), found))
