from odoo import api, models
from odoo.exceptions import UserError

from ..common.locks import lock_rows
from ..common.state_mixin import MANAGERS

OPERATORS = "crm_enova_like.group_user"


class CrmServiceOrder(models.Model):
    """What stays of a closed order: all but notes, tags and what hangs on it."""

    _name = "crm.service.order"
    _inherit = ["crm.service.order", "crm.closed.mixin"]

    @api.model
    def _get_free_fields(self):
        # the state goes through the door, and signatures have a rule of their own
        return super()._get_free_fields() | {
            "note", "description", "tag_ids", "color", "active", "stage_id", "state",
            "customer_signature", "customer_signed_by", "technician_signature"}

    @api.model
    def _offers_archiving(self):
        return super()._offers_archiving() and self.env.user.has_group(OPERATORS)

    @api.model
    def _get_decision_fields(self):
        """Names of the fields that say why an order was closed: written with the stage that closes it. Set of str."""
        return {"cancel_reason"}

    def _get_closed_name(self):
        return self._get_state_record_name()

    def _get_lasting_fields(self, names):
        # what became of it may hang on its type, as soon as somebody works on it
        lasting = super()._get_lasting_fields(names)
        if "type_id" in names and not self.env.user.has_group(MANAGERS):
            for order in self.filtered(lambda order: order.is_open and order.state != "new"):
                lasting.setdefault(order, {})["type_id"] = self.env._(
                    "Order %(order)s is accepted, and its type stays. A service manager changes it.", order=order.name)
        return lasting

    def _hold_for_lines(self):
        """Of two who change lines of an order, or a line and its stage, at the same moment, the second one begins anew
        and sees what the first one did: a line is no part of an order that was closed without it. Orders made in this
        transaction nobody else knows."""
        now = self.env.cr.now()
        lock_rows(self.filtered(lambda order: order.create_date != now))

    def _check_changes(self, vals):
        """What of orders may not change any more, and what is written only when they are closed.

        :param vals: what is to be written, the stage and the state included
        :raises UserError: names the order
        """
        if self.env.su:
            return
        target = self._get_target_state(vals)
        is_open = target in self._get_open_states() if target else None
        for order in self:
            moves = bool(target) and (is_open != order.is_open or target != order.state)
            for name in self._get_decision_fields() & vals.keys():
                if not (moves and not is_open) and order._is_changed(name, vals[name]):
                    order.check_access("write")
                    raise UserError(self.env._(
                        "Order %(order)s: “%(field)s” is written when the order is closed, and stays.",
                        order=order.name, field=self._fields[name]._description_string(self.env)))
        # what is reopened by this very write may change with it
        staying = self if not is_open else self.filtered("is_open")
        free = set(self._get_decision_fields())
        if target and self.env.user.has_group(OPERATORS):
            # together with a stage that the new type has
            free.add("type_id")
        staying.filtered("is_open")._check_closed(vals, free=free)
        staying.filtered(lambda order: not order.is_open)._check_closed(vals, free=self._get_decision_fields())

    @api.model
    def _check_decisions(self, vals_list):
        """Refuse orders that are about to be made open, with why they were closed.

        :raises UserError: names the field
        """
        for vals in vals_list if not self.env.su else ():
            for name in self._get_decision_fields():
                if vals.get(name):
                    raise UserError(self.env._(
                        "Order %(order)s: “%(field)s” is written when the order is closed, and stays.",
                        order=vals.get("name") or self.env._("New"),
                        field=self._fields[name]._description_string(self.env)))

    def _get_target_state(self, vals):
        """The state that orders get by values, False where they keep theirs."""
        if vals.get("stage_id"):
            return self.stage_id.browse(vals["stage_id"]).state
        return vals.get("state") or False


class CrmServiceOrderDevice(models.Model):
    """What stays of a device in a closed order, and of one that has its outcome."""

    _name = "crm.service.order.device"
    _inherit = ["crm.service.order.device", "crm.closed.mixin"]

    @api.model
    def _get_free_fields(self):
        # where it lies and who collects it is noted until it is handed back; the door sees to its state
        return super()._get_free_fields() | {
            "sequence", "shelf", "released_to", "release_note", "access_code", "state", "order_id"}

    @api.model
    def _get_outcome_fields(self):
        """Names of the fields on which an outcome rests: they stay with it. Set of str."""
        return {"device_id", "basis", "rework_of_id"}

    def _is_to_stay(self):
        return not self.order_id.is_open

    def _get_closed_name(self):
        return self._get_state_record_name()

    def _get_lasting_fields(self, names):
        lasting = super()._get_lasting_fields(names)
        for row in self if names & self._get_outcome_fields() else ():
            if row._is_finished() and row.order_id.is_open:
                lasting.setdefault(row, {}).update(dict.fromkeys(self._get_outcome_fields(), self.env._(
                    "%(record)s has its outcome, and device and basis stay with it. Reopen the device first.",
                    record=row._get_state_record_name())))
        return lasting


class CrmServiceOrderLine(models.Model):
    """A line of a closed order stays as it was billed."""

    _name = "crm.service.order.line"
    _inherit = ["crm.service.order.line", "crm.closed.mixin"]

    @api.model
    def _get_free_fields(self):
        # whether it may move is asked of both orders
        return super()._get_free_fields() | {"order_id"}

    def _is_to_stay(self):
        return not self.order_id.is_open

    def _get_closed_name(self):
        return self.order_id._get_state_record_name()
