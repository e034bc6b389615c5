"""The addon's papers: README.rst made from readme/, and what they say held to what is there.

`python -m tools.readme` writes crm_enova_like/README.rst, which Odoo and OCA's tools read; `--check`, which bin/lint
runs, names what is not so: an old README.rst, a link to nothing, an example in DEVELOP.md that is not verbatim part
of the file that it names, a method or model that is called otherwise.
"""
import ast
import builtins
import io
import re
import sys
from collections import defaultdict
from pathlib import Path

import docutils.core

from . import config
from .common import ADDON, ROOT

FOLDER = ROOT / ADDON
EXAMPLE = ROOT / "tests" / "addons" / "crm_enova_like_example"
# OCA's fragments, in OCA's order; the first has no heading of its own
FRAGMENTS = {
    "DESCRIPTION": None, "CONTEXT": "Why it exists", "CONFIGURE": "Configuration", "USAGE": "Usage",
    "DEVELOP": "Development", "HISTORY": "Changelog",
}
UNDERLINES = {1: "=", 2: "-", 3: "~"}

FENCE = re.compile(r"```(\w*)$")
CODE_SPAN = re.compile(r"`([^`]+)`")
LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)\)")
# a block of code, and the paragraph before it, which ends with the name of its file
EXAMPLES = re.compile(r"(?P<before>[^\n]*)\n\n```\w*\n(?P<code>.*?)```", re.S)
NAMED_FILE = re.compile(r"`([\w./]+)`:$")
CALL = re.compile(r"(?:[\w.]+\.)?(\w+)\(([^()]*)\)")
MODEL = re.compile(r"crm(?:\.\w+)+")


# MARKDOWN TO RST: as much of it as the fragments use

def inline(text):
    """One line's code, links and emphasis."""
    spans = []

    def keep(rst):
        spans.append(rst)
        return f"\0{len(spans) - 1}\0"

    text = CODE_SPAN.sub(lambda match: keep(f"``{match[1]}``"), text)
    text = LINK.sub(lambda match: keep(f"`{match[1]} <{match[2]}>`__"), text)
    text = re.sub(r"([\\|])", r"\\\1", text)
    text = re.sub(r"(?<=\w)_(?!\w)", r"\\_", text)
    return re.sub("\0(\\d+)\0", lambda match: spans[int(match[1])], text)


def table(rows):
    """A table of Markdown as a list-table."""
    cells = [[inline(cell.strip()) for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))] for row in rows]
    yield ".. list-table::"
    yield "   :header-rows: 1"
    yield ""
    for row in [cells[0], *cells[2:]]:
        for index, cell in enumerate(row):
            yield f"   {'* -' if not index else '  -'} {cell}".rstrip()


def to_rst(text, depth=2):
    """A fragment as RST.

    :param depth: the level of the fragment's ``##``
    """
    lines, out = iter([*text.splitlines(), ""]), []
    rows = []
    for line in lines:
        if rows and not line.startswith("|"):
            out += table(rows)
            rows = []
        if fence := FENCE.match(line):
            out += [f".. code-block:: {fence[1] or 'text'}", ""]
            for code in lines:
                if code == "```":
                    break
                out.append(f"   {code}".rstrip())
        elif line.startswith("|"):
            rows.append(line)
        elif line.startswith("#"):
            marks, title = line.split(" ", 1)
            title = inline(title)
            out += [title, UNDERLINES[len(marks) - 2 + depth] * len(title)]
        elif line.startswith("    "):
            raise ValueError(f"a block of code stands between ```: {line.strip()}")
        else:
            out.append(inline(line))
    return "\n".join(out).strip() + "\n"


def build():
    """The text of README.rst."""
    name = config.manifest()["name"]
    parts = [
        ".. Made from readme/ by `python -m tools.readme`: change the fragments, not this file.\n",
        f"{'=' * len(name)}\n{name}\n{'=' * len(name)}\n"]
    for fragment, heading in FRAGMENTS.items():
        text = to_rst((FOLDER / "readme" / f"{fragment}.md").read_text())
        parts.append(f"{heading}\n{UNDERLINES[1] * len(heading)}\n\n{text}" if heading else text)
    return "\n".join(parts)


