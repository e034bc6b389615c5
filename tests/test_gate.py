"""The gate (tools/gate.py): each kind of call that goes up is caught, and its legal neighbour is not."""
import ast
import shutil
import textwrap
from pathlib import Path

import pytest

from tools import common, gate, gate_names, lint, source

ROOT = Path(__file__).resolve().parent.parent

ODOO = {
    "odoo/release.py": "version_info = (19, 0, 0, 'final', 0, '')\n",
    "odoo/orm/models.py": """
        class BaseModel:
            _order = "id"

            def search(self, domain): pass
            def create(self, vals_list): pass
            def write(self, vals): pass
            def mapped(self, func): pass
            def filtered(self, func): pass
            def sorted(self, key=None): pass
            def grouped(self, key): pass
            def browse(self, ids): pass
            def sudo(self): pass
            def with_context(self): pass
            def flush_model(self, names): pass
            def _origin(self): pass
            def _read_group(self, domain, groupby, aggregates): pass
        """,
    "odoo/addons/base/__manifest__.py": "{}\n",
    "odoo/addons/base/models/res.py": """
        from odoo import fields, models

        class Partner(models.Model):
            _name = "res.partner"

            name = fields.Char()
            line_ids = fields.One2many("res.partner", "parent_id")
            parent_id = fields.Many2one("res.partner")

        class Users(models.Model):
            _name = "res.users"
            _inherits = {"res.partner": "partner_id"}

            partner_id = fields.Many2one("res.partner")

        class Company(models.Model):
            _name = "res.company"

            partner_id = fields.Many2one("res.partner")
        """,
    "odoo/addons/web/__manifest__.py": "{'depends': ['base']}\n",
}
# a name that only mid gives a thing, where Odoo has one that is called so (line_ids), and one that nobody else has
HOUSE = {
    "__init__.py": "from . import models\n",
    "__manifest__.py": "{'depends': ['base']}\n",
    "models/__init__.py": "from . import low\nfrom . import mid\nfrom . import high\n",
    "models/low/__init__.py": "from . import thing\n",
    "models/low/thing.py": """
        from odoo import fields, models

        def of_things(things):
            return things

        class Mixin(models.AbstractModel):
            _name = "crm.mixin"

            def action_mixed(self):
                return self._answer()

            def _answer(self):
                return self

        class Thing(models.Model):
            _name = "crm.thing"
            _inherit = ["crm.mixin"]

            name = fields.Char()
            mate_id = fields.Many2one("crm.thing")
            mate_ids = fields.One2many("crm.thing", "mate_id")
            partner_id = fields.Many2one("res.partner")

            def _get_mates(self):
                return self.mate_ids

            def _hook(self):
                return []
        """,
    "models/mid/__init__.py": "from . import thing, line\n",
    "models/mid/thing.py": """
        from odoo import fields, models

        KINDS = [("one", "One")]

        class Thing(models.Model):
            _inherit = "crm.thing"

            line_ids = fields.One2many("crm.line", "thing_id")
            needs_mid = fields.Boolean()

            def action_mid(self):
                return self.env.ref("house.action_lines")

            def _hook(self):
                return super()._hook() + self.line_ids._get_sums()
        """,
    "models/mid/line.py": """
        from odoo import fields, models

        class Line(models.Model):
            _name = "crm.line"

            thing_id = fields.Many2one("crm.thing")
            amount = fields.Float()

            def _get_sums(self):
                return self.mapped("amount")
        """,
    "models/high/__init__.py": "",
    "security/groups.xml": '<odoo><record id="group_user" model="res.groups"/></odoo>\n',
    "views/menus.xml": '<odoo><menuitem id="menu_lines" action="action_lines"/></odoo>\n',
    "views/low/thing_views.xml": """
        <odoo>
            <record id="view_thing_form" model="ir.ui.view">
                <field name="model">crm.thing</field>
                <field name="arch" type="xml"><form><field name="mate_ids"/></form></field>
            </record>
        </odoo>
        """,
    "views/mid/line_views.xml": """
        <odoo>
            <record id="action_lines" model="ir.actions.act_window">
                <field name="res_model">crm.line</field>
                <field name="domain">[('thing_id.needs_mid', '=', True)]</field>
            </record>
            <template id="report_lines"><t t-foreach="docs" t-as="thing"><t t-out="thing.line_ids"/></t></template>
        </odoo>
        """,
}

