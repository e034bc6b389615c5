# Run by `odoo shell` from the checkout: one step of the benchmark of work in this database.
from bench import work

work.run(env)  # noqa: F821
