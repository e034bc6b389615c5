from ast import literal_eval

from lxml import etree

from odoo.tests import new_test_user, tagged

from ..common import ServiceCommon

FOREIGN = (
    "stock.action_report_picking", "stock.action_report_delivery", "stock.action_report_picking_packages",
    "stock.return_label_report")
OURS = "crm_enova_like.action_report_rw_document"


@tagged("post_install", "-at_install")
class TestRegister(ServiceCommon):
    """The registers of RW and ZW, and the one paper of each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order(cls.device)
        cls.line = cls.add_part(cls.order, quantity=2)
        cls.order.action_issue_parts()
        cls.rw = cls.order.picking_ids
        cls.line.return_to_stock(1)
        cls.zw = cls.order.picking_ids - cls.rw
        cls.transfer = cls.env["stock.picking"].create({"picking_type_id": cls.warehouse.int_type_id.id})

    def _get_offered(self, user, pickings):
        """What the gear menu of a screen of documents offers under *Print*, as the client works it out."""
        env = self.env(user=user)
        bound = env["ir.actions.actions"].get_bindings("stock.picking")["report"]
        asked = [action["id"] for action in bound if "domain" in action]
        valid = env["ir.actions.report"].browse(asked).get_valid_action_reports("stock.picking", pickings.ids)
        return {action["id"] for action in bound if "domain" not in action} | set(valid)

    def test_one_paper_of_each_document(self):
        foreign, ours = {self.env.ref(name).id for name in FOREIGN}, self.env.ref(OURS).id
        # packages are a matter of a group
        foreign &= {action["id"] for action in self.env(user=self.keeper)["ir.actions.actions"].get_bindings(
            "stock.picking")["report"]}
        self.assertGreaterEqual(len(foreign), 2)
        for document in (self.rw, self.zw, self.rw | self.zw):
            offered = self._get_offered(self.keeper, document)
            self.assertFalse(offered & foreign)
            self.assertIn(ours, offered)
        # all else stays as it was
        self.assertLessEqual(foreign, self._get_offered(self.keeper, self.transfer))
        self.assertNotIn(ours, self._get_offered(self.keeper, self.transfer))
        self.assertLessEqual(foreign, self._get_offered(self.keeper, self.transfer | self.rw))
        self.assertNotIn("domain", {
            key for action in self.env["ir.actions.actions"].get_bindings("sale.order")["report"] for key in action})

    def test_one_button_for_every_role(self):
        salesman = new_test_user(
            self.env, "counter", groups="crm_enova_like.group_user,sales_team.group_sale_salesman")
        self.assertFalse(salesman.has_group("stock.group_stock_user"))
        for user in (self.keeper, salesman):
            form = etree.fromstring(self.env["stock.picking"].with_user(user).get_view(view_type="form")["arch"])
            for document in (self.rw, self.zw):
                seen = {"state": document.state, "service_document": document.service_document}
                with self.subTest(user.login, document=document.name):
                    buttons = [
                        button for button in form.iterfind(".//header/button")
                        if "Print" in (button.get("string") or "")
                        and not eval(button.get("invisible"), dict(seen))]    # noqa: S307  # an expression of our own
                    self.assertEqual(
                        [button.get("string") for button in buttons],
                        [f"Print {document.service_document.upper()}"])
                    self.assertEqual(buttons[0].get("name"), str(self.env.ref(OURS).id))
            report = self.env["ir.actions.report"].with_user(user)
            self.assertIn(self.rw.name, report._render_qweb_html(
                "crm_enova_like.report_rw_document", self.rw.ids)[0].decode())

    def test_register(self):
        for name, word in (("action_rw", "To issue"), ("action_zw", "To take back")):
            action = self.env.ref(f"crm_enova_like.{name}")
            document = name[-2:]
            context = literal_eval(action.context)
            search = etree.fromstring(action.search_view_id.arch)
            with self.subTest(name):
                shown = [key.removeprefix("search_default_") for key in context if key.startswith("search_default_")]
                self.assertEqual(shown, ["open", "done"])
                filters = {node.get("name"): node for node in search.iterfind(".//filter")}
                self.assertEqual(filters["open"].get("string"), word)
                # side by side, one does not exclude the other
                states = [node.get("name") for node in filters["open"].itersiblings(preceding=False)]
                self.assertEqual(states[:2], ["done", "cancelled"])
                view = action.view_ids.filtered(lambda row: row.view_mode == "list").view_id
                arch = etree.fromstring(view.get_combined_arch())
                self.assertEqual(arch.get("string"), f"{document.upper()} documents")
                self.assertTrue(arch.get("default_order").startswith("name desc"))
                self.assertEqual(
                    [node.get("name") for node in arch.iterfind("./field")
                     if not node.get("column_invisible") and not node.get("optional")],
                    ["name", "date_done", "service_order_name", "partner_id", "service_value", "state"])
                self.assertTrue(arch.find("./field[@name='service_value']").get("sum"))
        found = self.env["stock.picking"].search(
            [("service_document", "=", "rw"), ("name", "ilike", self.rw.name.rsplit("/", 1)[1])])
        self.assertIn(self.rw, found)
