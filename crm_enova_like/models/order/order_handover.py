from odoo import api, models
from odoo.exceptions import UserError

from ..common.actions import open_action

TECHNICIANS = "crm_enova_like.group_technician"


class CrmServiceOrder(models.Model):
    """Who does an order: it waits in the queue until a technician takes it, and goes back there."""

    _inherit = "crm.service.order"

    @api.model
    def _has_queue(self):
        return True

    def _check_takeable(self):
        """What a technician has is handed over, and not taken.

        sudo: a colleague's order is out of sight, but who has it may be told to whom it was offered in the queue.
        """
        for order in self.sudo().filtered(lambda order: order.company_id in self.env.companies):
            if order.user_id and order.user_id != self.env.user:
                raise UserError(self.env._(
                    "Order %(order)s was taken by %(user)s already.", order=order.name, user=order.user_id.name))
        return super()._check_takeable()

    def _check_performer(self, user):
        # sudo: which rights a colleague has
        if user and not user.sudo().has_group(TECHNICIANS):
            raise UserError(self.env._(
                "%(user)s does no service work: an administrator gives the right “Technician” first.",
                user=user.sudo().name))
        return super()._check_performer(user)

    @api.model
    def _get_list_action(self):
        return open_action(self.env, "crm_enova_like.action_crm_service_order")
