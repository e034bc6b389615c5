"""What bin/bench abuse must find, put into a model of ours; run by `odoo shell`, see test_abuse.py."""
from odoo import api
from odoo.exceptions import UserError

from bench import abuse_work


def planted_error(self):
    return len(self.env.uid)


def planted_statement(self):
    self.env.cr.execute("SELECT id FROM crm_task WHERE id IN ()")


@api.model
def planted_leak(self):
    return self.sudo().search([]).mapped("name")


@api.model
def planted_message(self):
    raise UserError(", ".join(self.sudo().search([]).mapped("name")))


@api.model
def planted_change(self):
    self.sudo().search([]).write({"priority": "1"})


@api.model
def planted_commit(self):
    self.env.cr.commit()
    raise UserError(self.env._("Refused."))


@api.model
def planted_honest(self):
    return self.search_count([])


def run(env):
    model = type(env["crm.task"])
    ours = next(cls for cls in model.__mro__ if cls.__module__.endswith(".relations.task"))
    for method in (planted_error, planted_statement, planted_leak, planted_message, planted_change, planted_commit,
                   planted_honest):
        setattr(ours, method.__name__, method)
    abuse_work.run(env)
