from odoo import api, models


class IrActionsActions(models.Model):
    """What is offered under *Print*: an RW or ZW has its own paper, and of core's none is right for it."""

    _inherit = "ir.actions.actions"

    @api.model
    def get_bindings(self, model_name):
        bindings = super().get_bindings(model_name)
        if model_name != "stock.picking" or not bindings.get("report"):
            return bindings
        transfers = self.env["ir.actions.report"]._get_transfer_report_ids()
        # a report with a domain is asked about (get_valid_action_reports) before it is offered
        return {**bindings, "report": [
            {"domain": "[('service_document', '=', False)]", **action} if action["id"] in transfers else action
            for action in bindings["report"]]}


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    @api.model
    def _get_transfer_reports(self):
        """Xml ids of the reports of transfers that are not for RWs and ZWs: list of str."""
        return [
            "stock.action_report_picking", "stock.action_report_delivery", "stock.action_report_picking_packages",
            "stock.return_label_report"]

    @api.model
    def _get_transfer_report_ids(self):
        known = self.env["ir.model.data"]
        return {known._xmlid_to_res_id(name, raise_if_not_found=False) for name in self._get_transfer_reports()} - {
            None, False}

    def get_valid_action_reports(self, model: str, record_ids: list):
        valid = super().get_valid_action_reports(model, record_ids)
        if model != "stock.picking":
            return valid
        pickings = self.env[model].browse(record_ids)
        if not pickings or not all(picking.service_document for picking in pickings):
            return valid
        transfers = self._get_transfer_report_ids()
        return [report_id for report_id in valid if report_id not in transfers]
