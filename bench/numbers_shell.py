# Run by `odoo shell` from the checkout: one server of the benchmark of numbers, or what it needs.
from bench import numbers_work

numbers_work.run(env)  # noqa: F821
