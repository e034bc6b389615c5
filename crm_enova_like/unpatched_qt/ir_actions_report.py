from lxml import etree
from lxml import html as lxml_html

from odoo import models

# of the documents that have Odoo's own header and footer
LAYOUT_REPORTS = (
    "crm_enova_like.report_service_receipt",
    "crm_enova_like.report_service_protocol",
    "crm_enova_like.report_service_release",
)
PARTS = {"header", "article", "footer"}


class IrActionsReport(models.Model):
    """Service papers by a wkhtmltopdf without the patched Qt, as distributions have it.

    That one takes one file and knows no headers and footers: of several orders it would print the first, without the
    firm's logo. There the papers go into one article, each on its own page, with header and footer in the page.
    """

    _inherit = "ir.actions.report"

    def _is_plain_service_paper(self):
        """Whether one report's pages have to carry their header and footer themselves."""
        return self.report_name in LAYOUT_REPORTS

    def get_paperformat(self):
        if len(self) == 1 and self._is_plain_service_paper():
            return self.env.ref("crm_enova_like.paperformat_service")
        return super().get_paperformat()

    def _prepare_html(self, html, report_model=False):
        if len(self) != 1 or not self._is_plain_service_paper():
            return super()._prepare_html(html, report_model=report_model)
        bodies, res_ids, _header, _footer, arguments = super()._prepare_html(
            self._merge_articles(html), report_model=report_model)
        return bodies, res_ids, None, None, arguments

    def _merge_articles(self, html):
        """All articles of a document in one, header and footer of each with it.

        :param html: the rendered document
        :return: the document with one article
        """
        root = lxml_html.fromstring(html, parser=lxml_html.HTMLParser(encoding="utf-8"))
        parts = [
            node for node in root.iter("div") if PARTS & set(self._get_classes(node))
            and not any(PARTS & set(self._get_classes(parent)) for parent in node.iterancestors("div"))]
        if not parts:
            return html
        merged = etree.Element("div", {"class": "article"})
        parts[0].addprevious(merged)
        for node in parts:
            if node.get("data-oe-lang") and not merged.get("data-oe-lang"):
                merged.set("data-oe-lang", node.get("data-oe-lang"))
            # by another name, so that they are not taken out of the page
            node.set("class", " ".join(
                f"o_service_{name}" if name in PARTS else name for name in self._get_classes(node)))
            merged.append(node)
        for article in merged.xpath("./div[contains(@class, 'o_service_article')]")[1:]:
            before = article.getprevious()
            start = before if "o_service_header" in self._get_classes(before) else article
            start.set("style", "page-break-before: always;" + (start.get("style") or ""))
        for counter in merged.xpath(".//span[@class='topage']/.."):
            # only the patched Qt counts pages
            counter.getparent().remove(counter)
        return lxml_html.tostring(root, encoding="utf-8")

    @staticmethod
    def _get_classes(node):
        return (node.get("class") or "").split()
