from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.actions import open_dialog
from ..common.formats import format_day


class CrmServiceOrderDevice(models.Model):
    """Handing devices back: to whom, and what goes with it."""

    _inherit = "crm.service.order.device"

    collector_id_checked = fields.Boolean(
        string="Identity Checked", readonly=True, copy=False,
        help="Whoever collected the device showed a document; its number is not kept.")
    early_release_reason = fields.Char(
        readonly=True, copy=False, help="Why the device was handed back before it was finished.")

    def action_release(self, released_to: str = None, id_checked=False, reason: str = None):
        """Hand devices back; a fact of its own, apart from the outcome.

        The warranty of the repair runs from now on. The access code is erased, and the shelf is free again.

        :param self: any number of devices in orders
        :param released_to: who collects; else the one who was noted, the order's person, or the contractor
        :param id_checked: whether they showed a document
        :param reason: why a device goes back that has no outcome yet
        :raises UserError: a device has no outcome yet and there is no reason, or it is handed back already
        """
        self.check_access("write")
        reason, collector = (reason or "").strip(), (released_to or "").strip()
        for line in self:
            if line.date_released:
                raise UserError(self.env._(
                    "Device %(device)s was handed back on %(date)s already.", device=line.device_id.display_name,
                    date=format_day(self.env, line.company_id, line.date_released)))
            if line._is_unfinished() and not reason:
                raise UserError(self.env._(
                    "Device %(device)s has no outcome yet; give it one before it is handed back, "
                    "or write down the reason.", device=line.device_id.display_name))
        now = fields.Datetime.now()
        for (name, is_unfinished), lines in self.grouped(lambda line: (
                collector or line.released_to or line._get_expected_collector(), line._is_unfinished())).items():
            lines._write_outcome({
                "date_released": now,
                "released_to": name,
                "collector_id_checked": id_checked,
                "early_release_reason": reason if is_unfinished else False,
                "access_secret": False, "shelf": False,
            })
        self._post_release()
        return True

    def _write_outcome(self, vals):
        """Write facts of the end of a repair (outcome, hand-over), after the caller has checked that they are so."""
        return self._write_facts(vals)

    def _is_unfinished(self):
        """Whether one device has no outcome yet; a cancelled order asks for none."""
        self.ensure_one()
        return self.is_open and self.order_state != "cancelled"

    def _get_expected_collector(self):
        """Who collects a device when nothing is said: who brought it in, or the contractor."""
        self.ensure_one()
        return self.order_id.person_id.name or self.order_id.partner_id.name

    def _post_release(self):
        """Note in the orders what was handed back, and to whom."""
        for order, lines in self.grouped("order_id").items():
            for (collector, reason), same in lines.grouped(
                    lambda line: (line.released_to, line.early_release_reason)).items():
                sentences = [self.env._(
                    "Handed back to %(person)s: %(devices)s.", person=collector or "",
                    devices=", ".join(same.device_id.mapped("display_name")))]
                if all(same.mapped("collector_id_checked")):
                    sentences.append(self.env._("Identity checked."))
                if reason:
                    sentences.append(self.env._("Reason for giving it back unfinished: %(reason)s", reason=reason))
                order.message_post(body=Markup("<br/>").join(sentences))

    def action_open_release(self):
        """Ask who collects the devices; those that are back already stay out.

        :raises UserError: all were handed back
        """
        lines = self.filtered(lambda line: not line.date_released)
        if not lines:
            raise UserError(self.env._("The devices were handed back already."))
        return open_dialog(self.env, "crm.service.release.wizard", self.env._("Hand back"), {
            "default_device_line_ids": [(6, 0, lines.ids)], "default_order_ids": [(6, 0, lines.order_id.ids)]})

    def action_print_release(self):
        """Print the release protocols (protokół wydania) of devices that were handed back.

        :raises UserError: a device was not
        """
        for line in self:
            if not line.date_released:
                raise UserError(self.env._(
                    "Device %(device)s was not handed back yet, so there is no protocol.",
                    device=line.device_id.display_name))
        return self.env.ref("crm_enova_like.action_report_service_release").report_action(self)

    def _get_release_protocols(self):
        """Devices by the paper that they are on: one for what one person collected of an order at once.

        :return: list of recordsets
        """
        return list(self.sorted("id").grouped(
            lambda line: (line.order_id, line.date_released, line.released_to)).values())


class CrmServiceOrder(models.Model):
    """Which of an order's devices wait to be collected."""

    _inherit = "crm.service.order"

    to_release_count = fields.Integer(compute="_compute_to_release_count")

    @api.depends("device_line_ids.is_open", "device_line_ids.date_released", "device_line_ids.order_state")
    def _compute_to_release_count(self):
        for order in self:
            order.to_release_count = len(order.device_line_ids.filtered(
                lambda line: not line._is_unfinished() and not line.date_released))

    def action_open_release(self):
        """Ask who collects which of the orders' devices; those that are ready come chosen."""
        lines = self.device_line_ids.filtered(lambda line: not line.date_released)
        ready = lines.filtered(lambda line: not line._is_unfinished())
        return (ready or lines).action_open_release()
