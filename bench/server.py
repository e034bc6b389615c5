"""Odoo's server, as its own command starts it."""
from odoo.cli.command import main

if __name__ == "__main__":
    main()
