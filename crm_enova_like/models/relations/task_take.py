from psycopg2.errors import SerializationFailure

from odoo import models
from odoo.exceptions import UserError

from ..common.locks import lock_rows


class CrmTask(models.Model):
    """Whoever takes a task that was nobody's and comes second is told who has it."""

    _inherit = "crm.task"

    def _check_takeable(self):
        """What was nobody's on the screen and is somebody's by now is not taken away again.

        sudo: a colleague's task is out of sight of a technician, but who has it may be told to whom it was offered;
        what it is about is on the screen of whom that was.
        """
        others = self.sudo().filtered(
            lambda task: task.user_id and task.user_id != self.env.user and task.company_id in self.env.companies)
        hidden = others - others.with_env(self.env)._filtered_access("write").sudo()
        if hidden:
            raise UserError(self.env._("This task was taken by %(user)s already.", user=hidden[0].user_id.name))
        free = self.sudo().filtered(lambda task: not task.user_id)
        try:
            lock_rows(free)
        except SerializationFailure:
            # somebody was faster: what they wrote is seen by another connection, and not by this request's snapshot
            with self.env.registry.cursor() as cr:
                for task in free.with_env(self.env(cr=cr, su=True)).exists():
                    if task.user_id and task.user_id.id != self.env.uid:
                        task.with_context(lang=self.env.lang)._tell_taken(task.user_id.name)
            raise
        return super()._check_takeable()

    def _tell_taken(self, name):
        """Refuse to take one task.

        :param name: who has it
        :raises UserError: always
        """
        self.ensure_one()
        raise UserError(self.env._("Task %(task)s was taken by %(user)s already.", task=self.name, user=name))
