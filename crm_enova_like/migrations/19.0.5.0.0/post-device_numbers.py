"""Whoever opens a card whose number is another card's too, in another spelling, finds a note of it."""
from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["crm.service.device"].with_context(active_test=False)._note_doubles()
