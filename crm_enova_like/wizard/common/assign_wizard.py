from odoo import api, fields, models
from odoo.exceptions import UserError

NAMES_SHOWN = 5


class CrmAssignWizard(models.TransientModel):
    """Ask to whom work is handed over: records of any one model with ``crm.assignment.mixin``."""

    _name = "crm.assign.wizard"
    _description = "Hand Work Over"
    _inherit = ["crm.named.mixin"]

    res_model = fields.Char(string="Model", required=True, readonly=True)
    res_ids = fields.Json(string="Records", required=True, readonly=True)
    work_names = fields.Char(string="What", compute="_compute_work")
    has_queue = fields.Boolean(compute="_compute_work")
    user_id = fields.Many2one(
        "res.users", string="Colleague", domain="[('share', '=', False)]",
        help="Empty: it goes back to the queue, where there is one.")
    note = fields.Text()

    @api.depends("res_model", "res_ids")
    def _compute_work(self):
        for wizard in self:
            if not wizard.res_model:
                wizard.work_names = wizard.has_queue = False
                continue
            work = wizard._get_work()
            names = ", ".join(work[:NAMES_SHOWN].mapped("display_name"))
            more = f" (+{len(work) - NAMES_SHOWN})" if len(work) > NAMES_SHOWN else ""
            wizard.work_names, wizard.has_queue = names + more, work._has_queue()

    def _get_work(self):
        """The records of one wizard.

        :raises UserError: they are none that are handed over
        """
        self.ensure_one()
        registry, ids = self.env.registry, self.res_ids
        if self.res_model not in registry.descendants(["crm.assignment.mixin"], "_inherit") or (
                registry[self.res_model]._abstract):
            raise UserError(self.env._("Records of the kind “%(model)s” are not handed over.", model=self.res_model))
        if not isinstance(ids, list) or not all(
                type(res_id) is int and res_id > 0 for res_id in ids):
            raise UserError(self.env._("Choose what is handed over."))
        return self.env[self.res_model].browse(ids)

    def action_assign(self):
        """Hand the records over, with the note in their chatter.

        :return: the action of their list
        """
        work = self._get_work()
        if not self.user_id and not work._has_queue():
            raise UserError(self.env._("Choose the colleague."))
        return work.action_assign(self.user_id, self.note)
