from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.phones import dial, is_mobile


class CrmMyWork(models.Model):
    """A row as a technician's card: whom to call, and the one thing that comes next."""

    _inherit = "crm.my.work"

    phone_url = fields.Char(string="Phone Link", compute="_compute_phone_urls")
    sms_url = fields.Char(string="SMS Link", compute="_compute_phone_urls", help="Of a mobile number alone.")
    next_step = fields.Selection(selection="_selection_next_step", compute="_compute_next_step")

    @api.depends("phone", "company_id")
    def _compute_phone_urls(self):
        for row in self:
            row.phone_url = dial(row.phone)
            # sudo: where the firm is says how its numbers are written
            row.sms_url = is_mobile(row.phone, row.company_id.sudo().country_id) and dial(row.phone, "sms")

    @api.model
    def _selection_next_step(self):
        return self.env["crm.service.order"]._fields["next_step"]._description_selection(self.env)

    @api.depends("kind", "user_id", "order_id")
    def _compute_next_step(self):
        for row in self:
            row.next_step = row.order_id.next_step if row.kind == "order" else "done" if row.user_id else "take"

    @api.readonly
    def action_open_card(self):
        """Open the source of one row as it is worked on: an order as a job, laid out for a phone."""
        self.ensure_one()
        return self.order_id.action_open_job() if self.order_id else self.action_open()

    def action_start(self):
        """Start work on what one row stands for, and go on with it.

        :raises UserError: it is closed, or begun already
        """
        self.ensure_one()
        return self.order_id.action_start_job() if self.order_id else self._get_source().action_start()

    def action_issue_parts(self):
        """Issue the parts of one order, or ask what has to be asked first."""
        self.ensure_one()
        return self._get_order().action_issue_parts_screen()

    def action_open_next_device(self):
        """Open what has no outcome yet of one order."""
        self.ensure_one()
        return self._get_order().action_open_next_device()

    def action_open_checklist(self):
        """Open the checklist of one order."""
        self.ensure_one()
        return self._get_order().action_open_checklist()

    def _get_order(self):
        """The order that one row stands for.

        :raises UserError: it stands for something else
        """
        if not self.order_id:
            raise UserError(self.env._("“%(name)s” is no service order.", name=self.name or ""))
        return self.order_id
