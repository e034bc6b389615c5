"""Databases of the first version and of the one before, with the demo firm in them, are brought to this version:
nothing is lost or renamed.

The old versions come out of the repository's history. A version that stores something new says here what becomes of
what is there already.
"""
import configparser
import contextlib
import io
import os
import re
import subprocess
import tarfile
from types import SimpleNamespace

import psycopg2
import pytest
from browser import copied, setting
from psycopg2.sql import SQL, Identifier

from tools import common, databases
from tools.common import ADDON

OLD = "cc372fd5cdede6965a083ce150653f16a4fdf779"    # the last commit of version 19.0.1.0.0
EARLIER = "30f7a33cb14ea57b353ef09772bdf1de31767e73"    # the last commit of version 19.0.4.0.0
# the last commit of the version before
BEFORE, BEFORE_VERSION = "ab0527301f0f4d23c0c1df46724b5614ca577832", "19.0.5.0.0"
# a quotation, which the demo firm has none of; an order that walks through some stages: the chatter of that version
# says who brought it there, except once; and parts of a product that is kept in a larger unit
WALK = """
env["sale.order"].create({
    "partner_id": env["res.partner"].search([("is_company", "=", True)], limit=1).id,
    "order_line": [(0, 0, {"product_id": env["product.product"].search([("sale_ok", "=", True)], limit=1).id})]})
order = env["crm.service.order"].search([("state", "=", "new")], order="id", limit=1)
technician, admin = (env["res.users"].search([("login", "=", login)]) for login in ("serwisant", "admin"))
order.user_id = technician
env.cr.commit()
order.with_user(technician).action_accept()
env.cr.commit()
order.with_user(technician).action_start()
env.cr.commit()
order.with_context(tracking_disable=True).action_wait()
env.cr.commit()
order.with_user(admin).action_start()
order.technician_signature = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
kilogram, gram = env.ref("uom.product_uom_kgm"), env.ref("uom.product_uom_gram")
gas = env["product.product"].create({
    "name": "Gas", "type": "consu", "is_storable": True, "uom_id": kilogram.id, "uom_ids": [(4, gram.id)]})
env["crm.service.order.line"].create([
    {"order_id": order.id, "kind": "part", "product_id": gas.id, "quantity": grams, "uom_id": gram.id}
    for grams in (4, 40)])
env.cr.commit()
print(f"WALKED {order.id}")
"""
# what the demo firm of version 19.0.4.0.0 has none of: numbers in two spellings, phones with two numbers, an inspection
# that is cancelled, a series of which some are done, one on working days of which 11 November was one, an entry that
# somebody repeats in the calendar, regimes that the firm changed
EARLIER_KINDS = """
from odoo import Command
Device = env["crm.service.device"]
card = Device.search([("serial_number", "!=", False)], order="id", limit=1)
card.serial_number = "AB 100"
Device.create({"name": "Twin", "serial_number": "AB100", "type_id": card.type_id.id, "partner_id": card.partner_id.id})
env["res.partner"].search([("phone", "!=", False)], order="id", limit=1).phone = "600 100 200 / 22 765 43 21 wew. 7"
technician = env["res.users"].search([("login", "=", "serwisant")])
orders = env["crm.service.order"].search([("is_open", "=", True)], order="id", limit=2)
orders[0].user_id = technician
orders[0].planned_start = "2030-05-06 08:00:00"
entry = orders[0].calendar_event_id
entry.write({"recurrency": True, "rrule_type": "weekly", "mon": True, "interval": 1, "end_type": "count", "count": 3,
             "event_tz": "Europe/Warsaw"})
task = env["crm.task"].create({"name": "Call", "date_deadline": "2030-05-06", "planned_start": "2030-05-06 08:00:00",
                               "planned_stop": "2030-05-06 09:00:00", "repeats": True, "repeat_unit": "week",
                               "repeat_count": 9})
for _turn in range(2):
    task.action_done()
    series = task.series_id or task
    task = env["crm.task"].search([("series_id", "=", series.id)], order="series_index desc", limit=1)
daily = task = env["crm.task"].create({"name": "Each working day", "date_deadline": "2026-11-09", "repeats": True,
                                       "repeat_unit": "day", "repeat_count": 99, "repeat_working_days": True})
for _turn in range(5):
    task.action_done()
    task = env["crm.task"].search([("series_id", "=", daily.id)], order="series_index desc", limit=1)
env.ref("crm_enova_like.regime_scales").legal_basis = "As our lawyer says"
inspection = env["crm.service.inspection"].search([("is_open", "=", True)], order="id", limit=1)
inspection.action_cancel("The shop was closed")
env.cr.commit()
"""
# what the demo firm has none of: an inspection that failed and was followed by a repair order, work that is planned
# before its deadline, a project that Odoo closed by its stage, a quotation that is linked
KINDS = """
from datetime import timedelta
from odoo import fields
check = env["crm.service.inspection.check"].search([("inspection_id.state", "=", "done")], order="id", limit=1)
order = env["crm.service.order"].search([("is_open", "=", True), ("date_deadline", "!=", False)], order="id", limit=1)
env.cr.execute("UPDATE crm_service_inspection SET result = 'failed' WHERE id = %s", [check.inspection_id.id])
env.cr.execute("UPDATE crm_service_inspection_check SET repair_order_id = %s WHERE id = %s", [order.id, check.id])
order.planned_start = fields.Datetime.to_datetime(order.date_deadline) - timedelta(days=3)
stage = env["project.project.stage"].create({"name": "Over", "fold": True, "sequence": 99})
project = env["crm.task"].search([("project_id", "!=", False)], order="id", limit=1).project_id
project.stage_id = stage
env["project.project"].create({"name": "Not over"})
quotation = env["sale.order"].create({"partner_id": order.partner_id.id})
env["crm.document.link"].create({
    "order_id": order.id, "res_model": "sale.order", "res_id": quotation.id, "role": "revenue"})
env.cr.commit()
"""
# stored values of the addon's, worked out again
WORKED_OUT = """
for model in env.values():
    names = [name for name, field in model._fields.items() if field.store and field.compute and field.column_type
             and f"{{model._table}}.{{name}}" in {columns}]
    if names and not model._abstract:
        records = env[model._name].with_context(active_test=False).search([])
        before = [[record[name] for name in names] for record in records]
        for name in names:
            env.add_to_compute(records._fields[name], records)
        env._recompute_all()
        for record, values in zip(records, before):
            for name, value in zip(names, values):
                if record[name] != value:
                    print(f"WRONG {{record}} {{name}}: {{value}}, expected: {{record[name]}}")
        print("WORKED OUT", *(f"{{model._table}}.{{name}}" for name in names))
env.cr.rollback()
"""
SERIES = """
task = env["crm.task"].search([("name", "=", "Each working day"), ("is_open", "=", True)])
task.action_done()
print("NEXT", task.date_deadline, env["crm.task"].search(
    [("series_id", "=", task.series_id.id), ("is_open", "=", True)]).date_deadline)
env.cr.rollback()
"""
# columns that are true in some states alone, and were not stored in the first version
FLAGS = (
    ("crm_service_stage", "is_open", "state", ("new", "accepted", "in_progress", "waiting")),
    ("crm_service_order", "is_open", "state", ("new", "accepted", "in_progress", "waiting")),
    ("crm_service_order_device", "is_open", "state", ("open",)),
    ("crm_service_order_device", "order_is_open", "order_state", ("new", "accepted", "in_progress", "waiting")),
    ("crm_service_inspection", "is_open", "state", ("planned", "ordered")),
    ("crm_task", "is_open", "state", ("open", "in_progress")),
)
# columns that the version before has not: filled by the update, and empty until somebody fills them
FILLED = {f"{table}.{name}" for table, names in {
    "crm_document_link": "is_automatic",
    "crm_service_inspection": "follow_up repair_order_id",
    "crm_service_inspection_plan": "last_result",
    "crm_service_order_device": "inspection_failed",
    "project_project": "crm_stage_id date_closed is_crm_project",
}.items() for name in names.split()}
EMPTY = {
    "crm_service_device_type.own_properties", "crm_service_inspection.follow_up_reason",
    "crm_service_inspection.recheck_of_id", "crm_service_inspection_regime.recheck_days",
    "crm_service_order_device.is_on_site", "crm_service_order_device.limit_before",
    "crm_service_order_device.limit_noted_by", "crm_service_order_device.limit_said_by",
    "crm_service_order_device.limit_said_on", "crm_service_order_type.is_on_site",
    "crm_service_order_type.labour_check", "crm_service_order_type.terms_are_draft",
    "crm_service_order_type.terms_changed_on", "crm_service_order_type.terms_data",
    "crm_service_order_type.terms_privacy", "crm_service_order_type.terms_service",
    "crm_service_order_type.terms_storage", "project_project.close_reason", "project_project.closed_by_id",
    "project_project.crm_channel", "res_company.start_screens", "res_users_settings.crm_calendar_hidden",
    "utm_campaign.letter_body",
}
# what Odoo writes anew from the code at each update; their records are held by their xml ids
FROM_CODE = re.compile(r"res_groups_report_rel|ir_(act|asset|cron_|model|module|profile|rule|ui_)|orm_signaling")
STAMPS = {"write_date", "write_uid"}
# what the update sets right, seen to by a test below
SET_RIGHT = {
    "stock_picking_type": ("analytic_costs", "return_picking_type_id"),
    "crm_service_order_line": ("needs_issue", "quantity_to_issue"),
    "crm_service_inspection_plan": ("next_date",),
    "crm_service_inspection_regime": (
        "active", "name", "legal_basis", "note", "qualification", "responsible_body"),
    "calendar_event": ("recurrence_id", "recurrency", "follow_recurrence"),
    "calendar_recurrence": ("base_event_id",),
    "crm_document_link": ("role",),
    "crm_service_inspection": ("done_next_date",),
    "crm_service_order": ("date_nearest",),
    "crm_task": ("date_nearest",),
    "res_groups": ("comment",),
}
# xml ids that may go: of models that hold no data, of fields without a column, of views that extend another view, of
# what the database is told of each model; and names that the addon gave to what belongs to another addon
MAY_GO = """
WITH transient AS (
    SELECT id, model FROM ir_model WHERE transient OR NOT EXISTS (
        SELECT 1 FROM pg_class WHERE relname = replace(model, '.', '_') AND relkind = 'r')
), unstored AS (
    SELECT id FROM ir_model_fields WHERE NOT store OR model_id IN (SELECT id FROM transient)
)
SELECT d.name FROM ir_model_data d
 WHERE d.module = %s AND (
       d.model IN ('ir.model.constraint', 'ir.model.inherit', 'ir.model.relation')
    OR d.model IN ('ir.model', 'ir.model.fields') AND EXISTS (
       SELECT 1 FROM ir_model_data o WHERE o.module != d.module AND o.model = d.model AND o.res_id = d.res_id)
    OR d.model = 'ir.model' AND d.res_id IN (SELECT id FROM transient)
    OR d.model = 'ir.model.fields' AND d.res_id IN (SELECT id FROM unstored)
    OR d.model = 'ir.model.fields.selection' AND d.res_id IN (
       SELECT id FROM ir_model_fields_selection WHERE field_id IN (SELECT id FROM unstored))
    OR d.model = 'ir.model.access' AND d.res_id IN (
       SELECT id FROM ir_model_access WHERE model_id IN (SELECT id FROM transient))
    OR d.model = 'ir.ui.view' AND d.res_id IN (
       SELECT id FROM ir_ui_view WHERE inherit_id IS NOT NULL OR model IN (SELECT model FROM transient)))
"""
SCHEMA = """
SELECT table_name || '.' || column_name, data_type || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END
  FROM information_schema.columns WHERE table_schema = current_schema
UNION ALL
SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema
UNION ALL
SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = current_schema::regnamespace AND contype != 'n'
"""


