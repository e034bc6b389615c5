from odoo import api, fields, models


class CrmServiceOrderDevice(models.Model):
    """What was known of a device when it got its outcome, and what the paper said by which it was handed back.

    A device is sold, renamed and renumbered: the row of its history, and the papers, stay as they were.
    """

    _name = "crm.service.order.device"
    _inherit = ["crm.service.order.device", "crm.done.mixin"]

    serial_number = fields.Char(
        compute="_compute_serial_number", search="_search_serial_number", compute_sudo=True,
        help="Of a device with an outcome, the one that it had then.")
    done_partner_id = fields.Many2one(
        "res.partner", string="Owner at the Outcome", compute="_compute_done", store=True, precompute=True,
        index="btree_not_null", ondelete="set null")
    done_partner_name = fields.Char(
        string="Name of the Owner at the Outcome", compute="_compute_done", store=True, precompute=True)
    done_device_name = fields.Char(
        string="Name at the Outcome", compute="_compute_done", store=True, precompute=True)
    done_identifier = fields.Char(
        string="Identifier at the Outcome", compute="_compute_done", store=True, precompute=True)
    done_serial_number = fields.Char(
        string="Serial Number at the Outcome", compute="_compute_done", store=True, precompute=True)
    done_type_name = fields.Char(
        string="Type at the Outcome", compute="_compute_done", store=True, precompute=True)
    done_model_name = fields.Char(
        string="Model at the Outcome", compute="_compute_done", store=True, precompute=True)
    done_technician_name = fields.Char(
        string="Technician at the Outcome", compute="_compute_done", store=True, precompute=True)
    done_release = fields.Json(
        string="Release Protocol", compute="_compute_done_release", store=True, precompute=True)

    @api.model
    def _get_done_fields(self):
        return super()._get_done_fields() | {
            "done_partner_id", "done_partner_name", "done_device_name", "done_identifier", "done_serial_number",
            "done_type_name", "done_model_name", "done_technician_name"}

    @api.model
    def _get_kept_fields(self):
        return super()._get_kept_fields() | {"done_release"}

    @api.model
    def _get_done_triggers(self):
        return super()._get_done_triggers() | {"date_released", "order_is_open"}

    def _is_finished(self):
        # a device that was handed back unfinished is on a paper, too; and nothing more becomes of one in a closed order
        return super()._is_finished() or bool(self.date_released) or bool(self.order_id and not self.order_is_open)

    def _has_copies(self):
        self.ensure_one()
        return bool(self.done_device_name)

    def _prepare_done_vals(self):
        self.ensure_one()
        order = self.order_id
        device = self.device_id.with_context(lang=order._get_paper_lang())
        owner = device.partner_id or order.partner_id
        return {
            **super()._prepare_done_vals(), **self._prepare_device_names(),
            "done_partner_id": owner.id, "done_partner_name": owner.display_name,
            "done_type_name": device.type_id.name, "done_model_name": device.model_id.display_name,
            "done_technician_name": order.user_id.name}

    @api.depends("date_released")
    def _compute_done_release(self):
        for row in self:
            if not row.date_released:
                row.done_release = False
            elif row.done_release:
                row.done_release = row._correct_release_paper()
            else:
                row.done_release = row._prepare_release_paper()

    @api.depends("device_id.serial_number", "done_device_name", "done_serial_number")
    def _compute_serial_number(self):
        for row in self:
            row.serial_number = row.done_serial_number if row._has_copies() else row.device_id.serial_number

    @api.model
    def _search_serial_number(self, operator, value):
        if operator not in ("in", "like", "ilike", "=like", "=ilike", "any"):
            return NotImplemented
        return ["|", "&", ("done_device_name", "=", False), ("device_id.serial_number", operator, value),
                "&", ("done_device_name", "!=", False), ("done_serial_number", operator, value)]

    # PAPERS

    def _prepare_device_names(self):
        """What papers call the device of one row, as its card has it: {name of a copy: text}."""
        self.ensure_one()
        device = self.sudo().device_id
        return {
            "done_device_name": device.name, "done_identifier": device.identifier,
            "done_serial_number": device.serial_number}

    def _get_device_names(self):
        """What papers call the device of one row: what the row kept, or what the card has."""
        self.ensure_one()
        names = self._prepare_device_names()
        return {name: self[name] for name in names} if self._has_copies() else names

    def _get_technician_name(self):
        """Who repaired the device of one row: by the name of that day. sudo: a colleague's order is out of sight."""
        self.ensure_one()
        return self.done_technician_name if self._has_copies() else self.sudo().technician_id.name
