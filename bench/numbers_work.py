"""The benchmark of numbers inside Odoo: what two servers with four threads each do at the same time.

A request is run as Odoo's server runs it, on a connection of its own. Of each hundred, ten raise when they have their
number and are rolled back, and three lose their connection then.
"""
import json
import os
import random
import statistics
import threading
import time
from pathlib import Path

import psycopg2

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.sql_db import db_connect

THREADS = 4
SERVERS = 2
ROLLED_BACK, KILLED = 0.10, 0.03
PATIENCE = 300    # seconds that one server waits for the other


class Undone(Exception):
    """What a request raises that is to be rolled back."""


class Round:
    """One kind of work; ``prepare`` makes what each request needs, ``act`` is the request."""

    numbers = "SELECT name FROM stock_picking WHERE service_document = 'rw' AND state = 'done'"

    def prepare(self, env, count):
        """Ids for ``count`` requests."""

    def act(self, env, record_id):
        raise NotImplementedError


def parts(env, count, on_hand):
    """Stored products with so much of each on the shelf."""
    products = env["product.product"].create(
        [{"name": f"Part {number}", "is_storable": True, "standard_price": 10} for number in range(count)])
    location = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1).lot_stock_id
    for product in products:
        env["stock.quant"]._update_available_quantity(product, location, on_hand)
    return products


def contractor(env):
    return env["res.partner"].create({"name": "Contractor"})


class IssueOthers(Round):
    """Parts of one order each, each another part."""

    def prepare(self, env, count):
        return self.make(env, parts(env, count, 1))

    @staticmethod
    def make(env, products):
        partner = contractor(env)
        return env["crm.service.order"].create([{
            "partner_id": partner.id,
            "line_ids": [Command.create({"kind": "part", "product_id": product.id, "quantity": 1})],
        } for product in products]).ids

    def act(self, env, record_id):
        env["crm.service.order"].browse(record_id).action_issue_parts()


class IssueOne(IssueOthers):
    """Parts of one order each, all the same part."""

    def prepare(self, env, count):
        return self.make(env, [parts(env, 1, count)] * count)


class NewOrders(Round):
    numbers = "SELECT name FROM crm_service_order WHERE date_received >= '2031-01-01'"

    def prepare(self, env, count):
        return [contractor(env).id] * count

    def act(self, env, record_id):
        env["crm.service.order"].create({"partner_id": record_id, "date_received": "2031-06-01 10:00:00"})


class Protocols(Round):
    numbers = "SELECT protocol_number FROM crm_service_inspection WHERE state = 'done'"

    def prepare(self, env, count):
        regime = env["crm.service.inspection.regime"].create(
            {"name": "Yearly", "code": "P", "interval_number": 1, "interval_unit": "year"})
        device_type = env["crm.service.device.type"].create({"name": "Boiler", "prefix": "BENCH"})
        devices = env["crm.service.device"].create(
            [{"name": f"Boiler {number}", "type_id": device_type.id, "partner_id": contractor(env).id}
             for number in range(count + 1)])
        first, *inspections = env["crm.service.inspection"].create(
            [{"device_id": device.id, "regime_id": regime.id, "planned_date": fields.Date.today()}
             for device in devices])
        # the firm's first protocol makes the regime's sequence
        first.action_done()
        return [inspection.id for inspection in inspections]

    def act(self, env, record_id):
        env["crm.service.inspection"].browse(record_id).action_done()


class RepairOthers(Round):
    """Odoo's Repairs: an order made and ended with one part, each another one."""

    numbers = "SELECT name FROM repair_order WHERE state = 'done'"

    def prepare(self, env, count):
        return parts(env, count, 1).ids

    def act(self, env, record_id):
        repair = env["repair.order"].create({
            "move_ids": [Command.create(
                {"product_id": record_id, "product_uom_qty": 1, "repair_line_type": "add"})]})
        repair.action_validate()
        repair.action_repair_start()
        repair.move_ids.write({"quantity": 1, "picked": True})
        repair.action_repair_end()


class RepairOne(RepairOthers):
    def prepare(self, env, count):
        return parts(env, 1, count).ids * count


ROUNDS = {
    "RW, each another part": IssueOthers, "RW, all the same part": IssueOne, "new orders": NewOrders,
    "protocols": Protocols, "Repairs, each another part": RepairOthers, "Repairs, all the same part": RepairOne,
}


