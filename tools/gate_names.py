"""What defines each name: the models, fields, methods and xml ids of Odoo and of the addon's wings.

Nothing is imported and no database is asked: sources are parsed. A name has the *rank* of what defines it: that of a
wing (0 is the lowest), or ``CORE`` for what Odoo itself has. A name that several places define has the lowest of them.
"""
import ast
import dataclasses
import hashlib
import json
import re
from pathlib import Path

from lxml import etree

CORE = -1
RELATIONAL = {"Many2one", "One2many", "Many2many"}
BASE = {"BaseModel", "Model", "AbstractModel", "TransientModel"}
IGNORED = {"__pycache__", "tests", "static", "node_modules"}
# what Python's own objects answer to
PYTHON = frozenset(name for kind in (str, bytes, int, float, list, dict, set, tuple) for name in dir(kind))


@dataclasses.dataclass(frozen=True)
class Field:
    """A field as its class spells it: where it leads, as far as that class says."""

    comodel: str = ""
    related: str = ""
    relational: bool = False


@dataclasses.dataclass
class Part:
    """What one class adds to a model."""

    model: str
    defines: bool           # it makes the model, or extends one that is there
    parents: list
    fields: dict            # name: Field
    names: dict             # name: "field", "method" or "attribute"
    rank: int = CORE
    methods: dict = dataclasses.field(default_factory=dict)    # name: its node


def constant(node):
    """The string of a node, or nothing."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def constants(node):
    """The strings of a node that is one, or a list, tuple, set or the keys of a dict of them."""
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return [constant(each) for each in node.elts if constant(each)]
    if isinstance(node, ast.Dict):
        return [constant(each) for each in node.keys if each is not None and constant(each)]
    return [constant(node)] if constant(node) else []


def assignments(body):
    """(name, value) of what a class or a module assigns."""
    for statement in body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                for name in target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]:
                    if isinstance(name, ast.Name):
                        yield name.id, statement.value
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id, statement.value


def read_field(node):
    """The Field of ``fields.X(...)``, or None of anything else."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name) and node.func.value.id == "fields"):
        return None
    options = {keyword.arg: constant(keyword.value) for keyword in node.keywords}
    relational = node.func.attr in RELATIONAL
    first = constant(node.args[0]) if node.args else ""
    return Field(options.get("comodel_name") or first if relational else "", options.get("related", ""), relational)


def read_class(node, rank=CORE):
    """The Part of a class that makes or extends a model, or None of a plain class."""
    values = dict(assignments(node.body))
    name, inherit = constant(values.get("_name")), constants(values.get("_inherit"))
    if not name and not inherit:
        if node.name not in BASE or rank != CORE:
            return None
        name = "base"
    # as Odoo: without a name, one parent is extended, several make a model named after the class
    if not name:
        extends = inherit[0] if isinstance(values["_inherit"], ast.Constant) or len(inherit) == 1 else ""
        name = extends or re.sub(r"(?<=[^_])([A-Z])", r".\1", node.name).lower()
    fields, names, methods = {}, {}, {}
    for attribute, value in values.items():
        field = read_field(value)
        names[attribute] = "field" if field else "attribute"
        if field:
            fields[attribute] = field
    for statement in node.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names[statement.name] = "method"
            methods[statement.name] = statement
    parents = [parent for parent in inherit + constants(values.get("_inherits")) if parent != name]
    return Part(name, name not in inherit, parents, fields, names, rank, methods)


def read_names(tree, models=()):
    """Every name that a file gives to something, except to members of these classes."""
    left_out = {id(statement) for model in models for statement in model.body}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and id(node) not in left_out:
            yield node.name
        if isinstance(node, (ast.Module, ast.ClassDef)) and node not in models:
            yield from (name for name, _value in assignments(node.body))
            if isinstance(node, ast.ClassDef):
                yield from (each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)
                            and isinstance(each.ctx, ast.Store) and isinstance(each.value, ast.Name)
                            and each.value.id == "self")


# -- Odoo ---------------------------------------------------------------------

