from odoo import api, fields, models


class CrmExampleMoveSeen(models.Model):
    """What passed the doors of orders, devices in orders and inspections: one row a record and value.

    It stands for all that listens to ``write``: an audit log, an automation rule, a message to another system.
    """

    _name = "crm.example.move.seen"
    _description = "Move Seen"
    _order = "id"

    res_model = fields.Char(string="Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", required=True, readonly=True)
    value = fields.Char(required=True, readonly=True, help="The state that was written.")

    @api.model
    def _note(self, records, value):
        """Keep what was written to the state of records.

        sudo: whoever moves a record need not have rights on this log.
        """
        self.sudo().create([
            {"res_model": records._name, "res_id": record.id, "value": value} for record in records])
