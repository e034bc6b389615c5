"""The benchmark of load inside Odoo: what the people who work need, and what their screens ask for.

Each person has a login, devices and a part of their own, and there is one part for all. The screens' requests are
those of the web client: the fields come from the views as the person gets them.
"""
import ast
import json
import os
from pathlib import Path

from lxml import etree

from odoo import Command, fields

PASSWORD = "bench-load-2f7a"
DEVICES = 40    # of each person, in turn
OPEN = 100    # orders, and repairs, that are under way all the time
# what a list or a form asks for beside the fields that its view names: the widgets' own
WIDGET_FIELDS = {
    "list_activity": ("activity_exception_decoration", "activity_exception_icon", "activity_state", "activity_summary",
                      "activity_type_icon", "activity_type_id")}
GROUPS = {
    "technician": ("crm_enova_like.group_technician", "stock.group_stock_user"),
    "operator": ("crm_enova_like.group_user", "stock.group_stock_user"),
}


def literal(text):
    """A context as far as it needs nothing of the record."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return {}


def is_hidden(node):
    return any(node.get(name) in ("1", "True") for name in ("invisible", "column_invisible"))


def outermost(view):
    """The field nodes of a view, without those of the views inside them."""
    depth = len(list(view.iterancestors("field")))
    return [node for node in view.iter("field") if len(list(node.iterancestors("field"))) == depth]


def specification(models, model, view):
    """What the web client asks of the records of a view, as its ``getFieldsSpec`` does."""
    known, asked = models[model]["fields"], {}
    for node in outermost(view):
        name = node.get("name")
        for extra in WIDGET_FIELDS.get(node.get("widget"), ()):
            asked.setdefault(extra, {"fields": {}} if known.get(extra, {}).get("type") == "many2one" else {})
        if asked.get(name):
            continue
        field, asked[name] = known[name], {}
        if field["type"] in ("one2many", "many2many"):
            inside = [each for each in node if each.tag in ("list", "kanban")]
            if is_hidden(node):
                continue
            if inside:
                related = specification(models, field["relation"], inside[0])
                # of a form beside the list the values alone
                for form in node.findall("form"):
                    for each in outermost(form):
                        related.setdefault(each.get("name"), {})
                asked[name] = {"fields": related, "limit": int(inside[0].get("limit", 40))}
            elif node.get("widget") in ("many2many_tags", "many2many_tags_avatar"):
                color = literal(node.get("options", "{}")).get("color_field")
                asked[name] = {"fields": {"display_name": {}, **({color: {}} if color else {})}}
        elif field["type"] == "many2one":
            asked[name] = {"fields": {} if is_hidden(node) else {"display_name": {}}}
        if field["type"] in ("one2many", "many2many", "many2one") and literal(node.get("context", "")):
            asked[name]["context"] = literal(node.get("context"))
    return asked


def screen(env, model, kind):
    """The specification of a model's list or form, for the environment's user."""
    got = env[model].get_views([(False, kind)])
    return specification(got["models"], model, etree.fromstring(got["views"][kind]["arch"]))


def make_parts(env, count):
    products = env["product.product"].create([
        {"name": f"Part {number}", "is_storable": True, "standard_price": 10, "list_price": 25}
        for number in range(count)])
    location = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1).lot_stock_id
    for product in products:
        env["stock.quant"]._update_available_quantity(product, location, 1_000_000)
    return products


def make_users(env, count):
    """As many technicians as operators, who may all do everything that both sides need."""
    kinds = list(GROUPS)
    return env["res.users"].with_context(no_reset_password=True).create([{
        "name": f"Person {number}", "login": f"load{number}", "password": PASSWORD, "lang": "pl_PL",
        "tz": "Europe/Warsaw", "group_ids": [Command.set([env.ref(group).id for group in GROUPS[kinds[number % 2]]])],
    } for number in range(count)])


def order_values(partner, device, part):
    return {
        "partner_id": partner.id,
        "device_line_ids": [Command.create({"device_id": device.id, "fault": "nie drukuje"})],
        "line_ids": [Command.create({"kind": "part", "product_id": part.id, "quantity": 1})],
    }


def repair_values(partner, device, part):
    return {
        "partner_id": partner.id, "product_id": device.id,
        "move_ids": [Command.create({"repair_line_type": "add", "product_id": part.id, "product_uom_qty": 1})],
    }


def prepare(env, count, background):
    """Everything for ``count`` people; returns what each of them needs to know."""
    users, parts, common = make_users(env, count), make_parts(env, count), make_parts(env, 1)
    partners = env["res.partner"].create([{"name": f"Firma {number}", "is_company": True} for number in range(count)])
    kind = env["crm.service.device.type"].create({"name": "Kasa", "prefix": "LOAD"})
    devices = env["crm.service.device"].create([{
        "type_id": kind.id, "partner_id": partners[number % count].id, "serial_number": f"L{number:06}",
    } for number in range(count * DEVICES + background)])
    devices, under_way = devices[background:], devices[:background]
    # what is repaired in Repairs: goods that nobody counts, so that the repaired device asks nothing of the shelf
    machines = env["product.product"].create([{"name": f"Kasa {number}", "type": "consu"} for number in range(count)])
    env["crm.service.order"].create([
        order_values(device.partner_id, device, parts[number % count]) for number, device in enumerate(under_way)])
    repairs = env["repair.order"].create([
        repair_values(partners[number % count], machines[number % count], parts[number % count])
        for number in range(background)])
    for repair in repairs:
        repair.action_validate()
    people = []
    for number, user in enumerate(users):
        mine = devices[number::count]
        people.append({
            "number": number, "login": user.login, "password": PASSWORD, "kind": list(GROUPS)[number % 2],
            "partner_id": partners[number].id, "device_ids": mine.ids, "machine_id": machines[number].id,
            "part_id": parts[number].id, "context": {
                "lang": "pl_PL", "tz": "Europe/Warsaw", "uid": user.id, "allowed_company_ids": env.company.ids}})
    screens = {}
    for name, user in zip(GROUPS, users, strict=False):
        mine = env(user=user, context={"lang": "pl_PL", "tz": "Europe/Warsaw"})
        screens[name] = {
            model: {kind: screen(mine, model, kind) for kind in ("list", "form")}
            for model in ("crm.service.order", "repair.order")}
    return {"people": people, "screens": screens, "common_id": common.id, "made": str(fields.Datetime.now())}


def run(env):
    plan = prepare(env, int(os.environ["BENCH_COUNT"]), int(os.environ["BENCH_OPEN"]))
    env.cr.commit()
    Path(os.environ["BENCH_PLAN"]).write_text(json.dumps(plan))
