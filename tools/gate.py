"""The gate: no wing names what a higher wing alone defines. Run by bin/lint.

The wings of the addon stand one above the other, in the order in which ``models/__init__.py`` imports them. A file of a
wing may name a model, field, method or xml id that Odoo, a lower wing or its own wing defines, and no other. So every
arrow between two wings points down, and no ring spans two of them.

Read are models/, views/, wizard/, report/ and controllers/. What stands above all wings names what it likes: the files
at the top of the addon, of security/, data/ and demo/, the menus, and the tests.

A name is looked up on its model where the code tells the model (``self``, ``env["…"]``, a chain of fields, a loop, a
lambda, an argument that our own code gives); elsewhere it is a fault only if nothing in Odoo or in a lower wing is
called so. What is not spelled (``getattr`` of a variable) is not judged.

``python -m tools.gate --arrows`` counts the names that each wing uses of each other.
"""
import ast
import collections
import contextlib
import functools
import sys

from . import common, source
from .common import ROOT
from .gate_names import CORE, Core, Names, parse_xml
from .gate_python import Python
from .gate_types import ENV, PLAIN, Function, Scope, join, parameters, records
from .gate_views import Xml

JUDGED = ("models", "views", "wizard", "report", "controllers")
OF_WINGS = (*JUDGED, "tests")
ABOVE = {"__init__.py", "menus.xml"}    # of the folders above, what is in no wing
MOST_LINES = 320                        # "about 300"
PASSES = 6                              # what functions get and give is told from one to the next; 4 suffice today

Use = collections.namedtuple("Use", "path line wing name kind owner")


def read_law(addon):
    """The wings, lowest first: the packages that models/__init__.py imports, in its order."""
    tree = ast.parse((addon / "models" / "__init__.py").read_bytes())
    imported = [alias.name for node in tree.body if isinstance(node, ast.ImportFrom) and node.level == 1
                for alias in node.names]
    return [name for name in imported if (addon / "models" / name).is_dir()]


