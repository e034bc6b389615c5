from odoo import models
from odoo.exceptions import UserError


class CrmServiceOrder(models.Model):
    """What an RW has expensed is neither delivered nor expensed again by a document that bills it."""

    _inherit = "crm.service.order"

    def _check_may_bill(self, products):
        """Refuse to deliver, or to expense, once more what RWs of the orders have issued.

        :param self: any number of orders
        :param products: what a sales order is to deliver, or an invoice bills as goods
        :raises UserError: a stored product among them was issued by an RW and is not back; names each order and part
        """
        stored = products.filtered(lambda product: product.type == "consu" and product.is_storable)
        problems = []
        for line, (parts, documents) in self._get_issued_parts().items():
            if parts & stored:
                problems.append(self.env._(
                    "Order %(order)s: %(documents)s has issued and expensed %(part)s already. Bill it as a service or "
                    "as a line of text, or return it by a ZW first.",
                    order=line.order_id.name, part=", ".join((parts & stored).mapped("display_name")),
                    documents=", ".join(documents.mapped("name"))))
        if problems:
            raise UserError("\n".join(dict.fromkeys(problems)))

    def _get_issued_parts(self):
        """Lines whose parts RWs have issued and that are not all back.

        sudo: whoever sells or bills need read neither orders nor the stock; told are names alone.

        :return: {line: (the products that left, which are a kit's components as well as the kit, their RWs)}
        """
        issued = {}
        for line in self.sudo().line_ids:
            if line._has_parts_out(expected=False):
                moves = line.move_ids.filtered(lambda move: move.state == "done")._filter_service_issues()
                issued[line] = line.product_id | moves.product_id, moves.picking_id
        return issued
