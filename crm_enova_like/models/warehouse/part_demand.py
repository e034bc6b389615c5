from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.actions import open_list
from ..common.formats import format_quantity

NAMED = 5    # orders that are told by name, of those that wait for a part
WAITS = SQL(
    "line.needs_issue IS TRUE AND template.is_storable AND service.is_open IS TRUE AND service.active IS TRUE")


class CrmServicePartDemand(models.Model):
    """Parts needed (zapotrzebowanie): what open orders have still to get, by
    product and warehouse, and whether the stock covers it."""

    _name = "crm.service.part.demand"
    _description = "Parts Needed by Service Orders"
    _auto = False
    _order = "date_deadline, id"
    _rec_name = "product_id"

    product_id = fields.Many2one("product.product", readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit", context={"service_units": True})
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    order_count = fields.Integer(string="Orders", readonly=True)
    date_deadline = fields.Date(
        string="First Deadline", readonly=True, help="The earliest deadline of the orders that wait.")
    quantity = fields.Float(
        string="Needed", digits="Product Unit", readonly=True, help="Planned on open orders and not issued yet.")
    quantity_reserved = fields.Float(
        string="Reserved", digits="Product Unit", readonly=True, help="Reserved for these orders on open RWs.")
    quantity_requested = fields.Float(
        string="On Order", digits="Product Unit", readonly=True,
        help="Asked for by replenishment for these orders and not arrived yet, confirmed or not.")
    free_qty = fields.Float(
        string="Free", digits="Product Unit", compute="_compute_stock", compute_sudo=True,
        help="In the warehouse and reserved for nobody.")
    incoming_qty = fields.Float(
        string="On Its Way", digits="Product Unit", compute="_compute_stock", compute_sudo=True,
        help="On confirmed receipts and transfers to the warehouse.")
    shortage = fields.Float(
        digits="Product Unit", compute="_compute_stock", compute_sudo=True,
        help="What is needed and neither reserved, nor free, nor incoming.")
    is_short = fields.Boolean(compute="_compute_stock", compute_sudo=True, search="_search_is_short")
    order_names = fields.Char(string="Orders That Wait", compute="_compute_order_names", compute_sudo=True)

    _depends = {
        "crm.service.order": ["name", "is_open", "type_id", "date_deadline", "priority", "active"],
        "crm.service.order.type": ["warehouse_id", "rw_picking_type_id"],
        "crm.service.order.line": [
            "order_id", "product_id", "uom_id", "company_id", "needs_issue", "quantity_to_issue", "quantity_requested"],
        "stock.move": ["service_line_id", "service_kit", "service_ratio", "state", "product_id", "quantity",
                       "product_uom", "location_dest_id"],
        "stock.location": ["service_consumption"],
        "stock.picking.type": ["warehouse_id"],
        "stock.warehouse": ["company_id", "sequence", "active"],
    }

    @property
    def _table_query(self):
        # an order's warehouse: its RW type's, its own, else the company's first one; of a kit, each set of components
        # is as many kits as that makes up of which the least is reserved
        return SQL(
            """
            SELECT min(line.id) AS id, line.product_id, place.warehouse_id, line.company_id,
                   count(DISTINCT line.order_id) AS order_count,
                   min(service.date_deadline) AS date_deadline,
                   sum(%(to_issue)s) AS quantity,
                   sum(%(requested)s) AS quantity_requested,
                   sum(coalesce(reserved.quantity, 0)) AS quantity_reserved
              FROM %(lines)s
              LEFT JOIN (
                    SELECT kit.service_line_id, sum(kit.quantity) AS quantity FROM (
                        SELECT component.service_line_id, min(component.quantity) AS quantity FROM (
                            SELECT move.service_line_id, move.service_kit, sum(
                                       move.quantity * move_unit.factor / own.factor
                                       / coalesce(nullif(move.service_ratio, 0), 1)) AS quantity
                              FROM stock_move move
                              JOIN uom_uom move_unit ON move_unit.id = move.product_uom
                              JOIN product_product part ON part.id = move.product_id
                              JOIN product_template part_template ON part_template.id = part.product_tmpl_id
                              JOIN uom_uom own ON own.id = part_template.uom_id
                              JOIN stock_location place_to ON place_to.id = move.location_dest_id
                             WHERE move.service_line_id IS NOT NULL AND move.state NOT IN ('draft', 'done', 'cancel')
                               AND place_to.service_consumption IS TRUE
                             GROUP BY move.service_line_id, move.service_kit, move.product_id) component
                         GROUP BY component.service_line_id, component.service_kit) kit
                     GROUP BY kit.service_line_id) reserved ON reserved.service_line_id = line.id
             WHERE %(waits)s
             GROUP BY line.product_id, place.warehouse_id, line.company_id
            """, to_issue=self._in_product_unit("quantity_to_issue"),
            requested=self._in_product_unit("quantity_requested"), lines=self._get_lines_sql(), waits=WAITS)

    @api.model
    @api.readonly
    def web_search_read(self, domain, specification, offset=0, limit=None, order=None, count_limit=None):
        # they are as many as there are parts that orders wait for, and each is a sum over lines: found once, they are
        # counted as well
        rows = self.search_fetch(domain, specification.keys(), order=order)
        page = rows[offset:][:limit or None].with_prefetch()
        # as core has it: no fewer than are shown
        length = max(min(len(rows), count_limit or len(rows)), offset + len(page)) if page else 0
        return {"length": length, "records": page.web_read(specification)}

    @api.model
    def _get_lines_sql(self):
        """SQL of the orders' lines, with the warehouse in which each waits and what its quantity is in."""
        # OFFSET: what few types there are is put together once, and not for each line
        return SQL(
            """crm_service_order_line line
              JOIN crm_service_order service ON service.id = line.order_id
              JOIN (SELECT type.id, coalesce(operation.warehouse_id, type.warehouse_id) AS warehouse_id
                      FROM crm_service_order_type type
                      LEFT JOIN stock_picking_type operation ON operation.id = type.rw_picking_type_id
                    OFFSET 0) kind ON kind.id = service.type_id
              JOIN LATERAL (
                    SELECT coalesce(kind.warehouse_id, (
                           SELECT id FROM stock_warehouse
                            WHERE company_id = line.company_id AND active
                            ORDER BY sequence, id LIMIT 1)) AS warehouse_id) place ON TRUE
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom base ON base.id = template.uom_id
              JOIN uom_uom unit ON unit.id = line.uom_id""")

    @api.model
    def _in_product_unit(self, column):
        """:meth:`crm.service.order.line._to_product_unit` as SQL: what was written with some decimals may stand for
        whole pieces, as 3.33 packs of six do for 20."""
        quantity = SQL.identifier("line", column)
        exact = SQL("%s * unit.factor / base.factor", quantity)
        half = 0.5 * 10 ** -self.env["decimal.precision"].precision_get("Product Unit")
        return SQL(
            "CASE WHEN unit.id != base.id"
            " AND abs(round((%(exact)s)::numeric) * base.factor / unit.factor - %(quantity)s) < %(half)s"
            " THEN round((%(exact)s)::numeric) ELSE %(exact)s END",
            exact=exact, quantity=quantity, half=half)

    @api.depends("product_id", "warehouse_id", "quantity", "quantity_reserved")
    def _compute_stock(self):
        for warehouse, rows in self.grouped("warehouse_id").items():
            # one read of core's quantities for all the warehouse's products
            products = rows.product_id.with_company(warehouse.company_id)._in_service_stock(warehouse)
            stock = {product.id: product for product in products}
            for row in rows:
                # a row that is there no more, as all that waited was issued, asks for nothing
                product = stock.get(row.product_id.id, row.product_id)
                row.free_qty = max(product.free_qty, 0.0) if warehouse else 0.0
                row.incoming_qty = product.incoming_qty if warehouse else 0.0
                missing = row.quantity - row.quantity_reserved - row.free_qty - row.incoming_qty
                row.is_short = bool(product) and product.uom_id.compare(missing, 0.0) > 0
                row.shortage = product.uom_id.round(missing) if row.is_short else 0.0

    def _search_is_short(self, operator, value):
        if operator != "in":
            return NotImplemented
        rows = self.search([])    # pylint: disable=no-search-all  # as many as there are products that orders wait for
        short = rows.filtered("is_short")
        return Domain("id", "in", short.ids)

    def _get_lines(self):
        """The orders' lines behind the rows (call with sudo or rights on orders)."""
        lines = self.env["crm.service.order.line"]
        if not self:
            return lines
        found = lines.search(lines._get_demand_domain(self.product_id, self.company_id))
        keys = {(row.product_id, row.warehouse_id) for row in self}
        return lines.concat(*(group for key, group in found._group_by_demand().items() if key in keys))

    @api.depends("product_id", "warehouse_id", "quantity")
    def _compute_order_names(self):
        """The most urgent of the orders that wait, as :meth:`crm.service.order.line._sort_by_urgency` has them, by SQL:
        a part in demand has hundreds of lines."""
        waiting = self._get_most_urgent()
        # most of them are one piece
        quantities = {
            quantity: format_quantity(self.env, quantity)
            for quantity in {quantity for orders in waiting.values() for _name, quantity in orders}}
        for row in self:
            orders = waiting.get((row.product_id.id, row.warehouse_id.id or None, row.company_id.id), [])
            more = f" (+{row.order_count - len(orders)})" if orders and row.order_count > len(orders) else ""
            unit = row.uom_id._get_short_name() if orders and row.uom_id else ""
            row.order_names = ", ".join(
                f"{name} × {quantities[quantity]} {unit}".rstrip() for name, quantity in orders) + more

    def _get_most_urgent(self):
        """The first orders that wait for each product: {(product, warehouse, company): [(name, quantity)]}, as ids."""
        # rows that are gone, as all that waited was issued, have none
        if not (self.product_id and self.company_id):
            return {}
        for model, names in self._depends.items():
            self.env[model].flush_model(names)
        rows = self.env.execute_query(SQL(
            """
            SELECT product_id, warehouse_id, company_id, name, quantity FROM (
                SELECT *, row_number() OVER (
                           PARTITION BY product_id, warehouse_id, company_id
                               ORDER BY priority DESC, date_deadline NULLS LAST, id) AS place
                  FROM (SELECT line.product_id, place.warehouse_id, line.company_id, service.name,
                               service.date_deadline, coalesce(service.priority, '0') AS priority,
                               min(line.id) AS id, sum(%(to_issue)s) AS quantity
                          FROM %(lines)s
                         WHERE %(waits)s AND line.product_id IN %(products)s AND line.company_id IN %(companies)s
                         GROUP BY line.product_id, place.warehouse_id, line.company_id, service.id) waiting) ranked
             WHERE place <= %(named)s
             ORDER BY product_id, warehouse_id, company_id, place
            """, to_issue=self._in_product_unit("quantity_to_issue"), lines=self._get_lines_sql(), waits=WAITS,
            products=tuple(self.product_id.ids), companies=tuple(self.company_id.ids), named=NAMED))
        waiting = defaultdict(list)
        for product, warehouse, company, name, quantity in rows:
            waiting[product, warehouse, company].append((name, quantity))
        return waiting

    def action_replenish(self):
        """Core's replenishment of one product, with what is short proposed."""
        self.ensure_one()
        return open_list(self.env, "stock.action_product_replenish", [], {
            "default_product_id": self.product_id.id,
            "default_product_tmpl_id": self.product_id.product_tmpl_id.id,
            "default_quantity": self.shortage or 1.0,
            "default_warehouse_id": self.warehouse_id.id,
            "default_service_demand": True,
        })

    def action_view_forecast(self):
        """Core's forecast of the product: who takes it, and what comes."""
        self.ensure_one()
        action = self.product_id.action_product_forecast_report()
        action["context"] = {
            "active_id": self.product_id.id, "active_model": "product.product", "warehouse_id": self.warehouse_id.id}
        return action

    def action_view_orders(self):
        """The orders that wait, for who may read them."""
        return open_list(
            self.env, "crm_enova_like.action_crm_service_order", [("id", "in", self._get_lines().order_id.ids)])
