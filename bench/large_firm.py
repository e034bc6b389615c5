"""A firm with N service orders and what goes with them, filled in by SQL: what bin/bench pages measures on.

Ten years of work: N orders on N / 10 devices of N / 20 partners, N tasks, 3 N events, N / 10 inspections. Three tasks
in a hundred are to do; of the orders, most of the last two months. What is random is so by each row's number, and the
same in every run.
"""
import contextlib
import json
import runpy
import time
from pathlib import Path

from odoo import Command
from odoo.tools import SQL

ROLES = {
    "manager": ("crm_enova_like.group_manager", "stock.group_stock_manager", "sales_team.group_sale_manager"),
    "operator": ("crm_enova_like.group_user",),
    "technician": ("crm_enova_like.group_technician",),
}
CITIES = ("Kraków", "Warszawa", "Łódź", "Gdańsk", "Poznań", "Wrocław", "Tarnów")
MACHINES = ("Kasa fiskalna Nova", "Drukarka Posnet", "Kocioł Vitodens", "Klimatyzator Daikin", "Gaśnica GP-6")
COPIES = Path(__file__).parents[1] / "crm_enova_like/migrations/19.0.5.0.0/pre-order_done.py"
KEY = "crm_enova_like.bench"    # where the size of the firm is noted
YEARS = "interval '3650 days'"
SAMPLE = 60    # records of each model whose stored values are worked out again


def text(value):
    return "'%s'" % value.replace("'", "''")


def dice(salt, row="n"):
    """SQL: a number from 0 to 2^31 - 1, the same for the same row and salt."""
    return f"(hashint4({row}::int * 31 + {salt}) & 2147483647)"


def one_of(choices, salt, row="n"):
    """SQL: one of some words or records by the dice."""
    values = [text(choice) for choice in choices] if isinstance(choices[0], str) else [str(one.id) for one in choices]
    return f"(ARRAY[{', '.join(values)}])[1 + {dice(salt, row)} % {len(values)}]"


def percent(salt, share):
    return f"({dice(salt)} % 100 < {share})"


