# Run by `odoo shell` from the checkout: one step of the benchmark in this database.
from bench import steps

steps.run(env)  # noqa: F821
