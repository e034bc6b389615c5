from odoo import api, fields, models
from odoo.tools import SQL

DONE = "quantity_done"


class CrmServiceOrderLine(models.Model):
    """What was done, when: what the analysis of labour and parts counts."""

    _inherit = "crm.service.order.line"

    date_closed = fields.Datetime(
        related="order_id.date_closed", string="Completed On", help="When the order was completed.")
    quantity_done = fields.Float(
        digits="Product Unit", compute="_compute_quantity_done", aggregator="sum",
        help="Of parts what was issued, less what came back; else what was planned. Pieces and kilograms have no sum.")

    @api.depends("quantity")
    def _compute_quantity_done(self):
        for line in self:
            line.quantity_done = line._get_quantity_done()

    def _get_quantity_done(self):
        """How much of one line was done; the same as :meth:`_get_done_sql`."""
        return self.ensure_one().quantity

    @api.model
    def _get_done_sql(self, alias, query):
        """SQL of how much of a line was done."""
        return self._field_to_sql(alias, "quantity", query)

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec != f"{DONE}:sum":
            return super()._read_group_select(aggregate_spec, query)
        self._check_field_access(self._fields["quantity"], "read")
        # of one unit there is a sum, of several there is none
        return SQL(
            "CASE WHEN COUNT(DISTINCT %s) <= 1 THEN SUM(%s) END",
            self._field_to_sql(self._table, "uom_id", query), self._get_done_sql(self._table, query))

    @api.model
    def _is_reckoned(self, aggregate):
        # what the groups have together is not what they have each
        return aggregate != f"{DONE}:sum" and super()._is_reckoned(aggregate)