@contextlib.contextmanager
def cursor_of(database):
    with contextlib.closing(psycopg2.connect(dbname=database)) as connection, connection.cursor() as cursor:
        yield cursor


def query(database, sql, *parameters):
    with cursor_of(database) as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.fetchall()


def get_columns(database):
    """{table: [column, …]}, without what Odoo stamps and what it writes from the code."""
    columns = {}
    for table, column in query(database, """
            SELECT t.relname, c.attname FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
             WHERE t.relkind = 'r' AND t.relnamespace = current_schema::regnamespace
               AND c.attnum > 0 AND NOT c.attisdropped
             ORDER BY 1, c.attnum"""):
        if column not in STAMPS and not FROM_CODE.match(table):
            columns.setdefault(table, []).append(column)
    return columns


def get_kept_columns(database):
    """The columns of which an update changes nothing."""
    return {
        table: [name for name in names if name not in SET_RIGHT.get(table, ())]
        for table, names in get_columns(database).items()}


def get_rows(database, columns):
    """{table: {id: hash of the row}}; the hash is the key too where there is no id."""
    here, rows = get_columns(database), {}
    with cursor_of(database) as cursor:    # one for all the tables: there are hundreds
        for table, names in columns.items():
            names = [name for name in names if name in here.get(table, ())]
            if names:
                values = SQL("md5(ROW({})::text)").format(SQL(", ").join(Identifier("t", name) for name in names))
                key = SQL("t.id") if "id" in names else values
                cursor.execute(SQL("SELECT {}, {} FROM {} t").format(key, values, Identifier(table)))
                rows[table] = dict(cursor.fetchall())
    return rows


