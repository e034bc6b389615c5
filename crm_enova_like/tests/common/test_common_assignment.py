from odoo.tests import tagged

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
        other = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(other.assignment_notice)
        self.technician.company_ids += other
        before = self._noise()
        self.env["crm.task"].create({"name": "There", "user_id": self.technician.id, "company_id": other.id})
        self.assertEqual(self._noise(), before)
