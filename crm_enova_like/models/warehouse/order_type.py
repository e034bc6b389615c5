from collections import defaultdict, namedtuple

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..common.kept import get_kept, keep

# in_warehouse: in the type's warehouse; at_source: where its RWs take from, what is the company's own included
FreeParts = namedtuple("FreeParts", "in_warehouse at_source")
FREE_PARTS_READ = {
    "crm.service.order.type": ["company_id", "warehouse_id", "rw_picking_type_id"],
    "res.company": ["partner_id"],
    "stock.warehouse": ["company_id", "sequence", "active", "view_location_id", "rw_type_id"],
    "stock.picking.type": ["default_location_src_id", "active"],
    "stock.location": ["parent_path"],
    "stock.quant": ["product_id", "location_id", "owner_id", "quantity", "reserved_quantity"],
}


FREE_PARTS = "crm_enova_like.free_parts"    # kept while a form is read: what was found


def free_parts_kept(env):
    """While a form is read, in which several fields ask what is free; nothing may be moved in here."""
    return keep(env, FREE_PARTS, defaultdict(dict))


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

    def _get_free_parts(self, products):
        """How much of products is free for one order type's orders: what nobody reserved, without what others own.

        Core's ``free_qty`` and ``_get_available_quantity``, in one statement: the form of an order asks at each press.
        Of kits it is what core says.

        :param products: product.product recordset, may be empty
        :return: {product: FreeParts}, in the product's unit
        """
        self.ensure_one()
        free = dict.fromkeys(products, FreeParts(0.0, 0.0))
        kits = products.filtered(lambda product: product._is_service_kit())
        warehouse = kits and self._get_warehouse()
        for product in kits if warehouse else ():
            free[product] = FreeParts(product._in_service_stock(warehouse).free_qty, 0.0)
        stored = (products - kits)._origin
        found = self._find_free_parts(stored) if stored and self._origin else {}
        for product in products - kits:
            if product._origin.id in found:
                free[product] = FreeParts(*(product.uom_id.round(each or 0.0) for each in found[product._origin.id]))
        return free

    def _find_free_parts(self, products):
        """:meth:`_query_free_parts`, once for each product while a form is read (:func:`free_parts_kept`)."""
        kept = get_kept(self.env, FREE_PARTS)
        if kept is None:
            return self._query_free_parts(products)
        kept = kept[self._origin.id]
        unknown = products.filtered(lambda product: product.id not in kept)
        if unknown:
            kept.update({**dict.fromkeys(unknown.ids), **self._query_free_parts(unknown)})
        return {product_id: kept[product_id] for product_id in products.ids if kept[product_id]}

    def _query_free_parts(self, products):
        """What lies free of stored products: {id: (in the type's warehouse, where its RWs take from)}."""
        for model, names in FREE_PARTS_READ.items():
            self.env[model].flush_model(names)
        return {product_id: quantities for product_id, *quantities in self.env.execute_query(SQL(
            """
            SELECT quant.product_id,
                   SUM(quant.quantity - quant.reserved_quantity) FILTER (
                       WHERE quant.owner_id IS NULL AND location.parent_path LIKE all_of_it.parent_path || '%%'),
                   SUM(quant.quantity - quant.reserved_quantity) FILTER (
                       WHERE (quant.owner_id IS NULL OR quant.owner_id = company.partner_id)
                         AND location.parent_path LIKE source.parent_path || '%%')
              FROM crm_service_order_type type
              JOIN res_company company ON company.id = type.company_id
              JOIN stock_warehouse warehouse ON warehouse.id = COALESCE(type.warehouse_id, (
                       SELECT id FROM stock_warehouse
                        WHERE company_id = type.company_id AND active ORDER BY sequence, id LIMIT 1))
              JOIN stock_location all_of_it ON all_of_it.id = warehouse.view_location_id
              LEFT JOIN stock_picking_type operation
                     ON operation.id = COALESCE(type.rw_picking_type_id, warehouse.rw_type_id) AND operation.active
              LEFT JOIN stock_location source ON source.id = operation.default_location_src_id
              JOIN stock_quant quant ON quant.product_id IN %s
              JOIN stock_location location ON location.id = quant.location_id
             WHERE type.id = %s
             GROUP BY quant.product_id
            """, tuple(products.ids), self._origin.id))}

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
