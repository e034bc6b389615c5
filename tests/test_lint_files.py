"""The checks of tools/lint_files.py: a sound tree passes, each planted fault is found, in the folder of a wing too."""
import subprocess

import pytest

from tools import lint_files

MANIFEST = """{
    "data": ["security/groups.xml", "views/order/order_views.xml"],
    "demo": ["demo/order.xml"],
}
"""
ENTRY = 'msgid "Order %(name)s"\nmsgstr ""\n'
TREE = {
    "house/__init__.py": "from . import models\nfrom .hooks import install\n",
    "house/__manifest__.py": MANIFEST,
    "house/hooks.py": "def install(env):\n    return env\n",
    "house/models/__init__.py": "from . import common\nfrom . import order\n",
    "house/models/common/__init__.py": "",
    "house/models/common/dates.py": "DAYS = 7\n",
    "house/models/order/__init__.py": "from . import order\n",
    "house/models/order/order.py": "from ..common.dates import DAYS\n\nprint(DAYS)\n",
    "house/migrations/2/pre-migrate.py": "def migrate(cr, version):\n    return None\n",
    "house/tests/order/test_order.py": "import models\n",
    "house/security/groups.xml": '<odoo><record id="group_user" model="res.groups"/></odoo>\n',
    "house/views/order/order_views.xml": '<odoo>\n<record id="view_order" model="ir.ui.view"/>\n</odoo>\n',
    "house/demo/order.xml": '<odoo><record id="order" model="crm.order"/></odoo>\n',
    "house/static/src/order.xml": "<templates/>\n",
    "house/i18n/house.pot": f'msgid ""\nmsgstr ""\n\n{ENTRY}',
    "house/i18n/pl.po": f'msgid ""\nmsgstr ""\n\n{ENTRY.replace("msgstr ", "msgstr ")[:-3]}"Zlecenie %(name)s"\n',
    "README.md": "House\n",
    "bin/run": "#!/bin/bash\n",
}


@pytest.fixture
def root(tmp_path, monkeypatch):
    for name, text in TREE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(lint_files, "ROOT", tmp_path)
    monkeypatch.setattr(lint_files, "ADDON", tmp_path / "house")
    return tmp_path


def run(capsys):
    """(exit code, what is said) of the whole program."""
    return lint_files.main(), capsys.readouterr().out.splitlines()


def test_sound_tree(root, capsys):
    assert run(capsys) == (0, [])


def test_files_of_wings_are_seen(root):
    """With git, and without it (an unpacked archive), but not what git ignores."""
    (root / ".gitignore").write_text("var/\n")
    (root / "var").mkdir()
    (root / "var/x.py").write_text("")
    found = {path.relative_to(root).as_posix() for path in lint_files.tracked()}
    assert set(TREE) <= found and "var/x.py" not in found
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    found = {path.relative_to(root).as_posix() for path in lint_files.tracked()}
    assert set(TREE) <= found and "var/x.py" not in found


VIEW, MODULE, PO = "house/views/order/order_views.xml", "house/models/order/order.py", "house/i18n/pl.po"
RECORD = '<record id="view_order" model="ir.ui.view"/>'


