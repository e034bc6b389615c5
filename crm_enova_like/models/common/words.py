"""What people type into a search box: several words, each of which stands somewhere in what they look for."""
import re

from odoo.fields import Domain
from odoo.tools import SQL

from .spelling import clean_number

SHORTEST = 3    # signs that an index of pieces finds
MOST_WORDS = 8    # what is pasted by mistake is longer
MOST_FOUND = 1000    # records of a word that is no frequent one
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


def found_by_words(model, text, get_domains, get_frequent=None):
    """The records in which each word of a text is found somewhere, as a domain.

    What a word finds is a union, each part of which has its own index (see ``found_by``). Where that is little, it is
    found at once, and all the rest is looked for among it; a word that stands in very many is looked for record by
    record, in the order of the list, whose first page is full soon. Of several that stand in very many, what they share
    is found by their indexes.

    :param model: a model; the search around this one applies its rules and the archive
    :param text: str
    :param get_domains: function of a word: where it may stand, a list of domains of the model; what they reach into is
        searched with the rights of ``model.env``
    :param get_frequent: function of a word and of SQL that names a record's table: SQL that is true where the word
        stands in the record, by no more than the record's own rows
    """
    everything, words = model.with_context(active_test=False), split_words(text)
    if not words:
        return Domain.TRUE

    def find(word, within=None):
        parts = []
        for domain in get_domains(word):
            query = everything._search(domain, bypass_access=True)
            if within is not None and not query.is_empty():
                query.add_where(SQL("%s = ANY(%s)", SQL.identifier(query.table, "id"), within))
            parts.append(query.subselect())
        return SQL(" UNION ALL ").join(parts)

    found, frequent = None, []
    # the longest ones are the rarest
    for word in sorted(words, key=len, reverse=True):
        if found is not None or len(word) < SHORTEST:
            frequent.append(word)
            continue
        rows = model.env.execute_query(SQL("SELECT id FROM (%s) found LIMIT %s", find(word), MOST_FOUND + 1))
        if len(rows) > MOST_FOUND:
            frequent.append(word)
        else:
            found = list({row[0] for row in rows})
    if found is not None:
        for word in frequent if found else ():
            among = find(word, found)
            if get_frequent:
                query = everything._search([("id", "in", found)], bypass_access=True)
                query.add_where(get_frequent(word, query.table))
                among = query.subselect()
            found = list({row[0] for row in model.env.execute_query(among)})
        return Domain("id", "in", found)
    if get_frequent and len(frequent) == 1:
        return Domain.custom(to_sql=lambda _model, alias, _query: get_frequent(frequent[0], alias))
    shared = SQL(" INTERSECT ").join(SQL("(%s)", find(word)) for word in frequent)
    return Domain.custom(to_sql=lambda _model, alias, _query: SQL(
        "%s = ANY(ARRAY(%s))", SQL.identifier(alias, "id"), shared))
