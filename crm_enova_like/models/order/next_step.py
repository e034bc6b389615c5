from odoo import api, fields, models

from ..common.actions import open_dialog


class CrmServiceOrderType(models.Model):
    """Whether a repair without labour may be finished."""

    _inherit = "crm.service.order.type"

    labour_check = fields.Selection(
        [("optional", "Is finished"), ("asked", "Is asked about"), ("required", "Is not finished")],
        string="A Repair without Labour", default="asked", required=True,
        help="What happens when a technician finishes an order of which a device was repaired or replaced, and no "
             "labour was noted.")


class CrmServiceOrder(models.Model):
    """What the one who works on an order does next: the one large button of a technician's card."""

    _inherit = "crm.service.order"

    next_step = fields.Selection(
        [("take", "Take"), ("start", "Start"), ("outcome", "Set the outcome"), ("done", "Finish")],
        compute="_compute_next_step")

    @api.depends("state", "is_open", "user_id", "device_line_ids.is_open")
    def _compute_next_step(self):
        for order in self:
            order.next_step = order._get_next_step()

    def _get_next_step(self):
        """What comes next in one order; wings above put their own steps between.

        :return: a value of ``next_step``, or False where nothing can be done now
        """
        self.ensure_one()
        if not self.is_open:
            return False
        if not self.user_id:
            return "take"
        if self.state != "in_progress":
            return "start"
        return "outcome" if self.has_open_devices else "done"

    def action_start_job(self):
        """Start or resume work on one order, and go on in its job."""
        self.ensure_one()
        self.action_start()
        return self.action_open_job()

    def action_open_next_device(self):
        """Open the device of a job that has no outcome yet; where there are several, the job, to choose one."""
        self.ensure_one()
        row = self._get_device_worked_on()
        return row.action_open_job() if row else self.action_open_job()

    # A REPAIR WITHOUT LABOUR

    def _filter_without_labour(self, check):
        """Those of the orders in which something was repaired, of which no labour is noted.

        What is inspected has its checklist, and what a customer declined needs none.

        :param check: of those whose type has this ``labour_check``
        """
        orders = self.filtered(lambda order: order.type_id.labour_check == check)
        outcomes = self.env["crm.service.order.device"]._get_repair_outcomes()
        return orders.filtered(lambda order: any(
            row.state in outcomes and row.basis != "inspection" for row in order.device_line_ids) and not any(
            line.kind == "labour" for line in order.line_ids))

    def action_open_done(self):
        """Finish one order; where its type asks so, a repair without labour is asked about first.

        :raises UserError: something of the order is open; says what
        """
        self.ensure_one()
        self._check_state(*self._get_open_states())
        if self._filter_without_labour("asked") and not self._get_closing_problems():
            return open_dialog(self.env, "crm.service.unworked.wizard", self.env._("No labour was noted"), {
                "default_order_id": self.id})
        return self.action_done()
