from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..common.actions import open_list
from ..common.readable import readable
from ..common.values_mixin import LAST_YEAR
from .number_field import Number


class CrmServiceDevice(models.Model):
    """The device card: what it is, whose, and where it stands. What was done to it is told by the wings above."""

    _name = "crm.service.device"
    _description = "Device"
    _inherit = [
        "crm.archived.mixin", "crm.sorted.mixin", "crm.picked.mixin", "crm.company.mixin", "mail.thread",
        "mail.activity.mixin", "image.mixin"]
    _order = "id desc"
    _rec_names_search = ["serial_number", "identifier", "name"]
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name", store=True, readonly=False, precompute=True, required=True,
        index="trigram", tracking=True)
    identifier = Number(
        copy=False, key_field="identifier_key",
        help="Given from the prefix of the type when the device is saved. Unique in the company.")
    serial_number = Number(
        copy=False, tracking=True, key_field="serial_key",
        help="The maker's number. Unique among the devices of one type in the company.")
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company)

    # What it is
    type_id = fields.Many2one(
        "crm.service.device.type", compute="_compute_type_id", store=True,
        readonly=False, precompute=True, ondelete="restrict", check_company=True,
        tracking=True)
    model_id = fields.Many2one(
        "crm.service.device.model", index="btree_not_null", ondelete="restrict",
        check_company=True, domain="[('type_id', 'in', (type_id, False))] if type_id else []")
    product_id = fields.Many2one(
        "product.product", compute="_compute_product_id", store=True,
        readonly=False, precompute=True, index="btree_not_null", check_company=True)
    lot_id = fields.Many2one(
        "stock.lot", string="Serial Number in Stock", copy=False, check_company=True,
        domain="[('product_id', '=', product_id)]", groups="stock.group_stock_user",
        help="Ties the card to the serial number that was delivered.")
    properties = fields.Properties(definition="type_id.properties_definition", copy=True)
    has_personal_data = fields.Boolean(
        string="Holds Personal Data",
        help="Data of persons are stored in the device (a disk, a card memory): treat it "
             "accordingly when it is repaired or handed over.")
    parent_id = fields.Many2one(
        "crm.service.device", string="Part of", check_company=True,
        domain="[('id', '!=', id)]", help="The larger device which this one belongs to.")
    component_ids = fields.One2many("crm.service.device", "parent_id", string="Components")
    component_count = fields.Integer(compute="_compute_component_count")

    # Whose it is, and where
    ownership = fields.Selection(
        [("customer", "Customer's"), ("own", "Our own"), ("loaner", "Loaner")],
        required=True, default="customer", tracking=True)
    partner_id = fields.Many2one(
        "res.partner", string="Contractor", index=True, check_company=True, tracking=True, ondelete="restrict")
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    address_id = fields.Many2one(
        "res.partner", string="Place", compute="_compute_address_id", store=True, readonly=False,
        precompute=True, index="btree_not_null", check_company=True, ondelete="restrict",
        domain="[('id', 'child_of', commercial_partner_id)] if partner_id else []",
        help="Where the device stands: an address of the contractor.")
    technician_id = fields.Many2one(
        "res.users", check_company=True,
        domain="[('share', '=', False)]", help="Who usually looks after this device.")

    # Since when
    date_sold = fields.Date(string="Sold on", tracking=True)
    date_commissioned = fields.Date(string="Commissioned on")
    warranty_end = fields.Date(
        compute="_compute_warranty_end", store=True, readonly=False, precompute=True,
        index="btree_not_null", tracking=True,
        help="The last day of the warranty. Counted from the date of sale by the model or type.")
    warranty_state = fields.Selection(
        [("none", "No warranty"), ("valid", "Under warranty"), ("expired", "Warranty ended")],
        string="Warranty", compute="_compute_warranty_state", search="_search_warranty_state")

    note = fields.Html()

    _lot_uniq = models.UniqueIndex(
        "(lot_id, company_id) WHERE lot_id IS NOT NULL",
        "This serial number of the stock already has its device card.")
    _not_customer_idx = models.Index("(company_id, ownership, id DESC) WHERE ownership != 'customer'")
    # beside what is in service, in the order of both
    _active_idx = models.Index("(company_id, id) WHERE active IS TRUE")
    _archived_idx = models.Index("(id) WHERE active IS NOT TRUE")
    _type_idx = models.Index("(type_id)")
    _kinds_idx = models.Index("(company_id, type_id, model_id) WHERE active IS TRUE")
    _technician_idx = models.Index("(technician_id, id DESC) WHERE technician_id IS NOT NULL")
    _parent_idx = models.Index("(parent_id) WHERE parent_id IS NOT NULL")
    _component_idx = models.Index("(id DESC) WHERE parent_id IS NOT NULL")
    _identifier_sort_idx = models.Index("(company_id, identifier)")
    _name_sort_idx = models.Index("(company_id, name)")
    _serial_sort_idx = models.Index("(company_id, serial_number)")
    _warranty_sort_idx = models.Index("(company_id, warranty_end)")

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A device cannot be a part of itself."))

    @api.constrains("partner_id", "address_id")
    def _check_address(self):
        for device in self.sudo():
            partner, address = device.partner_id, device.address_id
            if partner and address and (
                    address.commercial_partner_id != partner.commercial_partner_id):
                raise ValidationError(self.env._(
                    "%(device)s belongs to %(partner)s, and %(address)s is not an address of "
                    "theirs.", device=device.display_name, partner=partner.display_name,
                    address=address.display_name))

    @api.depends("model_id", "product_id")
    def _compute_name(self):
        for device in self:
            device.name = (
                device.name or device.model_id.display_name or device.product_id.name
                or device.type_id.name)

    @api.depends("model_id", "product_id")
    def _compute_type_id(self):
        for device in self:
            device.type_id = (
                device.model_id.type_id or device.type_id
                or device.product_id.service_device_type_id)

    @api.depends("model_id")
    def _compute_product_id(self):
        for device in self:
            device.product_id = device.model_id.product_id or device.product_id

    @api.depends("partner_id")
    def _compute_address_id(self):
        for device in self:
            partner, address = device.partner_id, device.address_id
            if partner and address.commercial_partner_id != partner.commercial_partner_id:
                device.address_id = partner
            else:
                device.address_id = address

    @api.depends("date_sold", "type_id", "model_id")
    def _compute_warranty_end(self):
        for device in self:
            months = device.model_id.warranty_months or device.type_id.warranty_months
            # one that is typed wrongly is refused when the card is saved
            if device.date_sold and months and device.date_sold.year < LAST_YEAR:
                device.warranty_end = device.date_sold + relativedelta(months=months)
            else:
                device.warranty_end = device.warranty_end

    @api.depends("warranty_end")
    def _compute_warranty_state(self):
        today = self.env.company._service_today()
        for device in self:
            if not device.warranty_end:
                device.warranty_state = "none"
            else:
                device.warranty_state = "valid" if device.warranty_end >= today else "expired"

    def _search_warranty_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._service_today()
        domains = {
            "none": Domain("warranty_end", "=", False),
            "valid": Domain("warranty_end", ">=", today),
            "expired": Domain("warranty_end", "<", today),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends("serial_number", "identifier", "name", "partner_id")
    @api.depends_context("formatted_display_name")
    def _compute_display_name(self):
        is_picked = self.env.context.get("formatted_display_name")
        # one name alone: what a picker of contractors shows beside theirs is none of this one's
        partners = readable(self.partner_id).with_context(formatted_display_name=False) if is_picked else ()
        names = {partner.id: partner.display_name for partner in partners}
        for device in self:
            number = device.serial_number or device.identifier
            device.display_name = " – ".join(filter(None, (number, device.name)))
            if is_picked:
                device.display_name = self._format_name(
                    device.display_name, device.serial_number and device.identifier,
                    names.get(device.partner_id.id))

    def _compute_component_count(self):
        counts = dict(self._read_group(
            [("parent_id", "in", self.ids)], ["parent_id"], ["__count"]))
        for device in self:
            device.component_count = counts.get(device, 0)

    @api.model_create_multi
    def create(self, vals_list):
        # before a number is drawn, or anything is said of others' numbers
        self.check_access("create")
        vals_list = [self._prepare_create_vals(vals) for vals in vals_list]
        self._check_companies(vals["company_id"] for vals in vals_list)
        self._check_named_by(vals_list)
        self._check_numbers_free(vals_list)
        self._give_identifiers(vals_list)
        devices = super().create(vals_list)
        # whose an archived one was is history
        devices.filtered("active").technician_id._check_are_here()
        return devices

    def write(self, vals):
        vals = self._clean_numbers(vals)
        if vals.get("technician_id") and any(device.technician_id.id != vals["technician_id"] for device in self):
            self.technician_id.browse(vals["technician_id"])._check_are_here()
        if "address_id" in vals and all(
                device[name].id == (vals[name] or False)
                for device in self for name in ("partner_id", "address_id") if name in vals):
            # an import writes what is there: a place that moved to another firm meanwhile is no reason to refuse it
            vals = {name: value for name, value in vals.items() if name not in ("partner_id", "address_id")}
        if not {"serial_number", "identifier", "type_id", "company_id"} & vals.keys():
            return super().write(vals)
        self.check_access("write")
        if vals.get("company_id"):
            moved = self.filtered(lambda device: device.company_id.id != vals["company_id"])
            self._check_companies([vals["company_id"]] if moved else [])
            for device in moved._get_with_history():
                raise UserError(self.env._(
                    "%(device)s has a history and stays in its company. Make a card for it in the other company.",
                    device=device.display_name))
        renumbered = self._filter_renumbered(vals)
        renumbered._check_numbers_free([device._get_wanted_numbers(vals) for device in renumbered])
        doubles = renumbered.filtered(lambda device: device.serial_is_double or device.identifier_is_double)
        result = super(CrmServiceDevice, self - doubles).write(vals) if self - doubles or not self else True
        for device in doubles:
            result = super(CrmServiceDevice, device).write({**vals, **device._get_resolved_doubles(vals)})
        return result

    def _may_archive(self, active):
        # whoever takes in a device that was archived restores its card
        return active or super()._may_archive(active)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        for device in self._get_with_history():
            raise UserError(self.env._(
                "%(device)s has a history and cannot be deleted. Archive it instead.", device=device.display_name))

    def _get_with_history(self):
        """Those of the devices to which something was done, whether or not the user may see it; each wing above adds
        its own. They are archived, not deleted, and stay in their company."""
        return self.browse()

    def action_view_components(self):
        """Open the components of the device."""
        self.ensure_one()
        return open_list(
            self.env, "crm_enova_like.action_crm_service_device", [("parent_id", "=", self.id)], {
                "default_parent_id": self.id, "default_partner_id": self.partner_id.id,
                "default_address_id": self.address_id.id, "default_company_id": self.company_id.id,
            })
