from collections.abc import Mapping

from odoo import api, fields, models
from odoo.fields import Command

from ..common.formats import format_contact


def _is_made(command):
    """Whether a command makes a row; what is no command is refused elsewhere."""
    return isinstance(command, (list, tuple)) and len(command) == 3 and command[0] == Command.CREATE and isinstance(
        command[2], Mapping)


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
                    if _is_made(command) else command
                    for command in vals_list[index]["device_line_ids"]]

    def _complete_papers(self, vals_list):
        """Devices that come handed back are made before the lines that are on their papers.

        :param vals_list: by which the orders were made
        """
        rows = self.browse(order.id for order, vals in zip(self, vals_list, strict=True) if any(
            _is_made(command) and command[2].get("date_released")
            for command in vals.get("device_line_ids") or ())).device_line_ids
        rows.filtered("date_released")._complete_release_papers()

    def _write_late_facts(self, late):
        result = super()._write_late_facts({
            index: (stage, facts and self[index]._complete_head(facts)) for index, (stage, facts) in late.items()})
        self._mark_moved_in(late, {"date_closed"})
        return result

    def _complete_head(self, facts):
        """Facts of one order that is moved in: a contractor or a place of that time comes with his texts."""
        self.ensure_one()
        partners = self.env["res.partner"].sudo().with_context(lang=self._get_paper_lang())
        partner, place = (partners.browse(facts.get(name) or []) for name in ("done_partner_id", "done_address_id"))
        completed = self._prepare_contact(partner) if partner else {}
        if place:
            at = partner or self.done_partner_id
            completed["done_address"] = "\n".join(format_contact(place)) if place.id != at.id else False
        return {**completed, **facts}


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
        result = super()._write_late_facts({
            index: (state, facts and self._complete_facts(state, facts)) for index, (state, facts) in late.items()})
        self._mark_moved_in(late, {"date_closed", "date_released"})
        return result

    @api.model
    def _complete_facts(self, state, facts):
        """Facts of one device that is moved in: it was finished before it was handed back, and its owner of that time
        comes with his name."""
        completed = self._with_closing({**facts, "state": state}, False)
        del completed["state"]
        if facts.get("done_partner_id") and "done_partner_name" not in facts:
            # sudo: who is on a paper is told to whoever moves it in
            completed["done_partner_name"] = self.env["res.partner"].sudo().browse(
                facts["done_partner_id"]).display_name
        return completed
