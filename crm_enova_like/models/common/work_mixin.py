from markupsafe import Markup

from odoo import api, fields, models

WAITING = "crm_assignment_notices"    # what the transaction has to tell, by performer


class ResCompany(models.Model):
    _inherit = "res.company"

    assignment_notice = fields.Boolean(
        string="Notices of Assignment",
        help="Whoever is handed a task or an order by somebody else is told, in one message for all of them.")


class CrmAssignmentMixin(models.AbstractModel):
    """Work that has a performer. Nobody is mailed that it is theirs: it is in
    *My tasks*. A company may have one notice per performer and batch."""

    _name = "crm.assignment.mixin"
    _description = "Assigned Work"
    _inherit = ["mail.thread"]

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        # core would mail each assignment; the performer follows, and is not mailed that it is so
        return [
            (*entry[:2], False) for entry in
            super()._message_auto_subscribe_followers(updated_values, default_subtype_ids)]

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._notice_assignment()
        return records

    def write(self, vals):
        if "user_id" not in vals:
            return super().write(vals)
        changed = self.filtered(lambda record: record.user_id.id != vals["user_id"])
        result = super().write(vals)
        changed._notice_assignment()
        return result

    def _is_noticed(self):
        """Whether the performer of one record is told that it is theirs."""
        self.ensure_one()
        return bool(
            self.user_id and self.user_id != self.env.user and self.company_id.sudo().assignment_notice)

    def _notice_assignment(self):
        """Tell the performers when the transaction ends, each of them once."""
        records = self.filtered(lambda record: record._is_noticed())
        if not records:
            return
        precommit = self.env.cr.precommit
        if WAITING not in precommit.data:
            precommit.data[WAITING] = {}
            precommit.add(self.env["crm.assignment.mixin"]._send_assignment_notices)
        for record in records:
            precommit.data[WAITING].setdefault(record.user_id.id, {})[record._name, record.id] = True

    @api.model
    def _send_assignment_notices(self):
        for user_id, keys in self.env.cr.precommit.data.pop(WAITING, {}).items():
            user = self.env["res.users"].sudo().browse(user_id)
            # what is handed on may be out of sight of who did it
            work = [self.env[model].sudo().browse(res_id).exists() for model, res_id in keys]
            # handed over and taken back within the transaction, it is nothing new
            work = [record for record in work if record.user_id == user]
            if work:
                self._send_assignment_notice(user, work)

    @api.model
    def _send_assignment_notice(self, user, work):
        """One message to a user about what became theirs.

        :param user: res.users record
        :param work: list of tasks and orders
        """
        env = self.with_context(lang=user.lang).env
        rows = Markup().join(
            Markup('<li><a href="/mail/view?model=%s&amp;res_id=%s">%s</a>%s</li>') % (
                record._name, record.id, record.display_name,
                "".join(f" – {part}" for part in (
                    record.partner_id.name,
                    record.date_deadline and fields.Date.to_string(record.date_deadline)) if part))
            for record in work)
        env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids, author_id=self.env.user.partner_id.id,
            subject=env._("Handed over to you: %(count)s", count=len(work)),
            body=Markup("<p>%s</p><ul>%s</ul>") % (
                env._("%(user)s handed over to you:", user=self.env.user.name), rows))
