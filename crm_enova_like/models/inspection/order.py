from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..common.actions import open_list

# a year of work, and more
MOST_HOURS = 10_000


class CrmServiceOrder(models.Model):
    """Inspections that go with an order, and come back when nothing came of it."""

    _inherit = "crm.service.order"

    inspection_ids = fields.One2many("crm.service.inspection", "order_id", string="Inspections")
    inspection_count = fields.Integer(compute="_compute_inspection_count")
    has_open_inspection = fields.Boolean(compute="_compute_has_open_inspection")
    has_done_inspection = fields.Boolean(compute="_compute_has_open_inspection")
    planned_hours = fields.Float(copy=False)

    @api.model
    def _get_seldom_fields(self):
        return super()._get_seldom_fields() | {"inspection_ids"}

    @api.depends("inspection_ids")
    def _compute_inspection_count(self):
        for order in self:
            order.inspection_count = len(order.inspection_ids)

    @api.depends("inspection_ids.state")
    def _compute_has_open_inspection(self):
        for order in self:
            states = set(order.inspection_ids.mapped("state"))
            order.has_open_inspection = "ordered" in states
            order.has_done_inspection = "done" in states

    @api.constrains("planned_hours")
    def _check_planned_hours(self):
        for order in self:
            # no number is in no range
            if not 0 <= order.planned_hours <= MOST_HOURS:
                raise ValidationError(self.env._(
                    "Order %(order)s: the planned hours are between 0 and %(most)s.",
                    order=order.name, most=MOST_HOURS))

    def _get_closing_problems(self):
        problems = super()._get_closing_problems()
        # a device with an outcome has none of its inspections open
        for order in self.filtered(lambda order: order.device_line_ids.filtered("is_open")):
            unfinished = order._get_ordered_inspections().filtered("check_left")
            if unfinished:
                problems.setdefault(order, []).append(self.env._(
                    "checklists that are not filled in: %(inspections)s",
                    inspections=", ".join(unfinished.mapped("display_name"))))
        return problems

    def _after_move(self, old_stages, stage):
        result = super()._after_move(old_stages, stage)
        if stage.state == "cancelled":
            self._get_ordered_inspections()._put_back()
        return result

    def unlink(self):
        # the rows of the devices go with the order in the database
        self._get_ordered_inspections()._put_back()
        return super().unlink()

    def _get_ordered_inspections(self):
        """The orders' inspections that are still to be done."""
        return self.inspection_ids.filtered(lambda inspection: inspection.state == "ordered")

    def action_view_inspections(self):
        """The inspections that the orders were made for."""
        return open_list(
            self.env, "crm_enova_like.action_crm_service_inspection", [("order_id", "in", self.ids)])

    # PROTOCOLS

    def _get_papers(self):
        papers = super()._get_papers()
        done = self.inspection_ids.filtered(lambda inspection: inspection.state == "done")
        if done:
            papers.append(("inspection", "crm_enova_like.action_report_inspection_protocol", done))
        if len(done) > 1:
            papers.append(("collective", "crm_enova_like.action_report_inspection_collective", self))
        return papers

    def action_print_inspection_protocols(self):
        """Print the protocols of the orders' inspections: one for each, and a
        collective one where the regime wants it."""
        done = self.inspection_ids.filtered(lambda inspection: inspection.state == "done")
        if not done:
            raise UserError(self.env._(
                "%(orders)s: no inspection is finished, so there is no protocol yet.",
                orders=", ".join(self.mapped("name"))))
        return done.action_print_protocol()

    def _get_collective_protocols(self):
        """Finished inspections of orders by order, regime and owner, for the
        collective protocol (protokół zbiorczy).

        :return: list of recordsets
        :raises UserError: an order has nothing finished
        """
        protocols = []
        for order in self:
            done = order.inspection_ids.filtered(lambda inspection: inspection.state == "done")
            if not done:
                raise UserError(self.env._("Order %(order)s has no finished inspection to print.", order=order.name))
            protocols += done.sorted("id").grouped(
                lambda inspection: (inspection.regime_id, inspection.done_partner_id)).values()
        return protocols
