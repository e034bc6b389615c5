"""The benchmark of work inside Odoo: pieces of work of ours and of their peers, done in turn in one database.

Of each the processor time is taken that Odoo and its PostgreSQL process use, and the statements. A first round warms
up and is not counted.
"""
import contextlib
import gc
import json
import os
import time
from collections import namedtuple
from pathlib import Path

from dateutil.relativedelta import relativedelta
from lxml import etree

from bench.work_firm import Firm

# how often the work is done to warm up and to be counted, and how much of each there is
Size = namedtuple("Size", "warm rounds batch singles lives issued tasks rows few due")
SIZES = {"whole": Size(1, 5, 500, 20, 10, 40, 1000, 80, 10, 7000), "smallest": Size(0, 1, 2, 1, 1, 2, 3, 3, 2, 3)}
BATCH = 1000
LEAD_DAYS = 30

# what makes core's calendar say nothing to anybody
QUIET = {
    "no_mail_to_attendees": True, "skip_attendee_notification": True, "skip_contact_description": True,
    "calendar_no_videocall": True, "mail_create_nolog": True, "mail_create_nosubscribe": True, "tracking_disable": True}


# WHAT IS MEASURED

def backend_seconds(env):
    """Processor time of the PostgreSQL process that serves us; 0 where it is on another machine."""
    env.cr.execute("SELECT pg_backend_pid()")
    try:
        line = Path(f"/proc/{env.cr.fetchone()[0]}/stat").read_text()
    except OSError:
        return 0.0
    # the process's name, in parentheses, may have spaces
    user, system = line.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK") if "postgres" in line else 0.0


def measure(env, act):
    """Milliseconds by the clock and of the processors, and statements of one piece of work, from a cold record cache.
    """
    env.flush_all()
    env.invalidate_all()
    # garbage is not collected meanwhile: whose turn it falls into is chance
    gc.collect()
    gc.disable()
    backend, before = backend_seconds(env), env.cr.sql_log_count
    cpu, start = time.process_time(), time.perf_counter()
    try:
        act()
        env.flush_all()
        wall, own = time.perf_counter() - start, time.process_time() - cpu
    finally:
        gc.enable()
    statements = env.cr.sql_log_count - before
    return {"ms": wall * 1000, "cpu": (own + backend_seconds(env) - backend) * 1000, "statements": statements}


# THE PIECES OF WORK

def at_once(env, model, vals_list):
    return lambda: env[model].create(vals_list)


def one_by_one(env, model, vals_list):
    def act():
        for vals in vals_list:
            env[model].create(vals)
            env.flush_all()
    return act


def lives_of_orders(env, firm, count, parts):
    devices = firm.devices(count)

    def act():
        for device in devices:
            order = env["crm.service.order"].create(firm.order(device, parts))
            order.action_accept()
            order.action_start()
            order.action_issue_parts()
            order.device_line_ids.action_repaired()
            order.action_done()
            env.flush_all()
            expect(order.state == "done" and order.picking_ids.state == "done", order)
    return act


def lives_of_repairs(env, firm, count, parts):
    def act():
        for number in range(count):
            repair = env["repair.order"].create(firm.repair(number, parts))
            repair.action_validate()
            repair.action_repair_start()
            repair.move_ids.write({"quantity": 1, "picked": True})
            repair.action_repair_end()
            env.flush_all()
            expect(repair.state == "done" and set(repair.move_ids.mapped("state")) == {"done"}, repair)
    return act


def transfers(env, firm, count, parts):
    def act():
        for _number in range(count):
            picking = env["stock.picking"].create(firm.transfer(parts))
            picking.action_confirm()
            picking.action_assign()
            picking.move_ids.picked = True
            picking._action_done()
            env.flush_all()
            expect(picking.state == "done", picking)
    return act


def issue_at_once(env, firm, count):
    orders = env["crm.service.order"].create(
        [firm.order(device, firm.parts[:1]) for device in firm.devices(count)])
    orders.action_accept()

    def act():
        orders.action_issue_parts()
        expect(set(orders.picking_ids.mapped("state")) == {"done"}, orders)
    return act


def expect(done, records):
    if not done:
        raise RuntimeError(f"{records} did not come to their end")


