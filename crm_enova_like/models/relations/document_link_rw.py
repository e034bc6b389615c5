from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

COST = "crm_enova_like.group_cost"


class CrmDocumentLink(models.Model):
    """RWs and ZWs among the linked documents: the system links those of an order, and they stay linked.

    What they cost is the cost of the order's parts, so it counts there and in no sum of links.
    """

    _inherit = "crm.document.link"

    # one that was cancelled never had a number: nobody looks for it
    is_cancelled = fields.Boolean(
        string="Cancelled RW or ZW", compute="_compute_is_cancelled", search="_search_is_cancelled")

    def _get_rw(self):
        """The RWs and ZWs that links tie (with all rights), as {link: document}."""
        links = self.filtered(lambda link: link.res_model == "stock.picking")
        # sudo: whoever reads an order is told which RWs it has, and what became of them
        documents = self.env["stock.picking"].sudo().browse(links.mapped("res_id"))
        # what the transaction has made or read is there
        unknown = documents.filtered(lambda document: not len(document._cache))
        documents = documents - unknown | unknown.exists()
        by_id = {document.id: document for document in documents if document.service_document}
        return {link: by_id[link.res_id] for link in links if link.res_id in by_id}

    def _get_told_documents(self):
        """Documents of which the links' reader is told without a right on them: the RWs and ZWs of an order, as
        {link: document}."""
        return self.filtered("is_automatic")._get_rw()

    def _compute_is_cancelled(self):
        documents = self._get_rw()
        for link in self:
            link.is_cancelled = link in documents and documents[link].state == "cancel"

    def _search_is_cancelled(self, operator, value):
        if operator != "in":
            return NotImplemented

        def find(model, alias, _query):
            # of each link, by its document's id: the cancelled ones of years are not gone through
            return SQL(
                "(%s = 'stock.picking' AND EXISTS (SELECT FROM stock_picking p WHERE p.id = %s AND p.state = 'cancel' "
                "AND p.service_document IS NOT NULL))", SQL.identifier(alias, "res_model"),
                SQL.identifier(alias, "res_id"))

        self.env["stock.picking"].flush_model(["state", "service_document"])
        cancelled = Domain.custom(to_sql=find, predicate=lambda link: link.is_cancelled)
        return cancelled if True in value else ~cancelled

    def _prepare_rw(self, document):
        """What one link tells of an RW or ZW; nothing of another document. {field: value}

        Its value is for those who may read purchase cost.
        """
        self.ensure_one()
        if document._name != "stock.picking" or not document.service_document:
            return {}
        # sudo: the value is the stock's to read, and has a right of its own here
        picking, is_done = document.sudo(), document.state == "done"
        may_read = self.env.su or self.env.user.has_group(COST)
        vals = {
            "document_state": self._get_rw_state_name(document), "is_counted": False,
            "amount": 0.0}
        if is_done and picking.date_done:
            vals["document_date"] = picking.company_id._service_date(picking.date_done)
        if is_done and may_read:
            sign = -1 if document.service_document == "zw" else 1
            vals.update(amount=sign * abs(picking.service_value), is_counted=self.is_automatic)
        return vals

    @api.model
    def _get_rw_state_name(self, document):
        """What became of an RW or ZW, in words."""
        is_return = document.service_document == "zw"
        if document.state == "done":
            return self.env._("Returned") if is_return else self.env._("Issued")
        return {
            "cancel": self.env._("Cancelled"),
            "assigned": self.env._("To return") if is_return else self.env._("To issue"),
            "draft": self.env._("Draft without a number"),
        }.get(document.state) or self.env._("Waiting for goods")

    # WHAT THE SYSTEM LINKED STAYS LINKED

    def _check_automatic(self, vals):
        """Refuse to turn a link of an order to its own RW or ZW to something else.

        :raises UserError: names the document and the order
        """
        if self.env.su:
            return
        fixed = {"res_model", "res_id", "role", *self._get_link_sources()} & vals.keys()
        self.filtered(lambda link: link.is_automatic and any(
            link._is_changed(name, vals[name]) for name in fixed))._refuse_change()

    @api.ondelete(at_uninstall=False)
    def _check_not_automatic(self):
        # sudo: with the document or the order, its links go
        if not self.env.su:
            automatic = self.filtered("is_automatic")
            automatic.browse(link.id for link in automatic._get_rw())._refuse_change()

    def _refuse_change(self):
        for link in self:
            raise UserError(self.env._(
                "%(document)s is a warehouse document of order %(order)s: it stays linked, and counts as cost of the "
                "order's parts. Only documents that were linked by hand can be removed.",
                document=link.document_name, order=link.order_id.name))

    def action_remove(self):
        """Take documents that were linked by hand off what they are linked to; the documents stay.

        :raises UserError: the system linked one
        """
        self.unlink()
        return True

    def web_read(self, specification: dict):
        """The name of a document is told to who is told of it and may not read it."""
        rows = super().web_read(specification)
        shown = "display_name" in (specification.get("res_id") or {}).get("fields", {})
        for link, row in zip(self, rows, strict=False) if shown else ():
            if row.get("res_id") and link.id == row["id"] and link.is_automatic and not link.is_readable:
                row["res_id"]["display_name"] = link.document_name
        return rows
