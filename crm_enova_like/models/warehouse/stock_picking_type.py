from odoo import api, fields, models
from odoo.exceptions import ValidationError

SERVICE_DOCUMENTS = {"rw": "RW", "zw": "ZW"}


class StockPickingType(models.Model):
    _inherit = "stock.picking.type"

    service_document = fields.Selection(
        [("rw", "RW (internal issue)"), ("zw", "ZW (internal return)")], copy=False, readonly=True,
        index="btree_not_null",
        help="RW: parts issued to a repair. ZW: parts returned from it.")

    _service_document_uniq = models.UniqueIndex(
        "(warehouse_id, service_document) WHERE service_document IS NOT NULL",
        "A warehouse has one RW and one ZW operation type.")

    @api.constrains("service_document", "sequence_id")
    def _check_service_sequence(self):
        for picking_type in self.filtered("service_document"):
            if not picking_type.sequence_id:
                raise ValidationError(self.env._(
                    "Operation type “%(type)s” needs its sequence: RW and ZW documents are numbered by it.",
                    type=picking_type.display_name))

    @api.constrains("service_document", "code", "default_location_src_id", "default_location_dest_id")
    def _check_service_places(self):
        """An RW's parts go to a place of consumption, and those of a ZW come from one."""
        for picking_type in self.filtered("service_document"):
            place, shelf = picking_type.default_location_dest_id, picking_type.default_location_src_id
            if picking_type.service_document == "zw":
                place, shelf = shelf, place
            if picking_type.code != "internal" or not place.service_consumption or shelf.usage != "internal":
                raise ValidationError(self.env._(
                    "Operation type “%(type)s” stays an internal transfer between the stock and a place of service "
                    "consumption, and not between %(place)s and %(other)s.", type=picking_type.display_name,
                    place=picking_type.default_location_src_id.display_name or "–",
                    other=picking_type.default_location_dest_id.display_name or "–"))

    @api.model_create_multi
    def create(self, vals_list):
        picking_types = super().create(vals_list)
        # which sequences number RWs and ZWs is cached
        self.env.registry.clear_cache()
        return picking_types

    def write(self, vals):
        if "service_document" in vals and not self.env.su:
            for picking_type in self:
                if (picking_type.service_document or False) != (vals["service_document"] or False):
                    raise ValidationError(self.env._(
                        "Whether operation type “%(type)s” issues parts to repairs or takes them back stays as it is. "
                        "A warehouse gets its types for RW and ZW when it is made.", type=picking_type.display_name))
        if vals.get("analytic_costs") and self.filtered("service_document"):
            raise ValidationError(self.env._(
                "Operation type “%(type)s” costs projects without this switch, by their orders. With it, Odoo would "
                "bill the parts to the project's customer as well, and what comes back once more.",
                type=self.filtered("service_document")[0].display_name))
        if "return_picking_type_id" in vals and not self.env.su:
            for picking_type in self.filtered("service_document"):
                if picking_type.return_picking_type_id.id != vals["return_picking_type_id"]:
                    raise ValidationError(self.env._(
                        "Operation type “%(type)s” keeps its type of returns: what an RW issued comes back by a ZW, "
                        "and what a ZW brought back goes out again by an RW.", type=picking_type.display_name))
        if {"sequence_id", "service_document"} & vals.keys():
            self.env.registry.clear_cache()
        service = self.filtered("service_document")
        if not service or "sequence_code" not in vals:
            return super().write(vals)
        for picking_type in service:
            if vals["sequence_code"] != SERVICE_DOCUMENTS[picking_type.service_document]:
                raise ValidationError(self.env._(
                    "Operation type “%(type)s” keeps its code %(code)s: RW and ZW documents are numbered by it.",
                    type=picking_type.display_name, code=SERVICE_DOCUMENTS[picking_type.service_document]))
        # core rewrites the sequence's prefix on any write of sequence_code,
        # even of the same value (RW/2026/ would become WH/RW/)
        super(StockPickingType, service).write(
            {key: value for key, value in vals.items() if key != "sequence_code"})
        return super(StockPickingType, self - service).write(vals)