IN_A_METHOD = [
    ("self.action_mid()", "action_mid"),
    ("self.line_ids", "line_ids"),
    ("self.line_ids = False", "line_ids"),
    ("self.mate_id.mate_id.line_ids", "line_ids"),
    ("self.sudo().mate_ids[:1].line_ids", "line_ids"),
    ('self.env["crm.thing"].search([]).line_ids', "line_ids"),
    ("for thing in self: thing.line_ids", "line_ids"),
    ("[thing.line_ids for thing in self.mate_ids]", "line_ids"),
    ("for one, two in zip(self, self.mate_ids): two.line_ids", "line_ids"),
    ("one = self or self.mate_id; one.line_ids", "line_ids"),
    ("found = {}; found[1] = self; found.get(1).line_ids", "line_ids"),
    ("found = {}; found.setdefault(1, []).append(self)\nfor each in found.values(): each[0].line_ids", "line_ids"),
    ('for mate, things in self.grouped("mate_id").items(): mate.line_ids', "line_ids"),
    ("self.filtered(lambda thing: thing.line_ids)", "line_ids"),
    ("self.mapped(lambda thing: thing.mate_id).line_ids", "line_ids"),
    ('self.mapped("mate_id").line_ids', "line_ids"),
    ('self.mapped("mate_id.line_ids")', "line_ids"),
    ('self.filtered("line_ids")', "line_ids"),
    ('self.sorted("name, line_ids desc")', "line_ids"),
    ('self.grouped("line_ids")', "line_ids"),
    ('self.search([("mate_id.line_ids", "!=", False)])', "line_ids"),
    ('self.search([("mate_id", "any", [("line_ids", "!=", False)])])', "line_ids"),
    ('domain = Domain("line_ids", "=", 1) & Domain("name", "=", "x"); self.search(domain)', "line_ids"),
    ('Domain("needs_mid", "=", True)', "needs_mid"),
    ('return [("needs_mid", "=", True)]', "needs_mid"),
    ('self._read_group([], ["line_ids:month"], ["__count"])', "line_ids"),
    ('self._read_group([], [], ["needs_mid:count"])', "needs_mid"),
    ('for [mate] in self._read_group([], ["mate_id"], []): mate.line_ids', "line_ids"),
    ('self.flush_model(["line_ids"])', "line_ids"),
    ('self.write({"line_ids": []})', "line_ids"),
    ('self.create([{"name": name, "line_ids": []} for name in "ab"])', "line_ids"),
    ('vals = {"name": 1}; vals["line_ids"] = 2; self.create(vals)', "line_ids"),
    ('values = dict(name=1, line_ids=2); self.write(values)', "line_ids"),
    ('self["line_ids"]', "line_ids"),
    ('getattr(self, "line_ids")', "line_ids"),
    ('self._fields["line_ids"]', "line_ids"),
    ('self.env["crm.line"]', "crm.line"),
    ('self.env.get("crm.line")', "crm.line"),
    ('{"type": "ir.actions.act_window", "res_model": "crm.line"}', "crm.line"),
    ('{"res_model": "crm.thing", "domain": [("line_ids", "=", 1)]}', "line_ids"),
    ('{"res_model": "crm.thing", "context": {"default_line_ids": 1}}', "line_ids"),
    ("self.with_context(default_needs_mid=True)", "needs_mid"),
    ('{"default_needs_mid": True}', "needs_mid"),
    ('self.env.ref("house.action_lines")', "action_lines"),
    ('self.env["ir.actions.act_window"]._for_xml_id("house.action_lines")', "action_lines"),
    ('{"context": {"form_view_ref": "house.report_lines"}}', "report_lines"),
    ('self.env.ref("house.model_crm_line")', "model_crm_line"),
    ('self.env.cr.execute("SELECT id\\nFROM crm_line")', "crm_line"),
    ('SQL("SELECT t.needs_mid FROM crm_thing t")', "needs_mid"),
    ("anything().needs_mid", "needs_mid"),
    ('do("needs_mid")', "needs_mid"),
    ('if "needs_mid" in anything(): pass', "needs_mid"),
    ("def inner(things): return things.line_ids\ninner(self)", "line_ids"),
    ("of_things(self).line_ids", "line_ids"),
    ("self._get_mates().line_ids", "line_ids"),
    ("super()._get_mates().line_ids", "line_ids"),
    ("with self.env.cr.savepoint():\n    try:\n        self.line_ids\n    finally:\n        pass", "line_ids"),
    ("while not self.line_ids: pass", "line_ids"),
    ("x = y = self.mate_id; y.line_ids", "line_ids"),
    ("(last := self.mate_id).line_ids", "line_ids"),
    ("anything()(self.line_ids)", "line_ids"),
    ("next(iter(self)).line_ids", "line_ids"),
    ("max(self, self.mate_id).line_ids", "line_ids"),
    ("list(filter(None, self))[0].line_ids", "line_ids"),
    ("for number, one in enumerate(self): one.line_ids", "line_ids"),
    ("found = defaultdict(list); found[1].append(self); found[1][0].line_ids", "line_ids"),
    ("found = defaultdict(lambda: self.mate_id); found[1].line_ids", "line_ids"),
    ("found = []; found.append(self); found[0].line_ids", "line_ids"),
    ("found = {one.id: one for one in self}; found[1].line_ids", "line_ids"),
    ("found = {self: 1}; [one.line_ids for one in found]", "line_ids"),
    ('self.search(Domain([("line_ids", "=", 1)]))', "line_ids"),
    ('self.search(Domain.OR([[("line_ids", "=", 1)], []]))', "line_ids"),
    ('self.search([("name", "=", 1), *[("line_ids", "=", 1)]])', "line_ids"),
    ('self.search(~Domain("line_ids", "=", 1))', "line_ids"),
    ('self.create([{**{"line_ids": 1}, "name": 2}])', "line_ids"),
    ('vals = {}; vals.update(line_ids=1); self.write(vals)', "line_ids"),
    ('vals = {}; vals.update({"line_ids": 1}); self.write(vals)', "line_ids"),
    ('f"of {self.line_ids}"', "line_ids"),
    ('f"SELECT id FROM crm_line WHERE {1}"', "crm_line"),
    ('SQL("SELECT crm_line.id")', "crm_line"),
    ("self.env[self._name].browse(1).line_ids", "line_ids"),
    ("self.mate_id._origin.line_ids", "line_ids"),
    ("pair = (self, 1); pair[0].line_ids", "line_ids"),
    ("for one in (self, self.mate_id): one.line_ids", "line_ids"),
    ("[one for one in self if one.line_ids]", "line_ids"),
    ("(self if 1 else self.mate_id).line_ids", "line_ids"),
    ("1 if self.line_ids else 2", "line_ids"),
    ("one: object = self.mate_id; one.line_ids", "line_ids"),
    ("one = anything(); one |= self.mate_id; one.line_ids", "line_ids"),
    ("first, *rest = [self, self]; rest[0].line_ids", "line_ids"),
    ("print(*self.line_ids)", "line_ids"),
    ("with self.mate_id as one: one.line_ids", "line_ids"),
    ("try: pass\nexcept ValueError as error:\n    self.line_ids", "line_ids"),
    ("match self:\n    case 1:\n        self.line_ids", "line_ids"),
    ("self.filtered(lambda one, two=self.mate_id: two.line_ids)", "line_ids"),
    ('for row in self._read_group([], [], ["mate_id:recordset"]): row[0].line_ids', "line_ids"),
    ('for row in self._read_group([], [], ["id:recordset"]): row[0].line_ids', "line_ids"),
    ('self.env.ref("house.field_crm_thing__line_ids")', "field_crm_thing__line_ids"),
    ("from ..mid.thing import KINDS", "KINDS"),
    ("from ..mid import thing", "thing"),
    ("from odoo.addons.house.models.mid.thing import KINDS", "KINDS"),
]
IN_A_CLASS = [
    ('more_id = fields.Many2one("crm.line")', "crm.line"),
    ('more_ids = fields.One2many("crm.thing", "line_ids")', "line_ids"),
    ('more = fields.Char(related="mate_id.line_ids.name")', "line_ids"),
    ('more = fields.Char(compute="action_mid")', "action_mid"),
    ("more = fields.Char(default=lambda self: self.line_ids)", "line_ids"),
    ('more_id = fields.Many2one("crm.thing", domain="[(\'line_ids\', \'=\', name)]")', "line_ids"),
    ('more_id = fields.Many2one("crm.thing", domain="[(\'name\', \'=\', line_ids)]")', "line_ids"),
    ('more_id = fields.Many2one("crm.thing", domain=[("line_ids", "=", 1)])', "line_ids"),
    ('more = fields.Char(groups="house.report_lines")', "report_lines"),
    ('more_ids = fields.One2many("crm.thing", inverse_name="line_ids")', "line_ids"),
    ('more = fields.Monetary(currency_field="line_ids")', "line_ids"),
    ('more: str = fields.Char(related="line_ids")', "line_ids"),
    ('mate_id = fields.Many2one(domain=[("line_ids", "=", 1)])', "line_ids"),
    ('far_id = fields.Many2one(related="mate_id.mate_id")\ndef go(self):\n    self.far_id.line_ids', "line_ids"),
    ('some = fields.Many2one("crm.thing", group_expand="_all")\ndef _all(self, all, x):\n    all.line_ids', "line_ids"),
    ('_order = "name, line_ids desc"', "line_ids"),
    ('_rec_names_search = ["name", "mate_id.line_ids"]', "line_ids"),
    ('_some_idx = models.Index("(name) WHERE needs_mid IS TRUE")', "needs_mid"),
    ('@api.depends("mate_id.line_ids")\ndef _more(self): pass', "line_ids"),
    ('@api.constrains("line_ids")\ndef _more(self): pass', "line_ids"),
    ('@api.onchange("line_ids")\ndef _more(self): pass', "line_ids"),
    ('def write(self, vals):\n    return "line_ids" in vals', "line_ids"),
    ('def write(self, vals):\n    return vals.get("line_ids")', "line_ids"),
    ('def create(self, vals_list):\n    return [vals["line_ids"] for vals in vals_list]', "line_ids"),
    ('def _prepare(self):\n    return {"line_ids": 1}\ndef go(self):\n    self.create(self._prepare())', "line_ids"),
    ('def _search_more(self, operator, value):\n    return [("line_ids", operator, value)]', "line_ids"),
    ('def _put(self, vals):\n    pass\ndef go(self):\n    self._put({"line_ids": 1})', "line_ids"),
    ("def _go(self, default=lambda self: 1, *rest, **more):\n    return self.line_ids", "line_ids"),
    ("def _of(self, things):\n    return things.line_ids\ndef go(self):\n    self._of(self.mate_id)", "line_ids"),
]
LEGAL = [
    "self.name, self.mate_id._get_mates()",
    "self._hook()",                                  # defined here, answered by mid
    "self.action_mixed()",
    "self.partner_id.line_ids",                      # another model's, and Odoo's
    "self.env.company.partner_id.line_ids, self.env.user.line_ids",
    "anything().line_ids",                           # Odoo has one that is called so
    'self.partner_id.mapped("parent_id.line_ids")',
    'self.search([("partner_id.line_ids", "=", 1)])',
    'self.env["res.partner"].write({"line_ids": 1})',
    'self.env["of.another.addon"].needs()',
    'getattr(self, "line_" + "ids")',                # what is not spelled
    '"""needs_mid, action_mid, crm.line: words of a docstring"""',
    'raise ValueError("needs_mid is what a sentence may say, crm.line too")',
    'self.env.ref("house.group_user")',              # what stands above all wings
    'self.env.ref("base.action_lines")',             # another module's
    'from odoo.addons.base.models import res',
    "import amount",
]
LEGAL_CLASS = [
    'more_ids = fields.Many2many("crm.thing", "needs_mid", "action_mid", "thing_id")',
    'more_ids = fields.Many2many("crm.thing", relation="needs_mid", column1="action_mid", column2="b_id")',
    'kind = fields.Selection([("needs_mid", "Called as a field of mid")])\ndef go(self):\n    return "needs_mid"',
    'def action_mid(self):\n    return True\ndef go(self):\n    self.action_mid()',    # low has it too
    'needs_mid = fields.Boolean()\n@api.depends("needs_mid")\ndef go(self):\n    return self.mate_id.needs_mid',
]
XML = [
    ('<field name="line_ids"/>', "line_ids"),
    ('<field name="mate_id" invisible="line_ids"/>', "line_ids"),
    ('<field name="mate_id" readonly="name and not line_ids"/>', "line_ids"),
    ('<group invisible="name == needs_mid"/>', "needs_mid"),
    ('<field name="mate_id" domain="[(\'line_ids\', \'=\', 1)]"/>', "line_ids"),
    ('<field name="mate_id" domain="[(\'name\', \'=\', line_ids)]"/>', "line_ids"),
    ('<field name="mate_id" context="{\'default_line_ids\': 1}"/>', "line_ids"),
    ('<field name="mate_id" context="{\'form_view_ref\': \'house.report_lines\'}"/>', "report_lines"),
    ('<field name="mate_ids"><list decoration-muted="line_ids"><field name="name"/></list></field>', "line_ids"),
    ('<field name="mate_ids"><list><field name="line_ids"/></list></field>', "line_ids"),
    ('<field name="mate_ids"><list><field name="name" column_invisible="parent.line_ids"/></list></field>', "line_ids"),
    ('<button name="action_mid" type="object"/>', "action_mid"),
    ('<a name="action_mid" type="object"/>', "action_mid"),
    ('<button name="%(action_lines)d" type="action"/>', "action_lines"),
    ('<button name="%(house.action_lines)d" type="action"/>', "action_lines"),
    ('<filter name="x" domain="[(\'mate_id.line_ids\', \'=\', 1)]"/>', "line_ids"),
    ('<filter name="x" context="{\'group_by\': \'line_ids\'}"/>', "line_ids"),
    ('<field name="name" filter_domain="[(\'line_ids\', \'ilike\', self)]"/>', "line_ids"),
    ('<label for="line_ids"/>', "line_ids"),
    ('<groupby name="line_ids"/>', "line_ids"),
    ('<groupby name="mate_id"><field name="line_ids"/></groupby>', "line_ids"),
    ('<kanban><progressbar field="line_ids"/></kanban>', "line_ids"),
    ('<xpath expr="//field[@name=\'mate_ids\']/list/field[@name=\'line_ids\']" position="after"/>', "line_ids"),
    ('<xpath expr="//field[@name=\'mate_ids\']/list" position="inside"><field name="line_ids"/></xpath>', "line_ids"),
    ('<!-- a comment --><field name="line_ids"/>', "line_ids"),
    ('<calendar date_start="line_ids"/>', "line_ids"),
    ('<t t-if="record.line_ids.raw_value and !record.name.raw_value"/>', "line_ids"),
    ('<t t-if="record.line_ids.raw_value"/>', "line_ids"),
    ('<t t-attf-class="a {{ line_ids }}"/>', "line_ids"),
    ('<field name="name" options="{\'color_field\': \'needs_mid\'}"/>', "needs_mid"),
    ('<xpath expr="//field[@name=\'line_ids\']" position="after"/>', "line_ids"),
    ('<xpath expr="//button[@name=\'action_mid\']" position="after"/>', "action_mid"),
    ('<xpath expr="//field[@name=\'name\']" position="after"><field name="line_ids"/></xpath>', "line_ids"),
    ('<field name="name" position="attributes"><attribute name="invisible">line_ids</attribute></field>', "line_ids"),
]
ACTION = """
    <record id="x" model="ir.actions.act_window"><field name="res_model">crm.thing</field>%s</record>"""
