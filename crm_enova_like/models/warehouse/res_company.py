from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_service_account_proposal(self):
        """The account to which RWs of this company would post: in the Polish
        chart *zużycie innych materiałów*, else the company's expense account."""
        self.ensure_one()
        account = self.env["account.chart.template"].with_company(self).ref("chart40010900", raise_if_not_found=False)
        return account or self.expense_account_id

    def _has_real_time_products(self):
        """Whether the company values stored products in real time."""
        self.ensure_one()
        company = self.sudo()
        categories = self.env["product.category"].sudo().with_company(company).search([])
        categories = categories.filtered(lambda category: category.property_valuation == "real_time")
        domain = [("is_storable", "=", True), ("company_id", "in", (company.id, False))]
        if company.inventory_valuation == "real_time":
            domain += ["|", ("categ_id", "in", categories.ids), ("categ_id", "=", False)]
        else:
            domain += [("categ_id", "in", categories.ids)]
        return bool(self.env["product.template"].sudo().search_count(domain, limit=1))

    def _get_service_sequence(self, code):
        """The company's one sequence of RW or ZW numbers, ``RW/2026/00001``:
        by year, without gaps.

        :param code: "RW" or "ZW"
        """
        self.ensure_one()
        Sequence = self.env["ir.sequence"].sudo().with_context(active_test=False)
        sequence = Sequence.search(
            [("code", "=", f"crm_enova_like.{code}"), ("company_id", "=", self.id)], limit=1)
        if not sequence:
            sequence = Sequence.create({
                "name": self.env._("Warehouse documents %(code)s", code=code),
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
