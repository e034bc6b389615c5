from odoo import fields, models

# what the location was named by versions that named it in Polish for everybody
FORMER_LOCATION_NAMES = ("Zużycie serwisowe",)


class ResCompany(models.Model):
    """A company's place of consumption, its RW and ZW numbers, and the account that its RWs post to."""

    _inherit = "res.company"

    service_location_id = fields.Many2one(
        "stock.location", string="Service Consumption Location", check_company=True, copy=False,
        domain="[('usage', '=', 'production'), ('company_id', '=', id)]",
        help="Where parts go that a repair has used.")

    def _prepare_order_type_vals(self):
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.id)], limit=1)
        return {**super()._prepare_order_type_vals(), "warehouse_id": warehouse.id}

    def write(self, vals):
        result = super().write(vals)
        if vals.get("service_location_id"):
            self._use_service_location()
        return result

    # THE PLACE OF CONSUMPTION

    def _use_service_location(self):
        """Mark the companies' places of consumption, and lead what RWs and ZWs come to there; those that wait go to
        where they were made for."""
        # sudo: configuration of the stock, for whoever sets the company up
        for company in self.sudo():
            location = company.service_location_id
            location.service_consumption = True
            types = self.env["stock.picking.type"].sudo().with_context(active_test=False).search(
                [("company_id", "=", company.id), ("service_document", "!=", False)])
            for picking_type in types:
                end = "default_location_dest_id" if picking_type.service_document == "rw" else "default_location_src_id"
                picking_type[end] = location

    def _get_service_location(self):
        """The company's consumption location, made or taken up again where it
        is missing.

        Usage is *production*: a return works and entries are posted
        (*inventory* means scrap in Odoo 19, *customer* has no account).
        """
        self.ensure_one()
        # sudo: configuration of the stock, for whoever makes a warehouse or sets the account
        company = self.sudo()
        if not company.service_location_id:
            location = company._find_service_location()
            if location:
                location.active = True
            else:
                location = company.env["stock.location"].create({
                    "name": company._in_own_language()._get_service_location_name(),
                    "usage": "production", "company_id": company.id, "service_consumption": True})
            company.service_location_id = location
        return company.service_location_id

    def _get_service_location_name(self):
        return self.env._("Service consumption")

    def _find_service_location(self):
        """The location that an earlier installation left: where its RWs and ZWs went, else one of its name (as
        superuser)."""
        Location = self.env["stock.location"].with_context(active_test=False)
        mine = [("usage", "=", "production"), ("company_id", "=", self.id)]
        # their numbers tell them from operation types that the firm itself calls RW
        types = self.env["stock.picking.type"].with_context(active_test=False).search([
            ("company_id", "=", self.id), ("sequence_id.code", "in", ("crm_enova_like.RW", "crm_enova_like.ZW"))])
        used = (types.default_location_dest_id | types.default_location_src_id).filtered_domain(mine)
        if used:
            return used[:1]
        names = {
            self.with_context(lang=code)._get_service_location_name()
            for code in {"en_US", *dict(self.env["res.lang"].get_installed())}}
        return Location.search([*mine, ("name", "in", [*names, *FORMER_LOCATION_NAMES])], limit=1)

    # NUMBERS

    def _get_service_sequence(self, code):
        """The company's one sequence of RW or ZW numbers, ``RW/2026/00001``:
        by year, without gaps.

        :param code: "RW" or "ZW"
        """
        self.ensure_one()
        # sudo: sequences are a system user's
        Sequence = self.env["ir.sequence"].sudo().with_context(active_test=False)
        sequence = Sequence.search(
            [("code", "=", f"crm_enova_like.{code}"), ("company_id", "=", self.id)], limit=1)
        if not sequence:
            sequence = Sequence.create({
                "name": self._in_own_language().env._("Warehouse documents %(code)s", code=code),
                "code": f"crm_enova_like.{code}",
                "company_id": self.id,
                "prefix": f"{code}/%(range_year)s/",
                "padding": 5,
                "use_date_range": True,
                "implementation": "no_gap",
            })
        sequence.active = True
        sequence._prepare_service_ranges()
        return sequence

    # ACCOUNTS

    def _get_service_account_proposal(self):
        """The account to which RWs of this company would post: in the Polish
        chart *zużycie innych materiałów*, else the company's expense account."""
        self.ensure_one()
        account = self.env["account.chart.template"].with_company(self).ref("chart40010900", raise_if_not_found=False)
        return account or self.expense_account_id

    def _has_real_time_products(self):
        """Whether the company values stored products in real time."""
        self.ensure_one()
        # sudo: a warning for whoever sets the account, who need not read products
        company = self.sudo()
        Category = company.env["product.category"].with_company(company)
        categories = Category.search([])    # pylint: disable=no-search-all  # the property has no index, and they are few
        categories = categories.filtered(lambda category: category.property_valuation == "real_time")
        domain = [("is_storable", "=", True), ("company_id", "in", (company.id, False))]
        if company.inventory_valuation == "real_time":
            domain += ["|", ("categ_id", "in", categories.ids), ("categ_id", "=", False)]
        else:
            domain += [("categ_id", "in", categories.ids)]
        return bool(company.env["product.template"].search_count(domain, limit=1))