SERVER = """
    <record id="x" model="ir.actions.server">
        <field name="model_id" ref="model_crm_%s"/><field name="code">%s</field>
    </record>"""
REPORT = """
    <record id="y" model="ir.actions.report">
        <field name="model">crm.thing</field><field name="report_name">house.x</field>
        <field name="print_report_name">%s</field>
    </record>"""
CALLING = """
    <template id="x">
        <t t-foreach="docs" t-as="o"><t t-call="house.inner"><t t-set="one" t-value="o.mate_id"/></t></t>
    </template>
    <template id="inner"><t t-if="%s"/></template>"""
RECORDS = [
    ('<record id="x" model="crm.line"/>', "crm.line"),
    ('<record id="x" model="crm.thing"><field name="line_ids" eval="[]"/></record>', "line_ids"),
    ('<record id="x" model="ir.ui.view"><field name="inherit_id" ref="report_lines"/></record>', "report_lines"),
    ('<record id="x" model="ir.ui.view"><field name="inherit_id" ref="house.report_lines"/></record>', "report_lines"),
    ('<record id="x" model="ir.ui.view"><field name="model">crm.line</field></record>', "crm.line"),
    ('<record id="x" model="ir.actions.act_window"><field name="res_model">crm.line</field></record>', "crm.line"),
    (ACTION % '<field name="domain">[("line_ids", "=", 1)]</field>', "line_ids"),
    (ACTION % '<field name="context">{"group_by": ["line_ids"]}</field>', "line_ids"),
    (ACTION % '<field name="context">{"default_line_ids": 1}</field>', "line_ids"),
    (ACTION % '<field name="view_id" ref="report_lines"/>', "report_lines"),
    (SERVER % ("line", "True"), "model_crm_line"),
    (SERVER % ("thing", "records.line_ids"), "line_ids"),
    (REPORT % "object.line_ids", "line_ids"),
    ('<record id="x" model="res.groups"><field name="users" eval="[ref(\'action_lines\')]"/></record>', "action_lines"),
    ('<menuitem id="x" action="action_lines"/>', "action_lines"),
    ('<template id="x"><t t-call="house.report_lines"/></template>', "report_lines"),
    ('<template id="x" inherit_id="house.report_lines"/>', "report_lines"),
    ('<template id="x"><t t-out="anything.needs_mid"/></template>', "needs_mid"),
    ('<template id="x"><p t-attf-class="a #{anything.needs_mid}"/></template>', "needs_mid"),
    ('<template id="x"><p t-att-class="anything.needs_mid"/></template>', "needs_mid"),
    (REPORT % 1 + '<template id="x"><t t-foreach="docs" t-as="o"><p t-field="o.line_ids"/></t></template>', "line_ids"),
    (REPORT % 1 + CALLING % "one.line_ids", "line_ids"),
]
LEGAL_XML = [
    '<field name="name"/><field name="partner_id" invisible="not mate_id and uid"/>',
    '<field name="partner_id" domain="[(\'line_ids\', \'=\', 1)]" context="{\'default_line_ids\': 1}"/>',
    '<field name="partner_id"><form><field name="line_ids" readonly="parent.name"/></form></field>',
    '<button name="action_mixed" type="object" groups="house.group_user"/>',
    '<button name="%(base.action_lines)d" type="action"/>',
    '<p>needs_mid, crm.line and house.x in a text</p>',
]


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))


