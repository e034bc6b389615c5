"""Values that nobody types and anybody may send: what bin/bench abuse gives to fields, domains, contexts and arguments.

All of them come from the random generator of their call, so that the same call can be made again.
"""
import math

NESTED = [[], [[]], [None], [0], [1], [1, 2], ["x"], [[1]], {}, {"id": 1}, {"x": {"y": [1]}}, [{}], [[6, 0, [1]]]]
NUMBERS = [
    0, 1, -1, 2, 7, 31, 366, 3650, 100000, 2**31 - 1, 2**31, -2**31, 2**63, -2**63 - 1, 10**30, 1.5, -0.0, 0.1, 1e-9,
    1e15, 1e308, math.nan, math.inf, -math.inf]
DATES = [
    "0001-01-01", "9999-12-31", "1899-12-31", "2026-02-28", "2026-02-30", "2026-13-01", "2026-3-1", "10000-01-01",
    "0001-01-01 00:00:00", "9999-12-31 23:59:59", "2026-03-29 02:30:00", "2026-10-25 00:30:00", "2026-01-01T10:00:00Z",
    "2026-01-01 25:00:00", "today", "jutro", "-1d"]
TEXTS = [
    "", " ", "x", "0", "1", "-1", "1,5", "NaN", "True", "\x00", "a\x00b", "x" * 5000, "ł" * 5000, "1" * 3000,
    "\u202egnirts\u202c", "a\u200bb\ufeff", "\ud800", "🖨" * 40, "%s %(x)s %d", "{0} {x}", "'; DROP TABLE x; --", "\\",
    "<script>alert(1)</script>", "<p><img src=x onerror=alert(1)></p>", "a\nb\r\nc", "=1+1", "(", "*", "+48 61 1 w. 2"]
HUGE = "x" * 100000
PLAIN = [None, False, True]
OPERATORS = ["=", "!=", "in", "not in", "like", "ilike", "=like", "=ilike", "not ilike", "<", ">=", "child_of",
             "parent_of", "=?", "any", "not any", "=~", "", None]
CONTEXT = {
    "lang": ["pl_PL", "en_US", "xx_XX", 1, [], "\x00"],
    "tz": ["Europe/Warsaw", "Pacific/Kiritimati", "Mars/Base", "", 7, []],
    "active_test": [False, True, "x"],
    "active_id": NUMBERS + TEXTS[:8], "active_ids": NESTED,
    "active_model": ["crm.service.order", "no.model", 1, "\x00"],
    "default_state": ["done", "x", 1], "default_company_id": [0, 999999, "x"], "uid": [1, 2], "bin_size": [True],
    "prefetch_fields": [False], "tracking_disable": [True], "import_file": [True], "search_default_my": [1, "x"],
}


def anything(rng):
    """A value of any kind."""
    if rng.random() < 0.01:
        return HUGE
    return rng.choice(rng.choice([PLAIN, NUMBERS, DATES, TEXTS, NESTED]))


def scalar(rng):
    return rng.choice(rng.choice([PLAIN, NUMBERS, DATES, TEXTS]))


