"""Checks of files that no linter makes: XML, manifest, packages, translations, and text. Run by bin/lint."""
import ast
import re
import subprocess
import sys
from pathlib import Path

import polib
from lxml import etree

ROOT = Path(__file__).resolve().parent.parent
ADDON = ROOT / "crm_enova_like"
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-+ #0]*\d*(?:\.\d+)?[sdrfi%]|\$\{[^}]*\}|\{\w*\}")
PRIVATE_HOST = re.compile(r"https?://[^\s\"'<>]*(?:mirror|nexus|artifact|pkg\.dev|/simple/|registry)", re.I)
TEXT = {".py", ".xml", ".js", ".scss", ".css", ".csv", ".md", ".toml", ".txt", ".in", ".sh", ".po", ".pot", ".rst"}


def tracked():
    """Files of the checkout that git does not ignore."""
    done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]
    skipped = {".venv", "var", ".git"}
    return [path for path in ROOT.rglob("*") if path.is_file() and path.relative_to(ROOT).parts[0] not in skipped]


def check_xml(files):
    for path in files:
        if path.suffix not in (".xml", ".svg"):
            continue
        try:
            tree = etree.parse(str(path))
        except etree.XMLSyntaxError as error:
            yield path, error
            continue
        if ADDON not in path.parents or path.suffix != ".xml":
            continue
        seen = set()
        for record in tree.iter("record", "template", "menuitem"):
            ident = record.get("id")
            nested = any(parent.tag in ("field", "record") for parent in record.iterancestors())
            if ident and not nested:
                if ident in seen:
                    yield path, f"the id {ident} is defined twice"
                seen.add(ident)


def check_manifest(files):
    path = ADDON / "__manifest__.py"
    if not path.is_file():
        return
    manifest = ast.literal_eval(path.read_text())
    listed = [*manifest.get("data", ()), *manifest.get("demo", ())]
    for name in listed:
        if not (ADDON / name).is_file():
            yield path, f"{name} does not exist"
        if listed.count(name) > 1:
            yield path, f"{name} is listed twice"
    for file in files:
        if ADDON in file.parents and file.suffix in (".xml", ".csv"):
            name = file.relative_to(ADDON).as_posix()
            if name not in listed and file.relative_to(ADDON).parts[0] not in ("static", "i18n", "tests"):
                yield file, "is in no list of the manifest"


def imports(module):
    """Paths, without a suffix, of what a module of ours imports of ours."""
    for node in ast.walk(ast.parse(module.read_bytes())):
        if not isinstance(node, ast.ImportFrom):
            continue
        names = (node.module or "").split(".") if node.module else []
        if node.level:
            folder = module.parents[node.level - 1]
        elif names[:3] == ["odoo", "addons", ADDON.name]:
            folder, names = ADDON, names[3:]
        else:
            continue
        target = folder.joinpath(*names)
        yield from (target, *(target / alias.name for alias in node.names))


def check_packages(files):
    """A module that nobody imports is no part of the addon, and nobody would be told."""
    modules = {path for path in files if ADDON in path.parents and path.suffix == ".py"
               and path.relative_to(ADDON).parts[0] not in ("__manifest__.py", "tests", "static", "migrations")}
    reached, waiting = set(), [ADDON / "__init__.py"]
    while waiting:
        path = waiting.pop()
        if path not in modules or path in reached:
            continue
        reached.add(path)
        try:
            targets = list(imports(path))
        except (SyntaxError, ValueError) as error:
            yield path, f"is no Python: {error}"
            return    # what it imports is not known
        waiting += [folder / "__init__.py" for folder in path.parents if ADDON in folder.parents]
        for target in targets:
            waiting += [target.with_suffix(".py"), target / "__init__.py"]
    for path in sorted(modules - reached):
        yield path, "is imported by nothing: Odoo never loads it"


def placeholders(text):
    return sorted(found for found in PLACEHOLDER.findall(text) if found != "%%")


def check_entry(entry):
    where = entry.msgid[:60]
    if entry.obsolete:
        return
    if "fuzzy" in entry.flags:
        yield f"fuzzy: {where!r}"
    elif not entry.translated():
        yield f"not translated: {where!r}"
    elif "python-format" in entry.flags or "%(" in entry.msgid or "%s" in entry.msgid:
        for translation in [entry.msgstr] if entry.msgstr else entry.msgstr_plural.values():
            if placeholders(entry.msgid) != placeholders(translation):
                yield f"other placeholders in the translation: {where!r}"
    elif bool(entry.msgid[:1].isspace()) != bool(entry.msgstr[:1].isspace()):
        yield f"other space at the beginning: {where!r}"


def check_translations(_files):
    folder = ADDON / "i18n"
    pot, po = folder / f"{ADDON.name}.pot", folder / "pl.po"
    for path in (pot, po):
        if not path.is_file():
            yield path, "is missing"
            return
    template = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(pot))}
    for path in sorted(folder.glob("*.po")):
        try:
            catalogue = polib.pofile(str(path), check_for_duplicates=True)
        except (OSError, ValueError) as error:
            yield path, error
            continue
        for entry in catalogue:
            for problem in check_entry(entry):
                yield path, problem
        have = {(entry.msgctxt, entry.msgid) for entry in catalogue if not entry.obsolete}
        for _context, ident in sorted(template - have, key=str):
            yield path, f"has no {ident[:60]!r}, which is in the template"
        for _context, ident in sorted(have - template, key=str):
            yield path, f"has {ident[:60]!r}, which is not in the template"


def check_text(files):
    for path in files:
        if path.suffix not in TEXT and path.parent.name not in ("bin", ".ci"):
            continue
        try:
            text = path.read_bytes().decode("utf-8")    # read_text would hide what line ends there are
        except UnicodeDecodeError:
            yield path, "is not UTF-8"
            continue
        if "\r" in text:
            yield path, "has Windows line ends"
        if PRIVATE_HOST.search(text):
            yield path, f"names a package registry or mirror: {PRIVATE_HOST.search(text).group()}"
        if path.suffix in (".po", ".pot", ".md") or path.name == "LICENSE":
            continue
        if text and not text.endswith("\n"):
            yield path, "does not end with a line end"
        for number, line in enumerate(text.splitlines(), 1):
            if "\t" in line:
                yield f"{path}:{number}", "has a tab"
            if re.match(r"(<<<<<<<|>>>>>>>) ", line):
                yield f"{path}:{number}", "is an unresolved merge"


def main():
    files = tracked()
    problems = 0
    for check in (check_xml, check_manifest, check_packages, check_translations, check_text):
        for where, problem in check(files):
            print(f"{str(where).removeprefix(f'{ROOT}/')}: {problem}")
            problems += 1
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
