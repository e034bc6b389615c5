"""The calls of bin/bench abuse: who calls what with which arguments, each made from its own number and the seed."""
import inspect
import random
import re
from collections import namedtuple
from pathlib import Path

from .abuse_values import NUMBERS, Values, anything, scalar

ADDON = "crm_enova_like"
MAGIC = ("create_uid", "create_date", "write_uid", "write_date")
OURS = f"odoo.addons.{ADDON}"
ROOT = Path(__file__).resolve().parent.parent
SAMPLES = 3
POOL = 60
# how often each calls; who may do more has more that can go wrong
ROLES = {"public": 1, "portal": 1, "employee": 1, "technician": 3, "operator": 3, "manager": 4, "keeper": 2, "admin": 1}
# models of others that our work runs through, beside those that we extend
NEAR = ("res.partner", "stock.picking", "stock.move", "stock.move.line", "stock.lot", "stock.quant", "product.product",
        "product.template", "sale.order", "sale.order.line", "account.move", "project.project", "utm.campaign",
        "calendar.event", "mail.alias", "mail.message", "mail.activity", "ir.attachment")
STANDARD = {
    "create": 14, "write": 14, "unlink": 3, "copy": 3, "read": 4, "search": 2, "search_read": 3, "search_count": 1,
    "web_read": 3, "web_search_read": 4, "web_save": 8, "onchange": 10, "name_search": 3, "formatted_read_group": 3,
    "web_read_group": 2, "read_group": 1, "export_data": 2, "load": 5, "default_get": 4, "name_create": 1,
    "search_panel_select_range": 1, "get_views": 1, "fields_get": 1, "action_archive": 1, "get_metadata": 1}
PAPERS = 0.04        # of the calls, a page of one of our papers
STANDARD_PART = 0.62
NEAR_PART = 0.22     # of those, on models of others

# `kind` is "call" or "paper"; `more` is what is done with the outcome in the same transaction
Call = namedtuple("Call", "number role kind model method args kwargs more")


def is_ours(cls):
    return any(each.__module__.startswith(OURS) for each in cls.__mro__)


