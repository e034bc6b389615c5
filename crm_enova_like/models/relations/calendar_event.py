from odoo import api, fields, models

from .calendar_mixin import SYNCING


class CalendarEvent(models.Model):
    """An entry that belongs to a task or an order: whoever moves it moves that."""

    _inherit = "calendar.event"

    # core's entries know no company, and are everybody's
    crm_company_id = fields.Many2one(
        "res.company", string="Company of the Task or Order", readonly=True, copy=False, index="btree_not_null")

    def write(self, vals):
        moved = {"start", "stop", "start_date", "stop_date", "allday", "user_id"} & vals.keys()
        removed = "active" in vals and not vals["active"]
        if not (moved or removed) or self.env.su and self.env.context.get(SYNCING):
            return super().write(vals)
        sources = self._get_crm_sources()
        ours = self.browse([entry.id for entry in sources])
        for record in sources.values():
            # who may not move the task or order does not move its entry
            record.check_access("write")
        result = super(CalendarEvent, self - ours).write(dict(vals)) if self - ours else True
        if ours:
            # its performer is no guest: nobody is mailed that it moved
            super(CalendarEvent, ours.with_context(no_mail_to_attendees=True)).write(dict(vals))
        for entry, record in sources.items():
            if moved:
                record._move_from_calendar(entry)
            if removed:
                record._leave_calendar()
        return result

    def unlink(self):
        if self.env.su and self.env.context.get(SYNCING):
            return super().unlink()
        records = list(self._get_crm_sources().values())
        for record in records:
            record.check_access("write")
        result = super().unlink()
        for record in records:
            record._leave_calendar()
        return result

    @api.model
    def _get_crm_calendar_models(self):
        """Names of the models that have entries: those with ``crm.calendar.mixin``."""
        registry = self.env.registry
        return [name for name in registry.descendants(["crm.calendar.mixin"], "_inherit")
                if not registry[name]._abstract]

    def _get_crm_sources(self):
        """The tasks and orders whose entries these are, with the rights of who asks.

        sudo: an entry is found for everybody, also where its task or order is out of sight.

        :return: {entry: record}
        """
        return {
            record.calendar_event_id.with_env(self.env): record.with_env(self.env)
            for model in self._get_crm_calendar_models()
            for record in self.env[model].sudo().search([("calendar_event_id", "in", self.ids)])}
