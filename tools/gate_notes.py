"""What the gate notes of a name, once it knows on which records the name is used."""
import re

from .gate_types import ENV, PLAIN, Domain, Environment, Mapping, Plain, Records, Sequence, Several, Values, records

IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
QUERY = re.compile(r"\b(SELECT|FROM|JOIN|UPDATE|INSERT INTO|DELETE FROM|WHERE|ORDER BY|GROUP BY)\b")
COLUMN = re.compile(r"(?:([a-z_]\w*)\.)?([a-z_]\w*)")


class Notes:
    """Notes uses of names in one file; ``gate`` gathers them."""

    def __init__(self, gate, path, rank):
        self.gate, self.names, self.path, self.rank = gate, gate.names, path, rank

    def refer(self, line, name, kind, rank):
        self.gate.refer(self.path, line, self.rank, name, kind, rank)

    def by_name(self, line, name):
        """A name on we know not what."""
        found = self.names.by_name(name)
        if found:
            self.refer(line, name, found[1], found[0])

    def attribute(self, base, name, line):
        """A name on a value; gives what is known of it."""
        if isinstance(base, Environment):
            return {"company": records("res.company"), "companies": records("res.company"),
                    "user": records("res.users")}.get(name, PLAIN)
        if isinstance(base, (Plain, Mapping, Sequence, Several, Domain)):
            return PLAIN if isinstance(base, Plain) else None
        if name == "env":
            return ENV
        if not isinstance(base, Records):
            self.by_name(line, name)
            return None
        found = [(self.names.member(model, name), model) for model in sorted(base.models)]
        found = [(rank, kind, model) for member, model in found if member for rank, kind in [member]]
        if not found:
            self.by_name(line, name)
            return None
        rank, kind, model = min(found)
        self.refer(line, name, f"{kind} of {model}", rank)
        if name == "_origin":
            return base
        targets = {self.names.target(model, name) for _rank, kind, model in found if kind != "method"}
        models = targets - {None, ""}
        return records(*models) if models else PLAIN if "" in targets else None

    def has(self, base, name):
        """Whether records of these models have a name."""
        return isinstance(base, Records) and any(self.names.member(model, name) for model in base.models)

    def dotted(self, base, path, line):
        """A path of fields, as in ``depends`` and domains; gives where it leads."""
        for name in path.split("."):
            if IDENTIFIER.fullmatch(name):
                base = self.attribute(base, name, line)
        return base

    def path_text(self, base, text, line):
        """Names of fields as methods of models take them: "a.b", "date:month", "a desc, b"."""
        kinds = [self.dotted(base, part.split()[0].partition(":")[0], line)
                 for part in text.split(",") if part.strip() and DOTTED.match(part.strip())]
        if kinds and text.endswith(":recordset"):
            return base if text == "id:recordset" else kinds[0]
        return kinds[0] if len(kinds) == 1 and ":" not in text else PLAIN

    def method(self, model, name, line):
        """A method of a model that a string names."""
        if name:
            self.attribute(records(model), name, line)

    def text(self, text, line):
        """What any string may name: a model, our xml ids, a table, or a field that no other thing is called as."""
        rank = self.names.model_rank(text) if "." in text else None
        if rank is not None:
            self.refer(line, text, "model", rank)
        for ident in re.findall(rf"\b{self.names.module}\.(\w+)", text):
            found = self.names.by_xml_id(ident)
            if found:
                self.refer(line, ident, "xml id", found[0])
        if QUERY.search(text):
            self.query(text, line)
        elif DOTTED.fullmatch(text):
            for name in text.removeprefix("default_").split("."):
                if "_" in name and self.names.values.get(name, self.rank + 1) > self.rank:
                    self.by_name(line, name)

    def query(self, text, line):
        """Tables and columns of SQL, its aliases read as "we know not what"."""
        for number, part in enumerate(re.sub(r"'[^']*'", "''", text).split("\n")):
            for table, name in COLUMN.findall(part):
                model = self.names.table(name) if not table else None
                if model:
                    self.refer(line + number, name, "table", self.names.model_rank(model) or 0)
                    continue
                owner = table and self.names.table(table)
                if owner:
                    self.refer(line + number, table, "table", self.names.model_rank(owner) or 0)
                    self.attribute(records(owner), name, line + number)
                elif "_" in name:
                    self.by_name(line + number, name)

    def take_domain(self, base, kind):
        """A domain is for these records: its paths are theirs."""
        if isinstance(kind, Domain) and isinstance(base, Records):
            for reader, line, path in kind.paths:
                reader.dotted(base, path, line)

    def take_values(self, base, kind):
        """Values are for these records: their keys are theirs."""
        if isinstance(kind, Sequence):
            self.take_values(base, kind.of)
        elif isinstance(kind, Mapping) and isinstance(base, (Records, Values)):
            for reader, line, name in kind.keys:
                if reader is not self and self.names.own.get(name, (reader.rank + 1,))[0] <= reader.rank:
                    continue    # what a mixin below makes for its own fields, which a model above inherits
                reader.attribute(Records(base.models), name, line)
