from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from . import ServiceCommon


@tagged("post_install", "-at_install")
class TestNamed(ServiceCommon):
    """Who names a record by its id learns nothing of it that they may not read: not by a form that is never saved, and
    not by a record that they make."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.secret = cls.env["res.partner"].create({"name": "Secret customer", "city": "Sopot", "phone": "601200300"})
        cls.far = cls._get_second_company()
        cls.hidden_order = cls.make_order(
            cls.device, user_id=cls.other_technician.id, requester_id=cls.operator.id, partner_id=cls.secret.id,
            planned_start=datetime(2026, 3, 20, 9))
        cls.hidden_line = cls.add_part(cls.hidden_order)
        cls.hidden_task = cls.env["crm.task"].with_user(cls.operator).create({
            "name": "Hidden", "user_id": cls.other_technician.id, "partner_id": cls.secret.id,
            "order_id": cls.hidden_order.id, "type_id": cls.env.ref("crm_enova_like.task_type_visit").id})
        type_far = cls.env["crm.service.device.type"].create({"name": "Far", "company_id": cls.far.id, "prefix": "FAR"})
        cls.far_device = cls.env["crm.service.device"].create({
            "name": "Far till", "company_id": cls.far.id, "type_id": type_far.id, "serial_number": "SECRET-1",
            "partner_id": cls.secret.id, "address_id": cls.secret.id, "technician_id": cls.env.user.id})
        regime = cls.env["crm.service.inspection.regime"].create({
            "name": "Yearly", "interval_number": 1, "interval_unit": "year"})
        cls.far_inspection = cls.env["crm.service.inspection"].create({
            "device_id": cls.far_device.id, "regime_id": regime.id, "planned_date": "2026-03-25"})
        cls.hidden_project = cls.env["project.project"].create({
            "name": "Hidden project", "partner_id": cls.secret.id, "privacy_visibility": "followers"})
        cls.regime = regime
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _onchange(self, model, values, changed, *names, context=None, user=None):
        """What a form answers; what it refuses, it refuses."""
        Model = self.env[model].with_user(user or self.technician).with_context(**(context or {}))
        spec = {name: {"fields": {"display_name": {}}} if Model._fields[name].type == "many2one" else {}
                for name in names}
        try:
            return Model.onchange(values, changed, spec)["value"]
        except AccessError:
            return {}

    def assertSilent(self, value, *names):
        self.env.invalidate_all()
        for name in names:
            told = value.get(name)
            self.assertFalse(told.get("id") if isinstance(told, dict) else told, f"{name}: {told}")

    def _get_forms(self):
        """(model, values that name something out of sight, what would come back)."""
        order, task, device = self.hidden_order.id, self.hidden_task.id, self.far_device.id
        rows = [[0, "virtual_1", {"device_id": device}]]
        return [
            ("crm.task", {"name": "x", "order_id": order}, ("partner_id", "campaign_id")),
            ("crm.task", {"name": "x", "device_id": device}, ("partner_id",)),
            ("crm.task", {"name": "x", "project_id": self.hidden_project.id}, ("partner_id", "campaign_id")),
            ("crm.event", {"name": "x", "order_id": order}, ("partner_id", "order_user_id")),
            ("crm.event", {"name": "x", "task_id": task}, ("partner_id", "task_user_id")),
            ("crm.event", {"name": "x", "device_id": device}, ("partner_id",)),
            ("crm.service.order.line", {"order_id": order}, ("state", "order_is_open", "company_id", "user_id")),
            ("crm.service.order.line", {"device_line_id": self.hidden_order.device_line_ids.id, "order_id": order},
             ("device_id", "billing")),
            ("crm.service.order.device", {"order_id": order}, ("partner_id", "technician_id", "order_state")),
            ("crm.service.order.device", {"device_id": device}, ("serial_number", "basis")),
            ("crm.service.order", {"device_line_ids": rows}, ("address_id", "main_device_id")),
            ("crm.service.order", {"project_id": self.hidden_project.id}, ("partner_id",)),
            ("crm.service.inspection", {"device_id": device}, (
                "partner_id", "address_id", "city", "phone", "user_id", "company_id")),
            ("crm.service.device", {"parent_id": device, "name": "x"}, ("partner_id", "address_id")),
            ("crm.document.link", {"order_id": order}, ("company_id",)),
        ]

    def test_forms(self):
        for model, values, names in self._get_forms():
            names = [name for name in names if name in self.env[model]._fields]
            for changed in ([], list(values)):
                with self.subTest(model=model, values=values, changed=changed):
                    # as if the form had just been opened with them, and as if one was chosen
                    if not changed:
                        context = {f"default_{name}": value for name, value in values.items()}
                        self.assertSilent(self._onchange(model, {}, changed, *names, context=context), *[
                            name for name in names if name not in ("user_id", "company_id", "basis", "billing")])
                    value = self._onchange(model, values, changed, *names)
                    self.assertSilent(value, *[
                        name for name in names if name not in ("basis", "billing")
                        and not (name == "company_id" and model == "crm.document.link" and value)])

    def test_who_may_read_it_is_told(self):
        for model, values, name, expected in (
                ("crm.task", {"name": "x", "order_id": self.hidden_order.id}, "partner_id", self.secret.id),
                ("crm.event", {"name": "x", "task_id": self.hidden_task.id}, "partner_id", self.secret.id),
                ("crm.service.order.device", {"device_id": self.device.id}, "serial_number", "ABC 2001"),
                ("crm.service.inspection", {"device_id": self.device.id}, "partner_id", self.contractor.id)):
            with self.subTest(model=model):
                told = self._onchange(model, values, list(values), name, user=self.operator)[name]
                self.assertEqual(told["id"] if isinstance(told, dict) else told, expected)

    def test_made_with_what_is_out_of_sight(self):
        mine = self.env["crm.task"].with_user(self.technician).create({"name": "x", "order_id": self.hidden_order.id})
        self.assertFalse(mine.partner_id)
        event = self.env["crm.event"].with_user(self.technician).create({"name": "x", "task_id": self.hidden_task.id})
        self.assertFalse(event.partner_id)
        task = self.env["crm.task"].with_user(self.technician).create({
            "name": "x", "project_id": self.hidden_project.id})
        self.assertFalse(task.partner_id)
        # of another company it is refused at all, and not by its name
        for make in (
                lambda: self.env["crm.task"].with_user(self.technician).create({
                    "name": "x", "device_id": self.far_device.id}),
                lambda: mine.write({"device_id": self.far_device.id}),
                lambda: self.make_order(self.far_device, user=self.technician)):
            with self.assertRaises(AccessError) as caught:
                make()
            self.assertNotRegex(str(caught.exception), "Far till|SECRET|Secret")

    def test_wizards(self):
        """A dialog on what is out of sight is not opened, by its lines either."""
        mine = self.make_order(self.device2, user_id=self.technician.id)
        parts = self.env["crm.service.return.wizard"].with_user(self.technician).create({"order_id": mine.id})
        visit = self.env["crm.service.inspection.visit.wizard"].with_user(self.technician).create({})
        for model, vals in (
                ("crm.service.return.wizard.line", {"wizard_id": parts.id, "line_id": self.hidden_line.id}),
                ("crm.service.return.wizard", {"order_id": self.hidden_order.id}),
                ("crm.service.inspection.visit.wizard.line", {
                    "wizard_id": visit.id, "inspection_id": self.far_inspection.id}),
                ("crm.service.add.devices.wizard", {"order_id": self.hidden_order.id}),
                ("crm.service.release.wizard", {"order_ids": [Command.set(self.hidden_order.ids)]}),
                ("crm.task.done.wizard", {"task_id": self.hidden_task.id}),
                ("crm.project.join.wizard", {"project_id": self.hidden_project.id, "task_ids": [
                    Command.set(self.hidden_task.ids)]})):
            Wizard = self.env[model].with_user(self.technician)
            vals = {name: value for name, value in vals.items() if name in Wizard._fields}
            with self.subTest(model=model):
                self.assertTrue(vals)
                with self.assertRaises(AccessError):
                    Wizard.create(vals)
                with self.assertRaises(AccessError):
                    Wizard.with_context(**{f"default_{name}": value for name, value in vals.items()}).create({})

    def test_what_a_record_has_already_is_no_news(self):
        """A technician edits a task about a colleague's order, and an order in a project that is not theirs."""
        task = self.env["crm.task"].with_user(self.operator).create({
            "name": "Theirs", "user_id": self.technician.id, "order_id": self.hidden_order.id})
        order = self.make_order(self.device2, user_id=self.technician.id, project_id=self.hidden_project.id)
        for record, values in (
                (task, {"name": "New", "order_id": self.hidden_order.id}),
                (order, {"partner_id": self.other_contractor.id, "project_id": self.hidden_project.id})):
            with self.subTest(record=record):
                record.with_user(self.technician).onchange(values, list(values)[:1], {"name": {}})
        events = task.with_user(self.technician).action_done({"description": "Seen"})
        self.assertEqual(self.env["crm.event"].browse(events).order_id, self.hidden_order)