@pytest.fixture(scope="module")
def odoo(tmp_path_factory):
    root = tmp_path_factory.mktemp("source")
    write(root, ODOO)
    return root


@pytest.fixture(scope="module")
def core(odoo):
    return gate_names.Core.of(odoo, ["base"])


@pytest.fixture
def house(tmp_path):
    write(tmp_path / "house", HOUSE)
    return tmp_path / "house"


def names(house, core):
    """What the gate finds, as (wing, name, wing that has it)."""
    found = gate.Gate(house, core)
    return {(found.wings[use.wing], use.name, found.wings[use.owner]) for use in found.violations()}


def in_a_class(text):
    return ("from odoo import api, fields, models\nfrom odoo.fields import Domain\nfrom odoo.tools import SQL\n"
            "from ..low.thing import of_things\n\n"
            'class Planted(models.Model):\n    _inherit = "crm.thing"\n\n' + textwrap.indent(text, "    ") + "\n")


def in_a_method(text):
    text = "\n".join(text.split("; ")) if "\n" not in text or "; " in text.split("\n")[0] else text
    return in_a_class("def _planted(self):\n" + textwrap.indent(text, "    "))


def in_a_view(text):
    return ('<odoo><record id="view_planted" model="ir.ui.view"><field name="model">crm.thing</field>'
            f'<field name="arch" type="xml"><form>{text}</form></field></record></odoo>')


