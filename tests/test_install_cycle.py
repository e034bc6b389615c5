"""Installed, used, uninstalled and installed again: the stock keeps its documents and their numbers.

Run by ``bin/test``, which names the database of the run, where it has installed the addon (``ODOO_TEST_DB``), and
Odoo's configuration (``ODOO_RC``).
"""
import configparser
import json
import os
import re
import subprocess
from pathlib import Path

import psycopg2
import pytest
from browser import copied

ROOT = Path(__file__).resolve().parents[1]
ADDON = "crm_enova_like"
BAD = re.compile(r" (ERROR|CRITICAL) |^Traceback ", re.MULTILINE)

FIRM = """
import json

def tell(**facts):
    env.cr.commit()
    print("FACTS " + json.dumps(facts))

company = env.company
warehouse = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)

def stocked(name, place):
    part = env["product.product"].search([("name", "=", name)]) or env["product.product"].create(
        {"name": name, "is_storable": True, "standard_price": 50.0})
    env["stock.quant"]._update_available_quantity(part, place.lot_stock_id, 10.0)
    return part

def new_order(company, part, **vals):
    env_c = env(context=dict(env.context, allowed_company_ids=[company.id]))
    partner = env_c["res.partner"].create({"name": "Piekarnia Kłos"})
    kind = env_c["crm.service.device.type"].search([("prefix", "=", "KASA")]) or (
        env_c["crm.service.device.type"].create({"name": "Cash register", "prefix": "KASA"}))
    device = env_c["crm.service.device"].create(
        {"name": "Nano E", "type_id": kind.id, "partner_id": partner.id, "company_id": company.id})
    return env_c["crm.service.order"].create({
        "partner_id": partner.id, "company_id": company.id,
        "device_line_ids": [(0, 0, {"device_id": device.id, "fault": "Does not print"})],
        "line_ids": [(0, 0, {"kind": "part", "product_id": part.id, "quantity": 1.0})], **vals})

def issue(order):
    order.action_issue_parts()
    return order.picking_ids.filtered(lambda picking: picking.state == "done").mapped("name")
"""

BEFORE = FIRM + """
part = stocked("Print head", warehouse)
# the first document stays open: a new installation names its own past it
waiting = new_order(company, part)
waiting.action_reserve_parts()
first, second = new_order(company, part), new_order(company, part)
names = issue(first) + issue(second)
first.line_ids.return_to_stock(1.0)

# a warehouse that issued but took nothing back, and a company that did neither
van = env["stock.warehouse"].create({"name": "Van", "code": "VAN"})
stocked("Print head", van)
kind = env["crm.service.order.type"].create({"name": "On site", "prefix": "ZSR", "warehouse_id": van.id})
last = new_order(company, part, type_id=kind.id)
names += issue(last)
other = env["res.company"].create({"name": "Serwis Drugi", "country_id": env.ref("base.pl").id})
env.user.company_ids += other
env["stock.warehouse"].create({"name": "Drugi", "code": "DRU", "company_id": other.id})
env["res.users"].create({
    "name": "Jan", "login": "cycle_jan", "group_ids": [(6, 0, env.ref("crm_enova_like.group_technician").ids)]})
tell(names=names, order=last.name, open_rw=waiting.picking_ids.name,
     all_names=(first | second | waiting | last).picking_ids.mapped("name"))
"""

AFTER = FIRM + """
part = stocked("Print head", warehouse)
order = new_order(company, part)
here = issue(order)
reserved = new_order(company, part)
reserved.action_reserve_parts()

van = env["stock.warehouse"].search([("code", "=", "VAN")])
stocked("Print head", van)
kind = env["crm.service.order.type"].create({"name": "On site", "prefix": "ZSR", "warehouse_id": van.id})
from_van = new_order(company, part, type_id=kind.id)
there = issue(from_van)

other = env["res.company"].search([("name", "=", "Serwis Drugi")])
dru = env["stock.warehouse"].search([("code", "=", "DRU")])
stocked("Print head", dru)
foreign = new_order(other, part)
abroad = issue(foreign)
tell(order=order.name, here=here, there=there, abroad=abroad, open_rw=reserved.picking_ids.name,
     van=from_van.picking_ids.location_id.id == van.lot_stock_id.id,
     dru=foreign.picking_ids.location_id.id == dru.lot_stock_id.id,
     foreign_order=foreign.name)
"""


def settings():
    """The run's environment; a test that cannot run is a failure, never a skip."""
    missing = [name for name in ("ODOO_TEST_DB", "ODOO_RC") if not os.environ.get(name)]
    if missing:
        pytest.fail(f"{', '.join(missing)} not set: run these tests by bin/test.")
    parser = configparser.ConfigParser(interpolation=None)
    if not parser.read(os.environ["ODOO_RC"]):
        pytest.fail(f"ODOO_RC: {os.environ['ODOO_RC']} cannot be read.")
    return parser["options"]


def connect(options, database):
    keys = {"host": "db_host", "port": "db_port", "user": "db_user", "password": "db_password"}
    given = {key: options[name] for key, name in keys.items() if options.get(name, "False") not in ("", "False")}
    return psycopg2.connect(dbname=database, **given)


