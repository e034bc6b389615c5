"""How the gate reads a call: what Odoo's methods do with records, fields, domains and values."""
import ast

from .gate_expressions import Expressions
from .gate_names import constant, constants
from .gate_notes import DOTTED
from .gate_types import (
    ENV,
    PLAIN,
    Domain,
    Environment,
    Function,
    Mapping,
    Plain,
    Records,
    Sequence,
    Several,
    Values,
    element,
    join,
    joined,
    records,
)

# methods of every model that give the same records, or others of the same model
SAME = {
    "browse", "search", "create", "copy", "sudo", "with_context", "with_company", "with_user", "with_env",
    "with_prefetch", "exists", "filtered", "filtered_domain", "sorted", "new", "concat", "union", "ensure_one",
    "search_fetch", "lock_for_update", "try_lock_for_update", "name_create", "_filtered_access", "_origin"}
# methods of every model whose strings are names or paths of fields, and whose dicts are values
BY_PATH = {
    "mapped", "filtered", "sorted", "grouped", "search", "search_fetch", "search_read", "read", "fetch", "read_group",
    "_read_group", "formatted_read_group", "_search", "flush_model", "flush_recordset", "invalidate_model",
    "invalidate_recordset", "modified", "default_get", "fields_get", "_field_to_sql", "_order_to_sql", "web_read",
    "export_data", "_has_cycle", "_read_format", "add_to_compute", "_order_field_to_sql"}
BY_VALUES = {"create", "write", "update", "new", "copy", "copy_data", "_write"}
BY_DOMAIN = {"search", "search_count", "search_fetch", "search_read", "_search", "_read_group", "read_group",
             "formatted_read_group", "filtered_domain", "web_search_read", "web_read_group"}
LISTS = {"list", "tuple", "set", "sorted", "reversed", "filter", "frozenset", "OrderedSet", "unique", "iter"}
VALUES = {"vals": Values, "values": Values, "vals_list": lambda models: Sequence(Values(models))}


