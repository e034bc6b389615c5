from psycopg2.errors import SerializationFailure

from odoo import models
from odoo.http import request

from .locks import has_waited

TURNS = 50    # after so many, a request is left to Odoo, which sleeps between its tries


class IrHttp(models.AbstractModel):
    """Whoever waited for a colleague who took the same part, or wrote the same order, goes on at once.

    Odoo runs a request again after such a failure, too, but sleeps before: up to 2, 4, 8, 16 seconds, and shows the
    error after the fifth time. Here the other one has ended already, so there is nothing to sleep for.
    """

    _inherit = "ir.http"

    @classmethod
    def _dispatch(cls, endpoint):
        for _turn in range(TURNS):
            try:
                return super()._dispatch(endpoint)
            except SerializationFailure as error:
                if not has_waited(error):
                    raise
                cls._begin_anew()
        return super()._dispatch(endpoint)

    @classmethod
    def _begin_anew(cls):
        """Roll the request back, as Odoo does before it runs one again."""
        request.env.cr.rollback()
        request.env.transaction.reset()
        request.env.registry.reset_changes()
        request.session = request._get_session_and_dbname()[0]
        for file in request.httprequest.files.values():
            file.seek(0)