class Values:
    """Values for the fields of a database.

    :param pools: {model: ids that are there}, of every company
    :param samples: {model: [values of a record that is there]}
    :param keys: names of what our code reads from contexts
    """

    def __init__(self, env, pools, samples, keys):
        self.env, self.pools, self.samples = env, pools, samples
        self.keys = sorted(set(CONTEXT) | set(keys))

    def one_id(self, rng, model):
        pool = self.pools.get(model) or [1]
        if rng.random() < 0.75:
            return rng.choice(pool)
        return rng.choice([0, -1, max(pool) + 1000, 2**31, 2**63, 10**30, "x", str(pool[0]), None, False, True, 1.5,
                           math.nan, [], [pool[0]], {}, "\x00"])

    def ids(self, rng, model):
        """What a call says of its records."""
        chance = rng.random()
        pool = self.pools.get(model) or [1]
        if chance < 0.50:
            return [rng.choice(pool)]
        if chance < 0.68:
            return rng.sample(pool, min(len(pool), rng.randint(2, 6)))
        if chance < 0.75:
            return []
        if chance < 0.92:
            return [self.one_id(rng, model) for _each in range(rng.randint(1, 3))]
        if chance < 0.95:
            return [pool[0], pool[0]]
        return self.one_id(rng, model)

    def commands(self, rng, model, depth):
        """Rows of a one2many or many2many."""
        row = {0: lambda: [0, 0, self.vals(rng, model, depth + 1)],
               1: lambda: [1, self.one_id(rng, model), self.vals(rng, model, depth + 1)],
               2: lambda: [2, self.one_id(rng, model), 0], 3: lambda: [3, self.one_id(rng, model), 0],
               4: lambda: [4, self.one_id(rng, model), 0], 5: lambda: [5, 0, 0],
               6: lambda: [6, 0, self.ids(rng, model)]}
        if rng.random() < 0.12:
            return rng.choice([[[0]], [[7, 1, 2]], "x", [[6, 0, "x"]], [[1]], [[]], [["0", 0, {}]], [[0, 0, "x"]],
                               [[0, 0, None]], [1, 2], [[6, 0, [None]]], {"x": 1}, 5, [[4]], [[2, "x"]]])
        return [row[rng.choice([0, 0, 0, 1, 1, 2, 3, 4, 4, 5, 6])]() for _each in range(rng.choice([1, 1, 2]))]

    def plausible(self, rng, field, depth):
        """A value that the field may well have."""
        kind = field.type
        if kind == "many2one":
            return self.one_id(rng, field.comodel_name)
        if kind in ("one2many", "many2many"):
            return self.commands(rng, field.comodel_name, depth) if depth < 2 else []
        if kind == "selection":
            keys = field.get_values(self.env) if isinstance(field.selection, list) else []
            return rng.choice([*keys, "x"] if keys else ["x", False])
        if kind in ("integer", "many2one_reference"):
            return rng.choice([0, 1, 2, 5, 12, 30, 400])
        if kind in ("float", "monetary"):
            return rng.choice([0, 1, 2.5, -1, 0.333333333, 1000000])
        if kind == "boolean":
            return rng.choice([True, False])
        if kind == "date":
            return rng.choice(["2026-03-10", "2024-02-29", "2031-12-31", *DATES[:3]])
        if kind == "datetime":
            return rng.choice(["2026-03-10 10:00:00", "2024-02-29 23:30:00", *DATES[8:12]])
        if kind == "reference":
            return rng.choice(["res.partner,1", "x", "no.model,1", "res.partner,x", "res.partner,0"])
        return rng.choice(["Abc 1", "12345", "KASA/00001", "name@example.com", *TEXTS])

    def of(self, rng, field, depth=0):
        """A value for a field: one it may have, one of its kind that is too much, or any."""
        chance = rng.random()
        if chance < 0.5:
            return self.plausible(rng, field, depth)
        if chance < 0.9:
            if field.type in ("integer", "float", "monetary", "many2one_reference"):
                return rng.choice(NUMBERS)
            if field.type in ("date", "datetime"):
                return rng.choice(DATES)
            if field.type in ("char", "text", "html", "selection", "reference", "binary"):
                return rng.choice(TEXTS)
        return anything(rng)

    def names(self, model):
        return sorted(name for name in self.env[model]._fields if name not in ("id", "display_name"))

    def vals(self, rng, model, depth=0):
        """Values for one record: what it needs, with some of it changed."""
        if model not in self.env:
            return {}
        fields, samples = self.env[model]._fields, self.samples.get(model)
        vals = dict(rng.choice(samples)) if samples and rng.random() < 0.85 else {}
        for name in list(vals):
            if not fields[name].required and rng.random() < 0.6:
                del vals[name]
        names = self.names(model)
        for _each in range(rng.choice([1, 1, 1, 2, 3])):
            name = rng.choice(names)
            vals[name] = self.of(rng, fields[name], depth)
        if rng.random() < 0.02:
            vals[rng.choice(["x", "id", "write_uid", "no.field", ""])] = anything(rng)
        return vals

    def some_vals(self, rng, model):
        """Values for write: few of them."""
        names, fields = self.names(model), self.env[model]._fields
        chosen = rng.sample(names, min(len(names), rng.choice([1, 1, 2, 3])))
        return {name: self.of(rng, fields[name]) for name in chosen}

    def domain(self, rng, model, depth=0):
        if rng.random() < 0.08:
            return rng.choice([None, "x", 5, ["|"], [["name"]], ["&", "&"], [[1, "=", 1]], [["x", "=", 1]], {}, "[(1,"])
        fields, domain = self.env[model]._fields, []
        for _each in range(rng.choice([0, 1, 1, 2])):
            name = rng.choice(self.names(model))
            field, operator = fields[name], rng.choice(OPERATORS)
            if operator in ("any", "not any") and depth < 1 and field.comodel_name in self.env:
                value = self.domain(rng, field.comodel_name, 1)
            elif operator in ("in", "not in") and rng.random() < 0.8:
                value = [self.of(rng, field, 2) for _one in range(2)]
            else:
                value = self.of(rng, field, 2)
            domain.append([name, operator, value])
        return domain

    def context(self, rng, model):
        """A context; most calls have none that matters."""
        context = {}
        if rng.random() < 0.45:
            return {"lang": "pl_PL", "tz": "Europe/Warsaw"}
        for _each in range(rng.choice([1, 1, 2, 3])):
            key = rng.choice(self.keys)
            if rng.random() < 0.3:
                name = rng.choice(self.names(model))
                context[f"default_{name}"] = self.of(rng, self.env[model]._fields[name], 1)
            elif rng.random() < 0.1:
                context["allowed_company_ids"] = rng.choice([self.pools["res.company"], [999999], "x", [], ["x"]])
            else:
                context[key] = rng.choice(CONTEXT[key]) if key in CONTEXT else anything(rng)
        return context
