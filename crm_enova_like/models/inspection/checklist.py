from math import isfinite

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import float_is_zero
from odoo.tools.misc import formatLang

from ..common.actions import open_records
from ..common.state_mixin import MANAGERS

MEASURES = [
    ("none", "No value"), ("value", "Value"), ("min", "Value, at least"), ("max", "Value, at most"),
    ("range", "Value, between")]


ANSWERS = [("ok", "OK"), ("not_ok", "Not OK"), ("na", "Not applicable")]


# decimals of limits and values
DIGITS = 3


# what is typed in a checklist; the rest of an item is its text
TYPED = {"result", "value", "remark", "photo"}


class CrmServiceInspectionRegimeItem(models.Model):
    """An item of a regime's checklist (lista kontrolna)."""

    _name = "crm.service.inspection.regime.item"
    _description = "Checklist Item of a Regime"
    _inherit = ["crm.values.mixin"]
    _order = "regime_id, sequence, id"

    regime_id = fields.Many2one(
        "crm.service.inspection.regime", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(string="To Check", required=True, translate=True)
    measure = fields.Selection(
        MEASURES, string="Measured", required=True, default="none",
        help="Whether the technician enters a value, and what limits it has.")
    value_min = fields.Float(string="At Least", digits=(16, DIGITS))
    value_max = fields.Float(string="At Most", digits=(16, DIGITS))
    unit = fields.Char(translate=True, help="Unit of the value: MΩ, bar, g…")

    _limits_in_order = models.Constraint(
        "CHECK(measure != 'range' OR value_min <= value_max)",
        "The lower limit of a checklist item is above its upper limit.")


class CrmServiceInspectionCheck(models.Model):
    """One item of the checklist of one inspection, with what was found.

    The text and the limits are those of the day on which the order was made:
    a regime changed later leaves what was checked.
    """

    _name = "crm.service.inspection.check"
    _description = "Checked Item of an Inspection"
    _inherit = ["crm.facts.mixin"]
    _order = "inspection_id, sequence, id"

    inspection_id = fields.Many2one(
        "crm.service.inspection", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="inspection_id.company_id", store=True, precompute=True)
    state = fields.Selection(related="inspection_id.state")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="To Check", required=True)
    measure = fields.Selection(MEASURES, string="Measured", required=True, default="none")
    value_min = fields.Float(string="At Least", digits=(16, DIGITS))
    value_max = fields.Float(string="At Most", digits=(16, DIGITS))
    unit = fields.Char()
    limits = fields.Char(compute="_compute_limits")
    result = fields.Selection(ANSWERS, index="btree_not_null")
    value = fields.Float(digits=(16, DIGITS), help="Empty until something was measured: zero is a value too.")
    is_measured = fields.Boolean(readonly=True)
    remark = fields.Char()
    photo = fields.Image(max_width=1920, max_height=1920)
    has_photo = fields.Boolean(compute="_compute_has_photo")
    repair_order_id = fields.Many2one(
        "crm.service.order", readonly=True, copy=False, index="btree_not_null",
        ondelete="set null", help="The order in which what was found is repaired.")

    _ok_inside_limits = models.Constraint(
        """CHECK(result IS NULL OR result != 'ok' OR NOT is_measured OR (
            (measure NOT IN ('min', 'range') OR value >= value_min)
            AND (measure NOT IN ('max', 'range') OR value <= value_max)))""",
        "A value outside its limits cannot be OK.")

    @api.depends_context("lang")
    @api.depends("measure", "value_min", "value_max", "unit")
    def _compute_limits(self):
        for check in self:
            low, high = check._format_number(check.value_min), check._format_number(check.value_max)
            text = {"min": f"≥ {low}", "max": f"≤ {high}", "range": f"{low} – {high}"}.get(check.measure)
            check.limits = f"{text} {check.unit or ''}".strip() if text else ""

    @api.depends("photo")
    def _compute_has_photo(self):
        # sudo: whoever reads an item may know that it has a picture
        with_photo = set(self.env["ir.attachment"].sudo().search([
            ("res_model", "=", self._name), ("res_field", "=", "photo"), ("res_id", "in", self.ids),
        ]).mapped("res_id"))
        for check in self:
            check.has_photo = check.id in with_photo

    @api.constrains("result", "value", "is_measured", "measure", "value_min", "value_max")
    def _check_limits(self):
        for check in self:
            if check.result == "ok" and check.is_measured and not check._is_inside_limits():
                raise ValidationError(self.env._(
                    "“%(item)s” of %(inspection)s: the value %(value)s is outside the limits (%(limits)s), "
                    "so it cannot be OK.",
                    item=check.name, inspection=check.inspection_id.display_name,
                    value=check._get_value_text(), limits=check.limits))

    def _format_number(self, value):
        """A number as the reader's language writes it, without needless zeros."""
        digits = next(
            (count for count in range(DIGITS) if float_is_zero(value - round(value, count), DIGITS)), DIGITS)
        return formatLang(self.env, value, digits=digits, grouping=False)

    def _get_value_text(self):
        """The value with its unit, empty where nothing was measured."""
        self.ensure_one()
        return f"{self._format_number(self.value)} {self.unit or ''}".strip() if self.is_measured else ""

    def _is_inside_limits(self):
        self.ensure_one()
        return not (
            (self.measure in ("min", "range") and self.value < self.value_min)
            or (self.measure in ("max", "range") and self.value > self.value_max))

    @api.model
    def _get_fact_fields(self):
        return super()._get_fact_fields() | {"inspection_id", "is_measured", "repair_order_id"}

    @api.model
    def _get_initial_facts(self):
        return super()._get_initial_facts() | {"inspection_id"}

    @api.model_create_multi
    def create(self, vals_list):
        initial = self._get_initial_facts()
        for vals in vals_list:
            self._check_new_facts({name: value for name, value in vals.items() if name not in initial})
        checks = super().create([self._with_measured(vals) for vals in vals_list])
        if not self.env.su:
            checks._check_editable()
        for check in checks:
            if check.is_measured and not check.result:
                check.result = check._get_answer()
        return checks

    def write(self, vals):
        self._check_facts(vals)
        if TYPED & vals.keys() or not self.env.su:
            self._check_editable()
        self._check_may_change_text(vals.keys() - TYPED, vals)
        vals = self._with_measured(vals)
        if vals.get("is_measured") and not vals.get("result"):
            # the answer to the value before is none to this one, save where there are no limits
            kept = {check: check.result for check in self if check.measure == "value"}
            result = super().write({**vals, "result": False})
            for check in self:
                check.result = kept.get(check) or check._get_answer()
            return result
        return super().write(vals)

    @api.model
    def _with_measured(self, vals):
        """An emptied value is none, and zero is one."""
        if "value" not in vals:
            return vals
        given = vals["value"] is not None and vals["value"] is not False
        try:
            is_number = not given or isfinite(float(vals["value"]))
        except (TypeError, ValueError):
            is_number = False
        if not is_number:
            raise ValidationError(self.env._("“%(value)s” is no number that was measured.", value=vals["value"]))
        return {**vals, "value": vals["value"] if given else 0.0, "is_measured": given}

    def _get_answer(self):
        """The answer that a measured value gives by its limits."""
        return "ok" if self._is_inside_limits() else "not_ok"

    @api.ondelete(at_uninstall=False)
    def _check_deletable(self):
        if not self.env.su:
            self._check_editable()

    def _check_may_change_text(self, names, vals):
        """:raises AccessError: what is to be checked, and its limits, are the managers' to say"""
        if self.env.su or not names or self.env.user.has_group(MANAGERS):
            return
        fields_ = [self._fields[name] for name in names]
        if any(check[field.name] != field.convert_to_record(field.convert_to_cache(vals[field.name], check), check)
               for check in self for field in fields_):
            raise AccessError(self.env._(
                "What is checked, and within which limits, comes from the regime. A service manager changes it there."))

    def _check_editable(self):
        names = self.inspection_id._get_state_names()
        for inspection in self.inspection_id:
            if inspection.state != "ordered":
                raise UserError(self.env._(
                    "The checklist of inspection %(inspection)s is filled in while it is in an order, "
                    "and it is “%(state)s”.",
                    inspection=inspection.display_name, state=names[inspection.state]))

    def _is_answered(self):
        """Whether an item has its answer, and its value where it asks for one."""
        self.ensure_one()
        return bool(self.result) and (self.measure == "none" or self.is_measured or self.result != "ok")

    def _get_left(self):
        """The items that are still to be filled in."""
        return self.filtered(lambda check: not check._is_answered())

    def _get_checklist_item(self):
        """One item as the phone shows it."""
        self.ensure_one()
        return {
            "id": self.id, "name": self.name, "measure": self.measure, "unit": self.unit or "",
            "min": self.value_min, "max": self.value_max, "limits": self.limits,
            "result": self.result or "", "value": self.value if self.is_measured else None,
            "remark": self.remark or "", "has_photo": self.has_photo,
            # sudo: another technician's order is out of sight, its number is not
            "repair_order": self.repair_order_id.sudo().name or "",
        }

    def action_add_line(self):
        """Make a failed item a line of labour in the order of its inspection.

        :raises UserError: the item is not marked as failed, or its inspection
            is in no open order
        """
        self._check_failed()
        for check in self:
            order = check.inspection_id.order_id
            self.env["crm.service.order.line"].create({
                "order_id": order.id, "device_line_id": check.inspection_id.order_device_id.id,
                "kind": "labour", "name": check._get_finding()})
        return True

    def action_add_repair(self):
        """Make an order to repair the devices of failed items, one for all that were inspected in an order: a device is
        in an order once, and here it is inspected. What is found later goes into the same one, while it is open.

        :raises UserError: the item is not marked as failed
        :return: the action of the orders
        """
        self._check_failed()
        todo = self.filtered(lambda check: not check.repair_order_id)
        todo.check_access("write")
        groups = todo.grouped("inspection_id")
        todo.inspection_id._repair_in_new_orders({
            inspection: "\n".join(check._get_finding() for check in checks) for inspection, checks in groups.items()})
        for inspection, checks in groups.items():
            checks._write_facts({"repair_order_id": inspection.repair_order_id.id})
        todo.inspection_id._follow_checks()
        return open_records(self.repair_order_id, "crm_enova_like.action_crm_service_order")

    def _check_failed(self):
        for check in self:
            if check.result != "not_ok":
                raise UserError(self.env._(
                    "“%(item)s” of %(inspection)s is not marked as failed.",
                    item=check.name, inspection=check.inspection_id.display_name))
            if not check.inspection_id.order_device_id:
                raise UserError(self.env._(
                    "Inspection %(inspection)s is in no order.", inspection=check.inspection_id.display_name))

    def _get_finding(self):
        """What was found, in one line."""
        self.ensure_one()
        return " – ".join(filter(None, [self.name, self._get_value_text(), self.remark]))