class Server:
    """The threads of one process, and what their requests came to."""

    def __init__(self, database, number):
        self.registry, self.database, self.number = Registry(database), database, number
        self.lock = threading.Lock()

    def request(self, work, record_id, fate):
        """One request; its figures go to the list of the round."""
        tries, causes, outcome, start = [], [], "committed", time.perf_counter()

        def attempt():
            tries.append(fate)
            try:
                work.act(env, record_id)
                env.flush_all()
            except psycopg2.Error as error:
                query = bytes(error.cursor.query or b"") if error.cursor else b""
                causes.append(any(table in query for table in (b"crm_service_number", b"ir_sequence")))
                raise
            if fate == "rolled back":
                raise Undone
            if fate == "killed":
                with db_connect(self.database).cursor() as other:
                    other.execute("SELECT pg_terminate_backend(%s)", [env.cr._cnx.get_backend_pid()])
                env.cr.execute("SELECT 1")

        try:
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
                retrying(attempt, env)
        except Undone:
            outcome = "rolled back"
        except Exception as error:  # noqa: BLE001 - counted, and shown
            outcome = "killed" if fate == "killed" and isinstance(error, psycopg2.Error) else f"{error!r:.200}"
        figures = {
            "ms": (time.perf_counter() - start) * 1000, "outcome": outcome, "again": len(tries) > 1,
            "of_numbers": any(causes[:len(tries) - 1]) if len(tries) > 1 else False}
        with self.lock:
            self.figures.append(figures)

    def play(self, work, ids):
        """All requests of this process, by its threads."""
        self.figures = []

        def thread(place):
            chance = random.Random(self.number * THREADS + place)
            for record_id in ids[place::THREADS]:
                drawn = chance.random()
                self.request(work, record_id, "rolled back" if drawn < ROLLED_BACK else (
                    "killed" if drawn < ROLLED_BACK + KILLED else "committed"))

        threads = [threading.Thread(target=thread, args=(place,)) for place in range(THREADS)]
        start = time.time()
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        return {"figures": self.figures, "start": start, "end": time.time()}


def meet(folder, name, number):
    """Wait until all servers are at this point."""
    (folder / f"{name}-{number}").touch()
    end = time.monotonic() + PATIENCE
    while not all((folder / f"{name}-{each}").exists() for each in range(SERVERS)):
        if time.monotonic() > end:
            raise RuntimeError(f"The other server did not come to {name}")
        time.sleep(0.01)


def serve(env, folder, number):
    ids = json.loads((folder / "ids.json").read_text())
    database = env.cr.dbname
    # of the shell: it would hold a snapshot
    env.cr.rollback()
    server, told = Server(database, number), {}
    for place, (name, work) in enumerate(ROUNDS.items()):
        mine = ids[name][number::SERVERS]
        meet(folder, f"round{place}", number)
        told[name] = server.play(work(), mine)
    meet(folder, "end", number)
    (folder / f"server{number}.json").write_text(json.dumps(told))


def prepare(env, folder, requests):
    made = {name: work().prepare(env, requests * THREADS * SERVERS) for name, work in ROUNDS.items()}
    env.cr.commit()
    (folder / "ids.json").write_text(json.dumps(made))


def sum_up(env, folder):
    """The table's figures: {round: {what: number}}."""
    told = [json.loads((folder / f"server{number}.json").read_text()) for number in range(SERVERS)]
    table = {}
    for name, work in ROUNDS.items():
        figures = [each for server in told for each in server[name]["figures"]]
        env.cr.execute(work.numbers)
        # of all rounds that make such documents
        places = sorted(int(number.rpartition("/")[2]) for [number] in env.cr.fetchall())
        times = sorted(each["ms"] for each in figures)
        outcomes = [each["outcome"] for each in figures]
        committed = outcomes.count("committed")
        seconds = max(server[name]["end"] for server in told) - min(server[name]["start"] for server in told)
        errors = [each for each in outcomes if each not in ("committed", "rolled back", "killed")]
        table[name] = {
            "requests": len(figures), "committed": committed, "rolled back": outcomes.count("rolled back"),
            "killed": outcomes.count("killed"), "run again": sum(each["again"] for each in figures),
            "of numbers": sum(each["of_numbers"] for each in figures), "errors": len(errors),
            "gaps": places[-1] - places[0] + 1 - len(set(places)) if places else 0,
            "doubles": len(places) - len(set(places)), "p50 ms": statistics.median(times),
            "p95 ms": times[min(len(times) - 1, int(len(times) * 0.95))], "per s": committed / seconds,
            "said": sorted(set(errors))}
    (folder / "table.json").write_text(json.dumps(table))


def run(env):
    """The step that the BENCH_ variables name."""
    folder, step = Path(os.environ["BENCH_FOLDER"]), os.environ["BENCH_STEP"]
    if step == "prepare":
        prepare(env, folder, int(os.environ["BENCH_COUNT"]))
    elif step == "table":
        sum_up(env, folder)
    else:
        serve(env, folder, int(step))
