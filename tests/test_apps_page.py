"""The page that a firm reads before it installs: whole at the width of Odoo's Apps store, by the store's rules."""
import ast
import re
from pathlib import Path

import pytest
from browser import browser
from lxml import html

from tools import common, pictures

pytestmark = pytest.mark.browser

FOLDER = common.ROOT / common.ADDON / "static" / "description"
PAGE = FOLDER / "index.html"
WIDTHS = (1140, 360)    # of the store on a desk and on a phone
# what the page uses of the store's Bootstrap
GRID = """
    * { box-sizing: border-box; } body { margin: 0; }
    .oe_container { max-width: 1140px; padding: 0 15px; margin: auto; }
    .row { display: flex; flex-wrap: wrap; margin: 0 -15px; } [class*=col-] { padding: 0 15px; width: 100%; }
    .col-6 { width: 50%; } .img-fluid { max-width: 100%; height: auto; } .table { width: 100%; }
    @media (min-width: 768px) { .col-md-6 { width: 50%; } .col-md-3 { width: 25%; } }
"""
REGISTERS = ("Service orders", "Planned inspections", "Contractors", "Persons", "Campaigns", "Projects", "Tasks",
             "Events", "My tasks", "Calendar", "Devices", "Linked documents", "RW and ZW")
SECTIONS = ("For each role", "All registers", "Po polsku", "What it needs", "What it does not do")
ROLES = ("Receptionist", "Technician", "Warehouse keeper", "Service manager", "Everybody")


@pytest.fixture(scope="module")
def page():
    return html.fromstring(PAGE.read_text())


def texts(page, tag):
    return [node.text_content() for node in page.iter(tag)]


def test_what_the_page_tells(page):
    assert len(texts(page, "h1")) == 1
    assert tuple(texts(page, "h2")) == SECTIONS
    assert tuple(texts(page, "h3")) == ROLES
    assert tuple(row.text_content() for row in page.xpath("//tbody/tr/td[1]")) == REGISTERS


def test_the_rules_of_the_store(page):
    """No script, no style from elsewhere, no link, and pictures that lie beside the page."""
    assert not page.xpath(
        "//script | //link | //style | //iframe | //form | //a | //@style | //@*[starts-with(name(), 'on')]")
    sources = page.xpath("//img/@src")
    assert len(sources) == len(page.xpath("//img[@alt != '']"))
    for source in sources:
        assert re.fullmatch(r"\w+\.png", source) and (FOLDER / source).is_file(), source
    english = [source for source in sources if source.startswith("en_")]
    assert len(english) >= 8 and len(sources) - len(english) >= 6


def test_the_manifest_in_the_store():
    manifest = ast.literal_eval((common.ROOT / common.ADDON / "__manifest__.py").read_text())
    assert manifest["images"] and all((common.ROOT / common.ADDON / name).is_file() for name in manifest["images"])
    assert 40 < len(manifest["summary"]) < 200 and "(RW)" not in manifest["summary"]


def test_every_picture_can_be_taken_anew(page):
    """What the page and the README show is what tools.pictures takes."""
    shown = {Path(source).stem for source in page.xpath("//img/@src")}
    shown |= set(re.findall(r"static/description/(\w+)\.png", (common.ROOT / "README.md").read_text()))
    assert shown <= set(pictures.PICTURES) | pictures.OTHERS
    # and nothing else lies there
    assert {path.stem for path in FOLDER.glob("*.png")} <= shown | pictures.OTHERS


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits(width, tmp_path):
    """Nothing is wider than the store, and each picture is shown."""
    whole = tmp_path / "page.html"
    whole.write_text(f"<!doctype html><html><head><meta charset='utf-8'><base href='{FOLDER.as_uri()}/'><style>"
                     f"{GRID}</style></head><body>{PAGE.read_text()}</body></html>")
    context = browser().new_context(viewport={"width": width, "height": 900})
    try:
        shown = context.new_page()
        problems = []
        shown.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        shown.goto(whole.as_uri())
        wide, broken = shown.evaluate("""() => [
            document.documentElement.scrollWidth - document.documentElement.clientWidth,
            [...document.images].filter((image) => !image.naturalWidth).map((image) => image.src)]""")
    finally:
        context.close()
    assert (wide, broken, problems) == (0, [], [])
