from odoo import api, fields, models


class CrmServiceOrder(models.Model):
    """What is wrong, in the row of an order: a list that tells the number alone is opened order by order."""

    _inherit = "crm.service.order"

    fault_text = fields.Char(
        string="Fault", compute="_compute_fault_text",
        help="Of the first device that has one, else what was reported of the whole order.")

    @api.depends("device_line_ids.fault", "description")
    def _compute_fault_text(self):
        faults = self._find_faults()
        for order in self:
            # as typed, in lines; a row has one
            order.fault_text = " ".join((faults.get(order.id) or order.description or "").split())

    def _find_faults(self):
        """The first fault of each order that has one: {id of the order: text}.

        An inspection of a large firm has hundreds of devices: their rows are not read for it.
        """
        if not all(isinstance(number, int) for number in self._ids):    # one that is being typed
            return {order.id: next(filter(None, order.device_line_ids.mapped("fault")), None) for order in self}
        Line = self.env["crm.service.order.device"]
        first = dict(Line._read_group(
            [("order_id", "in", self.ids), ("fault", "!=", False)], ["order_id"], ["id:min"]))
        lines = Line.browse(first.values())
        lines.fetch(["order_id", "fault"])
        return {line.order_id.id: line.fault for line in lines}
