from odoo import api, fields, models
from odoo.exceptions import UserError

from .document_link import SOURCES


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
        for document in self.filtered("crm_link_source"):
            model, _comma, number = document.crm_link_source.partition(",")
            if model not in SOURCES.values() or not number.isdigit():
                raise UserError(self.env._("“%(source)s” is no task, event or order.", source=document.crm_link_source))
            source = self.env[model].browse(int(number)).exists()
            source.check_access("write")
            if source:
                source._link_documents(document)

    def _get_crm_link_domain(self):
        return [("res_model", "=", self._name), ("res_id", "in", self.ids)]

    def _compute_crm_link_count(self):
        counts = dict(self.env["crm.document.link"].sudo()._read_group(
            self._get_crm_link_domain(), ["res_id"], ["__count"])) if (
                self.env["crm.document.link"].has_access("read")) else {}
        for document in self:
            document.crm_link_count = counts.get(document.id, 0)

    def action_view_crm_links(self):
        """The tasks, events and orders that documents are linked to."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_crm_document_link")
        action.update(
            domain=self._get_crm_link_domain(),
            context={"default_res_model": self._name, "default_res_id": self[:1].id})
        return action

    def unlink(self):
        # the links go with their document, whoever deletes it
        links = self.env["crm.document.link"].sudo().search(self._get_crm_link_domain())
        result = super().unlink()
        links.unlink()
        return result


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "crm.linkable.mixin"]


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "crm.linkable.mixin"]


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "crm.linkable.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        pickings = super().create(vals_list)
        issued = pickings.filtered("service_order_id")
        if issued:
            # RW and ZW link themselves to their order, whoever issues; the rights were checked there
            self.env["crm.document.link"].sudo().create([
                {"order_id": picking.service_order_id.id, "res_model": self._name, "res_id": picking.id,
                 "role": "none"} for picking in issued])
        return pickings
