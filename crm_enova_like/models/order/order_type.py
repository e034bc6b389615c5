from odoo import api, fields, models, tools
from odoo.exceptions import UserError

from ..common.actions import open_list


class CrmServiceOrderType(models.Model):
    """What enova calls *definicja zlecenia*: numbering, and the defaults of an order."""

    _name = "crm.service.order.type"
    _description = "Service Order Type"
    _inherit = ["crm.values.mixin"]
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
    deadline_days = fields.Integer(
        string="Deadline in Working Days", default=14,
        help="The order's deadline, in working days of the company from its receipt. 0: no deadline.")
    repair_warranty_months = fields.Integer(
        string="Repair Warranty (Months)", default=3,
        help="A device that comes back within it gets the basis “rework”.")
    is_on_site = fields.Boolean(
        string="At the Customer's",
        help="The work is done where the device stands: it is not in our workshop, and nobody comes to collect it. "
             "Elsewhere the order is accepted once its receipt is printed.")
    description = fields.Text(translate=True)
    order_count = fields.Integer(compute="_compute_order_count")

    _numbers_not_negative = models.Constraint(
        "CHECK(deadline_days BETWEEN 0 AND 1000 AND repair_warranty_months BETWEEN 0 AND 600)",
        "The deadline has between 0 and 1,000 working days, the repair warranty between 0 and 600 months.")

    def _compute_order_count(self):
        counts = dict(self.env["crm.service.order"]._read_group(
            [("type_id", "in", self.ids)], ["type_id"], ["__count"]))
        for order_type in self:
            order_type.order_count = counts.get(order_type, 0)

    @api.model
    @tools.ormcache("company_id")
    def _get_first_id(self, company_id):
        """Id of the company's first order type, or False; kept in the registry's cache, since each new order asks."""
        # sudo: the choice is the company's, not the user's; the cache is everybody's, also where archived ones are seen
        return self.sudo().with_context(active_test=True).search([("company_id", "=", company_id)], limit=1).id

    @api.model_create_multi
    def create(self, vals_list):
        order_types = super().create(vals_list)
        self.env.registry.clear_cache()
        for order_type in order_types.filtered(lambda t: not t.sequence_id):
            order_type.sequence_id = order_type._get_or_create_sequence()
        return order_types

    def write(self, vals):
        result = super().write(self._note_terms_change(vals))
        if {"sequence", "active", "company_id"} & vals.keys():
            self.env.registry.clear_cache()
        if "prefix" in vals or "company_id" in vals:
            for order_type in self:
                order_type.sequence_id = order_type._get_or_create_sequence()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
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
                "name": self.company_id._in_own_language().env._("Service orders %(prefix)s", prefix=self.prefix),
                "code": code,
                "company_id": self.company_id.id,
                "prefix": self.prefix.replace("%", "%%") + "/%(range_year)s/",
                "padding": 5,
                "use_date_range": True,
                "implementation": "no_gap",
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

    def action_view_orders(self):
        """The orders of one type."""
        self.ensure_one()
        return open_list(
            self.env, "crm_enova_like.action_crm_service_order", [("type_id", "=", self.id)],
            {"default_type_id": self.id})
