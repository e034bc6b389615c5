from psycopg2 import IntegrityError
from psycopg2.errors import SerializationFailure

from odoo import models
from odoo.exceptions import ValidationError
from odoo.http import request

from .locks import Turn, waited_for
from .named_mixin import MODULE

TURNS = 50    # after so many, a request is left to Odoo, which sleeps between its tries


class IrHttp(models.AbstractModel):
    """Whoever waited for a colleague who took the same part, or wrote the same order, goes on at once.

    Odoo runs a request again after such a failure, too, but sleeps before: up to 2, 4, 8, 16 seconds, and shows the
    error after the fifth time. Here the other one has ended already, so there is nothing to sleep for; of several who
    waited, each has his turn.
    """

    _inherit = "ir.http"

    def session_info(self):
        """As core's; whoever chose no Home Action begins with the screen of their role, which nobody writes to them.

        It tells the time zones of the user's companies: whether a deadline is past, their days decide.
        """
        info = super().session_info()
        if not info.get("home_action_id") and request.session.uid:
            info["home_action_id"] = self.env.user._get_start_action().id
        if self.env.user._is_internal():
            # sudo: what time it is somewhere is no secret
            companies = self.env["res.company"].sudo().browse(self.env.user._get_company_ids())
            info["crm_zones"] = {company.id: company._service_tz().zone for company in companies}
        return info

    @classmethod
    def _dispatch(cls, endpoint):
        turn = Turn()
        try:
            answer = cls._dispatch_in_turn(endpoint, super()._dispatch, turn)
        except BaseException:
            turn.leave()
            raise
        if request:
            turn.leave_after(request.env.cr)
        return answer

    @classmethod
    def _dispatch_in_turn(cls, endpoint, dispatch, turn):
        for _turn in range(TURNS):
            try:
                return cls._dispatch_in_words(endpoint, dispatch)
            except SerializationFailure as error:
                wanted = waited_for(error)
                if not wanted:
                    raise
                cls._begin_anew()
                turn.wait(request.env.registry, wanted)
        return cls._dispatch_in_words(endpoint, dispatch)

    @classmethod
    def _dispatch_in_words(cls, endpoint, dispatch):
        """As core's; what the database refuses of our records is said in our sentence alone, and not after one about an
        operation that could not be completed."""
        try:
            answer = dispatch(endpoint)
            if not request.env.cr.closed:
                # as core does right after
                request.env.cr.flush()
            return answer
        except IntegrityError as error:
            model = next((
                request.env[name] for name, Model in request.env.registry.items()
                if Model._table == error.diag.table_name and Model._original_module == MODULE), None)
            if model is None:
                raise
            cls._begin_anew()
            raise ValidationError(request.env[model._name]._sql_error_to_message(error)) from error

    @classmethod
    def _begin_anew(cls):
        """Roll the request back, as Odoo does before it runs one again."""
        request.env.cr.rollback()
        request.env.transaction.reset()
        request.env.registry.reset_changes()
        request.session = request._get_session_and_dbname()[0]
        for file in request.httprequest.files.values():
            file.seek(0)
