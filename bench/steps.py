"""The benchmark inside Odoo: makes the plans, then in a process of its own measures the generator.

Both sides get the same: one plan for each device, an interval of 12 months, and one
inspection inside the horizon of one year, which is what both addons plan by default.
"""
import gc
import json
import os
import resource
import time
from pathlib import Path

from dateutil.relativedelta import relativedelta

from odoo import fields, sql_db

BATCH = 1000
INTERVAL_MONTHS = 12
CONTRACTORS = 100


class Ours:
    """crm_enova_like: devices of a set of contractors, one regime."""

    def prepare(self, env, count):
        partners = env["res.partner"].create(
            [{"name": f"Contractor {number}", "city": "Kraków"} for number in range(CONTRACTORS)])
        # a type without regimes: else the devices would plan their inspections themselves
        device_type = env["crm.service.device.type"].create({"name": "Boiler", "prefix": "BENCH"})
        regime = env["crm.service.inspection.regime"].create(
            {"name": "Yearly inspection", "interval_number": INTERVAL_MONTHS, "interval_unit": "month"})
        # counted from a month ago, so that midnight during the run changes nothing
        anchor = env.company._service_today() - relativedelta(months=1)
        for numbers in batches(count):
            devices = env["crm.service.device"].create([{
                "type_id": device_type.id, "partner_id": partners[number % CONTRACTORS].id,
                "serial_number": f"SN{number:07}",
            } for number in numbers])
            env["crm.service.inspection.plan"].create(
                [{"device_id": device.id, "regime_id": regime.id, "anchor_date": anchor} for device in devices])
            env.cr.commit()
            env.invalidate_all()

    def generate(self, env):
        env["crm.service.inspection.plan"]._cron_generate()

    def made(self, env):
        return env["crm.service.inspection"].search_count([])


class Theirs:
    """OCA's maintenance_plan: equipment of one category and team, one kind."""

    def prepare(self, env, count):
        category = env["maintenance.equipment.category"].create({"name": "Boilers"})
        team = env["maintenance.team"].create({"name": "Service"})
        kind = env["maintenance.kind"].create({"name": "Yearly inspection"})
        # theirs makes the first request on the start date itself, ours one interval later
        start = fields.Date.today() - relativedelta(months=1) + relativedelta(months=INTERVAL_MONTHS)
        for numbers in batches(count):
            equipment = env["maintenance.equipment"].create([{
                "name": f"Boiler {number}", "serial_no": f"SN{number:07}", "category_id": category.id,
                "maintenance_team_id": team.id,
            } for number in numbers])
            env["maintenance.plan"].create([{
                "equipment_id": each.id, "maintenance_kind_id": kind.id, "interval": INTERVAL_MONTHS,
                "interval_step": "month", "start_maintenance_date": start, "maintenance_plan_horizon": 1,
                "planning_step": "year",
            } for each in equipment])
            env.cr.commit()
            env.invalidate_all()

    def generate(self, env):
        env["maintenance.equipment"]._cron_generate_requests()

    def made(self, env):
        return env["maintenance.request"].search_count([("maintenance_plan_id", "!=", False)])


SIDES = {"ours": Ours, "theirs": Theirs}


def batches(count):
    """The numbers 0 to count - 1, a batch at a time."""
    for start in range(0, count, BATCH):
        yield range(start, min(start + BATCH, count))


def measure(env, side):
    """One run of the generator and its commit, from cold caches."""
    env.registry.clear_all_caches()
    env.invalidate_all()
    gc.collect()
    before = side.made(env)
    statements, cpu, start = sql_db.sql_counter, time.process_time(), time.perf_counter()
    side.generate(env)
    env.cr.commit()
    ms = (time.perf_counter() - start) * 1000
    measured = {
        "ms": ms, "cpu_ms": (time.process_time() - cpu) * 1000, "statements": sql_db.sql_counter - statements,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    return {**measured, "made": side.made(env) - before}


def run(env):
    """The step that the BENCH_ variables name; its figures go to the file BENCH_RESULT."""
    side = SIDES[os.environ["BENCH_SIDE"]]()
    if os.environ["BENCH_STEP"] == "prepare":
        side.prepare(env, int(os.environ["BENCH_COUNT"]))
    else:
        runs = [measure(env, side), measure(env, side)]
        Path(os.environ["BENCH_RESULT"]).write_text(json.dumps(runs))
