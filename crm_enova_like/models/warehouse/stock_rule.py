from odoo import api, models, tools


class StockRule(models.Model):
    _inherit = "stock.rule"

    # what is given are named tuples, which nobody sends from outside
    @api.private
    @api.model
    def run(self, procurements, raise_user_error=True):
        # core's replenishment wizard has one origin for all; ours names the orders
        procurements = [
            procurement._replace(origin=procurement.values["service_origin"])
            if procurement.values.get("service_origin") else procurement
            for procurement in procurements]
        return super().run(procurements, raise_user_error=raise_user_error)

    def _push_prepare_move_copy_values(self, move_to_copy, new_date):
        if not move_to_copy.origin and move_to_copy.picking_id.service_document:
            # what goes on is named after the document that it comes of
            move_to_copy._draw_service_numbers(is_named=True)
        # what came back by a ZW and is pushed on, to another shelf, is no part of an order any more
        return {
            **super()._push_prepare_move_copy_values(move_to_copy, new_date), "service_line_id": False,
            "service_ratio": 0.0}

    @api.model
    @tools.ormcache("path")
    def _pushes_from(self, path):
        """Whether any rule pushes on what comes to a location; kept in the registry's cache, since each RW asks.

        :param path: ``parent_path`` of the location
        """
        # sudo: whether there is one, of any company; the cache is everybody's, also where archived ones are seen
        return bool(self.sudo().with_context(active_test=True).search_count([
            ("location_src_id", "in", [int(location_id) for location_id in path.split("/") if location_id]),
            ("action", "in", ("push", "pull_push"))], limit=1))

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
