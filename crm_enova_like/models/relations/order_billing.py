from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError

from ..common.locks import lock_rows


class CrmServiceOrder(models.Model):
    """What leaves the stock for an order leaves it once: by an RW, or by the documents that are linked to the order.

    Goods are judged by what they are in the stock: a kit is its components, in their own unit. A linked sales order
    takes what its deliveries brought or are to bring; a linked invoice takes what it expenses beyond the deliveries of
    its own sales order lines. What an RW has used, and is not back, no linked document may take, and what such a
    document takes no RW may use. **Another piece** of the same product is one that the order plans by a line supplied
    by sales delivery: as much as such lines plan, linked documents may take beside the RW.
    """

    _inherit = "crm.service.order"

    def _check_may_bill(self, products):
        """Refuse that linked documents take once more what RWs of the orders have issued.

        Asked when they are confirmed, posted, linked or delivered, and the documents themselves say what they take. The
        orders stay locked, so that an RW and a document of the same moment meet.

        :param self: any number of orders
        :param products: what a sales order delivers, or an invoice expenses
        :raises UserError: names each order, its RWs and the part
        """
        lock_rows(self)
        problems = []
        # sudo: whoever sells or bills need read neither orders nor the stock; told are names alone
        for order in self.sudo():
            issued, goods = order._get_issued_goods(), order._expand_goods(products)
            taken = order._get_taken_goods() if issued.keys() & goods else {}
            for part, documents in issued.items():
                if part in goods and part in taken:
                    problems.append(self.env._(
                        "Order %(order)s: %(documents)s has issued and expensed %(part)s already. Bill it as a service "
                        "or as a line of text, or return it by a ZW first. If this is another piece, plan it on the "
                        "order as a part supplied by sales delivery.",
                        order=order.name, part=part.display_name, documents=", ".join(documents.mapped("name"))))
        if problems:
            raise UserError("\n".join(problems))

    @api.model
    def _check_may_issue(self, products):
        problems, orders = [], self.sudo().union(*products)
        # most orders have no such document: of many, this is asked at once
        if len(orders) > 1 and not any(self.env["crm.document.link"]._get_documents_of(orders).values()):
            orders = orders.browse()
        for order in orders:
            for part, documents in order._get_taken_goods().items():
                if part in products[order]:
                    problems.append(self.env._(
                        "Order %(order)s: %(part)s is delivered or billed by %(documents)s already, and would leave "
                        "the stock twice. Cancel that delivery or reverse that invoice, or take the part off the "
                        "order. If this is another piece, plan the one of %(documents)s on the order as a part "
                        "supplied by sales delivery.",
                        order=order.name, part=part.display_name, documents=", ".join(dict.fromkeys(documents))))
        if problems:
            raise UserError("\n".join(problems))
        return super()._check_may_issue(products)

    # WHAT IS TAKEN FROM THE STOCK (with all rights)

    def _expand_goods(self, products):
        """What products consist of as goods of one order's company. Set of products."""
        self.ensure_one()
        return {part for product in products.sudo() for part in product._get_goods(1.0, self.company_id)}

    def _get_issued_goods(self):
        """What RWs of one order used and is not back.

        :return: {product: the RWs}
        """
        self.ensure_one()
        done = self.line_ids.move_ids._filter_done()
        issues, used = done._filter_service_issues(), defaultdict(float)
        for sign, moves in ((1, issues), (-1, done._filter_service_returns())):
            for product, of_product in moves.grouped("product_id").items():
                used[product] += sign * of_product._sum_in_product_unit()
        return {
            product: issues.filtered(lambda move, product=product: move.product_id == product).picking_id
            for product, quantity in used.items() if product.uom_id.compare(quantity, 0.0) > 0}

    def _get_taken_goods(self):
        """What the documents that are linked to one order take from the stock beyond what it plans for them.

        :return: {product: names of the documents}
        """
        self.ensure_one()
        documents = self.env["crm.document.link"]._get_documents_of(self)
        sales, invoices = documents["sale.order"], documents["account.move"]
        if not sales and not invoices:
            return {}
        taken, names = defaultdict(float), defaultdict(list)
        for sale in sales:
            # what the keeper adds to a delivery becomes a line of the sale when it is done
            added = sale.picking_ids.move_ids.filtered(lambda move: not move.sale_line_id)
            for brought in (sale.order_line._get_brought_goods(waiting=True), added._get_brought_goods(waiting=True)):
                for product, quantity in brought.items():
                    taken[product] += quantity
                    if product.uom_id.compare(quantity, 0.0) > 0:
                        names[product].append(sale.name)
        lines = (invoices.invoice_line_ids | invoices.reversal_move_ids.invoice_line_ids
                 | sales.order_line.invoice_lines)._filter_billed_goods()
        for product, quantity in lines._get_expensed_goods(sales).items():
            taken[product] += quantity
            names[product] += lines.filtered(
                lambda line, product=product: product in line._get_goods()).move_id.mapped("name")
        for line in self.line_ids.filtered(lambda line: line.kind == "part" and line.supply == "sale"):
            for product, quantity in line.product_id._get_goods(
                    line._to_product_unit(line.quantity), self.company_id).items():
                taken[product] -= quantity
        return {
            product: names[product] for product, quantity in taken.items()
            if names[product] and product.uom_id.compare(quantity, 0.0) > 0}
