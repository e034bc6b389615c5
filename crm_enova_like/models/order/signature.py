from odoo import api, fields, models

# the picture of a signature: when it was signed, which is empty without one
SIGNATURES = {"customer_signature": "customer_signed_on", "technician_signature": "technician_signed_on"}


class CrmServiceOrder(models.Model):
    """Who signed for the work, and when: the moment is a fact that follows from the signature."""

    _inherit = "crm.service.order"

    customer_signature = fields.Binary(attachment=True, copy=False)
    customer_signed_by = fields.Char(string="Signed By", copy=False)
    customer_signed_on = fields.Datetime(
        string="Signed On", compute="_compute_customer_signed_on", store=True, precompute=True, copy=False)
    technician_signature = fields.Binary(attachment=True, copy=False)
    technician_signed_on = fields.Datetime(
        string="Signed by the Technician On", compute="_compute_technician_signed_on", store=True, precompute=True,
        copy=False)

    @api.depends("customer_signature")
    def _compute_customer_signed_on(self):
        for order in self:
            order.customer_signed_on = order.customer_signature and fields.Datetime.now()

    @api.depends("technician_signature")
    def _compute_technician_signed_on(self):
        for order in self:
            order.technician_signed_on = order.technician_signature and fields.Datetime.now()

    def _get_unseen_fields(self, names):
        # each picture is a search among the attachments; the form shows none where nobody signed
        return super()._get_unseen_fields(names) | {
            name for name, signed_on in SIGNATURES.items() if name in names and not any(self.mapped(signed_on))}

    def _check_facts(self, vals):
        """As everywhere; what was signed is not signed anew, and nobody else's, once the order is closed."""
        result = super()._check_facts(vals)
        given = vals.keys() & {"customer_signature", "customer_signed_by", "technician_signature"}
        if given and not self.env.su:
            self.filtered(lambda order: any(order[name] for name in given))._check_open()
        return result