def check(house, core, name, path, text):
    """A text is a fault in low, of just this name, and none in mid, which has the name, nor in high."""
    write(house, {path.format(wing="low"): text})
    assert names(house, core) == {("low", name, "mid")}
    (house / path.format(wing="low")).unlink()
    for wing in ("mid", "high"):
        write(house, {path.format(wing=wing): text})
        assert names(house, core) == set(), f"legal in {wing}"


def test_clean_house(house, core):
    assert list(gate.Gate(house, core).problems()) == []
    assert gate.read_law(house) == ["low", "mid", "high"]


@pytest.mark.parametrize("text, name", IN_A_METHOD)
def test_method(house, core, text, name):
    check(house, core, name, "models/{wing}/planted.py", in_a_method(text))


@pytest.mark.parametrize("text, name", IN_A_CLASS)
def test_class(house, core, text, name):
    check(house, core, name, "models/{wing}/planted.py", in_a_class(text))


@pytest.mark.parametrize("folder", ["wizard", "report"])
def test_other_folders(house, core, folder):
    check(house, core, "line_ids", folder + "/{wing}/planted.py", in_a_method("self.line_ids"))
    check(house, core, "line_ids", folder + "/{wing}/planted.xml", in_a_view('<field name="line_ids"/>'))


@pytest.mark.parametrize("text, name", XML)
def test_view(house, core, text, name):
    check(house, core, name, "views/{wing}/planted.xml", in_a_view(text))


