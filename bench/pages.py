"""The pages that bin/bench pages measures, each as the web client asks for it: what the action, its search view and
its list say is what is measured, so a change of theirs is measured too."""
import calendar
from collections import namedtuple

from lxml import etree

from odoo import api, fields
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

from . import large_firm

ADDON = "crm_enova_like"
LIST, CARDS, COUNTED = 80, 40, 10001    # what the web client asks for: rows of a list, cards of a column, its count
MANAGER, OPERATOR, TECHNICIAN = "manager", "operator", "technician"
ALL, BOTH = (MANAGER, OPERATOR, TECHNICIAN), (OPERATOR, TECHNICIAN)

# `make` is a function of a Side that gives the function to be timed
Page = namedtuple("Page", "title roles make bound", defaults=(1.3,))
PIVOT = 2.0    # a pivot or graph of twelve months: these grow with the firm


class Side:
    """One database as one role sees it."""

    def __init__(self, env, role):
        self.facts = large_firm.facts_of(env)
        self.role = role
        uid = env.uid
        if role != "root":
            uid = env["res.users"].search([("login", "=", f"bench_{role}")]).id
        self.env = api.Environment(env.cr, uid, {
            "lang": "pl_PL", "tz": "Europe/Warsaw", "allowed_company_ids": env.company.ids})
        self.views, self.actions = {}, {}

    def action(self, name):
        if name not in self.actions:
            self.actions[name] = self.env["ir.actions.act_window"]._for_xml_id(f"{ADDON}.{name}")
        return self.actions[name]

    def arch(self, name, kind):
        """A view of an action, as this role gets it."""
        if (name, kind) not in self.views:
            action = self.action(name)
            ids = {view_kind: view_id for view_id, view_kind in action["views"]}
            ids["search"] = (action["search_view_id"] or [False])[0]
            view = self.env[action["res_model"]].get_views([(ids.get(kind, False), kind)])["views"][kind]
            self.views[name, kind] = etree.fromstring(view["arch"])
        return self.views[name, kind]

    def model(self, name):
        action = self.action(name)
        context = safe_eval(action["context"] or "{}", {"uid": self.env.uid, "active_id": False, "active_ids": []})
        return self.env[action["res_model"]].with_context(
            **{key: value for key, value in context.items() if not key.startswith(("search_default_", "default_"))})

    def domain(self, name, filters=(), search=None):
        """The domain of an action with filters pressed and a text typed into a field of its search box."""
        view, known = self.arch(name, "search"), {"uid": self.env.uid, "context_today": fields.Date.today}
        domain = Domain(safe_eval(self.action(name)["domain"] or "[]", known))
        chosen = {}
        group = 0
        for node in view.iter("separator", "filter"):
            if node.tag == "separator" or node.getparent().tag == "group":
                group += 1
            elif node.get("name") in filters:
                chosen.setdefault(group, []).append(Domain(safe_eval(node.get("domain"), known)))
        missing = set(filters) - {node.get("name") for node in view.iter("filter")}
        assert not missing, f"{name} has no filter {missing}"
        for alike in chosen.values():
            domain &= Domain.OR(alike)
        if search:
            field, text = search
            node = view.xpath(f"//field[@name='{field}']")[0]
            domain &= Domain(safe_eval(node.get("filter_domain") or repr([(field, "ilike", text)]), {
                **known, "self": text}))
        return list(domain)


def specification(model, view):
    """What the web client asks to be read for a view (its `getFieldsSpec`)."""
    asked = {}
    depth = sum(1 for parent in view.iterancestors("field")) + (view.tag == "field")
    for node in view.iter("field"):
        if node is view or sum(1 for parent in node.iterancestors("field")) != depth:
            continue
        field = model._fields.get(node.get("name"))
        if field is None:
            continue
        one = asked.setdefault(field.name, {})
        if field.type in ("many2one", "reference"):
            if node.get("invisible") not in ("1", "True"):
                one.setdefault("fields", {})["display_name"] = {}
        elif field.type in ("one2many", "many2many"):
            rows = [child for child in node if child.tag in ("list", "kanban")]
            comodel = model.env[field.comodel_name]
            if rows:
                one.update(fields=specification(comodel, rows[0]), limit=int(rows[0].get("limit") or 40))
                if rows[0].get("default_order"):
                    one["order"] = rows[0].get("default_order")
            elif (node.get("widget") or "").startswith("many2many"):
                one["fields"] = {"display_name": {}, **({"color": {}} if "color" in comodel._fields else {})}
    return asked


