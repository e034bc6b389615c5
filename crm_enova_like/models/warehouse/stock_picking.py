from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.defaults import with_defaults
from ..common.formats import format_quantity
from ..common.kept import get_kept, keep
from .core_ways import validating
from .stock_work import get_work

# kept while numbers are drawn: whether the moves' copies are written with them, past what automation rules would see
COPIES = "crm_enova_like.copies"


class StockPicking(models.Model):
    """RWs and ZWs: for which order they are, and their number, which they get when they are validated."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "crm.numbered.mixin", "crm.rows.mixin", "crm.company.mixin"]

    service_order_id = fields.Many2one(
        "crm.service.order", index="btree_not_null", copy=True, check_company=True,
        ondelete="restrict")
    service_document = fields.Selection(
        related="picking_type_id.service_document", store=True)
    # what a keeper without our rights needs to know of the order
    service_order_name = fields.Char(compute="_compute_service_purpose", compute_sudo=True)
    service_device_names = fields.Char(string="Devices", compute="_compute_service_purpose", compute_sudo=True)
    service_purpose = fields.Char(
        string="Purpose", compute="_compute_service_purpose", compute_sudo=True,
        help="The order and the device for which the parts were issued.")

    service_deadline = fields.Date(
        string="Order Deadline", compute="_compute_service_deadline", store=True,
        help="The deadline of the service order for which the parts are.")
    service_user_id = fields.Many2one(
        "res.users", string="Technician", compute="_compute_service_user_id", search="_search_service_user_id",
        compute_sudo=True)

    service_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    service_value = fields.Monetary(
        string="Value", compute="_compute_service_value", currency_field="service_currency_id",
        groups="stock.group_stock_user", help="At which the stock issued the parts, or took them back.")

    _service_idx = models.Index(
        "(service_document, service_deadline, date_deadline, id) WHERE service_document IS NOT NULL")
    # the registers, by number
    _service_name_idx = models.Index("(service_document, name DESC, id DESC) WHERE service_document IS NOT NULL")
    _service_open_idx = models.Index(
        "(service_deadline, date_deadline, id) "
        "WHERE service_document IS NOT NULL AND state IN ('draft', 'waiting', 'confirmed', 'assigned')")

    @api.depends("service_order_id", "done_names")
    def _compute_service_purpose(self):
        # all names at once: what is filtered below would be read one by one
        self.move_ids.service_line_id.device_line_id.device_id.mapped("display_name")
        for picking in self:
            names = picking._get_paper_names()
            picking.service_order_name = names["order"]
            picking.service_device_names = names["devices"]
            picking.service_purpose = names["purpose"]

    @api.depends("service_order_id.date_deadline")
    def _compute_service_deadline(self):
        for picking in self:
            picking.service_deadline = picking._get_told_order().date_deadline

    @api.depends("service_order_id.user_id")
    def _compute_service_user_id(self):
        for picking in self:
            picking.service_user_id = picking._get_told_order().user_id

    @api.model
    def _search_service_user_id(self, operator, value):
        # whoever sees a document may find it by its technician
        return Domain("service_order_id", "any!", Domain("user_id", operator, value))

    def _get_told_order(self):
        """The order of one document, as far as its user is told of it: what is still being typed may name an order of
        a company that is not his."""
        order, company = self.service_order_id, self.company_id._origin
        if self.id or not order:
            return order
        is_theirs = order.company_id == company and company in self.env.user.company_ids
        return order if is_theirs else order.browse()

    @api.depends("move_ids.value", "move_ids.state")
    def _compute_service_value(self):
        for picking in self:
            picking.service_value = sum(
                move.value for move in picking.move_ids if move.state == "done" and picking.service_document)

    @api.model
    def _is_asked_at_once(self):
        # what others move is asked as ever
        return bool(get_work(self.env))

    @api.model
    def _get_row_inverses(self):
        return super()._get_row_inverses() | {"service_order_id"}

    @api.model
    def _next_buffer_names(self, count):
        """Names of documents that are not validated yet (*bufor*): they take no
        number of the RW and ZW series."""
        if not count:
            return []
        # sequences are a system user's; the transfer is the user's own
        sequence_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "crm_enova_like.sequence_buffer", raise_if_not_found=True)
        return self.env["ir.sequence"].sudo().browse(sequence_id)._next_batch(count)

    @api.model_create_multi
    def create(self, vals_list):
        names = ["service_order_id", "picking_type_id"]
        for given in with_defaults(self, vals_list, names):
            order, picking_type = self._check_service_company(*map(given.get, names))
            if order and picking_type.service_document == "rw":
                # it could never be validated
                order._check_open()
        return super().create(vals_list)._drop_typed_names()

    def write(self, vals):
        self._check_service_changes(vals)
        self._check_names_kept(vals)
        if vals.get("service_order_id"):
            for picking_type in self.picking_type_id:
                self._check_service_company(
                    vals["service_order_id"], vals.get("picking_type_id") or picking_type.id)
        result = super().write(vals)
        if {"service_order_id", "picking_type_id"} & vals.keys():
            self._check_service_ties()
            self.move_ids._join_service_lines()
        return result

    @api.model
    def _check_service_company(self, order_id, type_id):
        """Refuse a document for the order of another company; nothing else of that order is told.

        :raises UserError: it is another company's
        :return: order and operation type, with all rights
        """
        # sudo: a keeper need not read orders, and of this one only the company is asked
        order = self.env["crm.service.order"].sudo().browse(order_id or [])
        picking_type = self.env["stock.picking.type"].sudo().browse(type_id or [])
        if order and order.company_id != picking_type.company_id:
            raise UserError(self.env._(
                "The service order is another company's. A document is made in the company of its order."))
        return order, picking_type

    def _as_service(self):
        """The documents with the rights on their orders: a keeper need not read orders."""
        return self.sudo()

    def _filter_open(self):
        """Those of the documents that are neither done nor cancelled."""
        return self.filtered(lambda picking: picking.state not in ("done", "cancel"))

    def _issue_service_parts(self):
        """Validate RWs; what they could not reserve stays on backorders.

        Not by ``button_validate``, which may answer with a wizard, and sends SMS.

        :param self: any number of RWs
        :raises UserError: a lot has expired
        :return: the RWs
        """
        for company, pickings in self.grouped("company_id").items():
            pickings.move_line_ids.lot_id._check_service_dates(company)
        self.move_ids._filter_open().picked = True
        self._action_done()
        return self

    def _action_done(self):
        """Whoever validates: the moves see to the rules and the number (*bufor* → *zatwierdzony*), and the technician
        is told."""
        service = self.filtered(lambda picking: picking.picking_type_id.service_document and picking.state != "done")
        # a day that was typed before is not the day of what happens now
        service.filtered("date_done").date_done = False
        with validating(service):
            result = super()._action_done()
        done = service.filtered(lambda picking: picking.state == "done")
        done.filtered(lambda picking: picking.service_document == "rw")._tell_technicians()
        return result

    def _check_service_rules(self):
        """Refuse to issue parts to a closed order, and to issue or return by a document what goes elsewhere, whoever
        validates.

        :raises UserError: names the order, or the document
        """
        documents = self._as_service()
        issues = documents.filtered(lambda picking: picking.picking_type_id.service_document == "rw")
        issues.service_order_id._check_open()
        documents.move_ids._check_service_ties()
        for move in documents.move_ids._filter_open():
            is_issue = move.picking_id in issues
            shelf = move.location_id if is_issue else move.location_dest_id
            strays = move.move_line_ids.filtered(lambda row, move=move: row.quantity and not (
                row.location_id._child_of(move.location_id) and row.location_dest_id._child_of(move.location_dest_id)))
            if not move.scrap_id and (
                    strays or shelf.usage not in ("internal", "transit")
                    or not (move._is_service_issue() if is_issue else move._is_service_return())):
                there = strays[:1] or move
                raise UserError(self.env._(
                    "%(document)s: %(product)s goes from %(place)s to %(other)s. An RW takes parts from the stock to "
                    "a place of service consumption, and a ZW back; for anything else make another transfer.",
                    document=move.picking_id.name, product=move.product_id.display_name,
                    place=there.location_id.display_name, other=there.location_dest_id.display_name))

    def _tell_technicians(self):
        """The technician of an order whose parts the warehouse issues learns
        that they are out."""
        for picking in self._as_service():
            order = picking.service_order_id
            if order.type_id.issue_by != "warehouse" or not order.user_id or order.user_id == self.env.user:
                continue
            parts = ", ".join(
                f"{move.product_id.display_name} × {format_quantity(self.env, move.quantity)}"
                for move in picking.move_ids if move.state == "done")
            order._tell_technician("crm_enova_like.mail_activity_parts_issued", f"{picking.name}: {parts}")

    def _get_service_shortages(self):
        """What one open RW could not reserve.

        :return: list of (product, needed, free), in the product's unit
        """
        self.ensure_one()
        shortages = defaultdict(lambda: [0.0, 0.0])
        for move in self.move_ids._filter_open():
            if move.product_id.is_storable:
                shortages[move.product_id][0] += move._sum_in_product_unit("product_uom_qty")
                shortages[move.product_id][1] += move._sum_in_product_unit()
        return [
            (product, need, have) for product, (need, have) in shortages.items()
            if product.uom_id.compare(have, need) < 0]

    def _assign_service_numbers(self):
        """Number RWs and ZWs that are validated, by the day on which they are: today, if they are not done yet."""
        now = fields.Datetime.now()
        groups = self.grouped(lambda picking: (
            picking.company_id, picking.picking_type_id.sequence_id,
            picking.company_id._service_date(picking.date_done or now)))
        for (company, sequence, day), pickings in sorted(
                groups.items(), key=lambda item: (item[0][0].id, item[0][1].sudo().prefix, item[0][2])):
            pickings._draw_numbers(sequence, company, day)

    def _draw_numbers(self, sequence, company, day, count=None):
        # asked before: nothing is when the number is drawn
        with keep(self.env, COPIES, not self._has_automation_rules()):
            return super()._draw_numbers(sequence, company, day, count)

    @api.model
    def _copy_numbers(self):
        if not get_kept(self.env, COPIES):
            return super()._copy_numbers()
        # what is computed of the number would else be written after it was drawn, while others wait for theirs
        self.env["stock.move"].flush_model(["picking_id", "scrap_id", "is_inventory", "reference"])
        return SQL(
            """UPDATE stock_move m SET reference = named.name FROM named
                WHERE m.picking_id = named.id AND m.scrap_id IS NULL AND m.is_inventory IS NOT TRUE""")

    def _name_documents(self, numbers):
        # no write: the database has it, and what is done takes none
        for picking, number in zip(self, numbers, strict=False):
            self._fields["name"]._update_cache(picking, number)
        self.modified(["name"])
        if not get_kept(self.env, COPIES):
            return
        moves = self.move_ids.filtered(lambda move: not move.scrap_id and not move.is_inventory)
        reference = moves._fields["reference"]
        for move in moves:
            reference._update_cache(move, move.picking_id.name)
        self.env.remove_to_compute(reference, moves)

    @api.model
    def _get_watched_models(self):
        # of an order, too: what becomes of its parts is written before the number is drawn
        return super()._get_watched_models() | {
            "stock.move", "stock.move.line", "stock.quant", "crm.service.order", "crm.service.order.line"}

    @api.model
    def _get_number_holds(self):
        # what is typed on a document that waits is no number yet: it gets one as any other, when it is validated
        return SQL("(d.service_document IS NULL OR d.state = 'done')")

    @api.model
    def _free_number(self, company, name):
        # sudo: whoever validates a document need not see the one that waits; those that draw now wait, too
        waiting = self.sudo().search([
            ("company_id", "=", company.id), ("name", "=", name), ("service_document", "!=", False),
            "|", ("state", "!=", "done"), ("id", "in", self.ids)])
        for picking, buffer_name in zip(waiting, self._next_buffer_names(len(waiting)), strict=True):
            self._fields["name"]._update_cache(picking, buffer_name, dirty=True)
        waiting.modified(["name"])
        waiting.flush_recordset(["name"])
        return bool(waiting)

    def action_open_service_order(self):
        """Open the service order of a warehouse document."""
        self.ensure_one()
        return self.service_order_id.get_formview_action()
