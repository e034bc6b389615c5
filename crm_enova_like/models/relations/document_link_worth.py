from odoo import api, fields, models
from odoo.fields import Domain


def get_worth(wholes, parts, corrections=(), taken_back=()):
    """What documents that belong together are worth, as a sales order and its invoices do.

    What was billed is in what was sold, so the larger of both counts; what was given back lowers either, and does so
    where the invoice that it takes back is not among them. All is mirrored where what was sold is itself negative.

    :param wholes: amounts of the documents that others are parts of
    :param parts: amounts of those parts
    :param corrections: amounts that count on top, whatever their sign
    :param taken_back: amounts of parts that are not among them, and that one of them takes back
    """
    whole = sum(wholes)
    sign = -1 if whole < 0 else 1
    billed = sum(amount for amount in parts if amount * sign > 0)
    if billed:
        # what is billed anew comes after what was
        billed += sum(amount for amount in taken_back if amount * sign > 0)
    returned = sum(amount for amount in parts if amount * sign < 0)
    return sign * max(whole * sign, billed * sign) + returned + sum(corrections)


class CrmDocumentLink(models.Model):
    """What linked documents are worth together: revenue and cost of what they are linked to."""

    _inherit = "crm.document.link"

    def _get_total(self, currency=None):
        """Revenue and cost of what these links tie and the user may read, in one currency.

        Each document is worth what the firm gains or bears by it (see :meth:`_get_amount`), and counts once in a role,
        whatever it is tied to. Documents that are parts of others which are linked in the same role count together
        with them, see :func:`get_worth`: a sales order of 1000 with its invoice is 1000, with the invoice's refund 0,
        and with a new invoice 1000 again.

        An order's own RWs and ZWs are left out: they are the cost of its parts (:meth:`CrmServiceOrder._get_totals`).

        :return: (revenue, cost); in the company's own currency where none is given
        """
        counted = self.filtered(lambda link: not link.is_automatic and link.is_counted).grouped("role")
        return tuple(counted.get(role, self.browse())._get_role_total(currency) for role in ("revenue", "cost"))

    def _get_role_total(self, currency):
        """What links of one role, whose documents count, are worth."""
        links = {(link.res_model, link.res_id): link for link in self}
        amounts = {document: link._get_amount_in(currency) for document, link in links.items()}
        wholes = {
            document: [whole for whole in map(tuple, link.wholes or []) if whole in links]
            for document, link in links.items()}
        # what takes back a refund is none of the invoices that the sale expects
        corrections = {
            document for document, link in links.items()
            if any(amounts.get(tuple(reversal), 0.0) * amounts[document] < 0 for reversal in link.reversals or [])}
        # what a sale had billed before, where the invoice itself is not linked
        taken_back = {
            document: {reversal: link._get_reversed_amount(reversal, currency) for reversal in map(
                tuple, link.reversals or []) if reversal not in links}
            for document, link in links.items() if wholes[document]}
        # an invoice may bill two sales orders, which then belong together
        groups = {document: [document] for document in links}
        for part, its_wholes in wholes.items():
            for whole in its_wholes:
                joined, group = groups[part], groups[whole]
                if joined is not group:
                    group.extend(joined)
                    groups.update(dict.fromkeys(joined, group))
        return sum(
            get_worth(
                [amounts[document] for document in group if not wholes[document] and document not in corrections],
                [amounts[document] for document in group if wholes[document] and document not in corrections],
                [amounts[document] for document in group if document in corrections],
                {reversal: amount for document in group
                 for reversal, amount in taken_back.get(document, {}).items()}.values())
            for group in {id(group): group for group in groups.values()}.values())

    def _get_reversed_amount(self, document, currency):
        """What a document that one link's document takes back is worth in the link's role.

        :param document: model and id
        """
        model, res_id = document
        # sudo: what was billed in all; whoever reads the refund knows as much
        record, kind = self.env[model].sudo().browse(res_id), self._get_document_models()[model]
        amount = self._get_amount(record, kind) if record.filtered_domain(kind.get("confirmed", [])) else 0.0
        return self._convert_amount(amount, currency)

    def _get_amount_in(self, currency):
        """One document's amount in a currency (the company's own where there is none), on the document's day."""
        return self._convert_amount(self.amount, currency)

    def _convert_amount(self, amount, currency):
        if not currency or currency == self.currency_id:
            return amount
        day = self.document_date or fields.Date.context_today(self)
        return self.currency_id._convert(amount, currency, self.company_id, day)

    @api.model
    def _get_group_links(self, field, groups):
        """The links with a role of the tasks, events and orders of projects or campaigns.

        :param field: "project_id" or "campaign_id"
        :return: {project or campaign: links}
        """
        sources = [
            name for name, model in self._get_link_sources().items()
            if {"project_id", "campaign_id"} <= self.env[model]._fields.keys()]
        paths = [f"{source}.{field}" for source in sources]
        if field == "campaign_id":
            # what names no campaign is its project's
            paths += [f"{source}.project_id.{field}" for source in sources]
        links = self.search(
            Domain("role", "!=", "none") & Domain("is_automatic", "=", False)
            & Domain.OR(Domain(path, "in", groups.ids) for path in paths))

        def group(link):
            source = link._get_source()
            return source.project_id if field == "project_id" else source.campaign_id or source.project_id.campaign_id

        return links.grouped(group)
