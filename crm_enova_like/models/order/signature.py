from base64 import b64decode

from odoo import api, fields, models

from ..common.formats import format_moment

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
        if not self.env.su:
            self._get_replaced(vals)._check_open()
        return result

    def _get_replaced(self, vals):
        """The orders of which values would replace or erase what was signed; the same once more is no change."""
        given = vals.keys() & {"customer_signature", "customer_signed_by", "technician_signature"}
        orders = self.sudo().with_context(bin_size=False)    # the pictures, not their sizes
        return self.browse(
            order.id for order in orders
            if any(order[name] and order._is_changed(name, vals[name]) for name in given)) if given else self.browse()

    def _keep_signatures(self, vals):
        """Keep in the chatter of open orders what is about to be replaced: who had signed, when, and the picture."""
        for order in self._get_replaced(vals).sudo().with_context(bin_size=False):
            pictures = [
                (f"{name}.png", b64decode(order[name])) for name in SIGNATURES if name in vals and order[name]]
            moment = order.customer_signed_on or order.technician_signed_on
            order.with_env(self.env).message_post(attachments=pictures, body=self.env._(
                "%(user)s replaced what was signed by %(person)s on %(moment)s.", user=self.env.user.name,
                person=order.customer_signed_by or "–", moment=format_moment(self.env, order.company_id, moment)))