def get_xml_ids(database):
    return {name: (model, res_id) for name, model, res_id in query(
        database, "SELECT name, model, res_id FROM ir_model_data WHERE module = %s", ADDON)}


def compare(before, after, transient=()):
    """What is lost or other than before: [sentence, …]."""
    problems = []
    for table, rows in before.items():
        if any(table.startswith(name) for name in transient):
            continue
        now = after.get(table, {})
        lost = rows.keys() - now.keys()
        other = [key for key in rows.keys() & now.keys() if rows[key] != now[key]]
        if lost or other:
            problems.append(f"{table}: {len(lost)} rows lost, {len(other)} changed, as {sorted([*lost, *other])[:3]}")
    return problems


def tell_differences(here, expected):
    """Where two mappings differ: [sentence, …]."""
    return [
        f"{name}: {here.get(name, 'missing')}, expected: {expected.get(name, 'nothing')}"
        for name in sorted(here.keys() | expected.keys()) if here.get(name) != expected.get(name)]


def none_of(problems):
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def old_version(folder, commit):
    """An old version's files, unpacked; Odoo's addons path with them in the place of this version's."""
    done = subprocess.run(
        ["git", "archive", commit, ADDON, "tools/load_demo.py"], cwd=common.ROOT, capture_output=True)
    if done.returncode:
        pytest.skip(f"The history here does not reach back to {commit[:7]}, the version from which an upgrade begins "
                    f"({common.last_line(done.stderr.decode())}): clone the repository in full.")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder)
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(setting("ODOO_RC"))
    paths = parser["options"]["addons_path"].split(",")
    assert str(common.ROOT) in paths, paths
    return ",".join(str(folder) if path == str(common.ROOT) else path for path in paths)


