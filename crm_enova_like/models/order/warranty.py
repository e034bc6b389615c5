from dateutil.relativedelta import relativedelta

from odoo import fields, models


class CrmServiceOrderDevice(models.Model):
    """The warranty of a repair, in whole months from the hand-over: art. 577 and 581 of the Civil Code."""

    _inherit = "crm.service.order.device"

    repair_warranty_months = fields.Integer(
        readonly=True, copy=False, aggregator=None,
        help="So many months the warranty of the repair lasts from the hand-over, by the order's type on the day of "
             "the outcome. Zero where the day was agreed: it stays.")

    def _begin_repair_warranty(self):
        """Give devices that were repaired the warranty of their order's type; a day that was agreed before stays."""
        for (months, until), lines in self.filtered(lambda line: not line.repair_warranty_until).grouped(lambda line: (
                line.order_id.type_id.repair_warranty_months,
                line._get_warranty_end(line.order_id.type_id.repair_warranty_months))).items():
            if months:
                lines._write_facts({"repair_warranty_months": months, "repair_warranty_until": until})

    def _get_warranty_end(self, months):
        """Until when the warranty of one repair lasts that has so many months: from the day of the hand-over at the
        company's place, and until then from that of the outcome. What went back unfinished was repaired afterwards.

        :return: date; False where it did not begin
        """
        self.ensure_one()
        moment = self.date_released or self.date_closed
        if self.early_release_reason:
            moment = max(filter(None, [self.date_released, self.date_closed]), default=False)
        return bool(moment) and self.company_id._service_date(moment) + relativedelta(months=months)

    def _find_agreed(self, vals):
        """The devices whose warranty is agreed by values that are about to be written. What an import brings back as
        it was agrees nothing."""
        if "repair_warranty_until" not in vals or "repair_warranty_months" in vals:
            return self.browse()
        return self.filtered(lambda line: line.repair_warranty_months and (
            self.env.su or line._is_changed("repair_warranty_until", vals["repair_warranty_until"])))

    def _follow_warranty(self, names, agreed):
        """What follows for the warranty of repairs when values were written.

        :param names: the names of what was written
        :param agreed: see :meth:`_find_agreed`
        """
        if agreed:
            agreed._write_facts({"repair_warranty_months": 0})
        names = set(names)
        if not {"date_closed", "date_released", "repair_warranty_months"} & names or "repair_warranty_until" in names:
            return
        for (months, until), lines in self.filtered("repair_warranty_months").grouped(lambda line: (
                line.repair_warranty_months, line._get_warranty_end(line.repair_warranty_months))).items():
            lines = lines.filtered(lambda line, until=until: line.repair_warranty_until != until)
            if lines:
                lines._write_facts({"repair_warranty_months": months, "repair_warranty_until": until})

    def _is_over(self, day):
        """Whether one repair was finished on a day, or before."""
        self.ensure_one()
        return not self.date_closed or self.company_id._service_date(self.date_closed) <= day