class Firm:
    """A database copied from the template, and Odoo's command line on it."""

    def __init__(self, options, database):
        self.options, self.database = options, database

    def odoo(self, *arguments, script=None):
        """Run bin/odoo to its end; an error in the log fails the test."""
        done = subprocess.run(
            [ROOT / "bin" / "odoo", *arguments], input=script or "", cwd=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900, check=False)
        assert not done.returncode and not BAD.search(done.stdout), (
            f"bin/odoo {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout[-6000:]}")
        return done.stdout

    def install(self):
        self.odoo("-d", self.database, "-i", ADDON, "--stop-after-init", "--no-http")

    def uninstall(self):
        self.odoo("module", "uninstall", "-d", self.database, ADDON)

    def shell(self, script):
        """The facts that a script tells at its end."""
        output = self.odoo("shell", "-d", self.database, "--no-http", script=script)
        told = [line for line in output.splitlines() if "FACTS " in line]
        assert told, output[-6000:]
        return json.loads(told[-1].partition("FACTS ")[2])

    def rows(self, query, *parameters):
        """The rows of a query; ``%s`` stands for a parameter where there is one."""
        connection = connect(self.options, self.database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, parameters or None)
                return cursor.fetchall()
        finally:
            connection.close()

    def types(self):
        """{(warehouse, code): [active, …]} of the RW and ZW operation types."""
        found = {}
        for warehouse, code, active in self.rows("""
                SELECT warehouse.code, type.sequence_code, type.active
                  FROM stock_picking_type type JOIN stock_warehouse warehouse ON warehouse.id = type.warehouse_id
                 WHERE type.sequence_code IN ('RW', 'ZW') ORDER BY type.id"""):
            found.setdefault((warehouse, code), []).append(active)
        return found

    def sequences(self):
        """{(company, code): [active, …]} of the RW and ZW numbers."""
        found = {}
        for company, code, active in self.rows("""
                SELECT company.name, sequence.code, sequence.active
                  FROM ir_sequence sequence JOIN res_company company ON company.id = sequence.company_id
                 WHERE sequence.code IN ('crm_enova_like.RW', 'crm_enova_like.ZW') ORDER BY sequence.id"""):
            found.setdefault((company, code[-2:]), []).append(active)
        return found

    def locations(self):
        """{company: [active, …]} of the consumption locations."""
        found = {}
        for company, active in self.rows("""
                SELECT company.name, location.active
                  FROM stock_location location JOIN res_company company ON company.id = location.company_id
                 WHERE location.name IN ('Service consumption', 'Zużycie serwisowe') ORDER BY location.id"""):
            found.setdefault(company, []).append(active)
        return found


@pytest.fixture(scope="module")
def firm():
    options = settings()
    with copied(os.environ["ODOO_TEST_DB"], f"{os.environ['ODOO_TEST_DB']}_cycle") as database:
        yield Firm(options, database)


def follows(number, earlier):
    """Whether a document number is the very next one of its series."""
    (series, count), (old_series, old_count) = number.rsplit("/", 1), earlier.rsplit("/", 1)
    return series == old_series and int(count) == int(old_count) + 1


def test_install_use_uninstall_install_again(firm):
    # the first installation is that of the run's database, whose copy this is
    before = firm.shell(BEFORE)
    first, second, last = before["names"]
    assert re.fullmatch(r"RW/20\d\d/00001", first), first
    assert follows(second, first) and follows(last, second), before
    warehouse = firm.rows("SELECT code FROM stock_warehouse ORDER BY id")[0][0]
    company = firm.rows("SELECT name FROM res_company ORDER BY id")[0][0]
    everything = {(code, document): [True] for code in (warehouse, "VAN", "DRU") for document in ("RW", "ZW")}
    assert firm.types() == everything

    firm.uninstall()
    # what was used stays, archived; what was not is gone
    assert firm.types() == {(warehouse, "RW"): [False], (warehouse, "ZW"): [False], ("VAN", "RW"): [False]}
    assert firm.sequences() == {(company, "RW"): [False], (company, "ZW"): [False]}
    assert firm.locations() == {company: [False]}
    # the stock's documents are the stock's: none is lost
    kept = {name for [name] in firm.rows("SELECT name FROM stock_picking")}
    assert kept >= set(before["all_names"]), kept
    # and nothing of the addon is left behind
    assert not firm.rows("SELECT 1 FROM pg_tables WHERE starts_with(tablename, 'crm_service_')")
    assert not firm.rows("SELECT name FROM ir_model_data WHERE module = %s", ADDON)
    assert not firm.rows("SELECT model FROM ir_model WHERE starts_with(model, 'crm.service.')")
    assert not firm.rows("""
        SELECT table_name, column_name FROM information_schema.columns
         WHERE table_schema = 'public' AND (starts_with(column_name, 'service_order') OR column_name IN
               ('service_line_id', 'service_document', 'service_location_id', 'rw_type_id', 'zw_type_id'))""")

    firm.install()
    assert firm.types() == everything
    assert firm.sequences() == {
        (name, document): [True] for name in (company, "Serwis Drugi") for document in ("RW", "ZW")}
    assert firm.locations() == {company: [True], "Serwis Drugi": [True]}

    after = firm.shell(AFTER)
    [here], [there], [abroad] = after["here"], after["there"], after["abroad"]
    assert follows(here, last), after
    assert follows(there, here), after
    assert follows(after["order"], before["order"]), after
    assert after["open_rw"] != before["open_rw"], after
    # a second company and its warehouse have numbers of their own
    assert re.fullmatch(r"RW/20\d\d/00001", abroad), abroad
    assert re.fullmatch(r"ZSR/20\d\d/00001", after["foreign_order"]), after
    assert after["van"] and after["dru"], after
