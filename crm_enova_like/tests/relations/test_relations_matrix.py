from contextlib import contextmanager, suppress
from datetime import date, datetime
from itertools import count
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ServiceCommon

# the registers of the menu: the action that opens each, and a value that whoever works in it writes
REGISTERS = {
    "service orders": ("action_crm_service_order", {"description": "Written"}),
    "planned inspections": ("action_crm_service_inspection", {"note": "Written"}),
    "devices": ("action_crm_service_device", {"name": "Written"}),
    "contractors": ("action_crm_contractor", {"name": "Written"}),
    "persons": ("action_crm_person", {"name": "Written"}),
    "campaigns": ("action_crm_campaign", {"goal": "Written"}),
    "projects": ("action_crm_project", {"goal": "Written"}),
    "tasks": ("action_crm_task", {"description": "Written"}),
    "events": ("action_crm_event", {"description": "Written"}),
    "my tasks": ("action_crm_my_work", {"name": "Written"}),
    "consents": ("action_crm_consent", {"note": "Written"}),
    "document links": ("action_crm_document_link", {"role": "none"}),
    "timeline": ("action_crm_timeline", {"name": "Written"}),
    "calendar": ("action_crm_team_calendar", {"start": datetime(2026, 3, 16, 9), "stop": datetime(2026, 3, 16, 10)}),
}
VIEWS = ("my tasks", "timeline")    # rows of other registers, that nobody makes
ROLES = ("technician", "operator", "manager")
GROUPS = {
    "technician": "crm_enova_like.group_technician", "operator": "crm_enova_like.group_user",
    "manager": "crm_enova_like.group_manager"}

# Whose a record is, and what each role may do with it in its own company:
# c create, r read, w write, d delete.
#   own          its performer is the one who tries; a dispatcher asked for it
#   nobody's     it waits in the queue; a dispatcher asked for it
#   handed out   a colleague performs it; the one who tries asked for it
#   task's       an event noted by a colleague, of a task whose performer is the one who tries
#   colleague's  a colleague performs it, and a dispatcher asked for it
#   any          the register knows no performer
RIGHTS = {
    # register               whose          technician operator manager
    "service orders": {
        "own":                              ("crw",  "crw",  "crwd"),
        "nobody's":                         ("crw",  "crw",  "crwd"),
        "handed out":                       ("crw",  "crw",  "crwd"),
        "colleague's":                      ("",     "crw",  "crwd"),
    },
    "planned inspections": {"any":          ("rw",   "crw",  "crwd")},
    "devices": {"any":                      ("crw",  "crw",  "crwd")},
    # Odoo's own: an operator is a partner manager, campaigns are every employee's and deleted by
    # the settings' manager, projects are the project manager's
    "contractors": {"any":                  ("r",    "crwd", "crwd")},
    "persons": {"any":                      ("r",    "crwd", "crwd")},
    "campaigns": {"any":                    ("crw",  "crw",  "crw")},
    # operators make those of the register; of others they change none
    "projects": {"any":                     ("r",    "cr",   "crwd")},
    # who asked for a task may delete it
    "tasks": {
        "own":                              ("crw",  "crw",  "crwd"),
        "nobody's":                         ("crw",  "crw",  "crwd"),
        "handed out":                       ("crwd", "crwd", "crwd"),
        "colleague's":                      ("",     "crw",  "crwd"),
    },
    "events": {
        "own":                              ("crw",  "crw",  "crwd"),
        "nobody's":                         ("crw",  "crw",  "crwd"),
        "task's":                           ("crw",  "crw",  "crwd"),
        "colleague's":                      ("",     "crw",  "crwd"),
    },
    "my tasks": {
        "own":                              ("r",    "r",    "r"),
        "nobody's":                         ("r",    "r",    "r"),
        "handed out":                       ("r",    "r",    "r"),
        "colleague's":                      ("",     "r",    "r"),
    },
    "consents": {"any":                     ("r",    "crw",  "crwd")},
    # of a task; who may not read the document (here a quotation) does not tie it
    "document links": {
        "own":                              ("rwd",  "rwd",  "rwd"),
        "nobody's":                         ("rwd",  "rwd",  "rwd"),
        "handed out":                       ("rwd",  "rwd",  "rwd"),
        "colleague's":                      ("",     "rwd",  "rwd"),
    },
    "timeline": {
        "own":                              ("r",    "r",    "r"),
        "nobody's":                         ("r",    "r",    "r"),
        "handed out":                       ("r",    "r",    "r"),
        "colleague's":                      ("",     "r",    "r"),
    },
}
OF_WHO_TRIES = ("own", "handed out", "task's")
# Odoo shows the employees each other's calendars; an entry is moved by who may write its task
MOVES = {
    "own":                                  ("rw",   "rw",   "rw"),
    "handed out":                           ("rw",   "rw",   "rw"),
    "colleague's":                          ("r",    "rw",   "rw"),
}