# KINDS OF PAGES: each gives a function of a Side


def rows(action, *filters, search=None, order=None, kind="list", extra=()):
    """The first page of a list, or of a phone's cards."""
    def make(side):
        model, view = side.model(action), side.arch(action, kind)
        domain = [*side.domain(action, filters, search and (search[0], text_of(side, search[1]))), *place(side, extra)]
        asked = specification(model, view)
        return lambda: model.web_search_read(
            domain, asked, limit=LIST if kind == "list" else CARDS, order=order or view.get("default_order"),
            count_limit=COUNTED)
    if kind == "list" and not (search or order or extra):
        make.shows = (action, filters)
    return make


def groups(action, by, *filters, unfold=False, aggregates=(), kind="list", extra=()):
    """A list that is grouped; kanban: its columns with their first cards and bars."""
    def make(side):
        model, view = side.model(action).with_context(read_group_expand=True), side.arch(action, kind)
        domain, asked = [*side.domain(action, filters), *place(side, extra)], specification(model, view)
        rows_limit = CARDS if kind == "kanban" else LIST
        bar = view.find("progressbar")

        def call():
            model.web_read_group(
                domain, [by], list(aggregates), limit=None if kind == "kanban" else LIST,
                auto_unfold=unfold or kind == "kanban", unfold_read_specification=asked,
                unfold_read_default_limit=rows_limit)
            if bar is not None:
                model.read_progress_bar(domain, by, {
                    "field": bar.get("field"), "colors": safe_eval(bar.get("colors"))})
        return call
    return make


def pivot(action, by, *filters, measures=("__count",)):
    """A pivot: all its sums; as it opens, where the action opens it on a period."""
    def make(side):
        model, domain = side.model(action), side.domain(action, defaults(side, action) + filters)
        sets = [by[:count] for count in range(len(by) + 1)] + ([by[1:]] if len(by) > 1 else [])
        return lambda: model.formatted_read_grouping_sets(domain, sets, list(measures))
    return make


def defaults(side, action):
    """The names of filters with which an action opens, those of a date's period aside."""
    context = safe_eval(
        side.action(action)["context"] or "{}", {"uid": side.env.uid, "active_ids": [], "active_id": False})
    return tuple(key.removeprefix("search_default_") for key, value in context.items()
                 if key.startswith("search_default_") and value)


def names(model, text, **options):
    def make(side):
        records, typed = side.env[model].with_context(**options), text_of(side, text)
        return lambda: records.name_search(typed, limit=8)
    return make


def form(action, which):
    def make(side):
        model, view = side.model(action), side.arch(action, "form")
        record, asked = model.browse(which(side)), specification(model, view)
        return lambda: record.web_read(asked)
    return make


def call(model, method):
    return lambda side: getattr(side.env[model], method)


def count(action):
    """How many there are, as a list asks it: up to its limit."""
    return lambda side: lambda: side.model(action).search_count(side.domain(action), limit=COUNTED)


def month(action, start, stop, *filters):
    """A calendar's month."""
    def make(side):
        model, view, day = side.model(action), side.arch(action, "calendar"), fields.Date.today()
        last = calendar.monthrange(day.year, day.month)[1]
        domain = [
            *side.domain(action, filters),
            (start, "<=", f"{day:%Y-%m}-{last} 23:59:59"), (stop, ">=", f"{day:%Y-%m}-01 00:00:00")]
        # as the calendar's model asks: its fields, the dates, and the name
        asked = {*specification(model, view), start, stop, "display_name"}
        return lambda: model.search_read(domain, sorted(asked))
    return make


