from collections import defaultdict
from contextlib import contextmanager, suppress

from odoo import api, models
from odoo.exceptions import AccessError, MissingError
from odoo.tools import SQL

from ..common.kept import get_kept, keep

# what a screen of orders shows of contacts, of all that there is of them
CONTACT_FACTS = ("name", "complete_name", "phone", "is_company", "commercial_partner_id", "company_id", "active")
FORM = "crm_enova_like.order_form"    # kept while an order is made in a form: what the form asks for


class CrmServiceOrder(models.Model):
    """The form of an order is read again after each press: what most orders do not have is not looked for one by one.

    Wings extend :meth:`_get_seldom_fields`.
    """

    _inherit = "crm.service.order"

    @api.model
    def _get_seldom_fields(self):
        """Names of fields with other records, of which most orders have none; or ``rows.field``, for a field that no
        row has in most orders: set of str."""
        return {"tag_ids", "device_line_ids.access_secret"}

    def _get_unseen_fields(self, names):
        """Those of the fields that a screen asks for which are empty anyway, known by what is read already."""
        return set()

    def web_save(self, vals: dict, specification: dict, next_id=None):
        if self:
            return super().web_save(vals, specification, next_id)
        with keep(self.env, FORM, specification):
            return super().web_save(vals, specification, next_id)

    def _read_ahead(self):
        """Read what the form in which an order is made will show, so that nothing is left to be read when it draws its
        number: until the request ends, others wait for theirs."""
        specification = get_kept(self.env, FORM)
        if specification is not None:
            self.with_context(bin_size=True).web_read(specification)
        self.env.flush_all()

    def web_read(self, specification: dict):
        unseen = set()
        # deleted meanwhile, or out of sight but for its name: core tells its reader so
        with suppress(MissingError, AccessError), self._names_at_hand():
            self.company_id.sudo()._with_facts()
            if len(self) == 1 and self.id:
                self._note_empty_fields(self._get_seldom_fields())
            self._gather_contacts(specification)
            if len(self) > 1:
                self._note_related_fields(specification)
            unseen = self._get_unseen_fields(specification.keys())
        if not unseen:
            return super().web_read(specification)
        rows = super().web_read({name: asked for name, asked in specification.items() if name not in unseen})
        return [{**row, **dict.fromkeys(unseen, False)} for row in rows]

    @contextmanager
    def _names_at_hand(self):
        """Where some of the orders are out of sight, core names each of them to who lists their rows, one by one: their
        names are read at once."""
        try:
            yield
        except AccessError:
            # sudo: as core names them
            self.sudo().exists().mapped("display_name")
            raise

    def _get_shown_contacts(self, names):
        """The contacts whose names are shown, those of users included (with all rights)."""
        orders, partners, users = self.sudo(), self.env["res.partner"].sudo(), self.env["res.users"].sudo()
        for field in (self._fields[name] for name in names if name in self._fields):
            if field.type == "many2one" and field.store and field.comodel_name == "res.users":
                users |= orders[field.name]
            elif field.type == "many2one" and field.store and field.comodel_name == "res.partner":
                partners |= orders[field.name]
        return partners | users.partner_id

    def _gather_contacts(self, names):
        """Read at once who is named on a screen: core reads contractors, owners and users one after the other."""
        self._get_shown_contacts(names).fetch(CONTACT_FACTS)

    def _note_related_fields(self, names):
        """Note what the rows of a list have of their stage, company or contractor: core looks it up row by row."""
        followed = defaultdict(list)
        for field in (self._fields[name] for name in names if name in self._fields):
            source, _dot, name = (field.related or "").partition(".")
            if not field.store and field.compute_sudo and name and "." not in name:
                followed[source].append((field, name))
        for source, fields in followed.items():
            for target, orders in self.grouped(source).items():
                target = target.sudo()
                for field, name in fields:
                    value = field.convert_to_cache(target[name], orders[:1], validate=False)
                    field._insert_cache(orders, [value] * len(orders))

    def _note_empty_fields(self, names):
        """Note which fields of one stored order are empty, whoever reads them, by one statement for all of them."""
        names = [name for name in sorted(names) if not self._is_known(name)]
        if not names:
            return
        [filled] = self.env.execute_query(SQL(
            "SELECT %s", SQL(", ").join(SQL("EXISTS (%s)", self._query_filled(name)) for name in names)))
        for name, is_filled in zip(names, filled, strict=True):
            if is_filled:
                continue
            name, _dot, inner = name.partition(".")
            if inner:
                rows = self[name]
                rows._fields[inner]._insert_cache(rows, [None] * len(rows))
            else:
                self._fields[name]._insert_cache(self, [()])

    def _is_known(self, name):
        """Whether a field of one order, or of all its rows, is read already."""
        name, _dot, inner = name.partition(".")
        return name in self._cache and not (inner and any(inner not in row._cache for row in self[name]))

    def _query_filled(self, name):
        """SQL that finds what a field with other records holds, or those of them in which a field is filled."""
        name, _dot, inner = name.partition(".")
        field = self._fields[name]
        if not inner:
            return self._query_linked(field)
        self.env[field.comodel_name].flush_model([inner])
        return SQL("%s AND %s IS NOT NULL", self._query_linked(field), SQL.identifier(inner))

    def _query_linked(self, field):
        """SQL that finds what a one2many or many2many field of one order holds, archived and hidden records too."""
        if field.type == "many2many":
            table, column = field.relation, field.column1
        else:
            comodel, column = self.env[field.comodel_name], field.inverse_name
            comodel.flush_model([column])
            table = comodel._table
        return SQL("SELECT FROM %s WHERE %s = %s", SQL.identifier(table), SQL.identifier(column), self.id)

    def _is_noted_empty(self, name):
        """Whether a field of one order is known to be empty."""
        return name in self._cache and not self[name]
