"""Another addon builds on ours: installed beside it, used, and uninstalled again."""
import configparser
import json
import os
import re

from browser import copied, free_port, setting

from tools import common, databases, postgres

ADDONS = common.ROOT / "tests" / "addons"
EXAMPLE = "crm_enova_like_example"

HELP = """
import json

def tell(**facts):
    env.cr.commit()
    print("FACTS " + json.dumps(facts))

Order, company = env["crm.service.order"], env.company

def new_order(*devices, **vals):
    rows = [(0, 0, {"device_id": device.id}) for device in devices]
    return Order.create({"partner_id": contractor.id, "device_line_ids": rows, **vals})
"""

# a firm at work with what the example adds; its second company is younger than the addon
WITH = HELP + """
other = env["res.company"].create({"name": "Serwis Drugi", "country_id": env.ref("base.pl").id})
contractor = env["res.partner"].create({"name": "Piekarnia Kłos", "is_company": True})
kind = env["crm.service.device.type"].create({"name": "Cash register", "prefix": "KASA"})
devices = env["crm.service.device"].create([
    {"name": name, "type_id": kind.id, "partner_id": contractor.id} for name in ("Nano E", "Nano S")])
stages = env["crm.service.stage"].search([("state", "=", "testing")])
order = new_order(*devices)
order.action_accept()
order.action_start()
order.action_test()
first, second = order.device_line_ids
first.basis = "rental"
first.action_scrap()
env["crm.example.loan"].create({"name": "Nano spare", "order_id": order.id})
tell(order=order.id, contractor=contractor.id, devices=devices.ids, open=order.is_open, state=order.state,
     companies=stages.company_id.mapped("name"), names=stages.with_context(lang="pl_PL").mapped("name"),
     links=order.document_count, timeline=env["crm.timeline"].search_count([("kind", "=", "loan")]))
"""

AFTER = HELP + """
facts = json.loads('''%s''')
order, contractor = Order.browse(facts["order"]), env["res.partner"].browse(facts["contractor"])
first, second = order.device_line_ids
devices = env["crm.service.device"].browse(facts["devices"])
left = dict(
    state=order.state, open=order.is_open, found=order in Order.search([("is_open", "=", True)]),
    outcome=first.state, outcome_open=first.is_open, basis=first.basis,
    links=order.document_count, timeline=sorted(env["crm.timeline"].search([]).mapped("kind")),
    stages=env["crm.service.stage"].search_count([("sequence", "=", 35)]),
    tiles=[tile["name"] for section in Order.get_service_overview() for tile in section["tiles"]])
second.action_repaired()
order.action_done()
again = new_order(devices[0])
again.action_accept()
again.action_start()
again.device_line_ids.action_no_fault()
again.action_done()
again.device_line_ids.action_release("Anna Kłos")
tell(**left, done=[order.state, again.state], released=bool(again.device_line_ids.date_released))
"""


class Odoo:
    """Odoo's command line on one database, where the example stands on the addons path."""

    def __init__(self, database, folder):
        self.database, self.environment = database, dict(os.environ)
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(setting("ODOO_RC"))
        parser["options"]["addons_path"] += f",{ADDONS}"
        path = folder / "odoo.conf"
        with open(path, "w") as target:
            parser.write(target)
        self.environment["ODOO_RC"] = str(path)

    def run(self, log, *arguments, script=None):
        """Run Odoo to its end; an error in its log fails the test.

        :return: what it said
        """
        name = f"test-example-{log}"
        if script is None:
            databases.odoo(name, *arguments, environment=self.environment)
        else:
            path = common.LOGS / f"{name}.py"
            path.write_text(script)
            with open(path) as source:
                databases.odoo(name, *arguments, environment=self.environment, stdin=source)
        return (common.LOGS / f"{name}.log").read_text()

    def shell(self, log, script):
        """The facts that a script tells at its end."""
        output = self.run(log, "shell", "-d", self.database, "--no-http", script=script)
        told = [line for line in output.splitlines() if "FACTS " in line]
        assert told, output[-4000:]
        return json.loads(told[-1].partition("FACTS ")[2])


def test_an_addon_that_builds_on_ours(tmp_path):
    with copied(setting("ODOO_TEST_DB"), f"{setting('ODOO_TEST_DB')}_example") as database:
        odoo = Odoo(database, tmp_path)
        # installed, its own tests run: every button passes its overrides, an order goes from counter to release
        # on a port of its own: with tests Odoo serves http, whatever it is told
        said = odoo.run("tests", "-d", database, "-i", EXAMPLE, "--test-tags", f"/{EXAMPLE}", "--stop-after-init",
                        "--http-port", str(free_port()))
        counted = re.search(r"0 failed, 0 error\(s\) of (\d+) tests when loading", said)
        assert counted, said[-4000:]
        files = (ADDONS / EXAMPLE / "tests").glob("test_*.py")
        written = sum(path.read_text().count("    def test_") for path in files)
        assert int(counted.group(1)) == written

        told = odoo.shell("with", WITH)
        assert len(told["companies"]) == 2 and "Serwis Drugi" in told["companies"], told
        assert told["names"] == ["Testowanie"] * 2, "the stage in the language of who works with it"
        assert (told["state"], told["open"], told["links"], told["timeline"]) == ("testing", True, 1, 1), told

        odoo.run("uninstall", "module", "uninstall", "-d", database, EXAMPLE)
        left = odoo.shell("after", AFTER % json.dumps(told))
        # what it added is gone, and what was made with it has the nearest word that we know
        assert (left["state"], left["open"], left["found"]) == ("in_progress", True, True), left
        assert (left["outcome"], left["outcome_open"], left["basis"]) == ("unrepairable", False, "contract"), left
        assert (left["links"], left["timeline"]) == (0, ["order"]), left
        assert left["stages"] == 1, "the stage in which an order stands stays, the other is put away"
        assert "testing" not in left["tiles"] and "overdue" in left["tiles"], left
        # and ours works on
        assert left["done"] == ["done", "done"] and left["released"], left
        assert not postgres.query(f"SELECT name FROM ir_model_data WHERE module = '{EXAMPLE}'", database)
        assert not postgres.query(
            "SELECT tablename FROM pg_tables WHERE starts_with(tablename, 'crm_example_')", database)
