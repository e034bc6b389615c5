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
