from unittest.mock import patch

from lxml import etree

from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ...models.common import words
from ..common import PlanCase, ServiceCommon

BY_PIECES = {"enable_bitmapscan": "on", "enable_indexscan": "off", "enable_indexonlyscan": "off"}
NIP = "5252248481"
WORDS = {
    "602 555 200": "a phone", "602-555-200": "with hyphens", "+48602555200": "with its country",
    "Kowalska Zofia": "a name in any order", "zofia KOWALSKA": "in any case",
    f"PL {NIP[:3]}-{NIP[3:6]}-{NIP[6:8]}-{NIP[8:]}": "a NIP", NIP: "a NIP as it is",
    "xk\u201177 12": "a serial number in any spelling", "Deon": "a model", "Novitus": "who makes it",
    "register Novitus": "a type, and who makes it",
    "Deon Kowalska": "the model and the name", "602555200 Deon 77": "the phone, the model and a piece of the number",
}
ENTERED = {
    "order": ("action_crm_service_order", {**dict.fromkeys(WORDS), "paper jammed": "the fault", "jammed Kowalska": ""}),
    "device": ("action_crm_service_device", WORDS),
}


@tagged("post_install", "-at_install")
class TestSearchBox(ServiceCommon):
    """What is typed into a list and entered is found, whatever it is: nothing is chosen below the box."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.pl")
        Partner = cls.env["res.partner"].with_context(no_vat_validation=True)
        cls.firm = Partner.create({"name": "Studio Fala", "is_company": True, "vat": f"PL{NIP}"})
        cls.zofia = Partner.create({"name": "Zofia Kowalska", "phone": "+48 602 555 200", "parent_id": cls.firm.id})
        model = cls.env["crm.service.device.model"].create({
            "name": "Deon E", "manufacturer": "Novitus", "type_id": cls.device_type.id})
        cls.card = cls.env["crm.service.device"].create({
            "model_id": model.id, "serial_number": "XK-7712", "partner_id": cls.zofia.id})
        cls.order = cls._new_order(cls.card, partner_id=cls.zofia.id)
        cls.order.device_line_ids.fault = "Paper is jammed"
        # others, that have some of it
        cls.jan = cls.env["res.partner"].create({"name": "Jan Kowalski", "phone": "602 555 201"})
        cls.other_order = cls._new_order(cls.device, partner_id=cls.jan.id)

    def _enter_text(self, action, text, user=None, domain=()):
        """What a list finds when a text is typed and entered: the first field of its search box takes it."""
        action = self.env.ref(f"crm_enova_like.{action}")
        Model = self.env[action.res_model].with_user(user or self.operator)
        arch = etree.fromstring(Model.get_view(action.search_view_id.id, "search")["arch"])
        first = arch.find("./field")
        asked = first.get("filter_domain")
        asked = safe_eval(asked, {"self": text}) if asked else [(first.get("name"), "ilike", text)]
        return Model.search(Domain(safe_eval(action.domain or "[]", {"uid": Model.env.uid})) & Domain(asked) & Domain(
            domain))

    def test_orders_and_devices(self):
        for kind, (action, texts) in ENTERED.items():
            record = getattr(self, {"order": "order", "device": "card"}[kind])
            for text in texts:
                with self.subTest(text, kind=kind):
                    self.assertEqual(self._enter_text(action, text), record)
        self.assertEqual(self._enter_text("action_crm_service_order", self.order.name), self.order)
        self.assertFalse(self._enter_text("action_crm_service_order", "Deon Kowalski"), "each word, not one of them")

    def test_words_of_very_many(self):
        """However frequent each word is, what has all of them is found: the ways to it are others, and no more."""
        for most, many in ((0, words.MANY_FOUND), (0, 0)):
            with patch.object(words, "MOST_FOUND", most), patch.object(words, "MANY_FOUND", many):
                self.test_orders_and_devices()
                self.test_short_words()
                self.test_devices_in_service()
                if not many:
                    self.test_my_tasks()
                    self.test_what_is_out_of_sight_is_no_key()

    def test_words_as_they_were_typed(self):
        """Of words each of which stands in tens of thousands, those come that have them one after another."""
        self.order.device_line_ids.fault = "Does not print"
        self.other_order.device_line_ids.fault = "Does print, and not well"
        both = self.order | self.other_order
        self.assertEqual(self._enter_text("action_crm_service_order", "not print"), both)
        with patch.object(words, "MOST_FOUND", 0), patch.object(words, "MANY_FOUND", 0):
            self.assertEqual(self._enter_text("action_crm_service_order", "not print"), self.order)
            self.assertEqual(self._enter_text("action_crm_service_order", "print not well"), self.other_order)

    def test_short_words(self):
        """A word of one or two signs is none for an index: it counts all the same."""
        self.assertEqual(self._enter_text("action_crm_service_order", "Deon E"), self.order)
        self.assertFalse(self._enter_text("action_crm_service_order", "Deon Q"))
        self.assertIn(self.order, self._enter_text("action_crm_service_order", "E"))

    def test_contractors_and_persons(self):
        firm, zofia = self.firm, self.zofia
        for text, contractor, person in (
                ("Fala Studio", firm, zofia), (f"PL {NIP[:3]} {NIP[3:6]} {NIP[6:]}", firm, None),
                ("Kowalska Zofia", None, zofia), ("602-555-200", None, zofia), ("Zofia 602 555", None, zofia)):
            with self.subTest(text):
                if contractor:
                    self.assertEqual(self._enter_text("action_crm_contractor", text), contractor)
                if person:
                    self.assertEqual(self._enter_text("action_crm_person", text), person)
        # and in each picker of them
        self.assertEqual(
            [found for found, _name in self.env["res.partner"].with_user(self.operator).name_search("Kowalska Zofia")],
            zofia.ids)

    def test_my_tasks(self):
        self.order.user_id = self.other_order.user_id = self.operator
        task = self.env["crm.task"].with_user(self.operator).create({
            "name": "Call about the offer", "partner_id": self.firm.id, "person_id": self.zofia.id})
        rows = {"order": self.order, "task": task}
        for text, kinds in (
                ("602 555 200", {"order", "task"}), ("Kowalska Zofia", {"order", "task"}), ("Deon", {"order"}),
                ("jammed", {"order"}), ("offer Fala", {"task"}), ("xk-7712", {"order"}), ("Deon offer", set())):
            with self.subTest(text):
                found = self._enter_text("action_crm_my_work", text, domain=[("user_id", "=", self.operator.id)])
                self.assertEqual(
                    {(row.kind, row.res_id) for row in found}, {(kind, rows[kind].id) for kind in kinds})

    def test_devices_in_service(self):
        line = self.order.device_line_ids
        for text in ("Deon jammed", "Kowalska Zofia", "xk-77 12", self.order.name):
            with self.subTest(text):
                self.assertEqual(self._enter_text("action_crm_service_order_device", text), line)

    def test_what_is_out_of_sight_is_no_key(self):
        """A contractor, device or fault that the reader may not read finds no order of theirs, and no order shows."""
        second = self._get_second_company()
        hidden = self.env["res.partner"].create({"name": "Hidden Fellow", "company_id": second.id})
        self.order.sudo()._write({"person_id": hidden.id})
        self.env.invalidate_all()
        self.assertFalse(self._enter_text("action_crm_service_order", "Fellow Deon"))
        self.order.user_id = self.other_technician
        self.order.requester_id = self.operator
        for text in ("Deon", "jammed", "Kowalska Zofia"):
            self.assertFalse(self._enter_text("action_crm_service_order", text, self.technician) & self.order)
            self.assertTrue(self._enter_text("action_crm_service_order", text, self.other_technician))


@tagged("post_install", "-at_install")
class TestReady(ServiceCommon):
    """What waits to be collected has an entry of its own, finished or not; filters do not hide it."""

    def _filters(self, view):
        groups, group = [], []
        for node in self.env.ref(view)._get_combined_arch():
            if node.tag == "separator":
                groups.append(group)
                group = []
            elif node.tag == "filter":
                group.append(node.get("name"))
        return [*groups, group]

    def _domains(self, view):
        return {
            node.get("name"): safe_eval(node.get("domain"), {"uid": self.operator.id})
            for node in self.env.ref(view)._get_combined_arch().iterfind("./filter[@domain]")}

    def test_to_hand_back(self):
        finished, current = self.make_order(self.device), self.make_order(self.device2)
        finished.device_line_ids.write({"state": "repaired"})
        finished.action_done()
        current.device_line_ids.write({"state": "repaired"})
        action = self.env.ref("crm_enova_like.action_crm_service_order_ready")
        Orders = self.env["crm.service.order"].with_user(self.operator)
        found = Orders.search(safe_eval(action.domain))
        self.assertLessEqual(finished | current, found)
        self.assertFalse(safe_eval(action.context), "no filter hides what is finished")

    def test_on_site_nothing_is_collected(self):
        """What is repaired where it stands is neither in the workshop, nor waits on its shelf."""
        order_type = self.order_type.copy({"is_on_site": True, "prefix": "ZT"})
        order = self.make_order(self.device, type_id=order_type.id)
        Lines = self.env["crm.service.order.device"].with_user(self.operator)
        filters = self._domains("crm_enova_like.view_crm_service_order_device_search")
        self.assertFalse(Lines.search(filters["open"]) & order.device_line_ids)
        self.assertTrue(Lines.search(filters["on_site"]) & order.device_line_ids)
        order.device_line_ids.write({"state": "repaired"})
        self.assertFalse(order.has_ready)
        self.assertFalse(Lines.search(filters["ready"]) & order.device_line_ids)
        here = self.make_order(self.device2)
        self.assertTrue(Lines.search(filters["open"]) & here.device_line_ids)
        here.action_cancel()
        self.assertFalse(Lines.search(filters["open"]) & here.device_line_ids, "a cancelled order is over")

    def test_filters_of_one_meaning_stand_together(self):
        """Of filters in one group, either will do: none of them hides what another one shows."""
        for view, together in {
                "view_crm_service_order_search": {"current", "finished", "ready", "closed", "archived"},
                "view_crm_service_order_device_search": {"open", "on_site", "ready", "released", "closed"},
                "view_crm_service_inspection_search": {"live", "closed", "failed", "done"},
                "view_crm_task_search": {"todo", "done", "cancelled", "archived"},
                "view_picking_service_search": {"open", "done", "cancelled"}}.items():
            with self.subTest(view):
                self.assertTrue([
                    group for group in self._filters(f"crm_enova_like.{view}") if together <= set(group)])


@tagged("post_install", "-at_install")
class TestSearchBoxPlans(PlanCase):
    """What is entered is looked up by pieces, in the index of each column."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        order = cls._new_order(cls.device)
        cls.multiply(order, name="'ZSR/X/' || n", partner_id=cls.any_contractor(), description="'Noise ' || n")
        cls.env.cr.execute("SELECT min(id) FROM crm_service_order WHERE name = 'ZSR/X/1'")
        [first] = cls.env.cr.fetchone()
        cls.multiply(order.device_line_ids, order_id=f"{first} - 1 + n", fault="'Jammed ' || n")
        cls.multiply(
            cls.device, name="'Nano ' || n", serial_number="'S' || n", serial_key="'S' || n", identifier="'K/' || n",
            identifier_key="'K/' || n")
        cls.multiply(cls.person, name="'Person ' || n", complete_name="'Person ' || n")
        cls.multiply_tasks()

    @classmethod
    def multiply_tasks(cls):
        task = cls.env["crm.task"].create({"name": "Call", "partner_id": cls.contractor.id})
        cls.multiply(task, name="'Call about ' || n", description="'Said ' || n")

    def _read_by(self, Model, text):
        """The indexes that are read for the words of a text, whatever they find."""
        statements = self._record_statements(lambda: Model.search([("display_name", "ilike", text)], limit=80))
        return {
            node.get("Index Name") for statement in statements if "found LIMIT" in statement
            for node in self.explain(statement, **BY_PIECES)}

    def test_orders(self):
        found = self._read_by(self.env["crm.service.order"].with_user(self.operator), "Jammed Person 123")
        self.assertLessEqual({
            "crm_service_order__name_index", "crm_service_order__description_index",
            "crm_service_order_device__fault_index", "res_partner_service_name_idx",
            "crm_service_device__name_index", "crm_service_device__serial_key_index",
            "crm_service_device__identifier_key_index"}, found)

    def test_devices(self):
        found = self._read_by(self.env["crm.service.device"].with_user(self.operator), "Nano Person 123")
        self.assertLessEqual({
            "crm_service_device__name_index", "crm_service_device__serial_key_index", "res_partner_service_name_idx"},
            found)

    def test_contractors(self):
        statement = self.read_statement(
            self.env["res.partner"].with_user(self.operator), [("display_name", "ilike", "Person 123")])
        found = {node.get("Index Name") for node in self.explain(statement, **BY_PIECES)}
        self.assertLessEqual({"res_partner_service_name_idx", "res_partner_service_email_idx"}, found)

    def test_my_tasks(self):
        found = self._read_by(self.env["crm.my.work"].with_user(self.operator), "Jammed 123")
        self.assertLessEqual({
            "crm_task__name_index", "crm_task__description_index", "crm_service_order__name_index",
            "crm_service_order_device__fault_index"}, found)

    def test_a_word_of_very_many_comes_in_the_lists_order(self):
        """What stands in nearly all is not gathered first: the first page is the first ones of the list's index."""
        Orders = self.env["crm.service.order"].with_user(self.operator)
        for text in ("Jammed", "Noise", "a"):
            with self.subTest(text):
                domain = [("display_name", "ilike", text)]
                self.assertEqual(len(Orders.search(domain, limit=80)), 80)
                statements = self._record_statements(lambda domain=domain: Orders.search(domain, limit=80))
                nodes = self.explain(statements[-1])
                self.assertTrue({"crm_service_order_date_idx", "crm_service_order_received_idx"} & {
                    node.get("Index Name") for node in nodes})
                self.assertNotIn("Sort", {node["Node Type"] for node in nodes})
        # with a word of few, it is looked for among these
        self.assertEqual(Orders.search([("display_name", "ilike", "Jammed ZSR/X/777")]).mapped("name"), ["ZSR/X/777"])
        self.assertEqual(
            len(Orders.search([("display_name", "ilike", "Jammed Noise")], limit=80)), 80, "two that are frequent")
