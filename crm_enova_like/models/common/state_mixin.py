from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date, format_datetime

from .facts_mixin import MANAGERS
from .formats import format_quantity


class CrmStateMixin(models.AbstractModel):
    """One door for a record's state: ``write()``.

    Buttons, a drag, an import and RPC write the same field, so whoever overrides ``write`` (an addon, an automation
    rule, an audit log) sees all of them alike. The model checks and adds what follows in its own ``write``; facts,
    which only follow from what was done, go through :meth:`_write_facts`.
    """

    _name = "crm.state.mixin"
    _description = "Has a State"
    _inherit = ["crm.facts.mixin"]

    is_open = fields.Boolean(
        compute="_compute_is_open", store=True, precompute=True,
        help="Whether something is still to be done about it.")

    # WHICH STATES ARE OPEN

    @api.model
    def _get_open_states(self):
        """The states in which a record is still to be worked on.

        An addon that adds a state extends this, and calls :meth:`_recompute_is_open` when it is installed.

        :return: tuple of values of ``state``
        """
        raise NotImplementedError

    @api.depends("state")
    def _compute_is_open(self):
        states = self._get_open_states()
        for record in self:
            record.is_open = record.state in states

    @api.model
    def _recompute_is_open(self):
        """Bring ``is_open`` of all records up to date with :meth:`_get_open_states`, by SQL.

        For the post-init and uninstall hooks of an addon that changes which states are open.
        """
        self.flush_model(["state", "is_open"])
        changed = self.env.execute_query(SQL(
            """UPDATE %(table)s SET is_open = state IN %(states)s WHERE is_open IS DISTINCT FROM (state IN %(states)s)
               RETURNING id""",
            table=SQL.identifier(self._table), states=self._get_open_states()))
        self.invalidate_model(["is_open"])
        # what is stored of it elsewhere follows, as after any write
        self.browse(record_id for [record_id] in changed).modified(["is_open"])

    # CREATION GOES THROUGH THE DOOR TOO

    @api.model
    def _without_default_state(self):
        """The model without a ``default_state`` in the context, and without defaults of facts: an action's default is a
        wish for its list, and no record is closed by it."""
        facts = self._get_fact_fields() - self._get_initial_facts()
        dropped = {"default_state", *(f"default_{name}" for name in facts)}
        kept = {key: value for key, value in self.env.context.items() if key not in dropped}
        return self.with_context(kept)    # pylint: disable=context-overridden  # a key is taken out

    @api.model
    def _split_late_values(self, vals_list, initial):
        """Take out of values for ``create`` what goes through the door afterwards: the state, and facts of a record
        that is closed by these very values.

        :param initial: the state in which every record begins
        :return: (values for super().create, {index: (state, facts)})
        :raises UserError: facts that the user may not give
        """
        default, plain, late = self.env.context.get("default_state"), [], {}
        for index, vals in enumerate(vals_list):
            vals = dict(vals)
            state = vals.pop("state", None)
            if state in (initial, default, False):
                state = None
            facts = self._take_facts(vals, bool(state) and state not in self._get_open_states())
            if state or facts:
                late[index] = (state, facts)
            plain.append(vals)
        return plain, late

    @api.model
    def _take_facts(self, vals, is_closed):
        """Take facts out of the values of a record that is about to be made.

        :param vals: changed in place
        :param is_closed: whether these values close it
        :return: the facts, to be written after the door
        :raises UserError: there are facts, and the user is no manager who creates what is closed already
        """
        facts = self._get_fact_fields()
        self._check_new_facts({name: value for name, value in vals.items() if name not in facts})
        names = (facts - self._get_initial_facts()) & vals.keys()
        if not names or (self.env.su and not is_closed):
            return {}
        if not (is_closed and (self.env.su or self.env.user.has_group(MANAGERS))):
            self._check_new_facts({name: vals[name] for name in names})
        return {name: vals.pop(name) for name in names}

    def _write_late_values(self, late):
        """Write states and facts taken out by :meth:`_split_late_values`, those that are alike at once.

        :param self: the records just made, in the order of their values
        """
        states = {}
        for index, (state, _facts) in late.items():
            if state:
                states.setdefault(state, []).append(self[index].id)
        for state, ids in states.items():
            self.browse(ids).write({"state": state})
        self._write_late_facts(late)

    def _write_late_facts(self, late):
        """Write facts taken out of values for ``create``, those that are alike at once.

        :param self: the records just made, in the order of their values
        :param late: {index: (what closed the record, its facts)}
        """
        alike = {}
        for index, (_closing, facts) in late.items():
            if facts:
                alike.setdefault(repr(sorted(facts.items())), (facts, []))[1].append(self[index].id)
        for facts, ids in alike.values():
            self.browse(ids)._write_facts(facts)

    # CHECKS

    def _get_state_names(self):
        """The names of the states in the reader's language: {value: name}."""
        return dict(self._fields["state"]._description_selection(self.env))

    def _get_state_record_name(self):
        """How one record is named in a sentence about its state, with the word for its kind: “Order ZSR/2026/00001”."""
        self.ensure_one()
        # sudo: the name of a kind is no secret
        return f"{self.env['ir.model'].sudo()._get(self._name).name} {self.display_name}"

    def _check_state(self, *states):
        """Refuse an action that a record's state does not offer.

        :param self: any number of records
        :param states: values of ``state``
        :raises UserError: names the record, its state, and the states in which the action is possible
        """
        names = self._get_state_names()
        for record in self:
            if record.state not in states:
                raise UserError(self.env._(
                    "%(record)s is “%(state)s”: this is possible only when it is %(states)s.",
                    record=record._get_state_record_name(), state=names[record.state],
                    states=", ".join(self.env._("“%(state)s”", state=names[state]) for state in states)))

    def _check_open(self):
        """Refuse to change what is closed.

        :raises UserError: names the first record that is closed
        """
        for record in self:
            if not record.is_open:
                raise UserError(self.env._(
                    "%(record)s is closed; reopen it first.", record=record._get_state_record_name()))

    # FACTS

    def correct_facts(self, vals: dict, reason: str):
        """Correct facts that were recorded wrongly; managers only, with a note of the old and the new value.

        :param self: any number of records with a chatter, or rows of one
        :param vals: values of fact fields, as for ``write``
        :param reason: why; goes into the note
        :raises AccessError: the user is no service manager
        :raises UserError: there is no reason, a field is no fact or a copy (:meth:`_get_copied_facts`), or a record
            could not be so (:meth:`_check_correction`)
        """
        self._check_may_correct()
        self.check_access("write")
        other = vals.keys() - self._get_fact_fields()
        if other:
            raise UserError(self.env._(
                "These fields are edited in the form: %(fields)s.", fields=", ".join(sorted(other))))
        copies = vals.keys() & self._get_copied_facts()
        if copies:
            raise UserError(self.env._(
                "These are copies of one day, and none of them is corrected alone: %(fields)s. Reopen the record and "
                "close it again, and all of them are made anew.", fields=", ".join(sorted(
                    self._fields[name]._description_string(self.env) for name in copies))))
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why the record is corrected."))
        self._check_correction(vals)
        before = {record: {name: record._format_fact(name) for name in vals} for record in self}
        self._write_facts(vals)
        self._note_changes(before, reason)
        return True

    def _note_changes(self, before, reason):
        """Note in the chatter which facts became what.

        :param before: {record: {name of a fact: what it was, formatted}}
        """
        for record in self:
            rows = [
                self.env._("%(field)s: %(old)s → %(new)s", field=record._fields[name]._description_string(self.env),
                           old=old, new=record._format_fact(name))
                for name, old in before.get(record, {}).items() if old != record._format_fact(name)]
            if rows:
                record._note_correction(rows, reason)

    def _format_managed_facts(self, vals):
        """What the facts that a manager writes outright are before he does; see :meth:`_note_changes`."""
        names = set() if self.env.su else self._get_managed_facts() & vals.keys()
        return {record: {name: record._format_fact(name) for name in names} for record in self} if names else {}

    def _check_may_correct(self):
        """Refuse to correct facts to who is no service manager.

        :raises AccessError: the user is none
        """
        if not (self.env.su or self.env.user.has_group(MANAGERS)):
            raise AccessError(self.env._("Only a service manager corrects what was recorded."))

    def _format_fact(self, name):
        """The value of one fact of one record as a reader sees it."""
        self.ensure_one()
        field, value = self._fields[name], self[name]
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if not value and field.type != "float":
            return "–"
        if field.relational:
            return ", ".join(value.mapped("display_name"))
        if field.type == "selection":
            return dict(field._description_selection(self.env))[value]
        if field.type == "datetime":
            # at the company's place: the note is for whoever reads it
            return format_datetime(self.env, value, tz=self.company_id._service_tz().zone)
        if field.type == "date":
            return format_date(self.env, value)
        return format_quantity(self.env, value) if field.type == "float" else str(value)

    def _note_correction(self, rows, reason):
        """Put a correction into the chatter of one record.

        :param rows: list of sentences, one a field
        """
        self.ensure_one()
        self._message_log(body=self.env._(
            "Corrected (%(reason)s): %(changes)s", reason=reason, changes="; ".join(rows)))