# CHECKS

def check_readme():
    path, wanted = FOLDER / "README.rst", build()
    if not path.is_file() or path.read_text() != wanted:
        yield path, "is not what readme/ says: run .venv/bin/python -m tools.readme"
    said = io.StringIO()
    docutils.core.publish_doctree(wanted, settings_overrides={
        "report_level": 2, "halt_level": 5, "warning_stream": said, "syntax_highlight": "none"})
    for line in filter(None, said.getvalue().splitlines()):
        yield path, line


def papers():
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((FOLDER / "readme").glob("*.md"))]


def check_links():
    for path in papers():
        for match in re.finditer(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", path.read_text()):
            target = (match[1] or match[2]).partition("#")[0]
            if target and "://" not in target and not (path.parent / target).exists():
                yield path, f"links to {target}, which does not exist"


def check_examples(path=None):
    """Each block of code is verbatim part of the example's file that the line before it names."""
    path = path or FOLDER / "readme" / "DEVELOP.md"
    text = path.read_text()
    blocks = list(EXAMPLES.finditer(text))
    if len(blocks) != text.count("\n```") / 2:
        yield path, "a block of code has no line of its own before it"
    for block in blocks:
        named = NAMED_FILE.search(block["before"])
        file = named and EXAMPLE / named[1]
        if not file:
            yield path, f"a block of code names no file before it: {block['code'].strip().splitlines()[0]}"
        elif not file.is_file():
            yield path, f"{named[1]} is no file of {EXAMPLE.name}"
        elif block["code"] not in file.read_text():
            yield path, f"{named[1]} does not hold this, letter for letter: {block['code'].strip().splitlines()[0]}"


def definitions():
    """The methods of the addon and its example: {name: [(models, names of its parameters)]}; and its models."""
    methods, models = defaultdict(list), set()
    for path in [*FOLDER.rglob("*.py"), *EXAMPLE.rglob("*.py")]:
        tree = ast.parse(path.read_bytes())
        for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]:
            of = set()
            for node in scope.body:
                if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("_name", "_inherit"):
                    of |= {each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant)}
                elif isinstance(node, ast.FunctionDef):
                    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
                    names += [f"*{node.args.vararg.arg}"] if node.args.vararg else []
                    names += [f"**{node.args.kwarg.arg}"] if node.args.kwarg else []
                    methods[node.name].append((of, [name for name in names if name not in ("self", "cls")]))
            models |= of
    return methods, models


def check_names(path=None):
    """Each method that is written with its parameters, and each model, is called so in the addon; in a row of a table,
    on the model that the row begins with."""
    path = path or FOLDER / "readme" / "DEVELOP.md"
    methods, models = definitions()
    for line in re.sub(r"```.*?```", "", path.read_text(), flags=re.S).splitlines():
        spans = CODE_SPAN.findall(line)
        row = spans[0] if line.startswith("| `") else None
        for span in spans:
            if MODEL.fullmatch(span) and span not in models:
                yield path, f"there is no model {span}"
            call = CALL.fullmatch(span)
            if not call or hasattr(builtins, call[1]):
                continue
            known = [names for of, names in methods[call[1]] if not row or row in of]
            given = [word.strip() for word in call[2].split(",") if word.strip()]
            if not known:
                yield path, f"{call[1]} is no method of {row or 'the addon'}"
            elif not any(names[:len(given)] == given for names in known):
                yield path, f"{span}: {call[1]} takes ({', '.join(known[0])})"


def main(arguments):
    if arguments != ["--check"]:
        (FOLDER / "README.rst").write_text(build())
        return 0
    problems = [
        f"{Path(where).relative_to(ROOT)}: {problem}"
        for check in (check_readme, check_links, check_examples, check_names) for where, problem in check()]
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
