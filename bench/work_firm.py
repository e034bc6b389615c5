"""The firm whose work is measured: its customers, products, devices and people."""
import time
from datetime import timedelta

from odoo import Command, fields

CUSTOMERS, PRODUCTS, STOCK = 100, 5, 1_000_000
HOUR = timedelta(hours=1)


class Firm:
    """Master data that all sides share, made anew for each database, and values of the documents made of it."""

    def __init__(self, env):
        self.env = env
        self.mark = str(time.time_ns())    # what must be unique has it in its name
        self.made = 0
        self.start = fields.Datetime.now() + 24 * HOUR
        self.warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
        self.customers = env["res.partner"].create(
            [{"name": f"Customer {number}", "is_company": True} for number in range(CUSTOMERS)])
        self.parts = env["product.product"].create([{
            "name": f"Part {number}", "type": "consu", "is_storable": True, "standard_price": 10, "list_price": 25,
        } for number in range(PRODUCTS)])
        self.lot_part = env["product.product"].create({
            "name": "Battery", "type": "consu", "is_storable": True, "tracking": "lot", "standard_price": 20})
        for part in self.parts:
            env["stock.quant"]._update_available_quantity(part, self.warehouse.lot_stock_id, STOCK)
        self.machine = env["product.product"].create({"name": "Machine", "type": "consu", "is_storable": True})
        self.kind = env["crm.service.device.type"].create({"name": "Machine", "prefix": f"B{self.mark[-8:]}"})
        self.project = env["project.project"].create({"name": "Calls"})
        self.place = env["fsm.location"].create({"name": "Yard", "owner_id": self.customers[0].id})
        self.technician = self.person("technician", "crm_enova_like.group_technician", "project.group_project_user")
        self.operator = self.person("operator", "crm_enova_like.group_user")

    def person(self, name, *groups):
        return self.env["res.users"].with_context(no_reset_password=True).create({
            "name": name, "login": f"bench_{name}_{self.mark}",
            "group_ids": [Command.set([self.env.ref(group).id for group in ("base.group_user", *groups)])]})

    def customer(self, number):
        return self.customers[number % CUSTOMERS]

    def devices(self, count, **values):
        """So many new devices, in the database already."""
        first, self.made = self.made, self.made + count
        devices = self.env["crm.service.device"].create([{
            "type_id": self.kind.id, "partner_id": self.customer(number).id,
            "serial_number": f"S{self.mark}-{first + number}", **values} for number in range(count)])
        self.env.flush_all()
        return devices

    # WHAT A DOCUMENT IS MADE OF

    def order(self, device, parts):
        return {
            "partner_id": device.partner_id.id,
            "device_line_ids": [Command.create({"device_id": device.id, "fault": "does not print"})],
            "line_ids": [
                Command.create({"kind": "part", "product_id": part.id, "quantity": 1}) for part in parts]}

    def repair(self, number, parts):
        return {
            "partner_id": self.customer(number).id, "product_id": self.machine.id, "product_qty": 1,
            "move_ids": [Command.create(
                {"repair_line_type": "add", "product_id": part.id, "product_uom_qty": 1}) for part in parts]}

    def field_order(self, _number):
        return {"location_id": self.place.id, "description": "does not print"}

    def transfer(self, parts):
        source = self.warehouse.lot_stock_id
        target = self.env["stock.location"].search(
            [("usage", "=", "production"), ("company_id", "=", self.env.company.id)], limit=1)
        return {
            "picking_type_id": self.warehouse.int_type_id.id, "location_id": source.id, "location_dest_id": target.id,
            "move_ids": [Command.create({
                "product_id": part.id, "product_uom_qty": 1, "product_uom": part.uom_id.id, "location_id": source.id,
                "location_dest_id": target.id}) for part in parts]}

    def task(self, number, planned):
        plan = {"planned_start": self.start + number * HOUR} if planned else {}
        return {
            "name": f"Call {number}", "partner_id": self.customer(number).id, "user_id": self.technician.id, **plan}

    def project_task(self, number):
        return {
            "name": f"Call {number}", "partner_id": self.customer(number).id, "project_id": self.project.id,
            "user_ids": [Command.set(self.technician.ids)]}

    def entry(self, number):
        start = self.start + number * HOUR
        return {
            "name": f"Call {number}", "start": start, "stop": start + HOUR, "user_id": self.technician.id,
            "partner_ids": [Command.set(self.technician.partner_id.ids)]}
