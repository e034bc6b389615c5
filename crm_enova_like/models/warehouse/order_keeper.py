from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import html2plaintext

ISSUE_STATUSES = [
    ("missing", "Missing"),
    ("ordered", "On order"),
    ("planned", "Planned"),
    ("keeper", "Waits for the keeper"),
    ("reserved", "Reserved"),
    ("issued", "Issued"),
]


class CrmServiceOrderLine(models.Model):
    """How far a part is on its way from the shelf to the technician."""

    _inherit = "crm.service.order.line"

    issue_status = fields.Selection(
        ISSUE_STATUSES, string="Part Status", compute="_compute_issue_status", compute_sudo=True)

    @api.depends("needs_issue", "quantity_issued", "quantity_requested", "kind", "supply", "order_id.type_id.issue_by",
                 "move_ids.state", "move_ids.quantity", "move_ids.product_uom_qty")
    def _compute_issue_status(self):
        for line in self:
            line.issue_status = line._get_issue_status()

    def _get_open_moves(self):
        """What of the line is on an open RW (with stock rights or sudo)."""
        return self.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel", "draft") and not move._is_service_return())

    def _get_issue_status(self):
        self.ensure_one()
        if self.kind != "part" or self.supply != "rw":
            return False
        if not self.needs_issue:
            return "issued" if self.quantity_issued else False
        moves = self._get_open_moves()
        short = any(
            move.product_id.is_storable and move.product_uom.compare(move.quantity, move.product_uom_qty) < 0
            for move in moves)
        if self.quantity_requested and (short or not moves):
            return "ordered"
        if short:
            return "missing"
        if moves:
            return "keeper" if self.order_id.type_id.issue_by == "warehouse" else "reserved"
        return "planned"


class CrmServiceOrder(models.Model):
    _inherit = "crm.service.order"

    issue_status = fields.Selection(
        ISSUE_STATUSES, string="Parts", compute="_compute_issue_status",
        help="The part that holds the order up most.")

    parts_to_request = fields.Boolean(
        compute="_compute_parts_to_request", compute_sudo=True,
        help="Something of what is to issue is on no open RW yet.")

    @api.depends("line_ids.quantity_to_issue", "line_ids.move_ids.state", "line_ids.move_ids.product_uom_qty")
    def _compute_parts_to_request(self):
        for order in self:
            order.parts_to_request = any(
                line.uom_id.compare(line.quantity_to_issue, sum(
                    move.product_uom._compute_quantity(move.product_uom_qty, line.uom_id)
                    for move in line._get_open_moves())) > 0
                for line in order.line_ids if line.needs_issue)

    @api.depends("line_ids.issue_status")
    def _compute_issue_status(self):
        rank = {status: index for index, (status, _label) in enumerate(ISSUE_STATUSES)}
        for order in self:
            statuses = [line.issue_status for line in order.line_ids if line.issue_status]
            order.issue_status = min(statuses, key=rank.get) if statuses else False

    def _tell_technician(self, activity_xmlid, note):
        """One entry on the technician's list of activities for each order,
        without a mail; an open one is brought up to date.

        :param note: what is told
        """
        for order in self:
            user = order.user_id or order.requester_id or self.env.user
            order = order.with_context(mail_activity_quick_update=True, lang=user.lang)
            found = order.activity_search([activity_xmlid], user_id=user.id)[:1]
            if not found:
                order.activity_schedule(activity_xmlid, note=note, user_id=user.id)
            elif note not in html2plaintext(found.note or ""):
                found.note = Markup("%s<br/>%s") % (found.note or "", note)