class Undo(Exception):
    """Takes back what was tried."""


@tagged("post_install", "-at_install")
class TestCrmMatrix(ServiceCommon):
    """Three roles, two companies, every register: what each may do in its own company, and nothing in the other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._get_second_company()
        cls.companies = {"A": cls.company, "B": cls.other_company}
        # that it is refused counts here, not the words, for which Odoo reads the record's names and all of its rules
        cls.startClassPatcher(patch.object(
            cls.registry["ir.rule"], "_make_access_error", lambda rules, operation, records: AccessError("Refused")))
        cls.number = count(1)
        cls.users = {
            (role, name): cls._new_employee(f"{role}_{name}", GROUPS[role], company)
            for name, company in cls.companies.items() for role in ROLES}
        cls.colleagues = {
            name: cls._new_employee(f"colleague_{name}", GROUPS["technician"], company)
            for name, company in cls.companies.items()}
        cls.dispatchers = {
            name: cls._new_employee(f"dispatcher_{name}", GROUPS["operator"], company)
            for name, company in cls.companies.items()}
        cls.regime = cls.env["crm.service.inspection.regime"].create({"name": "Every two years"})
        cls.contractors, cls.own_devices, cls.quotations = {}, {}, {}
        for name, company in cls.companies.items():
            contractor = cls.contractors[name] = cls._there(name)["res.partner"].create({
                "name": f"Contractor of {name}", "is_company": True, "company_id": company.id})
            cls.own_devices[name] = cls._there(name)["crm.service.device"].create({
                "name": f"Device of {name}", "type_id": cls.device_type.id, "partner_id": contractor.id})
            cls.quotations[name] = cls._there(name)["sale.order"].create({
                "partner_id": contractor.id, "company_id": company.id})

    @classmethod
    def _new_employee(cls, name, group, companies):
        return new_test_user(
            cls.env, f"matrix_{name}", groups=f"{group},base.group_allow_export", company_id=companies[0].id,
            company_ids=[Command.set(companies.ids)])

    @classmethod
    def _there(cls, name):
        """The superuser at work in a company."""
        return cls.env(context={**cls.env.context, "allowed_company_ids": cls.companies[name].ids})

    @classmethod
    def _get_action(cls, register):
        return cls.env.ref(f"crm_enova_like.{REGISTERS[register][0]}")

    def _get_model(self, register, env=None):
        return (env or self.env)[self._get_action(register).res_model]

    def _prepare_vals(self, register, name, whose="nobody's", user=None):
        """Values of a new record of a register, in a company."""
        env, company, contractor = self._there(name), self.companies[name], self.contractors[name]
        number, colleague, dispatcher = next(self.number), self.colleagues[name], self.dispatchers[name]
        performer = {"own": user, "colleague's": colleague, "handed out": colleague, "task's": colleague}.get(
            whose, env["res.users"])
        who = {"user_id": performer.id, "requester_id": (user if whose == "handed out" else dispatcher).id}
        common = {"name": f"Record {number}", "company_id": company.id}
        if register == "service orders":
            return {"partner_id": contractor.id, "company_id": company.id, **who}
        if register == "planned inspections":
            return {"device_id": self.own_devices[name].id, "regime_id": self.regime.id, "planned_date": "2027-01-31"}
        if register == "devices":
            return {**common, "type_id": self.device_type.id, "partner_id": contractor.id}
        if register == "contractors":
            return {**common, "is_company": True}
        if register == "persons":
            return {**common, "type": "contact", "parent_id": contractor.id}
        if register == "campaigns":
            return {"title": f"Campaign {number}", "company_id": company.id}
        if register == "projects":
            return {**common, "partner_id": contractor.id}
        if register == "tasks":
            return {**common, **who, "partner_id": contractor.id, "date_deadline": date(2026, 3, 20)}
        if register == "events":
            task = env["crm.task"].create({
                **common, "user_id": user.id, "requester_id": dispatcher.id}) if whose == "task's" else env["crm.task"]
            return {**common, "user_id": performer.id, "partner_id": contractor.id, "task_id": task.id}
        if register == "consents":
            person = env["res.partner"].create(self._prepare_vals("persons", name))
            return {"partner_id": person.id, "channel": "phone", "source": "Form", "company_id": company.id}
        if register == "document links":
            task = env["crm.task"].create(self._prepare_vals("tasks", name, whose, user))
            return {"task_id": task.id, "res_model": "sale.order", "res_id": self.quotations[name].id}
        raise KeyError(register)

    def _new_record(self, register, name, whose="nobody's", user=None):
        env = self._there(name)
        if register in VIEWS:
            order = env["crm.service.order"].create(self._prepare_vals("service orders", name, whose, user))
            self.env.flush_all()
            record = self._get_model(register, env).search([("order_id", "=", order.id)])
        elif register == "calendar":
            record = env["crm.task"].create(self._prepare_vals("tasks", name, whose, user)).calendar_event_id
        else:
            record = self._get_model(register, env).create(self._prepare_vals(register, name, whose, user))
        return record.with_env(self.env)

    # WHAT IS TRIED, FOR REAL, AND TAKEN BACK

    @contextmanager
    def _tried(self):
        """What is done in the block is undone."""
        self.env.flush_all()
        self.env.invalidate_all()
        try:
            with suppress(Undo), self.env.cr.savepoint():
                yield
                self.env.flush_all()
                raise Undo
        finally:
            self.env.invalidate_all()

    def _may(self, act):
        try:
            with self._tried():
                act()
        except AccessError:
            return False
        return True

    @staticmethod
    def _read(record):
        """Read all that the addon shows of a record."""
        record.read(["display_name", *(
            name for name, field in record._fields.items()
            if field._modules and field._modules[0] == "crm_enova_like" and record._has_field_access(field, "read"))])

    def _get_done(self, register, record, vals=None):
        """The letters of what the record's user may do with it; c where values are given."""
        acts = {
            "r": lambda: self._read(record),
            "w": lambda: record.write(REGISTERS[register][1]),
            "d": record.unlink,
        }
        if vals is not None:
            acts = {"c": lambda: record.browse().create(vals), **acts}
        return "".join(letter for letter, act in acts.items() if self._may(act))

    # IN ONE'S OWN COMPANY

    def test_in_ones_own_company(self):
        for register, rows in RIGHTS.items():
            for name in self.companies:
                for whose, rights in rows.items():
                    shared = whose not in OF_WHO_TRIES and self._new_record(register, name, whose)
                    for role, expected in zip(ROLES, rights, strict=True):
                        user = self.users[role, name]
                        record = (shared or self._new_record(register, name, whose, user)).with_user(user)
                        vals = {"name": "New"} if register in VIEWS else self._prepare_vals(
                            register, name, whose, user)
                        with self.subTest(company=name, register=register, whose=whose, role=role):
                            self.assertEqual(self._get_done(register, record, vals), expected)
                            self._assert_shown(register, record, "r" in expected)

    def test_in_the_calendar_of_ones_own_company(self):
        for name in self.companies:
            for whose, rights in MOVES.items():
                for role, expected in zip(ROLES, rights, strict=True):
                    user = self.users[role, name]
                    entry = self._new_record("calendar", name, whose, user).with_user(user)
                    with self.subTest(company=name, register="calendar", whose=whose, role=role):
                        self.assertEqual(self._get_done("calendar", entry).replace("d", ""), expected)
                        self._assert_shown("calendar", entry, True)

    def _assert_shown(self, register, record, shown):
        """Search, count, groups and name search show a record that may be read, and no other."""
        Model, domain = record.browse(), self._get_domain(register, record)
        number = int(shown)
        ids = record.ids if shown else []
        for operation, found, expected in (
                ("search", Model.search(domain).ids, ids),
                ("search_count", Model.search_count(domain), number),
                ("_read_group", Model._read_group(domain, [], ["__count"])[0][0], number),
                ("formatted_read_group", sum(
                    group["__count"] for group in Model.formatted_read_group(
                        domain, [self._get_grouping(register)], ["__count"])), number),
                ("search_read", [row["id"] for row in Model.search_read(domain, ["display_name"])], ids),
                ("name_search", [row[0] for row in Model.name_search(domain=domain)], ids)):
            with self.subTest(operation=operation):
                self.assertEqual(found, expected)

    def _get_domain(self, register, record):
        action = self._get_action(register)
        return [("id", "in", record.ids), *safe_eval(action.domain or "[]", {"uid": record.env.uid})]

    @staticmethod
    def _get_grouping(register):
        return {"calendar": "user_id", "document links": "res_model"}.get(register, "company_id")

    # NOTHING OF THE OTHER COMPANY

    def _get_refused(self, register, record, vals):
        """{operation: what somebody does to a record of the other company, which must be refused}."""
        domain_write = REGISTERS[register][1]
        acts = {
            "read": lambda: record.read(["display_name"]),
            "web_read": lambda: record.web_read({"display_name": {}}),
            "export": lambda: record.export_data(["display_name"]),
            "write": lambda: record.write(domain_write),
            "delete": record.unlink,
        }
        if vals is not None:
            acts["create"] = lambda: record.browse().create(vals)
        return acts

    def _assert_nothing(self, register, record, vals):
        self._assert_shown(register, record, False)
        if self._get_grouping(register) == "company_id":
            with self.subTest(operation="groups of companies"):
                groups = record.browse()._read_group(
                    self._get_domain(register, record)[1:], ["company_id"], ["__count"])
                self.assertNotIn(record.sudo().company_id.id, [company.id for company, _number in groups])
        for operation, act in self._get_refused(register, record, vals).items():
            with self.subTest(operation=operation):
                self.assertFalse(self._may(act))

    def test_nothing_of_the_other_company(self):
        for register in RIGHTS:
            for name, theirs in (("A", "B"), ("B", "A")):
                record = self._new_record(register, theirs)
                vals = None if register in VIEWS else self._prepare_vals(register, theirs)
                for role in ROLES:
                    with self.subTest(company=name, register=register, of=theirs, role=role):
                        self._assert_nothing(register, record.with_user(self.users[role, name]), vals)

    def test_no_calendar_of_the_other_company(self):
        for name, theirs in (("A", "B"), ("B", "A")):
            entry = self._new_record("calendar", theirs, "colleague's")
            for role in ROLES:
                with self.subTest(company=name, register="calendar", of=theirs, role=role):
                    self._assert_nothing("calendar", entry.with_user(self.users[role, name]), None)
        # who performs it sees it, whichever company is switched on
        both = self.companies["A"] | self.companies["B"]
        user = self._new_employee("performer", GROUPS["technician"], both)
        entry = self._new_record("calendar", "B", "own", user)
        for active in (self.companies["A"], self.companies["B"], both):
            with self.subTest(active=active.mapped("name")):
                self._assert_shown("calendar", self._as(user, entry, {"allowed_company_ids": active.ids}), True)

    def test_a_company_that_is_not_ones_own_is_not_switched_on(self):
        for register in RIGHTS:
            record = self._new_record(register, "B")
            for role in ROLES:
                for companies in (self.companies["B"], self.companies["A"] | self.companies["B"]):
                    Model = self._get_model(register).with_user(self.users[role, "A"]).with_context(
                        allowed_company_ids=companies.ids)
                    with self.subTest(
                            company="A", register=register, role=role, companies=companies.mapped("name")):
                        self.assertFalse(self._may(lambda Model=Model, record=record: Model.search(
                            [("id", "in", record.ids)])))

    def test_a_user_of_both_sees_what_is_switched_on(self):
        both = self.companies["A"] | self.companies["B"]
        users = {role: self._new_employee(f"both_{role}", GROUPS[role], both) for role in ROLES}
        for register in RIGHTS:
            records = {name: self._new_record(register, name) for name in self.companies}
            for role, user in users.items():
                for active in ("A", "B"):
                    hidden = "B" if active == "A" else "A"
                    with self.subTest(role=role, register=register, active=active):
                        context = {"allowed_company_ids": self.companies[active].ids}
                        self._assert_shown(register, self._as(user, records[active], context), True)
                        vals = None if register in VIEWS else self._prepare_vals(register, hidden)
                        self._assert_nothing(register, self._as(user, records[hidden], context), vals)
                with self.subTest(role=role, register=register, active="A and B"):
                    context = {"allowed_company_ids": both.ids}
                    for name in self.companies:
                        record = self._as(user, records[name], context)
                        self._assert_shown(register, record, True)
                        with self.subTest(of=name):
                            self.assertTrue(self._may(lambda record=record: self._read(record)))
                            self.assertTrue(record.export_data(["display_name"])["datas"])

    @staticmethod
    def _as(user, record, context):
        return record.with_user(user).with_context(**context)

    def test_nothing_moves_to_the_other_company(self):
        both = self.companies["A"] | self.companies["B"]
        for register, cleared in (
                ("service orders", ()), ("devices", ()), ("events", ("partner_id",)),
                ("tasks", ("partner_id",)), ("consents", ())):
            for role in ROLES:
                record = self._new_record(register, "A")
                if register == "consents":
                    record.partner_id.company_id = False
                # what would tie it to its company is cleared on the way
                vals = {"company_id": self.companies["B"].id, **dict.fromkeys(cleared, False)}
                owner = self._new_employee(f"owner_{register}_{role}", GROUPS[role], both)
                if register == "tasks":
                    # who asked for it stays, and works in both
                    record._write_facts({"requester_id": owner.id})
                for user, context in (
                        (self.users[role, "A"], {}), (owner, {"allowed_company_ids": self.companies["A"].ids})):
                    with self.subTest(register=register, role=role, user=user.login), self.assertRaises(UserError):
                        with self._tried():
                            self._as(user, record, context).write(vals)
                if register in ("tasks", "events"):
                    with self.subTest(register=register, role=role, active="A and B"), self._tried():
                        self._as(owner, record, {"allowed_company_ids": both.ids}).write(vals)
