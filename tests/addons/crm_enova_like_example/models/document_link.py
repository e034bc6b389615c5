from odoo import api, models


class CrmDocumentLink(models.Model):
    _inherit = "crm.document.link"

    @api.model
    def _get_document_models(self):
        return {**super()._get_document_models(), "crm.example.loan": {
            "amount": "deposit", "currency": "currency_id", "date": "date_lent", "role": "none"}}