def pieces(env, firm, size):
    """(name, how many, what does it): made anew for each round."""
    batch, singles, lives = size.batch, size.singles, size.lives
    Order, one = "crm.service.order", firm.parts[:1]
    yield "orders", batch, at_once(env, Order, [firm.order(device, one) for device in firm.devices(batch)])
    yield "repairs", batch, at_once(env, "repair.order", [firm.repair(number, one) for number in range(batch)])
    yield "field orders", batch, at_once(env, "fsm.order", [firm.field_order(number) for number in range(batch)])
    yield "orders one by one", singles, one_by_one(
        env, Order, [firm.order(device, one) for device in firm.devices(singles)])
    yield "repairs one by one", singles, one_by_one(
        env, "repair.order", [firm.repair(number, one) for number in range(singles)])
    for parts in (one, firm.parts):
        yield f"orders to done, {len(parts)}", lives, lives_of_orders(env, firm, lives, parts)
        yield f"repairs to done, {len(parts)}", lives, lives_of_repairs(env, firm, lives, parts)
        yield f"transfers, {len(parts)}", lives, transfers(env, firm, lives, parts)
    yield "orders issued at once", size.issued, issue_at_once(env, firm, size.issued)
    tasks = range(size.tasks)
    yield "tasks", size.tasks, at_once(env, "crm.task", [firm.task(number, False) for number in tasks])
    yield "planned tasks", size.tasks, at_once(env, "crm.task", [firm.task(number, True) for number in tasks])
    # theirs take so long that a fifth of them tells it
    few = range(max(1, size.tasks // 5))
    yield "project tasks", len(few), at_once(env, "project.task", [firm.project_task(number) for number in few])
    yield "entries", size.tasks, at_once(
        env(context={**env.context, **QUIET}), "calendar.event", [firm.entry(number) for number in tasks])


def rounds(env, size):
    """{name: figures of each round, each for one record}."""
    firm, told = Firm(env), {}
    env.cr.commit()
    for number in range(size.warm + size.rounds):
        for name, count, act in pieces(env, firm, size):
            figures = measure(env, act)
            env.cr.commit()
            if number >= size.warm:
                told.setdefault(name, []).append({what: value / count for what, value in figures.items()})
    # what the calendar adds to a task
    told["mirrors"] = [
        {what: planned[what] - plain[what] for what in plain}
        for plain, planned in zip(told["tasks"], told["planned tasks"], strict=True)]
    return told


# INSPECTIONS THAT FALL DUE

def reminders(env, size):
    """The first run with so many inspections due, and one with nothing to do."""
    firm = Firm(env)
    regime = env["crm.service.inspection.regime"].create({
        "name": "Yearly", "code": firm.mark[-6:], "interval_number": 1, "interval_unit": "year",
        "lead_days": LEAD_DAYS, "reminder_user_id": firm.operator.id})
    today = env.company._service_today()
    Inspection = env["crm.service.inspection"]
    for start in range(0, size.due, BATCH):
        devices = firm.devices(min(BATCH, size.due - start))
        # half of them are their technician's
        devices[::2].technician_id = firm.technician
        Inspection.create([{
            "device_id": device.id, "regime_id": regime.id,
            "planned_date": today + relativedelta(days=number % LEAD_DAYS),
        } for number, device in enumerate(devices)])
        env.cr.commit()
        env.invalidate_all()
    first = measure(env, Inspection._cron_remind)
    made = env["mail.activity"].search_count([("res_model", "=", Inspection._name), ("summary", "like", "Yearly")])
    if made != size.due:
        raise RuntimeError(f"{made} activities were made for {size.due} inspections")
    env.cr.commit()
    return {"reminders": [first], "nothing to remind": [measure(env, Inspection._cron_remind)]}


# A PAGE OF DEVICES IN SERVICE

def columns(env, view):
    """What the list of a view asks for, its hidden columns too."""
    fields = env["crm.service.order.device"]._fields
    arch = etree.fromstring(env["crm.service.order.device"].get_view(view.id, "list")["arch"])
    names = {node.get("name") for node in arch.iter("field")}
    return {name: {"fields": {"display_name": {}}} if fields[name].type == "many2one" else {} for name in names}


def pages(env, size):
    """A page of devices in service for an operator, of few rows and of many."""
    firm = Firm(env)
    lots = env["stock.lot"].create([
        {"name": f"L{number}", "product_id": firm.lot_part.id, "company_id": env.company.id}
        for number in range(size.rows)])
    for lot in lots:
        env["stock.quant"]._update_available_quantity(firm.lot_part, firm.warehouse.lot_stock_id, 1, lot_id=lot)
    orders = env["crm.service.order"].create([
        firm.order(device, firm.parts[:1] + firm.lot_part) for device in firm.devices(size.rows)])
    for order, lot in zip(orders, lots, strict=True):
        order.line_ids[1].lot_id = lot
    orders.action_accept()
    orders.action_issue_parts()
    expect(all(orders.device_line_ids.mapped("parts_summary")), orders)
    env.cr.commit()
    reader = env(user=firm.operator)
    asked = columns(reader, env.ref("crm_enova_like.view_crm_service_order_device_list"))
    told = {}
    for name, limit in (("a page", size.rows), ("a short page", size.few)) * 2:
        # the second time the caches that outlive a request are warm
        told[name] = [measure(reader, lambda limit=limit: reader["crm.service.order.device"].web_search_read(
            [("order_id", "in", orders.ids)], asked, limit=limit))]
    return told


STEPS = {"rounds": rounds, "reminders": reminders, "pages": pages}


def run(env):
    """The step that the BENCH_ variables name; its figures go to the file BENCH_RESULT."""
    env = env(context={**env.context, "lang": "pl_PL", "tz": "Europe/Warsaw"})
    told = STEPS[os.environ["BENCH_STEP"]](env, SIZES[os.environ["BENCH_SIZE"]])
    result = Path(os.environ["BENCH_RESULT"])
    with contextlib.suppress(FileNotFoundError):
        told = {**json.loads(result.read_text()), **told}
    result.write_text(json.dumps(told))
