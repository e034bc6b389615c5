from odoo.tests import tagged

from ..common import Plan, PlanCase


@tagged("post_install", "-at_install")
class TestWarehousePlans(PlanCase):
    """Each page of the RWs and of the lines of orders has its index."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles["keeper"] = cls.keeper
        cls._stock(cls.part, 10)
        order = cls._new_order(cls.device)
        order.line_ids = [(0, 0, {"kind": "part", "product_id": cls.part.id, "quantity": 1})]
        order.action_issue_parts()
        cls.order = order
        cls.multiply(
            order.picking_ids, name="'RW/X/' || n", service_document="CASE WHEN n % 4 = 0 THEN 'zw' ELSE 'rw' END",
            state="CASE WHEN n % 25 = 0 THEN 'assigned' WHEN n % 25 = 1 THEN 'confirmed' ELSE 'done' END",
            service_deadline="CASE WHEN n % 7 > 0 THEN current_date - 1000 + n END",
            date_deadline="CASE WHEN n % 3 > 0 THEN now() AT TIME ZONE 'utc' - n * INTERVAL '1 day' END")
        cls.multiply(
            order.line_ids, kind="(ARRAY['labour', 'part', 'expense'])[1 + n % 3]",
            billing="CASE WHEN n % 20 = 0 THEN 'warranty' ELSE 'billable' END",
            create_date="now() AT TIME ZONE 'utc' - n * INTERVAL '6 hours'",
            needs_issue="n % 30 = 0", quantity_to_issue="(n % 30 = 0)::int")

    def test_documents(self):
        search, order = "crm_enova_like.view_picking_service_search", "service_deadline, date_deadline, id"
        rw = [("service_document", "=", "rw")]
        opened = Plan("_service_open_idx", beside={"service_document", "state"})
        plans = {
            (): "_service_idx",
            "open": Plan("_service_open_idx", beside={"service_document"}),
            "ready": opened, "missing": opened,
            # nearly all are
            "done": Plan("_service_idx", beside={"state"}),
            "cancelled": Plan("_service_idx", beside={"state"}),
            "late": Plan("_service_open_idx", beside={"service_document"}),
            # what the accountant looks for, through all documents
            "zero_value": None,
        }
        self.assert_filters(search, plans, role="keeper", base=rw, order=order)
        # by what went out at no cost, which is little
        domain = self.filters_of(search, self.keeper)["zero_value"]
        statement = self.read_statement(self.env["stock.picking"].with_user(self.keeper), [*rw, *domain], order)
        nodes = self.explain(statement, enable_sort="on")
        self.assertIn("stock_move_service_no_value_idx", {node.get("Index Name") for node in nodes})

    def test_registers(self):
        """By number; what was cancelled is asked for."""
        for document, search in (
                ("rw", "crm_enova_like.view_picking_service_search"), ("zw", "crm_enova_like.view_picking_zw_search")):
            base = [("service_document", "=", document)]
            for name in (None, "done", "cancelled"):
                with self.subTest(document, filter=name):
                    domain = self.filters_of(search, self.keeper)[name] if name else []
                    statement = self.read_statement(
                        self.env["stock.picking"].with_user(self.keeper), [*base, *domain], "name desc, id desc")
                    self.assertIn("service_name_idx", str(self.explain(statement)))

    def test_part_demand(self):
        """What waits is read from the lines that wait."""
        Demand = self.env["crm.service.part.demand"].with_user(self.keeper)
        Demand.search([], limit=1)
        [statement] = self._record_statements(lambda: Demand.search_fetch([], ["quantity_reserved"], limit=80))
        nodes = self.explain(statement, enable_sort="on", enable_hashjoin="on", enable_mergejoin="on")
        # of a few moves it is chance which index finds them
        self.assertIn("crm_service_order_line_to_issue_idx", {node.get("Index Name") for node in nodes})

    def test_lines(self):
        search, order = "crm_enova_like.view_crm_service_order_line_search", "create_date desc, id desc"
        plans = {
            (): "_recent_idx", "labour": "_kind_idx", "parts": "_kind_idx", "expenses": "_kind_idx",
            "billable": Plan("_recent_idx", beside={"billing"}),
            "warranty": "_warranty_idx",
            "last_year": "_recent_idx",
        }
        self.assert_filters(search, plans, role="manager", order=order)