@pytest.mark.parametrize("text, name", RECORDS)
def test_record(house, core, text, name):
    check(house, core, name, "views/{wing}/planted.xml", f"<odoo>{text}</odoo>")


@pytest.mark.parametrize("text", LEGAL)
def test_legal(house, core, text):
    write(house, {"models/low/planted.py": in_a_method(text)})
    assert names(house, core) == set()


@pytest.mark.parametrize("text", LEGAL_CLASS)
def test_legal_class(house, core, text):
    write(house, {"models/low/planted.py": in_a_class(text)})
    assert names(house, core) == set()


@pytest.mark.parametrize("text", LEGAL_XML)
def test_legal_view(house, core, text):
    write(house, {"views/low/planted.xml": in_a_view(text)})
    assert names(house, core) == set()


def test_extended_model(house, core):
    """A class that extends a higher wing's model, and one that takes its mixin in."""
    for inherit in ('"crm.line"', '["crm.thing", "crm.line"]'):
        text = f'from odoo import models\n\nclass P(models.Model):\n    _name = "crm.thing"\n    _inherit = {inherit}\n'
        check(house, core, "crm.line", "models/{wing}/planted.py", text)


def test_mixin_that_a_higher_wing_adds(house, core):
    """What a model has only by a mixin that mid gives it is mid's, even if the mixin is low's own."""
    write(house, {
        "models/low/extra.py": """
            from odoo import models

            class Extra(models.AbstractModel):
                _name = "crm.extra"

                def _get_extra(self):
                    return self
            """,
        "models/mid/extra.py": """
            from odoo import models

            class Thing(models.Model):
                _name = "crm.thing"
                _inherit = ["crm.thing", "crm.extra"]
            """})
    check(house, core, "_get_extra", "models/{wing}/planted.py", in_a_method("self._get_extra()"))


