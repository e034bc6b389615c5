from odoo import api, models
from odoo.exceptions import UserError

from ..common.barcodes import draw_code128


class CrmServiceOrder(models.Model):
    """Which papers an order has: each can be printed again, and what there is nothing of is not offered."""

    _inherit = "crm.service.order"

    def _get_number_barcode(self):
        """The number of one order as a barcode, see :func:`draw_code128`."""
        self.ensure_one()
        return draw_code128(self.name)

    def _get_papers(self):
        """The papers of one order; each wing adds its own.

        :return: list of (key, xml id of the report, records or ids)
        """
        self.ensure_one()
        rows, papers = self.device_line_ids, []
        repairs = rows.filtered(lambda row: row.basis != "inspection")
        released = rows.filtered("date_released")
        if repairs or not rows:
            papers.append(("receipt", "crm_enova_like.action_report_service_receipt", self))
        if repairs.filtered(lambda row: not row.is_open):
            papers.append(("protocol", "crm_enova_like.action_report_service_protocol", self))
        if released:
            # a page for each collector and hour
            papers.append(("release", "crm_enova_like.action_report_service_release", released))
        return papers

    @api.readonly
    def get_papers(self):
        """What the *Print* button of one order offers: list of {"key", "name"}."""
        self.check_access("read")
        # sudo: the names of reports
        return [
            {"key": key, "name": self.env.ref(report).sudo().name} for key, report, _records in self._get_papers()]

    def action_print_paper(self, key: str):
        """Print one paper of one order.

        :param key: as :meth:`get_papers` has it
        :raises UserError: the order has no such paper yet
        """
        self.ensure_one()
        self.check_access("read")
        for known, report, records in self._get_papers():
            if known == key:
                return self.env.ref(report).report_action(records)
        raise UserError(self.env._("Order %(order)s has no such paper yet.", order=self.name))
