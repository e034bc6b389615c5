"""Which index a page reads: the very statement that Odoo sends, as PostgreSQL would run it on a long table."""
import json
import re
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from lxml import etree

from odoo import fields
from odoo.fields import Domain
from odoo.sql_db import Cursor
from odoo.tools import SQL
from odoo.tools.safe_eval import datetime as safe_datetime
from odoo.tools.safe_eval import safe_eval

from .firm import ServiceCommon

ROWS = 2000
PAGE = 80    # what a list shows
COUNTED = 10001    # up to which the web client has its rows counted
# PostgreSQL reads an index wherever one serves, and each row that it reads in vain is dear, as in a long table
SETTINGS = {
    "enable_seqscan": "off", "enable_bitmapscan": "off", "enable_sort": "off", "enable_incremental_sort": "off",
    "enable_hashjoin": "off", "enable_mergejoin": "off", "cpu_tuple_cost": "1"}

MERGED = ("Append", "Merge Append", "Subquery Scan", "Result")


class PlanCase(ServiceCommon):
    """A firm whose tables are long enough for a plan, and the means to ask for it.

        class TestThingPlans(PlanCase):
            @classmethod
            def setUpClass(cls):
                super().setUpClass()
                cls.multiply(cls._new_order(cls.device), name="'ZSR/X/' || n", user_id=cls.any_user())

            def test_filters(self):
                self.assert_filters("crm_enova_like.view_crm_thing_search", {
                    (): "_date_idx",                                # no filter: the list as it opens
                    "todo": "_open_idx",
                    ("todo", "mine"): "_user_open_idx",             # together; each filter stands in one entry at least
                    "delegated": Plan("_requester_idx", beside={"user_id"}),
                })

            def test_columns(self):
                self.assert_columns("crm_enova_like.view_crm_thing_list", {"date_deadline": "_deadline_idx"})

    An index is named as in its model, ``_open_idx``, or after the field whose ``index`` it is, ``user_id``. For rows
    of several models, and for a statement that reads another model's index, give the names as PostgreSQL has them.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = {"technician": cls.technician, "operator": cls.operator, "manager": cls.manager}

    # LONG TABLES

    @classmethod
    def any_user(cls):
        """SQL: somebody of the firm for row ``n``, or nobody in one of five."""
        users = (cls.technician | cls.other_technician | cls.operator | cls.manager).ids
        return f"(ARRAY[{', '.join(map(str, users))}, NULL])[1 + n % 5]"

    @classmethod
    def any_contractor(cls):
        """SQL: one of forty contractors for row ``n``."""
        contractors = cls.env["res.partner"].create(
            [{"name": f"Contractor {n}", "is_company": True} for n in range(40)])
        cls.analyze(contractors)
        return f"(ARRAY{contractors.ids})[1 + n % 40]"

    @classmethod
    def multiply(cls, record, rows=ROWS, **columns):
        """Copy the row of one record in its table, by SQL, and have the table analysed.

        :param record: what each row is like
        :param rows: how many; ``n`` goes from 1
        :param columns: SQL of what differs, of ``n``
        """
        cls.env.flush_all()
        table, cr = record._table, cls.env.cr
        cr.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                   " AND attgenerated = '' AND attname != 'id'", [table])
        names = [name for [name] in cr.fetchall()]
        unknown = columns.keys() - set(names)
        assert not unknown, f"{table} has no {unknown}"
        values = [
            SQL(columns[name].replace("%", "%%")) if name in columns else SQL.identifier("like_it", name)
            for name in names]
        cr.execute(SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s like_it, generate_series(1, %s) n WHERE like_it.id = %s",
            SQL.identifier(table), SQL(", ").join(map(SQL.identifier, names)), SQL(", ").join(values),
            SQL.identifier(table), rows, record.id))
        cls.analyze(record)
        cls.env.invalidate_all()

    @classmethod
    def analyze(cls, *models):
        """Have PostgreSQL count what is in the tables of some models."""
        for model in models:
            cls.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(model._table)))

    # WHAT A VIEW OFFERS

    @classmethod
    def _get_arch(cls, xml_id, user):
        """(model as the user sees it, arch of a view with what others put into it)."""
        view = cls.env.ref(xml_id)
        Model = cls.env[view.model].with_user(user)
        return Model, etree.fromstring(Model.get_view(view.id, view.type)["arch"])

    @classmethod
    def filters_of(cls, xml_id, user):
        """The filters of a search view that have a domain, as the web client evaluates it: {name: domain}."""
        _Model, arch = cls._get_arch(xml_id, user)
        known = {
            "uid": user.id, "context_today": lambda: fields.Date.context_today(user), "relativedelta": relativedelta,
            "datetime": safe_datetime, "current_date": fields.Date.to_string(fields.Date.context_today(user)),
            "allowed_company_ids": user.company_ids.ids}
        return {
            node.get("name"): safe_eval(node.get("domain"), known)
            for node in arch.iterfind(".//filter[@domain]") if safe_eval(node.get("domain"), known)}

    @classmethod
    def sortable_columns_of(cls, xml_id, user):
        """The columns of a list that can be sorted by a click."""
        Model, arch = cls._get_arch(xml_id, user)
        sortable = Model.fields_get(attributes=["sortable"])
        return [
            node.get("name") for node in arch.iterfind("./field")
            if sortable[node.get("name")].get("sortable") and node.get("nolabel") != "1"
            and node.get("column_invisible") not in ("1", "True")]

    # PLANS

    def read_statement(self, Model, domain, order=None):
        """The statement that finds the first page of a list, with the rules of the model's user."""
        # what is to be written, and who may read, is asked before
        Model.search(domain, order=order, limit=1)
        statements = self._record_statements(lambda: Model.search(domain, order=order, limit=PAGE))
        found = [text for text in statements if f'"{Model._table}"' in text and f"LIMIT {PAGE}" in text]
        self.assertEqual(len(found), 1, f"the page of {Model._name} is one statement: {statements}")
        return found[0]

    def _record_statements(self, call):
        """What is sent to PostgreSQL by a call: a list of SQL with its values."""
        statements, execute = [], Cursor.execute

        def record(cursor, query, params=None, log_exceptions=True):
            text = cursor.mogrify(*((query.code, query.params) if isinstance(query, SQL) else (query, params)))
            statements.append(text.decode() if isinstance(text, bytes) else text)
            return execute(cursor, query, params, log_exceptions)

        self.env.flush_all()
        with patch.object(Cursor, "execute", record):
            call()
        return statements

    def explain(self, statement, **others):
        """How PostgreSQL would run a statement if only indexes were quick: the nodes of its plan.

        :param others: settings of PostgreSQL in place of ours
        """
        cr = self.env.cr
        with cr.savepoint(flush=False) as savepoint:
            for name, value in {**SETTINGS, **others}.items():
                cr.execute("SELECT set_config(%s, %s, true)", [name, value])
            # what Odoo itself sent, with its values in it
            cr.execute("EXPLAIN (FORMAT JSON, COSTS OFF) " + statement)    # pylint: disable=sql-injection
            [plan] = cr.fetchone()
            savepoint.rollback()
        nodes = [(json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]]
        for node in nodes:
            nodes += node.get("Plans", ())
        return nodes

    def assert_plan(self, Model, domain, plan, order=None):
        """The first page of a list comes from the index meant for it, already in order.

        Neither is there a sort, nor is a column that the domain names compared row by row.

        :param Model: the model with its user and companies
        :param plan: name of an index, or a :class:`Plan`
        :param order: as the web client asks for it; the model's own by default
        """
        plan = plan if isinstance(plan, Plan) else Plan(plan)
        statement = self.read_statement(Model, domain, order)
        # what an index has in order by its first column is sorted within that
        nodes = self.explain(statement, enable_incremental_sort="on" if plan.is_sorted_after else "off")
        said = "\n".join((statement, *map(_describe, nodes)))
        used = {node["Index Name"] for node in nodes if "Index Name" in node}
        for name in plan.indexes:
            wanted = {_get_index_name(Model, either) for either in name.split("|")}
            self.assertTrue(wanted & used, f"{wanted} not read:\n{said}")
        if not plan.is_sorted_after:
            # rows of several models are merged: the first ones of each, which each has in order
            self.assertFalse([
                node for node in nodes if "Sort" in node["Node Type"]
                and not (plan.tables and node["Plans"][0]["Node Type"] in MERGED)], f"a sort:\n{said}")
        names = {
            condition.field_expr.split(".")[0] for condition in Domain(domain).optimize_full(Model).iter_conditions()
        } - plan.beside - {"id"}
        tables = {Model._table, *plan.tables}
        for node in nodes:
            if node.get("Relation Name") not in tables:
                continue
            self.assertIn("Index Name", node, f"{node['Relation Name']} is read without an index:\n{said}")
            compared = set(re.findall(r"\w+", " ".join(
                str(node.get(kind, "")) for kind in ("Filter", "Join Filter", "One-Time Filter"))))
            self.assertFalse(names & compared, f"compared row by row:\n{said}")

    def assert_counted(self, Model, domain, *indexes, without=()):
        """The number of rows, which a list asks for up to its limit, is read from indexes alone.

        :param indexes: their names as PostgreSQL has them, one for each table that is read
        :param without: names of indexes that are dropped before: of a table that was never vacuumed nothing can be
            read from an index alone, so that a smaller one is as good
        """
        for name in without:
            self.env.cr.execute(SQL("DROP INDEX IF EXISTS %s", SQL.identifier(name)))
        Model.search_count(domain, limit=1)
        statements = self._record_statements(lambda: Model.search_count(domain, limit=COUNTED))
        [statement] = [text for text in statements if "COUNT(*)" in text]
        nodes = self.explain(statement, enable_mergejoin="on")
        read = {node["Index Name"]: node["Node Type"] for node in nodes if "Relation Name" in node}
        self.assertEqual(
            read, dict.fromkeys(indexes, "Index Only Scan"), "\n".join((statement, *map(_describe, nodes))))

    def assert_filters(self, xml_id, plans, role="operator", base=(), order=None, context=None):
        """Each filter of a search view has its index.

        :param plans: {name of a filter, or several of them: name of an index, or a :class:`Plan`}; an empty tuple is
            the list without a filter. A filter that stands in none of them fails: a new one needs an index first.
        :param base: the domain of the action
        """
        user = self.roles[role]
        filters = self.filters_of(xml_id, user)
        plans = {(names,) if isinstance(names, str) else tuple(names): plan for names, plan in plans.items()}
        self.assertEqual(
            {name for names in plans for name in names}, set(filters), "each filter of the view has its plan here")
        Model = self.env[self.env.ref(xml_id).model].with_user(user).with_context(**(context or {}))
        for names, plan in plans.items():
            if plan is not None:
                with self.subTest(filters=names, role=role):
                    self.assert_plan(Model, Domain.AND([base, *(filters[name] for name in names)]), plan, order)

    def assert_columns(self, xml_id, plans, role="operator", base=()):
        """A list can be sorted by columns that have an index, up and down, and by no other.

        :param plans: {column: name of an index, a :class:`Plan`, or None where another test looks at it}
        """
        user = self.roles[role]
        self.assertEqual(
            set(self.sortable_columns_of(xml_id, user)), set(plans), "each sortable column has its plan here")
        Model = self.env[self.env.ref(xml_id).model].with_user(user)
        for name, plan in plans.items():
            for order in (name, f"{name} DESC") if plan is not None else ():
                with self.subTest(order=order, role=role):
                    self.assert_plan(Model, list(base), plan, order)


class Plan:
    """What is asked of a plan."""

    def __init__(self, *indexes, beside=(), tables=(), is_sorted_after=False):
        """
        :param indexes: names of indexes, all of them in the plan; ``one|other`` where either will do
        :param beside: columns of the domain that may be compared row by row, since few rows differ in them
        :param tables: for rows of several models: the tables that must be read by an index
        :param is_sorted_after: what the index finds is little, and is put in order afterwards
        """
        self.indexes, self.beside = indexes, set(beside)
        self.tables, self.is_sorted_after = tables, is_sorted_after


def _get_index_name(Model, name):
    if name.startswith("_"):
        return Model._table + name
    return f"{Model._table}__{name}_index" if name in Model._fields else name


def _describe(node):
    kept = ("Node Type", "Relation Name", "Index Name", "Index Cond", "Filter", "Sort Key", "Join Filter")
    return ", ".join(f"{key}: {node[key]}" for key in kept if key in node)
