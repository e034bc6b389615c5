from odoo import fields, models

from ..common.actions import open_form, open_list


class CrmLinkedMixin(models.AbstractModel):
    """Tasks, events and orders: their documents, and new ones that come linked.

    The model has ``document_link_ids``, and ``partner_id``, ``campaign_id`` and ``company_id``.
    """

    _name = "crm.linked.mixin"
    _description = "Has Linked Documents"

    document_count = fields.Integer(compute="_compute_document_count")
    linked_revenue = fields.Monetary(
        compute="_compute_linked_sums", currency_field="link_currency_id",
        help="Net, of the confirmed documents that are linked as revenue and that you may read. An invoice counts "
             "within its sales order; a refund lowers it.")
    linked_cost = fields.Monetary(
        compute="_compute_linked_sums", currency_field="link_currency_id",
        help="Net, of the confirmed documents that are linked as cost and that you may read. A vendor's credit note "
             "lowers it. An order's RWs and ZWs are in it as the cost of its parts.")
    link_currency_id = fields.Many2one(
        "res.currency", string="Company Currency", compute="_compute_linked_sums")

    def _get_link_field(self):
        """The name of the links' many2one to this model."""
        return self.env["crm.document.link"]._get_link_field(self._name)

    def _compute_document_count(self):
        # the form shows the documents beside their number and sums: they are found once
        for record in self:
            record.document_count = len(record.document_link_ids)

    def _compute_linked_sums(self):
        for record in self:
            links = record.document_link_ids.filtered(lambda link: link.role != "none")
            record.link_currency_id = record.company_id.currency_id
            record.linked_revenue, cost = links._get_total()
            record.linked_cost = cost + record._get_own_cost()

    def _get_own_cost(self):
        """What one record's own documents cost, which the system links, for who may read it."""
        return 0.0

    def _link_documents(self, documents, role=None):
        """Tie documents to one record, once.

        :param documents: recordset of a registered kind
        """
        self.ensure_one()
        field = self._get_link_field()
        have = set(self.env["crm.document.link"].search([
            (field, "=", self.id), ("res_model", "=", documents._name), ("res_id", "in", documents.ids),
        ]).mapped("res_id"))
        return self.env["crm.document.link"].create([
            {field: self.id, "res_model": documents._name, "res_id": document.id, **({"role": role} if role else {})}
            for document in documents if document.id not in have])

    def _get_link_source(self):
        return f"{self._name},{self.id}"

    def _new_document_action(self, model, name, defaults):
        self.ensure_one()
        self.check_access("write")
        return open_form(self.env, model, name, {
            "default_crm_link_source": self._get_link_source(), "default_company_id": self.company_id.id, **defaults})

    def action_new_quotation(self):
        """A new quotation to the contractor, linked when it is saved."""
        return self._new_document_action("sale.order", self.env._("New quotation"), {
            "default_partner_id": self.partner_id.id, "default_campaign_id": self.campaign_id.id,
            "default_origin": self.display_name})

    def action_new_invoice(self):
        """A new customer invoice, linked when it is saved."""
        return self._new_document_action("account.move", self.env._("New invoice"), {
            "default_move_type": "out_invoice", "default_partner_id": self.partner_id.id,
            "default_invoice_origin": self.display_name})

    def action_new_transfer(self):
        """A new transfer, linked when it is saved."""
        return self._new_document_action("stock.picking", self.env._("New transfer"), {
            "default_partner_id": self.partner_id.id, "default_origin": self.display_name})

    def action_view_documents(self):
        """The documents linked to the records."""
        field = self._get_link_field()
        return open_list(
            self.env, "crm_enova_like.action_crm_document_link", [(field, "in", self.ids)],
            {f"default_{field}": self[:1].id, "search_default_live": 1})