class Gate:
    """Reads an addon and finds where it breaks the law.

    :param addon: its folder, a Path
    :param core: what Odoo has
    """

    def __init__(self, addon, core):
        self.addon = addon
        self.wings = read_law(addon)
        self.names = Names(core, addon.name)
        self.uses = {}          # (path, line, name, owner): Use
        self.loud = True
        self._told, self._given, self._globals, self._templates = {}, {}, {}, {}
        self.trees, self.ranks = {}, {}
        for path in self.files("*.py"):
            self.trees[path] = ast.parse(path.read_bytes())
        for path in self.files("*.xml"):
            self.trees[path] = parse_xml(path)
        self.names_of_files()
        self.read()

    # FILES

    def files(self, pattern):
        for path in sorted(self.addon.rglob(pattern)):
            if not {"static", "__pycache__", "tests", "i18n"}.intersection(path.relative_to(self.addon).parts):
                yield path

    def wing(self, path):
        """The rank of the wing that a file is in, or None of one above all wings."""
        parts = path.relative_to(self.addon).parts
        inside = len(parts) > 2 and parts[0] in JUDGED and parts[1] in self.wings
        return self.wings.index(parts[1]) if inside else None

    def names_of_files(self):
        top = len(self.wings)
        for path, tree in self.trees.items():
            rank = self.wing(path)
            if path.suffix == ".py":
                self.names.add_python(tree, top if rank is None else rank)
                self.ranks.update((node, top if rank is None else rank) for node in ast.walk(tree))
            else:
                self.names.add_xml(tree, CORE if rank is None else rank)

    def read(self):
        readers = {}
        for path in self.trees:
            rank = self.wing(path)
            kind = Python if path.suffix == ".py" else Xml
            readers[path] = kind(self, path, len(self.wings) if rank is None else rank)
        for _number in range(PASSES):
            known = self.known()
            self.uses = {}
            for path, reader in readers.items():
                reader.file(self.trees[path])
            if known == self.known():
                break

    def known(self):
        """A copy of what the readers have told so far."""
        return ({node: dict(kinds) for node, kinds in self._told.items()}, dict(self._given),
                {ident: dict(kinds) for ident, kinds in self._templates.items()})

    # WHAT READERS TELL

    def refer(self, path, line, rank, name, kind, owner):
        if self.loud and owner != CORE and self.wing(path) is not None:
            key = (path, line, name, owner)
            known = self.uses.get(key)
            if known is None or len(kind) > len(known.kind):
                self.uses[key] = Use(path, line, rank, name, kind, owner)

    @contextlib.contextmanager
    def quiet(self):
        """Read without noting."""
        loud, self.loud = self.loud, False
        try:
            yield
        finally:
            self.loud = loud

    def matched(self, node, kinds, named, skipped):
        """(parameter, what is known of its argument) of a call."""
        names = parameters(node.args)[skipped:]
        yield from zip(names, kinds, strict=False)    # more may come by name or by a star
        allowed = {*names, *(argument.arg for argument in node.args.kwonlyargs)}
        yield from ((name, kind) for name, kind in named.items() if name in allowed)

    def tell(self, reader, node, kinds, named, skipped=0):
        """A reader saw what a function is given.

        What a higher wing gives tells nothing: the function cannot know it.
        """
        if reader.rank > self.ranks[node]:
            return
        known = self._told.setdefault(node, {})
        for name, kind in self.matched(node, kinds, named, skipped):
            known[name] = join(known.get(name), kind)

    def told(self, node):
        """What callers give to a function's parameters, as far as known by now."""
        return self._told.get(node, {})

    def gives(self, node, kind):
        self._given[node] = join(self._given.get(node), kind)

    def given(self, node):
        """What a function returns, as far as known by now."""
        return self._given.get(node)

    def globals(self, path, tree):
        """{name: what is known of it} of a module: its functions and those it imports of ours."""
        if path not in self._globals:
            found = self._globals[path] = {}
            for node in ast.walk(tree):
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    for alias in node.names:
                        found[alias.asname or alias.name.partition(".")[0]] = self.import_of(path, node, alias)
            for node in tree.body:
                if isinstance(node, ast.FunctionDef):
                    found[node.name] = Function(node)
        return self._globals[path]

    def import_of(self, path, node, alias):
        """What is known of an imported name."""
        if alias.name == "request":
            return None
        if not isinstance(node, ast.ImportFrom):
            return PLAIN
        target = self.imported_path(path, node)
        if target is None:
            return PLAIN
        tree = self.trees.get(target) or self.trees.get(target / "__init__.py")
        functions = [each for each in tree.body if isinstance(each, ast.FunctionDef)] if tree is not None else ()
        return next((Function(each) for each in functions if each.name == alias.name), PLAIN)

    def imported_path(self, path, node):
        """The file or folder of ours that ``from … import`` names, or None."""
        module = (node.module or "").split(".") if node.module else []
        if node.level:
            folder = path.parent
            for _step in range(node.level - 1):
                folder = folder.parent
        elif module[:3] == ["odoo", "addons", self.addon.name]:
            folder, module = self.addon, module[3:]
        else:
            return None
        target = folder.joinpath(*module)
        return target.with_suffix(".py") if target.with_suffix(".py").is_file() else target

    def imported(self, reader, node):
        """Note an import from a wing."""
        target = self.imported_path(reader.path, node)
        if target is None or self.addon not in (target, *target.parents):
            return
        for alias in node.names:
            inner = target / alias.name if target.is_dir() else target
            if inner.with_suffix(".py").is_file():
                inner = inner.with_suffix(".py")
            rank = self.wing(inner / "x" if inner.is_dir() else inner)
            if rank is not None:
                reader.refer(node.lineno, alias.name, "import", rank)

    # QWEB

    def template_scope(self, *idents):
        """What is known of the names in a template, of what it is called by and what it extends."""
        scope = Scope(names={"env": ENV, "user": records("res.users"), "res_company": records("res.company"),
                             "company": records("res.company")})
        for ident in idents:
            ident = ident.removeprefix(f"{self.addon.name}.")
            for model in self.report_models.get(ident, ()):
                for name in ("docs", "o", "doc"):
                    scope.add(name, records(model))
            for name, kind in self._templates.get(ident, {}).items():
                scope.add(name, kind)
        return scope

    def tell_template(self, ident, scope):
        known = self._templates.setdefault(ident.removeprefix(f"{self.addon.name}."), {})
        while scope:
            for name, kind in scope.names.items():
                known[name] = join(known.get(name), kind)
            scope = scope.outer

    @functools.cached_property
    def report_models(self):
        """{template: the models whose report it prints}"""
        found = {}
        for path, tree in self.trees.items():
            if path.suffix == ".xml":
                for node in tree.iter("record"):
                    fields = {field.get("name"): (field.text or "").strip() for field in node.iterchildren("field")}
                    if node.get("model") == "ir.actions.report" and fields.get("model"):
                        ident = fields.get("report_name", "").removeprefix(f"{self.addon.name}.")
                        found.setdefault(ident, set()).add(fields["model"])
        return found

    # VERDICTS

    def violations(self):
        """Uses of what a higher wing alone defines."""
        return sorted(use for use in self.uses.values() if use.owner > use.wing)

    def problems(self):
        """(path, line, sentence) of all that breaks the law."""
        yield from self.misplaced()
        for use in self.violations():
            owner = self.wings[use.owner] if use.owner < len(self.wings) else "the top of the addon"
            yield use.path, use.line, (
                f"{self.wings[use.wing]} names “{use.name}” ({use.kind}), which only {owner} defines")

    def misplaced(self):
        """Files in no wing, wings that the law does not know, and files that are too long."""
        if not self.wings:
            yield self.addon / "models" / "__init__.py", 1, "imports no wing"
        for folder in OF_WINGS:
            for path in sorted((self.addon / folder).rglob("*")):
                parts = path.relative_to(self.addon / folder).parts
                if path.suffix not in (".py", ".xml") or "__pycache__" in parts:
                    continue
                if len(parts) == 1:
                    if folder in JUDGED and path.name not in ABOVE:
                        yield path, 1, f"is in no wing: it belongs to {folder}/<wing>/"
                elif parts[0] not in self.wings:
                    yield path, 1, f"{parts[0]} is no wing: models/__init__.py imports {', '.join(self.wings)}"
                elif folder in JUDGED and path.suffix == ".py":
                    lines = path.read_bytes().count(b"\n")
                    if lines > MOST_LINES:
                        yield path, lines, f"has {lines} lines: a file of a wing has about 300, {MOST_LINES} at most"

    def arrows(self):
        """{(wing, wing): how many names of the second the first uses}"""
        return collections.Counter(
            (self.wings[use.wing], self.wings[use.owner]) for use in self.uses.values()
            if use.owner < len(self.wings) and use.owner != use.wing)


def open_gate(addon):
    """The Gate of an addon's folder, over the Odoo that the tools use."""
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text(encoding="utf-8"))
    return Gate(addon, Core.of(source.get().path, manifest["depends"], common.VAR / "gate"))


def main(arguments):
    addon = ROOT / common.ADDON
    try:
        gate = open_gate(addon)
    except common.Fail as error:
        common.say(str(error))
        return 1
    if "--arrows" in arguments:
        for (wing, other), count in sorted(gate.arrows().items()):
            common.say(f"{wing} -> {other}: {count}")
        return 0
    problems = list(gate.problems())
    for path, line, sentence in problems:
        common.say(f"{path.relative_to(ROOT)}:{line}: {sentence}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
