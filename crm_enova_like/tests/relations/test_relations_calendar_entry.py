from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestCalendarEntry(ServiceCommon):
    """What an entry of our own calendars says, opens and moves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.company.partner_id.tz = "Europe/Warsaw"
        cls.operator.tz = "America/New_York"
        cls.contractor.write({"name": "Hotel Warta", "city": "Poznań"})

    def _task(self, **vals):
        return self.env["crm.task"].with_user(self.operator).create({
            "name": "Visit", "partner_id": self.contractor.id, "user_id": self.technician.id,
            "planned_start": datetime(2026, 3, 12, 9), "planned_stop": datetime(2026, 3, 12, 11), **vals})

    def _order(self, **vals):
        return self.make_order(self.device, user=self.operator, **{
            "user_id": self.technician.id, "planned_start": datetime(2026, 3, 12, 9),
            "planned_stop": datetime(2026, 3, 12, 10), **vals})

    def _entry(self, record, user=None):
        entry = self.env["calendar.event"].sudo().browse(record.sudo().calendar_event_id.id)
        return entry.with_user(user or self.operator).sudo(False)

    def _row(self, record, user=None):
        name = {"crm.task": "task_id", "crm.service.order": "order_id"}[record._name]
        return self.env["crm.my.work"].with_user(user or self.operator).search([(name, "=", record.id)])

    # WHAT IT SAYS

    def test_an_entry_says_contractor_town_device_and_the_number_last(self):
        order = self._order()
        lines = ["Hotel Warta, Poznań", order.device_names, order.name]
        self.assertTrue(order.device_names)
        self.assertEqual(self._entry(order).crm_tile.split("\n"), lines)
        self.assertEqual(self._row(order).calendar_tile.split("\n"), lines)
        # where the device stands, it is done
        place = self.env["res.partner"].create(
            {"name": "Kitchen", "city": "Gniezno", "parent_id": self.contractor.id, "type": "other"})
        order.address_id = place
        self.env.invalidate_all()
        self.assertEqual(self._entry(order).crm_tile.split("\n")[0], "Hotel Warta, Gniezno")

    def test_a_task_says_its_subject_first(self):
        task = self._task(device_id=self.device.id)
        lines = ["Visit", "Hotel Warta, Poznań", self.device.display_name]
        self.assertEqual(self._entry(task).crm_tile.split("\n"), lines)
        self.assertEqual(self._row(task).calendar_tile.split("\n"), lines)
        self.assertEqual(self._row(self._task(partner_id=False)).calendar_tile, "Visit")

    def test_of_what_is_hidden_an_entry_says_nothing_and_opens_nothing(self):
        task = self._task(requester_id=self.operator.id)
        for user in (self.other_technician, self.employee):
            entry = self._entry(task, user)
            self.env.invalidate_all()
            with self.subTest(user=user.login):
                self.assertEqual((entry.crm_is_hidden, entry.crm_tile, entry.name), (True, False, "Busy"))
                for call in (lambda entry=entry: entry.action_open_entry(),
                             lambda entry=entry: entry.move_entry("2026-03-12 12:00:00")):
                    with self.assertRaisesRegex(UserError, "not for you to see"):
                        call()
        self.assertEqual(task.planned_start, datetime(2026, 3, 12, 9))
        self.assertFalse(self._row(task, self.other_technician))

    def test_a_week_is_read_in_as_many_statements_whatever_it_holds(self):
        for row in (True, False):
            counts = []
            for number in (1, 2, 8):
                work = [self._order() for _number in range(number)] + [self._task() for _number in range(number)]
                entries = self.env["calendar.event"].union(*map(self._entry, work)).with_user(self.operator)
                rows = self.env["crm.my.work"].union(*map(self._row, work)).with_user(self.operator)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                if row:
                    rows.read(["calendar_tile"])
                else:
                    entries.read(["crm_tile", "crm_is_hidden"])
                counts.append(self.cr.sql_log_count - before)
            with self.subTest(row=row):
                self.assertEqual(*counts[1:])

    # WHAT IT OPENS

    def test_an_entry_opens_its_task_or_order(self):
        for record in (self._task(), self._order()):
            for entry in (self._entry(record), self._row(record)):
                action = entry.action_open_entry()
                self.assertEqual((action["res_model"], action["res_id"]), (record._name, record.id))

    def test_an_appointment_opens_as_one_and_moves(self):
        own = self.env["calendar.event"].with_user(self.operator).create({
            "name": "Course", "start": datetime(2026, 3, 12, 9), "stop": datetime(2026, 3, 12, 11)})
        self.assertFalse(own.action_open_entry())
        own.move_entry("2026-03-13 09:00:00")
        self.assertEqual((own.start, own.stop), (datetime(2026, 3, 13, 9), datetime(2026, 3, 13, 11)))

    # WHERE IT IS MOVED

    def test_a_dragged_edge_changes_the_length(self):
        for record in (self._task(), self._order()):
            for entry in (self._entry(record), self._row(record)):
                entry.move_entry("2026-03-12 09:00:00", "2026-03-12 13:30:00")
                self.assertEqual(record.planned_stop, datetime(2026, 3, 12, 13, 30))
                # moved, it keeps it
                entry.move_entry("2026-03-12 08:00:00")
                self.assertEqual(
                    (record.planned_start, record.planned_stop),
                    (datetime(2026, 3, 12, 8), datetime(2026, 3, 12, 12, 30)))
                self.assertEqual(self._entry(record).stop, datetime(2026, 3, 12, 12, 30))

    def test_a_deadline_dragged_to_an_hour_is_planned_for_as_long_as_it_takes(self):
        kind = self.env["crm.task.type"].create({"name": "Installation", "duration": 2.5})
        due = {"planned_start": False, "planned_stop": False, "date_deadline": date(2026, 3, 20)}
        for record, length in ((self._task(type_id=kind.id, **due), 2.5), (self._order(**due), 1)):
            for entry in (self._entry(record), self._row(record)):
                record.write(due)
                self.assertTrue(entry.allday)
                entry.move_entry("2026-03-18 12:00:00")
                self.assertEqual(record.planned_stop - record.planned_start, timedelta(hours=length))
                self.assertEqual(
                    (record.planned_start, record.date_deadline), (datetime(2026, 3, 18, 12), date(2026, 3, 20)))
                self.env.invalidate_all()
                self.assertFalse(entry.allday)

    def test_a_deadline_dragged_to_another_day_is_planned_and_stays(self):
        """At eight at the company's place, wherever the reader is; what somebody was told is not changed."""
        due = {"planned_start": False, "planned_stop": False, "date_deadline": date(2026, 3, 20)}
        for record in (self._task(**due), self._order(**due)):
            for entry in (self._entry(record), self._row(record)):
                record.write(due)
                entry.move_entry("2026-03-18", False, True)
                self.assertEqual(
                    (record.planned_start, record.date_deadline), (datetime(2026, 3, 18, 7), date(2026, 3, 20)))

    def test_what_is_planned_and_dropped_on_a_day_keeps_its_hour_and_its_deadline(self):
        for record in (self._task(date_deadline=date(2026, 3, 20)), self._order(date_deadline=date(2026, 3, 20))):
            self._row(record).move_entry("2026-03-30", False, True)
            # ten in the morning, in summer as in winter
            self.assertEqual(
                (record.planned_start, record.date_deadline), (datetime(2026, 3, 30, 8), date(2026, 3, 20)))

    def test_who_may_not_move_it_does_not(self):
        task = self._task()
        task.sudo().requester_id = self.manager
        with self.assertRaises(AccessError):
            self._row(task, self.technician).with_user(self.other_technician).move_entry("2026-03-13 09:00:00")
        task.sudo().action_done()
        with self.assertRaisesRegex(UserError, "is closed"):
            self._entry(task, self.operator).move_entry("2026-03-13 09:00:00")

    def test_no_date_is_said_so(self):
        task = self._task()
        for text in ("soon", "", "9999-12-31 23:00:00", "2026-13-01"):
            for entry in (self._entry(task), self._row(task)):
                with self.subTest(text=text), self.assertRaisesRegex(UserError, "is no date"):
                    entry.move_entry(text)

    # WHO IS SHOWN

    def test_whom_a_reader_does_not_want_to_see_is_kept(self):
        settings = self.env["res.users.settings"]._find_or_create_for_user(self.operator).with_user(self.operator)
        hidden = {"calendar.event": [self.technician.id], "crm.my.work": [False]}
        settings.sudo(False).set_res_users_settings({"crm_calendar_hidden": hidden})
        self.env.invalidate_all()
        self.assertEqual(settings.sudo(False)._res_users_settings_format()["crm_calendar_hidden"], hidden)
