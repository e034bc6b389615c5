from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    inspection_horizon_months = fields.Integer(
        string="Inspection Horizon (Months)", default=12, required=True,
        help="How far ahead inspections are planned.")
    inspection_catch_up = fields.Selection(
        [("one", "One overdue inspection"), ("all", "Each missed inspection")], default="one", required=True,
        string="Missed Inspections")
    inspection_nearby_days = fields.Integer(
        string="Inspections Nearby (Days)", default=30, required=True,
        help="A visit is offered with the other inspections due at its address within this many days.")

    inspection_user_id = fields.Many2one(
        "res.users", string="Inspections of People Who Left",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        help="Who is reminded of inspections whose technician does not work here any more. Empty: a service manager.")

    _inspection_nearby_positive = models.Constraint(
        "CHECK(inspection_nearby_days BETWEEN 0 AND 366)", "Inspections nearby are due within 0 to 366 days.")
    _inspection_horizon_positive = models.Constraint(
        "CHECK(inspection_horizon_months BETWEEN 1 AND 120)", "The horizon is between 1 and 120 months.")

    def _get_inspection_stand_in(self):
        """Who is told of one company's inspections in place of somebody who left: the one chosen in the settings, else
        the first service manager who is here, else nobody's record."""
        self.ensure_one()
        # sudo: who works here is no secret
        company = self.sudo()
        chosen = company.inspection_user_id
        if chosen.active:
            return chosen.sudo(False)
        managers = company.env.ref("crm_enova_like.group_manager").all_user_ids.filtered(
            lambda user: user.active and not user.share and company in user.company_ids)
        return managers.sorted("id")[:1].sudo(False)
