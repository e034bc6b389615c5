from odoo import models
from odoo.exceptions import UserError

from ..common.formats import format_quantity


class CrmServiceOrder(models.Model):
    """Parts are added to an order by their barcode."""

    _name = "crm.service.order"
    _inherit = ["crm.service.order", "crm.service.scan.mixin"]

    def action_scan(self, code: str, confirmed=False):
        """Add the part with a code to an order.

        :param self: one open order
        :param code: barcode, internal reference, lot or serial number
        :param confirmed: the user has said that one more of it is wanted
        :return: dict for the screen: ``type`` and ``message``, or ``confirm``
            with a question, to be answered by calling again with ``confirmed``
        :raises UserError: the code is of no part, or a serial number is on the order
        """
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        code, products, lots = self._scan_find(code, self.company_id)
        product = products or lots.product_id
        self._scan_check_one(code, product)
        lot = lots.filtered(lambda lot: lot.product_id == product)[:1] if not products else lots.browse()
        if product.type != "consu":
            raise UserError(self.env._(
                "“%(code)s” is %(product)s, a service. Add it as labour.", code=code, product=product.display_name))
        product = product.sudo(False)
        lines = self._get_parts().filtered(lambda line: line.product_id == product)
        if lot:
            lines, line = self._scan_lot(lines, lot)
            if line:
                return self._scan_answer(line, self.env._(
                    "%(product)s has the number %(lot)s now.", product=product.display_name, lot=lot.name))
        if lines and not confirmed:
            return {"confirm": self.env._(
                "%(product)s is on the order already: %(planned)s planned, %(issued)s issued. Add one more?",
                product=product.display_name, planned=format_quantity(self.env, sum(lines.mapped("quantity"))),
                issued=format_quantity(self.env, sum(lines.mapped("quantity_issued"))))}
        if lines and (lot or product.tracking != "serial"):
            lines[-1].quantity = lines[-1]._add_piece()
            return self._scan_answer(lines[-1], self.env._(
                "%(product)s: one more is added.", product=product.display_name))
        line = self.env["crm.service.order.line"].create({
            "order_id": self.id, "kind": "part", "product_id": product.id, "quantity": 1.0,
            **({"lot_name": lot.name} if lot else {})})
        return self._scan_answer(line, self.env._("%(product)s is added.", product=product.display_name))

    def _scan_lot(self, lines, lot):
        """Find the lines of a scanned lot or serial number; a line that has none yet takes it.

        :param lines: of the lot's product
        :return: (lines of the lot, the line that took it or an empty one)
        :raises UserError: the serial number is on the order already
        """
        # the lot is compared for a technician who holds no stock rights
        lots = {line: line.lot_id for line in lines._as_stock()}
        same = lines.filtered(lambda line: lots[line] == lot)
        if same and lot.product_id.tracking == "serial":
            raise UserError(self.env._(
                "Serial number %(lot)s of %(product)s is on order %(order)s already.",
                lot=lot.name, product=lot.product_id.display_name, order=self.name))
        taking = lines.browse()
        if not same:
            taking = lines.filtered(lambda line: not lots[line] and not line.quantity_issued)[:1]
            if taking:
                taking.lot_name = lot.name
        return same, taking

    def _scan_answer(self, line, done):
        """What the screen tells after a scan: what was done, and what is to be known of the part.

        :param done: a sentence
        """
        if line.tracking != "none" and not line.lot_name:
            kind, remark = "warning", self.env._("Scan its lot or serial number too.")
        elif line.product_id.is_storable and line.uom_id.compare(line.free_qty, line.quantity_to_issue) < 0:
            kind, remark = "warning", self.env._(
                "Free in the warehouse: only %(free)s %(uom)s.",
                free=format_quantity(self.env, line.free_qty), uom=line.uom_id._get_short_name())
        else:
            kind, remark = "success", self.env._(
                "Planned: %(planned)s %(uom)s.",
                planned=format_quantity(self.env, line.quantity), uom=line.uom_id._get_short_name())
        return {"type": kind, "message": f"{done} {remark}"}
