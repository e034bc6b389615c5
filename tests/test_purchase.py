"""A part that is missing is bought, where Odoo's Purchase is installed: the addon does not depend on it."""
import os

from browser import Rpc, Server, copied, folder, setting

from tools import databases

ADDON = "crm_enova_like"


def test_a_missing_part_is_bought():
    place = folder("purchase")
    with copied(setting("ODOO_TEST_DB"), f"{setting('ODOO_TEST_DB')}_purchase") as database:
        databases.odoo("test-purchase", "-d", database, "-i", "purchase_stock", "--stop-after-init", "--no-http",
                       environment=dict(os.environ))
        with Server(database, place / "odoo.log") as server:
            buy(Rpc(server, "admin", "admin"))
            assert not server.errors(), server.errors()


def buy(admin):
    admin.call("res.users", "write", [admin.uid], {"group_ids": [
        (4, admin.ref("purchase.group_purchase_manager")), (4, admin.ref("stock.group_stock_manager"))]})
    vendor = admin.create("res.partner", name="Hurtownia części", is_company=True)
    motor = admin.create("product.product", name="Silnik", type="consu", is_storable=True,
                         seller_ids=[(0, 0, {"partner_id": vendor, "price": 25})])
    customer = admin.create("res.partner", name="Piekarnia Kłos", is_company=True)
    order = admin.create("crm.service.order", partner_id=customer, line_ids=[
        (0, 0, {"kind": "part", "product_id": motor, "quantity": 2})])
    [number] = admin.read("crm.service.order", [("id", "=", order)], "name")
    notice = admin.call("crm.service.order", "action_order_missing_parts", [order])
    [purchase] = admin.read("purchase.order", [("partner_id", "=", vendor)], "name", "origin", "order_line")
    assert purchase["origin"] == number["name"]
    assert purchase["name"] in notice["params"]["message"]
    [line] = admin.read("purchase.order.line", [("id", "in", purchase["order_line"])], "product_id", "product_qty")
    assert (line["product_id"][0], line["product_qty"]) == (motor, 2)
    admin.call("purchase.order", "button_confirm", [purchase["id"]])
    [receipt] = admin.read("stock.picking", [("origin", "ilike", purchase["name"])], "move_ids")
    admin.call("stock.move", "write", receipt["move_ids"], {"quantity": 2, "picked": True})
    admin.call("stock.picking", "button_validate", [receipt["id"]])
    activities = admin.read("mail.activity", [("res_model", "=", "crm.service.order"), ("res_id", "=", order)],
                            "activity_type_id")
    arrived = admin.ref(f"{ADDON}.mail_activity_parts_arrived")
    assert [activity["activity_type_id"][0] for activity in activities] == [arrived]
