from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmServiceOrderDevice(models.Model):
    """Handing devices back: to whom, and what goes with it."""

    _inherit = "crm.service.order.device"

    collector_id_checked = fields.Boolean(
        string="Identity Checked", readonly=True, copy=False,
        help="Whoever collected the device showed a document; its number is not kept.")
    early_release_reason = fields.Char(
        readonly=True, copy=False, help="Why the device was handed back before it was finished.")

    def action_release(self, released_to=None, id_checked=False, reason=None):
        """Hand devices back; a fact of its own, apart from the outcome.

        The access code is erased, and the shelf is free again.

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
                    "Device %(device)s was handed back on %(date)s already.",
                    device=line.device_id.display_name, date=fields.Date.to_string(line.date_released)))
            if line._is_unfinished() and not reason:
                raise UserError(self.env._(
                    "Device %(device)s has no outcome yet; give it one before it is handed back, "
                    "or write down the reason.", device=line.device_id.display_name))
        now = fields.Datetime.now()
        for line in self:
            line._write_facts({
                "date_released": now,
                "released_to": collector or line.released_to or line._get_expected_collector(),
                "collector_id_checked": id_checked,
                "early_release_reason": reason if line._is_unfinished() else False,
                "access_code": False, "shelf": False,
            })
        self._post_release()
        return True

    def _is_unfinished(self):
        """Whether one device has no outcome yet; a cancelled order asks for none."""
        self.ensure_one()
        return self.state == "open" and self.order_state != "cancelled"

    def _get_expected_collector(self):
        """Who collects a device when nothing is said: who brought it in, or the contractor."""
        self.ensure_one()
        return self.order_id.person_id.name or self.order_id.partner_id.name

    def _post_release(self):
        """Note in the orders what was handed back, and to whom."""
        for order, lines in self.grouped("order_id").items():
            for (collector, reason), same in lines.grouped(
                    lambda line: (line.released_to, line.early_release_reason)).items():
                text = self.env._(
                    "Handed back to %(person)s: %(devices)s.", person=collector or "",
                    devices=", ".join(same.device_id.mapped("display_name")))
                if all(same.mapped("collector_id_checked")):
                    text += " " + self.env._("Identity checked.")
                if reason:
                    text += " " + self.env._("Before it was finished: %(reason)s.", reason=reason.rstrip("."))
                order.message_post(body=text)

    def action_open_release(self):
        """Ask who collects the devices; those that are back already stay out.

        :raises UserError: all were handed back
        """
        lines = self.filtered(lambda line: not line.date_released)
        if not lines:
            raise UserError(self.env._("The devices were handed back already."))
        return {
            "type": "ir.actions.act_window", "name": self.env._("Hand back"),
            "res_model": "crm.service.release.wizard", "view_mode": "form", "target": "new",
            "context": {
                "default_device_line_ids": [(6, 0, lines.ids)], "default_order_ids": [(6, 0, lines.order_id.ids)]},
        }

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
    _inherit = "crm.service.order"

    to_release_count = fields.Integer(compute="_compute_to_release_count")

    @api.depends("device_line_ids.state", "device_line_ids.date_released", "device_line_ids.order_state")
    def _compute_to_release_count(self):
        for order in self:
            order.to_release_count = len(order.device_line_ids.filtered(
                lambda line: not line._is_unfinished() and not line.date_released))

    def action_open_release(self):
        """Ask who collects which of the orders' devices; those that are ready come chosen."""
        lines = self.device_line_ids.filtered(lambda line: not line.date_released)
        ready = lines.filtered(lambda line: not line._is_unfinished())
        return (ready or lines).action_open_release()
