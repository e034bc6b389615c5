from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CrmServiceOrderType(models.Model):
    """Where the parts of a type's orders come from, and who issues them."""

    _inherit = "crm.service.order.type"

    warehouse_id = fields.Many2one(
        "stock.warehouse", check_company=True, index="btree_not_null",
        help="Where the parts come from. Empty: the company's first warehouse.")
    rw_picking_type_id = fields.Many2one(
        "stock.picking.type", string="RW Operation Type", check_company=True,
        domain="[('service_document', '=', 'rw'), ('company_id', '=', company_id)]",
        help="Empty: the RW type of the warehouse.")
    issue_by = fields.Selection(
        [("technician", "Technician, at once"), ("warehouse", "Warehouse keeper")],
        string="Parts Issued By", required=True, default="technician",
        help="Warehouse keeper: the order's button reserves the parts and sends the RW to the keeper, "
             "and only a stock user validates it.")

    @api.constrains("rw_picking_type_id")
    def _check_rw_type(self):
        for order_type in self:
            if order_type.rw_picking_type_id and order_type.rw_picking_type_id.service_document != "rw":
                raise ValidationError(self.env._(
                    "Order type “%(type)s”: “%(operation)s” is not an RW operation type.",
                    type=order_type.name, operation=order_type.rw_picking_type_id.display_name))

    def _get_warehouse(self):
        """Where one order type's parts come from: its own warehouse, else its
        company's first one; empty where the company has none."""
        self.ensure_one()
        return self.warehouse_id or self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)], limit=1)

    def _get_rw_picking_type(self):
        """The RW operation type that issues this type's parts.

        :param self: one order type
        :raises UserError: the company has no warehouse (Odoo 19 makes none for
            a company added later) or its RW type is archived
        """
        self.ensure_one()
        picking_type = self.rw_picking_type_id or self.warehouse_id.rw_type_id
        if not picking_type:
            warehouse = self._get_warehouse()
            if not warehouse:
                raise UserError(self.env._(
                    "Company “%(company)s” has no warehouse, so no parts can be issued. "
                    "Create one in Inventory ‣ Configuration ‣ Warehouses.", company=self.company_id.name))
            picking_type = warehouse.rw_type_id
        if not picking_type.active:
            raise UserError(self.env._(
                "The RW operation type of order type “%(type)s” is archived. "
                "Restore it or choose another one.", type=self.name))
        return picking_type
