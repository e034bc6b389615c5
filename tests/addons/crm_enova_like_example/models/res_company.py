from odoo import models

from odoo.addons.crm_enova_like.models.common.res_company import translate_name


class ResCompany(models.Model):
    _inherit = "res.company"

    def _create_service_defaults(self):
        # a new company has the stage from the start, those that are there get it by the post-init hook
        super()._create_service_defaults()
        self._create_testing_stages()

    def _create_testing_stages(self):
        """Give each company a stage of its own, behind its work in progress, where it has none."""
        env = self.with_context(active_test=False, lang="en_US").env
        have = env["crm.service.stage"].search([("company_id", "in", self.ids), ("state", "=", "testing")]).company_id
        stages = env["crm.service.stage"].create([
            {"name": env._("Testing"), "state": "testing", "sequence": 35, "color": 6, "company_id": company.id}
            for company in self - have])
        translate_name(stages, lambda env: env._("Testing"))
