import json
from contextlib import contextmanager

from odoo import Command
from odoo.tests import TransactionCase, freeze_time, new_test_user

# the firm of a database that has it: where its records are, by their names here
FIRM_KEY = "crm_enova_like.test_firm"
FIRM = (
    "technician", "other_technician", "operator", "manager", "keeper", "employee", "reader", "contractor",
    "other_contractor", "shop", "person", "device_type", "device", "device2", "part", "lot_part", "serial_part",
    "labour")
SECOND = "Serwis Drugi"


class ServiceCommon(TransactionCase):
    """One small service firm: its people, a contractor with a shop, a kind of device, parts.

    ``bin/test`` makes it once, in the database that its tests run on (:meth:`store_firm`); elsewhere each class makes
    its own. Either way a class may change it as it likes: what it changes goes with its transaction. A second company
    is there for who asks (:meth:`_get_second_company`).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._enter(cls.env)
        if not cls._find_firm():
            cls._make_firm()
        cls.technician2 = cls.other_technician
        cls.devices = cls.device | cls.device2
        cls.service_product = cls.labour

    @classmethod
    def _enter(cls, env):
        """What a database with the addon has, before any firm."""
        cls.env = env(context={
            **env.context, "tracking_disable": True, "no_reset_password": True, "lang": "en_US"})
        cls.company = cls.env.company
        cls.order_type = cls.env["crm.service.order.type"].search(
            [("company_id", "=", cls.company.id)], limit=1)
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1)
        cls.stock = cls.warehouse.lot_stock_id
        cls.consumption = cls.company.service_location_id

    @classmethod
    def store_firm(cls, env):
        """Make the firm for good, for all tests of this database; the caller commits."""
        cls._enter(env)
        cls._make_firm()
        cls.env.user.company_ids -= cls._make_company(SECOND)    # who asks for it works in it
        records = {name: (getattr(cls, name)._name, getattr(cls, name).id) for name in FIRM}
        cls.env["ir.config_parameter"].set_param(FIRM_KEY, json.dumps(records))

    @classmethod
    def _find_firm(cls):
        """Take the firm that the database has; returns whether it has one."""
        records = json.loads(cls.env["ir.config_parameter"].get_param(FIRM_KEY, "{}"))
        for name, (model, record_id) in records.items():
            setattr(cls, name, cls.env[model].browse(record_id))
        return bool(records)

    @classmethod
    def _get_second_company(cls):
        """A second company, which the test's own user works in as well: the database's, or a new one."""
        company = cls.env["res.company"].search([("name", "=", SECOND)]) or cls._make_company(SECOND)
        cls.env.user.company_ids |= company
        return company

    @classmethod
    def _make_company(cls, name):
        """A company of today, whose numbers begin; whoever makes a company works in it, too."""
        return cls.env["res.company"].create({
            "name": name, "country_id": cls.env.ref("base.pl").id, "currency_id": cls.company.currency_id.id})

    @classmethod
    def _make_firm(cls):
        cls.technician = cls._new_user("technician", "crm_enova_like.group_technician")
        cls.other_technician = cls._new_user("technician2", "crm_enova_like.group_technician")
        cls.operator = cls._new_user("operator", "crm_enova_like.group_user")
        cls.manager = cls._new_user("manager", "crm_enova_like.group_manager")
        cls.keeper = cls._new_user("keeper", "stock.group_stock_user")
        cls.employee = cls._new_user("employee", "base.group_user")
        cls.reader = cls._new_user("reader", "crm_enova_like.group_reader")

        cls.contractor, cls.other_contractor = cls.env["res.partner"].create([
            {"name": "Piekarnia Kłos", "is_company": True, "lang": "pl_PL"},
            {"name": "Hurtownia Beta", "is_company": True},
        ])
        cls.shop, cls.person = cls.env["res.partner"].create([
            {"name": "Sklep przy Rynku", "type": "delivery", "parent_id": cls.contractor.id},
            {"name": "Anna Kłos", "type": "contact", "parent_id": cls.contractor.id},
        ])
        cls.device_type = cls.env["crm.service.device.type"].create({
            "name": "Cash register", "prefix": "KASA", "warranty_months": 24,
        })
        cls.device = cls.env["crm.service.device"].create({
            "name": "Nano E", "type_id": cls.device_type.id, "serial_number": "ABC 2001",
            "partner_id": cls.contractor.id, "address_id": cls.shop.id,
        })
        cls.device2 = cls.env["crm.service.device"].create({
            "name": "Nano S", "type_id": cls.device_type.id, "serial_number": "ABC 2002",
            "partner_id": cls.contractor.id, "address_id": cls.shop.id,
        })
        cls.part = cls._new_product("Print head", standard_price=50.0, list_price=90.0)
        cls.lot_part = cls._new_product("Battery", tracking="lot", standard_price=20.0)
        cls.serial_part = cls._new_product("Fiscal memory", tracking="serial", standard_price=200.0)
        cls.labour = cls._new_product("Hour of service", type="service", list_price=150.0)
        cls._stock(cls.part, 10)

    @classmethod
    def _new_user(cls, name, *groups):
        return new_test_user(
            cls.env, f"service_{name}", groups=",".join(groups), lang="en_US", company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)])

    @classmethod
    def _new_product(cls, name, **vals):
        """A storable product of the firm, unless vals say otherwise."""
        defaults = {"name": name, "type": "consu", "is_storable": vals.get("type") != "service"}
        return cls.env["product.product"].create({**defaults, **vals})

    @classmethod
    def _stock(cls, product, quantity, lot=None):
        """Put so much of the product on the shelf of the firm's warehouse."""
        cls.env["stock.quant"]._update_available_quantity(
            product, cls.warehouse.lot_stock_id, quantity, lot_id=lot)

    @classmethod
    def _new_order(cls, *devices, **vals):
        """An order of the contractor for these devices."""
        return cls.env["crm.service.order"].create({
            "partner_id": cls.contractor.id,
            "device_line_ids": [
                (0, 0, {"device_id": device.id, "fault": "Does not print"}) for device in devices],
            **vals,
        })

    @classmethod
    def make_order(cls, *devices, user=None, **vals):
        """The contractor's order, made by a user (the test's own by default)."""
        order = cls._new_order(*devices, **vals) if user is None else cls.env["crm.service.order"].with_user(
            user).create({
                "partner_id": cls.contractor.id,
                "device_line_ids": [
                    Command.create({"device_id": device.id, "fault": "Does not print"}) for device in devices],
                **vals,
            })
        return order

    @classmethod
    def add_part(cls, order, product=None, quantity=1.0, **vals):
        """A part planned on the order, with the order's user."""
        return order.env["crm.service.order.line"].create({
            "order_id": order.id, "kind": "part", "product_id": (product or cls.part).id,
            "quantity": quantity, **vals,
        })

    @classmethod
    def _new_lot(cls, product, name, quantity=0.0):
        """A lot or serial number, with so much of it on the shelf."""
        lot = cls.env["stock.lot"].create({
            "name": name, "product_id": product.id, "company_id": cls.company.id})
        if quantity:
            cls._stock(product, quantity, lot)
        return lot

    def _take_in(self, *devices, user=None, **vals):
        """An order as the counter makes it, with what is written on each of its devices."""
        order = self.make_order(*devices, user=user or self.operator)
        order.device_line_ids.write(vals)
        return order

    def _watch_draw(self):
        """The statements that had been executed when each number was drawn: a list that grows."""
        Number, drawn = type(self.env["crm.service.number"]), []
        draw = Number._draw

        def note(*args):
            numbers = draw(*args)
            drawn.append(self.env.cr.sql_log_count)
            return numbers

        self.patch(Number, "_draw", note)
        return drawn

    def _html(self, name, docs):
        """(report, its page) of one of our papers."""
        report = self.env["ir.actions.report"]._get_report(f"crm_enova_like.{name}")
        return report, report._render_qweb_html(f"crm_enova_like.{name}", docs.ids)[0].decode()

    @contextmanager
    def assertRaisesRegex(self, exception, pattern):
        """Odoo's ``assertRaises`` undoes what the refused call did before it
        was refused; unittest's ``assertRaisesRegex`` would leave it."""
        with self.assertRaises(exception) as caught:
            yield caught
        self.assertRegex(str(caught.exception), pattern)

    def assertStock(self, product, quantity, location=None, lot=None):
        """So much of the product lies on the shelf, reserved or not."""
        quants = self.env["stock.quant"]._gather(product, location or self.stock, lot_id=lot, strict=False)
        self.assertAlmostEqual(sum(quants.mapped("quantity")), quantity)


