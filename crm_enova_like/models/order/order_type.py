from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CrmServiceOrderType(models.Model):
    """What enova calls *definicja zlecenia*: numbering, warehouse, who issues
    the parts, and the defaults of an order."""

    _name = "crm.service.order.type"
    _description = "Service Order Type"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company)
    prefix = fields.Char(
        required=True, default="ZSR",
        help="Beginning of the order numbers: ZSR gives ZSR/2026/00001.")
    sequence_id = fields.Many2one(
        "ir.sequence", string="Numbering", copy=False, readonly=True, ondelete="restrict", check_company=True)
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
    deadline_days = fields.Integer(
        string="Deadline in Working Days", default=14,
        help="The order's deadline, in working days of the company from its receipt. 0: no deadline.")
    repair_warranty_months = fields.Integer(
        string="Repair Warranty (Months)", default=3,
        help="A device that comes back within it gets the basis “rework”.")
    description = fields.Text(translate=True)
    order_count = fields.Integer(compute="_compute_order_count")

    _numbers_not_negative = models.Constraint(
        "CHECK(deadline_days >= 0 AND repair_warranty_months >= 0)",
        "The deadline and the repair warranty cannot be negative.")

    def _compute_order_count(self):
        counts = dict(self.env["crm.service.order"]._read_group(
            [("type_id", "in", self.ids)], ["type_id"], ["__count"]))
        for order_type in self:
            order_type.order_count = counts.get(order_type, 0)

    @api.constrains("warehouse_id", "rw_picking_type_id")
    def _check_rw_type(self):
        for order_type in self:
            if order_type.rw_picking_type_id and order_type.rw_picking_type_id.service_document != "rw":
                raise ValidationError(self.env._(
                    "Order type “%(type)s”: “%(operation)s” is not an RW operation type.",
                    type=order_type.name, operation=order_type.rw_picking_type_id.display_name))

    @api.model_create_multi
    def create(self, vals_list):
        order_types = super().create(vals_list)
        for order_type in order_types.filtered(lambda t: not t.sequence_id):
            order_type.sequence_id = order_type._get_or_create_sequence()
        return order_types

    def write(self, vals):
        result = super().write(vals)
        if "prefix" in vals or "company_id" in vals:
            for order_type in self:
                order_type.sequence_id = order_type._get_or_create_sequence()
        return result

    def _get_or_create_sequence(self):
        """The yearly sequence of this type's prefix in its company. Types with
        one prefix share one sequence, so that numbers cannot collide."""
        self.ensure_one()
        # sequences are a system user's, the type is the manager's own record
        Sequence = self.env["ir.sequence"].sudo()
        code = f"crm.service.order.{self.prefix}"
        sequence = Sequence.search(
            [("code", "=", code), ("company_id", "=", self.company_id.id)], limit=1)
        if not sequence:
            sequence = Sequence.create({
                "name": self.env._("Service orders %(prefix)s", prefix=self.prefix),
                "code": code,
                "company_id": self.company_id.id,
                "prefix": self.prefix.replace("%", "%%") + "/%(range_year)s/",
                "padding": 5,
                "use_date_range": True,
            })
            sequence._prepare_service_ranges()
        return sequence

    @api.ondelete(at_uninstall=False)
    def _check_unused(self):
        used = self.env["crm.service.order"].sudo().with_context(active_test=False)._read_group(
            [("type_id", "in", self.ids)], ["type_id"])
        if used:
            raise UserError(self.env._(
                "These order types are used by orders, archive them instead: %(types)s.",
                types=", ".join(order_type.name for [order_type] in used)))

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

    def action_view_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_crm_service_order")
        action["domain"] = [("type_id", "=", self.id)]
        action["context"] = {"default_type_id": self.id}
        return action