def addon_path(root, name):
    """The folder of one of Odoo's addons, or None."""
    folders = (root / "odoo" / "addons" / name, root / "addons" / name)
    return next((folder for folder in folders if (folder / "__manifest__.py").is_file()), None)


def needed_addons(root, names):
    """The folders of these addons and of all that they depend on."""
    found, waiting = {}, ["base", "web", *names]
    while waiting:
        name = waiting.pop()
        folder = addon_path(root, name)
        if name not in found and folder:
            found[name] = folder
            manifest = ast.literal_eval((folder / "__manifest__.py").read_text(encoding="utf-8"))
            waiting += manifest.get("depends", ())
    return [found[name] for name in sorted(found)]


def python_files(folder, skipped=()):
    for path in sorted(folder.rglob("*.py")):
        inner = path.relative_to(folder).parts[:-1]
        if not IGNORED.intersection(inner) and not (inner and inner[0] in skipped):
            yield path


@dataclasses.dataclass
class Core:
    """What Odoo has: its models, and every name it gives to anything."""

    models: dict
    names: frozenset

    @classmethod
    def of(cls, root, depends, cache=None):
        """Read Odoo's source below ``root`` for an addon with these ``depends``.

        With a folder ``cache`` the answer is kept there until a file changes.
        """
        folders = needed_addons(root, depends)
        files = [*python_files(root / "odoo", skipped=("addons",)),
                 *(path for folder in folders for path in python_files(folder))]
        digest = hashlib.sha256(Path(__file__).read_bytes())
        for path in files:
            facts = path.stat()
            digest.update(f"{path} {facts.st_mtime_ns} {facts.st_size}\n".encode())
        kept = cache and cache / f"{digest.hexdigest()[:20]}.json"
        if kept and kept.is_file():
            data = json.loads(kept.read_text())
        else:
            data = cls._read(files)
            if kept:
                cache.mkdir(parents=True, exist_ok=True)
                for old in cache.glob("*.json"):
                    old.unlink(missing_ok=True)
                half = kept.with_suffix(f".{id(data)}")
                half.write_text(json.dumps(data))
                half.replace(kept)
        models = {
            model: [Part(model, True, parents, {name: Field(*field) for name, field in fields.items()},
                         {**dict.fromkeys(others, "method"), **dict.fromkeys(fields, "field")})]
            for model, (parents, fields, others) in data["models"].items()}
        return cls(models, frozenset(data["names"]))

    @staticmethod
    def _read(files):
        models, names = {}, set()
        for path in files:
            tree = ast.parse(path.read_bytes())
            names.update(read_names(tree))
            for node in ast.walk(tree):
                part = read_class(node) if isinstance(node, ast.ClassDef) else None
                if not part:
                    continue
                parents, fields, others = models.setdefault(part.model, ([], {}, []))
                parents += [parent for parent in part.parents if parent not in parents]
                others += [name for name in part.names if name not in others and name not in part.fields]
                for name, field in part.fields.items():
                    if not fields.get(name) or not any(fields[name]):
                        fields[name] = dataclasses.astuple(field)
        return {"models": models, "names": sorted(names)}


# -- the addon ------------------------------------------------------------------

