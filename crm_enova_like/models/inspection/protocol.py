from odoo import fields, models

from ..common.locks import lock_rows

CODE = "crm.service.inspection.protocol"


class CrmServiceInspectionRegime(models.Model):
    _inherit = "crm.service.inspection.regime"

    protocol_per_visit = fields.Boolean(
        string="One Protocol per Visit",
        help="All devices of one visit are on one collective protocol with one number (extinguishers).")
    protocol_sequence_id = fields.Many2one(
        "ir.sequence", company_dependent=True, copy=False, domain=[("code", "=", CODE)], check_company=True,
        help="Numbers of the protocols of the current company; made with the first one.")

    def _get_protocol_sequence(self, company):
        """The sequence of one regime's protocols in one company, by years.

        :param company: one company
        """
        self.ensure_one()
        # sudo: a technician finishes an inspection, and numbers are configuration
        regime = self.sudo().with_company(company)
        if regime.protocol_sequence_id:
            return regime.protocol_sequence_id
        # of two first protocols the second waits here, and is run again by Odoo
        lock_rows(regime)
        mark = (self.code or "P").replace("%", "%%")
        sequence = regime.env["ir.sequence"].create({
            "name": self.env._("Protocol: %(regime)s", regime=regime.name),
            "code": CODE, "company_id": company.id, "prefix": f"{mark}/%(range_year)s/", "padding": 4,
            "use_date_range": True, "implementation": "no_gap",
        })
        sequence._prepare_service_ranges()
        regime.protocol_sequence_id = sequence
        return sequence


class CrmServiceInspection(models.Model):
    _inherit = "crm.service.inspection"

    def _draw_protocol_numbers(self, days):
        """Numbers for inspections that are about to be finished, by regime and year: for those of ours. Those of one
        visit share the number where the regime wants one protocol per visit.

        :param self: inspections without a number
        :param days: {inspection: the day on which it is done}
        :return: {inspection: number}
        """
        numbers = {}
        ours = self.filtered(lambda inspection: inspection.regime_id.performed_by == "us")
        for (company, regime, _year), inspections in ours.grouped(lambda inspection: (
                inspection.company_id, inspection.regime_id, days[inspection].year)).items():
            shared = regime.protocol_per_visit
            protocols = inspections.grouped(
                lambda inspection, shared=shared: shared and inspection.order_id or inspection)
            known = {} if not shared else dict(self._read_group(
                [("order_id", "in", inspections.order_id.ids), ("regime_id", "=", regime.id),
                 ("state", "=", "done"), ("protocol_number", "!=", False)],
                ["order_id"], ["protocol_number:max"]))
            new = [key for key in protocols if key not in known]
            day = min(days[inspection] for inspection in inspections)
            drawn = dict(zip(new, regime._get_protocol_sequence(company)._next_batch(len(new), day), strict=True))
            for key, of_protocol in protocols.items():
                numbers.update(dict.fromkeys(of_protocol, drawn.get(key) or known[key]))
        return numbers

    def _get_protocols(self):
        """Inspections by the protocol that they are on: several where one
        visit has one protocol, else each alone.

        :return: list of recordsets
        """
        return list(self.grouped(lambda inspection: (
            (inspection.order_id, inspection.regime_id, inspection.protocol_number)
            if inspection.regime_id.protocol_per_visit and inspection.order_id else inspection)).values())

    def _get_next_date(self):
        """The date on which one inspection's device is due again under its regime."""
        self.ensure_one()
        plan = self.plan_id
        counted_from = self.date_done if plan.regime_id.counting == "last_done" else self.planned_date
        later = plan.inspection_ids.filtered(lambda other: (
            other.is_open and other.planned_date > (counted_from or self.planned_date)))
        return min(later.mapped("planned_date"), default=plan.active and plan.date_to_make or False)

    def action_print_protocol(self):
        """Print the protocols of inspections that are done."""
        self._check_state("done")
        return self.env.ref("crm_enova_like.action_report_inspection_protocol").report_action(self)
