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

    _inspection_nearby_positive = models.Constraint(
        "CHECK(inspection_nearby_days BETWEEN 0 AND 366)", "Inspections nearby are due within 0 to 366 days.")
    _inspection_horizon_positive = models.Constraint(
        "CHECK(inspection_horizon_months BETWEEN 1 AND 120)", "The horizon is between 1 and 120 months.")
