from odoo.tests import tagged

from ..common import Plan, PlanCase

BY_PIECES = {"enable_bitmapscan": "on", "enable_indexscan": "off", "enable_indexonlyscan": "off"}


@tagged("post_install", "-at_install")
class TestDevicePlans(PlanCase):
    """Each page of the devices has its index."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.multiply(
            cls.device, partner_id=cls.any_contractor(), name="'Machine ' || n", identifier="'X/' || n",
            serial_number="'SN' || n", identifier_key="'X/' || n", serial_key="'SN' || n",
            ownership="CASE WHEN n % 40 = 0 THEN 'own' WHEN n % 50 = 0 THEN 'loaner' ELSE 'customer' END",
            active="n % 60 > 0", warranty_end="current_date - 1000 + n", technician_id=cls.any_user(),
            parent_id=f"CASE WHEN n % 70 = 0 THEN {cls.device.id} END")

    def test_filters(self):
        search = "crm_enova_like.crm_service_device_view_search"
        newest_first = "crm_service_device_pkey|_active_idx"
        plans = {
            (): newest_first,
            # nearly all are
            "customer": Plan(newest_first, beside={"ownership"}),
            "own": "_not_customer_idx",
            "loaner": "_not_customer_idx",
            # what has been sold lately is under warranty
            "under_warranty": Plan(newest_first, beside={"warranty_end"}),
            "warranty_ended": Plan(newest_first, beside={"warranty_end"}),
            "my_devices": "_technician_idx",
            "components": "_component_idx",
            "archived": "_archived_idx",
            # the devices of what is open, few among all
            "in_service": None,
            "activities_overdue": None, "activities_today": None, "activities_upcoming": None,
        }
        self.assert_filters(search, plans)
        self.assert_filters(search, plans, role="technician")

    def test_count_in_service(self):
        """How many are in service: each index is in the order of the devices."""
        Devices = self.env["crm.service.device"].with_user(self.operator)
        filters = self.filters_of("crm_enova_like.crm_service_device_view_search", self.operator)
        order = self._new_order(self.device)
        self.multiply(
            order.device_line_ids, order_is_open="n % 40 = 0",
            device_id="(SELECT min(id) FROM crm_service_device WHERE name = 'Machine 1') - 1 + n")
        # of a table that was never vacuumed nothing is read from an index alone, and the primary key would do as well
        self.env.cr.execute("ALTER TABLE crm_service_device DROP CONSTRAINT crm_service_device_pkey CASCADE")
        self.assert_counted(
            Devices, filters["in_service"], "crm_service_device_active_idx",
            "crm_service_order_device_in_service_idx")

    def test_columns(self):
        by_name = Plan("partner_id", "res_partner__complete_name_index", is_sorted_after=True)
        self.assert_columns("crm_enova_like.crm_service_device_view_list", {
            "identifier": "_identifier_sort_idx", "serial_number": "_serial_sort_idx", "name": "_name_sort_idx",
            "warranty_end": "_warranty_sort_idx", "partner_id": None})
        # the devices that have a contractor, then those that have none
        Devices = self.env["crm.service.device"].with_user(self.operator)
        self.assert_plan(Devices, [("partner_id", "!=", False)], by_name, order="partner_id")

    def test_by_contractor(self):
        """A page by contractor is the one that core's own order gives, up and down, with devices that have none."""
        first, last = self.env["res.partner"].create([{"name": "AAA"}, {"name": "ZZZ"}])
        Devices = self.env["crm.service.device"]
        some = Devices.search([], limit=40)
        self.assertEqual(len(some), 40)
        (some[:10]).partner_id, (some[10:20]).partner_id, (some[20:30]).partner_id = last, False, first
        domain = [("id", "in", some.ids)]
        for order in ("partner_id", "partner_id asc", "partner_id DESC"):
            expected = Devices.search(domain, order=order).partner_id.ids
            self.assertEqual(Devices.search(domain, order=order, limit=40).partner_id.ids, expected, order)
            names = [device.partner_id.complete_name or "" for device in Devices.search(domain, order=order, limit=40)]
            pages = [Devices.search(domain, order=order, limit=7, offset=start) for start in range(0, 42, 7)]
            self.assertEqual([device.partner_id.complete_name or "" for page in pages for device in page], names, order)
            self.assertEqual(sum(map(len, pages)), 40, order)

    def test_search_box(self):
        Devices = self.env["crm.service.device"].with_user(self.operator)
        statements = self._record_statements(lambda: Devices.search([("display_name", "ilike", "N12")]))
        [probe] = [text for text in statements if "found LIMIT" in text]
        found = {node.get("Index Name") for node in self.explain(probe, **BY_PIECES)}
        self.assertLessEqual(
            {f"crm_service_device__{name}_index" for name in ("identifier_key", "name")}, found)
