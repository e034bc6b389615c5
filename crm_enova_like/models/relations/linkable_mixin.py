from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.actions import open_list


class CrmLinkableMixin(models.AbstractModel):
    """A trade or warehouse document: what it is linked to."""

    _name = "crm.linkable.mixin"
    _description = "May Be Linked"

    # "crm.task,7" in the defaults of a new document, so that it comes linked
    crm_link_source = fields.Char(store=False, inverse="_inverse_crm_link_source", compute="_compute_crm_link_source")
    # a copy comes without links; what it delivers or expenses is looked at as if it were the draft it was copied from
    crm_copied_order_ids = fields.Many2many(
        "crm.service.order", string="Copied From a Document of", copy=False, groups="crm_enova_like.group_technician")
    crm_link_count = fields.Integer(compute="_compute_crm_link_count")

    def _compute_crm_link_source(self):
        self.crm_link_source = False

    def _inverse_crm_link_source(self):
        sources = self.env["crm.document.link"]._get_link_sources().values()
        for document in self.filtered("crm_link_source"):
            model, _comma, number = document.crm_link_source.partition(",")
            if model not in sources or not number.isdigit():
                raise UserError(self.env._("“%(record)s” is no task, event or order.", record=document.crm_link_source))
            source = self.env[model].browse(int(number)).exists()
            source.check_access("write")
            if source:
                source._link_documents(document)

    def _get_crm_link_domain(self):
        return [("res_model", "=", self._name), ("res_id", "in", self.ids)]

    @api.model
    def _get_all_crm_links(self):
        """The links, out of sight or not.

        sudo: a document tells how many it has, and they go with it, whoever deletes it; what they are tied to is read
        by the rights on that.
        """
        return self.env["crm.document.link"].sudo()

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

    def _compute_crm_link_count(self):
        counts = {}
        if self.env["crm.document.link"].has_access("read"):
            counts = dict(self._get_all_crm_links()._read_group(
                self._get_crm_link_domain(), ["res_id"], ["__count"]))
        for document in self:
            document.crm_link_count = counts.get(document.id, 0)

    def action_view_crm_links(self):
        """The tasks, events and orders that documents are linked to."""
        return open_list(
            self.env, "crm_enova_like.action_crm_document_link", self._get_crm_link_domain(),
            {"default_res_model": self._name, "default_res_id": self[:1].id})

    def unlink(self):
        links = self._get_all_crm_links().search(self._get_crm_link_domain())
        result = super().unlink()
        links.unlink()
        return result
