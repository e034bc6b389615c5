from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, Query

from ..common.queries import LIKE, found_by, join_required
from ..common.spelling import clean_number
from ..common.words import found_by_words


def _has(query):
    """SQL that is true where a query finds something: asked anew for each record, where EXISTS may go through all."""
    return SQL("COALESCE((SELECT TRUE FROM (%s) found LIMIT 1), FALSE)", query.select(SQL("1")))


class CrmServiceOrder(models.Model):
    """Finding orders among very many: what a list filters, sorts and searches by has an index of just that shape.

    A filter that looks into the devices of an order would go through all of them: what it asks is stored with the
    order.
    """

    _inherit = "crm.service.order"

    has_ready = fields.Boolean(
        string="Ready, Not Handed Back", compute="_compute_has_ready", store=True,
        help="A device of the order has its outcome and was not handed back yet.")
    has_warranty = fields.Boolean(string="Under Warranty", compute="_compute_bases", store=True)
    has_rework = fields.Boolean(string="Complaint about a Repair", compute="_compute_bases", store=True)
    # fields of the search box alone
    contact_text = fields.Char(compute="_compute_texts", search="_search_contact_text")
    product_text = fields.Char(compute="_compute_texts", search="_search_product_text")

    # of several companies, whose orders no index has in one order
    _received_idx = models.Index("(date_received DESC, id DESC)")
    _waiting_idx = models.Index("(company_id, date_received DESC, id DESC) WHERE state = 'waiting'")
    _ready_idx = models.Index("(company_id, date_received DESC, id DESC) WHERE has_ready IS TRUE")
    _warranty_idx = models.Index("(company_id, date_received DESC, id DESC) WHERE has_warranty IS TRUE")
    _rework_idx = models.Index("(company_id, date_received DESC, id DESC) WHERE has_rework IS TRUE")
    _urgent_idx = models.Index("(company_id, date_received DESC, id DESC) WHERE priority = '1'")
    _archived_idx = models.Index("(company_id, date_received DESC, id DESC) WHERE active IS NOT TRUE")
    _requester_idx = models.Index("(requester_id, date_received DESC, id DESC)")
    _stage_idx = models.Index("(stage_id, date_received DESC, id DESC)")
    # how many there are in each
    _stage_count_idx = models.Index("(company_id, stage_id) WHERE active IS TRUE")
    # of an open stage's orders, which are a small part of all and yet most of the stage's
    _stage_open_idx = models.Index("(stage_id, date_received DESC, id DESC) WHERE is_open IS TRUE")
    _all_deadlines_idx = models.Index("(company_id, date_deadline)")
    _closed_idx = models.Index("(company_id, date_closed)")
    _open_partner_idx = models.Index("(partner_id) WHERE is_open IS TRUE")

    @api.depends("device_line_ids.is_open", "device_line_ids.date_released", "device_line_ids.is_on_site")
    def _compute_has_ready(self):
        for order in self:
            order.has_ready = any(
                not line.is_open and not line.date_released and not line.is_on_site for line in order.device_line_ids)

    @api.depends("device_line_ids.basis")
    def _compute_bases(self):
        for order in self:
            bases = set(order.device_line_ids.mapped("basis"))
            order.has_warranty, order.has_rework = "warranty" in bases, "rework" in bases

    # THE SEARCH BOX

    def _compute_texts(self):
        self.contact_text = self.product_text = False

    @api.model
    def _search_display_name(self, operator, value):
        """Find by number, contractor and person with their phones and NIP, device, model, type and fault: each word
        stands in one of them."""
        if operator not in LIKE or not value:
            return super()._search_display_name(operator, value)
        # what is pasted may hold signs that nobody sees
        value = clean_number(value) if isinstance(value, str) else value
        if operator != "ilike" or not isinstance(value, str):
            devices = self.env["crm.service.device"].with_context(active_test=False)
            numbers = devices._search(Domain("serial_number", operator, value) | Domain("identifier", operator, value))
            return found_by(self, [
                Domain("name", operator, value), Domain("partner_id", operator, value),
                Domain("device_line_ids", "any", [("device_id", "in", numbers)])])
        # sudo: it decides how to look, and not what is found
        if self.sudo().search_count(self._get_whole_number_domain(value), limit=1):
            # pieces of a whole number are pieces of all the others as well
            return found_by(self, [
                self._get_whole_number_domain(value), *self._get_word_domains(value)[1:]])
        return found_by_words(self, value, self._get_word_domains, self._get_word_sql)

    @api.model
    def _get_word_sql(self, word, alias):
        """SQL that is true where a word stands in an order: each part looks at the order's own contractor and rows."""
        partners = self.env["res.partner"].with_context(active_test=False)._search(
            Domain("display_name", "ilike", word))
        partners.add_where(SQL(
            """%s IN (SELECT unnest(ARRAY[own.id, own.commercial_partner_id, own.parent_id]) FROM res_partner own
                       WHERE own.id IN (%s, %s))""",
            SQL.identifier(partners.table, "id"), SQL.identifier(alias, "partner_id"),
            SQL.identifier(alias, "person_id")))
        rows, faults = (self.env["crm.service.order.device"]._search(domain) for domain in ([], [
            ("fault", "ilike", word)]))
        devices = self.env["crm.service.device"].with_context(active_test=False)._search(Domain.OR(
            self.env["crm.service.device"]._get_kind_domains(word)))
        devices.add_where(SQL(
            "%s = %s", SQL.identifier(devices.table, "id"), SQL.identifier(rows.table, "device_id")))
        for query in (rows, faults):
            query.add_where(SQL("%s = %s", SQL.identifier(query.table, "order_id"), SQL.identifier(alias, "id")))
        rows.add_where(_has(devices))
        texts = Domain("name", "ilike", word) | Domain("description", "ilike", word)
        own = texts.optimize_full(self)._to_sql(self, alias, Query(self.env, alias, SQL.identifier(self._table)))
        return SQL("(%s OR %s OR %s OR %s)", own, _has(partners), _has(faults), _has(rows))

    @api.model
    def _get_word_domains(self, word):
        """Where a word that is typed may stand, the number's first: list of domains, and of queries of rows with the
        column of their order."""
        partners = self.env["res.partner"]._query_word(word)
        devices = self.env["crm.service.device"]._query_kind_word(word)
        Row = self.env["crm.service.order.device"]
        return [
            Domain("name", "ilike", word),
            Domain("partner_id", "in", partners), Domain("person_id", "in", partners),
            (Row._search([("device_id", "in", devices)]), "order_id"),
            (Row._search([("fault", "ilike", word)]), "order_id"),
            Domain("description", "ilike", word)]

    def _get_whole_number_domain(self, text):
        """The order whose number was typed or scanned as a whole, in the companies that the user works in now."""
        return Domain("company_id", "in", self.env.companies.ids) & Domain("name", "=", text.strip())

    def _search_contact_text(self, operator, value):
        """Find by the person's name, or by a phone number of the person or contractor."""
        if operator not in LIKE or not value:
            return NotImplemented
        partners = self.env["res.partner"].with_context(active_test=False)
        # three digits are as many as core looks for
        whole = partners._get_phone_domain(value)
        phones = partners._search(whole or Domain("phone_mobile_search", operator, value)) if len(value) > 2 else []
        return found_by(self, [
            Domain("person_id", operator, value), Domain("person_id", "in", phones),
            Domain("partner_id", "in", phones)])

    def _search_product_text(self, operator, value):
        """Find by a product of a line. Which products those are is asked first: how many orders have them tells
        PostgreSQL whether to begin with the lines or with the orders."""
        if operator not in LIKE or not value:
            return NotImplemented
        products = self.env["product.product"].with_context(active_test=False).search(
            [("display_name", operator, value)])
        return Domain("line_ids.product_id", "in", products.ids)

    # THE BOARD

    @api.model
    def read_progress_bar(self, domain, group_by, progress_bar: dict):
        if progress_bar.get("field") == "activity_state":
            # only what has an activity has a colour; of all that there is, that is little
            self.env["mail.activity"].flush_model(["res_model", "res_id", "active"])
            domain = Domain(domain) & Domain.custom(to_sql=lambda _model, alias, _query: SQL(
                "%s = ANY(ARRAY(SELECT res_id FROM mail_activity WHERE res_model = %s AND active IS TRUE))",
                SQL.identifier(alias, "id"), self._name))
        return super().read_progress_bar(domain, group_by, progress_bar)

    # THE SORTED COLUMNS

    @api.model
    def _get_ranged_fields(self):
        return super()._get_ranged_fields() | {"date_received"}

    @api.model
    def _get_sortable_fields(self):
        return super()._get_sortable_fields() | {"name", "date_received", "partner_id", "date_deadline", "date_closed"}

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **options):
        """As core's; each order has a contractor, so a page may begin with the contractors, in their order."""
        query = super()._search(domain, offset, limit, order, **options)
        if limit and (order or "").strip().split(" ")[0].strip(",") == "partner_id":
            join_required(query, self._table, "partner_id")
        return query
