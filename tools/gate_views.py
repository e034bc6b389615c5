"""How the gate reads XML: records, views and QWeb templates."""
import ast
import re

from .gate_notes import DOTTED, IDENTIFIER
from .gate_python import Python
from .gate_types import ENV, PLAIN, Records, Scope, element, records

VIEWS = {"form", "list", "kanban", "search", "calendar", "pivot", "graph", "activity", "gantt", "hierarchy", "tree"}
# attributes of views that are expressions over the fields of a record, and those that are names of fields
EXPRESSIONS = re.compile(
    r"invisible|readonly|required|column_invisible|decoration-.+|t-(if|elif|out|esc|value|key|foreach|att-.+)")
FIELD_NAMES = {
    "date_start", "date_stop", "date_delay", "all_day", "color", "highlight_color", "default_order", "default_group_by",
    "avatar_field", "filter_field", "write_field", "create_name_field", "parent_field", "child_field", "date"}
IN_JS = re.compile(r"\brecord\.(\w+)")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
CALLED_BY_ID = {"ref", "inherit_id", "parent", "action", "t-call", "t-snippet", "template"}
IN_TEXT = re.compile(r"%\(([\w.]+)\)[ds]|\bref\(['\"]([\w.]+)['\"]\)")
STEP = re.compile(r"field\[@name=['\"]([\w]+)['\"]\]|(\w+)\[@name=['\"]([\w]+)['\"]\]")