def odoo(log, *arguments, **options):
    """Run Odoo to its end and return its log; an error in it is a failure."""
    databases.odoo(log, *arguments, "--no-http", environment=dict(os.environ), **options)
    return (common.LOGS / f"{log}.log").read_text()


def run_script(log, database, folder, script, *options):
    """What Odoo says and prints of a script for its shell."""
    path = folder / f"{log}.py"
    path.write_text(script)
    with open(path) as lines:
        return odoo(log, "shell", "-d", database, *options, stdin=lines)


@contextlib.contextmanager
def old_firm(folder, commit, name, script):
    """A database with the demo firm in an old version: (its name, what the script for Odoo's shell printed)."""
    old = ("--addons-path", old_version(folder, commit))
    with copied(setting("ODOO_TEST_TEMPLATE"), f"{setting('ODOO_TEST_DB')}_{name}") as database:
        odoo(f"{name}-install", "-d", database, "-i", f"{ADDON},l10n_pl", "--stop-after-init", *old)
        demo = (folder / "tools" / "load_demo.py").read_text()
        yield database, run_script(f"{name}-demo", database, folder, demo + script, *old)


@pytest.fixture(scope="module")
def upgrade(tmp_path_factory):
    """The demo firm in the first version, updated, and updated once more: what was there before and after."""
    with old_firm(tmp_path_factory.mktemp("old"), OLD, "upgrade", WALK) as (database, told):
        columns = get_kept_columns(database)
        result = SimpleNamespace(
            database=database,
            walked=int(re.search(r"^WALKED (\d+)$", told, re.MULTILINE).group(1)),
            before=get_rows(database, columns),
            ids_before=get_xml_ids(database),
            may_go={name for [name] in query(database, MAY_GO, ADDON)},
            transient={model.replace(".", "_") for [model] in query(
                database, "SELECT model FROM ir_model WHERE transient")},
        )
        update = ("-d", database, "-u", ADDON, "--stop-after-init")
        result.logs = [odoo("upgrade", *update)]
        result.after, result.ids_after = get_rows(database, columns), get_xml_ids(database)
        columns = get_columns(database)
        settled, written = get_rows(database, columns), get_versions(database)
        result.logs.append(odoo("upgrade-again", *update))
        result.changed_again = compare(settled, get_rows(database, columns))
        result.written_again = compare(written, get_versions(database))
        result.ids_again = get_xml_ids(database)
        yield result