@pytest.mark.parametrize("path, old, new, said", [
    # XML
    (VIEW, "</odoo>", "", "Premature end of data"),
    (VIEW, RECORD, RECORD * 2, "the id view_order is defined twice"),
    (VIEW, RECORD, RECORD + '<template id="view_order"/>', "the id view_order is defined twice"),
    ("house/static/src/order.xml", "/>", ">", "Premature end of data"),
    # manifest
    ("house/__manifest__.py", '"security/groups.xml", ', "", "is in no list of the manifest"),
    ("house/__manifest__.py", '"views/order/order_views.xml"', "", "is in no list of the manifest"),
    ("house/__manifest__.py", "demo/order.xml", "demo/orders.xml", "demo/orders.xml does not exist"),
    ("house/__manifest__.py", '"demo/order.xml"', '"demo/order.xml", ' * 2, "demo/order.xml is listed twice"),
    # packages
    ("house/models/order/__init__.py", "from . import order", "", "is imported by nothing"),
    ("house/models/__init__.py", "from . import order", "", "is imported by nothing"),
    ("house/__init__.py", "from .hooks import install", "", "is imported by nothing"),
    # translations
    (PO, '"Zlecenie %(name)s"', '""', "not translated: 'Order %(name)s'"),
    (PO, '"Zlecenie %(name)s"', '"Zlecenie %(order)s"', "other placeholders in the translation: 'Order %(name)s'"),
    (PO, '"Zlecenie %(name)s"', '"Zlecenie"', "other placeholders in the translation"),
    (PO, 'msgid "Order', '#, fuzzy\nmsgid "Order', "fuzzy: 'Order %(name)s'"),
    (PO, ENTRY[:22], ENTRY[:22].replace("Order", "Job"), "has no 'Order %(name)s', which is in the template"),
    (PO, ENTRY[:22], ENTRY[:22].replace("Order", "Job"), "has 'Job %(name)s', which is not in the template"),
    (PO, 'Zlecenie %(name)s"\n', f'Zlecenie %(name)s"\n\n{ENTRY}', "already exists"),
    (PO, "msgstr", "msgstring", "Syntax error"),
    # texts
    (MODULE, "print(DAYS)", "print(DAYS", "is no Python"),
    (MODULE, "print(DAYS)\n", "print(DAYS)", "does not end with a line end"),
    (MODULE, "print(DAYS", "\tprint(DAYS", "order.py:3: has a tab"),
    (MODULE, "print", "<<<<<<< HEAD\nprint", "order.py:3: is an unresolved merge"),
    (MODULE, "print", ">>>>>>> theirs\nprint", "order.py:3: is an unresolved merge"),
    (MODULE, "print", "# https://pypi." + "mirror.example/x\nprint", "names a package registry or mirror"),
    ("bin/run", "bash", "bash\n# https://x/simple" + "/y", "names a package registry or mirror"),
    ("README.md", "House", "see http://nex" + "us.example/", "names a package registry or mirror"),
])
def test_planted_fault(root, capsys, path, old, new, said):
    text = (root / path).read_text()
    (root / path).write_text(text.replace(old, new))
    code, found = run(capsys)
    assert code == 1 and any(said in line for line in found), found
    assert all("/" in line.split(":")[0] or line.startswith("README") for line in found), "each says where"


@pytest.mark.parametrize("path, content, said", [
    (MODULE, b"print('\xb1')\n", "is not UTF-8"), (MODULE, b"print(1)\r\n", "has Windows line ends"),
    ("house/views/order/more.xml", b"<odoo/>\n", "is in no list of the manifest"),
    ("house/models/order/more.py", b"\n", "is imported by nothing"),
    ("house/models/stock/__init__.py", b"\n", "is imported by nothing"),
    ("house/models/stock/move.py", b"\n", "is imported by nothing"),
    ("house/i18n/de.po", b'msgid "x"\nmsgstr "y"\n', "has no 'Order %(name)s', which is in the template")])
def test_planted_file(root, capsys, path, content, said):
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_bytes(content)
    code, found = run(capsys)
    assert code == 1 and any(line.startswith(f"{path}:") and said in line for line in found), found


@pytest.mark.parametrize("path", ["house/i18n/pl.po", "house/i18n/house.pot"])
def test_missing_catalogue(root, capsys, path):
    (root / path).unlink()
    assert run(capsys) == (1, [f"{path}: is missing"])


@pytest.mark.parametrize("entry", [
    '#~ msgid "Gone"\n#~ msgstr ""\n',    # obsolete
    '# a comment\n'])
def test_what_is_no_fault(root, capsys, entry):
    with open(root / PO, "a") as file:
        file.write(f"\n{entry}")
    assert run(capsys) == (0, [])


def test_leading_space(root, capsys):
    """A text that begins with a space is glued to another: so must its translation be."""
    for name, text in (("house.pot", '""'), ("pl.po", '"zlecenia"')):
        with open(root / "house/i18n" / name, "a") as file:
            file.write(f'\nmsgid " orders"\nmsgstr {text}\n')
    assert run(capsys) == (1, [f"{PO}: other space at the beginning: ' orders'"])
