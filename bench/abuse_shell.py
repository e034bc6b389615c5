# Run by `odoo shell` from the checkout: hostile calls in this database, none of which is kept.
from bench import abuse_work

abuse_work.run(env)  # noqa: F821
