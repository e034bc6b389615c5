from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

from ..common.values_mixin import LAST_YEAR

STATUTORY_DAYS = 14


class CrmServiceOrder(models.Model):
    """Until when an order is to be done: what its type says in working days, and what the law says of claims."""

    _inherit = "crm.service.order"

    date_deadline = fields.Date(
        compute="_compute_date_deadline", store=True, readonly=False, precompute=True, copy=False,
        help="Proposed by the order type, in working days; a claim under warranty, for non-conformity or under the "
             "statutory warranty has 14 calendar days by law. What was agreed by hand stays.")
    # core would work out what nobody may write before the order is there, whatever it is given; so it is a fact
    deadline_proposed = fields.Date(
        compute="_compute_date_deadline", store=True, readonly=False, precompute=True, copy=False,
        help="The deadline that follows from the order's type and grounds; one that differs was agreed by hand.")

    @api.depends("type_id", "date_received", "device_line_ids.basis")
    def _compute_date_deadline(self):
        claims, known = self._get_statutory_bases(), {}
        for order in self:
            is_claim = not claims.isdisjoint(order.device_line_ids.mapped("basis"))
            proposed = self._find_deadline(order.company_id, order.type_id, order.date_received, is_claim, known)
            before = order.deadline_proposed or order._origin.deadline_proposed
            if not order.date_deadline or order.date_deadline == before:
                order.date_deadline = proposed or order.date_deadline
            order.deadline_proposed = proposed

    @api.model
    def _get_statutory_bases(self):
        """The grounds on which a claim is to be settled within 14 calendar days, whatever an order type says: set.

        Art. 580 § 2 of the Civil Code for a guarantee whose document says nothing else; art. 7a of the Consumer Rights
        Act for an answer to a consumer's complaint, and art. 561⁵ of the Civil Code for the statutory warranty.
        """
        return {"warranty", "nonconformity", "statutory"}

    @api.model
    def _find_deadline(self, company, order_type, received, is_claim, known):
        """The deadline of an order by its type and by law, or False.

        :param received: datetime, or False
        :param is_claim: whether one of its devices is claimed
        :param known: what was found for others already; changed in place
        """
        days = order_type.deadline_days
        # a day that is typed wrongly is refused when the order is saved
        if not received or not (is_claim or days) or received.year >= LAST_YEAR:
            return False
        day = company._service_date(received)
        if is_claim:
            return day + timedelta(days=STATUTORY_DAYS)
        key = (company, day, days)
        if key not in known:
            known[key] = company._add_working_days(day, days)
        return known[key]

    @api.model
    def _add_deadlines(self, vals_list):
        """Say of orders that are about to be made until when they are to be done, as :meth:`_compute_date_deadline`
        does, which would make each row once more to see whether it is a claim.

        :param vals_list: with the orders' type and company; changed in place
        :return: indexes of the orders for which nobody says it
        """
        defaults = self.default_get(["date_received", "date_deadline"])
        claims, known, proposing = self._get_statutory_bases(), {}, []
        for index, vals in enumerate(vals_list):
            received = fields.Datetime.to_datetime(vals.get("date_received", defaults.get("date_received")))
            is_claim = any(row[0] == Command.CREATE and row[2].get("basis") in claims
                           for row in vals.get("device_line_ids") or ())
            proposed = vals["deadline_proposed"] = self._find_deadline(
                self.company_id.browse(vals["company_id"]), self.type_id.browse(vals["type_id"]), received, is_claim,
                known)
            if "date_deadline" not in vals:
                vals["date_deadline"] = defaults.get("date_deadline") or proposed
                proposing.append(index)
        return proposing

    def _look_for_claims(self):
        """Work the deadlines of orders just made out once more: their devices are there by now, with their grounds,
        and core computes what it was given only when it changes."""
        self.env.add_to_compute(self._fields["date_deadline"], self.filtered("device_line_ids"))
