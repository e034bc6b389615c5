from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

LONGEST = 10_000    # hours that anything takes; what is longer is a slip of the pen

DIRECTIONS = [("in", "Incoming"), ("out", "Outgoing")]


class CrmActionTypeMixin(models.AbstractModel):
    """A kind that all companies share, or that is one company's: then no record of another one has it."""

    _name = "crm.action.type.mixin"
    _description = "Kind of Actions"

    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for every company.")

    @api.model
    def _get_uses(self):
        """What names a kind: {model: names of its fields}."""
        return {}

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            # nobody gives it to a company that they do not work in
            self.check_access("write")
        return result

    @api.constrains("company_id")
    def _check_uses(self):
        """A kind becomes one company's only where nothing of another one has it.

        sudo: what is out of sight has it as well; told is whose it is.
        """
        for company, kinds in self.filtered("company_id").grouped("company_id").items():
            for model, names in self._get_uses().items():
                Model = self.env[model].sudo().with_context(active_test=False)
                domain = Domain.OR(Domain(name, "in", kinds.ids) for name in names)
                other = Model.search(domain & Domain("company_id", "!=", company.id), limit=1)
                if other:
                    kind = next(other[name] for name in names if other[name] & kinds.sudo())
                    raise ValidationError(self.env._(
                        "“%(kind)s” cannot become company %(company)s's alone: records of %(other)s have it. Make a "
                        "new one for the company instead.", kind=kind.display_name, company=company.sudo().name,
                        other=other.company_id.name or self.env._("all companies")))


class CrmEventType(models.Model):
    """Kind of an event: phone, meeting, e-mail, letter, SMS, note."""

    _name = "crm.event.type"
    _inherit = ["crm.action.type.mixin"]
    _description = "Event Type"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    icon = fields.Char(default="fa-comment", help="Font Awesome class.")
    direction = fields.Selection(DIRECTIONS, help="What a new event begins with.")
    is_letter = fields.Boolean(help="Has a reference, a date and the date received.")
    is_call = fields.Boolean(help="A phone call: found by the phone number.")

    @api.model
    def _get_uses(self):
        return {"crm.event": ["type_id"], "crm.task.type": ["event_type_id"]}

    @api.model
    def _get_default(self):
        """The first type that the current company may use."""
        return self.search([("company_id", "in", [False, self.env.company.id])], limit=1)


class CrmTaskType(models.Model):
    """Kind of a task, with what a new one begins with."""

    _name = "crm.task.type"
    _inherit = ["crm.action.type.mixin"]
    _description = "Task Type"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
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

    @api.model
    def _get_uses(self):
        return {"crm.task": ["type_id"], "crm.task.type": ["follow_up_type_id"]}
