from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

ORDER_STATES = [
    ("new", "New"),
    ("accepted", "Accepted"),
    ("in_progress", "In progress"),
    ("waiting", "Waiting"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]




class CrmServiceStage(models.Model):
    """A stage of service orders. States are data (enova: *stany*): ordered,
    coloured, each mapped to one of the states that the rules know."""

    _name = "crm.service.stage"
    _description = "Service Order Stage"
    _inherit = ["crm.state.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company)
    state = fields.Selection(
        ORDER_STATES, required=True, default="in_progress", copy=True,    # Odoo resets what is named so
        help="What the stage means to the rules: which buttons there are, and whether the order is open.")
    wait_for = fields.Selection(
        [("parts", "Parts"), ("customer", "Customer's decision"), ("external", "External service")],
        help="What an order in this stage waits for. When its parts arrive, the technician is told.")
    color = fields.Integer()
    fold = fields.Boolean(string="Folded in Kanban")
    type_ids = fields.Many2many(
        "crm.service.order.type", "crm_service_stage_type_rel", "stage_id", "type_id",
        string="Order Types", check_company=True, help="Empty: used by every order type.")
    next_stage_ids = fields.Many2many(
        "crm.service.stage", "crm_service_stage_next_rel", "stage_id", "next_stage_id",
        string="Allowed Next Stages", check_company=True,
        help="Where an order may go from here, by button, by dragging or from outside. Empty: anywhere.")
    description = fields.Text(translate=True)

    _sequence_idx = models.Index("(company_id, sequence, id)")

    @api.model
    def _get_open_states(self):
        return ("new", "accepted", "in_progress", "waiting")

    @api.constrains("state", "wait_for")
    def _check_wait_for(self):
        for stage in self:
            if stage.wait_for and stage.state != "waiting":
                raise ValidationError(self.env._(
                    "Stage “%(stage)s”: only a waiting stage can wait for something.", stage=stage.name))

    @api.model
    @tools.ormcache("company_id", "type_id", "state")
    def _get_first_id(self, company_id, type_id, state):
        """Id of the company's first stage with a state that an order type may
        use, or False; kept in the registry's cache, since each button asks."""
        # the choice is the company's, not the user's
        # the cache is everybody's: a caller who also sees archived stages must not fill it with one
        return self.sudo().with_context(active_test=True).search([
            ("company_id", "=", company_id), ("state", "=", state),
            "|", ("type_ids", "=", False), ("type_ids", "in", [type_id]),
        ], limit=1).id

    # What the stages are is asked at each press and by each form, and changes hardly ever: it is kept in the registry's
    # cache, which is everybody's. sudo: it is the company's, not the user's.

    @api.model
    @tools.ormcache("company_id")
    def _get_company_ids(self, company_id):
        """Ids of a company's stages, in order, without the archived ones."""
        return self.sudo().with_context(active_test=True).search([("company_id", "=", company_id)])._ids

    @tools.ormcache("self.id")
    def _get_type_ids(self):
        """Ids of the order types that one stage is for; none, where it is every type's."""
        return frozenset(self.sudo().with_context(active_test=True).type_ids.ids)

    @tools.ormcache("self.id")
    def _get_next_ids(self):
        """Ids of the stages into which an order may go from one stage; none, where it may go anywhere."""
        return frozenset(self.sudo().with_context(active_test=True).next_stage_ids.ids)

    def _is_of_type(self, order_type):
        """Whether one stage is one of an order type's."""
        types = self._get_type_ids()
        return not types or order_type._origin.id in types

    @api.model_create_multi
    def create(self, vals_list):
        stages = super().create(vals_list)
        self.env.registry.clear_cache()
        return stages

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def write(self, vals):
        # before anything is said of the orders that use it
        self.check_access("write")
        if "company_id" in vals and any(stage.company_id.id != vals["company_id"] for stage in self):
            self._check_unused()
        self._check_facts(vals)
        if "state" in vals:
            self._check_meaning(vals["state"])
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def _check_meaning(self, state):
        """What closes orders is decided by the orders' own door: a stage in which orders stand does not begin or cease
        to close them.

        :raises UserError: it would
        """
        states = self._get_open_states()
        self.filtered(lambda stage: stage.state != state and not (
            stage.state in states and state in states))._check_unused()

    @api.ondelete(at_uninstall=False)
    def _check_unused(self):
        # those that orders have left count too: the times that they stood there are kept
        used = self.browse()
        for model in ("crm.service.order", "crm.service.stage.time"):
            # sudo: the order may be out of the manager's companies
            rows = self.env[model].sudo().with_context(active_test=False)._read_group(
                [("stage_id", "in", self.ids)], ["stage_id"])
            used |= used.browse(stage.id for [stage] in rows)
        if used:
            raise UserError(self.env._(
                "These stages are used by orders, archive them instead: %(stages)s.",
                stages=", ".join(used.mapped("name"))))
