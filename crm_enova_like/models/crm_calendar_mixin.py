from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import clean_context

from .crm_task import OPEN_TASK_STATES
from .service_stage import OPEN_STATES

# set while an entry and its task move each other, so that neither answers the other
SYNCING = "crm_calendar_syncing"
DAY = (time(8), time(18))    # what core's all-day entries span
QUIET = {
    "no_mail_to_attendees": True, "skip_attendee_notification": True, "calendar_no_videocall": True,
    "skip_contact_description": True, "mail_create_nolog": True, "mail_create_nosubscribe": True,
    "tracking_disable": True, SYNCING: True}


class CrmCalendarMixin(models.AbstractModel):
    """A task or order in its performer's Odoo calendar, one entry each, moved,
    reassigned and archived with it. Nobody is invited or mailed."""

    _name = "crm.calendar.mixin"
    _description = "Shown in the Calendar"

    calendar_event_id = fields.Many2one(
        "calendar.event", string="Calendar Entry", copy=False, readonly=True, index="btree_not_null",
        ondelete="set null")

    def _get_calendar_fields(self):
        """Fields whose change moves the entry."""
        return {"active", "name", "state", "stage_id", "user_id", "partner_id", "planned_start", "planned_stop"}

    def _is_on_calendar(self):
        """Whether one record belongs into its performer's calendar now."""
        self.ensure_one()
        return bool(self.active and self.user_id and self.planned_start)

    def _get_calendar_vals(self):
        """Values of the entry of one record that belongs into the calendar."""
        self.ensure_one()
        return {
            "name": " – ".join(filter(None, [self.name, self.partner_id.name])),
            "start": self.planned_start, "stop": self.planned_stop or self.planned_start, "allday": False,
            "user_id": self.user_id.id, "active": True,
        }

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._sync_calendar()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._get_calendar_fields() & vals.keys() and not self.env.context.get(SYNCING):
            self._sync_calendar()
        return result

    def unlink(self):
        entries = self._get_calendar_entries()
        result = super().unlink()
        entries.unlink()
        return result

    def _postpone(self, days):
        """Move tasks or orders by days: the plan, and the deadline with it.

        One without any date gets its deadline that many days from today.
        """
        today, shift = fields.Date.context_today(self), timedelta(days=days)
        for record in self:
            vals = {
                name: record[name] + shift for name in ("planned_start", "planned_stop")
                if record.planned_start and record[name]}
            if record.date_deadline or not vals:
                vals["date_deadline"] = max(record.date_deadline or today, today) + shift
            record.write(vals)

    def _get_calendar_entries(self):
        """The entries, archived ones too. The entry is ours: whoever may move
        the task or order moves it, in a colleague's calendar as well."""
        return self.sudo().calendar_event_id.with_context(self._get_quiet_context())

    @api.model
    def _get_quiet_context(self):
        """Nothing of the caller's defaults, and no mail; archived entries are found."""
        return {**clean_context(self.env.context), **QUIET, "active_test": False, "allowed_company_ids": []}

    def _sync_calendar(self):
        """Make the calendar entries say what the records say; only what differs is written."""
        wanted = self.filtered(lambda record: record._is_on_calendar())
        gone = (self - wanted)._get_calendar_entries().filtered("active")
        if gone:
            gone.write({"active": False})
        new = wanted.filtered(lambda record: not record.sudo().calendar_event_id)
        for record in wanted - new:
            record._move_calendar_entry()
        if not new:
            return True
        Entry = self.env["calendar.event"].sudo().with_context(self._get_quiet_context())
        model_id = self.env["ir.model"]._get_id(self._name)
        entries = Entry.create([{
            **vals, "partner_ids": [fields.Command.set(record.user_id.partner_id.ids)],
            # with its commands given, core makes no activity beside the entry
            "activity_ids": [fields.Command.clear()], "res_model_id": model_id, "res_id": record.id,
        } for record in new for vals in [record._get_calendar_vals()]])
        for record, entry in zip(new, entries, strict=True):
            record.sudo().with_context(**{SYNCING: True}).calendar_event_id = entry
        return True

    def _move_calendar_entry(self):
        self.ensure_one()
        entry, vals = self._get_calendar_entries(), self._get_calendar_vals()
        changes = {
            name: value for name, value in vals.items()
            if (entry[name].id if entry._fields[name].relational else entry[name]) != value}
        if "user_id" in changes:
            changes["partner_ids"] = [fields.Command.set(self.user_id.partner_id.ids)]
        if {"start", "stop", "allday"} & changes.keys():
            changes.update({name: vals[name] for name in ("start", "stop", "allday")})
        if changes:
            entry.write(changes)

    def _move_from_calendar(self, entry):
        """An entry was dragged: the record moves with it, by the right of who dragged it."""
        self.ensure_one()
        record = self.with_context(**{SYNCING: True})
        if entry.allday and self.planned_start:
            # a visit keeps its hour when it is dropped on a day
            shift = entry.start_date - self.planned_start.date()
            record.write({
                "planned_start": self.planned_start + shift,
                "planned_stop": self.planned_stop and self.planned_stop + shift})
        else:
            record.write({"planned_start": entry.start, "planned_stop": entry.stop})
        if entry.user_id and entry.user_id != self.user_id:
            record.write({"user_id": entry.user_id.id})
            self._get_calendar_entries().partner_ids = entry.user_id.partner_id
        return self._move_calendar_entry()


