from odoo import api, fields, models

from ..common.formats import format_quantity
from .order_line import COST


class CrmServiceOrderDevice(models.Model):
    """Which parts a repair took, of which lots, and what they cost."""

    _inherit = "crm.service.order.device"

    parts_summary = fields.Char(string="Parts", compute="_compute_parts_summary")
    lot_summary = fields.Char(string="Lots", compute="_compute_parts_summary")
    cost = fields.Monetary(
        compute="_compute_cost", compute_sudo=True, currency_field="currency_id", groups=COST)

    @api.depends("line_ids.quantity_issued", "line_ids.quantity_returned", "line_ids.kind", "line_ids.lot_id")
    def _compute_parts_summary(self):
        for row in self:
            parts = row._filter_lines("part")
            shown = {line: line._get_shown_names() for line in parts}
            lots = {line: names["lots"] if "lots" in names else line.lot_names for line, names in shown.items()}
            row.parts_summary = ", ".join(
                f"{shown[line]['product']} × {format_quantity(self.env, line._get_used_quantity())}"
                + (f" [{lots[line]}]" if lots[line] else "")
                for line in parts if line.uom_id.compare(line._get_used_quantity(), 0.0) > 0)
            row.lot_summary = ", ".join(filter(None, lots.values()))

    @api.depends("line_ids.cost")
    def _compute_cost(self):
        for row in self:
            row.cost = sum(row.line_ids.mapped("cost"))

    def _prepare_release_device(self):
        return {**super()._prepare_release_device(), "parts": self.parts_summary}

    def _get_removal_problems(self):
        problems = super()._get_removal_problems()
        for row in self:
            if row.line_ids._filter_touched():
                problems[row] = self.env._(
                    "Device %(device)s in order %(order)s has issued parts and stays in the history. "
                    "Give it an outcome instead.", device=row.device_id.display_name, order=row.order_id.name)
        return problems


class CrmServiceOrderLine(models.Model):
    """The lots of a part, as they were called when its order was closed."""

    _inherit = "crm.service.order.line"

    def _prepare_shown_names(self):
        names = super()._prepare_shown_names()
        for line in self.sudo():
            if line.tracking in ("lot", "serial"):
                names[str(line.id)]["lots"] = line.lot_names or ""
        return names