@pytest.fixture(scope="module")
def step(tmp_path_factory):
    """The demo firm in the version before, updated: what was there before and after. Then an update that was broken
    off is played again: some of the new columns are there, and some are not."""
    folder = tmp_path_factory.mktemp("before")
    with old_firm(folder, BEFORE, "step", KINDS) as (database, _told):
        old, kept = get_columns(database), get_kept_columns(database)
        result = SimpleNamespace(
            database=database,
            before=get_rows(database, kept),
            transient={model.replace(".", "_") for [model] in query(
                database, "SELECT model FROM ir_model WHERE transient")},
        )
        update = ("-d", database, "-u", ADDON, "--stop-after-init")
        result.logs = [odoo("step", *update)]
        result.after, columns = get_rows(database, kept), get_columns(database)
        result.schema = dict(query(database, SCHEMA))
        # what the update put into tables that were there before
        result.new = {
            f"{table}.{name}" for table in old.keys() & columns.keys()
            for name in columns[table] if name not in old[table]}
        result.told = run_script("step-worked-out", database, folder, WORKED_OUT.format(columns=result.new))
        settled = get_rows(database, columns)
        with contextlib.closing(psycopg2.connect(dbname=database)) as connection, connection.cursor() as cursor:
            cursor.execute("UPDATE ir_module_module SET latest_version = %s WHERE name = %s", [BEFORE_VERSION, ADDON])
            # one of the columns is there, the other is not
            cursor.execute("ALTER TABLE crm_service_inspection_plan DROP COLUMN last_result")
            connection.commit()
        result.logs.append(odoo("step-again", *update))
        result.changed_again = compare(settled, get_rows(database, columns))
        result.schema_again = dict(query(database, SCHEMA))
        yield result


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    """The demo firm in version 19.0.4.0.0, updated."""
    folder = tmp_path_factory.mktemp("earlier")
    with old_firm(folder, EARLIER, "earlier", EARLIER_KINDS) as (database, _told):
        before = get_rows(database, get_kept_columns(database))
        log = odoo("earlier", "-d", database, "-u", ADDON, "--stop-after-init")
        yield SimpleNamespace(
            database=database, log=log, folder=folder, before=before,
            after=get_rows(database, get_kept_columns(database)))


