"""How the gate reads an expression: it follows records through it and notes each name that is used of them."""
import ast
import builtins

from .gate_names import constant
from .gate_notes import DOTTED, Notes
from .gate_types import (
    PLAIN,
    Domain,
    Environment,
    Mapping,
    Plain,
    Records,
    Scope,
    Sequence,
    Several,
    Values,
    element,
    join,
    joined,
    parameters,
    records,
)

OPERATORS = {
    "=", "!=", "<>", "<", "<=", ">", ">=", "=?", "in", "not in", "like", "ilike", "not like", "not ilike", "=like",
    "=ilike", "not =like", "not =ilike", "child_of", "parent_of", "any", "not any", "any!", "not any!"}


class Expressions(Notes):
    def expression(self, node, scope, owner=None):
        """Note the names in an expression; gives what is known of its value.

        :param owner: records that a lambda here gets (of a field's default)
        """
        handler = getattr(self, "on_" + type(node).__name__.lower(), None)
        if handler:
            return handler(node, scope, owner) if type(node) is ast.Lambda else handler(node, scope)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.expression(child, scope)
        return None

    def on_name(self, node, scope):
        bound, kind = scope.get(node.id)
        if bound:
            return kind
        if scope.record is not None and (not hasattr(builtins, node.id) or self.has(scope.record, node.id)):
            return self.attribute(scope.record, node.id, node.lineno)
        return None

    def on_constant(self, node, scope):
        if isinstance(node.value, str):
            self.text(node.value, node.lineno)
        return PLAIN

    def on_joinedstr(self, node, scope):
        for part in node.values:
            if isinstance(part, ast.Constant):
                if part.value.endswith(".") or not part.value.strip():
                    continue
                self.text(part.value, part.lineno)
            else:
                self.expression(part.value, scope)
        return PLAIN

    def on_attribute(self, node, scope):
        base = self.expression(node.value, scope)
        return self.attribute(base, node.attr, node.lineno)

    def on_subscript(self, node, scope):
        base, key = self.expression(node.value, scope), self.expression(node.slice, scope)
        text = constant(node.slice)
        if isinstance(base, Environment):
            return self.model_of(node.slice, scope)
        if isinstance(base, Records):
            return self.attribute(base, text, node.lineno) if text else base
        if isinstance(base, Values):
            return self.attribute(Records(base.models), text, node.lineno) and None if text else None
        if isinstance(node.value, ast.Attribute) and node.value.attr == "_fields" and text:
            self.dotted(self.silent(node.value.value, scope), text, node.lineno)
            return PLAIN
        if isinstance(base, Sequence):
            return base if isinstance(node.slice, ast.Slice) else base.of
        if isinstance(base, Mapping):
            return base.of
        if isinstance(base, Several):
            number = node.slice.value if isinstance(node.slice, ast.Constant) else None
            return base.of[number] if isinstance(number, int) and -len(base.of) <= number < len(base.of) else None
        return PLAIN if isinstance(base, Plain) and key else None

    def silent(self, node, scope):
        """What is known of an expression that has been noted already."""
        with self.gate.quiet():
            return self.expression(node, scope)

    def model_of(self, node, scope):
        """Records of ``env[…]``."""
        text = constant(node)
        if text:
            return records(text)
        if isinstance(node, ast.Attribute) and node.attr == "_name":
            kind = self.silent(node.value, scope)
            return kind if isinstance(kind, Records) else None
        return None

    def on_list(self, node, scope):
        kinds = [self.expression(each, scope) for each in node.elts]
        if any(isinstance(kind, Domain) for kind in kinds):
            return joined(kind for kind in kinds if isinstance(kind, Domain))
        return Sequence(joined(kinds))

    on_set = on_list

    def on_tuple(self, node, scope):
        kinds = [self.expression(each, scope) for each in node.elts]
        if self.is_leaf(node.elts):
            return self.leaf(node.elts, kinds[2])
        if any(isinstance(kind, Domain) for kind in kinds) and not any(isinstance(kind, Records) for kind in kinds):
            return joined(kind for kind in kinds if isinstance(kind, Domain))
        return Several(tuple(kinds))

    def is_leaf(self, parts):
        return len(parts) == 3 and DOTTED.fullmatch(constant(parts[0])) and (
            constant(parts[1]) in OPERATORS or isinstance(parts[1], ast.Name) and parts[1].id == "operator")

    def leaf(self, parts, value):
        """A condition of a domain."""
        path = constant(parts[0])
        self.dotted(None, path, parts[0].lineno)
        paths = {(self, parts[0].lineno, path)}
        if isinstance(value, Domain) and "any" in constant(parts[1]):
            paths |= {(reader, line, f"{path}.{rest}") for reader, line, rest in value.paths}
        return Domain(frozenset(paths))

    def on_dict(self, node, scope):
        key = of = None
        keys, parts = set(), {}
        for name, value in zip(node.keys, node.values, strict=True):
            kind = self.expression(value, scope)
            if name is None:
                if isinstance(kind, Mapping):
                    keys |= kind.keys
                continue
            key, of = join(key, self.expression(name, scope)), join(of, kind)
            text = constant(name)
            if text:
                parts[text] = kind
                keys.add((self, name.lineno, text))
        model = next((constant(value) for name, value in zip(node.keys, node.values, strict=True)
                      if name is not None and constant(name) == "res_model"), "")
        if model:
            self.take_domain(records(model), parts.get("domain"))
            self.take_context(records(model), parts.get("context"))
        return Mapping(key, of, frozenset(keys))

    def take_context(self, base, kind):
        """A context for a view of these records: its defaults are theirs."""
        if isinstance(kind, Mapping) and isinstance(base, Records):
            for reader, line, name in kind.keys:
                if name.startswith("default_"):
                    reader.attribute(base, name.removeprefix("default_"), line)

    def comprehension(self, node, scope):
        inner = Scope(scope)
        for generator in node.generators:
            self.bind(generator.target, element(self.expression(generator.iter, inner)), inner)
            for condition in generator.ifs:
                self.expression(condition, inner)
        return inner

    def on_listcomp(self, node, scope):
        kind = self.expression(node.elt, self.comprehension(node, scope))
        return kind if isinstance(kind, Domain) else Sequence(kind)

    on_setcomp = on_generatorexp = on_listcomp

    def on_dictcomp(self, node, scope):
        inner = self.comprehension(node, scope)
        return Mapping(self.expression(node.key, inner), self.expression(node.value, inner))

    def on_binop(self, node, scope):
        return join(self.expression(node.left, scope), self.expression(node.right, scope))

    def on_boolop(self, node, scope):
        return joined([self.expression(each, scope) for each in node.values])

    def on_unaryop(self, node, scope):
        kind = self.expression(node.operand, scope)
        return kind if isinstance(kind, Domain) else PLAIN

    def on_ifexp(self, node, scope):
        self.expression(node.test, scope)
        return join(self.expression(node.body, scope), self.expression(node.orelse, scope))

    def on_compare(self, node, scope):
        kinds = [self.expression(each, scope) for each in (node.left, *node.comparators)]
        text = constant(node.left)
        if text and len(kinds) == 2 and isinstance(kinds[1], Values):
            self.attribute(Records(kinds[1].models), text, node.lineno)
        return PLAIN

    def on_namedexpr(self, node, scope):
        kind = self.expression(node.value, scope)
        self.bind(node.target, kind, scope)
        return kind

    def on_starred(self, node, scope):
        kind = self.expression(node.value, scope)
        return kind if isinstance(kind, Domain) else element(kind)

    def on_lambda(self, node, scope, given=None):
        inner = Scope(scope)
        for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.expression(default, scope)
        names = parameters(node.args)
        defaults = dict(zip(names[::-1], node.args.defaults[::-1], strict=False))    # the last ones have them
        for number, name in enumerate(names):
            kind = given if number == 0 else None
            inner.set(name, self.silent(defaults[name], scope) if name in defaults else kind)
        return self.expression(node.body, inner)
