from odoo import api, models

from ..common.res_company import translate_name


# name, state, wait_for, colour, folded; the names are translated from the code
# terms of each installed language (see _create_service_defaults)
def _default_stages(env):
    return [
        (env._("New"), "new", False, 0, False),
        (env._("Accepted"), "accepted", False, 4, False),
        (env._("In progress"), "in_progress", False, 10, False),
        (env._("Waiting for parts"), "waiting", "parts", 3, False),
        (env._("Waiting for the customer's decision"), "waiting", "customer", 2, False),
        (env._("In external service"), "waiting", "external", 5, False),
        (env._("Completed"), "done", False, 7, True),
        (env._("Cancelled"), "cancelled", False, 1, True),
    ]


class ResCompany(models.Model):
    """Each company has stages, an order type and numbers of its own."""

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        # whoever may make a company need not have rights on orders
        companies.sudo()._create_service_defaults()
        return companies

    def _create_service_defaults(self):
        """Give each company its own stages, order type and numbers, where it
        has none yet (post-init hook, new companies)."""
        Stage = self.env["crm.service.stage"].with_context(active_test=False)
        OrderType = self.env["crm.service.order.type"].with_context(active_test=False)
        have_stages = {c for [c] in Stage._read_group([("company_id", "in", self.ids)], ["company_id"])}
        have_types = {c for [c] in OrderType._read_group([("company_id", "in", self.ids)], ["company_id"])}
        for company in self:
            company = company.with_context(lang="en_US", default_company_id=company.id).with_company(company)
            env = company.env
            if company not in have_stages:
                stages = env["crm.service.stage"].create([
                    {"name": name, "state": state, "wait_for": wait_for, "color": color, "fold": fold,
                     "sequence": index * 10, "company_id": company.id}
                    for index, (name, state, wait_for, color, fold) in enumerate(_default_stages(env), 1)
                ])
                for index, stage in enumerate(stages):
                    translate_name(stage, lambda env, index=index: _default_stages(env)[index][0])
            if company not in have_types:
                order_type = env["crm.service.order.type"].create(company._prepare_order_type_vals())
                translate_name(order_type, lambda env: env._("Repair"))
                order_type.action_fill_sample_terms()

    def _prepare_order_type_vals(self):
        """Values of one company's first order type."""
        self.ensure_one()
        return {"name": self.env._("Repair"), "company_id": self.id, "prefix": "ZSR"}
