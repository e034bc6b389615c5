from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.actions import open_list


class CrmLinkableMixin(models.AbstractModel):
    """A trade or warehouse document: what it is linked to."""

    _name = "crm.linkable.mixin"
    _description = "May Be Linked"

    # "crm.task,7" in the defaults of a new document, so that it comes linked
    crm_link_source = fields.Char(store=False, inverse="_inverse_crm_link_source", compute="_compute_crm_link_source")
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
