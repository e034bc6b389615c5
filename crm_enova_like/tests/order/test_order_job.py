import base64
from ast import literal_eval

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import ServiceCommon

PIXEL = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@tagged("post_install", "-at_install")
class TestJob(ServiceCommon):
    """A technician's job: cards, parts that wait for the keeper, photos."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_type.issue_by = "warehouse"
        cls.shop.write({"street": "Rynek 5", "zip": "60-001", "city": "Poznań", "phone": "+48 61 555 22 33"})
        cls.order = cls.make_order(
            cls.device, user=cls.technician, user_id=cls.technician.id, address_id=cls.shop.id)

    # WAITING FOR THE KEEPER

    def test_part_waits_for_the_keeper(self):
        self.assertFalse(self.order.issue_status)
        line = self.add_part(self.order, quantity=3)
        self.assertEqual((line.issue_status, self.order.issue_status), ("planned", "planned"))
        self.assertTrue(self.order.parts_to_request)
        self.order.action_issue_parts()
        self.assertEqual((line.issue_status, self.order.issue_status), ("keeper", "keeper"))
        self.assertFalse(self.order.parts_to_request)
        line.quantity = 4
        self.assertTrue(self.order.parts_to_request, "the fourth is not asked for yet")
        line.quantity = 3
        rw = self.order.sudo()._get_open_rw().with_user(self.keeper)
        mails = self.env["mail.mail"].search_count([])
        rw.button_validate()
        self.assertEqual(line.issue_status, "issued")
        activity = self.order.activity_ids
        self.assertEqual((activity.user_id, activity.summary), (self.technician, "Parts issued, collect them"))
        self.assertIn(f"{rw.name}: Print head × 3", activity.note)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails, "no mail")

    def test_two_documents_tell_once(self):
        self.add_part(self.order)
        self.order.action_issue_parts()
        self.order.sudo()._get_open_rw().with_user(self.keeper).button_validate()
        roller = self._new_product("Roller")
        self._stock(roller, 1)
        self.add_part(self.order, roller)
        self.order.action_issue_parts()
        self.order.sudo()._get_open_rw().with_user(self.keeper).button_validate()
        self.assertEqual(len(self.order.activity_ids), 1)
        for part in ("Print head × 1", "Roller × 1"):
            self.assertIn(part, self.order.activity_ids.note)
        self.order.device_line_ids.action_repaired()
        self.order.action_done()
        self.assertFalse(self.order.activity_ids, "of no use any more")

    def test_told_in_the_technicians_language(self):
        self.technician.lang = "pl_PL"
        summary = self.env.ref("crm_enova_like.mail_activity_parts_issued")
        summary.with_context(lang="pl_PL").summary = "Części wydane, do odbioru"
        self.add_part(self.order)
        self.order.action_issue_parts()
        self.order.sudo()._get_open_rw().with_user(self.keeper).with_context(lang="en_US").button_validate()
        self.assertEqual(self.order.activity_ids.summary, "Części wydane, do odbioru")

    def test_nobody_is_told_what_he_did(self):
        self.order_type.issue_by = "technician"
        self.add_part(self.order)
        self.order.action_reserve_parts()
        self.assertEqual(self.order.line_ids.issue_status, "reserved")
        self.order.action_issue_parts()
        self.assertFalse(self.order.activity_ids)

    def test_short_part_is_missing(self):
        line = self.add_part(self.order, quantity=12)
        self.order.action_issue_parts()
        self.assertEqual(line.issue_status, "missing")
        labour = self.env["crm.service.order.line"].with_user(self.technician).create({
            "order_id": self.order.id, "kind": "labour", "product_id": self.labour.id})
        self.assertFalse(labour.issue_status)
        self.assertEqual(self.order.issue_status, "missing", "what holds the order up most")

    def test_wait_for_parts(self):
        self.order.action_start()
        self.order.action_wait_for_parts()
        self.assertEqual((self.order.state, self.order.stage_id.wait_for), ("waiting", "parts"))
        self.order.action_start()
        self.env["crm.service.stage"].search([("company_id", "=", self.company.id)]).wait_for = False
        with self.assertRaisesRegex(UserError, "no stage that waits for parts"):
            self.order.action_wait_for_parts()

    # WHAT BECOMES OF THE OLD PART

    def test_old_part(self):
        line = self.add_part(self.order, old_part="customer")
        self.assertEqual(line.old_part, "customer")
        self.order.action_issue_parts()
        line.old_part = "disposal"
        self.assertEqual(line.old_part, "disposal", "known only when it is out")
        self.contractor.lang = "en_US"
        html, _kind = self.env["ir.actions.report"].with_user(self.technician)._render_qweb_html(
            "crm_enova_like.report_service_protocol", self.order.ids)
        self.assertRegex(html.decode(), r"Old part: <span[^>]*>Disposal")
        labour = self.env["crm.service.order.line"].create({
            "order_id": self.order.id, "kind": "labour", "product_id": self.labour.id})
        self.assertFalse(labour.old_part)

    def test_old_part_as_agreed_at_the_counter(self):
        if "wants_old_parts" not in self.env["crm.service.order.device"]._fields:
            self.assertFalse(self.add_part(self.order).old_part)
            return
        self.order.device_line_ids.wants_old_parts = True
        self.assertEqual(self.add_part(self.order).old_part, "customer")
        self.assertEqual(self.add_part(self.order, old_part="disposal").old_part, "disposal")

    # CARDS

    def test_where_and_whom_to_call(self):
        self.assertEqual(self.order.job_address, "Rynek 5, 60-001 Poznań")
        self.assertEqual(
            self.order.job_map_url,
            "https://www.google.com/maps/search/?api=1&query=Rynek+5%2C+60-001+Pozna%C5%84")
        self.assertEqual(self.order.job_phone_url, "tel:+48615552233")
        self.person.phone = "600 100 200"
        self.order.sudo().person_id = self.person
        self.assertEqual(self.order.job_phone_url, "tel:600100200", "whoever is on the spot")
        bare = self._new_order(partner_id=self.other_contractor.id)
        self.assertFalse(bare.job_map_url)
        self.assertFalse(bare.job_phone_url)

    def test_my_orders_are_cards_on_a_phone(self):
        action = self.env["ir.actions.act_window"].with_user(self.technician)._for_xml_id(
            "crm_enova_like.action_crm_service_order_my")
        self.assertEqual(action["mobile_view_mode"], "kanban")
        view_id = {mode: view for view, mode in action["views"]}["kanban"]
        self.assertEqual(view_id, self.env.ref("crm_enova_like.view_crm_service_order_job_kanban").id)
        self.assertNotIn("default_group_by", self.env["ir.ui.view"].browse(view_id).sudo().arch)
        context = literal_eval(action["context"].replace("uid", str(self.technician.id)))
        self.assertTrue(context["search_default_my"])
        self.assertTrue(context["search_default_queue"])

    def test_next_visit_first_and_the_queue_last(self):
        queue = self._new_order(self.device2, planned_start="2026-03-01 08:00:00")
        later, sooner, unplanned = (
            self.make_order(user=self.technician, user_id=self.technician.id, planned_start=start)
            for start in ("2026-03-12 08:00:00", "2026-03-11 08:00:00", False))
        arch = self.env.ref("crm_enova_like.view_crm_service_order_job_kanban").arch
        order_by = arch.split('default_order="')[1].split('"')[0]
        orders = queue | later | sooner | unplanned
        self.assertEqual(
            orders.with_user(self.technician).search([("id", "in", orders.ids)], order=order_by).ids,
            [sooner.id, later.id, unplanned.id, queue.id])

    def test_job_opens(self):
        action = self.order.action_open_job()
        self.assertEqual((action["res_model"], action["res_id"]), ("crm.service.order", self.order.id))
        line = self.order.device_line_ids
        self.assertEqual(line.action_open_job()["res_id"], line.id)

    # PHOTOS

    def _photo(self, name="before.png", user=None, **vals):
        return self.env["ir.attachment"].with_user(user or self.technician).create({
            "name": name, "datas": PIXEL, "res_model": "crm.service.order.device", "res_id": 0, **vals})

    def test_photos_are_in_the_history(self):
        line = self.order.device_line_ids
        line.photo_before_ids = self._photo()
        line.photo_after_ids = self._photo("after.png", res_id=line.id)
        self.assertEqual(line.photo_count, 2)
        history = self.device.with_user(self.technician2).order_line_ids
        self.assertEqual(history, line)
        self.assertEqual(set(history.photo_before_ids.mapped("name")), {"before.png"})
        self.assertEqual(base64.b64decode(history.photo_after_ids.datas)[:4], b"\x89PNG")
        with self.assertRaises(AccessError):
            history.photo_before_ids.with_user(self.employee).read(["datas"])

    def test_only_pictures_of_ones_own_orders(self):
        line = self.order.device_line_ids
        text = self.env["ir.attachment"].with_user(self.technician).create({
            "name": "note.txt", "raw": b"text", "res_model": line._name, "res_id": line.id})
        with self.assertRaisesRegex(UserError, "“note.txt” is not a picture"):
            line.photo_before_ids = text
        with self.assertRaises(AccessError):
            line.with_user(self.technician2).photo_after_ids = self._photo(user=self.technician2)
        foreign = self.env["ir.attachment"].create({
            "name": "secret.png", "datas": PIXEL, "res_model": "res.company", "res_id": self.company.id})
        with self.assertRaisesRegex(UserError, "“secret.png” belongs to another document"):
            line.photo_before_ids = foreign
