# Run by `odoo shell` from the checkout: a step of the benchmark of pages.
from bench import pages_work

pages_work.run(env)  # noqa: F821
