from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...models.common.actions import open_dialog

# how the value of a fact is entered: {type of its field: field of the wizard}
ENTERED_BY = {
    "char": "value_text", "text": "value_text", "date": "value_date", "datetime": "value_datetime",
    "boolean": "value_boolean", "res.users": "value_user_id", "res.partner": "value_partner_id"}


class CrmCorrectionWizard(models.TransientModel):
    """A service manager corrects what was recorded wrongly: which fact, what it is to be, and why.

    Opened by ``action_open_correction`` of records with facts, which makes it, with their facts to choose of.
    """

    _name = "crm.correction.wizard"
    _description = "Correct a Fact"
    _inherit = ["crm.named.mixin"]

    res_model = fields.Char(string="Model", required=True, readonly=True)
    res_ids = fields.Json(string="Records", required=True, readonly=True)
    work_names = fields.Char(string="What", readonly=True)
    fact_ids = fields.One2many("crm.correction.fact", "wizard_id", string="Facts to Choose From", readonly=True)
    fact_id = fields.Many2one("crm.correction.fact", domain="[('wizard_id', '=', id)]")
    kind = fields.Char(related="fact_id.kind")
    old_value = fields.Char(related="fact_id.value")
    value_text = fields.Text(string="Right Text")
    value_date = fields.Date(string="Right Day")
    value_datetime = fields.Datetime(string="Right Moment")
    value_boolean = fields.Boolean(string="Is It So?")
    value_user_id = fields.Many2one("res.users", string="Right User", domain="[('share', '=', False)]")
    value_partner_id = fields.Many2one("res.partner", string="Right Contact")
    reason = fields.Char(help="It goes into the note, with the old and the new value.")

    def action_correct(self):
        """Correct the fact that is chosen, with a note in the chatter.

        :raises AccessError: the user is no service manager
        :raises UserError: no fact is chosen, or there is no reason
        """
        self.ensure_one()
        records, fact = self._get_records(), self.fact_id
        if not fact or fact.wizard_id != self or fact.name not in records._get_correctable_facts():
            raise UserError(self.env._("Choose the fact that is to be corrected."))
        name = ENTERED_BY[fact.kind]
        value = self[name]
        if isinstance(value, models.BaseModel):
            value = value.id
        records.correct_facts({fact.name: value or False}, self.reason)
        return {"type": "ir.actions.act_window_close"}

    def _get_records(self):
        """The records of one wizard.

        :raises UserError: they have no facts that are corrected
        """
        self.ensure_one()
        registry, ids = self.env.registry, self.res_ids
        if self.res_model not in registry.descendants(["crm.state.mixin"], "_inherit") or (
                registry[self.res_model]._abstract) or not isinstance(ids, list) or not ids or not all(
                type(res_id) is int and res_id > 0 for res_id in ids):
            raise UserError(self.env._("Choose what is to be corrected."))
        return self.env[self.res_model].browse(ids)


class CrmCorrectionFact(models.TransientModel):
    """One fact of the records that are corrected, to be chosen."""

    _name = "crm.correction.fact"
    _description = "Fact to Correct"
    _inherit = ["crm.named.mixin"]
    _rec_name = "label"

    wizard_id = fields.Many2one("crm.correction.wizard", required=True, ondelete="cascade", index=True)
    name = fields.Char(required=True, readonly=True)
    label = fields.Char(required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True)
    value = fields.Char(string="Recorded", readonly=True)


class CrmStateMixin(models.AbstractModel):
    """The way to the correction of facts."""

    _inherit = "crm.state.mixin"

    @api.model
    def _get_correctable_facts(self):
        """The facts that a manager corrects in a dialog: {name of a field: how it is entered}."""
        kinds = {}
        for name in self._get_fact_fields() - self._get_copied_facts():
            field = self._fields[name]
            kind = field.comodel_name if field.type == "many2one" else field.type
            if kind in ENTERED_BY:
                kinds[name] = kind
        return kinds

    def action_open_correction(self):
        """Ask which fact of the records is corrected, and why.

        :raises AccessError: the user is no service manager
        :raises UserError: there is nothing to correct
        """
        self._check_may_correct()
        if not self:
            raise UserError(self.env._("Choose what is to be corrected."))
        kinds = self._get_correctable_facts()
        names = ", ".join(record.display_name or "" for record in self[:5])
        wizard = self.env["crm.correction.wizard"].create({
            "res_model": self._name, "res_ids": self.ids,
            "work_names": f"{names} (+{len(self) - 5})" if len(self) > 5 else names,
            "fact_ids": [Command.create(vals) for vals in sorted((
                {"name": name, "kind": kind, "label": self._fields[name]._description_string(self.env),
                 "value": " / ".join(dict.fromkeys(record._format_fact(name) for record in self))}
                for name, kind in kinds.items()), key=lambda vals: vals["label"])]})
        return open_dialog(self.env, wizard._name, self.env._("Correct a fact"), res_id=wizard.id)
