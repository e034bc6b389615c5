from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

BASES = [
    ("warranty", "Warranty"),
    ("nonconformity", "Non-conformity with the contract"),
    ("statutory", "Statutory warranty"),
    ("rework", "Complaint about a repair"),
    ("contract", "Service contract"),
    ("paid", "Paid"),
    ("goodwill", "Goodwill"),
    ("inspection", "Inspection"),
]


DEVICE_STATES = [
    ("open", "Open"),
    ("repaired", "Repaired"),
    ("no_fault", "No fault found"),
    ("replaced", "Replaced"),
    ("unrepairable", "Beyond repair"),
    ("declined", "Declined by the customer"),
    ("claim_refused", "Claim refused"),
]


class CrmServiceOrderDevice(models.Model):
    """One device in one order, with its own fault, diagnosis, outcome and
    dates (enova: *UrzadzenieUzyte*). The rows of a device are its history."""

    _name = "crm.service.order.device"
    _description = "Device in Service Order"
    _inherit = ["crm.state.mixin", "crm.sorted.mixin", "crm.rows.mixin", "crm.company.mixin"]
    _order = "sequence, id"
    _rec_name = "device_id"
    _check_company_auto = True

    order_id = fields.Many2one(
        "crm.service.order", string="Service Order", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="order_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(related="order_id.partner_id", store=True, precompute=True, index=True)
    technician_id = fields.Many2one(
        "res.users", string="Technician", related="order_id.user_id", store=True, precompute=True)
    order_state = fields.Selection(related="order_id.state", string="Order State", store=True, precompute=True)
    order_is_open = fields.Boolean(related="order_id.is_open", string="Order Is Open", store=True, precompute=True)
    is_on_site = fields.Boolean(
        related="order_id.type_id.is_on_site", string="At the Customer's", store=True, precompute=True)
    date_received = fields.Datetime(related="order_id.date_received", store=True, precompute=True)
    device_id = fields.Many2one(
        "crm.service.device", required=True, ondelete="restrict", index=True, check_company=True)
    fault = fields.Text(index="trigram", help="What the customer says is wrong.")
    diagnosis = fields.Text(copy=False)
    resolution = fields.Text(string="What Was Done", copy=False)
    condition_received = fields.Text(string="Condition on Receipt", copy=False)
    accessories = fields.Char(help="What came with the device.", copy=False)
    basis = fields.Selection(
        BASES, required=True, compute="_compute_basis", store=True, readonly=False, precompute=True,
        help="On what ground the repair is done; it decides whether the customer pays.")
    rework_of_id = fields.Many2one(
        "crm.service.order.device", string="Earlier Repair", index="btree_not_null", check_company=True,
        compute="_compute_basis", store=True, readonly=False, precompute=True, ondelete="set null",
        domain="[('device_id', '=', device_id), ('id', '!=', id)]")
    repair_warranty_until = fields.Date(readonly=True, copy=False)
    state = fields.Selection(DEVICE_STATES, required=True, default="open", readonly=True, copy=False)
    date_closed = fields.Datetime(readonly=True, copy=False)
    date_released = fields.Datetime(readonly=True, copy=False)
    released_to = fields.Char(copy=False)
    release_note = fields.Char(copy=False)
    line_ids = fields.One2many("crm.service.order.line", "device_line_id", string="Labour, Parts and Costs")
    other_open_order_id = fields.Many2one(
        "crm.service.order", compute="_compute_other_open_order_id")
    is_foreign = fields.Boolean(compute="_compute_is_foreign")
    labour_summary = fields.Char(string="Labour", compute="_compute_labour_summary")
    currency_id = fields.Many2one(related="company_id.currency_id")

    _order_device_uniq = models.UniqueIndex(
        "(order_id, device_id)", "This device is in the order already.")
    _history_idx = models.Index("(device_id, date_received DESC, id DESC)")
    _date_idx = models.Index("(company_id, date_received DESC, id DESC)")
    # of several companies, whose rows no index has in one order
    _received_idx = models.Index("(date_received DESC, id DESC)")
    _open_idx = models.Index("(company_id, date_received DESC, id DESC) WHERE is_open IS TRUE")
    _technician_idx = models.Index("(technician_id, date_received DESC, id DESC)")
    _warranty_idx = models.Index("(company_id, date_received DESC, id DESC) WHERE basis = 'warranty'")
    _rework_idx = models.Index("(company_id, date_received DESC, id DESC) WHERE basis = 'rework'")
    _closed_idx = models.Index("(company_id, date_closed)")
    # with all that tells whether a device is back after it
    _ended_idx = models.Index(
        "((COALESCE(date_released, date_closed))) INCLUDE (device_id, order_id, state, date_released, date_closed)")
    _in_service_idx = models.Index("(device_id) INCLUDE (company_id) WHERE order_is_open IS TRUE")
    _on_site_idx = models.Index(
        "(company_id, date_received DESC, id DESC) "
        "WHERE is_open IS TRUE AND order_is_open IS TRUE AND is_on_site IS TRUE")
    # the overview counts them, those of cancelled orders aside
    _to_release_idx = models.Index(
        "(company_id, date_received DESC, id DESC) INCLUDE (order_state, is_on_site) "
        "WHERE is_open IS NOT TRUE AND date_released IS NULL")

    @api.model
    def _get_ranged_fields(self):
        return super()._get_ranged_fields() | {"date_received"}

    @api.model
    def _get_row_inverses(self):
        return super()._get_row_inverses() | {"order_id"}

    @api.model
    def _get_sortable_fields(self):
        return super()._get_sortable_fields() | {"date_received", "date_closed"}

    @api.depends("device_id", "order_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.device_id.display_name

    @api.depends("device_id")
    def _compute_basis(self):
        """Inside the warranty of an earlier repair *rework*, inside the device's warranty *warranty*, inside the two
        years in which we answer to a consumer *nonconformity*, else *paid*."""
        devices, days = self.device_id._origin, []
        for line in self:
            received = line.order_id.date_received or fields.Datetime.now()
            days.append((line.order_id.company_id or self.env.company)._service_date(received))
        earlier = {}
        if self._was_repaired(devices, min(days, default=None)):
            for line in self.search([
                ("device_id", "in", devices.ids), ("repair_warranty_until", "!=", False),
                ("id", "not in", self._origin.ids),
            ], order="repair_warranty_until desc, id desc"):
                earlier.setdefault(line.device_id, []).append(line)
        for line, day in zip(self, days, strict=True):
            # of a device that was repaired since, an order of the past is moved in
            before = next((row for row in earlier.get(line.device_id._origin, ())
                           if row.repair_warranty_until >= day and row._is_over(day)), None)
            if before:
                line.basis, line.rework_of_id = "rework", before
            else:
                line.rework_of_id = False
                line.basis = line.device_id._get_claim_basis(day) or "paid"

    @api.model
    def _was_repaired(self, devices, day):
        """Whether the warranty of a repair of some device lasts until a day or longer, in anybody's order: asked
        first, since few devices come again so soon."""
        if not devices:
            return False
        self.flush_model(["device_id", "repair_warranty_until"])
        return bool(self.env.execute_query(SQL(
            "SELECT 1 FROM crm_service_order_device WHERE device_id IN %s AND repair_warranty_until >= %s LIMIT 1",
            tuple(devices.ids), day)))

    @api.depends("device_id", "order_id")
    def _compute_other_open_order_id(self):
        others = {}
        if self.device_id:
            # a hint that must not depend on whose order it is; shown by number
            for line in self.sudo().search_fetch([
                ("device_id", "in", self.device_id._origin.ids), ("order_is_open", "=", True), ("is_open", "=", True),
            ], ["device_id", "order_id"], order="id"):
                others.setdefault(line.device_id.id, []).append(line.order_id)
        for line in self:
            candidates = [
                order for order in others.get(line.device_id._origin.id, []) if order.id != line.order_id._origin.id]
            line.other_open_order_id = candidates[0].id if candidates else False

    @api.depends("device_id.partner_id", "order_id.partner_id")
    def _compute_is_foreign(self):
        for line in self:
            owner = line.device_id.partner_id.commercial_partner_id
            contractor = line.order_id.partner_id.commercial_partner_id
            line.is_foreign = bool(owner and contractor and owner != contractor)

    @api.depends("line_ids.kind", "line_ids.name", "line_ids.product_id")
    def _compute_labour_summary(self):
        for line in self:
            line.labour_summary = ", ".join(
                row.name or row._get_shown_names()["product"] for row in line._filter_lines("labour"))

    def _filter_lines(self, kind):
        """The lines of one device that are of a kind; what is read of one is read for all devices of the page.

        sudo: whoever reads the device's history reads what was done and which lot went in, in whosever order.
        """
        self.ensure_one()
        lines = self.sudo().line_ids
        return lines.filtered(lambda line: line.kind == kind).with_prefetch(lines._prefetch_ids)

    @api.model
    def _get_open_states(self):
        return ("open",)

    @api.model
    def _get_fact_fields(self):
        return super()._get_fact_fields() | {
            "date_closed", "date_released", "repair_warranty_until", "repair_warranty_months", "collector_id_checked",
            "early_release_reason", "released_to", "limit_said_by", "limit_said_on", "limit_noted_by", "limit_before"}

    @api.model
    def _get_initial_facts(self):
        # who is to collect may be noted before
        return super()._get_initial_facts() | {"released_to"}

    @api.model
    def _get_managed_facts(self):
        # a longer warranty is a favour of the firm's
        return super()._get_managed_facts() | {"repair_warranty_until"}

    def _check_facts(self, vals):
        """As everywhere; who collects is noted until a device is handed back, and stays from then on."""
        if "released_to" in vals and not any(
                line.date_released and line.released_to != vals["released_to"] for line in self):
            vals = {name: value for name, value in vals.items() if name != "released_to"}
        return super()._check_facts(vals)

    def _get_state_record_name(self):
        self.ensure_one()
        return self.env._("Device %(device)s in order %(order)s", device=self.display_name, order=self.order_id.name)

    def _note_correction(self, rows, reason):
        # the row's chatter is its order's
        self.ensure_one()
        self.order_id._note_correction([f"{self.display_name}: {row}" for row in rows], reason)

    @api.model_create_multi
    def create(self, vals_list):
        vals_list, late = self._split_late_values(vals_list, "open")
        lines = super(CrmServiceOrderDevice, self._without_default_state()).create(vals_list).with_env(self.env)
        lines.order_id._check_open()
        lines._check_device_company()
        for order in lines.order_id:
            if len(order.device_line_ids) == 1:
                # the order's only device is every line's device
                order.line_ids.filtered(lambda line: not line.device_line_id).device_line_id = order.device_line_ids
        lines._own_photos()
        lines._write_late_values(late)
        return lines

    def write(self, vals):
        """The one door of a device's outcome: buttons, an import and RPC all write it here.

        :raises UserError: a fact is typed, the order is closed, or the outcome is not possible
        """
        self._check_facts(vals)
        self._check_limit_change(vals)
        if vals.get("order_id"):
            # record rules look at where a row comes from; this at where it goes
            target = self.order_id.browse(vals["order_id"])
            target.check_access("write")
            target._check_open()
            # into another order it goes as it is taken out of its own: without what was done there
            self.filtered(lambda line: line.order_id != target)._check_removable()
        if "order_id" in vals:
            self.order_id._check_open()
        state = vals.get("state")
        # one that is reopened by this very write may change with it
        (self.filtered(lambda line: line.is_open) if state == "open" else self)._check_closed(vals)
        changed = self.filtered(lambda line: line.state != state) if state else self.browse()
        managed, agreed = self._format_managed_facts(vals), self._find_agreed(vals)
        if changed:
            changed._check_outcome(state)
            super(CrmServiceOrderDevice, changed).write({**vals, **changed._prepare_outcome_vals(state, vals)})
            if self - changed:
                super(CrmServiceOrderDevice, self - changed).write(vals)
        else:
            super().write(vals)
        self._follow_warranty(vals.keys(), agreed)
        if changed or "date_released" in vals:
            self._keep_copies()
        if "device_id" in vals:
            self._check_device_company()
        self._own_photos(vals.keys())
        self._note_changes(managed, self.env._("by hand"))
        if changed:
            changed._after_outcome(state)
        return True

    @api.ondelete(at_uninstall=False)
    def _check_removable(self):
        self.order_id._check_open()
        for problem in self._get_removal_problems().values():
            raise UserError(problem)

    def _get_removal_problems(self):
        """Why devices cannot leave their orders; a wing above adds its own, which stand in place of these.

        :return: {row: sentence}
        """
        return {
            line: self.env._(
                "Device %(device)s in order %(order)s has labour, parts or costs. Remove them first.",
                device=line.device_id.display_name, order=line.order_id.name)
            for line in self if line.line_ids}

    def _check_device_company(self):
        for line in self:
            if line.device_id.sudo().company_id != line.company_id:
                raise ValidationError(self.env._(
                    "Device %(device)s belongs to another company than order %(order)s.",
                    device=line.device_id.sudo().display_name, order=line.order_id.name))

    def action_open_order(self):
        """Open the order of one row of a device's history."""
        self.ensure_one()
        return self.order_id.get_formview_action()
