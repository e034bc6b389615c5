import re
from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestAssignment(ServiceCommon):
    """Whoever is handed work is told where the company wishes it: once, whatever the batch."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        (cls.technician | cls.other_technician).write({"email": "t@firma.example", "notification_type": "inbox"})

    def _noise(self):
        self.env.flush_all()
        self.cr.precommit.run()
        Notification = self.env["mail.notification"].sudo()
        return [
            Notification.search_count([("res_partner_id", "=", user.partner_id.id)])
            for user in (self.technician, self.other_technician)]

    def _work(self, user, number=3):
        tasks = self.env["crm.task"].with_user(self.operator).create([
            {"name": f"Call {n}", "partner_id": self.contractor.id, "user_id": user.id} for n in range(number)])
        return tasks, self.make_order(self.device, user=self.operator, user_id=user.id)

    def test_off_by_default_nobody_is_told(self):
        self.assertFalse(self.company.assignment_notice)
        before = self._noise()
        tasks, order = self._work(self.technician)
        tasks.action_assign(self.other_technician)
        order.with_user(self.operator).action_assign(self.other_technician)
        self.assertEqual(self._noise(), before)

    def test_one_message_for_each_performer_and_batch(self):
        self.company.assignment_notice = True
        before = self._noise()
        tasks, order = self._work(self.technician)
        self.assertEqual(self._noise(), [before[0] + 1, before[1]])
        message = self.env["mail.message"].sudo().search(
            [("notified_partner_ids", "in", self.technician.partner_id.ids)], limit=1, order="id desc")
        for record in (*tasks, order):
            self.assertIn(record.display_name, message.body)
        self.assertEqual(message.author_id, self.operator.partner_id)
        tasks[1:].action_assign(self.other_technician)
        tasks[0].with_user(self.operator).user_id = self.other_technician
        self.assertEqual(self._noise(), [before[0] + 1, before[1] + 1])

    def test_what_one_takes_oneself_is_no_news(self):
        self.company.assignment_notice = True
        order = self.make_order(self.device)
        task = self.env["crm.task"].with_user(self.technician).create({"name": "Mine"})
        before = self._noise()
        order.with_user(self.technician).action_take()
        self.assertEqual(task.user_id, self.technician)
        self.assertEqual(self._noise(), before)

    def test_what_is_taken_back_at_once_is_no_news(self):
        self.company.assignment_notice = True
        tasks, _order = self._work(self.operator)
        before = self._noise()
        tasks.action_assign(self.technician)
        tasks.sudo().user_id = self.operator
        self.assertEqual(self._noise(), before)

    def test_an_event_is_no_work(self):
        self.company.assignment_notice = True
        before = self._noise()
        self.env["crm.event"].with_user(self.operator).create({
            "name": "He called", "partner_id": self.contractor.id, "user_id": self.technician.id})
        self.assertEqual(self._noise(), before)

    def test_a_tasks_performer_follows_and_is_not_mailed(self):
        before = self._noise()
        tasks, order = self._work(self.technician)
        for task in tasks:
            self.assertIn(self.technician.partner_id, task.sudo().message_partner_ids)
        self.assertNotIn(self.technician.partner_id, order.sudo().message_partner_ids)
        self.assertEqual(self._noise(), before)

    def test_the_next_company_has_its_own_choice(self):
        self.company.assignment_notice = True
        other = self._get_second_company()
        self.assertFalse(other.assignment_notice)
        self.technician.company_ids += other
        before = self._noise()
        self.env["crm.task"].create({"name": "There", "user_id": self.technician.id, "company_id": other.id})
        self.assertEqual(self._noise(), before)


@tagged("post_install", "-at_install")
class TestHandOver(ServiceCommon):
    """Tasks and orders are taken, handed over, planned and put off in the same way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))

    def _task(self, **vals):
        return self.env["crm.task"].create({
            "name": "Call", "partner_id": self.contractor.id, "user_id": self.operator.id,
            "requester_id": self.operator.id, **vals})

    def _order(self, **vals):
        return self.make_order(self.device, **{"user_id": self.operator.id, "requester_id": self.operator.id, **vals})

    def _work(self, **vals):
        return self._task(**vals), self._order(**vals)

    # TAKEN AND HANDED OVER

    def test_nothing_is_done_with_nothing(self):
        for record in self._work():
            empty = record.browse().with_user(self.operator)
            with self.subTest(model=record._name):
                self.assertTrue(empty.action_take())
                self.assertEqual(empty.action_assign(self.technician)["res_model"], record._name)
                self.assertTrue(empty.action_postpone())
                with self.assertRaises(AccessError):
                    empty.with_user(self.employee).action_take()

    def test_nonsense_is_refused_in_a_sentence(self):
        for record in self._work():
            record = record.with_user(self.operator)
            for user in ("x", "7", 99999999, 2 ** 40, -1, True, [self.technician.id], {"id": 1}):
                with self.subTest(model=record._name, user=user), self.assertRaisesRegex(UserError, "no user"):
                    record.action_assign(user)
            self.assertEqual(record.user_id, self.operator, "it is not put back in the queue")
            for method, args in (("action_take", ()), ("action_assign", (self.technician,))):
                with self.subTest(model=record._name, method=method), self.assertRaises(UserError):
                    getattr(record.browse(99999999), method)(*args)

    def test_a_colleague_is_named_by_record_or_id_and_nobody_by_nothing(self):
        for record in self._work():
            record = record.with_user(self.operator)
            for user, performer in (
                    (self.technician, self.technician), (self.other_technician.id, self.other_technician),
                    (self.env["res.users"], self.env["res.users"]), (self.technician, self.technician),
                    (False, self.env["res.users"]), (None, self.env["res.users"])):
                action = record.action_assign(user, note="Has the key" if user else None)
                self.assertEqual((action["res_model"], record.user_id), (record._name, performer))
            self.assertIn("Has the key", record.sudo().message_ids[0].body)

    def test_closed_work_stays_whose_it_was(self):
        task, order = self._work()
        task.action_cancel()
        order.action_cancel()
        for record in (task, order):
            for method, args in (
                    ("action_take", ()), ("action_assign", (self.technician,)), ("action_postpone", ())):
                with self.subTest(model=record._name, method=method), self.assertRaisesRegex(
                        UserError, "is closed; reopen it first"):
                    getattr(record.with_user(self.operator), method)(*args)
            self.assertEqual(record.user_id, self.operator)

    def test_who_does_not_work_in_the_company_gets_nothing(self):
        other = self._get_second_company()
        stranger = self._new_user("stranger", "crm_enova_like.group_technician")
        stranger.write({"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        for record in self._work():
            with self.subTest(model=record._name), self.assertRaisesRegex(UserError, "does not work in company"):
                record.with_user(self.operator).action_assign(stranger)

    def test_an_order_is_a_technicians(self):
        task, order = self._work()
        task.with_user(self.operator).action_assign(self.employee)
        self.assertEqual(task.user_id, self.employee)
        with self.assertRaisesRegex(UserError, "does no service work"):
            order.with_user(self.operator).action_assign(self.employee)

    def test_a_task_is_taken_from_a_colleague_and_an_order_is_not(self):
        task, order = self._work()
        task.with_user(self.manager).action_take()
        self.assertEqual(task.user_id, self.manager)
        with self.assertRaisesRegex(UserError, re.escape(f"was taken by {self.operator.name}")):
            order.with_user(self.manager).action_take()
        free = self._order(user_id=False)
        with self.assertRaisesRegex(UserError, "was taken by"):
            (free | order).with_user(self.technician).action_take()
        self.assertFalse(free.user_id, "all are looked at before the first is taken")

    # ONE DIALOG

    def test_one_dialog_for_tasks_and_orders(self):
        for record in self._work():
            records = record | record.copy({"user_id": self.operator.id})
            action = records.with_user(self.operator).action_open_assign()
            with Form(self.env[action["res_model"]].with_user(self.operator).with_context(**action["context"])) as form:
                for one in records:
                    self.assertIn(one.display_name, form.work_names)
                form.user_id = self.technician
                form.note = "Yours, on Monday"
            result = form.record.action_assign()
            with self.subTest(model=record._name):
                self.assertEqual(result["res_model"], record._name)
                self.assertEqual(records.user_id, self.technician)
                for one in records:
                    self.assertIn("Yours, on Monday", one.sudo().message_ids[0].body)

    def test_only_where_there_is_a_queue_nobody_may_be_chosen(self):
        task, order = self._work()
        for record in (task, order):
            action = record.with_user(self.operator).action_open_assign()
            Wizard = self.env[action["res_model"]].with_user(self.operator).with_context(**action["context"])
            wizard = Wizard.create({})
            with self.subTest(model=record._name):
                self.assertEqual(wizard.has_queue, record == order)
                if record == order:
                    wizard.action_assign()
                    self.assertFalse(order.user_id)
                else:
                    with self.assertRaisesRegex(UserError, "Choose the colleague"):
                        wizard.action_assign()
                    with self.assertRaisesRegex(AssertionError, "user_id"):
                        Form(Wizard).save()

    def test_the_dialog_hands_over_nothing_but_work(self):
        Wizard = self.env["crm.assign.wizard"].with_user(self.operator)
        for model, ids, text in (
                ("res.partner", self.contractor.ids, "are not handed over"), ("crm.event", [1], "are not handed over"),
                ("crm.assignment.mixin", [1], "are not handed over"), ("no.model", [1], "are not handed over"),
                ("crm.task", ["x"], "Choose what"), ("crm.task", {"id": 1}, "Choose what"),
                ("crm.task", [True], "Choose what"), ("crm.task", [0], "Choose what")):
            with self.subTest(model=model, ids=ids), self.assertRaisesRegex(UserError, text):
                Wizard.create({"res_model": model, "res_ids": ids, "user_id": self.technician.id}).action_assign()

    # PLANNED

    def test_moved_work_keeps_its_length(self):
        start, stop = datetime(2026, 3, 12, 8), datetime(2026, 3, 12, 10)
        for record in self._work(planned_start=start, planned_stop=stop):
            with self.subTest(model=record._name):
                record.planned_start = datetime(2026, 3, 14, 9)
                self.assertEqual(record.planned_stop, datetime(2026, 3, 14, 11), "beyond its old end")
                record.write({"planned_start": datetime(2026, 3, 10, 9), "planned_stop": datetime(2026, 3, 10, 10)})
                self.assertEqual(record.planned_stop, datetime(2026, 3, 10, 10))
                record.planned_start = False
                self.assertFalse(record.planned_stop)

    def test_an_order_says_itself_how_long_it_takes(self):
        task, order = self._work(planned_start=datetime(2026, 3, 12, 8))
        self.assertEqual((task.planned_stop, order.planned_stop), (datetime(2026, 3, 12, 9), False))
        orders = order | self._order(
            planned_start=datetime(2026, 3, 12, 8), planned_stop=datetime(2026, 3, 12, 12))
        orders.write({"planned_start": datetime(2026, 3, 20, 8)})
        self.assertEqual(orders.mapped("planned_stop"), [False, datetime(2026, 3, 20, 12)])

    def test_the_end_moves_along_on_the_screen(self):
        order = self._order(planned_start=datetime(2026, 3, 12, 8), planned_stop=datetime(2026, 3, 12, 10))
        with Form(order.with_user(self.operator)) as form:
            form.planned_start = datetime(2026, 3, 14, 9)
            self.assertEqual(form.planned_stop, datetime(2026, 3, 14, 11))
        self.assertEqual(order.planned_stop, datetime(2026, 3, 14, 11))

    def test_an_end_before_the_start_is_told_in_ones_own_hours(self):
        self.operator.tz = "Europe/Warsaw"
        plan = {"planned_start": datetime(2026, 3, 12, 8), "planned_stop": datetime(2026, 3, 12, 10)}
        for record in self._work(**plan):
            with self.subTest(model=record._name), self.assertRaisesRegex(
                    ValidationError, r"would end on .*8:00.*begins on .*9:00"):
                record.with_user(self.operator).planned_stop = datetime(2026, 3, 12, 7)

    def test_the_deadlines_own_day_is_in_time(self):
        for day, late in ((date(2026, 3, 10), True), (date(2026, 3, 11), False), (date(2026, 3, 12), False)):
            for record in self._work(date_deadline=day):
                with self.subTest(model=record._name, day=day):
                    self.assertEqual(record.is_overdue, late)
                    for value in (True, False):
                        found = record.search([("id", "=", record.id), ("is_overdue", "=", value)])
                        self.assertEqual(bool(found), late == value)
        task, order = self._work(date_deadline=date(2026, 3, 10))
        task.action_done()
        order.action_cancel()
        self.assertFalse(task.is_overdue or order.is_overdue, "what is closed is not late")

    def test_put_off_by_days(self):
        for record in self._work(
                planned_start=datetime(2026, 3, 9, 8), planned_stop=datetime(2026, 3, 9, 10),
                date_deadline=date(2026, 3, 20)):
            with self.subTest(model=record._name):
                record.with_user(self.operator).action_postpone(2)
                self.assertEqual(
                    (record.planned_start, record.planned_stop, record.date_deadline),
                    (datetime(2026, 3, 13, 8), datetime(2026, 3, 13, 10), date(2026, 3, 22)))

    def test_on_a_day_it_keeps_its_hour(self):
        """Over the change of the clocks, and where the day of Greenwich is another one."""
        for start, day, expected in (
                (datetime(2026, 10, 22, 8), date(2026, 10, 26), datetime(2026, 10, 26, 9)),
                (datetime(2026, 3, 27, 9), date(2026, 3, 30), datetime(2026, 3, 30, 8)),
                (datetime(2026, 7, 1, 22, 30), date(2026, 7, 5), datetime(2026, 7, 4, 22, 30))):
            for record in self._work(planned_start=start, planned_stop=start.replace(minute=45)):
                moved = record.with_context(tz="Europe/Warsaw")._on_day(day)
                with self.subTest(model=record._name, start=start):
                    self.assertEqual(moved, (expected, expected + (start.replace(minute=45) - start)))
