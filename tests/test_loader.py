"""Odoo's own loader finds the addon's tests as pytest does.

It looks no deeper than the modules of ``tests``, and of two with one name it takes the last, both without a word.
"""
import configparser
import json
import os
import subprocess

from browser import setting

from tools import common

ADDON = "crm_enova_like"
PLUGIN = common.ROOT / "tests"
CASE = """
from odoo.tests import TransactionCase


class {name}(TransactionCase):
    def test_one(self):
        pass
"""
# an addon like ours in small, with what goes wrong in silence: of two files with one name the last import wins, one is
# not imported, and a wing is imported without its names
HOUSE = {
    "__init__.py": "",
    "__manifest__.py": '{"name": "House", "depends": ["base"], "license": "LGPL-3"}\n',
    "tests/__init__.py": "from .order import *\nfrom .device import *\nfrom . import stock\nfrom . import test_all\n",
    "tests/test_all.py": CASE.format(name="TestAll"),
    "tests/order/__init__.py": "from . import test_flow\nfrom . import test_order\n",
    "tests/order/test_flow.py": CASE.format(name="TestFlow"),
    "tests/order/test_order.py": CASE.format(name="TestOrder"),
    "tests/order/test_order_stage.py": CASE.format(name="TestStage"),
    "tests/device/__init__.py": "from . import test_flow\n",
    "tests/device/test_flow.py": CASE.format(name="TestDeviceFlow"),
    "tests/stock/__init__.py": "from . import test_stock\n",
    "tests/stock/test_stock.py": CASE.format(name="TestStock"),
}
LOST = {"order.test_flow:TestFlow", "order.test_order_stage:TestStage", "stock.test_stock:TestStock"}


def compare(folder, result):
    """What pytest alone collects in the tests of the addon in this folder, and what Odoo's loader alone finds."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(setting("ODOO_RC"))
    path = ",".join([str(folder.parent), *parser["options"]["addons_path"].split(",")])
    environment = {**os.environ, "PYTHONPATH": str(PLUGIN), "LOADER_ADDON": folder.name, "LOADER_RESULT": str(result)}
    done = subprocess.run(
        [common.PYTHON, "-m", "pytest", "--collect-only", "-q", "-p", "loader_plugin", "-p", "no:cacheprovider",
         f"--odoo-config={setting('ODOO_RC')}", "--odoo-database=nobody_connects", f"--odoo-addons-path={path}",
         folder / "tests"],
        env=environment, cwd=folder.parent, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout
    collected, found = json.loads(result.read_text())
    assert len(collected) == len(set(collected))
    return set(collected) - set(found), set(found) - set(collected), len(found)


def test_odoos_loader_finds_what_pytest_finds(tmp_path):
    pytest_alone, odoo_alone, count = compare(common.ROOT / ADDON, tmp_path / "result.json")
    assert not pytest_alone, f"Odoo runs them not: import them in {ADDON}/tests"
    assert not odoo_alone
    assert count > 700


def test_what_goes_wrong_in_silence_is_found(tmp_path):
    for name, text in HOUSE.items():
        path = tmp_path / "house" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    lost = {f"odoo.addons.house.tests.{name}.test_one" for name in LOST}
    assert compare(tmp_path / "house", tmp_path / "result.json") == (lost, set(), 3)
