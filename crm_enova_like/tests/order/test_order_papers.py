from odoo.tests import tagged

from odoo.addons.base.models import ir_actions_report as core

from ... import unpatched_qt
from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestOrderPapers(ServiceCommon):
    """The papers of an order: what they say, in the customer's language, by whichever wkhtmltopdf there is."""

    # PAPERS

    def test_receipt(self):
        order = self._take_in(
            self.device, access_code="Kod-77", cost_limit=400.0, wants_old_parts=True, condition_received="Scratched")
        self.assertEqual(order.action_print_receipt()["report_name"], "crm_enova_like.report_service_receipt")
        _report, html = self._html("report_service_receipt", order)
        for text in (order.name, "ABC 2001", "Scratched", "400", self.company.name):
            self.assertIn(text, html)
        self.assertNotIn("Kod-77", html)
        self.assertIn('class="header', html)
        self.assertIn('class="footer', html)

    def test_papers_in_the_customers_language(self):
        view = self.env.ref("crm_enova_like.report_service_receipt_document")
        view.update_field_translations(
            "arch_db", {"pl_PL": {"Reported fault": "Zgłoszona usterka"}})
        self.contractor.lang = "pl_PL"
        _report, html = self._html("report_service_receipt", self._take_in(self.device))
        self.assertIn("Zgłoszona usterka", html)
        # else in the firm's own, whoever prints it
        self.contractor.lang, self.company.partner_id.lang = False, "en_US"
        self.assertIn("Reported fault", self._html("report_service_receipt", self._take_in(self.device2))[1])
        self.contractor.lang = "en_US"
        _report, html = self._html("report_service_receipt", self._take_in(self.device2))
        self.assertIn("Reported fault", html)

    def test_several_papers_by_a_plain_wkhtmltopdf(self):
        orders = self._take_in(self.device) | self._take_in(self.device2)
        plain = unpatched_qt.is_needed()
        for name, docs in (("report_service_receipt", orders), ("report_service_protocol", orders)):
            with self.subTest(name, plain=plain):
                report, html = self._html(name, docs)
                parts = report._prepare_html(html, report_model=report.model)
                self.assertEqual(len(parts[0]), 1 if plain else 2)
                everything = "".join(map(str, parts[0]))
                for order in orders:
                    self.assertIn(order.name, everything)
                # the firm is in the page, or in the header that the patched one prints
                self.assertEqual("o_service_header" in everything, plain)
                self.assertEqual(self.company.name in everything.split("o_service_article")[0], plain)
                paper = "paperformat_service" if plain else "paperformat_service_layout"
                self.assertEqual(report.get_paperformat(), self.env.ref(f"crm_enova_like.{paper}"))

    def test_plain_printing_only_where_it_is_needed(self):
        for state, patched, needed in (("ok", False, True), ("ok", True, False), ("install", False, False)):
            found = core._wkhtml()._replace(state=state, is_patched_qt=patched)
            self.patch(unpatched_qt, "_wkhtml", lambda found=found: found)
            self.assertEqual(unpatched_qt.is_needed(), needed)