class Names:
    """All names that the addon's wings and Odoo define, and the lowest rank of each."""

    def __init__(self, core, module):
        self.core, self.module = core, module
        self.parts = {model: list(parts) for model, parts in core.models.items()}
        self.own = {}           # name of a field or method: (rank, what it is)
        self.plain = {}         # any other name in Python: rank
        self.values = {}        # value of a selection: rank
        self.xml_ids = {}       # of our own: (rank, model); rank CORE of those above all wings
        self.actions = {}       # xml id of a window action of ours: the model it opens
        self._members, self._fields = {}, {}

    def add_python(self, tree, rank):
        models = []
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and (part := read_class(node, rank)):
                models.append(node)
                self.parts.setdefault(part.model, []).append(part)
                for name, kind in part.names.items():
                    self.own[name] = min((rank, f"{kind} of {part.model}"), self.own.get(name, (rank, "~")))
            elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and constant(node.elts[0]):
                self.values[constant(node.elts[0])] = min(rank, self.values.get(constant(node.elts[0]), rank))
        for name in read_names(tree, models):
            self.plain[name] = min(rank, self.plain.get(name, rank))

    def add_xml(self, tree, rank):
        for node in tree.iter("record", "template", "menuitem"):
            ident = node.get("id", "").removeprefix(f"{self.module}.")
            if ident and "." not in ident:
                model = node.get("model") or {"template": "ir.ui.view"}.get(node.tag, "ir.ui.menu")
                self.xml_ids[ident] = min((rank, model), self.xml_ids.get(ident, (rank, "~")))
                if model == "ir.actions.act_window":
                    self.actions.update((ident, (field.text or "").strip()) for field in node.iterchildren("field")
                                        if field.get("name") == "res_model")

    def members(self, model):
        """{name: (rank, what it is)} of a model without what every model has."""
        if model not in self._members:
            found = self._members[model] = {}    # it is there before its parents are: they may form a ring
            for part in self.parts.get(model, ()):
                for name, kind in part.names.items():
                    found[name] = min((part.rank, kind), found.get(name, (part.rank, "~")))
                for parent in part.parents:
                    for name, (rank, kind) in self.members(parent).items():
                        rank = max(rank, part.rank)
                        found[name] = min((rank, kind), found.get(name, (rank, "~")))
        return self._members[model]

    def member(self, model, name):
        """(rank, what it is) of a name of a model, or None."""
        found = [self.members(each)[name] for each in (model, "base") if name in self.members(each)]
        return min(found, default=None)

    def fields(self, model):
        """{name: Field} of a model."""
        if model not in self._fields:
            found = self._fields[model] = {}
            for part in self.parts.get(model, ()):
                inherited = [item for parent in part.parents for item in self.fields(parent).items()]
                for name, field in [*part.fields.items(), *inherited]:
                    known = found.get(name)
                    if known is None or not (known.comodel or known.related):
                        found[name] = field
        return self._fields[model]

    def target(self, model, name, seen=()):
        """The model that a field leads to, "" of a plain field, None where that is not known."""
        field = self.fields(model).get(name)
        if field is None or (model, name) in seen:
            return None
        if field.comodel:
            return field.comodel
        if field.related:
            for step in field.related.split("."):
                model = self.target(model, step, (*seen, (model, name))) if model else model
            return model
        return None if field.relational else ""

    def model_rank(self, model):
        """The rank of what makes a model; None of a model that neither we nor Odoo make."""
        return min((part.rank for part in self.parts.get(model, ()) if part.defines), default=None)

    def methods(self, model, name, seen=None):
        """Nodes of our own methods of this name, of the model and of what it inherits."""
        seen = set() if seen is None else seen
        if model in seen:
            return
        seen.add(model)
        for part in self.parts.get(model, ()):
            if name in part.methods:
                yield part.model, part.methods[name]
            for parent in part.parents:
                yield from self.methods(parent, name, seen)

    def by_name(self, name):
        """(rank, what it is) of a name on we know not what; None when Odoo, Python or nobody of ours has it."""
        found = self.own.get(name)
        if not found or name in self.core.names or name in PYTHON:
            return None
        rank, kind = found
        return (self.plain[name], "name") if self.plain.get(name, rank) < rank else (rank, kind)

    def by_xml_id(self, ident):
        """(rank, model) of an xml id of ours, also of those that Odoo makes of models and fields; or None."""
        if ident in self.xml_ids:
            return self.xml_ids[ident]
        kind, _, rest = ident.partition("_")
        if kind not in ("model", "field"):
            return None
        table, _, name = rest.partition("__") if kind == "field" else (rest, "", "")
        model = next((each for each in self.parts if each.replace(".", "_") == table), None)
        if model is None:
            return None
        if name:
            found = self.member(model, name)
            return found and (found[0], "ir.model.fields")
        rank = self.model_rank(model)
        return None if rank is None else (rank, "ir.model")

    def table(self, name):
        """The model of a database table, or None."""
        return next((model for model in self.parts if "." in model and model.replace(".", "_") == name), None)


def parse_xml(path):
    return etree.parse(str(path), etree.XMLParser(remove_comments=True, remove_pis=True)).getroot()