class Calls(Expressions):
    def on_call(self, node, scope):
        func = node.func
        if isinstance(func, ast.Attribute):
            return self.call_method(node, func, scope)
        if isinstance(func, ast.Name):
            return self.call_name(node, func.id, scope)
        self.expression(func, scope)
        self.arguments(node, scope)
        return None

    def arguments(self, node, scope, given=None):
        """What is known of a call's arguments; their lambdas get ``given``."""
        kinds = [self.expression(each, scope, given) for each in node.args]
        named = {}
        for keyword in node.keywords:
            named[keyword.arg] = self.expression(keyword.value, scope, given)
            if keyword.arg:
                text = keyword.arg.removeprefix("default_")
                if text != keyword.arg:
                    self.by_name(keyword.value.lineno, text)
        self.open_window(node, [*kinds, *named.values()])
        return kinds, named

    def open_window(self, node, kinds):
        """A call that names a model or a stored action: its domains and contexts are for that model's records."""
        for argument in node.args:
            text = constant(argument)
            model = text if text in self.names.parts else self.names.actions.get(
                text.removeprefix(f"{self.names.module}."))
            if model:
                for kind in kinds:
                    self.take_domain(records(model), kind)
                    self.take_context(records(model), kind)

    def call_name(self, node, name, scope):
        bound, target = scope.get(name)
        if name == "super":
            self.arguments(node, scope)
            return self.super_of(scope)
        if name == "getattr" and len(node.args) > 1 and constant(node.args[1]):
            base = self.expression(node.args[0], scope)
            self.arguments(node, scope)
            return self.attribute(base, constant(node.args[1]), node.lineno)
        kinds, named = self.arguments(node, scope)
        if isinstance(target, Function):
            self.gate.tell(self, target.node, kinds, named)
            return self.gate.given(target.node)
        first = kinds[0] if kinds else None
        if name in LISTS:
            return Sequence(element(kinds[1] if name == "filter" and len(kinds) > 1 else first))
        if name in ("next", "min", "max"):
            return joined([element(first), *kinds[1:]]) if len(kinds) < 2 or name == "next" else joined(kinds)
        if name == "zip":
            return Sequence(Several(tuple(element(kind) for kind in kinds)))
        if name == "enumerate":
            return Sequence(Several((PLAIN, element(first))))
        if name == "defaultdict":
            kind = getattr(node.args[0], "id", "") if node.args else ""
            return Mapping(None, Sequence() if kind in ("list", "set") else Mapping() if kind == "dict" else first)
        if name == "dict":
            keys = {(self, keyword.value.lineno, keyword.arg) for keyword in node.keywords if keyword.arg}
            for _reader, line, key in keys:
                self.by_name(line, key)
            of = first.of if isinstance(first, Mapping) else None
            return Mapping(getattr(first, "key", None), of, frozenset(keys) | getattr(first, "keys", frozenset()))
        if name == "Domain":
            if len(node.args) == 3 and DOTTED.fullmatch(constant(node.args[0])):
                return self.leaf(node.args, kinds[2])
            return first if isinstance(first, Domain) else Domain()
        if name in ("SQL", "str", "len", "sum", "bool", "int", "float", "any", "all", "repr", "format", "abs", "round"):
            return PLAIN
        return None

    def super_of(self, scope):
        """Whose method is called: the records that the method is on."""
        while scope is not None:
            for name in ("self", "cls"):
                if isinstance(scope.names.get(name), Records):
                    return scope.names[name]
            scope = scope.outer
        return None

    def call_method(self, node, func, scope):
        base = self.expression(func.value, scope)
        name, line = func.attr, node.lineno
        held = self.call_container(node, base, name, scope)
        if held is not NotImplemented:
            return held
        if isinstance(base, Environment):
            self.arguments(node, scope)
            if name == "ref" and node.args:
                found = self.names.by_xml_id(constant(node.args[0]).removeprefix(f"{self.names.module}."))
                return records(found[1]) if found else None
            return self.model_of(node.args[0], scope) if name == "get" and node.args else ENV if not name else PLAIN
        if isinstance(func.value, ast.Name) and func.value.id == "Domain":
            kinds, _named = self.arguments(node, scope)
            return joined([Domain(), *(element(k) if isinstance(k, Sequence) else k for k in kinds)])
        if not isinstance(base, Records):
            self.attribute(base, name, func.end_lineno or line)
            self.arguments(node, scope)
            return PLAIN if isinstance(base, Plain) else None
        self.attribute(base, name, func.end_lineno or line)
        kinds, named = self.arguments(node, scope, base)
        if name in BY_PATH:
            reached = self.name_fields(node, base)
        if name in BY_VALUES:
            for kind in (*kinds, *named.values()):
                self.take_values(base, kind)
        if name in BY_DOMAIN:
            for kind in (*kinds[:1], named.get("domain")):
                self.take_domain(base, kind)
        if name in SAME:
            return base
        if name == "mapped":
            kind = kinds[0] if node.args and isinstance(node.args[0], ast.Lambda) else reached
            return kind if isinstance(kind, Records) else Sequence(kind)
        if name == "grouped":
            key = kinds[0] if node.args and isinstance(node.args[0], ast.Lambda) else reached
            return Mapping(key, base)
        if name == "_read_group":
            return Sequence(Several(tuple(self.silent_paths(node, base))))
        return self.call_own(base, name, kinds, named)

    def name_fields(self, node, base):
        """Strings in a call are names of fields of these records; gives where the first leads."""
        reached = None
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            for text in constants(argument):
                kind = self.path_text(base, text, argument.lineno)
                reached = reached or kind
        return reached

    def silent_paths(self, node, base):
        """What the columns of ``_read_group`` hold."""
        options = {keyword.arg: keyword.value for keyword in node.keywords}
        for number, name in ((1, "groupby"), (2, "aggregates")):
            argument = node.args[number] if len(node.args) > number else options.get(name)
            if argument is not None:
                with self.gate.quiet():
                    for text in constants(argument):
                        yield self.path_text(base, text, argument.lineno)

    def call_own(self, base, name, kinds, named):
        """A call of a method of the addon: tell it of its arguments, give what it returns."""
        result = None
        for model in sorted(base.models):
            for definer, method in self.names.methods(model, name):
                self.gate.tell(self, method, kinds, named, skipped=1)
                for parameter, kind in self.gate.matched(method, kinds, named, 1):
                    if parameter in VALUES:
                        self.take_values(base, kind)
                given = self.gate.given(method)
                if isinstance(given, Records) and definer in given.models and definer != model:
                    given = Records(given.models - {definer} | {model})
                result = join(result, given)
        return result

    def call_container(self, node, base, name, scope):
        """Calls on dicts, lists and values; NotImplemented of anything else."""
        holder = node.func.value
        if isinstance(base, Values):
            self.arguments(node, scope)
            if name in ("get", "pop", "setdefault") and node.args and constant(node.args[0]):
                self.attribute(Records(base.models), constant(node.args[0]), node.lineno)
            return base if name == "copy" else None
        if isinstance(base, Mapping):
            kinds, named = self.arguments(node, scope)
            if name == "update":
                added = joined(kinds) if kinds else None
                keys = frozenset((self, keyword.value.lineno, keyword.arg) for keyword in node.keywords if keyword.arg)
                for _reader, line, key in keys:
                    self.by_name(line, key)
                if isinstance(holder, ast.Name):
                    scope.add(holder.id, join(added, Mapping(keys=keys)))
                return PLAIN
            if name == "setdefault" and len(kinds) > 1 and isinstance(holder, ast.Name):
                scope.add(holder.id, Mapping(kinds[0], kinds[1]))
            return {"items": Sequence(Several((base.key, base.of))), "keys": Sequence(base.key),
                    "values": Sequence(base.of), "copy": base,
                    "get": join(base.of, kinds[1] if len(kinds) > 1 else None), "pop": base.of,
                    "setdefault": join(base.of, kinds[1] if len(kinds) > 1 else None)}.get(name)
        if isinstance(base, Sequence):
            kinds, _named = self.arguments(node, scope)
            if name in ("append", "add", "insert", "extend") and kinds:
                added = Sequence(element(kinds[0]) if name == "extend" else kinds[-1])
                if isinstance(holder, ast.Name):
                    scope.add(holder.id, added)
                else:
                    self.add_inner(holder, added, scope)
            return base.of if name == "pop" else base if name == "copy" else None
        return NotImplemented

    def add_inner(self, holder, added, scope):
        """``known[key].append(…)`` and ``known.setdefault(key, []).append(…)``."""
        outer = holder.value if isinstance(holder, ast.Subscript) else (
            holder.func.value if isinstance(holder, ast.Call) and isinstance(holder.func, ast.Attribute) else None)
        if isinstance(outer, ast.Name) and isinstance(scope.get(outer.id)[1], Mapping):
            scope.add(outer.id, Mapping(None, added))
