from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmDocumentLink(models.Model):
    """Which service orders documents are tied to, and which of them may be tied to an order."""

    _inherit = "crm.document.link"

    @api.model
    def _get_billing_models(self):
        """The kinds of documents that deliver or expense goods, and say so by ``_get_taken_products()``."""
        return ("sale.order", "account.move")

    @api.model
    def _get_order_paths(self):
        """Paths from a link to its service order: its own, or that of its task or event."""
        sources = self._get_link_sources()
        return [
            name if model == "crm.service.order" else f"{name}.order_id" for name, model in sources.items()
            if model == "crm.service.order" or "order_id" in self.env[model]._fields]

    def _get_orders(self):
        """The service orders that links are about.

        sudo: a task out of sight is about its order all the same; what is done with that goes by the rights on it.
        """
        links = self.sudo()
        return self.env["crm.service.order"].sudo().union(*(links.mapped(path) for path in self._get_order_paths()))

    @api.model
    def _get_documents_of(self, orders):
        """What delivers or expenses goods and is tied to orders, or to tasks and events of them, or was copied from
        such a document.

        sudo: what nobody sees who issues a part is delivered as well.

        :return: {model: records}
        """
        if not self._may_have_documents(orders):
            return {model: self.env[model].sudo() for model in self._get_billing_models()}
        Link = self.sudo().with_context(active_test=False)
        kinds = Domain("res_model", "in", self._get_billing_models())
        # one statement, and each of its branches is served by an index
        branches = [
            Link._search(kinds & Domain(path, "in", orders.ids)).select(
                SQL.identifier(self._table, "res_model"), SQL.identifier(self._table, "res_id"))
            for path in self._get_order_paths()]
        for model in self._get_billing_models():
            Copied = Link.env[model]
            branches.append(Copied._search([("crm_copied_order_ids", "in", orders.ids)]).select(
                SQL("%s", model), SQL.identifier(Copied._table, "id")))
        found = self.env.execute_query(SQL(" UNION ").join(branches))
        return {
            model: self.env[model].sudo().browse(res_id for kind, res_id in found if kind == model).exists()
            for model in self._get_billing_models()}

    @api.model
    def _may_have_documents(self, orders):
        """Whether anything is tied to orders by which they could have documents: most have nothing, and this is a small
        question."""
        ids, questions = tuple(orders.ids), []
        if not ids:
            return False
        sources = self._get_link_sources()
        for name, model in sources.items():
            if model == "crm.service.order":
                self.flush_model([name, "res_model"])
                questions.append(SQL(
                    "EXISTS (SELECT FROM %s WHERE %s IN %s AND res_model IN %s)", SQL.identifier(self._table),
                    SQL.identifier(name), ids, tuple(self._get_billing_models())))
            elif "order_id" in self.env[model]._fields:
                self.env[model].flush_model(["order_id"])
                questions.append(SQL(
                    "EXISTS (SELECT FROM %s WHERE order_id IN %s)", SQL.identifier(self.env[model]._table), ids))
        for model in self._get_billing_models():
            copied = self.env[model]._fields["crm_copied_order_ids"]
            questions.append(SQL(
                "EXISTS (SELECT FROM %s WHERE %s IN %s)", SQL.identifier(copied.relation),
                SQL.identifier(copied.column2), ids))
        [[found]] = self.env.execute_query(SQL("SELECT %s", SQL(" OR ").join(questions)))
        return found

    @api.constrains(lambda self: ["res_model", "res_id", *self._get_link_sources()])
    def _check_billing(self):
        """Refuse to tie what delivers, or has expensed, goods to an order whose RW issued them.

        :raises UserError: names the order, its RWs and the part
        """
        for model, links in self.filtered(lambda link: link.res_model in self._get_billing_models()).grouped(
                "res_model").items():
            documents = {document.id: document for document in self.env[model].browse(links.mapped("res_id")).exists()}
            for link in links:
                products = documents[link.res_id]._get_taken_products() if link.res_id in documents else ()
                if products:
                    link._get_orders()._check_may_bill(products)
