"""var/odoo.conf, and the environment of every child that runs Odoo."""
import ast
import os

from . import common, postgres
from .common import ADDON, ROOT, VAR, VENV

CONF = VAR / "odoo.conf"
DATA = VAR / "data"


def text(source, server):
    """Odoo's configuration for this source and this database server."""
    values = {
        "addons_path": ",".join(str(folder) for folder in [*source.addons, ROOT]),
        "data_dir": DATA,
        "db_host": server["PGHOST"],
        "db_port": server["PGPORT"],
        "db_user": server["PGUSER"],
        "http_interface": "127.0.0.1",
        "http_port": 8069,
        "limit_time_cpu": 1200,
        "limit_time_real": 1800,
        "limit_time_real_cron": 1800,
        "list_db": True,
        "max_cron_threads": 1,
        "with_demo": False,
    }
    if os.environ.get("PGPASSWORD"):
        values["db_password"] = os.environ["PGPASSWORD"]
    return "[options]\n" + "".join(f"{name} = {value}\n" for name, value in values.items())


def write(source, server):
    wanted = text(source, server)
    DATA.mkdir(parents=True, exist_ok=True)
    if CONF.exists() and CONF.read_text() == wanted:
        return
    fresh = CONF.with_suffix(f".{os.getpid()}")
    fresh.touch(0o600)
    fresh.write_text(wanted)
    fresh.replace(CONF)


def environment(server):
    """What Odoo, pytest and the tests see."""
    path = [str(VENV / "bin"), str(postgres.wheel() / "bin"), os.environ.get("PATH", "/usr/bin:/bin")]
    dropped = ("PYTHONPATH", "PYTHONHOME", "OPENERP_SERVER", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, **server, "PATH": os.pathsep.join(path), "ODOO_RC": str(CONF), "PYTHONUNBUFFERED": "1"}


def manifest():
    """The addon's manifest, as it is on disk."""
    path = ROOT / ADDON / "__manifest__.py"
    if not path.is_file():
        raise common.Fail(f"{path} is missing: this checkout is not complete.")
    return ast.literal_eval(path.read_text())
