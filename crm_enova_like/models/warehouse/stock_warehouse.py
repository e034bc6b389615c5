from odoo import api, fields, models

from ..common.res_company import translate_name


class StockWarehouse(models.Model):
    _name = "stock.warehouse"
    _inherit = ["stock.warehouse", "crm.history.mixin"]

    rw_type_id = fields.Many2one(
        "stock.picking.type", string="RW Operation Type", check_company=True, copy=False, index="btree_not_null")
    zw_type_id = fields.Many2one(
        "stock.picking.type", string="ZW Operation Type", check_company=True, copy=False, index="btree_not_null")

    @api.model_create_multi
    def create(self, vals_list):
        warehouses = super().create(vals_list)
        warehouses._create_service_picking_types()
        return warehouses

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            types = self.with_context(active_test=False)
            (types.rw_type_id | types.zw_type_id).sudo().active = vals["active"]
        return result

    def _create_service_picking_types(self):
        """Give warehouses their RW and ZW operation types.

        All warehouses of a company share one RW and one ZW sequence: one per
        warehouse would draw the same numbers and hit the uniqueness of
        transfer names. Types that an earlier installation left archived are
        taken up again, and go on with their numbers.
        """
        # operation types and sequences are configuration of the stock, the
        # warehouse is the user's own record
        PickingType = self.env["stock.picking.type"].sudo().with_context(active_test=False)
        for warehouse in self.sudo():
            company = warehouse.company_id
            location = company._get_service_location()
            found = {
                code: PickingType.search([
                    ("warehouse_id", "=", warehouse.id), ("sequence_code", "=", code), ("code", "=", "internal"),
                    "|", ("default_location_dest_id", "=", location.id), ("default_location_src_id", "=", location.id),
                ], limit=1)
                for code in ("RW", "ZW")
            }
            values = {
                "rw": {"name": lambda env: env._("Service Issues (RW)"), "code": "RW",
                       "src": warehouse.lot_stock_id, "dest": location},
                "zw": {"name": lambda env: env._("Service Returns (ZW)"), "code": "ZW",
                       "src": location, "dest": warehouse.lot_stock_id},
            }
            types = {}
            for document, value in values.items():
                picking_type = found[value["code"]]
                vals = {
                    "service_document": document,
                    "active": warehouse.active,
                    # its sequence too may have been archived
                    "sequence_id": company._get_service_sequence(value["code"]).id,
                }
                if picking_type:
                    picking_type.write(vals)
                else:
                    picking_type = PickingType.create({
                        **vals,
                        "name": value["name"](self.with_context(lang="en_US").env),
                        "code": "internal",
                        "sequence_code": value["code"],
                        "warehouse_id": warehouse.id,
                        "company_id": company.id,
                        "default_location_src_id": value["src"].id,
                        "default_location_dest_id": value["dest"].id,
                        "use_create_lots": False,
                        "use_existing_lots": True,
                        "reservation_method": "at_confirm",
                        "create_backorder": "ask",
                        "barcode": f"{warehouse.code}{value['code']}".replace(" ", "").upper(),
                        "color": warehouse.int_type_id.color,
                        "sequence": 50,
                    })
                    translate_name(picking_type, value["name"])
                types[document] = picking_type
            # what a ZW brought back and goes out again is an issue, with a number of issues
            types["rw"].return_picking_type_id, types["zw"].return_picking_type_id = types["zw"], types["rw"]
            if "analytic_costs" in PickingType._fields:
                # parts of a project's order cost the project all the same, see StockMove._get_analytic_distribution;
                # with this switch core would also bill them to the customer, those that come back as well
                (types["rw"] | types["zw"]).analytic_costs = False
            warehouse.write({"rw_type_id": types["rw"].id, "zw_type_id": types["zw"].id})
