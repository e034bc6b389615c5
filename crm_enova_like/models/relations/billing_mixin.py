from collections import defaultdict

from odoo import fields, models

from ..common.readable import STAFF


class CrmBillingMixin(models.AbstractModel):
    """A linked document that delivers or expenses goods: for which service orders, and what."""

    _name = "crm.billing.mixin"
    _inherit = ["crm.linkable.mixin"]
    _description = "Delivers or Expenses Goods"

    # a copy comes without links; what it delivers or expenses is looked at as if it were the draft it was copied from
    crm_copied_order_ids = fields.Many2many(
        "crm.service.order", string="Copied From a Document of", copy=False, groups=STAFF)

    def _get_linked_orders(self):
        """The service orders to which documents are linked, or to a task or event of which they are, and those to which
        the draft was of which a document is a copy; in sight of the user or not (with all rights).

        :return: {document: orders}; only documents that have one
        """
        linked = defaultdict(self.env["crm.service.order"].sudo().browse)
        if self:
            for link in self._get_all_crm_links().search(self._get_crm_link_domain()):
                linked[self.browse(link.res_id)] |= link._get_orders()
            for document in self:
                linked[document] |= document.sudo().crm_copied_order_ids
        return {document: orders for document, orders in linked.items() if orders}

    def _get_taken_products(self):
        """What documents, as they are now, deliver to the customer or expense. Products; nothing of a draft."""
        return self.env["product.product"]

    def _filter_unconfirmed(self):
        """Those of the documents of which a copy may take the place: drafts, and what was cancelled. The copy of what
        was confirmed is another deal."""
        return self.browse()

    def copy(self, default=None):
        copies = super().copy(default)
        linked = self._filter_unconfirmed()._get_linked_orders()
        for original, copy in zip(self, copies, strict=True) if linked else ():
            if original in linked and copy.partner_id == original.partner_id:
                # sudo: whoever duplicates need not read orders
                copy.sudo().crm_copied_order_ids = linked[original]
        return copies

    def write(self, vals):
        if "partner_id" in vals:
            # a draft that serves for somebody else is not the order's any more
            other = self.env["res.partner"].browse(vals["partner_id"]).commercial_partner_id
            for document in self.sudo().filtered("crm_copied_order_ids"):
                if document.partner_id.commercial_partner_id != other:
                    document.crm_copied_order_ids = False
        return super().write(vals)
