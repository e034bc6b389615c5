from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.base.models import ir_actions_report as core

from ... import unpatched_qt
from ...models.common.res_partner import is_nip
from ..common import ServiceCommon

NIP = "5252248481"


@tagged("post_install", "-at_install")
class TestCounter(ServiceCommon):
    """A customer stands at the counter with a device."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Partner = cls.env["res.partner"].with_user(cls.operator)
        cls.counter = cls.Partner.with_context(service_counter=True)
        cls.order_type.diagnosis_fee = 80.0

    def _take_in(self, *devices, user=None, **vals):
        order = self.make_order(*devices, user=user or self.operator)
        order.device_line_ids.write(vals)
        return order

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

    def test_nip_check_digit(self):
        self.assertTrue(is_nip("525-224-84-81"))
        self.assertTrue(is_nip(f"PL{NIP}"))
        self.assertFalse(is_nip("5252248482"))
        self.assertFalse(is_nip("601222333"))

    # MADE IN PLACE

    def test_typed_number_is_no_name(self):
        names = ["name", "phone", "vat", "is_company", "company_type"]
        person = self.counter.with_context(default_name="601 222 333").default_get(names)
        self.assertEqual((person.get("name"), person.get("phone")), (None, "601 222 333"))
        firm = self.counter.with_context(default_name="525-224-84-81").default_get(names)
        self.assertEqual((firm.get("name"), firm["vat"], firm["is_company"]), (None, NIP, True))
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

    def test_device_in_place_by_serial_number(self):
        Device = self.env["crm.service.device"].with_user(self.operator)
        model = self.env["crm.service.device.model"].create({"name": "Nano X", "type_id": self.device_type.id})
        with Form(
                Device.with_context(default_serial_number="XYZ 9", default_partner_id=self.contractor.id),
                "crm_enova_like.view_crm_service_device_counter_form") as form:
            form.model_id = model
        device = form.record
        self.assertEqual((device.serial_number, device.type_id, device.partner_id),
                         ("XYZ 9", self.device_type, self.contractor))
        self.assertIn("Nano X", device.name)

    def test_scanned_device_says_whose_it_is(self):
        with Form(self.env["crm.service.order"].with_user(self.operator)) as form:
            with form.device_line_ids.new() as row:
                row.device_id = self.device
            self.assertEqual(form.partner_id, self.contractor)
            self.assertEqual(form.invoice_partner_id, self.contractor)
            self.assertEqual(form.address_id, self.shop)
        with Form(self.env["crm.service.order"].with_user(self.operator)) as form:
            form.partner_id = self.other_contractor
            with form.device_line_ids.new() as row:
                row.device_id = self.device
            self.assertEqual(form.partner_id, self.other_contractor, "who was chosen stays, and a warning tells")
            self.assertIn("belongs to Piekarnia", form.device_warning)

    # WHAT IS KNOWN ALREADY

    def test_facts_beside_the_form(self):
        self.device.warranty_end = self.company._service_today() + timedelta(days=10)
        earlier = self.make_order(self.device, user=self.technician)
        line = earlier.device_line_ids
        line.resolution = "Print head replaced"
        line.action_repaired()
        with Form(self.env["crm.service.order"].with_user(self.operator)) as form:
            form.partner_id = self.contractor
            with form.device_line_ids.new() as row:
                row.device_id = self.device
                row.fault = "Does not print"
            facts = form.intake_facts
            with form.device_line_ids.new() as row:
                row.device_id = self.device2
            both = form.intake_facts
        self.assertIn("under warranty until", facts)
        self.assertIn(earlier.name, facts)
        self.assertIn("Repaired, Print head replaced", facts)
        self.assertIn("warranty of the repair until", facts)
        self.assertNotIn("ABC 2002", facts)
        self.assertIn("no repair yet", both)

    def test_facts_are_escaped(self):
        self.device.name = "<script>x</script>"
        order = self._take_in(self.device)
        self.assertNotIn("<script>", order.intake_facts)

    def test_unpaid_invoices_for_who_may_read_them(self):
        invoices = self.env["account.move"].create([{
            "move_type": "out_invoice", "partner_id": self.contractor.id, "invoice_date": day,
            "invoice_date_due": day, "invoice_line_ids": [Command.create(
                {"name": "Repair", "quantity": 1, "price_unit": price, "tax_ids": [Command.clear()]})],
        } for day, price in ((date(2020, 1, 1), 100.0), (date(2999, 1, 1), 50.0))])
        invoices.action_post()
        self.env["account.move"].create({    # a draft asks for nothing yet
            "move_type": "out_invoice", "partner_id": self.contractor.id,
            "invoice_line_ids": [Command.create({"name": "Draft", "quantity": 1, "price_unit": 7.0})]})
        clerk = self._new_user("clerk", "crm_enova_like.group_user", "account.group_account_invoice")
        order = self._take_in(self.device).with_user(clerk)
        self.assertEqual((order.unpaid_count, order.unpaid_amount, order.overdue_amount), (2, 150.0, 100.0))
        action = order.action_view_unpaid_invoices()
        self.assertEqual(self.env["account.move"].search(action["domain"]), invoices)
        self.assertFalse(order.with_user(self.operator).fields_get(
            ["unpaid_count", "unpaid_amount", "overdue_amount"]))
        with self.assertRaises(AccessError):
            order.with_user(self.operator).read(["unpaid_amount"])
        with self.assertRaises(AccessError):
            order.with_user(self.operator).action_view_unpaid_invoices()

    # WHAT IS AGREED

    def test_warning_above_the_cost_limit(self):
        order = self._take_in(self.device, cost_limit=300.0)
        line = order.device_line_ids
        self.labour.taxes_id = False
        row = self.env["crm.service.order.line"].with_user(self.operator).create({
            "order_id": order.id, "kind": "labour", "product_id": self.labour.id, "quantity": 2.0})
        self.assertEqual(row.device_line_id, line)
        self.assertFalse(order.limit_warning, "300 of 300")
        row.quantity = 2.5
        self.assertIn("ABC 2001", order.limit_warning)
        self.assertIn("375", order.limit_warning)
        row.billing = "warranty"
        self.assertFalse(order.limit_warning, "the customer pays nothing")
        row.billing = "billable"
        line.action_repaired()
        self.assertFalse(order.limit_warning, "it is done")

    def test_cost_limit_is_with_tax(self):
        tax = self.env["account.tax"].create({"name": "VAT 23", "amount": 23.0, "amount_type": "percent"})
        self.labour.taxes_id = tax
        order = self._take_in(self.device, cost_limit=160.0)
        self.env["crm.service.order.line"].with_user(self.technician).create({
            "order_id": order.id, "kind": "labour", "product_id": self.labour.id})
        self.assertAlmostEqual(order.device_line_ids.estimate, 184.5)
        self.assertTrue(order.device_line_ids.is_over_limit)

    def test_no_limit(self):
        order = self._take_in(self.device)
        self.add_part(order, quantity=9)
        self.assertFalse(order.limit_warning)

    def test_negative_amounts(self):
        order = self._take_in(self.device)
        for name in ("cost_limit", "diagnosis_fee"):
            with self.subTest(name), self.assertRaisesRegex(ValidationError, f"ABC 2001.*{order.name}.*negative"):
                order.device_line_ids[name] = -1.0

    def test_fee_follows_the_type_and_the_basis(self):
        paid = self._take_in(self.device)
        self.assertEqual(paid.device_line_ids.diagnosis_fee, 80.0)
        self.device2.warranty_end = self.company._service_today()
        self.assertFalse(self._take_in(self.device2).device_line_ids.diagnosis_fee)

    def test_customer_declines(self):
        order = self._take_in(self.device, self.device2)
        line, other = order.device_line_ids
        estimated = self.env["crm.service.order.line"].with_user(self.technician).create({
            "order_id": order.id, "device_line_id": line.id, "kind": "labour", "product_id": self.labour.id})
        self.add_part(order, device_line_id=line.id)
        line.with_user(self.technician).action_decline()
        fee = line.line_ids - estimated
        self.assertEqual((fee.kind, fee.billing, fee.subtotal, fee.device_line_id), ("labour", "billable", 80.0, line))
        self.assertEqual(estimated.billing, "included", "the fee stands in place of the estimate")
        self.assertEqual(order.amount_billable, 80.0)
        self.assertFalse(other.line_ids)
        line.action_reopen()
        self.assertEqual(line.line_ids, estimated)
        self.assertEqual(estimated.billing, "billable")
        line.action_decline()
        self.assertEqual(order.amount_billable, 80.0, "billed once")

    def test_no_fee_is_billed_where_none_was_agreed(self):
        order = self._take_in(self.device, diagnosis_fee=0.0)
        order.device_line_ids.action_decline()
        self.assertFalse(order.line_ids)
        other = self._take_in(self.device2)
        other.device_line_ids.action_unrepairable()
        self.assertFalse(other.line_ids)

    def test_fee_is_billed_as_the_types_product(self):
        self.order_type.diagnosis_product_id = self.labour
        order = self._take_in(self.device)
        order.device_line_ids.write({"state": "declined"})    # an import does as the button
        self.assertEqual(order.line_ids.product_id, self.labour)
        self.assertEqual(order.line_ids.price_unit, 80.0)

    # THE ACCESS CODE

    def test_code_is_for_who_works_on_the_order(self):
        order = self._take_in(self.device, access_code="1234")
        order.user_id = self.technician
        line = order.device_line_ids
        self.env.invalidate_all()
        self.assertEqual(line.with_user(self.technician).access_code, "1234")
        self.assertEqual(line.with_user(self.operator).access_code, "1234")
        self.env.invalidate_all()
        self.assertFalse(line.with_user(self.other_technician).access_code, "they read the history, not the code")
        for who in (self.operator, self.manager):
            with self.assertRaises(AccessError):
                line.with_user(who).read(["access_secret"])
            with self.assertRaises(AccessError):
                line.with_user(who).search([("access_secret", "=", "1234")])
        with self.assertRaises(AccessError):
            line.with_user(self.other_technician).access_code = "0000"

    def test_code_is_not_copied_exported_or_told(self):
        order = self._take_in(self.device, access_code="1234")
        self.assertFalse(order.copy().device_line_ids.access_code)
        fields_ = order.device_line_ids.with_user(self.manager).fields_get()
        self.assertFalse(fields_["access_code"]["exportable"])
        self.assertNotIn("access_secret", fields_)
        self.assertNotIn("1234", "".join(order.message_ids.mapped("body")))
        tracked = order.sudo().message_ids.tracking_value_ids
        self.assertNotIn("access_code", tracked.field_id.mapped("name"))

    # THE WAY BACK

    def test_release_erases_the_code_and_frees_the_shelf(self):
        order = self._take_in(self.device, access_code="1234", shelf="R3")
        line = order.device_line_ids
        line.action_repaired()
        line.action_release()
        self.assertFalse(line.access_code)
        self.assertFalse(line.sudo().access_secret)
        self.assertFalse(line.shelf)

    def _wizard(self, lines, user=None, **vals):
        action = lines.with_user(user or self.operator).action_open_release()
        Wizard = self.env[action["res_model"]].with_user(user or self.operator).with_context(action["context"])
        with Form(Wizard) as form:
            for name, value in vals.items():
                setattr(form, name, value)
        return form.record

    def test_one_of_two_by_somebody_else(self):
        order = self._take_in(self.device, self.device2)
        one, two = order.device_line_ids
        one.action_repaired()
        wizard = self._wizard(order, by_other=True, released_to="Jan Sąsiad", id_checked=True)
        self.assertEqual(wizard.device_line_ids, one, "the one that is ready comes chosen")
        self.assertEqual(wizard.candidate_ids, order.device_line_ids)
        action = wizard.action_release_and_print()
        self.assertEqual(action["type"], "ir.actions.report")
        self.assertEqual((one.released_to, one.collector_id_checked), ("Jan Sąsiad", True))
        self.assertFalse(two.date_released)
        said = order.message_ids[0].body
        for text in ("ABC 2001", "Jan Sąsiad", "Identity checked"):
            self.assertIn(text, said)
        self.assertNotIn("ABC 2002", said)

    def test_owner_collects(self):
        order = self._take_in(self.device)
        order.person_id = self.person
        order.device_line_ids.action_repaired()
        wizard = self._wizard(order.device_line_ids)
        self.assertEqual(wizard.owner_name, "Anna Kłos")
        wizard.action_release()
        self.assertEqual(order.device_line_ids.released_to, "Anna Kłos")
        with self.assertRaisesRegex(UserError, "already"):
            order.action_open_release()

    def test_collector_without_a_name(self):
        order = self._take_in(self.device)
        order.device_line_ids.action_repaired()
        wizard = self.env["crm.service.release.wizard"].with_user(self.operator).create({
            "device_line_ids": [Command.set(order.device_line_ids.ids)], "by_other": True, "released_to": " "})
        with self.assertRaisesRegex(UserError, "ABC 2001.*name of who collects"):
            wizard.action_release()
        self.assertFalse(order.device_line_ids.date_released)
        wizard.device_line_ids = False
        with self.assertRaisesRegex(UserError, "at least one device"):
            wizard.action_release()

    def test_unfinished_needs_a_reason(self):
        order = self._take_in(self.device)
        line = order.device_line_ids
        wizard = self.env["crm.service.release.wizard"].with_user(self.operator).create({
            "device_line_ids": [Command.set(line.ids)]})
        self.assertTrue(wizard.is_early)
        with self.assertRaisesRegex(UserError, "ABC 2001.*reason"):
            wizard.action_release()
        wizard.reason = "Needs it for the fair"
        wizard.action_release()
        self.assertEqual(line.early_release_reason, "Needs it for the fair")
        self.assertTrue(line.date_released)
        self.assertEqual(line.state, "open")
        self.assertIn("Needs it for the fair", order.message_ids[0].body)
        line.action_decline()    # the outcome is given later
        self.assertEqual(line.state, "declined")

    def test_reason_is_kept_for_the_unfinished_alone(self):
        order = self._take_in(self.device, self.device2)
        one, two = order.device_line_ids
        one.action_repaired()
        (one | two).action_release(reason="In a hurry")
        self.assertFalse(one.early_release_reason)
        self.assertEqual(two.early_release_reason, "In a hurry")

    def test_cancelled_order_gives_its_device_back(self):
        order = self._take_in(self.device, access_code="1234")
        order.action_cancel()
        self.assertEqual(order.to_release_count, 1)
        self._wizard(order).action_release()
        self.assertTrue(order.device_line_ids.date_released)
        self.assertFalse(order.device_line_ids.access_code)
        self.assertEqual(order.to_release_count, 0)

    def test_release_rights(self):
        order = self._take_in(self.device)
        order.user_id = self.technician
        order.device_line_ids.action_repaired()
        with self.assertRaises(AccessError):
            order.device_line_ids.with_user(self.other_technician).action_release()
        with self.assertRaises(AccessError):
            self.env["crm.service.release.wizard"].with_user(self.employee).create({})
        order.device_line_ids.with_user(self.technician).action_release()
        self.assertTrue(order.device_line_ids.date_released)

    # PAPERS

    def _html(self, name, docs):
        report = self.env["ir.actions.report"]._get_report(f"crm_enova_like.{name}")
        return report, report._render_qweb_html(f"crm_enova_like.{name}", docs.ids)[0].decode()

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

    def test_release_protocol_of_one_of_two(self):
        self.contractor.lang = "en_US"
        order = self._take_in(self.device, self.device2)
        one, two = order.device_line_ids
        one.action_repaired()
        with self.assertRaisesRegex(UserError, "ABC 2001.*not handed back"):
            one.action_print_release()
        one.action_release("Jan Sąsiad", id_checked=True)
        _report, html = self._html("report_service_release", one)
        for text in (order.name, "ABC 2001", "Jan Sąsiad", "identity checked"):
            self.assertIn(text, html)
        self.assertNotIn("ABC 2002", html)
        two.action_no_fault()
        two.action_release("Anna Kłos")
        _report, html = self._html("report_service_release", one | two)
        self.assertEqual(html.count('<div class="page o_service"'), 2, "two collectors, two papers")

    def test_papers_in_the_customers_language(self):
        view = self.env.ref("crm_enova_like.report_service_receipt_document")
        view.update_field_translations(
            "arch_db", {"pl_PL": {"Reported fault": "Zgłoszona usterka"}})
        self.contractor.lang = "pl_PL"
        _report, html = self._html("report_service_receipt", self._take_in(self.device))
        self.assertIn("Zgłoszona usterka", html)
        self.contractor.lang = False
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

    def test_cog_does_what_the_buttons_did(self):
        order = self._take_in(self.device)
        for name, model in (("wait", "crm.service.wait.wizard"), ("assign", "crm.assign.wizard")):
            action = self.env.ref(f"crm_enova_like.server_action_order_{name}").with_user(self.operator).with_context(
                active_model=order._name, active_id=order.id, active_ids=order.ids)
            self.assertEqual(action.run()["res_model"], model)
        self.env.ref("crm_enova_like.server_action_order_cancel").with_user(self.operator).with_context(
            active_model=order._name, active_id=order.id, active_ids=order.ids).run()
        self.assertEqual(order.state, "cancelled")
