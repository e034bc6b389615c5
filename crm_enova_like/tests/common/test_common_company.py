from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from . import ServiceCommon


@tagged("post_install", "-at_install")
class TestCompany(ServiceCommon):
    """Of many records at once it is asked once whether what they name is their company's; the answer is core's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other firm"})
        cls.theirs = cls.env["res.partner"].create([
            {"name": f"Their contractor {number}", "company_id": cls.other.id} for number in range(2)])
        cls.ours = cls.env["res.partner"].create([
            {"name": f"Our contractor {number}", "company_id": company_id}
            for number, company_id in enumerate((False, cls.env.company.id))])

    def _refusal(self, vals_list):
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            self.env["crm.service.order"].create(vals_list)
        self.env.invalidate_all()
        return str(caught.exception)

    def _vals(self, partner, **vals):
        return {"name": f"ZSR/{partner.id}", "partner_id": partner.id, **vals}

    def test_the_answer_is_core_s(self):
        mixed = [self._vals(partner) for partner in (*self.ours, *self.theirs)]
        rows = [
            self._vals(partner, device_line_ids=[Command.create({"device_id": device.id})])
            for partner, device in zip(self.ours, (self.device, self._their_device()), strict=True)]
        Orders = type(self.env["crm.service.order"])
        for vals_list, told in ((mixed, self.theirs), (rows, self.ours[:0])):
            answer = self._refusal(vals_list)
            for partner in told:
                self.assertIn(partner.name, answer)
            for partner in self.ours:
                self.assertNotIn(partner.name, answer)
            with self.subTest(answer):
                for model in (Orders, type(self.env["crm.service.order.device"])):
                    self.patch(model, "_filter_astray", lambda records, fnames: records)
                self.assertEqual(self._refusal(vals_list), answer)

    def _their_device(self):
        kind = self.env["crm.service.device.type"].create(
            {"name": "Machine", "prefix": "THEIRS", "company_id": self.other.id})
        return self.env["crm.service.device"].create(
            {"name": "Their machine", "type_id": kind.id, "partner_id": self.theirs[0].id, "company_id": self.other.id})

    def test_archived_and_shared_are_no_others(self):
        self.ours.active = False
        orders = self.env["crm.service.order"].create([self._vals(partner) for partner in self.ours])
        self.assertEqual(orders.partner_id, self.ours)

    def test_of_two_companies_at_once(self):
        orders = self._new_order() | self._new_order()
        self.assertFalse(orders._filter_astray(None))
        self.env.cr.execute("UPDATE res_partner SET company_id = %s WHERE id = %s", [
            self.other.id, orders[1].partner_id.id])
        self.env.invalidate_all()
        self.assertEqual(orders._filter_astray(["partner_id"]), orders)
        self.assertFalse(orders._filter_astray(["user_id"]))

    def test_the_first_ones_are_told_whatever_their_company(self):
        """Of many, core tells five: those that come first."""
        orders = self._new_order() | self._new_order() | self._new_order()
        self.env.cr.execute("UPDATE crm_service_order SET company_id = %s WHERE id = %s", [
            self.other.id, orders[1].id])
        self.env.cr.execute(
            "UPDATE crm_service_order SET partner_id = CASE id WHEN %s THEN %s ELSE %s END WHERE id IN %s",
            [orders[1].id, self.ours[1].id, self.theirs[0].id, orders._ids])
        self.env.invalidate_all()
        self.assertEqual(orders._filter_astray(["partner_id"]).ids, orders.ids)
        self.assertEqual(orders[::-1]._filter_astray(["partner_id"]).ids, orders[::-1].ids)

    # THE TIME ZONE

    def test_the_zone_follows_what_tells_it(self):
        """It is known without asking, and yet is that of the contact, its country and the schedule as they are."""
        contact = self.other.partner_id
        german, polish = self.env.ref("base.de"), self.env.ref("base.pl")
        calendar = self.env["resource.calendar"].create({
            "name": "Night", "tz": "Asia/Tokyo", "company_id": self.other.id})
        self.other.resource_calendar_id = calendar
        self.env.ref("base.jo").code = "QX"
        nowhere = self.env["res.country"].create({"name": "Nowhere", "code": "QQ"})

        def merge():
            new = self.env["res.partner"].create({"name": "The one that stays", "tz": "America/Lima"})
            self.env["base.partner.merge.automatic.wizard"]._merge((contact | new).ids, new)

        for change, zone in (
                (lambda: contact.write({"tz": False, "country_id": polish.id}), "Europe/Warsaw"),
                (lambda: self.other.write({"country_id": german.id}), "Europe/Berlin"),
                (lambda: contact.write({"tz": "Pacific/Auckland"}), "Pacific/Auckland"),
                (lambda: contact.write({"tz": False, "country_id": nowhere.id}), "Asia/Tokyo"),
                (lambda: calendar.write({"tz": "Asia/Seoul"}), "Asia/Seoul"),
                (lambda: self.other.write({"resource_calendar_id": self.company.resource_calendar_id.copy(
                    {"tz": "Asia/Manila", "company_id": self.other.id}).id}), "Asia/Manila"),
                (lambda: nowhere.write({"code": "JO"}), "Asia/Amman"),
                (lambda: contact.write({"parent_id": self.ours[0].id, "type": "contact"}), "Asia/Amman"),
                (lambda: self.ours[0].write({"country_id": polish.id}), "Europe/Warsaw"),
                (lambda: contact.write({"parent_id": False}), "Europe/Warsaw"),
                (lambda: self.other.write({"partner_id": self.env["res.partner"].create(
                    {"name": "Another", "tz": "America/Lima"}).id}), "America/Lima"),
                (lambda: self.other.write({"partner_id": contact.id}), "Europe/Warsaw"),
                (merge, "America/Lima")):
            self.assertTrue(self.other._service_tz())
            change()
            self.env.flush_all()
            with self.subTest(zone=zone, contact=self.other.partner_id.name):
                self.assertEqual(self.other._service_tz().zone, zone)
        self.env.invalidate_all()
        with self.assertQueryCount(0):
            self.assertTrue(self.other._service_today())
