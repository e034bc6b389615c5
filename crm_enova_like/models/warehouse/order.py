from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import html2plaintext

from ..common.actions import open_dialog, open_list
from ..common.formats import format_quantity
from .order_line import COST, ISSUE_STATUSES
from .order_type import free_parts_kept

MAY_CHANGE_ISSUER = ("crm_enova_like.group_user", "stock.group_stock_user")


class CrmServiceOrder(models.Model):
    """The parts of an order and its warehouse documents: what they cost, and what they mean for its stages.

    Technicians hold no stock rights. What is done with the parts of an order they may change goes through
    :meth:`_as_stock`, the one way from an order to the stock.
    """

    _inherit = "crm.service.order"

    picking_ids = fields.One2many(
        "stock.picking", "service_order_id", string="Warehouse Documents", groups="stock.group_stock_user")
    picking_count = fields.Integer(compute="_compute_pickings", compute_sudo=True)
    picking_names = fields.Char(string="RW/ZW", compute="_compute_pickings", compute_sudo=True)
    has_open_rw = fields.Boolean(compute="_compute_pickings", compute_sudo=True)
    parts_to_issue = fields.Boolean(compute="_compute_parts_to_issue", store=True)
    holds_parts = fields.Boolean(
        compute="_compute_holds_parts", store=True, help="The order is open, and parts were issued to it.")
    parts_to_request = fields.Boolean(
        compute="_compute_parts_to_request", compute_sudo=True,
        help="Something of what is to issue is on no open RW yet.")
    has_tracked_parts = fields.Boolean(compute="_compute_has_tracked_parts")
    issue_status = fields.Selection(
        ISSUE_STATUSES, string="Parts", compute="_compute_issue_status",
        help="The part that holds the order up most.")
    issue_by = fields.Selection(related="type_id.issue_by")
    total_cost = fields.Monetary(
        string="Cost of Parts", compute="_compute_total_cost", compute_sudo=True, groups=COST)
    parts_kept_reason = fields.Char(
        string="Reason for Keeping Parts", readonly=True, copy=False, tracking=True,
        help="Why issued parts stayed as cost of a cancelled order.")

    _to_issue_idx = models.Index(
        "(company_id, date_received DESC, id DESC) WHERE parts_to_issue IS TRUE AND is_open IS TRUE")
    # what the demand for parts asks of open orders, beside the lines that wait
    _part_demand_idx = models.Index(
        "(id) INCLUDE (active, name, priority, type_id, date_deadline) WHERE is_open IS TRUE")
    # the overview counts them and sums up what they hold; it says that they are open
    _holds_parts_idx = models.Index(
        "(company_id, date_received DESC, id DESC) INCLUDE (active) WHERE holds_parts IS TRUE AND is_open IS TRUE")

    @api.model
    def _get_seldom_fields(self):
        return super()._get_seldom_fields() | {"picking_ids"}

    def web_read(self, specification: dict):
        with free_parts_kept(self.env):
            return super().web_read(specification)

    @api.depends("picking_ids.state")
    def _compute_pickings(self):
        for order in self:
            live = order.picking_ids.filtered(lambda picking: picking.state != "cancel")
            order.picking_count = len(live)
            order.picking_names = ", ".join(live.mapped("name"))
            order.has_open_rw = any(
                picking.state != "done" and picking.service_document == "rw" for picking in live)

    @api.depends("line_ids.needs_issue")
    def _compute_parts_to_issue(self):
        for order in self:
            order.parts_to_issue = any(order.line_ids.mapped("needs_issue"))

    @api.depends("line_ids.quantity_issued", "is_open")
    def _compute_holds_parts(self):
        for order in self:
            order.holds_parts = order.is_open and any(line.quantity_issued > 0 for line in order.line_ids)

    @api.depends("line_ids.quantity_to_issue", "line_ids.move_ids.state", "line_ids.move_ids.product_uom_qty")
    def _compute_parts_to_request(self):
        for order in self:
            order.parts_to_request = any(
                line._get_to_request() > 0 for line in order._get_lines_to_issue())

    @api.depends("line_ids.tracking")
    def _compute_has_tracked_parts(self):
        for order in self:
            order.has_tracked_parts = any(line.tracking in ("lot", "serial") for line in order.line_ids)

    @api.depends("line_ids.issue_status")
    def _compute_issue_status(self):
        rank = {status: index for index, (status, _label) in enumerate(ISSUE_STATUSES)}
        for order in self:
            statuses = [line.issue_status for line in order.line_ids if line.issue_status]
            order.issue_status = min(statuses, key=rank.get) if statuses else False

    @api.depends("line_ids.cost")
    def _compute_total_cost(self):
        # the lines of one alone, or of one that is being edited, are at hand
        costly = self._find_costly_lines().grouped("order_id") if len(self) > 1 and all(self._ids) else None
        for cost, orders in self.grouped(lambda order: sum(
                line.cost for line in (order.line_ids if costly is None else costly.get(order, ())))).items():
            orders.total_cost = cost

    def _find_costly_lines(self):
        """The lines of orders in a list that may have a cost: of parts of which something was issued."""
        domain = [("order_id", "in", self.ids), ("kind", "=", "part")]
        if not self.env["product.product"]._may_be_kits():
            # of a kit, components may be out where no whole one is
            domain.append(("quantity_issued", "!=", 0))
        return self.env["crm.service.order.line"].search(domain)

    @api.model
    def _prepare_first_values(self, vals):
        lines = [row[2] for row in vals.get("line_ids") or () if row[0] == Command.CREATE]
        return {
            **super()._prepare_first_values(vals), "holds_parts": False,
            "parts_to_issue": any(self.line_ids._prepare_first_values(line)["needs_issue"] for line in lines)}

    @api.model
    def _get_decision_fields(self):
        return super()._get_decision_fields() | {"parts_kept_reason"}

    def _check_changes(self, vals):
        result = super()._check_changes(vals)
        if vals.get("type_id") and not self.env.su:
            self._check_issuer(self.type_id.browse(vals["type_id"]))
        return result

    def _check_issuer(self, order_type):
        """Refuse a technician another type by which he would issue himself what the warehouse issues.

        :raises UserError: names the order
        """
        user = self.env.user
        if order_type.issue_by == "warehouse" or any(user.has_group(group) for group in MAY_CHANGE_ISSUER):
            return
        for order in self:
            if order.issue_by == "warehouse":
                raise UserError(self.env._(
                    "Order %(order)s: its parts are issued by the warehouse, and “%(type)s” leaves that to the "
                    "technician. An operator changes the type.", order=order.name, type=order_type.name))

    def write(self, vals):
        result = super().write(vals)
        if vals.get("type_id"):
            self._as_stock()._follow_type()
        if {"partner_id", "project_id"} & vals.keys():
            self._as_stock()._follow_contractor()
        return result

    def _follow_contractor(self):
        """Name the orders' contractor and project on the documents that wait (with stock rights)."""
        for order in self:
            documents = order._get_open_documents()
            vals = {"partner_id": order.partner_id.id}
            if "project_id" in documents._fields:
                vals["project_id"] = order.project_id.id
            documents.write(vals)

    @api.ondelete(at_uninstall=False)
    def _check_no_documents(self):
        for order in self._as_stock("unlink"):
            if order.picking_ids:
                raise UserError(self.env._(
                    "Order %(order)s has warehouse documents (%(documents)s) and cannot be deleted. Cancel it instead.",
                    order=order.name, documents=", ".join(order.picking_ids.mapped("name"))))

    # RIGHTS

    def _as_stock(self, operation="write"):
        """The orders with the stock's rights, which technicians do not hold.

        :param operation: what the user has to be allowed to do with the orders themselves
        :raises AccessError: an order is out of their reach
        """
        self.check_access(operation)
        return self.sudo()

    # HELPERS

    def _get_open_documents(self):
        """Open RWs and ZWs of the orders (with stock rights)."""
        return self.picking_ids._filter_open()

    def _get_open_rw(self):
        """Open RWs of the orders (with stock rights)."""
        return self._get_open_documents().filtered(lambda picking: picking.service_document == "rw")

    def _get_parts(self):
        """Lines of parts that an RW issues."""
        return self.line_ids.filtered(lambda line: line.kind == "part" and line.supply == "rw")

    def _get_lines_to_issue(self):
        """Parts that were not issued yet."""
        return self.line_ids.filtered("needs_issue")

    def _get_issued_lines(self):
        """Lines whose parts were issued and did not all come back, be it one component of a kit."""
        kits = self.env["product.product"]._may_be_kits()
        return self.line_ids.filtered(lambda line: (
            line.quantity_issued and line._to_product_unit(line._get_used()) > 0
            or kits and line._has_parts_out(expected=False)))

    @api.model
    def _check_may_issue(self, products):
        """Refuse to issue parts for which the customer would pay more than was agreed, or which others have taken for
        the orders already: wings above answer that.

        :param products: what RWs are about to issue, {order: products}
        :raises UserError: names order and part or device, and says what to do
        """
        self._check_limits(products)

    # STAGES

    def _get_closing_problems(self):
        problems = super()._get_closing_problems()
        documents = self._as_stock()._get_open_documents().grouped("service_order_id")
        for order in self:
            missing = order._get_lines_to_issue()
            if missing:
                problems.setdefault(order, []).append(self.env._(
                    "parts planned but not issued: %(parts)s", parts=", ".join(
                        f"{line.product_id.display_name} ({format_quantity(self.env, line.quantity_to_issue)}"
                        f" {line.uom_id._get_short_name()})" for line in missing)))
            if order in documents:
                problems.setdefault(order, []).append(self.env._(
                    "open warehouse documents: %(documents)s", documents=", ".join(documents[order].mapped("name"))))
        return problems

    def _check_move(self, stage, vals):
        """Beside the order's own rules: issued parts of an order that is cancelled are on their way back, or it is
        said why they stay.

        :raises UserError: neither is so
        """
        super()._check_move(stage, vals)
        if stage.state != "cancelled" or (vals.get("parts_kept_reason") or "").strip():
            return
        for line in self._get_issued_lines():
            if line._to_product_unit(line._get_returnable_quantity()) > 0 or line._has_parts_out():
                raise UserError(self.env._(
                    "Order %(order)s has issued parts (%(part)s). Use the Cancel button: "
                    "it asks whether to return them or to leave them as cost.",
                    order=line.order_id.name, part=line.product_id.display_name))

    def _after_move(self, old_stages, stage):
        super()._after_move(old_stages, stage)
        if stage.state == "cancelled":
            # parts on their way back stay on their ZW
            self._as_stock()._get_open_rw().action_cancel()
        if not stage.is_open:
            self._end_part_activities()

    def _get_cancel_question(self):
        if self._get_issued_lines():
            return open_dialog(
                self.env, "crm.service.cancel.wizard", self.env._("Cancel the order"), {"default_order_ids": self.ids})
        return super()._get_cancel_question()

    # ACTIVITIES

    def _tell_technician(self, activity_xmlid, note):
        """One entry on the technician's list of activities for each order,
        without a mail; an open one is brought up to date.

        :param note: what is told
        """
        for order in self:
            user = order.company_id._get_someone_here(order.user_id, order.requester_id) or self.env.user
            order = order.with_context(mail_activity_quick_update=True, lang=user.lang)
            found = order.activity_search([activity_xmlid], user_id=user.id)[:1]
            if not found:
                order.activity_schedule(activity_xmlid, note=note, user_id=user.id)
            elif note not in html2plaintext(found.note or ""):
                found.note = Markup("%s<br/>%s") % (found.note or "", note)

    def _end_part_activities(self):
        """What was told of parts is of no use once an order is closed."""
        # sudo: they are activities of whoever was told
        self.sudo().activity_unlink(
            ["crm_enova_like.mail_activity_parts_issued", "crm_enova_like.mail_activity_parts_arrived"])

    # SCREENS

    def action_view_pickings(self):
        """RWs and ZWs of the orders, for stock users."""
        return open_list(self.env, "crm_enova_like.action_rw", [("service_order_id", "in", self.ids)])

    def _get_papers(self):
        papers = super()._get_papers()
        if self.picking_count:
            documents = self._as_stock("read").picking_ids.filtered(lambda picking: picking.state != "cancel")
            papers.append(("rw", "crm_enova_like.action_report_rw_document", documents.ids))
        return papers

    def action_print_rw(self):
        """Print the orders' RWs and ZWs; technicians print them here.

        :raises UserError: there is none
        """
        # the report itself looks at the right on the order again
        pickings = self._as_stock("read").picking_ids.filtered(lambda picking: picking.state != "cancel")
        if not pickings:
            raise UserError(self.env._(
                "There is no RW for %(orders)s yet.", orders=", ".join(self.mapped("name")) or "–"))
        return self.env.ref("crm_enova_like.action_report_rw_document").report_action(pickings.ids, config=False)
