from datetime import date, datetime

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionVisit(InspectionCommon):
    """Between planned and ordered somebody phones, for all that is due at a place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.half_year.estimated_hours = 1.5
        cls.one, cls.two = cls._new_inspection(), cls._new_inspection(device=cls.device2, planned_date="2026-03-25")
        cls.elsewhere_device = cls._new_device("Nano P", address_id=False)

    def _wizard(self, inspections, mode="order", **context):
        return Form(self.env["crm.service.inspection.visit.wizard"].with_context(
            default_mode=mode, inspection_ids=inspections.ids, **context))

    def _offered(self, inspections):
        wizard = self._wizard(inspections).save()
        return wizard.line_ids.filtered("is_offered").inspection_id

    # ARRANGE

    def test_several_are_arranged_at_once(self):
        wizard = self._wizard(self.one | self.two, "arrange")
        wizard.date_agreed = "2026-03-18 08:00:00"
        wizard.agreed_with = "Anna"
        wizard.user_id = self.technician
        wizard.save().action_arrange()
        for inspection in self.one | self.two:
            self.assertEqual(
                (inspection.date_agreed, inspection.agreed_with, inspection.user_id, inspection.state),
                (datetime(2026, 3, 18, 8), "Anna", self.technician, "planned"))

    def test_without_a_technician_those_of_the_devices_stay(self):
        self.device.technician_id = self.technician
        wizard = self._wizard(self.one, "arrange")
        wizard.date_agreed = "2026-03-18 08:00:00"
        wizard.save().action_arrange()
        self.assertEqual(self.one.user_id, self.technician)

    def test_what_is_not_taken_is_not_arranged(self):
        wizard = self._wizard(self.one, "arrange")
        wizard.date_agreed = "2026-03-18 08:00:00"
        wizard = wizard.save()
        self.assertEqual(wizard.line_ids.inspection_id, self.one | self.two)
        wizard.action_arrange()
        self.assertTrue(self.one.date_agreed)
        self.assertFalse(self.two.date_agreed)

    def test_nothing_taken_and_no_date_are_refused(self):
        wizard = self._wizard(self.one).save()
        with self.assertRaisesRegex(UserError, "Enter the date"):
            wizard.action_arrange()
        wizard.line_ids.take = False
        for action in (wizard.action_arrange, wizard.action_order):
            with self.assertRaisesRegex(UserError, "at least one"):
                action()

    def test_several_contractors_are_not_arranged_at_once(self):
        self.device2.write({"partner_id": self.other_contractor.id, "address_id": False})
        wizard = self._wizard(self.one | self.two, "arrange")
        wizard.date_agreed = "2026-03-18 08:00:00"
        with self.assertRaisesRegex(UserError, "Piekarnia Kłos, Hurtownia Beta|Hurtownia Beta, Piekarnia Kłos"):
            wizard.save().action_arrange()
        self.assertFalse((self.one | self.two).filtered("date_agreed"))

    def test_what_is_ordered_is_not_arranged(self):
        self._order(self.one)
        with self.assertRaisesRegex(UserError, "“Ordered”"):
            self.one.action_arrange()

    def test_arranged_and_ordered_at_once(self):
        wizard = self._wizard(self.one | self.two, "arrange")
        wizard.date_agreed = "2026-03-18 08:00:00"
        wizard.make_order = True
        wizard.save().action_arrange()
        order = self.one.order_id
        self.assertEqual(order, self.two.order_id)
        self.assertEqual(order.planned_start, datetime(2026, 3, 18, 8))
        # two devices, an hour and a half each
        self.assertEqual(order.planned_stop, datetime(2026, 3, 18, 11))

    # WHAT ELSE IS DUE THERE

    def test_others_due_at_the_address_within_the_days_are_offered(self):
        self.company.inspection_nearby_days = 20
        self.two.planned_date = date(2026, 3, 30)
        self.assertEqual(self._offered(self.one), self.two)
        self.two.planned_date = date(2026, 3, 31)
        self.assertFalse(self._offered(self.one))
        self.two.planned_date = date(2025, 12, 1)
        self.assertEqual(self._offered(self.one), self.two)

    def test_others_elsewhere_are_not_offered(self):
        elsewhere = self._new_inspection(device=self.elsewhere_device)
        self.device2.write({"partner_id": self.other_contractor.id, "address_id": False})
        self.assertFalse(self._offered(self.one))
        self.assertFalse(self._offered(elsewhere))

    def test_what_another_body_does_or_is_ordered_or_closed_is_not_offered(self):
        body = self._new_regime("UDT", performed_by="body")
        self._new_inspection(body, self.device2)
        self.two.action_cancel("Sold")
        third = self._new_inspection(device=self._new_device())
        self._order(third)
        self.assertFalse(self._offered(self.one))

    def test_an_archived_devices_are_not_offered(self):
        self.device2.active = False
        self.assertFalse(self._offered(self.one))

    def test_another_companys_are_not_offered(self):
        there = self._get_second_company()
        self.two.action_cancel("Sold")
        device = self.env["crm.service.device"].create({
            "name": "Yonder", "type_id": self.device_type.id, "company_id": there.id,
            "partner_id": self.contractor.id, "address_id": self.shop.id})
        self._new_inspection(device=device)
        self.assertFalse(self._offered(self.one))

    def test_what_was_offered_comes_into_the_order_when_taken(self):
        wizard = self._wizard(self.one).save()
        self.assertEqual(wizard.line_ids.mapped("take"), [True, False])
        wizard.line_ids.take = True
        wizard.action_order()
        self.assertEqual(self.one.order_id, self.two.order_id)
        self.assertEqual(self.one.order_id.device_line_ids.device_id, self.devices)

    def test_one_alone_becomes_an_order_at_once(self):
        self.assertEqual((self.one | self.two).action_open_order()["target"], "new")
        self.two.action_cancel("Sold")
        action = self.one.action_open_order()
        self.assertEqual(action["res_id"], self.one.order_id.id)
        self.assertEqual(self.one.state, "ordered")

    # ORDERS

    def test_an_order_for_each_address_or_device(self):
        third = self._new_inspection(device=self.elsewhere_device)
        all_three = self.one | self.two | third
        wizard = self._wizard(all_three).save()
        wizard.action_order()
        self.assertEqual(self.one.order_id, self.two.order_id)
        self.assertEqual(self.one.order_id.address_id, self.shop)
        self.assertEqual(third.order_id.address_id, self.contractor)
        self.assertNotEqual(third.order_id, self.one.order_id)
        all_three.order_id.action_cancel()
        wizard = self._wizard(all_three)
        wizard.per_device = True
        wizard.save().action_order()
        self.assertEqual(len(all_three.order_id), 3)

    def test_two_inspections_of_a_device_share_its_row(self):
        other = self._new_inspection(self.monthly)
        order = self._order(self.one | other)
        self.assertEqual(len(order.device_line_ids), 1)
        self.assertEqual(order.device_line_ids.inspection_ids, self.one | other)
        self.assertEqual(order.device_line_ids.fault, "Half-yearly\nMonthly")

    def test_an_order_has_the_earliest_last_day(self):
        self.half_year.tolerance_days = 5
        self.assertEqual(self._order(self.one | self.two).date_deadline, date(2026, 3, 25))

    def test_an_order_has_the_hours_of_its_regimes(self):
        self.half_year.estimated_hours = 1.5
        order = self._order(self.one)
        self.assertEqual(order.planned_hours, 1.5)
        self.two._add_to_order(order)
        self.assertEqual(order.planned_hours, 3.0)

    def test_a_regimes_order_type_makes_orders_of_its_own(self):
        kind = self.order_type.copy({"name": "Inspections", "prefix": "PRZ"})
        self.monthly.order_type_id = kind
        other = self._new_inspection(self.monthly)
        (self.one | other).action_create_order()
        self.assertEqual(other.order_id.type_id, kind)
        self.assertEqual(self.one.order_id.type_id, self.order_type)

    def test_taken_along_into_an_order_that_is_there(self):
        order = self._new_order(self.device, address_id=self.shop.id)
        self.assertEqual(order.nearby_inspection_count, 2)
        action = order.action_add_inspections()
        wizard = Form(self.env["crm.service.inspection.visit.wizard"].with_context(**action["context"])).save()
        self.assertEqual(wizard.line_ids.inspection_id, self.one | self.two)
        wizard.action_order()
        self.assertEqual((self.one | self.two).order_id, order)
        # the device that was there keeps its row and what is wrong with it
        self.assertEqual(order.device_line_ids.device_id, self.devices)
        self.assertEqual(self.one.order_device_id.fault, "Does not print")
        self.assertEqual(self.one.order_device_id.basis, "paid")
        self.assertEqual(self.two.order_device_id.basis, "inspection")
        order.invalidate_recordset()
        self.assertEqual(order.nearby_inspection_count, 0)

    def test_a_closed_order_takes_nothing_along(self):
        order = self._new_order(self.device, address_id=self.shop.id)
        order.action_cancel()
        self.assertEqual(order.nearby_inspection_count, 0)
        with self.assertRaisesRegex(UserError, order.name):
            self.one._add_to_order(order)
        self.assertEqual(self.one.state, "planned")

    def test_a_device_with_its_outcome_in_the_order_takes_nothing_along(self):
        order = self._new_order(self.device, self.device2, address_id=self.shop.id)
        order.device_line_ids[0].action_repaired()
        with self.assertRaisesRegex(UserError, "Nano E"):
            self.one._add_to_order(order)
        self.assertEqual(self.one.state, "planned")

    def test_anothers_order_takes_nothing_along(self):
        order = self._new_order(self.device2, partner_id=self.other_contractor.id)
        with self.assertRaisesRegex(UserError, "Piekarnia Kłos"):
            self.one._add_to_order(order)
        self.assertEqual(self.one.state, "planned")

    # BAD INPUT, AND NOTHING HALF DONE

    def test_a_selection_that_mixes_companies_is_refused(self):
        there = self._get_second_company()
        device = self.env["crm.service.device"].create({
            "name": "Yonder", "type_id": self.device_type.id, "company_id": there.id,
            "partner_id": self.contractor.id})
        yonder = self._new_inspection(device=device)
        with self.assertRaisesRegex(UserError, "Serwis Drugi"):
            (self.one | yonder).action_create_order()
        order = self._new_order(address_id=self.shop.id)
        with self.assertRaisesRegex(UserError, "Serwis Drugi"):
            yonder._add_to_order(order)
        self.assertEqual({*(self.one | yonder).mapped("state")}, {"planned"})

    def test_ordered_twice_is_refused_and_makes_nothing(self):
        self._order(self.one)
        orders = self.env["crm.service.order"].search_count([])
        with self.assertRaisesRegex(UserError, "Half-yearly – ABC 2001.*“Ordered”"):
            (self.one | self.two).action_create_order()
        self.assertEqual(self.two.state, "planned")
        self.assertEqual(self.env["crm.service.order"].search_count([]), orders)

    def test_a_wizard_left_open_while_another_orders_is_refused(self):
        wizard = self._wizard(self.one | self.two).save()
        self._order(self.two)
        with self.assertRaisesRegex(UserError, "“Ordered”"):
            wizard.action_order()
        self.assertEqual(self.one.state, "planned")

    def test_done_in_the_future_is_refused_for_all(self):
        with self.assertRaisesRegex(UserError, "in the future"):
            (self.one | self.two).action_done(date_done=date(2026, 3, 11))
        self.assertEqual({*(self.one | self.two).mapped("state")}, {"planned"})

    def test_a_device_without_a_contractor_is_refused(self):
        bare = self._new_inspection(device=self._new_device(partner_id=False, address_id=False))
        with self.assertRaisesRegex(UserError, "no contractor"):
            bare.action_create_order()
