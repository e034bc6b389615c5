from odoo import api, fields, models

from ..common.languages import find_language

COPIED = ("state", "basis", "fault", "diagnosis", "resolution", "accessories", "wants_old_parts")


class CrmServiceOrderDevice(models.Model):
    """What the paper said by which a device was handed back: it is printed from that, whatever the order, which may be
    open, is told afterwards."""

    _inherit = "crm.service.order.device"

    def _get_release_paper(self):
        """What one row kept of its release protocol: dict, empty where there is none."""
        self.ensure_one()
        return self.done_release if isinstance(self.done_release, dict) else {}

    def _prepare_release_paper(self):
        """What the release protocol of one row says, as all is now; raw values, whose names are printed."""
        self.ensure_one()
        order = self.order_id._in_paper_language()
        row = self.with_context(lang=order.env.lang)
        return {
            "lang": order.env.lang, "head": order._get_head(), "device": row._prepare_release_device(),
            "rows": row.line_ids._prepare_paper_lines()}

    def _prepare_release_device(self):
        """What the release protocol says of one device beside its name; a wing above adds its own."""
        self.ensure_one()
        return {
            **{name: self[name] for name in COPIED},
            "warranty": self.repair_warranty_until and fields.Date.to_string(self.repair_warranty_until)}

    def _correct_release_paper(self):
        """What one row kept of its release protocol, once the day of the hand-over was corrected: the paper has the
        right day, and the warranty that counts from it."""
        self.ensure_one()
        paper = self._get_release_paper()
        if not self.repair_warranty_months or not paper.get("device", {}).get("warranty"):
            return self.done_release
        return {**paper, "device": {
            **paper["device"], "warranty": fields.Date.to_string(self.repair_warranty_until)}}

    def _complete_release_papers(self):
        """Lines that are made together with devices that were handed back are on their papers, too."""
        for row in self:
            paper = row._get_release_paper()
            if paper.get("rows") == [] and row.line_ids:
                row._write_facts({"done_release": {**paper, "rows": row._prepare_release_paper()["rows"]}})

    # PRINTED

    def _get_release_lang(self):
        """The language of the release protocol of one row."""
        self.ensure_one()
        return find_language(self.env, self._get_release_paper().get("lang"), self.order_id._get_paper_lang())

    def _get_release_head(self):
        """Who is named at the head of the release protocol of one row: what it said, or what it would say now."""
        self.ensure_one()
        return self._get_release_paper().get("head") or self.order_id._get_head()

    def _get_release_device(self):
        """What the release protocol says of one device, with the names of state and basis in the reader's language."""
        self.ensure_one()
        kept = self._get_release_paper().get("device") or {}
        said = kept if self._prepare_release_device().keys() <= kept.keys() else {
            **self._prepare_release_device(), **kept}
        return {
            **said, "warranty": fields.Date.to_date(said["warranty"]),
            **{f"{name}_name": self._get_value_name(name, said[name]) for name in ("state", "basis")}}

    def _get_release_lines(self):
        """The lines on the release protocol of rows, see :meth:`CrmServiceOrderLine._name_paper_lines`."""
        lines = []
        for row in self:
            paper = row._get_release_paper()
            if "rows" in paper:
                lines += paper["rows"]
            else:
                names = paper.get("lines") or {}
                lines += [{**line, **names.get(str(line["id"]), {})} for line in row.line_ids._prepare_paper_lines()]
        return self.line_ids._name_paper_lines(lines)

    def _get_value_name(self, name, value):
        """How a value of a selection is called in the reader's language."""
        return dict(self._fields[name]._description_selection(self.env)).get(value, value)


class CrmServiceOrderLine(models.Model):
    """Lines as papers print them."""

    _inherit = "crm.service.order.line"

    def _prepare_paper_lines(self):
        """What papers say of lines: list of dict, raw values and the names of product and unit."""
        return [{
            "id": line.id, "name": line.name, "kind": line.kind, "old_part": line.old_part, "quantity": line.quantity,
            "price": line.price_unit, "value": line.subtotal, "billing": line.billing,
            **{what: line._get_shown_names()[what] for what in ("product", "unit")}} for line in self]

    @api.model
    def _name_paper_lines(self, lines):
        """Lines as :meth:`_prepare_paper_lines` has them, with the names of billing and old part in the reader's
        language."""
        names = {name: dict(self._fields[name]._description_selection(self.env)) for name in ("billing", "old_part")}
        return [{
            **line, **{f"{name}_name": names[name].get(line[name], line[name]) for name in names}} for line in lines]

    def _get_paper_lines(self):
        """The lines of a paper that says what is so now."""
        return self._name_paper_lines(self._prepare_paper_lines())