class CrmTask(models.Model):
    _name = "crm.task"
    _inherit = ["crm.task", "crm.calendar.mixin"]

    def _get_calendar_fields(self):
        return super()._get_calendar_fields() | {"date_deadline", "alarm_ids"}

    def _is_on_calendar(self):
        return self.state in OPEN_TASK_STATES and bool(
            self.active and self.user_id and (self.planned_start or self.date_deadline))

    def _get_calendar_vals(self):
        vals = super()._get_calendar_vals()
        if not self.planned_start:
            # with a deadline alone, it is an entry of that whole day
            start, stop = (datetime.combine(self.date_deadline, hour) for hour in DAY)
            vals.update(start=start, stop=stop, allday=True)
        return vals

    def _move_from_calendar(self, entry):
        if entry.allday:
            # dropped on a day, a task is due on it
            self.with_context(**{SYNCING: True}).write({
                "date_deadline": entry.start_date, "planned_start": False, "planned_stop": False})
            return self._move_calendar_entry()
        return super()._move_from_calendar(entry)

    def _sync_calendar(self):
        result = super()._sync_calendar()
        for task in self.filtered(lambda task: task.alarm_ids or task.sudo().calendar_event_id.alarm_ids):
            entry = task._get_calendar_entries()
            if entry and entry.alarm_ids != task.alarm_ids:
                entry.alarm_ids = task.alarm_ids
        return result


class CrmServiceOrder(models.Model):
    _name = "crm.service.order"
    _inherit = ["crm.service.order", "crm.calendar.mixin"]

    def _is_on_calendar(self):
        return self.state in OPEN_STATES and super()._is_on_calendar()


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def write(self, vals):
        moved = {"start", "stop", "start_date", "stop_date", "allday", "user_id"} & vals.keys()
        if not moved or self.env.context.get(SYNCING):
            return super().write(vals)
        sources = self._get_crm_sources()
        ours = self.browse([entry.id for entry in sources])
        for record in sources.values():
            # who may not move the task or order does not move its entry
            record.check_access("write")
        result = super(CalendarEvent, self - ours).write(dict(vals)) if self - ours else True
        if ours:
            # its performer is no guest: nobody is mailed that it moved
            super(CalendarEvent, ours.with_context(skip_attendee_notification=True)).write(dict(vals))
        for entry, record in sources.items():
            record._move_from_calendar(entry)
        return result

    def _get_crm_sources(self):
        """The tasks and orders whose entries these are: found for everybody,
        with the rights of who asks.

        :return: {entry: record}
        """
        return {
            record.calendar_event_id.with_env(self.env): record.with_env(self.env)
            for model in ("crm.task", "crm.service.order")
            for record in self.env[model].sudo().search([("calendar_event_id", "in", self.ids)])}
