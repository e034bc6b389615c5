from odoo import fields, models

from ..common import schedule
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
    """Protocols of inspections and their numbers."""

    _name = "crm.service.inspection"
    _inherit = ["crm.service.inspection", "crm.numbered.mixin"]

    _number_field = "protocol_number"

    def _get_protocol_numbers(self, days, typed=None):
        """The protocol numbers of inspections that are about to be finished: the one that is typed, else the one that
        an inspection has already, else, for those of ours, the next one.

        A number that was drawn stays with an inspection that is reopened and done again for the same owner on the same
        visit, in the same year. For another owner (one written by hand, too), on another visit, on another day without
        one, or in another year it is another protocol, with a number of its own: two papers with one number, or one of
        the year before, would be no register.

        :param days: {inspection: the day on which it is done}
        :param typed: the number that all of them have on paper
        :return: {inspection: number}
        """
        numbers = {inspection: typed or inspection.protocol_number for inspection in self}
        kept = {} if typed else self._get_drawn()
        for inspection in self if not typed else ():
            day, ours = days[inspection], inspection.regime_id.performed_by == "us"
            if inspection._is_for_another_owner() or ours and inspection in kept and (
                    kept[inspection] != inspection._get_protocol_series(day).text
                    or inspection._is_of_another_day(day)):
                numbers[inspection] = False
        by_hand = [inspection for inspection in self if numbers[inspection] and inspection not in kept]
        # sudo: the register is nobody's to write
        self.env["crm.service.number"].sudo()._enter(
            self, [(inspection.company_id, numbers[inspection], None) for inspection in by_hand])
        unnumbered = self.filtered(lambda inspection: not numbers[inspection])
        return {**numbers, **unnumbered._draw_protocol_numbers(days)}

    def _get_drawn(self):
        """Those of inspections whose number was drawn, or moved in, in the series of their regime.

        :return: {inspection: text of the series}
        """
        drawn = {}
        numbered = self.filtered("protocol_number")
        for company, inspections in numbered.grouped("company_id").items():
            # sudo: the register is the managers'
            series = self.env["crm.service.number"].sudo()._get_series_of(
                self, company, set(inspections.mapped("protocol_number")))
            drawn.update({
                inspection: series[inspection.protocol_number] for inspection in inspections
                if inspection.protocol_number in series})
        return drawn

    def _get_protocol_series(self, day):
        """The series of one inspection's protocol, done on a day."""
        self.ensure_one()
        return self.regime_id._get_protocol_sequence(self.company_id)._get_series(day)

    def _draw_protocol_numbers(self, days):
        """Numbers for inspections that are about to be finished, by regime and series: for those of ours. Those of one
        visit and owner share the number where the regime wants one protocol per visit.

        :param self: inspections without a number
        :param days: {inspection: the day on which it is done}
        :return: {inspection: number}
        """
        numbers = {}
        ours = self.filtered(lambda inspection: inspection.regime_id.performed_by == "us")
        # of a year mostly, or of a month
        groups = ours.grouped(lambda inspection: (
            inspection.company_id, inspection.regime_id, inspection._get_protocol_series(days[inspection]).text))
        # who finishes another device of such a visit waits, and is run again by Odoo: it has one number
        lock_rows(ours.filtered("regime_id.protocol_per_visit").order_id)
        for (company, regime, _text), inspections in sorted(
                groups.items(), key=lambda item: (item[0][0].id, item[0][2])):
            shared = regime.protocol_per_visit
            protocols = inspections.grouped(
                lambda inspection, shared=shared: shared and inspection.order_id and (
                    inspection.order_id, inspection.partner_id) or inspection)
            known = {} if not shared else {(order, owner): number for order, owner, number in self._read_group(
                [("order_id", "in", inspections.order_id.ids), ("regime_id", "=", regime.id),
                 ("state", "=", "done"), ("protocol_number", "!=", False)],
                ["order_id", "done_partner_id"], ["protocol_number:max"])}
            new = [key for key in protocols if key not in known]
            day = min(days[inspection] for inspection in inspections)
            drawn = dict(zip(new, self.browse()._draw_numbers(
                regime._get_protocol_sequence(company), company, day, len(new)), strict=True))
            for key, of_protocol in protocols.items():
                numbers.update(dict.fromkeys(of_protocol, drawn.get(key) or known[key]))
        return numbers

    def _enter_imported_numbers(self):
        """Numbers with which a manager makes inspections (moving in): their series go on after them.

        :param self: inspections just made, with their days
        """
        numbered = self.filtered("protocol_number")
        ours = numbered.filtered(lambda inspection: inspection.regime_id.performed_by == "us")
        # sudo: the register is nobody's to write
        self.env["crm.service.number"].sudo()._enter(self, [
            (inspection.company_id, inspection.protocol_number,
             inspection._get_protocol_series(
                 inspection.date_done or inspection.company_id._service_today()) if inspection in ours else None)
            for inspection in numbered])

    def _get_protocols(self):
        """Inspections by the protocol that they are on: several where one
        visit had one protocol, else each alone.

        :return: list of recordsets
        """
        return list(self.grouped(lambda inspection: (
            (inspection.company_id, inspection.done_order_name, inspection.regime_id, inspection.protocol_number)
            if inspection.done_per_visit and inspection.done_order_name else inspection)).values())

    def _get_date_after(self):
        """The date on which the device of one inspection that is done is due again under its regime. One that failed
        is due when it is inspected again: the interval begins with what passed."""
        self.ensure_one()
        if self.result == "failed":
            return self._get_recheck_date()
        # sudo: technicians' papers say it, too
        plan = self.plan_id.sudo()
        if not plan:
            return False
        if plan.regime_id.counting == "last_done":
            since = max(self.date_done, plan.anchor_date)
            coming = schedule.nth_date(since, 1, plan.regime_id.interval_number, plan.regime_id.interval_unit)
        else:
            later = plan.inspection_ids.filtered(lambda other: (
                other.is_open and other.schedule_date > self.schedule_date))
            if later:
                return min(later.mapped("planned_date"))
            coming = plan.date_to_make
        return plan.active and not (plan.date_end and coming and coming > plan.date_end) and coming

    def action_print_protocol(self):
        """Print the protocols of inspections that are done."""
        self._check_state("done")
        return self.env.ref("crm_enova_like.action_report_inspection_protocol").report_action(self)
