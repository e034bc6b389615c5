from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.taken import EARLIEST, LATEST
from .calendar_mixin import HOUR


def read_moment(env, text):
    """The moment that a calendar's view names.

    :param text: date or UTC datetime, as the client writes them
    :raises UserError: it is none
    """
    try:
        moment = fields.Datetime.to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        moment = None
    if not moment or not EARLIEST <= moment.date() <= LATEST:
        raise UserError(env._("“%(text)s” is no date.", text=text))
    return moment


class CalendarEvent(models.Model):
    """An entry in our own calendars: it says whom and what it is about, opens its task or order, and moves that."""

    _inherit = "calendar.event"

    crm_tile = fields.Text(string="On the Calendar of Tasks and Orders", compute="_compute_crm_tile")

    @api.depends("crm_company_id", "name")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_crm_tile(self):
        tiles = {}
        # sudo: whether it is an entry of ours at all; what else it says is not taken into the cache by that
        ours = self.sudo().with_context(prefetch_fields=False).filtered("crm_company_id")
        for name in self._get_crm_calendar_models() if ours else ():
            Model = self.env[name].with_context(active_test=False)
            if Model.has_access("read"):
                for record in Model.search([("calendar_event_id", "in", ours.ids)]):
                    # sudo: which entry it is follows from a record that the user may read
                    tiles[record.sudo().calendar_event_id.id] = record.calendar_tile
        for entry in self:
            entry.crm_tile = tiles.get(entry.id, False)

    @api.readonly
    def action_open_entry(self):
        """Open what one entry stands for.

        :return: the action of its task or order; False for an appointment, which opens as one
        :raises UserError: the task or order is not for the user to read
        """
        self.ensure_one()
        record = self._get_crm_sources().get(self)
        if record is None:
            return False
        self._check_entry_sight(record)
        return record.get_formview_action()

    @api.model
    def _check_entry_sight(self, record):
        if not record.has_access("read"):
            raise UserError(self.env._("What a colleague does at this time is not for you to see."))

    def move_entry(self, start: str, stop: str = None, allday: bool = False):
        """Move one entry, and its task or order with it, by the right of who moves it.

        :param start: where it begins, UTC; a day where it is dropped on one
        :param stop: where it ends; by default its task or order keeps its length, or gets what it usually takes
        :param allday: whether it is dropped on a day, which plans its task or order for that day
        :raises UserError: the task or order is closed, or not for the user to read
        """
        self.ensure_one()
        record = self._get_crm_sources().get(self)
        if record is not None:
            self._check_entry_sight(record)
            return record._move_in_calendar(start, stop, allday)
        begin = read_moment(self.env, start)
        end = read_moment(self.env, stop) if stop else begin + (self.stop - self.start if not self.allday else HOUR)
        return self.write({"start": begin, "stop": end, "allday": allday})


class CrmCalendarMixin(models.AbstractModel):
    """Work that is moved in our own calendars."""

    _inherit = "crm.calendar.mixin"

    def _move_in_calendar(self, start, stop, allday):
        """Plan one record as its entry was moved, see ``calendar.event.move_entry``."""
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        begin = read_moment(self.env, start)
        if allday:
            self._plan_on_day(begin.date())
        else:
            self._plan_at(begin, read_moment(self.env, stop) if stop else None)
        return True


class CrmMyWork(models.Model):
    """Rows in a calendar."""

    _inherit = "crm.my.work"

    calendar_tile = fields.Text(string="On the Calendar", compute="_compute_calendar_tile")

    def _compute_calendar_tile(self):
        names = self._get_source_fields()
        for row in self:
            row.calendar_tile = row[names[row.kind]].calendar_tile

    @api.readonly
    def action_open_entry(self):
        """Open the task or order of one row."""
        return self.action_open()

    def move_entry(self, start: str, stop: str = None, allday: bool = False):
        """Plan the task or order of one row, see ``calendar.event.move_entry``.

        :raises UserError: it is closed meanwhile
        """
        return self._get_source()._move_in_calendar(start, stop, allday)


class ResUsersSettings(models.Model):
    """Whose entries a reader does not want to see: who joins the firm is seen until somebody chooses otherwise."""

    _inherit = "res.users.settings"

    # {name of the calendar's model: ids of users, False for what nobody has}
    crm_calendar_hidden = fields.Json(string="Hidden in the Calendars")
