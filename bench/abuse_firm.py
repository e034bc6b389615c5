"""Who makes hostile calls, and what they may neither see nor change: a second company, and what a colleague keeps."""
import hashlib
import re

from odoo import Command, api, fields

MARKER = "TAJNE"
GROUPS = {
    "public": ("base.group_public",), "portal": ("base.group_portal",), "employee": ("base.group_user",),
    "technician": ("crm_enova_like.group_technician",), "operator": ("crm_enova_like.group_user",),
    "manager": ("crm_enova_like.group_manager", "stock.group_stock_manager", "account.group_account_invoice",
                "sales_team.group_sale_manager", "project.group_project_manager"),
    "keeper": ("stock.group_stock_user",),
    "admin": ("base.group_system", "crm_enova_like.group_manager"),
}
PRINT = "md5(coalesce(string_agg(t::text, ';' ORDER BY id), ''))"    # of the rows of the table t
# who touches nothing of ours at all
OUTSIDE = ("public", "portal", "employee")
CORE = ("res_partner", "product_template", "product_product", "stock_picking", "stock_move", "stock_move_line",
        "stock_quant", "stock_lot", "sale_order", "account_move", "project_project")


class Firm:
    """The people, and what is hidden from them.

    :param env: of the superuser
    """

    def __init__(self, env):
        self.env = env
        self.users, self.secrets, self.hidden = {}, [], {}
        self.home = env.company

    def make(self):
        """Make and keep them; a database that has them keeps its own."""
        env = self.env
        env["res.users"].browse(env.uid).company_ids |= (away := self.second_company())
        for role, groups in GROUPS.items():
            self.users[role] = self.person(role, groups).id
        self.hide(away)
        env.cr.commit()
        self.away = away.id
        self.tables = self.watched()
        self.forbid()
        self.before = {role: self.rows(role, env.cr) for role in GROUPS}
        env.cr.commit()

    def person(self, role, groups):
        Users = self.env["res.users"].with_context(no_reset_password=True, active_test=False)
        login = f"abuse_{role}"
        return Users.search([("login", "=", login)]) or Users.create({
            "name": login, "login": login, "email": f"{login}@example.com", "company_id": self.home.id,
            "company_ids": [Command.set(self.home.ids)],
            "group_ids": [Command.set([self.env.ref(group).id for group in groups])]})

    def second_company(self):
        name = "Druga Firma"
        return self.env["res.company"].search([("name", "=", name)]) or self.env["res.company"].create({
            "name": name, "country_id": self.home.country_id.id, "currency_id": self.home.currency_id.id})

    # WHAT IS HIDDEN

    def secret(self, model, vals, field="name", company=None):
        """A record with a text of its own that tells where it is read."""
        env = self.env(context={"tracking_disable": True, "no_reset_password": True}) if company is None else self.env(
            context={"tracking_disable": True, "allowed_company_ids": company.ids})
        record = env[model].create({**vals, field: f"{MARKER}{len(self.secrets) + 1}."})
        self.secrets.append(record)
        return record

    def hide(self, away):
        """One record of each kind in the second company, and some that a colleague has."""
        self.secrets = []
        today, partner = fields.Date.today(), self.secret(
            "res.partner", {"company_id": away.id, "is_company": True, "phone": "+48 600 700 800"}, company=away)
        of_away = {"company_id": away.id}
        kind = self.secret("crm.service.device.type", {**of_away, "prefix": "TJ"}, company=away)
        model = self.secret("crm.service.device.model", {**of_away, "type_id": kind.id}, company=away)
        device = self.secret("crm.service.device", {
            **of_away, "type_id": kind.id, "model_id": model.id, "partner_id": partner.id, "serial_number": "SN 900001",
        }, company=away)
        part = self.secret("product.product", {**of_away, "type": "consu", "is_storable": True}, company=away)
        order = self.secret("crm.service.order", {
            **of_away, "partner_id": partner.id,
            "device_line_ids": [Command.create({"device_id": device.id, "fault": f"{MARKER}9001."})],
            "line_ids": [Command.create({"kind": "part", "product_id": part.id, "quantity": 1})]}, "note", company=away)
        self.secret("crm.task", {**of_away, "partner_id": partner.id, "order_id": order.id}, company=away)
        self.secret("crm.event", {**of_away, "partner_id": partner.id}, company=away)
        regime = self.secret("crm.service.inspection.regime", {
            **of_away, "interval_number": 1, "interval_unit": "year"}, company=away)
        plan = self.env["crm.service.inspection.plan"].with_company(away).create({
            "device_id": device.id, "regime_id": regime.id, "anchor_date": today})
        plan.action_generate()
        self.secret("utm.campaign", of_away if "company_id" in self.env["utm.campaign"]._fields else {}, company=away)
        self.secret("project.project", {**of_away, "privacy_visibility": "followers"}, company=away)
        colleague = self.env["res.users"].search([
            ("share", "=", False), ("active", "=", True), ("id", "not in", list(self.users.values()))], limit=1)
        customer = self.env["res.partner"].search([("is_company", "=", True), ("company_id", "=", False)], limit=1)
        at_home = {"company_id": self.home.id, "user_id": colleague.id, "partner_id": customer.id}
        self.secret("crm.service.order", at_home, "note")
        self.secret("crm.task", at_home)
        self.secret("crm.event", at_home)

    def forbid(self):
        """Which secrets each role may not read, by what Odoo itself says of the record."""
        for role, uid in self.users.items():
            env = api.Environment(self.env.cr, uid, {})
            self.hidden[role] = {
                f"{MARKER}{number}." for number, record in enumerate(self.secrets, 1)
                if not env[record._name].browse(record.id).has_access("read")}
            if not self.is_of_away(role):
                self.hidden[role].add(f"{MARKER}9001.")

    def is_of_away(self, role):
        return self.away in self.env["res.users"].browse(self.users[role]).company_ids.ids

    def told(self, role, text):
        """The secrets in a text that this role may not read."""
        if MARKER not in text:
            return []
        return sorted(set(re.findall(rf"{MARKER}\d+\.", text)) & self.hidden[role])

    # WHAT DOES NOT CHANGE

    def watched(self):
        """[(table, whether it is ours, whether its rows are of a company)]"""
        found = {}
        for name in self.env.registry:
            Model = self.env[name]
            if not Model._auto or Model._abstract or Model._transient:
                continue
            ours = Model._original_module == "crm_enova_like"
            if ours or Model._table in CORE:
                company = Model._fields.get("company_id")
                found[Model._table] = (ours, bool(company and company.store and company.column_type))
        return sorted((table, *kind) for table, kind in found.items())

    def rows(self, role, cr):
        """A print of the rows that stay as they are whatever this role calls."""
        parts = []
        for table, ours, of_company in self.tables:
            if ours and role in OUTSIDE:
                where = "TRUE"
            elif of_company and not self.is_of_away(role):
                where = f"company_id = {int(self.away)}"
            else:
                continue
            parts.append(f"SELECT '{table}', {PRINT} FROM {table} t WHERE {where}")
        cr.execute(" UNION ALL ".join(parts))
        return dict(cr.fetchall())

    def check_rows(self, role, cr, *, core):
        """Refuse that a call has changed what its role may not.

        :param core: whether Odoo's own tables do not count
        :raises Fault: names the tables
        """
        cr.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        if not cr.fetchone()[0]:
            return
        after = self.rows(role, cr)
        changed = sorted(table for table, text in self.before[role].items() if after.get(table) != text)
        if core:
            changed = [table for table in changed if table not in CORE]
        if changed:
            raise Fault(f"changes rows that {role} may not: {', '.join(changed)}")

    def whole(self):
        """A print of all rows of all these tables."""
        found = hashlib.sha256()
        for table, _ours, _of_company in self.tables:
            self.env.cr.execute(f"SELECT {PRINT} FROM {table} t")
            found.update(self.env.cr.fetchone()[0].encode())
        return found.hexdigest()


class Fault(Exception):
    """What no call may bring about."""
