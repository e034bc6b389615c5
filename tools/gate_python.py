"""How the gate reads a Python file: its classes, fields, functions and statements."""
import ast
import re

from .gate_calls import VALUES, Calls
from .gate_names import constant, constants, read_class, read_field
from .gate_notes import COLUMN
from .gate_types import (
    ENV,
    PLAIN,
    Function,
    Mapping,
    Scope,
    Sequence,
    Several,
    decorators,
    element,
    join,
    parameters,
    records,
)

ON_FIELD = {"compute", "inverse", "search", "group_expand"}    # a field's options that name a method


class Python(Calls):
    """Reads one file of Python."""

    def file(self, tree):
        scope = Scope(names=self.gate.globals(self.path, tree))
        for statement in tree.body:
            self.statement(statement, scope)

    def klass(self, node, scope):
        part = read_class(node, self.rank)
        inner = Scope(scope, owner=part and part.model)
        for statement in node.body:
            field = read_field(statement.value) if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
            if part and field:
                target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
                self.field(part.model, getattr(target, "id", ""), statement.value, field, inner)
            elif part and isinstance(statement, ast.Assign):
                self.class_attribute(part.model, statement, inner)
            else:
                self.statement(statement, inner)

    def class_attribute(self, model, statement, scope):
        self.expression(statement.value, scope)
        name = getattr(statement.targets[0], "id", "")
        value = statement.value
        if name == "_order":
            self.path_text(records(model), constant(value), value.lineno)
        elif name in ("_rec_name", "_rec_names_search", "_parent_name", "_fold_name", "_date_name", "_active_name"):
            for path in constants(value):
                self.path_text(records(model), path, value.lineno)
        elif isinstance(value, ast.Call) and getattr(value.func, "attr", "") in ("Index", "UniqueIndex", "Constraint"):
            for text in [constant(argument) for argument in value.args[:1]]:
                for _table, column in COLUMN.findall(re.sub(r"'[^']*'", "''", text)):
                    if self.names.member(model, column):
                        self.attribute(records(model), column, value.lineno)

    def field(self, model, field_name, node, field, scope):
        """A field: what its options name."""
        owner, line = records(model), node.lineno
        target = self.names.target(model, field_name)
        comodel = records(target) if target else None
        for number, argument in enumerate(node.args):
            if node.func.attr == "Many2many" and 0 < number < 4:
                continue    # a table and its columns
            if field.relational and number == 1 and node.func.attr == "One2many" and comodel:
                self.dotted(comodel, constant(argument), argument.lineno)
            self.expression(argument, scope, owner)
        for keyword in node.keywords:
            name, value = keyword.arg, keyword.value
            if name in ("relation", "column1", "column2"):
                continue
            kind = self.expression(value, scope, owner)
            text = constant(value)
            if name == "related":
                self.dotted(owner, text, line)
            elif name == "inverse_name" and comodel:
                self.dotted(comodel, text, line)
            elif name in ON_FIELD or (name == "selection" and text):
                self.method(model, text, value.lineno)
                if name == "group_expand" and comodel:
                    self.call_own(owner, text, [comodel], {})
            elif name in ("currency_field", "definition", "inverse_field", "model_field", "precompute_field"):
                self.dotted(owner, text, value.lineno)
            elif name == "domain":
                kind = self.source(text, value.lineno, Scope(record=owner, names={"parent": None})) if text else kind
                self.take_domain(comodel, kind)

    def source(self, text, line, scope):
        """An expression that a string holds."""
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError):
            return None
        ast.increment_lineno(tree, line - 1)
        return self.expression(tree.body, scope)

    # STATEMENTS

    def function(self, node, scope, owner=None):
        inner = Scope(scope)
        names = parameters(node.args)
        told = self.gate.told(node)
        for name in names + [argument.arg for argument in node.args.kwonlyargs]:
            kind = VALUES[name](frozenset([owner])) if owner and name in VALUES else told.get(name)
            inner.set(name, kind or (ENV if name == "env" else None))
        static = any(name == "staticmethod" for name, _call in decorators(node))
        if owner and names and not static:
            inner.set(names[0], records(owner))
        for argument in (node.args.vararg, node.args.kwarg):
            if argument:
                inner.set(argument.arg, None)
        for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.expression(default, scope)
        for name, call in decorators(node):
            if owner and call and name in ("depends", "constrains", "onchange"):
                for argument in call.args:
                    self.path_text(records(owner), constant(argument), argument.lineno)
        for statement in node.body:
            self.statement(statement, inner, node)
        if owner and node.name.startswith("_search_"):
            self.take_domain(records(owner), self.gate.given(node))

    def statement(self, node, scope, function=None):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            in_class = scope.owner and scope.outer is not None and scope.outer.owner is None
            if not in_class:    # a method is no name of the methods beside it
                scope.set(node.name, Function(node))
            self.function(node, scope, scope.owner if in_class else None)
        elif isinstance(node, ast.ClassDef):
            self.klass(node, scope)
        elif isinstance(node, ast.Return):
            if node.value is not None:
                kind = self.expression(node.value, scope)
                if function is not None:
                    self.gate.gives(function, kind)
        elif isinstance(node, ast.Assign):
            kind = self.expression(node.value, scope)
            for target in node.targets:
                self.bind(target, kind, scope)
        elif isinstance(node, ast.AnnAssign):
            kind = self.expression(node.value, scope) if node.value else None
            self.bind(node.target, kind, scope)
        elif isinstance(node, ast.AugAssign):
            kind = join(self.expression(node.target, scope), self.expression(node.value, scope))
            self.bind(node.target, kind, scope)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self.bind(node.target, element(self.expression(node.iter, scope)), scope)
            self.block(node.body + node.orelse, scope, function)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                kind = self.expression(item.context_expr, scope)
                if item.optional_vars is not None:
                    self.bind(item.optional_vars, kind, scope)
            self.block(node.body, scope, function)
        elif isinstance(node, ast.ImportFrom):
            self.gate.imported(self, node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            pass    # a docstring names what it likes
        else:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.expression(child, scope)
                elif isinstance(child, ast.ExceptHandler):
                    if child.type is not None:
                        self.expression(child.type, scope)
                    if child.name:
                        scope.set(child.name, PLAIN)
                    self.block(child.body, scope, function)
                elif isinstance(child, ast.match_case):
                    self.block(child.body, scope, function)
                elif isinstance(child, ast.stmt):
                    self.statement(child, scope, function)

    def block(self, statements, scope, function):
        for statement in statements:
            self.statement(statement, scope, function)

    def bind(self, target, kind, scope):
        if isinstance(target, ast.Name):
            scope.set(target.id, kind)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for number, each in enumerate(target.elts):
                starred = isinstance(each, ast.Starred)
                if isinstance(kind, Several) and number < len(kind.of) and not starred:
                    part = kind.of[number]
                else:
                    part = Sequence(element(kind)) if starred else element(kind)
                self.bind(each.value if starred else each, part, scope)
        elif isinstance(target, ast.Subscript):
            self.expression(target, scope)
            base = target.value
            if isinstance(base, ast.Name) and isinstance(scope.get(base.id)[1], Mapping):
                key = self.expression(target.slice, scope)
                text = constant(target.slice)
                keys = frozenset([(self, target.lineno, text)] if text else ())
                scope.add(base.id, Mapping(key, kind, keys))
        else:
            self.expression(target, scope)
