from datetime import date

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionNeeds(InspectionCommon):
    """A device without the data that its regime needs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demanding = cls._new_regime(
            "Demanding", counting="anchor", needs_serial_number=True, needs_date_commissioned=True, needs_address=True)
        cls.bare_device = cls._new_device("Bare", address_id=False)

    def test_a_plan_is_refused_with_what_is_missing(self):
        with self.assertRaisesRegex(
                ValidationError, r"Demanding needs of device .*Bare: Serial Number, Commission.*, .*Enter it"):
            self._new_plan(self.demanding, date(2026, 1, 31), self.bare_device)
        self.bare_device.write({"serial_number": "SN 1", "date_commissioned": "2026-01-31"})
        with self.assertRaisesRegex(ValidationError, r"Demanding needs of device .*Bare: [^,]*\. Enter it"):
            self._new_plan(self.demanding, date(2026, 1, 31), self.bare_device)
        self.assertFalse(self.bare_device.plan_ids)
        self.bare_device.address_id = self.shop
        self.assertTrue(self._new_plan(self.demanding, date(2026, 1, 31), self.bare_device).inspection_ids)

    def test_a_plan_is_not_moved_to_a_regime_that_needs_more(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31), self.bare_device)
        with self.assertRaisesRegex(ValidationError, "Demanding needs"):
            plan.regime_id = self.demanding
        self.assertEqual(plan.regime_id, self.monthly)

    def test_a_new_device_waits_for_its_plan_until_the_data_is_there(self):
        self.device_type.regime_ids = self.demanding | self.monthly
        device = self._new_device("New", address_id=False)
        self.assertEqual(device.plan_ids.regime_id, self.monthly)
        self.assertRegex(device.inspection_warning, "^Demanding needs: Serial Number, ")
        device.serial_number = "SN 2"
        self.assertNotIn("Serial", device.inspection_warning)
        device.address_id = self.shop
        self.assertEqual(device.plan_ids.regime_id, self.monthly)
        device.with_user(self.technician).date_commissioned = date(2026, 3, 1)
        self.assertFalse(device.inspection_warning)
        plan = device.plan_ids.filtered(lambda plan: plan.regime_id == self.demanding)
        self.assertEqual(plan.anchor_date, date(2026, 3, 1))
        self.assertEqual(plan.next_date, date(2027, 3, 1))

    def test_a_paused_plan_is_not_made_a_second_time(self):
        self.device_type.regime_ids = self.monthly
        device = self._new_device("New")
        device.plan_ids.active = False
        device.serial_number = "SN 3"
        self.assertEqual(len(device.with_context(active_test=False).plan_ids), 1)

    def test_a_device_that_lacks_nothing_is_not_warned_of(self):
        self.assertFalse(self.device.inspection_warning)
        self.device_type.regime_ids = self.monthly
        self.assertFalse(self.device.inspection_warning)

    def test_the_regime_of_a_model_comes_besides_that_of_the_type(self):
        self.device_type.regime_ids = self.half_year
        model = self.env["crm.service.device.model"].create({
            "name": "Nano", "type_id": self.device_type.id, "regime_ids": [(6, 0, self.demanding.ids)]})
        device = self._new_device("New", model_id=model.id, serial_number="SN 4", date_commissioned="2026-03-01")
        self.assertEqual(device.plan_ids.regime_id, self.half_year | self.demanding)