def test_lower_code_may_be_given_anything(house, core):
    """A helper of low that mid calls with its own records knows them by names that Odoo has too: no fault."""
    write(house, {"models/low/help.py": "def show(records):\n    return records.thing_id, records.name\n",
                  "models/mid/use.py": in_a_class("def _use(self):\n    return show(self.line_ids)").replace(
                      "from ..low.thing import of_things", "from ..low.help import show")})
    assert names(house, core) == {("low", "thing_id", "mid")}
    write(house, {"models/low/help.py": "def show(records):\n    return records.parent_id, records.name\n"})
    assert names(house, core) == set()


def test_sentence_and_place(house, core):
    write(house, {"models/low/planted.py": in_a_method("self.line_ids")})
    [(path, line, sentence)] = gate.Gate(house, core).problems()
    assert path == house / "models/low/planted.py"
    assert path.read_text().splitlines()[line - 1].strip() == "self.line_ids"
    assert sentence == "low names “line_ids” (field of crm.thing), which only mid defines"


def test_place_in_a_view(house, core):
    write(house, {"views/low/planted.xml": in_a_view('\n\n<field name="line_ids"/>\n')})
    [(path, line, _sentence)] = gate.Gate(house, core).problems()
    assert 'name="line_ids"' in path.read_text().splitlines()[line - 1]


def test_what_stands_above_is_not_judged(house, core):
    for path in ("hooks.py", "tests/low/test_x.py", "tests/test_x.py"):
        write(house, {path: in_a_method("self.line_ids")})
    for path in ("data/x.xml", "demo/x.xml", "security/x.xml"):
        write(house, {path: in_a_view('<field name="line_ids"/>')})
    assert list(gate.Gate(house, core).problems()) == []


def test_code_above_all_wings_defines_nothing_for_them(house, core):
    write(house, {"extra/models.py": in_a_class("def _from_above(self):\n    return self"),
                  "models/high/planted.py": in_a_method("self._from_above()")})
    [(_path, _line, sentence)] = gate.Gate(house, core).problems()
    assert sentence == "high names “_from_above” (method of crm.thing), which only the top of the addon defines"


def test_no_ring(house, core):
    """Arrows are counted as they are: down in a clean house, both ways in a ring."""
    assert set(gate.Gate(house, core).arrows()) == {("mid", "low")}
    write(house, {"models/low/planted.py": in_a_method("self.line_ids")})
    assert set(gate.Gate(house, core).arrows()) == {("mid", "low"), ("low", "mid")}


@pytest.mark.parametrize("path, said", [
    ("models/flat.py", "is in no wing: it belongs to models/<wing>/"),
    ("wizard/flat.xml", "is in no wing: it belongs to wizard/<wing>/"),
    ("views/flat.xml", "is in no wing"),
    ("models/other/x.py", "other is no wing: models/__init__.py imports low, mid, high"),
    ("views/other/x.xml", "other is no wing"),
    ("report/other/x.py", "other is no wing"),
    ("wizard/other/x.py", "other is no wing"),
    ("tests/other/test_x.py", "other is no wing")])
def test_misplaced(house, core, path, said):
    write(house, {path: "<odoo/>\n" if path.endswith("xml") else "\n"})
    [(found, _line, sentence)] = gate.Gate(house, core).problems()
    assert found == house / path and said in sentence


@pytest.mark.parametrize("path", [
    "models/low/more.py", "views/mid/more.xml", "wizard/__init__.py", "wizard/high/more.py", "report/low/__init__.py",
    "tests/low/test_more.py", "tests/common.py", "hooks.py", "data/x.xml"])
def test_well_placed(house, core, path):
    write(house, {path: "<odoo/>\n" if path.endswith("xml") else "\n"})
    assert list(gate.Gate(house, core).problems()) == []


def test_long_file(house, core):
    write(house, {"models/low/long.py": "x = 1\n" * gate.MOST_LINES})
    assert list(gate.Gate(house, core).problems()) == []
    write(house, {"models/low/long.py": "x = 1\n" * (gate.MOST_LINES + 1)})
    [(_path, _line, sentence)] = gate.Gate(house, core).problems()
    assert f"has {gate.MOST_LINES + 1} lines" in sentence


def test_no_wings(house, core):
    (house / "models/__init__.py").write_text("")
    assert "imports no wing" in [sentence for _path, _line, sentence in gate.Gate(house, core).problems()]


