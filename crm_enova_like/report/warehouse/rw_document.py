from odoo import api, models
from odoo.exceptions import AccessError


class ReportRwDocument(models.AbstractModel):
    """The RW / ZW as a Polish warehouse document.

    Technicians hold no stock rights; they print the documents of the orders
    that they may read.
    """

    _name = "report.crm_enova_like.report_rw_document"
    _description = "RW / ZW Document"

    @api.model
    def _get_report_values(self, docids, data=None):
        pickings = self.env["stock.picking"].browse(docids).exists()
        for picking in pickings:
            self._check_readable(picking)
        documents = pickings.sudo()
        return {
            "doc_ids": documents.ids,
            "doc_model": "stock.picking",
            "docs": documents,
            "get_lines": self._get_lines,
            "get_dates": self._get_dates,
            "with_costs": self.env.user.has_group("crm_enova_like.group_cost"),
        }

    def _check_readable(self, picking):
        """Refuse who may read neither the document nor its order.

        :raises AccessError:
        """
        if picking.has_access("read"):
            return
        order = picking.sudo().service_order_id.with_env(self.env)
        if not picking.sudo().service_document or not order or not order.has_access("read"):
            raise AccessError(self.env._("You may not print this warehouse document."))

    @api.model
    def _get_dates(self, picking):
        """The date of issue, at the company's place; today's for an open document."""
        return picking.company_id._service_date(picking.date_done) if picking.date_done else (
            picking.company_id._service_today())

    @api.model
    def _get_lines(self, picking):
        """The printed rows: the value is the stock's, and an open document has none yet.

        :param picking: one document, as superuser
        :return: list of dicts
        """
        done = picking.state == "done"
        rows = []
        for move in picking.move_ids.filtered(lambda move: move.state != "cancel").sorted("id"):
            quantity = move.quantity if done else move.product_uom_qty
            if done and not quantity:
                continue
            rows.append({
                **move._get_paper_names(),
                "quantity": quantity,
                "price": abs(move.value) / quantity if done else None,
                "value": abs(move.value) if done else None,
            })
        return rows
