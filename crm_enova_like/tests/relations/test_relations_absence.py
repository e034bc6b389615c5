from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestAbsence(InspectionCommon):
    """*Absent today*: what a colleague had to do on some days goes to others, to the queue or to another day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 05:00:00"))
        cls.company.partner_id.tz = "Europe/Warsaw"
        (cls.operator | cls.technician | cls.other_technician).tz = "Europe/Warsaw"
        cls.contractor.phone = "+48 61 555 22 33"

    def _job(self, **vals):
        return self.make_order(self.device, user=self.operator, **{
            "user_id": self.technician.id, "planned_start": datetime(2026, 3, 11, 9),
            "planned_stop": datetime(2026, 3, 11, 10), **vals})

    def _task(self, **vals):
        return self.env["crm.task"].with_user(self.operator).create({
            "name": "Call", "partner_id": self.contractor.id, "user_id": self.technician.id,
            "planned_start": datetime(2026, 3, 11, 12), **vals})

    def _inspection(self, **vals):
        return self._new_inspection(**{"planned_date": date(2026, 3, 11), "user_id": self.technician.id, **vals})

    def _open(self, **vals):
        form = Form(self.env["crm.absence.wizard"].with_user(self.operator))
        form.user_id = self.technician
        for name, value in vals.items():
            form[name] = value
        return form.save()

    def _line(self, wizard, record):
        return wizard.line_ids.filtered(lambda line: line._get_source() == record)

    # WHAT IS LISTED

    def test_the_work_of_the_days_by_its_hour_with_whom_to_call(self):
        order, task = self._job(), self._task()
        due = self._job(planned_start=False, planned_stop=False, date_deadline=date(2026, 3, 11))
        agreed = self._inspection(planned_date=date(2026, 4, 1), date_agreed=datetime(2026, 3, 11, 6))
        vague = self._inspection()
        # late in the evening it is the day before in Greenwich
        night = self._task(planned_start=datetime(2026, 3, 10, 23, 30))
        others = [
            self._job(planned_start=datetime(2026, 3, 12, 9), planned_stop=False),
            self._task(planned_start=datetime(2026, 3, 11, 23, 30)), self._task(user_id=self.other_technician.id),
            self._inspection(planned_date=date(2026, 4, 2))]
        done = self._task()
        done.action_done()
        wizard = self._open()
        self.assertEqual((wizard.date_from, wizard.date_to), (date(2026, 3, 11), date(2026, 3, 11)))
        found = [line._get_source() for line in wizard.line_ids]
        self.assertEqual(found, [night, agreed, order, task, due, vague])
        self.assertFalse(set(found) & {*others, done})
        line = self._line(wizard, order)
        self.assertEqual((line.partner_id, line.phone), (self.contractor, "+48 61 555 22 33"))
        self.assertIn(order.name, line.name)
        self.assertIn("10:00", line.when)
        longer = self._open(date_to=date(2026, 3, 12))
        self.assertIn(others[0], [line._get_source() for line in longer.line_ids])

    # WHAT BECOMES OF IT

    def test_one_goes_to_a_colleague_one_to_the_queue_one_to_another_day(self):
        order, queued, moved, task = self._job(), self._job(), self._job(), self._task()
        agreed = self._inspection(date_agreed=datetime(2026, 3, 11, 6))
        kept = self._task(name="Kept")
        with Form(self._open(substitute_id=self.other_technician, note="Ill")) as form:
            for index, line in enumerate(form._record.line_ids):
                with form.line_ids.edit(index) as row:
                    source = line._get_source()
                    if source == queued:
                        row.action = "queue"
                    elif source == moved:
                        row.action, row.new_date = "move", date(2026, 3, 30)
                    elif source == kept:
                        row.action = "keep"
                    elif source == task:
                        row.new_user_id = self.operator
        wizard = form.record
        action = wizard.action_apply()
        self.assertEqual((action["res_id"], wizard.is_done), (wizard.id, True))
        self.assertEqual((order.user_id, agreed.user_id), (self.other_technician, self.other_technician))
        self.assertFalse(queued.user_id)
        self.assertEqual(task.user_id, self.operator)
        self.assertEqual(kept.user_id, self.technician)
        # at ten, in summer as in winter
        self.assertEqual((moved.user_id, moved.planned_start), (self.technician, datetime(2026, 3, 30, 8)))
        for record in (order, queued, moved, task, agreed):
            self.assertTrue(any("Ill" in (body or "") for body in record.message_ids.mapped("body")), record)
        # the entries of the calendar go with them
        self.assertEqual(order.sudo().calendar_event_id.user_id, self.other_technician)
        self.assertFalse(queued.sudo().calendar_event_id.active)
        self.assertEqual(moved.sudo().calendar_event_id.start, datetime(2026, 3, 30, 8))
        with self.assertRaisesRegex(UserError, "nothing to hand over"):
            wizard.action_apply()

    def test_a_deadline_moved_to_a_day_is_planned_and_stays(self):
        due = self._job(planned_start=False, planned_stop=False, date_deadline=date(2026, 3, 11))
        wizard = self._open()
        wizard.line_ids.write({"action": "move", "new_date": date(2026, 3, 12)})
        wizard.action_apply()
        self.assertEqual((due.planned_start, due.date_deadline), (datetime(2026, 3, 12, 7), date(2026, 3, 11)))

    def test_an_inspection_moves_by_its_hour_or_its_day(self):
        agreed, vague = self._inspection(date_agreed=datetime(2026, 3, 11, 6)), self._inspection()
        wizard = self._open()
        wizard.line_ids.write({"action": "move", "new_date": date(2026, 3, 13)})
        wizard.action_apply()
        self.assertEqual((agreed.date_agreed, agreed.planned_date), (datetime(2026, 3, 13, 6), date(2026, 3, 11)))
        self.assertEqual(vague.planned_date, date(2026, 3, 13))

    def test_what_a_line_lacks_is_said(self):
        task = self._task()
        for vals, message in (
                ({}, "choose to whom"), ({"action": "move"}, "choose the new day"),
                ({"action": "move", "new_date": date(2026, 3, 10)}, "choose the new day"),
                ({"action": "queue"}, "no queue of tasks"), ({"new_user_id": self.technician.id}, "is absent")):
            wizard = self._open()
            self._line(wizard, task).write(vals)
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, message):
                wizard.action_apply()
        self.assertEqual(task.user_id, self.technician)

    def test_all_of_it_or_nothing_where_one_changed_meanwhile(self):
        order, task = self._job(), self._task()
        for change in ({"user_id": self.other_technician.id}, {"planned_start": datetime(2026, 3, 11, 15)}):
            task.write({"user_id": self.technician.id, "planned_start": datetime(2026, 3, 11, 12)})
            wizard = self._open(substitute_id=self.operator)
            task.write(change)
            with self.assertRaisesRegex(UserError, "Call.*changed meanwhile"):
                wizard.action_apply()
            self.assertEqual(order.user_id, self.technician)
        wizard = self._open(substitute_id=self.operator)
        order.action_cancel()
        with self.assertRaisesRegex(UserError, "changed meanwhile"):
            wizard.action_apply()

    # WHO MAY

    def test_it_is_the_operators(self):
        for user in (self.technician, self.employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["crm.absence.wizard"].with_user(user).create({"user_id": self.other_technician.id})
        action = self.env.ref("crm_enova_like.action_crm_absence_wizard")
        self.assertEqual(action.group_ids, self.env.ref("crm_enova_like.group_user"))

    def test_another_companys_work_is_neither_listed_nor_handed_over(self):
        other = self._get_second_company()
        self.technician.company_ids += other
        there = self.env["crm.task"].with_company(other).create({
            "name": "There", "user_id": self.technician.id, "company_id": other.id,
            "planned_start": datetime(2026, 3, 11, 9)})
        here = self._inspection()
        wizard = self._open()
        self.assertEqual([line._get_source() for line in wizard.line_ids], [here])
        with self.assertRaises(AccessError):
            self.env["crm.absence.line"].with_user(self.operator).create({
                "wizard_id": wizard.id, "task_id": there.id, "action": "hand"})
        stranger = self.technician.copy({
            "login": "stranger", "company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        wizard.line_ids.new_user_id = stranger
        with self.assertRaisesRegex(UserError, "does not work in company"):
            wizard.action_apply()

    def test_ten_take_as_many_statements_as_two_but_for_their_notes(self):
        """What a list is made of does not grow with it."""
        counts = []
        for number in (1, 2, 10):
            self.env["crm.task"].search([("user_id", "=", self.technician.id), ("is_open", "=", True)]).action_cancel()
            for _number in range(number):
                self._task()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            wizard = self.env["crm.absence.wizard"].with_user(self.operator).new({"user_id": self.technician.id})
            self.assertEqual(len(wizard.line_ids), number)
            wizard.line_ids.mapped("when")
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(*counts[1:])
