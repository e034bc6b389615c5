from contextlib import nullcontext
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ..common import ServiceCommon

NIP = "5252248481"


@tagged("post_install", "-at_install")
class TestCommonPartner(ServiceCommon):
    """A customer at the counter: found by what they say, made in place with what is needed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.pl")
        cls.Partner = cls.env["res.partner"].with_user(cls.operator)
        cls.counter = cls.Partner.with_context(service_counter=True)

    def _found(self, typed):
        return self.Partner.browse([row[0] for row in self.Partner.name_search(typed)])

    # WHO IT IS

    def test_phone_in_any_spelling(self):
        self.contractor.phone = "+48 77 818-92-33"
        for typed in ("778189233", "77 818 92 33", "+48778189233", "0048 (77) 8189233", "77-818-92-33", "77 818-9",
                      "+48 77 818"):
            with self.subTest(typed):
                self.assertEqual(self._found(typed), self.contractor)
        self.assertFalse(self._found("778189234"))

    def test_nip_in_any_spelling(self):
        for stored in (NIP, f"PL{NIP}", "525-224-84-81"):
            self.contractor.with_context(no_vat_validation=True).vat = stored
            for typed in (NIP, "525-224-84-81", "PL 525 224 84 81", f"pl{NIP}", "525-224"):
                with self.subTest(stored=stored, typed=typed):
                    self.assertIn(self.contractor, self._found(typed))
        self.assertFalse(self._found("5252248482"))

    def test_name_is_found_as_ever(self):
        self.assertIn(self.contractor, self._found("Piekarnia"))
        self.assertFalse(self._found("Nobody of that name"))

    def test_same_names_are_told_apart(self):
        one, two = self.env["res.partner"].create([
            {"name": "Jan Kowalski", "phone": "601 000 001"}, {"name": "Jan Kowalski", "phone": "601 000 002"}])
        shown = dict(self.counter.with_context(formatted_display_name=True).name_search("Jan Kowalski"))
        self.assertIn("601 000 001", shown[one.id])
        self.assertIn("601 000 002", shown[two.id])
        self.assertEqual(one.with_context(service_counter=True).display_name, "Jan Kowalski")

    def test_names_are_cores(self):
        """What is named as it is stored is named as core would, in every way in which names are asked for."""
        firm = self.env["res.partner"].create({"name": " Firm ", "is_company": True, "vat": "PL" + NIP, "city": "Łódź"})
        people = self.env["res.partner"].create([
            {"name": "Jan", "parent_id": firm.id, "email": "jan@example.com"}, {"name": "Ewa", "company_name": "Kiosk"},
            {"parent_id": firm.id, "type": "invoice"}, {"parent_id": firm.id, "type": "delivery", "name": "Gate"},
            {"name": "Branch", "parent_id": firm.id, "is_company": True}])
        self.env.flush_all()
        for key in ("plain", "show_address", "show_email", "show_vat", "partner_show_db_id", "formatted_display_name",
                    "partner_display_name_hide_company"):
            for lang in ("en_US", "pl_PL"):
                names = []
                for ours in (True, False):
                    self.env.invalidate_all()
                    asked = (firm | people).sudo().with_context(**{key: True, "lang": lang})
                    with nullcontext() if ours else patch.object(
                            self.registry["res.partner"], "_set_stored_names", lambda partners: partners.browse()):
                        names.append(asked.mapped("display_name"))
                with self.subTest(key, lang=lang):
                    self.assertEqual(*names)
        firm.name = "Other"
        self.assertEqual(people[0].sudo().display_name, "Other, Jan", "a new name is there at once")

    def test_number_in_any_spelling_of_the_register(self):
        for stored in ("+48 77 818 92 33", "0048778189233", "77 818 92 33", "(77) 818-92-33", "77–818–92–33"):
            self.contractor.phone = stored
            for typed in ("778189233", "77 818 92 33", "+48 77 818 92 33", "0048778189233", "77–818–92–33"):
                with self.subTest(stored=stored, typed=typed):
                    self.assertEqual(self._found(typed), self.contractor)
                    self.assertEqual(self.Partner._find_by_phone(typed), self.contractor)

    def test_contacts_out_of_sight_do_not_hide_mine(self):
        company = self._get_second_company()
        self.env["res.partner"].with_context(no_vat_validation=True).create([
            {"name": f"A {number}", "phone": "77 818 92 33", "vat": NIP, "company_id": company.id}
            for number in range(25)])
        self.contractor.with_context(no_vat_validation=True).write({"phone": "+48 77 818-92-33", "vat": f"PL{NIP}"})
        for typed in ("778189233", "77 818", NIP, "525-224"):
            with self.subTest(typed):
                found = self._found(typed)
                self.assertIn(self.contractor, found)
                self.assertFalse(found.company_id, "of the other company nobody is told")

    def test_numbers_are_found_by_their_indexes(self):
        queries = []
        self.patch(type(self.Partner), "_search_numbers", lambda partner, query: queries.append(query) or partner)
        self.Partner._find_by_phone("77 818 92 33", is_part=True)
        self.Partner._find_by_tax_number(NIP)
        # a table of its own, in place of the real one: no transaction beside this one decides which index is used
        self.env.cr.execute("""
            CREATE TEMPORARY TABLE res_partner (LIKE public.res_partner INCLUDING INDEXES) ON COMMIT DROP;
            INSERT INTO pg_temp.res_partner SELECT (jsonb_populate_record(partner, jsonb_build_object(
                'id', n, 'service_phone_digits', 770000000 + n * 11 || ';',
                'phone_sanitized', '+48' || 770000000 + n * 11, 'vat', 7700000000 + n * 11))).*
              FROM public.res_partner partner, generate_series(1, 5000) n
             WHERE partner.id = (SELECT min(id) FROM public.res_partner);
            REINDEX TABLE pg_temp.res_partner;
            ANALYZE pg_temp.res_partner""")
        self.addCleanup(self.env.cr.execute, "DROP TABLE pg_temp.res_partner")
        for query, columns in zip(queries, (("service_phone_digits", "phone_sanitized"), ("vat",)), strict=True):
            plan = "\n".join(row[0] for row in self.env.execute_query(SQL("EXPLAIN %s", query)))
            self.assertNotIn("Seq Scan", plan)
            for column in columns:
                with self.subTest(column):
                    self.assertRegex(plan, rf"Index Cond: .*\({column}\)::text")

    # MADE IN PLACE

    def test_typed_number_is_no_name(self):
        names = ["name", "phone", "vat", "is_company", "company_type"]
        person = self.counter.with_context(default_name="601 222 333").default_get(names)
        self.assertEqual((person.get("name"), person.get("phone")), (None, "601 222 333"))
        firm = self.counter.with_context(default_name="525-224-84-81").default_get(names)
        self.assertEqual((firm.get("name"), firm["vat"], firm["is_company"]), (None, NIP, True))
        spelt = self.counter.with_context(default_name="PL 525 224 84 81").default_get(names)
        self.assertEqual(spelt["vat"], NIP)
        wrong = self.counter.with_context(default_name="5252248482").default_get(names)
        self.assertEqual((wrong.get("vat"), wrong["phone"]), (None, "5252248482"), "the check digit is another")
        named = self.counter.with_context(default_name="Jan Kowalski").default_get(names)
        self.assertEqual(named["name"], "Jan Kowalski")
        elsewhere = self.Partner.with_context(default_name="601 222 333").default_get(names)
        self.assertEqual(elsewhere["name"], "601 222 333")

    def test_private_person_in_place(self):
        view = "crm_enova_like.view_res_partner_counter_form"
        with Form(self.counter.with_context(default_name="Jan Kowalski"), view) as form:
            self.assertEqual(form.name, "Jan Kowalski")
            form.phone = "691 929 393"
        self.assertEqual(self._found("691929393"), form.record)
        self.assertFalse(form.record.is_company)

    def test_number_of_somebody_known_is_told(self):
        known = self.env["res.partner"].create({"name": "Nowak Jan", "phone": "+48 692 939 494"})
        form = Form(self.counter.with_context(default_name="Jan Nowak"), "crm_enova_like.view_res_partner_counter_form")
        form.phone = "692 939 495"
        self.assertFalse(form.service_same_phone_id)
        form.phone = "692939494"
        self.assertEqual(form.service_same_phone_id, known)
        self.assertFalse(known.with_context(service_counter=True).service_same_phone_id, "it is their own")

    def test_firm_in_place(self):
        with Form(self.counter.with_context(default_name=NIP), "crm_enova_like.view_res_partner_counter_form") as form:
            form.name = "Kowal sp. z o.o."
            form.phone = "22 111 22 33"
        self.assertTrue(form.record.is_company)
        self.assertIn(NIP, form.record.vat)

    def test_what_is_missing_is_said(self):
        with self.assertRaisesRegex(ValidationError, "Jan Kowalski: a phone number"):
            self.counter.create({"name": "Jan Kowalski"})
        with self.assertRaisesRegex(ValidationError, "Jan Kowalski: a phone number"):
            self.counter.name_create("Jan Kowalski")
        with self.assertRaisesRegex(ValidationError, "Kowal: a firm needs its tax number"):
            self.counter.create({"name": "Kowal", "is_company": True, "phone": "22 111 22 33"})
        with self.assertRaisesRegex(ValidationError, "needs a name"):
            self.counter.create({"name": " ", "phone": "601 222 333"})
        self.Partner.create({"name": "Jan Kowalski"})    # elsewhere a name is enough
