from odoo.tests import tagged

from ..common import ServiceCommon

# what stands in the field, and the numbers by which each is found
FIELDS = {
    "58 620 11 22 (wew. 305)": ("586201122",), "58 620 11 23 w. 7": ("+48586201123",),
    "58 620 11 24 #12": ("586201124",),
    "tel:+48-58-620-11-25;ext=3": ("586201125",), "58/620-11-26 x44": ("586201126",),
    "58 620 11 27 nr wew. 9": ("58 620 11 27",),
    "501 500 401 lub 58 620 11 28": ("501500401", "586201128"), "501 500 402; 501 500 403": ("501500402", "501500403"),
    "501500404\n501500405": ("501500404", "501500405"), "501 500 406 501 500 407": ("501500406", "501500407"),
    "58 620 11 30/31": ("586201130", "586201131"), "+48501500408 +48 501 500 409": ("501500408", "0048501500409"),
    "kom. 501.500.410 (szef), biuro 58 620 11 32 wew 2": ("501500410", "586201132"),
    "0-58 620 11 33": ("0586201133", "586201133"), "５０１ ５００ ４１１": ("501500411",),
    "501\u00a0500\u2011412": ("501500412",), "+49 30 901820": ("+49 30 901820", "004930901820"),
}


@tagged("post_install", "-at_install")
class TestCommonPhones(ServiceCommon):
    """A caller is found by what people type into the phone's field."""

    def test_found_by_each_number(self):
        Partner = self.env["res.partner"]
        for stored, callers in FIELDS.items():
            contact = Partner.create({"name": "Caller", "phone": stored})
            for caller in callers:
                with self.subTest(stored, caller=caller):
                    self.assertEqual(Partner._find_by_phone(caller), contact)
                    self.assertIn(contact.id, dict(Partner.name_search(caller)))
            contact.unlink()

    def test_extension_and_words_are_no_number(self):
        Partner = self.env["res.partner"]
        contact = Partner.create({"name": "Caller", "phone": "58 620 11 22 wew. 30567, pn. 8-16"})
        for typed in ("30567", "2230567", "816"):
            self.assertNotIn(contact, Partner._find_by_phone(typed))
        self.assertEqual(Partner._find_by_phone("58 620 11 22 wew. 99"), contact, "whoever types the extension, too")
        self.assertEqual(Partner._find_by_phone("620 11", is_part=True), contact)
        contact.phone = "58 620 11 23"
        self.assertFalse(Partner._find_by_phone("586201122"), "the number that it was is gone")
        contact.phone = False
        self.assertFalse(contact.service_phone_digits)

    def test_order_of_a_caller(self):
        self.person.phone = "58 620 11 50 wew. 2 / 501 500 450"
        order = self._new_order(self.device, person_id=self.person.id)
        for typed in ("501500450", "+48 58 620 11 50", "620 11 50"):
            self.assertIn(order, order.search([("contact_text", "ilike", typed)]))
        self.assertIn(order, order.search([("display_name", "ilike", f"\u200b{order.name}\u00a0")]))

    def test_tax_number_in_any_width(self):
        self.contractor.with_context(no_vat_validation=True).vat = "PL5252248481"
        for typed in ("525\u2011224\u201184\u201181", "５２５２２４８４８１", "\ufeff525 224 84 81"):
            with self.subTest(typed):
                self.assertIn(self.contractor, self.env["res.partner"]._find_by_tax_number(typed))
                self.assertIn(self.contractor.id, dict(self.env["res.partner"].name_search(typed)))

    def test_event_of_a_caller(self):
        self.person.phone = "58 620 11 40 wew. 2 / 501 500 440"
        for typed in ("501500440", "+48 58 620 11 40"):
            event = self.env["crm.event"].with_user(self.operator).create({"name": "Call", "phone": typed})
            self.assertEqual(event.partner_id, self.contractor)
