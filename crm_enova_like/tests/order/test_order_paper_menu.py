from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import ServiceCommon

TERMS = ("terms_service", "terms_storage", "terms_data", "terms_privacy")


@tagged("post_install", "-at_install")
class TestPaperMenu(ServiceCommon):
    """Which papers an order offers, what each says of the firm, and the firm's terms on them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("en_US", "pl_PL"):
            cls.env["res.lang"]._activate_lang(lang)
        cls.company.write({"phone": "+48 12 345 67 89", "vat": "PL5260250274", "country_id": cls.env.ref("base.pl").id})
        cls.contractor.lang = "en_US"
        cls.order_type.write({**dict.fromkeys(TERMS, False), "terms_are_draft": False})

    def _get_keys(self, order, user=None):
        return [paper["key"] for paper in order.with_user(user or self.operator).get_papers()]

    def test_what_is_offered(self):
        order = self.make_order(self.device, self.device2, user_id=self.technician.id)
        self.assertEqual(self._get_keys(order), ["receipt"])
        with self.assertRaisesRegex(UserError, order.name):
            order.action_print_paper("release")
        self.add_part(order)
        order.action_issue_parts()
        one = order.device_line_ids[0]
        one.action_repaired()
        self.assertEqual(self._get_keys(order), ["receipt", "protocol", "rw"])
        one.action_release("Jan")
        # again and again, whoever works with the order, and after it is closed
        order.device_line_ids[1].action_repaired()
        order.action_done()
        for user in (self.operator, self.technician, self.manager):
            with self.subTest(user.login):
                self.assertEqual(self._get_keys(order, user), ["receipt", "protocol", "release", "rw"])
                mine = order.with_user(user)
                self.assertEqual(
                    mine.action_print_paper("release")["report_name"], "crm_enova_like.report_service_release")
                self.assertEqual(mine.action_print_paper("release")["context"]["active_ids"], one.ids)
                self.assertEqual(
                    mine.action_print_paper("rw")["context"]["active_ids"], order.picking_ids.ids)
        with self.assertRaises(AccessError):
            order.with_user(self.other_technician).get_papers()
        # in the customer's hands, the paper says who collected it
        self.assertIn("Jan", self._html("report_service_release", one)[1])

    def test_the_gear_offers_what_fits(self):
        Report = self.env["ir.actions.report"]
        order = self.make_order(self.device)
        bound = self.env["ir.actions.actions"].get_bindings("crm.service.order")["report"]
        for name, is_offered in (("protocol", False), ("receipt", True)):
            report = self.env.ref(f"crm_enova_like.action_report_service_{name}")
            self.assertIn(report.id, [action["id"] for action in bound])
            self.assertEqual(
                report.id in Report.browse(report.id).get_valid_action_reports("crm.service.order", order.ids),
                is_offered)
        order.device_line_ids.action_repaired()
        protocol = self.env.ref("crm_enova_like.action_report_service_protocol")
        self.assertIn(protocol.id, protocol.get_valid_action_reports("crm.service.order", order.ids))

    def test_phone_and_tax_number_on_each(self):
        order = self.make_order(self.device)
        order.device_line_ids.action_repaired()
        order.device_line_ids.action_release("Jan")
        papers = {
            "report_service_receipt": order, "report_service_protocol": order,
            "report_service_release": order.device_line_ids, "report_device_history": self.device}
        for report, docs in papers.items():
            page = self._html(report, docs)[1]
            page = page[page.index("o_service"):]
            with self.subTest(report):
                self.assertIn("+48 12 345 67 89", page)
                self.assertIn("PL5260250274", page)
        # once: a letterhead that says it is enough
        self.company.company_details = "<p>Serwis, tel. 12 345 67 89, NIP 526-025-02-74</p>"
        self.assertFalse(self.company._get_paper_contacts())
        self.assertNotIn("o_contacts", self._html("report_service_receipt", order)[1])

    def test_barcode_of_the_order(self):
        order = self.make_order(self.device)
        path, modules = order._get_number_barcode()
        self.assertIn(path, self._html("report_service_receipt", order)[1])
        self.assertGreater(modules, 100)
        self.assertNotIn(path, self._html("report_service_protocol", order)[1])

    # TERMS

    def test_terms_in_the_language_of_the_paper(self):
        self.order_type.terms_service = "We repair what we can."
        self.order_type.with_context(lang="pl_PL").terms_service = "Naprawiamy, co się da."
        order = self.make_order(self.device)
        order.device_line_ids.action_repaired()
        order.device_line_ids.action_release("Jan")
        for lang, text in (("en_US", "We repair what we can."), ("pl_PL", "Naprawiamy, co się da.")):
            self.contractor.lang = lang
            page = self._html("report_service_receipt", order)[1]
            self.assertIn(text, page)
            # what is empty is not printed
            self.assertEqual(page.count("<p>"), 1)
        release = self._html("report_service_release", order.device_line_ids)[1]
        self.assertIn("We repair what we can.", release)

    def test_a_draft_is_not_printed(self):
        self.order_type.with_user(self.manager).action_fill_sample_terms()
        order = self.make_order(self.device)
        sample = self.order_type.terms_storage
        self.assertTrue(self.order_type.terms_are_draft and sample)
        self.assertNotEqual(sample, self.order_type.with_context(lang="pl_PL").terms_storage)
        self.assertNotIn(sample[:40], self._html("report_service_receipt", order)[1])
        self.order_type.with_user(self.manager).terms_are_draft = False
        self.assertIn(sample[:40], self._html("report_service_receipt", order)[1])
        with self.assertRaises(AccessError):
            self.order_type.with_user(self.operator).terms_service = "Mine"

    def test_what_was_written_by_hand_stays(self):
        self.order_type.terms_storage = "5 a day"
        self.order_type.action_fill_sample_terms()
        self.assertEqual(self.order_type.terms_storage, "5 a day")
        self.assertTrue(self.order_type.terms_service)

    def test_new_terms_are_not_on_old_papers(self):
        self.order_type.terms_service = "Old terms"
        order, current = self.make_order(self.device), self.make_order(self.device2)
        order.device_line_ids.action_repaired()
        order.device_line_ids.action_release("Jan")
        order.action_done()
        self.order_type.sudo().terms_changed_on = "2020-01-01 00:00:00"
        self.assertIn("Old terms", self._html("report_service_receipt", order)[1])
        self.order_type.terms_service = "New terms"
        self.order_type.sudo().terms_changed_on = "2100-01-01 00:00:00"
        for report, docs in (
                ("report_service_receipt", order), ("report_service_release", order.device_line_ids)):
            page = self._html(report, docs)[1]
            self.assertNotIn("New terms", page)
            self.assertNotIn("Old terms", page)
        self.assertIn("New terms", self._html("report_service_receipt", current)[1])

    def test_a_new_company_has_the_sample_as_a_draft(self):
        company = self._make_company("Serwis Nowy")
        order_type = self.env["crm.service.order.type"].search([("company_id", "=", company.id)])
        self.assertTrue(all(order_type[name] for name in TERMS))
        self.assertTrue(order_type.terms_are_draft)

    # THE COUNTER

    def test_the_receipt_accepts(self):
        for user in (self.operator, self.technician):
            order = self.make_order(self.device, user=user)
            action = order.action_take_in()
            self.assertEqual((order.state, order.user_id), ("accepted", self.env["res.users"]))
            self.assertEqual(action["report_name"], "crm_enova_like.report_service_receipt")
            order.sudo().action_cancel()
        # a reprint accepts nothing, and nothing is accepted twice
        order = self.make_order(self.device)
        order.action_print_receipt()
        self.assertEqual(order.state, "new")
        order.action_start()
        order.action_take_in()
        self.assertEqual(order.state, "in_progress")

    def test_an_order_at_the_customers_place_waits_to_be_accepted(self):
        self.order_type.is_on_site = True
        order = self.make_order(self.device, user=self.operator)
        order.action_take_in()
        self.assertEqual(order.state, "new")
        self.order_type.is_on_site = False
        # nor where the firm has no such stage, or does not let it follow
        order.sudo().stage_id.next_stage_ids = self.env["crm.service.stage"].search(
            [("state", "=", "in_progress"), ("company_id", "=", self.company.id)], limit=1)
        order.action_take_in()
        self.assertEqual(order.state, "new")
