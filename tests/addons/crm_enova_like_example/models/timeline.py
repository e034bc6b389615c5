from odoo import api, fields, models
from odoo.tools import SQL


class CrmTimeline(models.Model):
    _inherit = "crm.timeline"
    # what the rows are made of: written to the database before they are read
    _depends = {
        "crm.example.loan": ["name", "order_id", "partner_id", "company_id", "user_id", "date_lent", "date_returned"],
    }

    kind = fields.Selection(selection_add=[("loan", "Loan of a device")])
    loan_id = fields.Many2one("crm.example.loan", readonly=True)

    @api.model
    def _get_source_fields(self):
        return {**super()._get_source_fields(), "loan": "loan_id"}

    @api.model
    def _get_sources(self):
        # who may read a row is not said here: whoever may read the loan
        return {**super()._get_sources(), "loan": {
            "from": SQL("crm_example_loan s"), "where": SQL("true"), "date": SQL("s.date_lent"),
            "name": SQL("s.name"), "partner_id": SQL("s.partner_id"),
            "contractor_id": SQL("p.commercial_partner_id"), "user_id": SQL("s.user_id"),
            "company_id": SQL("s.company_id"),
            "state": SQL("CASE WHEN s.date_returned IS NULL THEN 'open' ELSE 'done' END")}}
