"""What people type into a search box: several words, each of which stands somewhere in what they look for."""
import re

from odoo.fields import Domain
from odoo.tools import SQL

from .queries import found_by, select_ids
from .spelling import clean_number

SHORTEST = 3    # signs that an index of pieces finds
MOST_WORDS = 8    # what is pasted by mistake is longer
MOST_FOUND = 1000    # records of a word that is no frequent one
MANY_FOUND = 30000    # of one among which several frequent ones are looked for
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
    found at once, and all the rest is looked for among it; one word that stands in very many is looked for record by
    record, in the order of the list, whose first page is full soon. Of several each of which stands in tens of
    thousands, those records come that have them one after another, as they were typed; where none has, what they share
    is found by their indexes.

    :param model: a model; the search around this one applies its rules and the archive
    :param text: str
    :param get_domains: function of a word: where it may stand, a list of domains of the model, or as
        :func:`.queries.select_ids` has them; what they reach into is searched with the rights of ``model.env``
    :param get_frequent: function of a word and of SQL that names a record's table: SQL that is true where the word
        stands in the record, by no more than the record's own rows
    """
    everything, typed = model.with_context(active_test=False), split_words(text)
    words = sorted(typed, key=len, reverse=True)
    if not words:
        return Domain.TRUE

    def find(word, within=None):
        parts = []
        for part in get_domains(word):
            query, column = select_ids(everything, part)
            if within is not None and not query.is_empty():
                # as one text: tens of thousands of numbers are no expression to be parsed, part by part
                query.add_where(SQL("%s = ANY(%s::int[])", column, f"{{{','.join(map(str, within))}}}"))
            parts.append(query.subselect(column))
        return SQL(" UNION ALL ").join(parts)

    def find_all(query, most):
        """The ids that SQL finds; None where they are more."""
        rows = model.env.execute_query(SQL("SELECT * FROM (%s) found LIMIT %s", query, most + 1))
        return None if len(rows) > most else list({row[0] for row in rows})

    def keep(word, found):
        """Those of some ids that have a word as well."""
        among = find(word, found)
        if get_frequent and len(found) <= MOST_FOUND:
            query = everything._search([("id", "in", found)], bypass_access=True)
            query.add_where(get_frequent(word, query.table))
            among = query.subselect()
        return list({row[0] for row in model.env.execute_query(among)})

    def keep_all(found, rare):
        """Of all ids with the rarest word, those that have the others as well: a domain."""
        for word in words:
            found = keep(word, found) if found and word != rare else found
        return Domain("id", "in", found)

    # the longest ones are the rarest
    long = [word for word in words if len(word) >= SHORTEST]
    for rare in long:
        found = find_all(find(rare), MOST_FOUND)
        if found is not None:
            return keep_all(found, rare)
    if len(words) == 1 and get_frequent:
        return Domain.custom(to_sql=lambda _model, alias, _query: get_frequent(words[0], alias))
    if len(words) > 1 and long:
        many = {word: found for word in long if (found := find_all(find(word), MANY_FOUND)) is not None}
        if many:
            rare = min(many, key=lambda word: len(many[word]))
            return keep_all(many[rare], rare)
        whole = " ".join(typed)
        if find_all(find(whole), 0) is None:
            return found_by(model, get_domains(whole))
    shared = SQL(" INTERSECT ").join(SQL("(%s)", find(word)) for word in words)
    return Domain.custom(to_sql=lambda _model, alias, _query: SQL(
        "%s = ANY(ARRAY(%s))", SQL.identifier(alias, "id"), shared))
