from odoo import api, fields, models

LONGEST = 10_000    # hours that anything takes; what is longer is a slip of the pen

DIRECTIONS = [("in", "Incoming"), ("out", "Outgoing")]


class CrmEventType(models.Model):
    """Kind of an event: phone, meeting, e-mail, letter, SMS, note."""

    _name = "crm.event.type"
    _description = "Event Type"
    _inherit = ["crm.shared.mixin", "crm.values.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for every company.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    icon = fields.Char(default="fa-comment", help="Font Awesome class.")
    direction = fields.Selection(DIRECTIONS, help="What a new event begins with.")
    is_letter = fields.Boolean(help="Has a reference, a date and the date received.")
    is_call = fields.Boolean(help="A phone call: found by the phone number.")

    @api.model
    def _get_default(self):
        """The first type that the current company may use."""
        return self.search([("company_id", "in", [False, self.env.company.id])], limit=1)


class CrmTaskType(models.Model):
    """Kind of a task, with what a new one begins with."""

    _name = "crm.task.type"
    _description = "Task Type"
    _inherit = ["crm.shared.mixin", "crm.values.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for every company.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    icon = fields.Char(default="fa-check-square-o", help="Font Awesome class.")
    duration = fields.Float(default=1.0, help="Hours that a new task of this type is planned for.")
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], default="0", required=True)
    event_type_id = fields.Many2one(
        "crm.event.type", string="Event that Comes of It", ondelete="set null", index="btree_not_null")
    follow_up_type_id = fields.Many2one(
        "crm.task.type", string="Follow-up", ondelete="set null", index="btree_not_null",
        help="The type of the task that is proposed after this one.")
    follow_up_days = fields.Integer(default=7, help="Days until the follow-up.")

    _duration_positive = models.Constraint(
        f"CHECK(duration >= 0 AND duration <= {LONGEST})", "The duration is a number of hours, from 0 to 10,000.")
    _follow_up_soon = models.Constraint(
        "CHECK(follow_up_days BETWEEN 0 AND 3660)", "A follow-up comes within ten years.")
