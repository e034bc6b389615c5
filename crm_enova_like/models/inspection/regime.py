from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..common.actions import open_list

UNITS = [("day", "Days"), ("week", "Weeks"), ("month", "Months"), ("year", "Years")]

# a hundred years, more or less: dates end with the year 9999
LONGEST = {"day": 36_500, "week": 5_200, "month": 1_200, "year": 100}

# how many days ahead somebody is told, or late the law still allows
MOST_DAYS = 3_660

# with these change the dates of plans
SCHEDULE = {
    "interval_number", "interval_unit", "first_interval_number", "first_interval_unit", "counting", "active"}

# what a regime may need of a device: its switch, the device's field
NEEDS = {
    "needs_serial_number": "serial_number", "needs_date_commissioned": "date_commissioned",
    "needs_address": "address_id"}


class CrmServiceInspectionRegime(models.Model):
    """What kind of inspection is due, how often, and by what law (rodzaj przeglądu)."""

    _name = "crm.service.inspection.regime"
    _description = "Inspection Regime"
    _inherit = ["crm.shared.mixin", "crm.values.mixin"]
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
    interval_unit = fields.Selection(UNITS, required=True, default="month")
    first_interval_number = fields.Integer(
        string="The First After",
        help="Where the first inspection comes sooner or later than the others. 0: as they do.")
    first_interval_unit = fields.Selection(UNITS, string="Unit of the First", required=True, default="month")
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
    _hours_in_range = models.Constraint(
        "CHECK(estimated_hours IS NULL OR estimated_hours BETWEEN 0 AND 1000)",
        "The working time of one device is between 0 and 1000 hours.")

    @api.constrains("interval_number", "interval_unit", "first_interval_number", "first_interval_unit")
    def _check_intervals(self):
        # before dates are counted with them: an interval that is too long has none
        for regime in self:
            for number, unit, lowest in (
                    (regime.interval_number, regime.interval_unit, 1),
                    (regime.first_interval_number, regime.first_interval_unit, 0)):
                if not lowest <= number <= LONGEST[unit]:
                    raise ValidationError(self.env._(
                        "Regime %(regime)s: an interval is a whole number of days, weeks, months or years, and a "
                        "hundred years at most.", regime=regime.name))

    @api.constrains("lead_days", "tolerance_days")
    def _check_days(self):
        for regime in self:
            if not (0 <= regime.lead_days <= MOST_DAYS and 0 <= regime.tolerance_days <= MOST_DAYS):
                raise ValidationError(self.env._(
                    "Regime %(regime)s: notice and tolerance are between 0 and %(most)s days.",
                    regime=regime.name, most=MOST_DAYS))

    @api.constrains("reminder_user_id")
    def _check_reminder_user(self):
        for regime in self:
            # sudo: whether somebody is one of ours is no secret
            if regime.reminder_user_id.sudo().share:
                raise ValidationError(self.env._(
                    "Regime %(regime)s: %(user)s is not one of our people.",
                    regime=regime.name, user=regime.reminder_user_id.display_name))

    def _get_first_interval(self):
        """(number, unit) of the first interval of one regime, None where it is as the others."""
        self.ensure_one()
        return (self.first_interval_number, self.first_interval_unit) if self.first_interval_number else None

    def _compute_plan_count(self):
        counts = dict(self.env["crm.service.inspection.plan"]._read_group(
            [("regime_id", "in", self.ids)], ["regime_id"], ["__count"]))
        for regime in self:
            regime.plan_count = counts.get(regime, 0)

    @api.model_create_multi
    def create(self, vals_list):
        regimes = super().create(vals_list)
        regimes.reminder_user_id._check_are_here()
        return regimes

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for regime, vals in zip(self, vals_list, strict=True):
            if vals and "reminder_user_id" not in (default or {}) and not regime.reminder_user_id._get_here():
                vals["reminder_user_id"] = False
        return vals_list

    def write(self, vals):
        if vals.get("reminder_user_id") and any(
                regime.reminder_user_id.id != vals["reminder_user_id"] for regime in self):
            self.reminder_user_id.browse(vals["reminder_user_id"])._check_are_here()
        result = super().write(vals)
        if SCHEDULE & vals.keys():
            self._get_plans_to_move()._replan()
        return result

    def _get_plans_to_move(self):
        """The plans of regimes.

        sudo: a shared regime has plans in companies that the manager does not see now; the right to the regime was
        checked when it was written.
        """
        return self.env["crm.service.inspection.plan"].sudo().search([("regime_id", "in", self.ids)])

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

    # THE LAW CHANGES

    def _tell_of_law(self, new, kept):
        """Tell the managers of the companies that an update brought regimes up to date with the law.

        :param self: the regimes that were corrected
        :param new: those that came in addition
        :param kept: those that were left, since their plans would mean something else
        """
        companies = self.env["res.company"].search([])    # pylint: disable=no-search-all  # companies are few
        for company in companies:
            user = company._get_someone_here() or company._find_manager()
            ours = [
                regimes.filtered(lambda regime, company=company: regime.company_id in (company, company.browse()))
                for regimes in (self, new, kept)]
            if not user or not any(ours):
                continue
            localized = self.with_context(lang=user.lang)
            names = [
                ", ".join(regimes.with_context(lang=user.lang).mapped("name")) or "–" for regimes in ours]
            company.partner_id.activity_schedule(
                "mail.mail_activity_data_todo", user_id=user.id,
                summary=localized.env._("Inspection regimes follow the law of today"),
                note=localized.env._(
                    "Corrected, where they were as they came: %(corrected)s. New: %(new)s. Left as they are, since "
                    "they have plans; look which of the new ones their devices need: %(kept)s.",
                    corrected=names[0], new=names[1], kept=names[2]))
