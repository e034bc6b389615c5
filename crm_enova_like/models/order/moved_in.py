from odoo import api, fields, models
from odoo.fields import Command


class CrmServiceOrder(models.Model):
    """Orders that a manager moves in from the past: they come closed, with the dates of their end."""

    _inherit = "crm.service.order"

    @api.model
    def _pass_closing(self, vals_list, late):
        """Let devices without dates of their own end with their order, where that comes closed: else they would today.

        :param vals_list: values for ``create``; changed, the caller's rows are not
        :param late: see :meth:`_split_late_stages`
        """
        Row = self.env["crm.service.order.device"]
        for index, (_stage, facts) in late.items():
            closed = facts.get("date_closed")
            if closed and vals_list[index].get("device_line_ids"):
                vals_list[index]["device_line_ids"] = [
                    Command.create(Row._with_closing(command[2], closed))
                    if command[0] == Command.CREATE else command
                    for command in vals_list[index]["device_line_ids"]]

    def _complete_papers(self, vals_list):
        """Devices that come handed back are made before the lines that are on their papers.

        :param vals_list: by which the orders were made
        """
        rows = self.browse(order.id for order, vals in zip(self, vals_list, strict=True) if any(
            command[0] == Command.CREATE and command[2].get("date_released")
            for command in vals.get("device_line_ids") or ())).device_line_ids
        rows.filtered("date_released")._complete_release_papers()

    def _write_late_facts(self, late):
        super()._write_late_facts(late)
        self._mark_moved_in(late, {"date_closed"})


class CrmServiceOrderDevice(models.Model):
    """Devices of orders that are moved in from the past."""

    _inherit = "crm.service.order.device"

    @api.model
    def _with_closing(self, vals, closed):
        """Values for one device that comes with an outcome, with the day of it.

        :param closed: when its order was closed, or False
        """
        if vals.get("date_closed") or vals.get("state", "open") in (*self._get_open_states(), False):
            return vals
        moments = [fields.Datetime.to_datetime(moment) for moment in (closed, vals.get("date_released")) if moment]
        return {**vals, "date_closed": min(moments)} if moments else vals

    def _write_late_facts(self, late):
        super()._write_late_facts({
            index: (state, facts and {
                name: value for name, value in self._with_closing({**facts, "state": state}, False).items()
                if name != "state"})
            for index, (state, facts) in late.items()})
        self._mark_moved_in(late, {"date_closed", "date_released"})
