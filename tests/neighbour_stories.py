"""What is told where Odoo's own apps stand beside ours (test_neighbours.py runs it in odoo shell)."""

# each story is told by itself: what one does is undone before the next, and what it ran into is what it tells
STORIES = r"""
import json
from datetime import timedelta

from odoo import Command, fields
from odoo.tools import format_date

company, stories = env.company, {}
warehouse = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)


def user(name, *groups):
    return env["res.users"].with_context(no_reset_password=True).create({
        "name": name, "login": f"neighbour_{name}", "company_id": company.id, "company_ids": [Command.set(company.ids)],
        "group_ids": [Command.set([env.ref(group).id for group in groups])], "lang": "en_US"})


env = env(context={**env.context, "lang": "en_US", "tracking_disable": True})
# whoever tells here what became of the parts reads what they cost
technician = user("technician", "crm_enova_like.group_technician", "crm_enova_like.group_cost")
operator = user("operator", "crm_enova_like.group_user")
keeper = user("keeper", "stock.group_stock_user")
contractor = env["res.partner"].create({"name": "Piekarnia Neighbour", "is_company": True})
kind = env["crm.service.device.type"].create({"name": "Oven of a neighbour", "prefix": "PN"})
devices = env["crm.service.device"].create([
    {"name": name, "type_id": kind.id, "partner_id": contractor.id} for name in ("Oven E", "Oven S")])


def product(name, cost=10.0, **vals):
    return env["product.product"].create({
        "name": name, "type": "consu", "is_storable": True, "standard_price": cost, "list_price": 30.0,
        "taxes_id": [Command.clear()], **vals})


def put(part, quantity, lot=None):
    env["stock.quant"]._update_available_quantity(part, warehouse.lot_stock_id, quantity, lot_id=lot)


def on_hand(part):
    return sum(env["stock.quant"].search([
        ("product_id", "=", part.id), ("location_id", "child_of", warehouse.lot_stock_id.id)]).mapped("quantity"))


def new_order(issue_by="technician", **vals):
    order_type = env["crm.service.order.type"].search([("company_id", "=", company.id)], limit=1)
    order_type.issue_by = issue_by
    return env["crm.service.order"].with_user(technician).create({
        "partner_id": contractor.id, "type_id": order_type.id, "user_id": technician.id,
        "device_line_ids": [Command.create({"device_id": devices[0].id, "fault": "Cold"})], **vals})


def plan(order, part, quantity=1.0, **vals):
    return order.env["crm.service.order.line"].create({
        "order_id": order.id, "kind": "part", "product_id": part.id, "quantity": quantity, **vals})


def done_by_keeper(picking):
    # the keeper's own button, with all that he takes from the shelf
    picking = picking.with_user(keeper)
    for move in picking.move_ids:
        move.quantity = move.product_uom_qty
    picking.move_ids.picked = True
    return picking.button_validate()


def refusal(act):
    # what an act is refused with, and what it did before is undone; None where it is done
    try:
        with env.cr.savepoint():
            act()
            env.flush_all()
            return None
    except Exception as error:
        env.invalidate_all()
        return f"{type(error).__name__}: {error}"


def story(tell):
    def run():
        stories[tell.__name__] = tell()
        raise InterruptedError    # undone
    error = refusal(run)
    if tell.__name__ not in stories:
        stories[tell.__name__] = {"error": error}


@story
def order():
    head, belt = product("Heater"), product("Belt", cost=4.0)
    put(head, 5)
    put(belt, 5)
    taken = new_order()
    line, other = plan(taken, head, 2), plan(taken, belt, 1)
    taken.action_accept()
    taken.action_start()
    taken.action_issue_parts()
    line.return_to_stock(1)
    taken.device_line_ids.action_repaired()
    taken.action_done()
    return {
        "state": taken.state, "issued": [line.quantity_issued, line.quantity_returned, other.quantity_issued],
        "left": [on_hand(head), on_hand(belt)], "cost": taken.total_cost, "outcome": taken.device_line_ids.state,
        "documents": sorted(taken.sudo().picking_ids.mapped("service_document"))}


@story
def inspection():
    regime = env["crm.service.inspection.regime"].create({
        "name": "Neighbours' ovens", "code": "NB", "interval_number": 6, "interval_unit": "month",
        "counting": "last_done"})
    plan_of = env["crm.service.inspection.plan"].create({
        "device_id": devices[1].id, "regime_id": regime.id, "anchor_date": fields.Date.today() + timedelta(days=5)})
    plan_of.action_generate()
    first = plan_of.inspection_ids.sorted("planned_date")[0].with_user(operator)
    states = [first.state]
    first.action_create_order()
    states.append(first.state)
    visit = first.order_id
    visit.action_assign(technician)
    visit = visit.with_user(technician)
    visit.action_accept()
    visit.action_start()
    visit.device_line_ids.inspection_result = "passed"
    visit.device_line_ids.action_repaired()
    visit.action_done()
    return {"states": [*states, first.state], "protocol": first.protocol_number, "result": first.result,
            "order": visit.state, "next": plan_of.next_date > fields.Date.today() + timedelta(days=150)}


@story
def task():
    visit = env["crm.task"].with_user(technician).create({
        "name": "Look at the oven", "partner_id": contractor.id, "user_id": technician.id,
        "date_deadline": fields.Date.today()})
    visit.action_start()
    visit.write({"repeats": True, "repeat_number": 1, "repeat_unit": "week", "repeat_count": 3})
    events = visit.action_done({"name": "Looked at it"})
    following = env["crm.task"].search([("series_id", "=", visit.id), ("id", "!=", visit.id)])
    return {"state": visit.state, "event": env["crm.event"].browse(events).mapped("name"),
            "next": [str(day - visit.date_deadline) for day in following.mapped("date_deadline")],
            "open": following.mapped("state")}


@story
def automation():
    taken = new_order()
    taken.action_accept()
    stage = env["crm.service.stage"].search([
        ("state", "=", "in_progress"), ("company_id", "in", [company.id, False])], limit=1)
    model = env["ir.model"]._get("crm.service.order")
    rule = env["base.automation"].create({
        "name": "Oven begun", "model_id": model.id, "trigger": "on_stage_set", "trg_field_ref": stage.id})
    rule.action_server_ids = [Command.create({
        "name": "Say so", "model_id": model.id, "state": "code", "usage": "base_automation",
        "base_automation_id": rule.id, "code": "record.message_post(body='Oven begun: ' + record.stage_id.name)"})]
    env.flush_all()

    def said():
        return len(taken.sudo().message_ids.filtered(lambda message: "Oven begun" in (message.body or "")))

    before = said()
    taken.action_start()
    env.flush_all()
    begun = said()
    taken.device_line_ids.action_no_fault()
    taken.action_done()
    env.flush_all()
    return {"said": [before, begun, said()], "state": taken.state}


@story
def expired_lot():
    oil = product("Refrigerant oil", tracking="lot", use_expiration_date=True)
    now = fields.Datetime.now()
    lots = env["stock.lot"].create([
        {"name": name, "product_id": oil.id, "company_id": company.id, "expiration_date": now + timedelta(days=expires),
         "removal_date": now + timedelta(days=removed)}
        for name, expires, removed in (("OLD-7", -40, -40), ("REMOVE-8", 5, -3), ("FRESH-9", 200, 190))])
    for lot in lots:
        put(oil, 5, lot)
    told, days = {}, {}
    for lot, day in zip(lots, (lots[0].expiration_date, lots[1].removal_date, now), strict=True):
        taken = new_order()
        plan(taken, oil, 1, lot_name=lot.name)
        days[lot.name] = format_date(taken.env, company._service_date(day))
        told[lot.name] = {
            "screen": refusal(taken.action_issue_parts_screen), "issue": refusal(taken.action_issue_parts)}
    # what is reserved already, and expires then
    waiting = new_order()
    plan(waiting, oil, 1, lot_name="FRESH-9")
    waiting.action_reserve_parts()
    lots[2].write({"expiration_date": now - timedelta(hours=30), "removal_date": now - timedelta(hours=30)})
    told["FRESH-9"]["later"] = refusal(waiting.action_issue_parts)
    # the keeper is asked by core
    asked = new_order("warehouse")
    plan(asked, oil, 1, lot_name="OLD-7")
    asked.action_issue_parts()
    rw = asked.sudo().picking_ids
    rw.move_ids.move_line_ids.unlink()
    rw.move_ids.move_line_ids = [Command.create({
        "product_id": oil.id, "lot_id": lots[0].id, "quantity": 1, "location_id": rw.location_id.id,
        "location_dest_id": rw.location_dest_id.id, "picking_id": rw.id})]
    rw.move_ids.picked = True
    answer = rw.with_user(keeper).button_validate()
    return {"told": told, "days": days, "left": on_hand(oil),
            "keeper": answer.get("res_model") if isinstance(answer, dict) else answer}


@story
def reinvoicing():
    sold = product("Consultation", type="service", is_storable=False, invoice_policy="order")
    sale = env["sale.order"].create({"partner_id": contractor.id, "order_line": [Command.create({
        "product_id": sold.id, "product_uom_qty": 1, "price_unit": 500, "tax_ids": [Command.clear()]})]})
    sale.action_confirm()
    plan_of = env["account.analytic.plan"].search([("parent_id", "=", False)], limit=1) or env[
        "account.analytic.plan"].create({"name": "Projects of a neighbour"})
    account = env["account.analytic.account"].create({"name": "Bakery", "plan_id": plan_of.id})
    project = env["project.project"].create({
        "name": "Bakery", "partner_id": contractor.id, "account_id": account.id, "reinvoiced_sale_order_id": sale.id,
        "allow_billable": True})
    parts = [product("At cost", cost=12.0, expense_policy="cost"),
             product("At its price", cost=7.0, expense_policy="sales_price")]
    taken = new_order("warehouse", project_id=project.id)
    lines = []
    for part in parts:
        put(part, 9)
        lines.append(plan(taken, part, 3))
    taken.action_issue_parts()
    rw = taken.sudo().picking_ids
    has_project = rw.project_id == project
    done_by_keeper(rw)
    after_rw = [len(sale.order_line), sale.amount_untaxed]
    lines[0].return_to_stock(1)
    zw = taken.sudo().picking_ids - rw
    done_by_keeper(zw)
    invoice = sale._create_invoices()
    analytic = env["account.analytic.line"].search([("account_id", "=", account.id)])
    return {"project": has_project, "documents": [rw.state, zw.state], "rw": after_rw,
            "zw": [len(sale.order_line), sale.amount_untaxed], "billed": invoice.amount_untaxed,
            "cost": taken.total_cost, "analytic": sum(analytic.mapped("amount")), "left": [on_hand(p) for p in parts]}
"""
