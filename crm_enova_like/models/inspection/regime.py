from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.actions import open_list

# what a regime may need of a device: its switch, the device's field
NEEDS = {
    "needs_serial_number": "serial_number", "needs_date_commissioned": "date_commissioned",
    "needs_address": "address_id"}


class CrmServiceInspectionRegime(models.Model):
    """What kind of inspection is due, how often, and by what law (rodzaj przeglądu)."""

    _name = "crm.service.inspection.regime"
    _description = "Inspection Regime"
    _inherit = ["crm.values.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Short mark of the regime.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Leave empty to share the regime between companies.")
    interval_number = fields.Integer(string="Every", required=True, default=12)
    interval_unit = fields.Selection(
        [("day", "Days"), ("week", "Weeks"), ("month", "Months"), ("year", "Years")],
        required=True, default="month")
    counting = fields.Selection(
        [("last_done", "From the last inspection done"),
         ("anchor", "From a fixed date"),
         ("month_end", "From a fixed date, to the end of the month")],
        required=True, default="last_done",
        help="From the last inspection done: finishing early starts the interval anew.")
    lead_days = fields.Integer(
        string="Notice (Days)", default=30, help="How many days ahead an inspection is to be arranged.")
    tolerance_days = fields.Integer(
        string="Tolerance (Days)", help="How many days late the law or the contract still allows.")
    estimated_hours = fields.Float(help="Working time of one device.")
    legal_basis = fields.Char(translate=True)
    responsible_body = fields.Char(translate=True)
    qualification = fields.Char(string="Needed Qualification", translate=True)
    performed_by = fields.Selection(
        [("us", "Our service"), ("body", "Another body")], required=True, default="us",
        help="Another body (UDT, legalizacja): an activity reminds of the date and the papers, no order is made.")
    reminder_user_id = fields.Many2one(
        "res.users", string="Reminders To", domain="[('share', '=', False)]",
        help="Who is reminded of inspections of devices that have no technician.")
    needs_serial_number = fields.Boolean(string="Needs the Serial Number")
    needs_date_commissioned = fields.Boolean(string="Needs the Commissioning Date")
    needs_address = fields.Boolean(string="Needs the Place")
    order_type_id = fields.Many2one(
        "crm.service.order.type", company_dependent=True, check_company=True,
        help="Type of the orders made from inspections, in the current company.")
    note = fields.Text(translate=True)
    plan_count = fields.Integer(compute="_compute_plan_count")

    _interval_positive = models.Constraint(
        "CHECK(interval_number BETWEEN 1 AND 1200)", "The interval is between 1 and 1200 days, weeks, months or years.")
    _days_not_negative = models.Constraint(
        "CHECK(lead_days >= 0 AND tolerance_days >= 0)", "Notice and tolerance cannot be negative.")

    def _compute_plan_count(self):
        counts = dict(self.env["crm.service.inspection.plan"]._read_group(
            [("regime_id", "in", self.ids)], ["regime_id"], ["__count"]))
        for regime in self:
            regime.plan_count = counts.get(regime, 0)

    def write(self, vals):
        result = super().write(vals)
        if {"interval_number", "interval_unit", "counting", "active"} & vals.keys():
            # the plans may be those of users whose plans a manager does not list
            self.env["crm.service.inspection.plan"].search([("regime_id", "in", self.ids)])._replan()
        return result

    def _get_missing(self, device):
        """Names of the data that one regime needs and the device lacks."""
        self.ensure_one()
        return [
            device._fields[name]._description_string(self.env)
            for switch, name in NEEDS.items() if self[switch] and not device[name]]

    @api.ondelete(at_uninstall=False)
    def _check_unused(self):
        # sudo: a plan that the user may not see counts as well
        used = self.env["crm.service.inspection.plan"].sudo().with_context(active_test=False)._read_group(
            [("regime_id", "in", self.ids)], ["regime_id"])
        if used:
            raise UserError(self.env._(
                "These regimes are used by plans, archive them instead: %(regimes)s.",
                regimes=", ".join(regime.name for [regime] in used)))

    def action_view_plans(self):
        """The plans of the regimes."""
        return open_list(
            self.env, "crm_enova_like.action_crm_service_inspection_plan", [("regime_id", "in", self.ids)],
            {"default_regime_id": self.id})
