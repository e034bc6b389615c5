from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CrmServiceOrder(models.Model):
    """A service order (zlecenie serwisowe): one job for one contractor, on one
    or several devices."""

    _name = "crm.service.order"
    _description = "Service Order"
    _inherit = [
        "crm.assignment.mixin", "crm.archived.mixin", "crm.sorted.mixin", "crm.company.mixin", "mail.activity.mixin"]
    _order = "date_received desc, id desc"
    _check_company_auto = True
    _rec_names_search = ["name", "partner_id", "device_line_ids.device_id.serial_number"]

    # Common
    name = fields.Char(
        string="Number", copy=False, readonly=True, index="trigram",
        default=lambda self: self.env._("New"), help="Given on save from the order type's numbering.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company)
    type_id = fields.Many2one(
        "crm.service.order.type", string="Order Type", required=True, check_company=True, ondelete="restrict",
        compute="_compute_type_id", store=True, readonly=False, precompute=True, tracking=True, index=True)
    stage_id = fields.Many2one(
        "crm.service.stage", required=True, check_company=True, ondelete="restrict", copy=False,
        compute="_compute_stage_id", store=True, readonly=False, precompute=True, tracking=True,
        group_expand="_read_group_stage_id", domain="[('id', 'in', allowed_stage_ids)]")
    state = fields.Selection(related="stage_id.state", store=True, precompute=True)
    stage_color = fields.Integer(related="stage_id.color", string="Stage Color")
    allowed_stage_ids = fields.Many2many("crm.service.stage", compute="_compute_allowed_stage_ids")
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], default="0", tracking=True)
    tag_ids = fields.Many2many("crm.service.tag", string="Tags")
    color = fields.Integer()

    # Who
    partner_id = fields.Many2one(
        "res.partner", string="Contractor", required=True, check_company=True, tracking=True,
        ondelete="restrict", help="For whom the job is done.")
    partner_phone = fields.Char(related="partner_id.phone", string="Phone", readonly=False, tracking=False)
    partner_is_mobile = fields.Boolean(related="partner_id.service_is_mobile", string="Takes Text Messages")
    invoice_partner_id = fields.Many2one(
        "res.partner", string="Payer", check_company=True, ondelete="restrict", index="btree_not_null",
        compute="_compute_invoice_partner_id", store=True, readonly=False, precompute=True,
        help="Who pays, when it is not the contractor.")
    person_id = fields.Many2one(
        "res.partner", string="Contact Person", check_company=True, ondelete="restrict", index="btree_not_null",
        domain="[('is_company', '=', False), '|', ('parent_id', '=', partner_id), ('id', '=', partner_id)]")
    address_id = fields.Many2one(
        "res.partner", string="Place", check_company=True, ondelete="restrict", index="btree_not_null",
        compute="_compute_address_id", store=True, readonly=False, precompute=True,
        help="Where the device stands.")
    requester_id = fields.Many2one(
        "res.users", string="Taken In By", default=lambda self: self.env.user, tracking=True, copy=False)
    user_id = fields.Many2one(
        string="Technician", copy=False, help="Empty: the order waits in the queue until a technician takes it.")

    # When
    date_received = fields.Datetime(
        string="Received On", required=True, default=fields.Datetime.now, copy=False)
    planned_start = fields.Datetime(copy=False)
    planned_stop = fields.Datetime(copy=False)
    date_closed = fields.Datetime(string="Closed On", readonly=True, copy=False)

    # What
    description = fields.Text(string="Reported Problem", index="trigram", help="As the customer told it.")
    note = fields.Html(string="Internal Note")
    cancel_reason = fields.Char(readonly=True, copy=False, tracking=True)
    device_line_ids = fields.One2many("crm.service.order.device", "order_id", string="Devices", copy=True)
    line_ids = fields.One2many("crm.service.order.line", "order_id", string="Labour, Parts and Costs", copy=True)
    main_device_id = fields.Many2one(
        "crm.service.device", string="Device", compute="_compute_devices", store=True, index="btree_not_null")
    device_count = fields.Integer(compute="_compute_devices", store=True)
    device_names = fields.Char(compute="_compute_device_names")
    project_id = fields.Many2one(
        "project.project", check_company=True, index="btree_not_null",
        help="Costs of the parts go to the project's analytic account.")
    campaign_id = fields.Many2one("utm.campaign", check_company=True, index="btree_not_null")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_billable = fields.Monetary(string="To Bill", compute="_compute_amount_billable")

    # with what is counted of all orders, so that the orders themselves need not be read
    _date_idx = models.Index(
        "(company_id, date_received DESC, id DESC) INCLUDE (active, state, stage_id, type_id)")
    _open_idx = models.Index(
        "(company_id, date_received DESC, id DESC) INCLUDE (active, stage_id, user_id) WHERE is_open IS TRUE")
    _queue_idx = models.Index(
        "(company_id, date_received DESC, id DESC) WHERE user_id IS NULL AND is_open IS TRUE")
    _user_idx = models.Index("(user_id, date_received DESC, id DESC)")
    _partner_date_idx = models.Index("(partner_id, date_received DESC, id DESC) INCLUDE (active, company_id)")
    _deadline_idx = models.Index("(company_id, date_deadline, id) WHERE is_open IS TRUE")
    _planned_idx = models.Index("(planned_start) WHERE planned_start IS NOT NULL")
    _number_uniq = models.UniqueIndex(
        "(company_id, name)", "An order with this number exists already in the company.")

    # COMPUTES

    @api.depends("company_id")
    def _compute_type_id(self):
        orders = self.filtered(lambda o: o.company_id and o.type_id.company_id != o.company_id)
        types = {}
        for order in orders:
            company = order.company_id
            if company not in types:
                types[company] = self.env["crm.service.order.type"].search(
                    [("company_id", "=", company._origin.id)], limit=1)
            order.type_id = types[company]

    @api.depends("type_id", "company_id")
    def _compute_stage_id(self):
        stages = {}
        for order in self:
            if order.stage_id and order.stage_id.company_id == order.company_id:
                continue
            key = (order.company_id, order.type_id)
            if key not in stages:
                stages[key] = self._find_stage(order.company_id, order.type_id, "new")
            order.stage_id = stages[key]

    @api.depends("stage_id", "type_id")
    def _compute_allowed_stage_ids(self):
        Stage = self.env["crm.service.stage"]
        for company, orders in self.grouped("company_id").items():
            stages = Stage.browse(Stage._get_company_ids(company._origin.id))
            for order in orders:
                order.allowed_stage_ids = stages.filtered(
                    lambda stage, order=order: order._is_stage_allowed(stage) or stage == order.stage_id)

    @api.depends("partner_id")
    def _compute_invoice_partner_id(self):
        for order in self:
            order.invoice_partner_id = order.partner_id

    @api.depends("partner_id")
    def _compute_address_id(self):
        for order in self:
            order.address_id = order.device_line_ids.device_id[:1].address_id or order.partner_id

    @api.depends("device_line_ids.device_id")
    def _compute_devices(self):
        for order in self:
            devices = order.device_line_ids.device_id
            order.main_device_id = devices[:1]
            order.device_count = len(devices)

    @api.depends("device_line_ids.device_id", "main_device_id", "device_count")
    def _compute_device_names(self):
        for order in self:
            # most orders have one device: it is not looked for among the rows
            devices = order.device_line_ids.device_id if order.device_count > 1 else order.main_device_id
            names = devices.mapped("display_name")
            more = f" (+{len(names) - 3})" if len(names) > 3 else ""
            order.device_names = ", ".join(names[:3]) + more

    @api.depends("line_ids.subtotal")
    def _compute_amount_billable(self):
        sums = self._sum_lines()
        # those with the same sum at once: the currency of each is looked for otherwise
        for amount, orders in self.grouped(lambda order: (
                sum(order.line_ids.mapped("subtotal")) if sums is None else sums.get(order, 0.0))).items():
            orders.amount_billable = amount

    def _sum_lines(self):
        """What is to bill of orders that stand in a list, whose lines nobody looks at, by the database: {order: sum}.

        None for one alone, or one that is being edited: its lines are at hand.
        """
        if len(self) < 2 or not all(self._ids):
            return None
        return dict(self.env["crm.service.order.line"]._read_group(
            [("order_id", "in", self.ids)], ["order_id"], ["subtotal:sum"]))

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        if self.person_id and self.person_id.parent_id != self.partner_id:
            self.person_id = False

    @api.onchange("device_line_ids")
    def _onchange_device_line_ids(self):
        # the contractor is chosen first, and then the device says where it stands
        # a scanned serial number says who stands at the counter
        self.partner_id = self.partner_id or self.device_line_ids.device_id[:1].partner_id
        place = self.device_line_ids.device_id[:1].address_id
        if (place and self.address_id in (self.partner_id, self.env["res.partner"])
                and place.commercial_partner_id == self.partner_id.commercial_partner_id):
            self.address_id = place

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        to_draw = self._assign_numbers(vals_list)
        self._add_places(vals_list)
        late = self._split_late_stages(vals_list)
        self._check_decisions(vals for index, vals in enumerate(vals_list) if index not in late)
        self._pass_closing(vals_list, late)
        proposing = self._add_deadlines(vals_list)
        creating = self._without_default_stage().with_context(mail_create_nosubscribe=True)
        orders = super(CrmServiceOrder, creating).create([
            {**self._prepare_first_values(vals), **vals} for vals in vals_list])
        # a context made for the creation alone does not leave with the records
        orders = orders.with_env(self.env)
        orders.browse(orders[index].id for index in proposing)._look_for_claims()
        for stage, begun in orders.browse(
                order.id for index, order in enumerate(orders) if index not in late).grouped("stage_id").items():
            begun._after_move(dict.fromkeys(begun, stage.browse()), stage)
        orders._write_late_stages(late)
        orders._complete_papers(vals_list)
        orders._draw_late(to_draw)
        return orders

    def write(self, vals):
        """The one door of an order's stage: buttons, a drag, an import and RPC all write it here.

        :raises UserError: a fact is typed, the stage is not allowed, or something of an order is still open
        """
        self._check_facts(vals)
        if "company_id" in vals and any(order.company_id.id != vals["company_id"] for order in self):
            raise UserError(self.env._("An order stays in its company. Make a new one in the other company."))
        self._check_changes(vals)
        if "state" in vals:
            # the state is its stage's
            return self._write_state(vals)
        self._keep_signatures(vals)
        if not vals.get("stage_id"):
            return super().write(vals)
        stage = self.env["crm.service.stage"].browse(vals["stage_id"])
        moved = self.filtered(lambda order: order.stage_id != stage)
        if moved:
            moved._check_move(stage, vals)
            before = {order: order.stage_id for order in moved}
            super(CrmServiceOrder, moved).write({**vals, **moved._prepare_move_vals(stage, vals)})
            moved._keep_copies()
            if not stage.is_open:
                # where it was cancelled, devices have no outcome
                moved.device_line_ids.filtered("is_open")._keep_copies()
        if self - moved:
            super(CrmServiceOrder, self - moved).write(vals)
        if moved:
            moved._after_move(before, stage)
        return True

    def copy_data(self, default: dict = None):
        vals_list = super().copy_data(default)
        for vals in filter(None, vals_list):    # of a record that is there twice, core has values once
            vals.pop("name", None)
        return vals_list

    def copy(self, default: dict = None):
        copies = super().copy(default)
        for order, copy in zip(self, copies, strict=True):
            copy._after_copy(order)
        return copies

    def _after_copy(self, original):
        """What a copied order takes from its original beside its own values.

        :param self: one copy
        """
        # a copied line belongs to the copied device
        devices = {line.device_id: line for line in self.device_line_ids}
        for line, copied in zip(original.line_ids, self.line_ids, strict=False):
            if line.device_line_id and not copied.device_line_id:
                copied.device_line_id = devices.get(line.device_line_id.device_id)

    @api.constrains("type_id", "stage_id")
    def _check_stage_type(self):
        for order in self:
            types = order.stage_id.type_ids
            if types and order.type_id not in types:
                raise ValidationError(self.env._(
                    "Order %(order)s: stage “%(stage)s” does not belong to order type “%(type)s”.",
                    order=order.name, stage=order.stage_id.name, type=order.type_id.name))

    # MAIL

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        """Nobody follows an order because it was given to him: its messages are the counter's talk with the
        customer, and each would be a mail to the technician. A task's performer does follow it."""
        return []
