from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import clean_context

from ..common.clock import at_hour

# set while an entry and its task move each other, so that neither answers the other
SYNCING = "crm_calendar_syncing"

# set while records are made whose state is not written yet: whoever sets it calls _sync_calendar afterwards
CALENDAR_LATER = "crm_calendar_later"

DAY = (time(8), time(18))    # what core's all-day entries span

HOUR = timedelta(hours=1)    # how long that takes of which nobody says more

NONE = fields.Command.set([])

# core mails no attendee, adds no contact's details to the description, makes no followers and no log
QUIET = {"no_mail_to_attendees": True, "skip_contact_description": True, "tracking_disable": True, SYNCING: True}


class CrmCalendarMixin(models.AbstractModel):
    """Work in its performer's Odoo calendar, one entry each, moved, reassigned and archived with it. Nobody is
    invited or mailed.

    The model has ``crm.assignment.mixin`` too, and ``name`` and ``active``.
    """

    _name = "crm.calendar.mixin"
    _description = "Shown in the Calendar"

    calendar_event_id = fields.Many2one(
        "calendar.event", string="Calendar Entry", copy=False, readonly=True, index="btree_not_null",
        ondelete="set null")

    @api.model
    def _get_calendar_fields(self):
        """Fields whose change moves the entry."""
        return {"active", "name", "state", "user_id", "partner_id", "planned_start", "planned_stop", "date_deadline",
                "company_id"}

    def _is_on_calendar(self):
        """Whether one record belongs into its performer's calendar now."""
        self.ensure_one()
        return bool(
            self.active and self.is_open and self.user_id and (self.planned_start or self.date_deadline)
            and self.user_id._is_here())

    def _get_calendar_vals(self):
        """Values of the entry of one record that belongs into the calendar."""
        self.ensure_one()
        start, stop = self.planned_start, self.planned_stop or self.planned_start
        if not start:
            # with a deadline alone, it is an entry of that whole day
            start, stop = (datetime.combine(self.date_deadline, hour) for hour in DAY)
        return {
            "name": " – ".join(filter(None, [self.name, self.partner_id.name])),
            "start": start, "stop": stop, "allday": not self.planned_start,
            "user_id": self.user_id.id, "crm_company_id": self.company_id.id, "active": True,
        }

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_calendar_entry(vals)
        # given as none, it is not taken from a default of the context either
        records = super().create([{"calendar_event_id": False, **vals} for vals in vals_list])
        if not self.env.context.get(CALENDAR_LATER):
            records._sync_calendar()
        return records

    def write(self, vals):
        self._check_calendar_entry(vals)
        result = super().write(vals)
        if self._get_calendar_fields() & vals.keys() and not self.env.context.get(SYNCING):
            self._sync_calendar()
        return result

    @api.model
    def _check_calendar_entry(self, vals):
        """Whoever could choose the entry would move somebody's private appointment by it.

        :raises UserError: it is chosen
        """
        if vals.get("calendar_event_id") and not self.env.su:
            raise UserError(self.env._("Which entry of the calendar belongs to a task or an order is not chosen."))

    def unlink(self):
        entries = self._get_calendar_entries()
        result = super().unlink()
        entries.unlink()
        return result

    # THE ENTRIES

    @api.model
    def _get_quiet_calendar(self):
        """Core's calendar, for entries of ours: archived ones are found, nothing of the caller's defaults counts, and
        nobody is mailed.

        sudo: the entry is ours, and whoever may move the task or order moves it, in a colleague's calendar as well.
        """
        quiet = {**clean_context(self.env.context), **QUIET, "active_test": False}
        return self.env["calendar.event"].sudo().with_context(quiet)    # pylint: disable=context-overridden  # defaults are taken out

    def _get_calendar_entries(self):
        """The entries, archived ones too."""
        return self.sudo().calendar_event_id.with_env(self._get_quiet_calendar().env)

    def _sync_calendar(self):
        """Make the calendar entries say what the records say; only what differs is written, and what differs
        in the same way is written at once."""
        wanted = self.filtered(lambda record: record._is_on_calendar())
        gone = (self - wanted)._get_calendar_entries().filtered("active")
        if gone:
            gone.write({"active": False})
        new = wanted.sudo().filtered(lambda record: not record.calendar_event_id).with_env(self.env)
        same = {}
        for record in wanted - new:
            changes = record._get_calendar_changes()
            if changes:
                same.setdefault(repr(changes), (changes, []))[1].append(record.id)
        for changes, ids in same.values():
            self.browse(ids)._get_calendar_entries().write(changes)
        if not new:
            return True
        model_id, Calendar = self.env["ir.model"]._get_id(self._name), self._get_quiet_calendar()
        vals_list = [{
            **vals, "partner_ids": [fields.Command.set(record.user_id.partner_id.ids)],
            # with its commands given, core makes no activity beside the entry
            "activity_ids": [fields.Command.clear()], "res_model_id": model_id, "res_id": record.id,
            # as core computes them; given, they need no UPDATE after the INSERT
            "res_model": self._name, "duration": Calendar._get_duration(vals["start"], vals["stop"]),
        } for record in new for vals in [record._get_calendar_vals()]]
        if all(command == NONE for vals in vals_list for command in vals.get("alarm_ids", ())):
            # without reminders, core need not go through the entries once more for them
            Calendar = Calendar.with_context(dont_notify=True)
        entries = Calendar.create(vals_list)
        new._keep_entries(entries)
        return True

    def _keep_entries(self, entries):
        """Note the entry of each record, all in one UPDATE: none of them had one, and who writes the task or order
        has written it already.

        :param entries: calendar.event records, as many
        """
        # sudo: which entry it is follows from the plan, whose right was checked
        field, records = self._fields["calendar_event_id"], self.sudo()
        for record, entry in zip(records, entries, strict=True):
            field.write(record, entry.id)
        records.modified([field.name])

    def _get_calendar_changes(self):
        """What the entry of one record does not say yet."""
        self.ensure_one()
        entry, changes = self._get_calendar_entries(), {}
        vals = self._get_calendar_vals()
        for name, value in vals.items():
            if isinstance(value, list):
                have, want = entry[name].ids, [res_id for command in value for res_id in command[2]]
                differs = set(have) != set(want)
            else:
                differs = (entry[name].id if entry._fields[name].relational else entry[name]) != value
            if differs:
                changes[name] = value
        if "user_id" in changes:
            changes["partner_ids"] = entry._get_performer_commands(self.user_id)
        if {"start", "stop", "allday"} & changes.keys():
            changes.update({name: vals[name] for name in ("start", "stop", "allday")})
        return changes

    def _move_from_calendar(self, entry):
        """An entry was moved in Odoo's own calendar: the record moves with it, by the right of who moved it.

        :raises UserError: it is closed, and stays where it was
        """
        self.ensure_one()
        self._check_open()
        record = self.with_context(**{SYNCING: True})
        if not entry.allday:
            record._move({"planned_start": entry.start, "planned_stop": entry.stop})
        elif self.planned_start or entry.start_date != self.date_deadline:
            record._plan_on_day(entry.start_date)
        if entry.user_id and entry.user_id != self.user_id:
            before = self.user_id
            record.write({"user_id": entry.user_id.id})
            self._get_calendar_entries().partner_ids = entry._get_performer_commands(entry.user_id, before)
        return self._sync_calendar()

    def _plan_on_day(self, day):
        """Plan one record for a day: what is planned keeps its hour, what is not begins at eight at the company's
        place. A deadline is what somebody was told, and stays.

        :param day: date
        """
        self.ensure_one()
        if self.planned_start:
            start, stop = self._on_day(day)
        else:
            start, stop = at_hour(day, DAY[0], self.company_id._service_tz()), None
        self._plan_at(start, stop)

    def _plan_at(self, start, stop=None):
        """Plan one record.

        :param start: naive UTC datetime
        :param stop: the same; by default it keeps its length, or gets what it usually takes
        """
        self.ensure_one()
        length = self._get_planned_length() or self._get_usual_length() or HOUR
        self._move({"planned_start": start, "planned_stop": stop or start + length})

    def _leave_calendar(self):
        """Entries were deleted or archived by hand: the records are no longer planned, as far as they are open.

        A deadline is not agreed away like that: its whole-day entry comes back.
        """
        planned = self.filtered(lambda record: record.planned_start and record.is_open)
        if planned:
            planned.write({"planned_start": False, "planned_stop": False})
        (self - planned)._sync_calendar()
