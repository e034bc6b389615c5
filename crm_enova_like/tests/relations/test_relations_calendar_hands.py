from datetime import date, datetime, time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from ..common import ServiceCommon

HIDDEN = "Busy"


@tagged("post_install", "-at_install")
class TestCalendarHands(ServiceCommon):
    """What people do with the entries of tasks and orders in Odoo's own calendar, and what they see there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.company.partner_id.tz = "Europe/Warsaw"
        cls.guest = cls.env["res.partner"].create({"name": "Guest", "email": "guest@firma.example"})

    def _task(self, **vals):
        return self.env["crm.task"].with_user(self.operator).create({
            "name": "Secret visit", "partner_id": self.contractor.id, "user_id": self.technician.id,
            "planned_start": datetime(2026, 3, 12, 9), "planned_stop": datetime(2026, 3, 12, 11), **vals})

    def _order(self, **vals):
        return self.make_order(self.device, **{
            "user_id": self.technician.id, "planned_start": datetime(2026, 3, 12, 9),
            "planned_stop": datetime(2026, 3, 12, 10), **vals})

    def _entry(self, record, user=None):
        entry = self.env["calendar.event"].sudo().with_context(active_test=False).browse(
            record.sudo().calendar_event_id.id)
        return entry.with_user(user).sudo(False) if user else entry

    def _drop(self, entry, day):
        entry.write({"allday": True, "start": datetime.combine(day, time(8)), "stop": datetime.combine(day, time(18))})

    # MADE RECURRENT

    def test_an_entry_is_not_repeated(self):
        recurrence = {"recurrency": True, "rrule_type": "daily", "interval": 2, "end_type": "count", "count": 5,
                      "event_tz": "Europe/Warsaw"}
        for record in (self._task(), self._order()):
            start = record.planned_start
            for user in (self.technician, self.operator):
                with self.assertRaisesRegex(UserError, "cannot be repeated"):
                    self._entry(record, user).write(dict(recurrence))
            self.assertEqual((record.planned_start, self._entry(record).recurrency), (start, False))
            # Odoo's own edit of all events moves the one that there is
            self._entry(record, self.technician).write({
                "recurrence_update": "all_events", "start": datetime(2026, 3, 12, 12),
                "stop": datetime(2026, 3, 12, 13)})
            self.assertEqual(record.planned_start, datetime(2026, 3, 12, 12))
        own = self.env["calendar.event"].with_user(self.technician).create({
            "name": "Course", "start": datetime(2026, 3, 12, 9), "stop": datetime(2026, 3, 12, 10)})
        own.write(dict(recurrence))
        self.assertEqual(len(own.recurrence_id.calendar_event_ids), 5)

    # OF WHAT IS CLOSED OR ARCHIVED

    def test_the_entry_of_what_is_closed_moves_nothing(self):
        for record, close in ((self._task(), "action_done"), (self._order(), "action_cancel")):
            getattr(record, close)()
            entry, start = self._entry(record, self.operator), record.planned_start
            with self.assertRaisesRegex(UserError, "is closed"):
                entry.write({"start": datetime(2026, 3, 20, 9), "stop": datetime(2026, 3, 20, 10)})
            entry.write({"active": True})
            self.assertFalse(entry.active, "it is not put back, either")
            entry.write({"active": False})
            entry.unlink()
            self.assertEqual((record.planned_start, record.sudo().calendar_event_id.id), (start, False))
            record.sudo().action_reopen()
            self.assertEqual(self._entry(record).start, start)

    def test_the_entry_of_an_archived_task(self):
        task = self._task()
        task.active = False
        entry = self._entry(task, self.operator)
        entry.write({"active": True})
        self.assertFalse(entry.active)

    # GUESTS

    def test_guests_stay(self):
        """Somebody is asked to come along; then the visit is moved, and given to a colleague."""
        for record in (self._task(), self._order()):
            entry = self._entry(record)
            entry.with_context(no_mail_to_attendees=True).partner_ids += self.guest
            record.planned_start = datetime(2026, 3, 13, 9)
            record.action_assign(self.other_technician)
            self.assertEqual(entry.partner_ids, self.guest | self.other_technician.partner_id)
            self._entry(record, self.operator).write({"user_id": self.technician.id})
            self.assertEqual(entry.partner_ids, self.guest | self.technician.partner_id)
            self.assertEqual(record.user_id, self.technician)

    def test_a_guest_answers(self):
        task = self._task()
        entry = self._entry(task)
        entry.with_context(no_mail_to_attendees=True).partner_ids += self.other_technician.partner_id
        attendee = entry.attendee_ids.filtered(lambda guest: guest.partner_id == self.other_technician.partner_id)
        attendee.with_user(self.other_technician).do_decline()
        self.assertEqual((task.user_id, task.planned_start), (self.technician, datetime(2026, 3, 12, 9)))

    # THE DAY AND THE HOUR

    def test_dropped_on_a_day_by_a_reader_elsewhere(self):
        """The reader's day, and the hour at the company's place, also between the changes of two clocks."""
        for zone, start, day, expected in (
                ("America/New_York", datetime(2026, 3, 5, 9), date(2026, 3, 17), datetime(2026, 3, 17, 9)),
                ("America/New_York", datetime(2026, 3, 5, 9), date(2026, 4, 2), datetime(2026, 4, 2, 8)),
                # half past one at night in Warsaw, and still yesterday in New York
                ("America/New_York", datetime(2026, 6, 9, 23, 30), date(2026, 6, 20), datetime(2026, 6, 20, 23, 30)),
                # in the evening in Warsaw, and tomorrow already in Tokyo
                ("Asia/Tokyo", datetime(2026, 3, 5, 17), date(2026, 3, 20), datetime(2026, 3, 19, 17))):
            self.operator.tz = zone
            order = self._order(planned_start=start, planned_stop=start.replace(minute=45))
            with self.subTest(zone=zone, start=start):
                self._drop(self._entry(order, self.operator).with_context(tz=zone), day)
                self.assertEqual(order.planned_start, expected)
                self.assertEqual(order.planned_stop, expected.replace(minute=45))

    def test_over_the_autumn_change_at_half_past_midnight(self):
        self.operator.tz = "Europe/Warsaw"
        order = self._order(planned_start=datetime(2026, 10, 20, 22, 30), planned_stop=datetime(2026, 10, 20, 23, 30))
        self._drop(self._entry(order, self.operator), date(2026, 10, 27))
        self.assertEqual((order.planned_start, order.planned_stop), (
            datetime(2026, 10, 26, 23, 30), datetime(2026, 10, 27, 0, 30)))

    # WHO SEES WHAT

    def test_others_see_that_somebody_is_busy(self):
        task, order = self._task(), self._order()
        task.sudo().requester_id = order.sudo().requester_id = self.manager
        entries = self._entry(task) | self._entry(order)
        asked = ["name", "display_name", "start", "user_id", "description", "res_model", "res_id", "partner_ids"]
        for user, sees in ((self.technician, True), (self.operator, True), (self.manager, True),
                           (self.other_technician, False), (self.employee, False)):
            self.env.invalidate_all()
            rows = self.env["calendar.event"].with_user(user).search_read([("id", "in", entries.ids)], asked)
            self.assertEqual(len(rows), 2, user.login)
            for row in rows:
                with self.subTest(user=user.login):
                    self.assertEqual(row["name"] != HIDDEN, sees)
                    self.assertEqual(row["display_name"] != HIDDEN, sees)
                    self.assertEqual(bool(row["res_id"]), sees)
                    self.assertTrue(row["start"] and row["user_id"], "that somebody is busy, everybody sees")
            names = self.env["calendar.event"].with_user(user)._read_group(
                [("id", "in", entries.ids)], ["name"], ["__count"])
            self.assertEqual(len(names), 2 if sees else 0, user.login)

    def test_a_word_is_found_by_who_may_read_it(self):
        entries = self._entry(self._task()) | self._entry(self._order())
        entries.description, partner_ids = "Bring the seal", entries.partner_ids.ids
        names = entries.mapped("name")
        for user, sees in ((self.technician, True), (self.other_technician, False), (self.employee, False)):
            Calendar = self.env["calendar.event"].with_user(user)
            for domain in (
                    [("name", "in", names)], [("display_name", "in", names)],
                    [("description", "ilike", "seal")], [("res_model", "in", ["crm.task", "crm.service.order"])],
                    ["|", ("name", "=", "Nothing"), "!", ("description", "not ilike", "the seal")]):
                with self.subTest(user=user.login, domain=domain):
                    domain = [("id", "in", entries.ids), *domain]
                    self.assertEqual(Calendar.search(domain), entries.with_user(user) if sees else Calendar)
                    self.assertEqual(Calendar.search_count(domain), 2 if sees else 0)
            named = Calendar.name_search("Secret visit", [("id", "in", entries.ids)])
            self.assertEqual(bool(named), sees)
            self.assertEqual(len(Calendar.name_search(domain=[("id", "in", entries.ids)])), 2)
            attended = self.env["calendar.attendee"].with_user(user).search([
                ("event_id", "in", entries.ids), ("event_id.description", "ilike", "seal")])
            self.assertEqual(bool(attended), sees)
            # a page of the calendar has them all
            page = [("start", ">=", "2026-03-01"), ("partner_ids", "in", partner_ids)]
            self.assertLessEqual(entries.with_user(user), Calendar.search(page))

    def test_a_task_that_becomes_theirs_shows_itself(self):
        task = self._task()
        entry = self._entry(task, self.other_technician)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(entry.name, HIDDEN)
        task.action_assign(self.other_technician)
        self.env.invalidate_all()
        self.assertIn("Secret visit", entry.name)

    def test_a_page_of_entries_asks_once(self):
        entries = self.env["calendar.event"].concat(*(self._entry(self._task()) for _number in range(20)))
        for user in (self.operator, self.employee):
            Calendar, counts = self.env["calendar.event"].with_user(user), []
            for ids in (entries[:2].ids, entries.ids):
                Calendar.search_read([("id", "in", ids)], ["name"])
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                Calendar.search_read([("id", "in", ids)], ["name"])
                counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(counts[0], counts[1], user.login)

    def test_who_does_not_see_it_does_not_move_it(self):
        entry = self._entry(self._task(), self.employee)
        with self.assertRaises(AccessError):
            entry.write({"name": "Mine"})
        own = self.env["calendar.event"].with_user(self.employee).create({
            "name": "Own", "start": datetime(2026, 3, 12, 9), "stop": datetime(2026, 3, 12, 10),
            "partner_ids": [Command.link(self.employee.partner_id.id)]})
        self.assertEqual(own.name, "Own")