class InspectionCommon(ServiceCommon):
    """The firm on 10 March 2026, with regimes of inspections."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-10 10:00:00"))
        cls.monthly = cls._new_regime("Monthly", interval_number=1, counting="anchor")
        cls.half_year = cls._new_regime("Half-yearly", interval_number=6, counting="last_done")

    @classmethod
    def _new_regime(cls, name, **vals):
        return cls.env["crm.service.inspection.regime"].create({"name": name, "interval_unit": "month", **vals})

    @classmethod
    def _new_plan(cls, regime, anchor, device=None):
        plan = cls.env["crm.service.inspection.plan"].create({
            "device_id": (device or cls.device).id, "regime_id": regime.id, "anchor_date": anchor})
        plan.action_generate()
        return plan

    @classmethod
    def _new_inspection(cls, regime=None, device=None, planned_date="2026-03-20", **vals):
        """A planned inspection without a plan."""
        return cls.env["crm.service.inspection"].create({
            "device_id": (device or cls.device).id, "regime_id": (regime or cls.half_year).id,
            "planned_date": planned_date, **vals})

    @classmethod
    def _order(cls, inspections):
        """The order made from inspections of one place."""
        inspections.action_create_order()
        return inspections.order_id

    @classmethod
    def _new_device(cls, name="Nano X", **vals):
        return cls.env["crm.service.device"].create({
            "name": name, "type_id": cls.device_type.id, "partner_id": cls.contractor.id,
            "address_id": cls.shop.id, **vals})

    def _dates(self, plan, *states):
        return sorted(plan.inspection_ids.filtered(
            lambda inspection: not states or inspection.state in states).mapped("planned_date"))
