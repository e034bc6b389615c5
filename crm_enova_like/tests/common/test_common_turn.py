from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged

from odoo.addons.http_routing.tests.common import MockRequest

from ...models.common.ir_http import TURNS, IrHttp
from .firm import ServiceCommon


@tagged("post_install", "-at_install")
class TestTurn(ServiceCommon):
    """Whoever waited for a colleague's lock runs again at once; any other failure is left to Odoo."""

    def _serve(self, failures, waited):
        """Serve a request that fails some times; returns the answer and how often it began anew."""
        left = [SerializationFailure("could not serialize access") for _index in range(failures)]
        for error in left:
            error.crm_has_waited = waited

        def endpoint(**_params):
            if left:
                raise left.pop()
            return "served"

        endpoint.routing = {}
        with MockRequest(self.env) as request, patch.object(IrHttp, "_begin_anew") as anew:
            request.params = {}
            try:
                return self.env["ir.http"]._dispatch(endpoint), anew.call_count
            except SerializationFailure:
                return "failed", anew.call_count

    def test_who_waited(self):
        self.assertEqual(self._serve(0, True), ("served", 0))
        self.assertEqual(self._serve(3, True), ("served", 3))

    def test_not_for_ever(self):
        self.assertEqual(self._serve(TURNS + 1, True), ("failed", TURNS))

    def test_other_failures(self):
        self.assertEqual(self._serve(1, False), ("failed", 0))
