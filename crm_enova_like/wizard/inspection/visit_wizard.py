from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmServiceInspectionVisitWizard(models.TransientModel):
    """Inspections of one visit: the date agreed on the phone, and the order."""

    _name = "crm.service.inspection.visit.wizard"
    _description = "Arrange a Visit"
    _inherit = ["crm.named.wizard.mixin"]

    mode = fields.Selection([("arrange", "Arrange"), ("order", "Order")], default="arrange", required=True)
    order_id = fields.Many2one("crm.service.order", readonly=True, help="The order that takes the inspections along.")
    line_ids = fields.One2many("crm.service.inspection.visit.wizard.line", "wizard_id")
    date_agreed = fields.Datetime(string="Agreed For")
    agreed_with = fields.Char()
    user_id = fields.Many2one(
        "res.users", string="Technician", domain="[('share', '=', False)]",
        help="Empty: the technicians of the devices stay.")
    per_device = fields.Boolean(
        string="One Order per Device", help="Off: one order per contractor and address.")
    make_order = fields.Boolean(string="Make the Order at Once")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        chosen = self.env["crm.service.inspection"].browse(self.env.context.get("inspection_ids", []))
        if "line_ids" in fields_list and chosen:
            offered = chosen._get_nearby() if not values.get("order_id") else chosen.browse()
            values["line_ids"] = [
                fields.Command.create({"inspection_id": inspection.id, "take": take, "is_offered": not take})
                for inspections, take in ((chosen, True), (offered, False))
                for inspection in inspections.sorted(lambda inspection: (inspection.planned_date, inspection.id))]
        if chosen and "agreed_with" in fields_list:
            values["agreed_with"] = next(filter(None, chosen.mapped("agreed_with")), False)
        return values

    def _get_taken(self):
        taken = self.line_ids.filtered("take").inspection_id
        if not taken:
            raise UserError(self.env._("Choose at least one inspection."))
        return taken

    def action_arrange(self):
        """Note the date and with whom it was agreed on the inspections taken.

        :raises UserError: nothing is chosen, no date is given, or the
            inspections are of several contractors
        """
        self.ensure_one()
        inspections = self._get_taken()
        inspections._check_state("planned")
        if not self.date_agreed:
            raise UserError(self.env._("Enter the date that was agreed."))
        partners = inspections.partner_id.commercial_partner_id
        if len(partners) > 1:
            raise UserError(self.env._(
                "The inspections are of several contractors: %(contractors)s. Arrange a visit with one at a time.",
                contractors=", ".join(partners.mapped("display_name"))))
        values = {"date_agreed": self.date_agreed, "agreed_with": self.agreed_with}
        if self.user_id:
            values["user_id"] = self.user_id.id
        inspections.write(values)
        if self.make_order:
            return inspections.action_create_order(self.per_device)
        return {"type": "ir.actions.act_window_close"}

    def action_order(self):
        """Make the orders, or take the inspections along in the one that was open.

        :raises UserError: nothing is chosen, or an inspection cannot be ordered
        """
        self.ensure_one()
        inspections = self._get_taken()
        if self.user_id:
            inspections.write({"user_id": self.user_id.id})
        if self.order_id:
            inspections._add_to_order(self.order_id)
            return {"type": "ir.actions.act_window_close"}
        return inspections.action_create_order(self.per_device)


class CrmServiceInspectionVisitWizardLine(models.TransientModel):
    _name = "crm.service.inspection.visit.wizard.line"
    _description = "Inspection of a Visit"
    _inherit = ["crm.named.wizard.mixin"]

    wizard_id = fields.Many2one("crm.service.inspection.visit.wizard", required=True, ondelete="cascade")
    inspection_id = fields.Many2one("crm.service.inspection", required=True, ondelete="cascade")
    take = fields.Boolean(default=True)
    is_offered = fields.Boolean(string="Offered", help="Due at the same address soon.")
    regime_id = fields.Many2one(related="inspection_id.regime_id")
    device_id = fields.Many2one(related="inspection_id.device_id")
    partner_id = fields.Many2one(related="inspection_id.partner_id")
    city = fields.Char(related="inspection_id.city")
    planned_date = fields.Date(related="inspection_id.planned_date")
