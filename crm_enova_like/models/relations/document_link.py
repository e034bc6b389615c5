from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..common.readable import readable


class CrmDocumentLink(models.Model):
    """A trade or warehouse document tied to a task, an event or an order
    (powiązany dokument), with its part in cost or revenue."""

    _name = "crm.document.link"
    _description = "Linked Document"
    _inherit = ["crm.facts.mixin", "crm.rows.mixin", "crm.named.mixin"]
    _order = "id desc"
    _rec_name = "document_name"

    task_id = fields.Many2one("crm.task", ondelete="cascade", index="btree_not_null")
    event_id = fields.Many2one("crm.event", ondelete="cascade", index="btree_not_null")
    order_id = fields.Many2one(
        "crm.service.order", string="Service Order", ondelete="cascade", index="btree_not_null")
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, precompute=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    res_model = fields.Selection(
        lambda self: self._selection_res_model(), string="Kind", required=True, index=True)
    res_id = fields.Many2oneReference(string="Document", model_field="res_model", required=True, index=True)
    role = fields.Selection(
        [("none", "None"), ("revenue", "Revenue"), ("cost", "Cost")], required=True, compute="_compute_role",
        store=True, readonly=False, precompute=True,
        help="Whether the document counts as revenue or cost of the task, event or order.")
    document_name = fields.Char(compute="_compute_document")
    document_date = fields.Date(string="Date", compute="_compute_document")
    amount = fields.Monetary(
        compute="_compute_document",
        help="Net, in the company's currency: what the firm gains by it, or, as cost, what it bears. Refunds and "
             "credit notes are negative.")
    document_state = fields.Char(string="State", compute="_compute_document")
    is_readable = fields.Boolean(compute="_compute_document")
    is_automatic = fields.Boolean(
        string="Made by the System", readonly=True, copy=False,
        help="An RW or ZW of the order itself: it stays linked, and its cost is that of the order's parts.")
    is_counted = fields.Boolean(
        string="Counts", compute="_compute_document",
        help="Confirmed sales orders and posted invoices count; quotations, drafts and cancelled documents do not.")
    # what the document is a part of, as an invoice is of its sales orders: pairs of model and id
    wholes = fields.Json(compute="_compute_document")
    # what it takes back, as a refund does its invoice: such pairs, too
    reversals = fields.Json(compute="_compute_document")

    # another addon's source is one more column: that there is one at all is seen to in _check_source
    _one_source = models.Constraint(
        "CHECK(num_nonnulls(task_id, event_id, order_id) <= 1)",
        "A linked document belongs to one task, one event or one order.")
    _document_idx = models.Index("(res_model, res_id)")
    _task_uniq = models.UniqueIndex(
        "(task_id, res_model, res_id) WHERE task_id IS NOT NULL", "This document is linked to the task already.")
    _event_uniq = models.UniqueIndex(
        "(event_id, res_model, res_id) WHERE event_id IS NOT NULL", "This document is linked to the event already.")
    _order_uniq = models.UniqueIndex(
        "(order_id, res_model, res_id) WHERE order_id IS NOT NULL", "This document is linked to the order already.")

    @api.model
    def _get_row_inverses(self):
        return super()._get_row_inverses() | self._get_link_sources().keys()

    @api.model
    def _get_fact_fields(self):
        return super()._get_fact_fields() | {"is_automatic"}

    # WHAT MAY BE LINKED, AND TO WHAT

    @api.model
    def _get_link_sources(self):
        """What documents are linked to: {name of the many2one: model}.

        Another addon adds its own: a many2one here with a unique index like those above, this method, a record rule
        for technicians, and ``crm.linked.mixin`` with ``document_link_ids`` on its model.
        """
        return {"task_id": "crm.task", "event_id": "crm.event", "order_id": "crm.service.order"}

    @api.model
    def _get_link_field(self, model):
        """The name of the many2one to a model that documents are linked to."""
        return next(name for name, source in self._get_link_sources().items() if source == model)

    @api.model
    def _get_document_models(self):
        """The kinds of documents that may be linked. Another addon adds its own:

            def _get_document_models(self):
                return {**super()._get_document_models(), "my.document": {
                    "amount": "amount_untaxed", "currency": "currency_id", "date": "date", "role": "cost"}}

        :return: {model: names of its fields for amount, currency and date (each may be missing), its usual role,
            a name for people where the model's own is none, "confirmed": the domain of what counts in sums (without
            one, all of it), "cost": the domain of those that are cost whatever their kind's role, "company_currency":
            the amount is in the document's company's currency and says what that gains, so that what it bears is
            negative (without it, an amount counts in its role as it is stated), "part_of": a path to documents within
            which it counts where they are linked as well, "reverses": a path to the documents that it takes back}
        """
        sale = self.env._("Quotation or sales order")
        invoice = self.env._("Invoice or bill")
        transfer = self.env._("Warehouse document")
        return {
            "sale.order": {
                "name": sale, "amount": "amount_untaxed", "currency": "currency_id",
                "date": "date_order", "role": "revenue", "confirmed": [("state", "=", "sale")]},
            "account.move": {
                "name": invoice, "amount": "amount_untaxed_signed", "date": "invoice_date",
                "role": "revenue", "company_currency": True, "confirmed": [("state", "=", "posted")],
                "cost": [("move_type", "in", ("in_invoice", "in_refund", "in_receipt"))],
                "part_of": "line_ids.sale_line_ids.order_id", "reverses": "reversed_entry_id"},
            "stock.picking": {
                "name": transfer, "date": "scheduled_date", "role": "none"},
        }

    @api.model
    def _selection_res_model(self):
        return [
            (model, kind.get("name") or self.env["ir.model"]._get(model).name)
            for model, kind in self._get_document_models().items() if model in self.env]

    @api.depends(lambda self: [f"{name}.company_id" for name in self._get_link_sources()])
    def _compute_company_id(self):
        for link in self:
            link.company_id = link._get_source().company_id or self.env.company

    @api.depends("res_model", "res_id")
    def _compute_role(self):
        kinds = self._get_document_models()
        for link in self:
            kind = kinds.get(link.res_model, {})
            role = kind.get("role", "none")
            if kind.get("cost") and link.res_id:
                document = readable(self.env[link.res_model].browse(link.res_id).exists())
                role = "cost" if document.filtered_domain(kind["cost"]) else role
            link.role = role

    def _get_source(self):
        """The task, event or order of one link."""
        self.ensure_one()
        names = self._get_link_sources()
        return self[next((name for name in names if self[name]), next(iter(names)))]

    def _get_documents(self):
        """The documents that exist and that the user may read, in batches.

        :return: {link: record}; a deleted or hidden document is left out
        """
        found = {}
        for model, links in self.filtered(lambda link: link.res_model in self.env).grouped("res_model").items():
            Model = self.env[model]
            if not Model.has_access("read"):
                continue
            records = Model.browse(links.mapped("res_id")).exists()._filtered_access("read")
            by_id = {record.id: record for record in records}
            found.update({link: by_id[link.res_id] for link in links if link.res_id in by_id})
        return found

    @api.depends("res_model", "res_id", "role")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_document(self):
        documents = self._get_documents()
        told = (self - self.browse(link.id for link in documents))._get_told_documents()
        kinds = self._get_document_models()
        names = dict(self._selection_res_model())
        for link in self:
            document = documents.get(link) or told.get(link)
            link.is_readable = link in documents
            link.update(link._prepare_document(document, kinds[link.res_model]) if document else {
                "document_name": self.env._(
                    "%(kind)s: deleted, or not yours to read", kind=names.get(link.res_model, link.res_model)),
                "document_date": False, "document_state": False, "amount": 0.0, "is_counted": False,
                "wholes": [], "reversals": []})

    def _prepare_document(self, document, kind):
        """What one link tells of its document: {field: value}."""
        self.ensure_one()
        states = document._fields["state"]._description_selection(self.env) if "state" in document._fields else ()
        return {
            "document_name": document.display_name,
            "document_date": fields.Date.to_date(document[kind["date"]]) if kind.get("date") else False,
            "document_state": dict(states).get(document.state) if states else False,
            "amount": self._get_amount(document, kind),
            "is_counted": self.role != "none" and bool(document.filtered_domain(kind.get("confirmed", []))),
            "wholes": self._get_related(document, kind.get("part_of")),
            "reversals": self._get_related(document, kind.get("reverses")),
            **self._prepare_rw(document)}

    @api.model
    def _get_related(self, document, path):
        """Pairs of model and id of what a path leads to from one document."""
        # sudo: which they are is asked; nothing of them is shown
        related = document.sudo().mapped(path) if path else document.browse()
        return [(related._name, related_id) for related_id in related.ids]

    def _get_amount(self, document, kind):
        """What the document is worth in the link's role: net, in the company's currency, on its day.

        An invoice is signed by what the firm gains, whatever role it was given: as revenue an invoice is positive and
        its refund negative, as cost a bill is positive and its credit note negative.
        """
        if not kind.get("amount"):
            return 0.0
        amount = document[kind["amount"]]
        if kind.get("company_currency"):
            company = document.company_id if "company_id" in document._fields else self.company_id
            currency = company.currency_id or self.currency_id
            amount = -amount if self.role == "cost" else amount
        else:
            currency = document[kind["currency"]] if kind.get("currency") else self.currency_id
        day = fields.Date.to_date(document[kind["date"]]) if kind.get("date") else None
        return currency._convert(amount, self.currency_id, self.company_id, day or fields.Date.context_today(self))

    # RULES

    @api.constrains(lambda self: ["res_model", *self._get_link_sources()])
    def _check_source(self):
        names = self._get_link_sources()
        for link in self:
            if sum(1 for name in names if link[name]) != 1:
                raise ValidationError(self.env._(
                    "A linked document belongs to one of these: %(sources)s.", sources=", ".join(
                        self._fields[name]._description_string(self.env) for name in names)))

    @api.constrains("res_model", "res_id")
    def _check_document(self):
        for model, links in self.grouped("res_model").items():
            # what the transaction has made or read is there
            unknown = self.env[model].browse(links.mapped("res_id")).filtered(lambda document: not len(document._cache))
            if len(unknown.exists()) < len(set(unknown.ids)):
                raise ValidationError(self.env._("The document to link does not exist any more."))

    @api.model_create_multi
    def create(self, vals_list):
        known = self._get_document_models()
        for vals in vals_list:
            self._check_new_facts(vals)
            if vals.get("res_model") not in known or vals["res_model"] not in self.env:
                raise ValidationError(self.env._(
                    "Documents of the kind “%(model)s” cannot be linked.", model=vals.get("res_model")))
        links = super().create(vals_list)
        links._check_documents_access()
        return links

    def write(self, vals):
        self._check_facts(vals)
        self._check_automatic(vals)
        result = super().write(vals)
        if {*self._get_link_sources()} & vals.keys():
            # nobody moves a link to what is not theirs
            self.check_access("write")
        if {"res_model", "res_id"} & vals.keys():
            self._check_documents_access()
        return result

    def _check_documents_access(self):
        """Who may not see a document does not tie it, either."""
        for model, links in self.grouped("res_model").items():
            self.env[model].browse(links.mapped("res_id")).check_access("read")

    def action_open(self):
        """Open one linked document.

        :raises UserError: it was deleted, or the user may not read it
        """
        self.ensure_one()
        document = self._get_documents().get(self)
        if not document:
            raise UserError(self.env._("This document was deleted, or you may not read it."))
        return document.get_formview_action()
