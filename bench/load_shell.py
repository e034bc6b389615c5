# Run by `odoo shell` from the checkout: makes what the benchmark of load needs.
from bench import load_work

load_work.run(env)  # noqa: F821