class Firm:
    """Fills the database of ``env`` with ``count`` orders."""

    def __init__(self, env, count):
        self.env, self.count = env, count
        self.partners, self.firms = max(count // 20, 10), max(count // 20 * 7 // 10, 7)
        self.devices, self.plans = max(count // 10, 10), max(count // 20, 5)
        self.company, self.uid = env.company.id, env.uid
        self.first = {}

    # WHAT IS MADE BY THE ORM

    def make_users(self):
        Users = self.env["res.users"].with_context(no_reset_password=True)

        def user(login, role):
            return Users.create({"name": login, "login": login, "group_ids": [Command.set(
                [self.env.ref(group).id for group in ("base.group_user", *ROLES[role])])], "lang": "pl_PL"})

        roles = {role: user(f"bench_{role}", role) for role in ROLES}
        self.technicians = roles["technician"] | Users.union(*(user(f"bench_t{n}", "technician") for n in range(19)))
        self.operators = roles["manager"] | roles["operator"] | Users.union(
            *(user(f"bench_o{n}", "operator") for n in range(18)))
        self.everybody = self.technicians | self.operators
        self.uid = roles["manager"].id

    def make_settings(self):
        env = self.env
        self.types = env["crm.service.device.type"].create(
            [{"name": machine, "prefix": f"B{number}"} for number, machine in enumerate(MACHINES)])
        self.regime = env["crm.service.inspection.regime"].create(
            {"name": "Przegląd roczny", "interval_number": 12, "interval_unit": "month"})
        self.parts = env["product.product"].create([{
            "name": f"Część {number}", "is_storable": True, "standard_price": 10, "list_price": 25,
        } for number in range(200)])
        self.labour = env["product.product"].create({"name": "Naprawa", "type": "service", "list_price": 150})
        warehouse = env["stock.warehouse"].search([("company_id", "=", self.company)], limit=1)
        for part in self.parts:
            env["stock.quant"]._update_available_quantity(part, warehouse.lot_stock_id, 100000)
        self.order_type = env["crm.service.order.type"].search([("company_id", "=", self.company)], limit=1)
        self.rw = self.order_type._get_rw_picking_type()
        self.stages = env["crm.service.stage"].search([("company_id", "=", self.company)])
        self.event_types = env["crm.event.type"].search([])

    # WHAT IS MADE BY SQL

    def insert(self, table, rows, columns, keeps_log=True):
        """Rows of a table.

        :param rows: SQL after FROM, with the row's number as ``n``
        :param columns: {column: SQL}; id is counted from a round number on
        """
        if table not in self.first:
            self.next_id(table)
        values = {"id": f"{self.first[table]} + n", **columns}
        if keeps_log:
            now = "NOW() AT TIME ZONE 'utc'"
            for name, value in (
                    ("create_uid", self.uid), ("write_uid", self.uid), ("create_date", now), ("write_date", now)):
                values.setdefault(name, value)
        self.run(f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(map(str, values.values()))} FROM {rows}")
        self.env.cr.execute(SQL(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM %s))", table, SQL.identifier(table)))

    def run(self, query):
        # the numbers of this module are all there is in it
        self.env.cr.execute(SQL(query.replace("%", "%%")))

    @contextlib.contextmanager
    def without_indexes(self, tables):
        """Indexes and foreign keys are made anew at the end: so a table fills several times as fast."""
        indexes = self.env.execute_query(SQL(
            """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid),
                      obj_description(i.indexrelid, 'pg_class') FROM pg_index i
                WHERE i.indrelid::regclass::text IN %s AND NOT i.indisprimary
                  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)""", tables))
        keys = self.env.execute_query(SQL(
            """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
                WHERE contype = 'f' AND conrelid::regclass::text IN %s""", tables))
        self.env.cr.execute(SQL("SET LOCAL work_mem = '128MB'; SET LOCAL maintenance_work_mem = '512MB'"))
        for name, _definition, _comment in indexes:
            self.run(f"DROP INDEX {name}")
        for table, name, _definition in keys:
            self.run(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        yield
        for name, definition, comment in indexes:
            self.run(definition)
            if comment:
                # by which Odoo knows that it may make it anew
                self.run(f"COMMENT ON INDEX {name} IS {text(comment)}")
        for table, name, definition in keys:
            self.run(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')

    def series(self, count):
        return f"generate_series(0, {count} - 1) n"

    def make_partners(self):
        first = self.next_id("res_partner")
        name = (f"CASE WHEN n < {self.firms} THEN 'Firma ' || n || ' sp. z o.o.' ELSE 'Jan Kowalski ' || n END")
        of_firm = f"'Firma ' || n % {self.firms} || ' sp. z o.o.'"
        phone = f"'+48 ' || (500000000 + {dice(2)} % 400000000)"
        self.insert("res_partner", self.series(self.partners), {
            "name": name,
            "complete_name": f"CASE WHEN n < {self.firms} THEN {name} ELSE {of_firm} || ', ' || {name} END",
            "is_company": f"n < {self.firms}",
            "parent_id": f"CASE WHEN n >= {self.firms} THEN {first} + n % {self.firms} END",
            "commercial_partner_id": f"{first} + n % {self.firms}", "commercial_company_name": of_firm,
            "type": "'contact'", "active": "true", "partner_share": "true", "lang": "'pl_PL'",
            "autopost_bills": "'ask'",
            "city": one_of(CITIES, 1), "zip": "'30-001'", "street": "'ul. Długa ' || n", "phone": phone,
            "phone_sanitized": f"replace({phone}, ' ', '')",
            "service_phone_digits": f"regexp_replace({phone}, '[^0-9]', '', 'g') || ';'",
            "email": "'a' || n || '@example.com'",
            "email_normalized": "'a' || n || '@example.com'", "crm_kind": "'contractor'", "employee": "false",
        })

    def make_devices(self):
        partner, sold = f"{self.first['res_partner']} + n % {self.firms}", f"current_date - {dice(7)} % 3650"
        self.insert("crm_service_device", self.series(self.devices), {
            "company_id": self.company, "type_id": one_of(self.types, 3), "partner_id": partner, "address_id": partner,
            "technician_id": f"CASE WHEN {percent(4, 30)} THEN {one_of(self.technicians, 5)} END",
            "name": f"{one_of(MACHINES, 3)} || ' ' || n % 50", "identifier": "'B0/' || lpad(n::text, 7, '0')",
            "identifier_key": "'B0/' || lpad(n::text, 7, '0')",
            "serial_number": f"'SN' || lpad({dice(6)}::text, 10, '0') || n",
            "serial_key": f"'SN' || lpad({dice(6)}::text, 10, '0') || n", "ownership": "'customer'",
            "date_sold": sold, "warranty_end": f"{sold} + 730", "active": f"NOT {percent(8, 1)}",
            "has_personal_data": percent(9, 10),
        })

    def make_orders(self):
        """Over ten years, evenly; one device in a hundred is of the largest contractor."""
        self.next_id("crm_service_order")
        states = {}
        for stage in self.stages:
            states.setdefault(stage.state, []).append(stage)
        open_states = tuple(state for state in states if state in self.stages._get_open_states())
        stage = " ".join(f"WHEN '{state}' THEN {one_of(stages, 10)}" for state, stages in states.items())
        weighed = ("new", "new", "accepted", "in_progress", "in_progress", "waiting")
        device = (f"CASE WHEN {dice(17)} % 100 = 0 "
                  f"THEN {dice(18)} % {max(self.devices // self.firms, 1)} * {self.firms} "
                  f"ELSE {dice(18)} % {self.devices} END")
        self.run(f"""
            CREATE TEMPORARY TABLE bench_order ON COMMIT DROP AS
            SELECT n, received, {device} AS device, state, CASE state {stage} END AS stage,
                   state IN {open_states} AS is_open,
                   CASE WHEN state = 'new' AND {dice(11)} % 10 < 4 THEN NULL
                        ELSE {one_of(self.technicians, 12)} END AS technician,
                   CASE WHEN state NOT IN {open_states}
                        THEN received + ({dice(13)} % 240 || ' hours')::interval END AS closed,
                   CASE WHEN {percent(14, 20)} THEN received + interval '2 days' END AS planned,
                   {percent(15, 50)} AS has_part, {percent(16, 60)} AS has_labour, {percent(26, 50)} AS to_issue
              FROM (SELECT n, received, CASE
                        WHEN received > now() AT TIME ZONE 'utc' - interval '60 days' AND {percent(19, 70)}
                          OR {dice(19)} % 1000 = 0 THEN {one_of(weighed, 20)}
                        WHEN {percent(21, 5)} THEN 'cancelled' ELSE 'done' END AS state
                      FROM (SELECT n, date_trunc('second', now() AT TIME ZONE 'utc')
                                   - {YEARS} * (1 - n::float / {self.count})
                                   - interval '1 minute' * ({dice(22)} % 60) AS received
                              FROM {self.series(self.count)}) s) s""")
        self.run("ANALYZE bench_order")
        partner = f"{self.first['res_partner']} + device % {self.firms}"
        unfinished, released = f"is_open AND {dice(28)} % 4 > 0", f"NOT is_open AND {dice(30)} % 100 > 0"
        basis = one_of(("paid", "paid", "paid", "warranty", "contract", "inspection"), 27)
        outcome = one_of(("repaired",) * 8 + ("no_fault", "unrepairable"), 29)
        times = {"create_date": "received", "write_date": "received"}
        self.insert("crm_service_order", "bench_order", {
            "company_id": self.company, "type_id": self.order_type.id, "stage_id": "stage", "state": "state",
            "is_open": "is_open", "partner_id": partner, "invoice_partner_id": partner, "address_id": partner,
            "requester_id": one_of(self.operators, 23), "user_id": "technician", "device_count": 1,
            "main_device_id": f"{self.first['crm_service_device']} + device",
            "name": "'ZSR/' || extract(year FROM received) || '/P' || lpad(n::text, 7, '0')",
            "priority": f"CASE WHEN {percent(24, 5)} THEN '1' ELSE '0' END", "active": f"{dice(25)} % 500 > 0",
            "date_deadline": "(received + interval '14 days')::date", "description": "'Nie drukuje ' || n",
            "parts_to_issue": "is_open AND has_part AND to_issue", "date_received": "received",
            "planned_start": "planned", "planned_stop": "planned + interval '1 hour'", "date_closed": "closed",
            "has_ready": f"NOT ({unfinished}) AND NOT ({released})", "has_warranty": f"{basis} = 'warranty'",
            "has_rework": "false",
            # the planned day or the deadline, whichever comes first
            "date_nearest": "CASE WHEN is_open THEN LEAST((received + interval '14 days')::date, "
                            "(planned AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Warsaw')::date) END",
            "holds_parts": "is_open AND has_part AND NOT (is_open AND to_issue)", **times})
        state = (f"CASE WHEN {unfinished} THEN 'open' WHEN state = 'cancelled' THEN 'declined' "
                 f"ELSE {outcome} END")
        self.next_id("crm_service_order_device")
        self.insert("crm_service_order_device", "bench_order", {
            "order_id": f"{self.first['crm_service_order']} + n", "sequence": 10, "company_id": self.company,
            "partner_id": partner, "technician_id": "technician", "order_state": "state", "order_is_open": "is_open",
            "device_id": f"{self.first['crm_service_device']} + device",
            "basis": basis, "state": state, "is_open": unfinished, "fault": "'Nie drukuje'",
            "resolution": "CASE WHEN NOT is_open THEN 'Wymieniono głowicę' END", "date_received": "received",
            "date_closed": "closed", "date_released": f"CASE WHEN {released} THEN closed END",
            "repair_warranty_until":
                f"CASE WHEN state = 'done' AND {outcome} = 'repaired' THEN (closed + interval '90 days')::date END",
            **times})
        self.insert("crm_service_stage_time", "bench_order", {
            "order_id": f"{self.first['crm_service_order']} + n", "company_id": self.company, "stage_id": "stage",
            "user_id": one_of(self.operators, 23), "date_start": "COALESCE(closed, received)", "is_current": "true",
        }, keeps_log=False)

    def make_lines(self):
        row = {
            "order_id": f"{self.first['crm_service_order']} + n", "company_id": self.company,
            "device_line_id": f"{self.first['crm_service_order_device']} + n",
            "device_id": f"{self.first['crm_service_device']} + device", "billing": "'billable'", "supply": "'rw'",
            "quantity": 1, "quantity_returned": 0, "create_date": "received", "write_date": "received"}
        waits = "(is_open AND to_issue)"
        self.insert("crm_service_order_line", "bench_order WHERE has_part", {
            **row, "id": f"{self.next_id('crm_service_order_line')} + n", "sequence": 10, "kind": "'part'",
            "name": "'Część'", "product_id": one_of(self.parts, 31), "uom_id": self.parts[0].uom_id.id,
            "price_unit": 25, "subtotal": 25, "quantity_issued": f"1 - {waits}::int",
            "quantity_to_issue": f"{waits}::int", "needs_issue": waits})
        self.insert("crm_service_order_line", "bench_order WHERE has_labour", {
            **row, "id": f"{self.first['crm_service_order_line']} + {self.count} + n", "sequence": 20,
            "kind": "'labour'", "name": "'Naprawa'", "product_id": self.labour.id, "uom_id": self.labour.uom_id.id,
            "price_unit": 150, "subtotal": 150, "user_id": "technician", "quantity_issued": 0, "quantity_to_issue": 0,
            "needs_issue": "false"})

    def make_documents(self):
        """An RW for every fifth order with a part, and for those of today's work."""
        rows = "bench_order WHERE has_part AND (n % 5 = 0 OR is_open) AND NOT (is_open AND to_issue)"
        source, target = self.rw.default_location_src_id.id, self.rw.default_location_dest_id.id
        common = {
            "company_id": self.company, "location_id": source, "location_dest_id": target,
            "picking_type_id": self.rw.id, "state": "'done'", "priority": "'0'", "create_date": "received",
            "write_date": "received"}
        self.next_id("stock_picking")
        self.insert("stock_picking", rows, {
            **common, "name": "'RW/P' || n", "origin": "'ZSR'", "move_type": "'direct'", "is_locked": "true",
            "partner_id": f"{self.first['res_partner']} + device % {self.firms}",
            "service_order_id": f"{self.first['crm_service_order']} + n", "service_document": "'rw'",
            "service_deadline": "(received + interval '14 days')::date", "scheduled_date": "received",
            "date_done": "received"})
        self.insert("stock_move", rows, {
            **common, "sequence": 10, "product_id": one_of(self.parts, 31), "product_uom": self.parts[0].uom_id.id,
            "picking_id": f"{self.first['stock_picking']} + n", "procure_method": "'make_to_stock'", "product_qty": 1,
            "product_uom_qty": 1, "quantity": 1, "picked": "true", "date": "received", "value": 10, "is_out": "true",
            "is_in": "false", "service_line_id": f"{self.first['crm_service_order_line']} + n",
            "reference": "'RW/P' || n"})

    def make_tasks(self):
        self.run(f"""
            CREATE TEMPORARY TABLE bench_task ON COMMIT DROP AS
            SELECT n, CASE WHEN {dice(40)} % 100 < 3 THEN {one_of(('open', 'open', 'open', 'in_progress'), 41)}
                           WHEN {dice(40)} % 100 < 6 THEN 'cancelled' ELSE 'done' END AS state,
                   {dice(40)} % 100 < 3 AS is_open,
                   CASE WHEN {dice(40)} % 100 < 3 THEN today + interval '1 hour' * ({dice(42)} % 2880 - 1440)
                        ELSE today - {YEARS} * (1 - n::float / {self.count}) END AS day,
                   {one_of(self.everybody, 43)} AS performer, {dice(44)} % 3 = 0 AS is_planned,
                   CASE WHEN {dice(45)} % 100 = 0 THEN 0 ELSE {dice(46)} % {self.firms} END AS firm
              FROM {self.series(self.count)}, (SELECT date_trunc('second', now() AT TIME ZONE 'utc') AS today) t""")
        self.next_id("crm_task")
        person = f"{self.first['res_partner']} + {self.firms} + firm"
        self.insert("crm_task", "bench_task", {
            "company_id": self.company, "partner_id": f"{self.first['res_partner']} + firm",
            "person_id": f"CASE WHEN {percent(47, 30)} AND {self.firms} + firm < {self.partners} THEN {person} END",
            "user_id": "performer",
            "requester_id": f"CASE WHEN {percent(48, 60)} THEN performer ELSE {one_of(self.everybody, 49)} END",
            "name": "'Zadzwonić w sprawie ' || n", "priority": f"CASE WHEN {percent(50, 5)} THEN '1' ELSE '0' END",
            "state": "state", "is_open": "is_open", "repeat_unit": "'week'", "repeats": "false", "active": "true",
            "date_deadline": f"CASE WHEN {percent(51, 80)} THEN day::date END", "description": "'Uzgodnić termin'",
            # the firm's clock is ahead by an hour or two
            "date_nearest": f"CASE WHEN is_open THEN LEAST(CASE WHEN {percent(51, 80)} THEN day::date END, CASE WHEN "
                            "is_planned THEN (day AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Warsaw')::date END) END",
            "planned_start": "CASE WHEN is_planned THEN day END",
            "planned_stop": "CASE WHEN is_planned THEN day + interval '1 hour' END",
            "date_done": "CASE WHEN state = 'done' THEN day END",
            "order_id": f"CASE WHEN {percent(52, 10)} "
                        f"THEN {self.first['crm_service_order']} + {dice(53)} % {self.count} END",
            "create_date": "day", "write_date": "day"})

    def make_events(self):
        person = f"{self.first['res_partner']} + {self.firms} + firm"
        for table in ("bench_task", "bench_order"):
            self.run(f"CREATE INDEX ON {table} (n)")
        task, order = (f"CASE WHEN {percent(65, 20)} THEN {dice(66)} % {self.count} END",
                       f"CASE WHEN {percent(67, 10)} THEN {dice(68)} % {self.count} END")
        rows = (f"(SELECT n, {task} AS task, {order} AS service, "
                f"CASE WHEN {dice(60)} % 100 = 0 THEN 0 ELSE {dice(61)} % {self.firms} END AS firm, "
                f"date_trunc('second', now() AT TIME ZONE 'utc') - {YEARS} * (1 - n::float / {3 * self.count}) AS day "
                f"FROM {self.series(3 * self.count)}) s")
        self.next_id("crm_event")
        self.insert("crm_event", rows, {
            "company_id": self.company, "partner_id": f"{self.first['res_partner']} + firm",
            "person_id": f"CASE WHEN {percent(62, 30)} AND {self.firms} + firm < {self.partners} THEN {person} END",
            "user_id": one_of(self.everybody, 63), "type_id": one_of(self.event_types, 64),
            "task_id": f"{self.first['crm_task']} + task", "order_id": f"{self.first['crm_service_order']} + service",
            "task_user_id": "(SELECT performer FROM bench_task t WHERE t.n = task)",
            "order_user_id": "(SELECT technician FROM bench_order o WHERE o.n = service)",
            "name": "'Rozmowa ' || n", "direction": one_of(("in", "out"), 69),
            "description": "'Klient prosi o kontakt'", "active": "true", "date": "day", "duration": 0.25,
            "create_date": "day", "write_date": "day"})
        self.run(f"""INSERT INTO crm_event_res_partner_rel (crm_event_id, res_partner_id)
                     SELECT {self.first['crm_event']} + n, {self.first['res_partner']} + {dice(70)} % {self.partners}
                       FROM generate_series(0, {3 * self.count} - 1, 10) n""")

    def make_calendar(self):
        """What is planned stands in its performer's calendar."""
        for model, rows, start, performer, is_open in (
                ("crm.task", "bench_task WHERE is_planned", "day", "performer", "is_open"),
                ("crm.service.order", "bench_order WHERE planned IS NOT NULL AND technician IS NOT NULL", "planned",
                 "technician", "is_open")):
            table = self.env[model]._table
            first = self.next_id("calendar_event")
            self.first["calendar_event"] = first
            self.insert("calendar_event", rows, {
                "user_id": performer, "res_id": f"{self.first[table]} + n",
                "res_model_id": self.env["ir.model"]._get_id(model), "res_model": text(model),
                "name": "'Wizyta ' || n", "privacy": "'public'", "show_as": "'busy'", "active": is_open,
                "allday": "false", "start": start, "stop": f"{start} + interval '1 hour'", "duration": 1,
                "crm_company_id": self.company, "recurrency": "false"})
            partner = f"(SELECT partner_id FROM res_users WHERE id = {performer})"
            self.first.pop("calendar_attendee", None)
            self.insert("calendar_attendee", rows, {
                "event_id": f"{first} + n", "partner_id": partner, "common_name": "'x'", "access_token": "md5(n::text)",
                "state": "'accepted'"})
            self.run(f"INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id) "
                     f"SELECT {first} + n, {partner} FROM {rows}")
            source, _where, condition = rows.partition(" WHERE ")
            self.run(f"UPDATE {table} SET calendar_event_id = {first} + n FROM {source} "
                     f"WHERE {table}.id = {self.first[table]} + n AND {condition}")

    def make_inspections(self):
        """One that is done and the next one, each within a year of its plan."""
        rows = f"(SELECT n, current_date - {dice(80)} % 390 AS last FROM {self.series(self.plans)}) s"
        device, partner = (f"{self.first['crm_service_device']} + n", f"{self.first['res_partner']} + n % {self.firms}")
        self.next_id("crm_service_inspection_plan")
        self.insert("crm_service_inspection_plan", rows, {
            "device_id": device, "regime_id": self.regime.id, "company_id": self.company, "partner_id": partner,
            "anchor_date": "last - 365", "next_date": "last + 365", "date_last_done": "last", "last_result": "'passed'",
            "date_to_make": "last + 800", "active": "true"})
        is_done = "k = 0"
        first = self.next_id("crm_service_inspection")
        name = f"'Firma ' || n % {self.firms} || ' sp. z o.o.'"
        city = one_of(CITIES, 1, f"(n % {self.firms})")
        address = f"'ul. Długa ' || n % {self.firms} || chr(10) || '30-001 ' || {city}"
        # what each that is done keeps of its day
        kept = {
            "partner_id": partner, "partner_name": name, "partner_address": address, "address_id": partner,
            "address": f"{name} || chr(10) || {address}", "device_name": f"{one_of(MACHINES, 3)} || ' ' || n % 50",
            "serial_number": f"'SN' || lpad({dice(6)}::text, 10, '0') || n",
            "identifier": "'B0/' || lpad(n::text, 7, '0')", "regime_name": "'Przegląd roczny'",
            "technician_name": "'bench_technician'", "lang": "'pl_PL'",
            "next_date": "(last + interval '12 months')::date"}
        self.insert("crm_service_inspection", f"{rows}, generate_series(0, 1) k", {
            "id": f"{first} + n * 2 + k", "plan_id": f"{self.first['crm_service_inspection_plan']} + n",
            "device_id": device, "regime_id": self.regime.id, "company_id": self.company, "partner_id": partner,
            "address_id": partner, "user_id": one_of(self.technicians, 81),
            "city": city, "zip": "'30-001'", "is_open": f"NOT ({is_done})",
            "state": f"CASE WHEN {is_done} THEN 'done' ELSE 'planned' END", "planned_date": "last + 365 * k",
            "result": f"CASE WHEN {is_done} THEN 'passed' END", "due_date": "last + 365 * k",
            "date_done": f"CASE WHEN {is_done} THEN last END", "visit_failed_count": 0,
            "schedule_date": "last + 365 * k", "done_per_visit": "false", "done_is_estimate": "false",
            **{f"done_{name}": f"CASE WHEN {is_done} THEN {value} END" for name, value in kept.items()},
            "date_reminded": f"CASE WHEN NOT ({is_done}) AND last + 365 < current_date + 60 THEN current_date END"})

    def make_copies(self):
        """What closed orders and devices with an outcome keep, as an update gives it to those of before."""
        fill = runpy.run_path(str(COPIES))
        for query in ("HEADS", "ORDERS", "ROWS"):
            self.run(fill[query])
        self.run("DROP TABLE crm_done_line, crm_done_head")

    def next_id(self, table):
        self.env.cr.execute(SQL("SELECT COALESCE(max(id), 0) + 1000 FROM %s", SQL.identifier(table)))
        self.first[table] = self.env.cr.fetchone()[0]
        return self.first[table]

    # ALL OF IT

    def fill(self):
        """Fill the database, and note how large it is.

        :raises AssertionError: a stored value is not what the addon would work out
        """
        steps = (self.make_partners, self.make_devices, self.make_orders, self.make_lines, self.make_documents,
                 self.make_tasks, self.make_events, self.make_calendar, self.make_inspections, self.make_copies)
        self.make_users()
        self.make_settings()
        self.env.flush_all()
        tables = tuple(self.env[model]._table for model in (
            "crm.service.device", "crm.service.order", "crm.service.order.device", "crm.service.order.line", "crm.task",
            "crm.event", "crm.service.inspection", "crm.service.inspection.plan", "crm.service.stage.time",
            "calendar.event", "calendar.attendee"))
        with self.without_indexes((*tables, "crm_event_res_partner_rel", "calendar_event_res_partner_rel")):
            for step in steps:
                start = time.monotonic()
                step()
                print(f"{step.__name__} {time.monotonic() - start:.0f} s", flush=True)
        facts = {"count": self.count, "firms": self.firms, "first": {table: self.first[table] for table in (
            "res_partner", "crm_service_device", "crm_service_order", "crm_task")}}
        self.env["ir.config_parameter"].set_param(KEY, json.dumps(facts))
        self.env.cr.commit()
        self.env.invalidate_all()
        self.env.registry.clear_all_caches()


def check_sample(env):
    """Work out stored values of a few records of each model again: on a firm that cannot be, nothing is measured.

    :raises AssertionError: a stored value is not what the addon works out
    """
    wrong = []
    for model, domain in (
            ("crm.service.order", []), ("crm.service.order.device", []),
            # of an order that was closed long ago, the RW may be missing
            ("crm.service.order.line", [("order_id.is_open", "=", True)]), ("crm.task", []), ("crm.event", []),
            ("crm.service.inspection", []), ("crm.service.inspection.plan", []), ("stock.picking", [])):
        records = env[model].with_context(active_test=False).search(domain)
        records = records[::max(len(records) // SAMPLE, 1)]
        names = [name for name, field in records._fields.items()
                 if field.store and field.compute and field.readonly and field.column_type
                 and "crm_enova_like" in field._modules]
        before = {record: {name: record[name] for name in names} for record in records}
        for name in names:
            env.add_to_compute(records._fields[name], records)
        env._recompute_all()
        wrong += [f"{record} {name}: {before[record][name]} should be {record[name]}"
                  for record in records for name in names if record[name] != before[record][name]]
    env.cr.rollback()
    assert not wrong, wrong[:10]


def vacuum(env):
    """Statistics and the map of what everybody sees, as PostgreSQL has them on a quiet night."""
    env.cr.commit()
    env.cr._cnx.autocommit = True
    env.cr.execute("VACUUM ANALYZE")
    env.cr._cnx.autocommit = False


def facts_of(env):
    return json.loads(env["ir.config_parameter"].sudo().get_param(KEY))
