from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

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
        # a technician finishes an inspection, and numbers are configuration
        regime = self.sudo().with_company(company)
        if regime.protocol_sequence_id:
            return regime.protocol_sequence_id
        # of two first protocols the second waits here, and is run again by Odoo
        self.env.execute_query(SQL(
            "UPDATE crm_service_inspection_regime SET write_date = write_date WHERE id = %s RETURNING id", self.id))
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

    def _number_protocols(self):
        """Give finished inspections of ours their protocol numbers, by regime
        and the year in which they were done. Those of one visit share the
        number where the regime wants one protocol per visit."""
        todo = self.filtered(lambda inspection: (
            not inspection.protocol_number and inspection.regime_id.performed_by == "us"))
        for (company, regime, _year), inspections in todo.grouped(lambda inspection: (
                inspection.company_id, inspection.regime_id, inspection.date_done.year)).items():
            shared = regime.protocol_per_visit
            groups = {}
            for inspection in inspections:
                key = ("order", inspection.order_id) if shared and inspection.order_id else ("one", inspection)
                groups[key] = groups.get(key, self.browse()) | inspection
            known = {} if not shared else dict(self._read_group(
                [("order_id", "in", inspections.order_id.ids), ("regime_id", "=", regime.id),
                 ("state", "=", "done"), ("protocol_number", "!=", False)],
                ["order_id"], ["protocol_number:max"]))
            new = [group for group in groups if not (group[0] == "order" and group[1] in known)]
            day = min(inspections.mapped("date_done"))
            numbers = dict(zip(
                new, regime._get_protocol_sequence(company).sudo()._next_batch(len(new), day), strict=True))
            for key, of_protocol in groups.items():
                of_protocol.protocol_number = numbers.get(key) or known[key[1]]

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
            other.state in ("planned", "ordered") and other.planned_date > (counted_from or self.planned_date)))
        return min(later.mapped("planned_date"), default=plan.active and plan.date_to_make or False)

    def action_print_protocol(self):
        """Print the protocols of inspections that are done."""
        self._check_state("done")
        return self.env.ref("crm_enova_like.action_report_inspection_protocol").report_action(self)


class CrmServiceOrder(models.Model):
    _inherit = "crm.service.order"

    def action_print_inspection_protocols(self):
        """Print the protocols of the orders' inspections: one for each, and a
        collective one where the regime wants it."""
        done = self.inspection_ids.filtered(lambda inspection: inspection.state == "done")
        if not done:
            raise UserError(self.env._(
                "%(orders)s: no inspection is finished, so there is no protocol yet.",
                orders=", ".join(self.mapped("name"))))
        return self.env.ref("crm_enova_like.action_report_inspection_protocol").report_action(done)

    def _get_collective_protocols(self):
        """Finished inspections of orders by order and regime, for the
        collective protocol (protokół zbiorczy).

        :return: list of recordsets
        :raises UserError: an order has nothing finished
        """
        protocols = []
        for order in self:
            done = order.inspection_ids.filtered(lambda inspection: inspection.state == "done")
            if not done:
                raise UserError(self.env._("Order %(order)s has no finished inspection to print.", order=order.name))
            protocols += done.sorted("id").grouped("regime_id").values()
        return protocols