def get_versions(database):
    """{table: {id: the transaction that wrote the row}} of what the upgrade filled in."""
    return {
        table: dict(query(database, SQL("SELECT id, xmin::text FROM {}").format(Identifier(table))))
        for table in {table for table, *_rest in FLAGS} | {"crm_service_stage_time"}}


def test_the_log_is_clean(upgrade):
    for log in upgrade.logs:
        # an error has ended the run before
        none_of([line for line in log.splitlines() if " WARNING " in line])
        assert f"module {ADDON}: creating or updating database tables" in log


def test_no_record_is_lost_or_changed(upgrade):
    for table in ("crm_service_order", "crm_service_order_line", "crm_task", "stock_picking", "stock_move",
                  "sale_order", "project_project", "res_partner", "mail_message", "crm_service_stage"):
        assert upgrade.before[table], f"the demo firm has nothing in {table}: this test proves little"
    none_of(compare(upgrade.before, upgrade.after, upgrade.transient))


def test_xml_ids_stay_and_name_the_same_records(upgrade):
    assert len(upgrade.ids_before) > 2000
    must_stay = upgrade.ids_before.keys() - upgrade.may_go
    assert {"action_crm_service_order", "menu_service_order", "view_crm_service_order_form", "rule_order_company",
            "model_crm_service_order", "field_crm_service_order__stage_id", "group_manager"} <= must_stay
    none_of(tell_differences(*(
        {name: ids[name] for name in must_stay & ids.keys()} for ids in (upgrade.ids_after, upgrade.ids_before))))


def test_flags_agree_with_the_states(upgrade):
    for table, flag, state, states in FLAGS:
        [[wrong, true, rows]] = query(
            upgrade.database,
            SQL("SELECT count(*) FILTER (WHERE {flag} IS DISTINCT FROM ({state} IN %s)), "
                "count(*) FILTER (WHERE {flag}), count(*) FROM {table}").format(
                    table=Identifier(table), flag=Identifier(flag), state=Identifier(state)), states)
        assert not wrong, (table, flag, wrong)
        assert 0 < true < rows, f"{table}.{flag} is the same for all {rows} rows: this test proves nothing"


def test_times_in_stages(upgrade):
    # each order stands in its stage
    assert not query(upgrade.database, """
        SELECT o.id FROM crm_service_order o LEFT JOIN crm_service_stage_time t ON t.order_id = o.id AND t.is_current
         WHERE t.stage_id IS DISTINCT FROM o.stage_id OR t.company_id != o.company_id""")
    # closed orders since they were closed, new ones since they were received, the others since nobody knows when
    assert not query(upgrade.database, """
        SELECT o.id, o.state, t.date_start
          FROM crm_service_order o JOIN crm_service_stage_time t ON t.order_id = o.id AND t.is_current
         WHERE o.id != %s AND t.date_start IS DISTINCT FROM
               CASE WHEN o.state = 'new' THEN o.date_received ELSE o.date_closed END""", upgrade.walked)
    stays = query(upgrade.database, """
        SELECT s.state, u.login, t.date_start, t.date_end, t.duration, t.is_current, t.working_hours
          FROM crm_service_stage_time t
          JOIN crm_service_stage s ON s.id = t.stage_id
          LEFT JOIN res_users u ON u.id = t.user_id
         WHERE t.order_id = %s ORDER BY t.id""", upgrade.walked)
    [[received, creator]] = query(upgrade.database, """
        SELECT date_received, u.login FROM crm_service_order o JOIN res_users u ON u.id = o.create_uid
         WHERE o.id = %s""", upgrade.walked)
    accepted, started, resumed = [moment for [moment] in query(upgrade.database, """
        SELECT m.date FROM mail_message m JOIN mail_tracking_value t ON t.mail_message_id = m.id
          JOIN ir_model_fields f ON f.id = t.field_id AND f.name = 'stage_id'
         WHERE m.model = 'crm.service.order' AND m.res_id = %s ORDER BY m.id""", upgrade.walked)]

    def hours(begin, end):
        return pytest.approx((end - begin).total_seconds() / 3600)

    assert stays == [
        ("new", creator, received, accepted, hours(received, accepted), False, None),
        ("accepted", "serwisant", accepted, started, hours(accepted, started), False, None),
        # when it began to wait nobody knows, so neither how long it was in progress
        ("in_progress", "serwisant", started, None, None, False, None),
        ("waiting", None, None, resumed, None, False, None),
        ("in_progress", "admin", resumed, None, None, True, None),
    ]