class Xml(Python):
    """Reads one XML file of the addon."""

    def file(self, root):
        for node in root.iter("record", "template", "menuitem", "function", "delete"):
            if node.tag == "record":
                self.record(node)
            elif node.tag == "template":
                self.identifiers(node)
                self.template(node, self.gate.template_scope(node.get("id", ""), node.get("inherit_id", "")))
            else:
                self.identifiers(node)
                self.text(node.get("model", ""), node.sourceline)

    # XML IDS

    def identifier(self, ident, line):
        """An xml id, with or without the name of the module."""
        ident = ident.lstrip("!-").removeprefix(f"{self.names.module}.")
        found = self.names.by_xml_id(ident) if IDENTIFIER.fullmatch(ident) else None
        if found:
            self.refer(line, ident, "xml id", found[0])
        return found

    def identifiers(self, node):
        """Xml ids in the attributes of one element."""
        for name, value in node.attrib.items():
            if name in CALLED_BY_ID:
                self.identifier(value, node.sourceline)
            elif name in ("groups", "group_ids"):
                for ident in value.split(","):
                    self.identifier(ident.strip(), node.sourceline)
            self.words(value, node.sourceline)

    def words(self, text, line):
        """Xml ids and models that a text holds."""
        for ident in IN_TEXT.findall(text):
            self.identifier("".join(ident), line)
        self.text(text, line)

    # RECORDS

    def record(self, node):
        model = node.get("model", "")
        self.text(model, node.sourceline)
        fields = {field.get("name"): field for field in node.iterchildren("field")}
        for name, field in fields.items():
            self.attribute(records(model), name, field.sourceline)
            self.identifiers(field)
            if not len(field):
                self.words((field.text or "").strip(), field.sourceline)
            if field.get("eval"):
                self.python(field.get("eval"), field.sourceline, Scope(names={"ref": None}))
        told = self.value(fields, "model") or self.value(fields, "res_model") or self.model_of_ref(fields)
        base = records(told) if told else None
        if model == "ir.ui.view" and "arch" in fields:
            for element in fields["arch"].iterchildren():
                self.element(element, base, None)
        for name, take in (("domain", self.take_domain), ("domain_force", self.take_domain),
                           ("context", self.take_context)):
            if name in fields and (fields[name].text or "").strip():
                kind = self.python(fields[name].text, fields[name].sourceline, Scope(record=base))
                take(base, kind)
                if name == "context":
                    self.groupings(base, fields[name].text, fields[name].sourceline)
        if "print_report_name" in fields:
            scope = Scope(names={"object": base, "time": PLAIN})
            self.python(fields["print_report_name"].text, fields["print_report_name"].sourceline, scope)
        if "code" in fields and fields["code"].text:
            self.code(fields["code"], base)

    def value(self, fields, name):
        return (fields[name].text or "").strip() if name in fields else ""

    def model_of_ref(self, fields):
        """The model of ``<field name="model_id" ref="model_…"/>``."""
        for name in ("model_id", "binding_model_id"):
            if name in fields:
                ident = fields[name].get("ref", "").rpartition(".")[2]
                return self.names.table(ident.removeprefix("model_")) or ""
        return ""

    def code(self, field, base):
        """A server action's Python."""
        try:
            tree = ast.parse(field.text.strip("\n").strip())
        except SyntaxError:
            return
        ast.increment_lineno(tree, field.sourceline - 1)
        scope = Scope(names={"env": ENV, "model": base, "record": base, "records": base})
        for statement in tree.body:
            self.statement(statement, scope)

    def python(self, text, line, scope):
        """An expression in XML; what is no Python (JavaScript in a kanban) is read by its words."""
        if not text or not text.strip():
            return None
        text = re.sub(r"%\([\w.]+\)[ds]", "0", text)
        try:
            tree = ast.parse(text.strip().replace("\n", " "), mode="eval")
        except (SyntaxError, ValueError):
            bare = QUOTED.sub("''", text)
            for name in IN_JS.findall(bare):
                self.attribute(scope.get("record")[1] or scope.record, name, line)
            for name in IDENTIFIER.findall(bare):
                if "_" in name:
                    self.by_name(line, name)
            return None
        for node in ast.walk(tree):
            if hasattr(node, "lineno"):
                node.lineno = node.end_lineno = line
        return self.expression(tree.body, scope)

    # VIEWS

    def element(self, node, base, parent):
        """One element of a view.

        :param base: the records whose view this is
        :param parent: those of the form around it
        """
        if not isinstance(node.tag, str):
            return
        line, inner, above = node.sourceline, base, parent
        name, position = node.get("name", ""), node.get("position")
        field = None
        if node.tag == "field" and name:
            field = self.attribute(base, name, line)
            if any(child.tag in VIEWS for child in node.iterchildren()) or position == "inside":
                inner, above = field, base
        elif node.tag == "groupby":
            inner = self.attribute(base, name, line)
        elif node.tag == "xpath":
            inner, above = self.xpath(node, base, parent)
        elif node.get("type") == "object" or (
                node.tag == "button" and not node.get("type") and IDENTIFIER.fullmatch(name)):
            self.attribute(base, name, line)
        elif node.tag == "progressbar":
            self.attribute(base, node.get("field", ""), line)
        elif node.tag == "label" and node.get("for"):
            self.attribute(base, node.get("for"), line)
        elif node.tag == "attribute":
            self.attribute_value(name, (node.text or "").strip(), line, base, parent, base)
        self.identifiers(node)
        for attribute, value in node.attrib.items():
            self.attribute_value(attribute, value, line, base, parent, field if node.tag == "field" else base)
        for child in node.iterchildren():
            self.element(child, inner, above)

    def attribute_value(self, name, value, line, base, parent, target):
        """An attribute of a view's element; ``target`` are the records that a domain or context is for."""
        scope = Scope(names={"parent": parent, "context": PLAIN, "uid": PLAIN, "record": base, "self": PLAIN,
                             "context_today": PLAIN, "time": PLAIN, "widget": PLAIN}, record=base)
        if EXPRESSIONS.fullmatch(name):
            self.python(value, line, scope)
        elif name == "domain":
            self.take_domain(target, self.python(value, line, scope))
        elif name == "filter_domain":
            self.take_domain(base, self.python(value, line, scope))
        elif name == "context":
            self.take_context(target, self.python(value, line, scope))
            self.groupings(base, value, line)
        elif name == "options":
            for field in re.findall(r"\w+_field['\"]\s*:\s*['\"](\w+)['\"]", value):
                self.by_name(line, field)
        elif name in FIELD_NAMES and DOTTED.match(value):
            self.path_text(base, value, line)
        elif name.startswith("t-attf-"):
            for text in re.findall(r"\{\{(.*?)\}\}|#\{(.*?)\}", value):
                self.python("".join(text), line, scope)

    def groupings(self, base, text, line):
        """The fields that a context groups by."""
        for found in re.findall(r"group_by['\"]\s*:\s*(\[[^\]]*\]|['\"][^'\"]*['\"])", text):
            for path in re.findall(r"['\"]([\w.:]+)['\"]", found):
                self.path_text(base, path, line)

    def xpath(self, node, base, parent):
        """Where an xpath leads: (the records of what is put there, those around them)."""
        steps = list(STEP.finditer(node.get("expr", "")))
        for number, step in enumerate(steps):
            name = step.group(1) or (step.group(3) if step.group(2) in ("button", "a") else "")
            reached = self.attribute(base, name, node.sourceline) if name else None
            inside = number < len(steps) - 1 or node.get("position", "inside") == "inside" or (
                "/" in node.get("expr")[step.end():])
            if step.group(1) and inside and isinstance(reached, Records):
                base, parent = reached, base
        return base, parent

    # QWEB

    def template(self, node, scope):
        """An element of a report or page; names are what ``t-set`` and ``t-foreach`` bind."""
        for child in node.iterchildren():
            if not isinstance(child.tag, str):
                continue
            self.identifiers(child)
            inner = scope
            loop = child.get("t-foreach")
            if loop:
                inner = Scope(scope)
                inner.set(child.get("t-as", ""), element(self.python(loop, child.sourceline, scope)))
                for extra in ("index", "first", "last", "size", "parity", "value", "odd", "even"):
                    inner.set(f"{child.get('t-as', '')}_{extra}", PLAIN)
            self.template_attributes(child, inner)
            called = child.get("t-call")
            own = Scope(inner) if called else inner
            self.template(child, own)
            if called:
                self.gate.tell_template(called, own)

    def template_attributes(self, node, scope):
        for name, value in node.attrib.items():
            if name.startswith("t-attf-"):
                for text in re.findall(r"\{\{(.*?)\}\}|#\{(.*?)\}", value):
                    self.python("".join(text), node.sourceline, scope)
            elif name in ("t-if", "t-elif", "t-out", "t-esc", "t-field", "t-options", "t-lang", "t-raw") or (
                    name.startswith(("t-att-", "t-options-", "t-att"))):
                self.python(value, node.sourceline, scope)
        if node.get("t-set"):
            value = node.get("t-value")
            kind = self.python(value, node.sourceline, scope) if value is not None else PLAIN
            scope.set(node.get("t-set"), kind)