class Calls:
    """What can be called in a database, and calls of it.

    :param env: Odoo's environment of the superuser
    :param seed: with a call's number, all that it depends on
    :param words: only calls whose "model.method" has one of them
    :param marker: text that no value of a call may hold
    """

    def __init__(self, env, seed, words, marker):
        self.env, self.seed, self.words, self.marker = env, seed, words, marker
        concrete = sorted(name for name in env.registry if not env[name]._abstract)
        self.ours = [name for name in concrete if env[name]._original_module == ADDON]
        ours = set(self.ours)
        self.near = sorted({name for name in NEAR if name in env} | {
            name for name in concrete if name not in ours and is_ours(type(env[name]))})
        self.methods = sorted({
            (name, method) for name in [*self.ours, *self.near] for method in self.public_methods(type(env[name]))
            if method not in STANDARD})
        self.method_names = sorted({method for _name, method in self.methods})
        self.reports = env["ir.actions.report"].search(
            [("report_name", "=like", f"{ADDON}.%")], order="report_name").mapped(lambda one: (
                one.report_name, one.model))
        known = {*self.ours, *self.near, "res.company", "res.users", "res.groups", "uom.uom", "product.category"}
        pools = {name: self.pool(name) for name in sorted(known)}
        self.texts = self.barcodes()
        self.values = Values(env, pools, {name: self.sample(name) for name in sorted(known)}, self.context_keys())

    @staticmethod
    def public_methods(cls):
        """Names of the public methods that a file of ours defines in a model."""
        return {
            name for each in cls.__mro__ if each.__module__.startswith(OURS) for name, value in vars(each).items()
            if not name.startswith("_") and inspect.isfunction(value) and not getattr(value, "_api_private", False)}

    @staticmethod
    def context_keys():
        """What our code reads from a context."""
        found = set()
        for path in (ROOT / ADDON).rglob("*.py"):
            found.update(re.findall(r"""context(?:\.get\(|\[)["'](\w+)["']""", path.read_text()))
        return found - {"lang", "tz"}

    def pool(self, name):
        """Ids of a model: the first, and the last, where what another company has is."""
        Model = self.env[name].with_context(active_test=False)
        if not Model._auto:
            return sorted(Model.search([], limit=POOL).ids)
        ends = [Model.search([], order=order, limit=POOL // 2) for order in ("id", "id desc")]
        return sorted({record_id for end in ends for record_id in end.ids})

    def sample(self, name):
        """Values with which some records were made."""
        Model, found = self.env[name], []
        if not Model._auto or Model._transient:
            return found
        names = sorted(name for name, field in Model._fields.items() if self.is_given(field))
        for record in Model.search([], order="id", limit=SAMPLES):
            vals = {name: Model._fields[name].convert_to_write(record[name], record) for name in names}
            found.append({
                name: value if isinstance(value, (str, int, float)) else str(value) for name, value in vals.items()
                if value not in (False, None) and self.marker not in str(value)})
        return found

    @staticmethod
    def is_given(field):
        """Whether a record is made with a value of this field."""
        if not field.store or field.name in ("id", *MAGIC) or field.type in (
                "one2many", "many2many", "binary", "many2one_reference", "json", "properties"):
            return False
        return field.required or field.copy and not field.compute

    def barcodes(self):
        devices = self.env["crm.service.device"].search([], order="id", limit=POOL)
        products = self.env["product.product"].search([("barcode", "!=", False)], order="id", limit=10)
        lots = self.env["stock.lot"].search([], order="id", limit=10)
        found = [*devices.mapped("identifier"), *devices.mapped("serial_number"), *products.mapped("barcode"),
                 *lots.mapped("name")]
        return sorted({text for text in found if text and self.marker not in text}) or ["1"]

    # A CALL

    def make(self, number):
        """The call of this number, or None where the words want another."""
        rng = random.Random(f"{self.seed}:{number}")
        role = rng.choices(list(ROLES), list(ROLES.values()))[0]
        if self.reports and rng.random() < PAPERS:
            name, model = rng.choice(self.reports)
            call = (role, "paper", model, name, [self.values.ids(rng, model)], {})
        elif rng.random() < STANDARD_PART:
            model = rng.choice(self.near if rng.random() < NEAR_PART else self.ours)
            method = rng.choices(list(STANDARD), list(STANDARD.values()))[0]
            call = (role, "call", model, method, *self.standard(rng, model, method))
        else:
            # one that many models share is called no more often than another
            method = rng.choice(self.method_names)
            model = rng.choice([name for name, shared in self.methods if shared == method])
            call = (role, "call", model, method, *self.own(rng, model, method))
        if self.words and not any(word in f"{call[2]}.{call[3]}" for word in self.words):
            return None
        if call[1] == "call" and isinstance(call[5], dict):
            call[5]["context"] = self.values.context(rng, model)
        return Call(number, *call, rng)

    def standard(self, rng, model, method):
        """(arguments, keywords) of one of Odoo's own methods."""
        values, names = self.values, self.values.names(model)
        fields = rng.sample(names, min(len(names), rng.randint(1, 8)))
        if rng.random() < 0.06:
            fields = rng.choice([None, "x", ["x"], [None], [1], {}, fields * 2, [f"{fields[0]}.x"]])
        spec = {name: {} for name in names}
        ids, domain = values.ids(rng, model), values.domain(rng, model)
        page = {"limit": rng.choice([1, 5, 80, 0, -1, None, "x"]), "offset": rng.choice([0, 0, 0, 1, -1, "x"])}
        group = [rng.choice(names) + rng.choice(["", "", ":month", ":x"])]
        vals = values.vals(rng, model)
        wrong = anything(rng)
        forms = {
            "create": lambda: ([wrong if rng.random() < 0.06 else rng.choice(
                [vals, [vals], [vals, values.vals(rng, model)]])], {}),
            "write": lambda: ([ids, wrong if rng.random() < 0.06 else values.some_vals(rng, model)], {}),
            "web_save": lambda: ([ids if rng.random() < 0.7 else [], wrong if rng.random() < 0.06 else (
                values.some_vals(rng, model) if rng.random() < 0.6 else vals), spec], {}),
            "copy": lambda: ([ids], rng.choice([{}, {"default": values.some_vals(rng, model)}, {"default": wrong}])),
            "read": lambda: ([ids, fields], {}),
            "search": lambda: ([domain], page), "search_count": lambda: ([domain], {}),
            "search_read": lambda: ([domain, fields], page),
            "web_read": lambda: ([ids, spec], {}),
            "web_search_read": lambda: ([domain, spec], {
                **page, "order": rng.choice([None, f"{names[0]} desc", "x", "id; --", rng.choice(names), 1])}),
            "onchange": lambda: ([ids if rng.random() < 0.5 else [], wrong if rng.random() < 0.06 else vals, rng.choice(
                [[], [rng.choice(names)], sorted(vals)[:1], fields]), spec], {}),
            "name_search": lambda: ([], {"name": rng.choice(
                [rng.choice(self.texts), scalar(rng), wrong]), "domain": domain, "operator": rng.choice(
                    ["ilike", "=", "not ilike", "=like", "in", "x"]), "limit": page["limit"]}),
            "formatted_read_group": lambda: ([domain, group, [rng.choice(
                ["__count", *(f"{rng.choice(names)}:{how}" for how in ("sum", "array_agg", "max", "x"))])]], {}),
            "web_read_group": lambda: ([domain, group, ["__count"]], {}),
            "read_group": lambda: ([domain, [names[0]], group], {}),
            "export_data": lambda: ([ids, fields], {}),
            "load": lambda: ([sorted(vals) if rng.random() < 0.9 else fields, [[
                "" if value in (None, False) else str(value) if rng.random() < 0.9 else value
                for _name, value in sorted(vals.items())]]], {}),
            "default_get": lambda: ([names if rng.random() < 0.7 else fields], {}),
            "name_create": lambda: ([scalar(rng)], {}),
            "search_panel_select_range": lambda: ([rng.choice(names)], {}),
            "get_views": lambda: ([[[False, rng.choice(["form", "list", "kanban", "search", "x"])]]], {}),
            "fields_get": lambda: ([fields], {}),
        }
        return forms.get(method, lambda: ([ids], {}))()

    def own(self, rng, model, method):
        """(arguments, keywords) of a method of ours."""
        function = getattr(type(self.env[model]), method)
        _self, *parameters = inspect.signature(function).parameters.values()
        args = [] if getattr(function, "_api_model", False) else [self.values.ids(rng, model)]
        for parameter in parameters:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            if parameter.default is not parameter.empty and rng.random() < 0.3:
                break
            args.append(self.argument(rng, model, parameter.name))
        if rng.random() < 0.03:
            args = rng.choice([[], args[:-1], [*args, anything(rng)]])
        return args, {}

    def argument(self, rng, model, name):
        values = self.values
        if rng.random() < 0.3:
            return anything(rng)
        if name in ("vals", "values", "default", "msg_dict", "custom_values", "update_vals"):
            return values.some_vals(rng, model)
        if name == "vals_list":
            return [values.vals(rng, model)]
        if "domain" in name or name == "args":
            return values.domain(rng, model)
        if "field" in name:
            return rng.sample(values.names(model), 2)
        if "user" in name or name in ("performer", "employee_id"):
            return values.one_id(rng, "res.users")
        for word, comodel in (("device", "crm.service.device"), ("order", "crm.service.order"),
                              ("product", "product.product"), ("partner", "res.partner"), ("lot", "stock.lot"),
                              ("line", "crm.service.order.line"), ("company", "res.company")):
            if word in name:
                return rng.choice([values.one_id, values.ids])(rng, comodel)
        if name.endswith("ids"):
            return values.ids(rng, model)
        if name in ("barcode", "code", "name", "text", "number", "serial"):
            return rng.choice([rng.choice(self.texts), scalar(rng)])
        if any(word in name for word in ("quantity", "limit", "offset", "count", "days", "amount", "number")):
            return rng.choice(NUMBERS)
        return scalar(rng)

    # WHAT FOLLOWS

    def follow(self, call, result):
        """What is done with what a call made or changed, in its transaction: [(what, function)]."""
        rng, model = call.more, call.model
        if call.method not in ("create", "write", "web_save", "copy", "load") or call.kind != "call":
            return []
        ids = call.args[0] if call.method == "write" else result
        if call.method == "web_save":
            ids = [row.get("id") for row in result or []]
        if isinstance(result, dict):
            ids = result.get("ids") or []
        ids = [one for one in (ids if isinstance(ids, list) else [ids]) if type(one) is int and one > 0][:2]
        if not ids:
            return []
        found = [("web_read", [ids, {name: {} for name in self.values.names(model)}])]
        for name, of_model in self.reports:
            if of_model == model and rng.random() < 0.3:
                found.append((name, [ids]))
        own = [method for of_model, method in self.methods if of_model == model]
        if own and rng.random() < 0.5:
            method = rng.choice(own)
            args, _kwargs = self.own(rng, model, method)
            if not getattr(getattr(type(self.env[model]), method), "_api_model", False):
                args = [ids, *args[1:]]
            found.append((method, args))
        return found