def test_when_a_technician_signed_is_not_made_up(upgrade):
    """The moment was not kept before: an update's own hour is no answer."""
    [[signatures]] = query(upgrade.database, """
        SELECT count(*) FROM ir_attachment WHERE res_model = 'crm.service.order' AND res_field = 'technician_signature'
           AND res_id = %s""", upgrade.walked)
    assert signatures == 1
    assert query(upgrade.database, """
        SELECT id FROM crm_service_order WHERE technician_signed_on IS NOT NULL""") == []


def test_places_and_types_of_consumption(upgrade):
    marked, others = (
        {row for [row] in query(upgrade.database, SQL("SELECT id FROM stock_location WHERE {}").format(SQL(condition)))}
        for condition in ("service_consumption IS TRUE", "service_consumption IS NOT TRUE"))
    used = {row for [row] in query(
        upgrade.database, "SELECT location_dest_id FROM stock_move WHERE service_line_id IS NOT NULL "
                          "AND state = 'done' AND origin_returned_move_id IS NULL")}
    assert used and used <= marked
    assert others
    assert query(upgrade.database, """
        SELECT DISTINCT coalesce(t.analytic_costs, FALSE), back.service_document
          FROM stock_picking_type t JOIN stock_picking_type back ON back.id = t.return_picking_type_id
         WHERE t.service_document IS NOT NULL ORDER BY 2""") == [(False, "rw"), (False, "zw")]


def test_numbers_go_on(upgrade):
    """Each number of before is in the register, so that none is drawn again."""
    for table, model, column, condition in (
            ("crm_service_order", "crm.service.order", "name", "TRUE"),
            ("stock_picking", "stock.picking", "name", "state = 'done' AND service_document IS NOT NULL"),
            ("crm_service_inspection", "crm.service.inspection", "protocol_number", "protocol_number IS NOT NULL")):
        [[documents, missing]] = query(upgrade.database, SQL("""
            SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
                   SELECT 1 FROM crm_service_number n
                    WHERE n.name = d.{column} AND n.company_id = d.company_id AND n.document = %s))
              FROM {table} d WHERE {condition}""").format(
                  column=Identifier(column), table=Identifier(table), condition=SQL(condition)), model)
        assert documents and not missing, (table, documents, missing)


def test_what_comes_to_nothing_is_not_to_issue(upgrade):
    """Four grams of a product that is kept in kilograms are none; the plan stays."""
    assert query(upgrade.database, """
        SELECT line.quantity::float, line.needs_issue FROM crm_service_order_line line
          JOIN uom_uom unit ON unit.id = line.uom_id
         WHERE line.order_id = %s AND unit.name->>'en_US' = 'g' ORDER BY 1""", upgrade.walked) == [
             (4, False), (40, True)]


def test_who_bought_a_device(upgrade):
    [[sold, bought]] = query(upgrade.database, """
        SELECT count(*), count(sold_to_id) FROM crm_service_device
         WHERE lot_id IS NOT NULL AND date_sold IS NOT NULL AND ownership = 'customer' AND partner_id IS NOT NULL""")
    assert sold == bought


def test_tables_are_those_of_a_new_installation(upgrade):
    """Columns, indexes and constraints: an index whose words changed was made anew, and none is left over."""
    upgraded, fresh = (dict(query(database, SCHEMA)) for database in (upgrade.database, setting("ODOO_TEST_DB")))
    assert len(fresh) > 10_000
    none_of(tell_differences(upgraded, fresh))


