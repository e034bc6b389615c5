from odoo import api, fields, models
from odoo.exceptions import UserError

from .inspection import RESULTS


class CrmServiceInspectionRegime(models.Model):
    _inherit = "crm.service.inspection.regime"

    checklist_ids = fields.One2many(
        "crm.service.inspection.regime.item", "regime_id", copy=True)


class CrmServiceInspection(models.Model):
    """The checklist of an inspection: made when it is ordered, filled in on a phone, asked when it is finished."""

    _inherit = "crm.service.inspection"

    check_ids = fields.One2many("crm.service.inspection.check", "inspection_id", string="Checklist")
    check_count = fields.Integer(compute="_compute_check_count")
    check_left = fields.Integer(string="Still to Check", compute="_compute_check_count")
    check_failed = fields.Integer(string="Failed Items", compute="_compute_check_count")

    @api.depends("check_ids.result", "check_ids.is_measured", "check_ids.measure")
    def _compute_check_count(self):
        for inspection in self:
            checks = inspection.check_ids
            inspection.check_count = len(checks)
            inspection.check_left = len(checks._get_left())
            inspection.check_failed = len(checks.filtered(lambda check: check.result == "not_ok"))

    def _get_checks_to_set_up(self):
        """The items of inspections, to be made or dropped.

        sudo: whoever may order an inspection gets its list, and puts back what was not found; technicians make and
        delete no items otherwise.
        """
        return self.sudo().check_ids

    def _make_checks(self):
        """Give inspections that come into an order the checklists of their
        regimes, in the language of their company, in place of older ones."""
        self._drop_checks()
        vals_list = []
        for company, inspections in self.grouped("company_id").items():
            for inspection in inspections.with_context(lang=company.partner_id.lang or self.env.lang):
                vals_list += [{
                    "inspection_id": inspection.id, "sequence": item.sequence, "name": item.name,
                    "measure": item.measure, "value_min": item.value_min, "value_max": item.value_max,
                    "unit": item.unit,
                } for item in inspection.regime_id.checklist_ids]
        self._get_checks_to_set_up().create(vals_list)

    def _drop_checks(self):
        """Nothing was inspected: what was filled in goes."""
        self._get_checks_to_set_up().unlink()

    def _get_proposed_result(self):
        """What the checklist says: failed where an item is."""
        self.ensure_one()
        return "failed" if any(check.result == "not_ok" for check in self.check_ids) else "passed"

    def _follow_checks(self):
        """Of inspections that failed, a repair order that was made on the visit is what follows."""
        made = self.filtered(lambda inspection: inspection.is_undecided and inspection.repair_order_id)
        if made:
            made._write_facts({"follow_up": "order"})

    def _check_checklist(self):
        """Refuse to finish inspections whose checklist has gaps."""
        for inspection in self:
            left = inspection.check_ids._get_left()
            if left:
                raise UserError(self.env._(
                    "Inspection %(inspection)s: %(count)s items of the checklist are not filled in yet: %(items)s.",
                    inspection=inspection.display_name, count=len(left),
                    items=", ".join(left[:5].mapped("name")) + ("…" if len(left) > 5 else "")))

    def action_all_ok(self):
        """*All ok except*: answer OK to each item without an answer.

        Items that ask for a value stay, since nobody measured it.

        :return: the items still without an answer
        """
        self.check_access("write")
        left = self.check_ids._get_left()
        left.filtered(lambda check: check.measure == "none" and not check.result).write({"result": "ok"})
        return left._get_left()

    # WHAT THE PHONE READS AND SENDS

    def _get_checklist(self):
        """One inspection as the phone shows it."""
        self.ensure_one()
        return {
            "id": self.id,
            "regime": self.regime_id.name,
            "legal_basis": self.regime_id.legal_basis or "",
            "qualification": self.regime_id.qualification or "",
            "state": self.state,
            "result": self.result or "",
            "protocol_number": self.protocol_number or "",
            "is_failed": self._is_failed(),
            "is_undecided": self.is_undecided,
            "follow_up": self.follow_up_text or "",
            "checks": [check._get_checklist_item() for check in self.check_ids],
        }

    def checklist_result(self, result: str):
        """The technician's judgement of one inspection, before it is finished."""
        if result and result not in dict(RESULTS):
            raise UserError(self.env._("There is no result “%(result)s”.", result=result))
        self._check_state("ordered")
        self.write({"result": result or False})
        return True
