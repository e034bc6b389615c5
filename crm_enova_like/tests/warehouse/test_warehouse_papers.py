from datetime import date

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import format_date

from ..common import ServiceCommon

PAPERS = ("report_service_receipt", "report_service_protocol")


@tagged("post_install", "-at_install")
class TestPapersStay(ServiceCommon):
    """What is on paper stays as it was, whatever is sold, renamed, moved or renumbered; in the company's place and the
    addressee's language, whoever prints it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contractor.write({
            "street": "Rynek 1", "zip": "30-001", "city": "Kraków", "phone": "12 555 11 22", "vat": "PL5260250274",
            "lang": "en_US"})
        cls.shop.write({"street": "Floriańska 5", "city": "Kraków"})
        cls.model = cls.env["crm.service.device.model"].create({"name": "Nano", "type_id": cls.device_type.id})
        cls.device.model_id = cls.model
        cls.part.default_code = "PH-1"
        cls.lot = cls._new_lot(cls.lot_part, "BAT-2026", 5)
        cls.order = cls._new_order(
            cls.device, person_id=cls.person.id, address_id=cls.shop.id, user_id=cls.technician.id,
            requester_id=cls.operator.id)
        cls.row = cls.order.device_line_ids
        cls.head = cls.add_part(cls.order, quantity=2)
        cls.battery = cls.add_part(cls.order, cls.lot_part, lot_id=cls.lot.id)
        cls.order.line_ids.create({
            "order_id": cls.order.id, "kind": "labour", "product_id": cls.labour.id, "quantity": 1, "name": False})

    def _finish(self):
        self.order.action_issue_parts()
        self.row.action_repaired()
        self.row.action_release("Jan Kłos", id_checked=True)
        self.order.action_done()
        self.rw = self.order.picking_ids

    def _print(self):
        """All papers of the order: {report: page}."""
        self.env.flush_all()
        self.env.invalidate_all()
        pages = {name: self._html(name, self.order)[1] for name in PAPERS}
        pages["report_service_release"] = self._html("report_service_release", self.row)[1]
        pages["report_rw_document"] = self._html("report_rw_document", self.rw)[1]
        return pages

    def _change_everything(self):
        """Whatever may be said of the order elsewhere becomes something else."""
        self.contractor.write({
            "name": "Piekarnia Nowa", "street": "Długa 9", "city": "Łódź", "phone": "42 111 11 11", "vat": False,
            "lang": "pl_PL", "country_id": self.env.ref("base.de").id})
        self.person.write({"name": "Anna Nowak", "phone": "600 700 800", "parent_id": self.other_contractor.id})
        self.shop.write({"name": "Sklep Zachód", "street": "Inna 1", "parent_id": self.other_contractor.id})
        self.device.write({
            "name": "Nano X", "serial_number": "NEW 1", "identifier": "KASA/77777",
            "partner_id": self.other_contractor.id, "address_id": self.other_contractor.id})
        self.device_type.name, self.model.name = "Till", "Nano 2"
        self.technician.name, self.operator.name = "Jan Inny", "Ewa Inna"
        (self.part | self.lot_part | self.labour).write({"name": "Renamed", "default_code": "REN"})
        self.part.uom_id.name = "bits"
        self.lot.name = "BAT-RENAMED"
        self.warehouse.name = "Another warehouse"
        self.stock.name, self.consumption.name = "Other shelf", "Other place"
        self.order_type.write({"name": "Other type", "repair_warranty_months": 24, "deadline_days": 1})

    def test_papers_of_a_finished_order(self):
        self._finish()
        before = self._print()
        for text in ("Rynek 1", "12 555 11 22", "Anna Kłos", "Floriańska 5", "ABC 2001", "service_technician"):
            self.assertIn(text, before["report_service_protocol"])
        self.assertIn("[PH-1] Print head × 2", before["report_service_release"])
        for text in ("[PH-1] Print head", "BAT-2026", self.warehouse.name, "Nano E"):
            self.assertIn(text, before["report_rw_document"])
        self._change_everything()
        after = self._print()
        for name, page in before.items():
            with self.subTest(name):
                # an anchor of the session, and of what the page was made for
                self.assertEqual(self._text(after[name]), self._text(page))

    def _text(self, page):
        """What stands on a paper: the firm's letterhead is core's."""
        return page[page.index("o_service"):]

    def test_what_a_closed_order_keeps(self):
        deadline = self.order.date_deadline
        self._finish()
        warranty, place = self.row.repair_warranty_until, self.shop
        self._change_everything()
        self.env.flush_all()
        self.env.invalidate_all()
        order, row = self.order, self.row
        self.assertEqual((order.done_partner_id, order.done_partner_name), (self.contractor, "Piekarnia Kłos"))
        self.assertEqual((order.done_address_id, order.done_lang), (place, "en_US"))
        self.assertEqual(order.done_address.split("\n")[:2], ["Piekarnia Kłos, Sklep przy Rynku", "Floriańska 5"])
        self.assertEqual((order.date_deadline, row.repair_warranty_until), (deadline, warranty))
        self.assertEqual(
            (row.serial_number, row.done_device_name, row.done_type_name, row.done_model_name, row.done_partner_id),
            ("ABC 2001", "Nano E", "Cash register", "Nano", self.contractor))
        self.assertEqual(row.done_technician_name, "service_technician (crm_enova_like.group_technician)")
        self.assertFalse(order.done_is_estimate or row.done_is_estimate or self.rw.done_is_estimate)
        self.assertIn("[PH-1] Print head × 2", row.parts_summary)
        self.assertIn(row, row.search([("serial_number", "=", "ABC 2001")]))
        self.assertNotIn(row, row.search([("serial_number", "=", "NEW 1")]))
        page = self._html("report_device_history", self.device)[1]
        self.assertIn("[PH-1] Print head × 2", page)
        self.assertIn("service_technician", page)
        # the screens of the keeper say the same
        self.assertIn("ABC 2001 – Nano E", self.rw.service_device_names)
        self.assertIn("ABC 2001 – Nano E", self.rw.service_purpose)

    def test_an_open_order_says_what_is_so(self):
        self.device.serial_number = "FIX 1"
        self.assertEqual(self.row.serial_number, "FIX 1")
        self.assertFalse(self.row.done_device_name or self.order.done_partner_name)
        self.assertIn("FIX 1", self._html("report_service_receipt", self.order)[1])

    def test_reopened_it_says_what_is_so(self):
        self.order.action_issue_parts()
        self.row.action_repaired()
        self.order.action_done()
        self.contractor.name = "Piekarnia Nowa"
        self.device.serial_number = "FIX 1"
        self.assertEqual((self.order.done_partner_name, self.row.serial_number), ("Piekarnia Kłos", "ABC 2001"))
        self.order.with_user(self.manager).action_reopen()
        self.assertFalse(self.order.done_partner_name or self.order.done_lines or self.order.done_lang)
        self.row.action_reopen()
        self.assertEqual((self.row.done_device_name, self.row.serial_number), (False, "FIX 1"))
        self.row.action_repaired()
        self.order.action_done()
        self.assertEqual((self.order.done_partner_name, self.row.serial_number), ("Piekarnia Nowa", "FIX 1"))

    def test_handed_back_unfinished(self):
        """The paper of an open device in an open order, which goes on."""
        self.row.action_release("Jan Kłos", reason="Needs it today")
        before = self._html("report_service_release", self.row)[1]
        self.assertEqual((self.row.done_serial_number, self.row.is_open), ("ABC 2001", True))
        self.contractor.write({"name": "Piekarnia Nowa", "lang": "pl_PL"})
        self.device.write({"serial_number": "NEW 1", "name": "Nano X"})
        self.labour.name = "Other work"
        self.part.uom_id.name = "bits"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._text(self._html("report_service_release", self.row)[1]), self._text(before))

    def test_from_one_closed_stage_to_another_it_keeps_what_it_said(self):
        self.order.action_cancel()
        name = self.order.done_partner_name
        self.contractor.name = "Piekarnia Nowa"
        other = self.order.stage_id.copy({"name": "Given up"})
        self.order.with_user(self.manager).stage_id = other
        self.assertEqual((self.order.stage_id, self.order.done_partner_name), (other, name))

    def test_a_manager_brings_the_past(self):
        order = self.env["crm.service.order"].with_user(self.manager).create({
            "partner_id": self.contractor.id, "name": "STARE/1", "state": "done", "date_closed": "2020-01-01 10:00:00",
            "done_partner_name": "Piekarnia Dziadka", "device_line_ids": [(0, 0, {
                "device_id": self.device2.id, "state": "repaired", "date_closed": "2020-01-01 09:00:00",
                "done_serial_number": "OLD 7"})]})
        self.assertEqual((order.state, order.done_partner_name), ("done", "Piekarnia Dziadka"))
        self.assertEqual((order.device_line_ids.serial_number, order.done_partner_id), ("OLD 7", self.contractor))

    def test_days_and_hours_of_the_companys_place(self):
        self.company.partner_id.tz = "Europe/Warsaw"
        with freeze_time("2026-07-10 22:30:00"):
            self._finish()
        self.order.sudo().date_received = "2026-07-10 22:30:00"
        for zone in ("UTC", "Pacific/Auckland", "America/Lima", False):
            self.env.user.tz = zone
            for name, page in self._print().items():
                with self.subTest(zone=zone, paper=name):
                    self.assertIn(format_date(self.env, date(2026, 7, 11)), page)
                    for other in (date(2026, 7, 10), date(2026, 7, 12)):
                        self.assertNotIn(format_date(self.env, other), page)

    def test_rw_is_the_firms_own_paper(self):
        self.company.partner_id.lang = "pl_PL"
        self._finish()
        page = self._html("report_rw_document", self.rw.with_context(lang="en_US"))[1]
        self.assertIn("Rozchód wewnętrzny", page)
        self.company.partner_id.lang = "en_US"
        self.assertIn("Rozchód wewnętrzny", self._html("report_rw_document", self.rw)[1])

    def test_what_a_document_said_is_not_typed(self):
        self._finish()
        forged = {"done_names": {"order": "X", "lang": "en_US"}}
        for user in (self.keeper, self.env.ref("base.user_admin")):
            with self.subTest(user.login), self.assertRaises(UserError):
                self.rw.with_user(user).write(forged)
        made = self.env["stock.picking"].with_user(self.keeper).create({
            "picking_type_id": self.rw.picking_type_id.id, "service_order_id": self._new_order(self.device2).id,
            **forged})
        self.assertFalse(made.sudo().done_names)
        with self.assertRaises(UserError):
            made.write(forged)

    def test_purchase_cost_on_paper(self):
        """Without the right, an RW has no values."""
        self._finish()
        for user, seen in ((self.technician, False), (self.manager, True), (self.keeper, True)):
            report = self.env["ir.actions.report"].with_user(user)
            page = report._render_qweb_html("crm_enova_like.report_rw_document", self.rw.ids)[0].decode()
            with self.subTest(user.login):
                self.assertIn("Print head", page)
                self.assertEqual("120.00" in page or "120,00" in page, seen)
        for user, seen in ((self.operator, False), (self.manager, True)):
            report = self.env["ir.actions.report"].with_user(user)
            page = report._render_qweb_html("crm_enova_like.report_device_history_costs", self.device.ids)[0].decode()
            with self.subTest(user.login):
                self.assertEqual("120.00" in page or "120,00" in page, seen)