# WHAT IS LOOKED FOR: records of the firm by their numbers


def contractor(side):
    return side.facts["first"]["res_partner"] + side.facts["firms"] // 2


def largest(side):
    return side.facts["first"]["res_partner"]


def person(side):
    """Somebody of the first firms'; of very few, the last one."""
    first = side.facts["first"]["res_partner"]
    return side.env["res.partner"].sudo().search(
        [("id", ">=", first), ("id", "<=", first + side.facts["firms"] + 5)], order="id desc", limit=1).id


def device(side):
    return side.facts["first"]["crm_service_device"] + 101 % (side.facts["count"] // 10)


def order(side):
    """An open order of the technician, or the first one."""
    orders = side.env["crm.service.order"].sudo().search(
        [("state", "=", "in_progress"), ("user_id.login", "=", f"bench_{TECHNICIAN}")], limit=1)
    return orders.id or side.facts["first"]["crm_service_order"]


def serial(side):
    return side.env["crm.service.device"].sudo().browse(device(side)).serial_number


def number(side):
    return side.env["crm.service.order"].sudo().browse(
        side.facts["first"]["crm_service_order"] + side.facts["count"] // 2 + 7).name


def phone(side):
    """Six digits of a contractor's number."""
    return side.env["res.partner"].sudo().browse(contractor(side)).phone[-6:]


def turned(which):
    """A contractor's or person's name as it is said: the last word first."""
    return lambda side: " ".join(reversed(side.env["res.partner"].sudo().browse(which(side)).name.split()))


def bought(side):
    """A device's name with the name of whose it is."""
    card = side.env["crm.service.device"].sudo().browse(device(side))
    return f"{card.partner_id.name.removesuffix(' sp. z o.o.')} {card.name}"


def end_of(which, length):
    return lambda side: which(side)[-length:]


def text_of(side, text):
    return text(side) if callable(text) else text


def place(side, extra):
    """Conditions of a page beside its filters, with the records that they name."""
    return [condition if isinstance(condition, str) else (condition[0], condition[1], text_of(side, condition[2]))
            for condition in extra]


def around(side):
    return [person(side)]


ORDER, DEVICES, LINES = "action_crm_service_order", "action_crm_service_order_device", "action_crm_service_order_line"
DEVICE, TASK, EVENT = "action_crm_service_device", "action_crm_task", "action_crm_event"
INSPECTION, PLAN, WORK = "action_crm_service_inspection", "action_crm_service_inspection_plan", "action_crm_my_work"
TIMELINE, CONTRACTOR, PERSON = "action_crm_timeline", "action_crm_contractor", "action_crm_person"
COUNTER = {"service_counter": True, "res_partner_search_mode": "customer", "show_vat": True}

PAGES = (
    Page("orders: all", ALL, rows(ORDER)),
    Page("orders: current (default)", ALL, rows(ORDER, "current")),
    Page("orders: finished", ALL, rows(ORDER, "finished")),
    Page("orders: overdue", (OPERATOR,), rows(ORDER, "overdue")),
    Page("orders: waiting", (OPERATOR,), rows(ORDER, "waiting")),
    Page("orders: parts to issue", (OPERATOR,), rows(ORDER, "to_issue")),
    Page("orders: ready, not handed back", (OPERATOR,), rows(ORDER, "ready")),
    Page("orders: under warranty", (OPERATOR,), rows(ORDER, "warranty")),
    Page("orders: rework", (OPERATOR,), rows(ORDER, "rework")),
    Page("orders: urgent", (OPERATOR,), rows(ORDER, "starred")),
    Page("orders: taken in by me", (OPERATOR,), rows(ORDER, "requested_by_me")),
    Page("orders: received today", (OPERATOR,), rows(ORDER, "received_today")),
    Page("orders: archived", (OPERATOR,), rows(ORDER, "archived")),
    Page("orders: mine and the queue (My orders)", (TECHNICIAN,),
         rows("action_crm_service_order_my", "current", "my", "queue")),
    Page("orders: queue", BOTH, rows("action_crm_service_order_queue")),
    Page("orders: current, by contractor", (OPERATOR,), rows(ORDER, "current", order="partner_id")),
    Page("orders: all, by contractor", (OPERATOR,), rows(ORDER, order="partner_id")),
    Page("orders: all, by number", (OPERATOR,), rows(ORDER, order="name desc")),
    Page("orders: all, by deadline", (OPERATOR,), rows(ORDER, order="date_deadline")),
    Page("orders: current, by deadline", (OPERATOR,), rows(ORDER, "current", order="date_deadline")),
    Page("orders: kanban, current", ALL, groups(ORDER, "stage_id", "current", kind="kanban")),
    Page("orders: kanban, all", BOTH, groups(ORDER, "stage_id", kind="kanban")),
    Page("orders: by technician, current", (OPERATOR,), groups(ORDER, "user_id", "current")),
    Page("orders: by month, all", (OPERATOR,), groups(ORDER, "date_received:month")),
    Page("orders: by contractor, all", (OPERATOR,), groups(ORDER, "partner_id")),
    Page("orders: calendar, month", (OPERATOR,),
         month("action_crm_service_order_calendar", "calendar_start", "calendar_stop")),
    Page("orders: analysis", (OPERATOR,),
         pivot("action_crm_service_order_analysis", ["date_received:month", "state"]), PIVOT),
    Page("orders: count of all", BOTH, count(ORDER)),
    Page("orders: box, end of a number", BOTH, rows(ORDER, search=("name", end_of(number, 6)))),
    Page("orders: box, whole number", BOTH, rows(ORDER, search=("name", number))),
    Page("orders: box, end of a serial number", BOTH, rows(ORDER, search=("name", end_of(serial, 8)))),
    Page("orders: box, contractor's name", (OPERATOR,), rows(ORDER, search=("name", "Firma 100 sp"))),
    Page("orders: box, part of a phone number", BOTH, rows(ORDER, search=("name", phone))),
    Page("orders: box, name in another order", BOTH, rows(ORDER, search=("name", turned(contractor)))),
    Page("orders: box, contractor and device", BOTH, rows(ORDER, search=("name", bought))),
    Page("orders: box, two frequent words", BOTH, rows(ORDER, search=("name", "Firma Kasa"))),
    Page("orders: Ready for collection", (OPERATOR, MANAGER), rows("action_crm_service_order_ready")),
    Page("orders: the six counters", (OPERATOR, MANAGER), call("crm.service.order", "get_order_counters")),
    Page("orders: box Device, end of a serial number", (OPERATOR,),
         rows(ORDER, search=("device_line_ids", end_of(serial, 8)))),
    Page("orders: current, end of a serial number", (OPERATOR,),
         rows(ORDER, "current", search=("name", end_of(serial, 8)))),
    Page("orders: box Person, phone", (OPERATOR,), rows(ORDER, search=("contact_text", phone))),
    Page("orders: box Product", (OPERATOR,), rows(ORDER, search=("product_text", "Część 1"))),
    Page("orders: name_search, end of a number", BOTH, names("crm.service.order", end_of(number, 6))),
    Page("orders: name_search, end of a serial number", BOTH, names("crm.service.order", end_of(serial, 8))),
    Page("orders: form", ALL, form(ORDER, order)),
    Page("overview", (MANAGER,), call("crm.service.order", "get_service_overview")),
    Page("devices in service: open (default)", ALL, rows(DEVICES, "open")),
    Page("devices in service: ready", (OPERATOR,), rows(DEVICES, "ready")),
    Page("devices in service: all", BOTH, rows(DEVICES)),
    Page("devices in service: handed back", (OPERATOR,), rows(DEVICES, "released")),
    Page("devices in service: pivot", (OPERATOR,), pivot(DEVICES, ["basis", "state"]), PIVOT),
    Page("lines: pivot", (OPERATOR,),
         pivot(LINES, ["product_id", "billing"], measures=("quantity:sum", "subtotal:sum")), PIVOT),
    Page("lines: list of parts", (OPERATOR,), rows(LINES, "parts")),
    Page("devices: all", ALL, rows(DEVICE)),
    Page("devices: in service now", (OPERATOR,), rows(DEVICE, "in_service")),
    Page("devices: under warranty", (OPERATOR,), rows(DEVICE, "under_warranty")),
    Page("devices: box, end of a serial number", BOTH, rows(DEVICE, search=("serial_number", end_of(serial, 8)))),
    Page("devices: box, contractor and device", BOTH, rows(DEVICE, search=("serial_number", bought))),
    Page("devices: box, part of a phone number", BOTH, rows(DEVICE, search=("serial_number", phone))),
    Page("devices: name_search, end of a serial number", BOTH, names("crm.service.device", end_of(serial, 8))),
    Page("devices: name_search, whole serial number", BOTH, names("crm.service.device", serial)),
    Page("devices: by contractor", (OPERATOR,), rows(DEVICE, order="partner_id")),
    Page("devices: by name", (OPERATOR,), rows(DEVICE, order="name")),
    Page("devices: grouped by type", (OPERATOR,), groups(DEVICE, "type_id")),
    Page("devices: pivot", (OPERATOR,), pivot(DEVICE, ["type_id", "model_id"]), PIVOT),
    Page("device: form with history", ALL, form(DEVICE, device)),
    Page("tasks: to do (default)", ALL, rows(TASK, "todo")),
    Page("tasks: all", BOTH, rows(TASK)),
    Page("tasks: done", (OPERATOR,), rows(TASK, "done")),
    Page("tasks: mine to do", BOTH, rows(TASK, "todo", "mine")),
    Page("tasks: delegated to do", (OPERATOR,), rows(TASK, "todo", "delegated")),
    Page("tasks: overdue", (OPERATOR,), rows(TASK, "overdue")),
    Page("tasks: part of the subject", (OPERATOR,), rows(TASK, search=("name", "sprawie 77"))),
    Page("tasks: kanban, to do", (OPERATOR,), rows(TASK, "todo", kind="kanban")),
    Page("tasks: by performer, to do", (OPERATOR,), groups(TASK, "user_id", "todo")),
    Page("tasks: pivot", (OPERATOR,), pivot(TASK, ["user_id", "state"]), PIVOT),
    Page("tasks: all, by deadline", (OPERATOR,), rows(TASK, order="date_deadline desc")),
    Page("events: all (default)", ALL, rows(EVENT)),
    Page("events: mine", BOTH, rows(EVENT, "mine")),
    Page("events: incoming", (OPERATOR,), rows(EVENT, "incoming")),
    Page("events: contractor not known", (OPERATOR,), rows(EVENT, "unknown")),
    Page("events: part of the subject", (OPERATOR,), rows(EVENT, search=("name", "Rozmowa 77"))),
    Page("events: of a contractor", BOTH, rows(EVENT, extra=[("partner_id", "child_of", contractor)])),
    Page("events: by month (default)", (OPERATOR,), groups(EVENT, "date:month", "year"), PIVOT),
    Page("events: graph by month and type", (OPERATOR,), pivot(EVENT, ["date:month", "type_id"]), PIVOT),
    Page("inspections: to do (default)", ALL, rows(INSPECTION, "live")),
    Page("inspections: all", (OPERATOR,), rows(INSPECTION)),
    Page("inspections: overdue", (OPERATOR,), rows(INSPECTION, "overdue")),
    Page("inspections: next 30 days", (OPERATOR,), rows(INSPECTION, "next_30_days")),
    Page("inspections: to arrange", (OPERATOR,), rows(INSPECTION, "to_arrange")),
    Page("inspections: no e-mail", (OPERATOR,), rows(INSPECTION, "no_email")),
    Page("inspections: mine", (TECHNICIAN,), rows(INSPECTION, "live", "my")),
    Page("inspections: report", (OPERATOR,),
         pivot("action_crm_service_inspection_report", ["planned_date:month"]), PIVOT),
    Page("inspection plans: all", (OPERATOR,), rows(PLAN)),
    Page("my tasks: mine (default)", ALL, groups(WORK, "bucket", "mine", unfold=True)),
    Page("my tasks: delegated", ALL, groups(WORK, "bucket", "delegated", "tasks", unfold=True)),
    Page("my tasks: queue", BOTH, groups(WORK, "bucket", "queue", unfold=True)),
    Page("my tasks: everybody's", BOTH, groups(WORK, "bucket", unfold=True)),
    Page("my tasks: phone, mine", (TECHNICIAN,), rows(WORK, "mine", kind="kanban")),
    Page("my tasks: box, contractor and device", (OPERATOR,), rows(WORK, search=("name", bought))),
    Page("my tasks: box, part of a phone number", (OPERATOR,), rows(WORK, search=("name", phone))),
    Page("contractors: all", ALL, rows(CONTRACTOR)),
    Page("contractors: box, name in another order", BOTH, rows(CONTRACTOR, search=("name", turned(contractor)))),
    Page("persons: box, name in another order", BOTH, rows(PERSON, search=("name", turned(person)))),
    Page("persons: all", BOTH, rows(PERSON)),
    Page("contractors: 90 days without contact", (OPERATOR,), rows(CONTRACTOR, "no_contact_90")),
    Page("contractors: name_search at the counter", BOTH, names("res.partner", "Firma 100", **COUNTER)),
    Page("contractors: name_search by phone", BOTH, names("res.partner", "500123", **COUNTER)),
    Page("contractor: form", BOTH, form(CONTRACTOR, contractor)),
    Page("contractor: timeline", ALL, rows(TIMELINE, extra=[("contractor_id", "=", contractor)])),
    Page("contractor: timeline of the largest", (OPERATOR,), rows(TIMELINE, extra=[("contractor_id", "=", largest)])),
    Page("contractor: timeline, events", (OPERATOR,),
         rows(TIMELINE, "event", extra=[("contractor_id", "=", contractor)])),
    Page("person: timeline", (OPERATOR,), rows(TIMELINE, extra=[
        "|", "|", ("partner_id", "=", person), ("person_id", "=", person),
        ("event_id.participant_ids", "in", around)])),
    Page("part demand", (MANAGER,), rows("action_crm_service_part_demand")),
    Page("RW: all", (MANAGER,), rows("action_rw")),
    Page("ZW: all", (MANAGER,), rows("action_zw")),
    Page("RW: to issue", (MANAGER,), rows("action_rw_to_issue")),
    Page("projects: all", (OPERATOR,), rows("action_crm_project")),
    Page("campaigns: all", (OPERATOR,), rows("action_crm_campaign")),
    Page("calendar of the team, month", ALL, month("action_crm_team_calendar", "start", "stop")),
    Page("schedule: inspections to make, nothing to do", ("root",),
         call("crm.service.inspection.plan", "_cron_generate")),
    Page("schedule: reminders, nothing to do", ("root",), call("crm.service.inspection", "_cron_remind")),
    Page("schedule: notices, nothing to do", ("root",), call("crm.service.inspection", "_cron_notify")),
)
# every filter of these lists has a page of its own, named above or not
LISTS = (ORDER, DEVICES, LINES, DEVICE, TASK, EVENT, INSPECTION, PLAN, "action_rw", "action_zw")


def further_pages(side):
    """A page for each filter of the lists that no page of the table is about."""
    shown = {getattr(page.make, "shows", None) for page in PAGES}
    return [
        Page(f"{action.removeprefix('action_')}: filter {node.get('name')}", (MANAGER,), rows(action, node.get("name")))
        for action in LISTS for node in side.arch(action, "search").iter("filter")
        if node.get("domain") and node.get("name") and (action, (node.get("name"),)) not in shown]
