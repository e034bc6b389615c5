from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ..common.formats import format_day


class CrmServiceOrderDevice(models.Model):
    """What is known of a device when it is taken in, and what is agreed on it."""

    _inherit = "crm.service.order.device"

    wants_old_parts = fields.Boolean(
        string="Old Parts Back", copy=False, help="The customer wants the replaced parts.")
    shelf = fields.Char(copy=False, help="Where the device lies in the workshop.")

    def _get_intake_facts(self):
        """Warranty and last repair of the lines' devices, as they are shown when the devices are taken in.

        :return: {line: Markup}; nothing for a line without a device
        """
        last, devices = {}, self.device_id._origin
        if devices:
            for line in self.search_fetch(
                    [("device_id", "in", devices.ids), ("is_open", "=", False), ("id", "not in", self._origin.ids)],
                    ["device_id", "order_id", "company_id", "date_closed", "state", "resolution",
                     "repair_warranty_until"],
                    # one device alone, as mostly, has its last repair first
                    order="date_closed desc, id desc", limit=1 if len(devices) == 1 else None):
                last.setdefault(line.device_id, line)
        return {line: line._format_facts(last.get(line.device_id._origin)) for line in self if line.device_id}

    def _format_facts(self, repair):
        """The facts of one line's device.

        :param repair: its last row that has an outcome, or None
        """
        self.ensure_one()
        facts = [
            self._format_warranty(), *self._format_conformity(),
            *(repair._format_repair() if repair else [self.env._("no repair yet")])]
        return Markup("<div><strong>%s</strong>: %s</div>") % (self.device_id.display_name, "; ".join(facts))

    def _format_warranty(self):
        """How it stands with the warranty of one line's device: a fact in words."""
        ends = self.device_id.warranty_end
        if not ends:
            return self.env._("no warranty known")
        if ends >= self.env.company._service_today():
            return self.env._("under warranty until %(date)s", date=format_date(self.env, ends))
        return self.env._("warranty ended on %(date)s", date=format_date(self.env, ends))

    def _format_conformity(self):
        """Until when we answer to a consumer for what one line's device is: list of at most one fact in words."""
        ends = self.device_id._get_conformity_end()
        if not ends or ends < self.env.company._service_today():
            return []
        return [self.env._(
            "bought here by a consumer: non-conformity can be claimed until %(date)s",
            date=format_date(self.env, ends))]

    def _format_repair(self):
        """What one line tells of its repair when the device comes again: list of facts in words."""
        self.ensure_one()
        facts = [self.env._(
            "last repair %(date)s, %(order)s: %(work)s", date=format_day(self.env, self.company_id, self.date_closed),
            order=self.order_id._get_told_numbers(),
            work=", ".join(filter(None, (self._get_state_names()[self.state], self.resolution))))]
        if self.repair_warranty_until:
            facts.append(self.env._(
                "warranty of the repair until %(date)s", date=format_date(self.env, self.repair_warranty_until)))
        return facts


class CrmServiceOrder(models.Model):
    """An order while its devices are taken in, and the paper for it."""

    _inherit = "crm.service.order"

    partner_is_company = fields.Boolean(related="partner_id.is_company")
    intake_facts = fields.Html(
        string="Known Already", compute="_compute_intake_facts", sanitize=False,
        help="Warranty and last repair of the devices that are taken in.")

    @api.depends("device_line_ids.device_id", "state")
    def _compute_intake_facts(self):
        # told while the devices are taken in; later the form hides them
        taken_in = self.filtered(lambda order: order.state in ("new", "accepted") or not order.state)
        facts = taken_in.device_line_ids._get_intake_facts()
        for order in self:
            order.intake_facts = Markup().join(facts[line] for line in order.device_line_ids if line in facts)

    def action_print_receipt(self):
        """Print the confirmations of receipt (potwierdzenie przyjęcia) of orders."""
        return self.env.ref("crm_enova_like.action_report_service_receipt").report_action(self)

    def action_take_in(self):
        """Print the receipts of orders that are taken in now: with it in the customer's hand they are accepted.

        The form's button saves the order first: one press at the counter does all of it.
        """
        self.filtered(lambda order: order.state == "new" and order._may_accept_at_counter())._move_to_state("accepted")
        return self.action_print_receipt()

    def _may_accept_at_counter(self):
        """Whether one new order is accepted once its receipt is printed: its devices come to us, and its type has a
        stage for it to which the order may go."""
        self.ensure_one()
        if self.type_id.is_on_site:
            return False
        Stage = self.env["crm.service.stage"]
        stage = Stage.browse(Stage._get_first_id(self.company_id.id, self.type_id.id, "accepted"))
        return bool(stage) and self._is_stage_allowed(stage)