def test_program(house, core, monkeypatch, capsys):
    monkeypatch.setattr(gate, "ROOT", house.parent)
    monkeypatch.setattr(gate, "open_gate", lambda addon: gate.Gate(house, core))
    assert gate.main([]) == 0 and not capsys.readouterr().out
    assert gate.main(["--arrows"]) == 0 and capsys.readouterr().out.startswith("mid -> low: ")
    write(house, {"models/low/planted.py": in_a_method("self.line_ids")})
    assert gate.main([]) == 1
    assert capsys.readouterr().out == (
        "house/models/low/planted.py:10: low names “line_ids” (field of crm.thing), which only mid defines\n")


def test_no_odoo_to_compare_with(monkeypatch, capsys):
    def get():
        raise common.Fail("Odoo 19.0 cannot be had: check the network.")

    monkeypatch.setattr(source, "get", get)
    assert gate.main([]) == 1
    assert capsys.readouterr().out == "Odoo 19.0 cannot be had: check the network.\n"


def test_lint_asks_the_gate():
    [command] = [command for name, command in lint.checks() if name == "gate"]
    assert command[1:] == ["-m", "tools.gate"]


def test_kept_index(odoo, tmp_path, monkeypatch):
    """What Odoo has is read once, and again when a file of it changes."""
    first = gate_names.Core.of(odoo, ["base"], tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(gate_names.Core, "_read", pytest.fail)
        again = gate_names.Core.of(odoo, ["base"], tmp_path)
    assert again == first and "line_ids" in again.names
    path = odoo / "odoo/addons/base/models/more.py"
    path.write_text("def brand_new(): pass\n")
    try:
        assert "brand_new" in gate_names.Core.of(odoo, ["base"], tmp_path).names
        assert len(list(tmp_path.glob("*.json"))) == 1, "the old one is gone"
    finally:
        path.unlink()


# -- the real tree -----------------------------------------------------------------

@pytest.fixture(scope="module")
def real_core():
    manifest = ast.literal_eval((ROOT / common.ADDON / "__manifest__.py").read_text())
    return gate_names.Core.of(source.get().path, manifest["depends"], common.VAR / "gate")


@pytest.fixture(scope="module")
def real(real_core):
    return gate.Gate(ROOT / common.ADDON, real_core)


def test_the_addon_keeps_the_law(real):
    assert [f"{path.relative_to(ROOT)}:{line}: {sentence}" for path, line, sentence in real.problems()] == []


def test_every_file_of_a_wing_is_read(real):
    read = {path.relative_to(real.addon) for path in real.trees if real.wing(path) is not None}
    wings = [path.relative_to(real.addon) for folder in gate.JUDGED for path in (real.addon / folder).rglob("*/*.*")
             if path.suffix in (".py", ".xml") and "__pycache__" not in path.parts]
    assert set(wings) <= read and len(wings) > 100
    assert {path.suffix for path in wings} == {".py", ".xml"}


def test_planted_in_the_addon(real, real_core, tmp_path):
    """A call of a higher wing's method and a higher wing's field in a view, planted in a copy of the real tree."""
    copy = tmp_path / common.ADDON
    shutil.copytree(ROOT / common.ADDON, copy, ignore=shutil.ignore_patterns("__pycache__", "static", "i18n"))
    lower, higher = real.wings[1], real.wings[-1]
    model = next(part.model for parts in real.names.parts.values() for part in parts
                 if part.defines and part.rank == 1)
    (copy / "models" / higher / "planted.py").write_text(textwrap.dedent(f'''
        from odoo import fields, models


        class Planted(models.Model):
            _inherit = "{model}"

            line_ids = fields.Many2many("{model}", "planted_rel", "one_id", "other_id")

            def _planted_method(self):
                return self
        '''))
    (copy / "models" / lower / "planted.py").write_text(textwrap.dedent(f'''
        from odoo import models


        class Planted(models.Model):
            _inherit = "{model}"

            def _call_up(self):
                return self._planted_method()
        '''))
    (copy / "views" / lower / "planted.xml").write_text(in_a_view('<field name="line_ids"/>').replace(
        "crm.thing", model))
    found = {f"{path.relative_to(copy)}:{line}: {sentence}" for path, line, sentence in
             gate.Gate(copy, real_core).problems()}
    before = {f"{path.relative_to(real.addon)}:{line}: {sentence}" for path, line, sentence in real.problems()}
    assert before <= found
    names_it = "{} names “{}” ({} of {}), which only {} defines"
    assert found - before == {
        f"models/{lower}/planted.py:9: {names_it.format(lower, '_planted_method', 'method', model, higher)}",
        f"views/{lower}/planted.xml:1: {names_it.format(lower, 'line_ids', 'field', model, higher)}"}
