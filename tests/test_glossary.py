"""One word for one thing: what the glossary names is said so in Polish, and never otherwise."""
import csv
import re
from pathlib import Path

import polib
import pytest

from tools import common

GLOSSARY = Path(__file__).with_name("glossary.csv")
NO_WORDS = re.compile(r"%\(\w+\)s|%s|\{\{.*?\}\}|<[^>]*>")    # names of places and tags are no words
# what says the thing without its word, or is another thing
EXCEPTIONS = {
    "device": {"Whoever collected the device showed a document; its number is not kept."},
    "labour": {"Labour Day"},
    "issued": {
        "Issued by",
        "Order %(order)s, part %(part)s: %(quantity)s %(uom)s cannot be returned, only %(issued)s are issued."},
    "follow-up": {"An event is a fact: a call, a meeting, a letter. Note it in seconds, and make a follow-up of it."},
    "warehouse": {"Internal issue from the warehouse", "Internal return to the warehouse"},
    "label": {"Inspection label put on"},
    # as the menu is called
    "tag": {"Order tags"},
    # whose fault it is
    "fault": {
        ("Before handing the device in, the customer makes a copy of the data on its carriers and removes memory cards "
         "and SIM cards. A repair may erase data; the firm is liable for that only where it is at fault. Data are "
         "looked at only as far as the repair needs it.")},
    # a project's stage is Odoo's, and no state of an order
    "stage": {
        "Project %(project)s is not closed in stage “%(stage)s”.",
        "Project %(project)s: in stage “%(stage)s” it is closed. Use “Close…”, which asks for the reason.",
        "Project stage", "Stage of the Project"},
}


def read_glossary():
    with open(GLOSSARY, newline="") as file:
        return {row["English"]: row for row in csv.DictReader(file)}


def check(row, catalogue):
    """The entries that have the English word and not the Polish one, or one that is not to be used."""
    word = re.compile(rf"(?<![\w-]){re.escape(row['English'])}s?(?![\w-])".replace(r"\ ", r"\s+"), re.IGNORECASE)
    for entry in catalogue:
        english, polish = (NO_WORDS.sub(" ", text).lower() for text in (entry.msgid, entry.msgstr))
        if ("object." in entry.msgid or not word.search(english)
                or entry.msgid in EXCEPTIONS.get(row["English"], ())):
            continue
        if not re.search(row["stems"], polish):
            yield f"{entry.msgid!r} does not say {row['Polish']!r}: {entry.msgstr!r}"
        if row["never"] and re.search(row["never"], polish):
            yield f"{entry.msgid!r} is not to say {re.search(row['never'], polish).group()!r}: {entry.msgstr!r}"


@pytest.fixture(scope="module")
def catalogue():
    return polib.pofile(str(common.ROOT / common.ADDON / "i18n" / "pl.po"))


def test_a_word_for_each_thing():
    rows = read_glossary()
    assert len(rows) >= 30
    assert all(re.search(row["stems"], row["Polish"]) for row in rows.values())


@pytest.mark.parametrize("english", read_glossary())
def test_said_as_the_glossary_says(english, catalogue):
    assert list(check(read_glossary()[english], catalogue)) == []


def test_what_is_said_otherwise_is_found():
    row = read_glossary()["tag"]
    said = [polib.POEntry(msgid=msgid, msgstr=msgstr) for msgid, msgstr in (
        ("Service Tag", "Tag zlecenia"), ("Tags", "Etykiety"), ("%(tag)s: stage", "Stan"), ("Stage", "Etap"))]
    assert list(check(row, said)) == [
        "'Tags' does not say 'tag': 'Etykiety'", "'Tags' is not to say 'etykiet': 'Etykiety'"]
