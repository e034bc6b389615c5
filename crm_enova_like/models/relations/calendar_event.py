from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .calendar_mixin import SYNCING


class CalendarEvent(models.Model):
    """An entry that belongs to a task or an order: whoever moves it moves that."""

    _inherit = "calendar.event"

    # core's entries know no company, and are everybody's
    crm_company_id = fields.Many2one(
        "res.company", string="Company of the Task or Order", readonly=True, copy=False, index="btree_not_null")

    def write(self, vals):
        """Whoever moves an entry of ours moves its task or order.

        :raises AccessError: the task or order is not theirs to move
        :raises UserError: an entry is made recurrent, or what it belongs to is closed
        """
        moved = {"start", "stop", "start_date", "stop_date", "allday", "user_id"} & vals.keys()
        shown, repeated = "active" in vals, vals.get("recurrency")
        if not (moved or shown or repeated) or self.env.su and self.env.context.get(SYNCING):
            return super().write(vals)
        sources = self._get_crm_sources()
        ours = self.browse([entry.id for entry in sources])
        for record in sources.values():
            # who may not move the task or order does not move its entry
            record.check_access("write")
        if repeated and sources:
            raise UserError(self.env._(
                "%(record)s has one entry in the calendar, which cannot be repeated. A task repeats by its own page "
                "“Recurrence”; plan further visits of an order as tasks.",
                record=next(iter(sources.values()))._get_state_record_name()))
        result = super(CalendarEvent, self - ours).write(dict(vals)) if self - ours else True
        if ours:
            # its performer is no guest: nobody is mailed that it moved
            super(CalendarEvent, ours.with_context(no_mail_to_attendees=True)).write(dict(vals))
        for entry, record in sources.items():
            if moved:
                record._move_from_calendar(entry)
            if shown and vals["active"]:
                # that of what is closed, or nobody's, is none to be shown
                record._sync_calendar()
            elif shown:
                record._leave_calendar()
        return result

    def _get_performer_commands(self, user, before=None):
        """Commands for the attendees of one entry whose performer changes: its guests stay.

        :param user: who is its performer now
        :param before: who was it, the entry's own user by default
        """
        self.ensure_one()
        former = (before or self.user_id).partner_id - user.partner_id
        return [*map(Command.unlink, former.ids), *map(Command.link, user.partner_id.ids)]

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
            for record in self.env[model].sudo().with_context(active_test=False).search(
                [("calendar_event_id", "in", self.ids)])}
