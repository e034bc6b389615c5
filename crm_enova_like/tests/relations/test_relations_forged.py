from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from ..common import ServiceCommon

REFUSED = (AccessError, UserError, ValidationError)


@tagged("post_install", "-at_install")
class TestForged(ServiceCommon):
    """What a form shows for reading only is not written by RPC or an import, whatever way it goes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.other = cls._get_second_company()
        cls.task = cls.env["crm.task"].with_user(cls.operator).create({
            "name": "Visit", "user_id": cls.technician.id, "planned_start": datetime(2026, 3, 12, 9),
            "repeats": True, "repeat_count": 3})
        cls.order = cls.make_order(cls.device, user_id=cls.technician.id)
        cls.event = cls.env["crm.event"].with_user(cls.technician).create({
            "name": "Called", "task_id": cls.task.id, "order_id": cls.order.id})
        cls.consent = cls.env["crm.consent"].create({
            "partner_id": cls.person.id, "channel": "phone", "source": "Form 1", "date_given": "2025-05-05"})
        cls.sale = cls.env["sale.order"].create({"partner_id": cls.contractor.id})
        cls.link = cls.task.with_env(cls.env)._link_documents(cls.sale)
        cls.env.flush_all()

    def _get_facts(self):
        """[(record, values)] that nobody writes but by what is done."""
        moment, other = "2020-01-01 10:00:00", self.other_technician.id
        return [
            (self.task, {"requester_id": self.technician.id}),
            (self.task, {"requester_id": False}),
            (self.task, {"date_done": moment}),
            (self.task, {"state": "done", "date_done": moment, "requester_id": other}),
            (self.task, {"is_open": False}),
            (self.task, {"date_nearest": "2020-01-01"}),
            (self.task, {"series_index": 100_000}),
            (self.task, {"series_id": self.task.id}),
            (self.task, {"series_anchor_id": self.task.id}),
            (self.task, {"series_day": "2020-01-01"}),
            (self.task, {"series_deadline": "2020-01-01"}),
            (self.task, {"company_id": self.other.id}),
            (self.task, {"calendar_event_id": self.task.sudo().calendar_event_id.id}),
            (self.event, {"task_user_id": other}),
            (self.event, {"order_user_id": other}),
            (self.event, {"user_id": other}),
            (self.event, {"user_id": False}),
            (self.event, {"sender_email": "boss@firma.example"}),
            (self.event, {"company_id": self.other.id}),
            (self.consent, {"date_given": "2020-01-01"}),
            (self.consent, {"source": "Another form"}),
            (self.consent, {"channel": "sms"}),
            (self.consent, {"partner_id": self.other_contractor.id}),
            (self.consent, {"date_withdrawn": "2026-01-01"}),
            (self.consent, {"state": "replaced"}),
            (self.consent, {"contractor_id": self.other_contractor.id}),
            (self.consent, {"company_id": self.other.id}),
            (self.link, {"company_id": self.other.id}),
            (self.link, {"is_counted": True, "company_id": self.other.id}),
        ]

    def assertRefused(self, function):
        """It is refused in a sentence, whatever kind of refusal it is."""
        try:
            with self.env.cr.savepoint():
                function()
                self.env.flush_all()
        except REFUSED:
            self.env.invalidate_all()
        else:
            self.fail("it was not refused")

    def _read(self, record, vals):
        record.invalidate_recordset()
        return {name: record.sudo()[name] for name in vals}

    def test_write(self):
        for record, vals in self._get_facts():
            before = self._read(record, vals)
            for user in (self.technician, self.operator, self.employee):
                with self.subTest(record=record, vals=vals, user=user.login):
                    self.assertRefused(
                        lambda record=record, vals=vals, user=user: record.with_user(user).write(dict(vals)))
                    self.assertEqual(self._read(record, vals), before)

    def test_load(self):
        """An import is told what is wrong, or leaves it out; nothing of it is written."""
        for record, vals in self._get_facts():
            before, names = self._read(record, vals), list(vals)
            row = [str(record.id), *(
                str(value) if not record._fields[name].relational else str(value or "")
                for name, value in vals.items())]
            columns = [".id", *(f"{name}/.id" if record._fields[name].relational else name for name in names)]
            for user in (self.technician, self.operator):
                with self.subTest(record=record, vals=vals, user=user.login):
                    try:
                        with self.env.cr.savepoint():
                            record.browse().with_user(user).load(columns, [row])
                            self.env.flush_all()
                    except REFUSED:
                        self.env.invalidate_all()
                    self.assertEqual(self._read(record, vals), before)

    def test_commands_of_a_parent(self):
        """One2many commands are writes, too."""
        for parent, name, record, vals in (
                (self.order, "event_ids", self.event, {"user_id": self.other_technician.id}),
                (self.task, "event_ids", self.event, {"order_user_id": self.other_technician.id}),
                (self.task, "document_link_ids", self.link, {"company_id": self.other.id}),
                (self.person, "crm_consent_ids", self.consent, {"date_given": "2020-01-01"})):
            before = self._read(record, vals)
            for user in (self.technician, self.operator):
                with self.subTest(record=record, user=user.login):
                    self.assertRefused(lambda parent=parent, name=name, record=record, vals=vals, user=user: (
                        parent.with_user(user).write({name: [Command.update(record.id, vals)]})))
                    self.assertEqual(self._read(record, vals), before)

    def test_create_and_its_context(self):
        """What is given to a new record is refused, or is what follows from the rest of it; a default never counts."""
        cases = [
            ("crm.task", {"name": "Forged"}, {
                "date_done": "2020-01-01 10:00:00", "series_index": 9, "series_id": self.task.id,
                "series_day": "2020-01-01", "is_open": False, "date_nearest": "2020-01-01",
                "calendar_event_id": self.task.sudo().calendar_event_id.id}),
            ("crm.event", {"name": "Forged", "task_id": self.task.id}, {
                "task_user_id": self.other_technician.id, "order_user_id": self.other_technician.id}),
            ("crm.document.link", {"task_id": self.task.id, "res_model": "sale.order", "res_id": 0}, {
                "company_id": self.other.id}),
        ]
        for user in (self.technician, self.operator):
            for model, vals, forged in cases:
                for name, value in forged.items():
                    for way in ("values", "context"):
                        sale = self.sale.copy()
                        given = {**vals, **({"res_id": sale.id} if "res_id" in vals else {})}
                        Model = self.env[model].with_user(user)
                        if model == "crm.document.link":
                            user.group_ids |= self.env.ref("sales_team.group_sale_salesman_all_leads")
                        with self.subTest(user=user.login, model=model, name=name, way=way):
                            try:
                                if way == "values":
                                    record = Model.create({**given, name: value})
                                else:
                                    record = Model.with_context(**{f"default_{name}": value}).create(given)
                            except REFUSED:
                                continue
                            self.env.flush_all()
                            self.assertNotEqual(
                                record._fields[name].convert_to_write(self._read(record, [name])[name], record), value)

    def test_a_row_is_of_its_orders_company(self):
        """Whoever works in two companies puts no row of an order of the one into the other."""
        self.operator.company_ids |= self.other
        Line = self.env["crm.service.order.line"].with_user(self.operator).with_context(
            allowed_company_ids=(self.company | self.other).ids)
        vals = {"order_id": self.order.id, "kind": "labour", "product_id": self.labour.id}
        self.assertRefused(lambda: Line.create({**vals, "company_id": self.other.id}))
        line = Line.with_context(default_company_id=self.other.id).create(vals)
        self.env.flush_all()
        self.assertEqual(line.company_id, self.company)

    def test_copies(self):
        self.task.with_user(self.technician).action_done()
        copy = self.task.with_user(self.technician).copy()
        self.assertEqual((copy.requester_id, copy.date_done, copy.state, copy.series_index), (
            self.technician, False, "open", 0))
        for default in ({"date_done": "2020-01-01 10:00:00"}, {"series_id": self.task.id}):
            with self.subTest(default=default), self.assertRaises(UserError):
                self.task.with_user(self.technician).copy(default)

    def test_the_performer_does_not_become_the_requester_and_does_not_delete(self):
        task = self.task.with_user(self.technician)
        with self.assertRaises(AccessError):
            task.unlink()
        with self.assertRaises(UserError):
            task.write({"requester_id": self.technician.id})
        with self.assertRaises(AccessError):
            task.unlink()
        self.assertTrue(task.exists())

    def test_what_managers_correct(self):
        """Slips are corrected by who is responsible, and the chatter tells it."""
        self.env.flush_all()
        self.cr.precommit.run()
        consent = self.consent.with_user(self.manager).with_context(tracking_disable=False)
        consent.write({"source": "Form 2", "date_given": "2025-05-06"})
        self.assertEqual((consent.source, consent.date_given), ("Form 2", date(2025, 5, 6)))
        self.env.flush_all()
        self.cr.precommit.run()
        self.env.invalidate_all()
        self.assertIn("Form 1", consent.message_ids.sudo().tracking_value_ids.mapped("old_value_char"))
        self.event.with_user(self.manager).write({"user_id": self.other_technician.id})
        self.assertEqual(self.event.user_id, self.other_technician)

    def test_what_is_no_forging(self):
        """An operator takes an unassigned event, notes one for a colleague, withdraws a consent as of yesterday; and a
        form writes what is there already."""
        Event = self.env["crm.event"].with_user(self.operator)
        event = Event.create({"name": "Mail", "user_id": False})
        event.write({"user_id": self.operator.id})
        self.assertEqual(Event.create({"name": "Call", "user_id": self.technician.id}).user_id, self.technician)
        self.event.with_user(self.technician).write({"user_id": self.technician.id, "description": "More"})
        consent = self.consent.with_user(self.operator)
        consent.write({"source": "Form 1", "date_given": "2025-05-05", "note": "In the green folder"})
        consent.write({"state": "withdrawn", "date_withdrawn": "2026-03-10"})
        self.assertEqual(consent.date_withdrawn, date(2026, 3, 10))
        with self.assertRaises(UserError):
            consent.write({"state": "withdrawn", "date_withdrawn": "2026-03-11"})

    def test_a_default_is_as_good_as_given(self):
        Consent = self.env["crm.consent"].with_user(self.operator)
        vals = {"partner_id": self.person.id, "channel": "sms", "source": "Form 3"}
        self.assertRefused(lambda: Consent.with_context(default_state="replaced").create(vals))
        self.env["ir.default"].with_user(self.operator).sudo().set(
            "crm.consent", "state", "replaced", user_id=self.operator.id)
        self.assertRefused(lambda: Consent.create(vals))
        withdrawn = Consent.with_context(default_state="withdrawn").create(vals)
        self.assertEqual(withdrawn.date_withdrawn, date(2026, 3, 11))
        for name, value in (("name", "x" * 501), ("description", "a\0b"), ("date_deadline", "9999-01-01")):
            with self.subTest(name):
                Task = self.env["crm.task"].with_user(self.operator).with_context(**{f"default_{name}": value})
                self.assertRefused(lambda T=Task, n=name: T.create({} if n == "name" else {"name": "Call"}))

    # KINDS OF TASKS AND EVENTS

    def test_a_kind_that_others_use_stays_everybodys(self):
        kind = self.env["crm.task.type"].create({"name": "Visit on site"})
        event_kind = self.env["crm.event.type"].create({"name": "Fax"})
        there = self.env["crm.task"].create({
            "name": "There", "company_id": self.other.id, "partner_id": False, "type_id": kind.id})
        self.env["crm.event"].create({"name": "Fax", "company_id": self.other.id, "type_id": event_kind.id})
        there.active = False
        for record in (kind, event_kind):
            with self.subTest(record=record), self.assertRaisesRegex(UserError, "is used by records that are not only"):
                record.with_user(self.manager).write({"company_id": self.company.id})
        self.assertRefused(lambda: kind.with_user(self.manager).write({"company_id": self.other.id}))
        there.with_user(self.env.user).write({"type_id": False})
        kind.with_user(self.manager).write({"company_id": self.company.id})
        self.assertEqual(kind.company_id, self.company)
        # what other kinds of all companies lead to
        shared = self.env["crm.task.type"].create({"name": "Shared", "follow_up_type_id": False})
        shared.event_type_id = self.env["crm.event.type"].create({"name": "Telex"})
        with self.assertRaisesRegex(UserError, "Telex is used by records"):
            shared.event_type_id.with_user(self.manager).company_id = self.company
