from odoo import api, models

PIECE = "uom.product_uom_unit"
# what core calls the unit of things that are counted; who has named it otherwise means it so
CORE_NAMES = {"Units", "Unit(s)", "Jednostki", "Jednostka(i)", "Jednostka"}


class UomUom(models.Model):
    """Pieces are called pieces on the screens, in the messages and on the papers of the service.

    Other departments' screens name the unit as ever: ours ask by the context ``service_units``, which the fields of our
    models carry.
    """

    _inherit = "uom.uom"

    @api.depends_context("service_units", "lang")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        if self.env.context.get("service_units") and not self.env.context.get("formatted_display_name"):
            for unit in self:
                unit.display_name = unit._get_short_name()
        return result

    def _get_short_name(self):
        """What a unit is called in our messages and papers, in the language of the context: “szt.” for core's unit of
        things that are counted, every other by its name; empty for none."""
        name = self.name or ""
        if name in CORE_NAMES and self._origin.id == self.env["ir.model.data"]._xmlid_to_res_id(
                PIECE, raise_if_not_found=False):
            return self.env._("pcs")
        return name
