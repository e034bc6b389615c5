"""All that a command needs before it can run Odoo, and its end."""
import contextlib

from . import config, postgres, python_env, source


@contextlib.contextmanager
def odoo_environment():
    """Odoo's source, the Python environment, PostgreSQL and var/odoo.conf; gives source and environment."""
    odoo = source.get()
    python_env.get(odoo.path)
    try:
        server = postgres.acquire().environment()
        config.write(odoo, server)
        yield odoo, config.environment(server)
    finally:
        postgres.release()


def python_only():
    """The Python environment alone, for what needs neither Odoo nor PostgreSQL."""
    python_env.get()