def test_views_are_those_of_a_new_installation(upgrade):
    """In each language; views of the old version that extended another are gone, or hold what they hold now."""
    views = """
        SELECT d.name, v.name, v.model, v.type, v.mode, v.priority, v.active,
               -- an action has another number in each database
               regexp_replace(v.arch_db::text, 'name=\\\\"[0-9]+', 'name=\\\\"', 'g'), parent.key
          FROM ir_ui_view v
          JOIN ir_model_data d ON d.model = 'ir.ui.view' AND d.res_id = v.id AND d.module = %s
          LEFT JOIN (SELECT res_id, module || '.' || name AS key FROM ir_model_data WHERE model = 'ir.ui.view') parent
            ON parent.res_id = v.inherit_id"""
    upgraded, fresh = (
        {row[0]: row for row in query(database, views, ADDON)}
        for database in (upgrade.database, setting("ODOO_TEST_DB")))
    assert len(fresh) > 100
    none_of(tell_differences(upgraded, fresh))


def test_a_step_is_clean(step):
    for log in step.logs:
        none_of([line for line in log.splitlines() if " WARNING " in line])
        assert f"module {ADDON}: Running migration" in log
    none_of(compare(step.before, step.after, step.transient))


def test_a_step_fills_the_new_columns_as_the_addon_works_them_out(step):
    worked_out = {
        name for line in step.told.splitlines() if line.startswith("WORKED OUT ") for name in line.split()[2:]}
    none_of([f'{name} is new' for name in sorted(step.new ^ (FILLED | EMPTY))])
    assert worked_out <= FILLED | EMPTY
    none_of([line for line in step.told.splitlines()
             if line.startswith("WRONG ") and " deadline_proposed: " not in line])
    for name in sorted(FILLED):
        table, column = name.split(".")
        [[values, rows]] = query(step.database, SQL(
            "SELECT count(DISTINCT coalesce({column}::text, '')), count(*) FROM {table}").format(
                column=Identifier(column), table=Identifier(table)))
        assert values > 1, f"{name} is the same for all {rows} rows: this test proves nothing"


def test_a_step_leaves_no_index_behind(step):
    none_of(tell_differences(step.schema, dict(query(setting("ODOO_TEST_DB"), SCHEMA))))


def test_an_update_that_was_broken_off_is_taken_up(step):
    """Its columns that are there stay as they are, the others are filled."""
    none_of(step.changed_again)
    none_of(tell_differences(step.schema_again, step.schema))


def test_a_second_update_changes_nothing(upgrade):
    none_of(upgrade.changed_again)
    none_of(upgrade.written_again)
    none_of(tell_differences(upgrade.ids_again, upgrade.ids_after))


def test_an_earlier_step_leaves_what_the_firm_changed(earlier):
    basis = dict(query(earlier.database, """
        SELECT d.name, r.legal_basis->>'en_US' FROM crm_service_inspection_regime r
          JOIN ir_model_data d ON d.model = 'crm.service.inspection.regime' AND d.res_id = r.id
         WHERE d.name IN ('regime_scales', 'regime_fgas_12')"""))
    assert basis["regime_scales"] == "As our lawyer says"
    assert basis["regime_fgas_12"].startswith("Regulation (EU) 2024/573, art. 5")


def test_an_earlier_step_goes_on_with_a_series_on_the_next_working_day(earlier):
    told = run_script("earlier-series", earlier.database, earlier.folder, SERIES)
    assert "NEXT 2026-11-16 2026-11-17" in told.splitlines()


def test_an_earlier_step_marks_numbers_that_were_double(earlier):
    """Both cards stay; the later one says that its number is another's, in another spelling."""
    assert query(earlier.database, """
        SELECT serial_number, serial_is_double IS TRUE FROM crm_service_device WHERE serial_key = 'AB100' ORDER BY id
        """) == [("AB 100", False), ("AB100", True)]
