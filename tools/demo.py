"""bin/demo: a database with the demo firm, served on http://localhost:8069."""
import contextlib
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import common, config, databases, postgres, prepare, system
from .common import ADDON, LOGS, PYTHON, Fail, Stopped, say

USAGE = """usage: bin/demo [--fresh]

Sets everything up and serves the demo on http://localhost:8069.
  --fresh   drop the demo database and make it anew
  PORT      another port, DEMO_DB another database (environment variables)"""

LOGINS = (
    ("kierownik", "service manager"),
    ("recepcja", "receptionist"),
    ("serwisant", "technician"),
    ("magazyn", "warehouse keeper"),
    ("podglad", "reader: sees all, changes nothing"),
    ("admin", "administrator"),
)


def mark():
    """A comment on the databases that this checkout made; no other is ever dropped."""
    return f"{ADDON} demo of {common.ROOT}"


def is_ours(database):
    sql = ("SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database "
           f"WHERE datname = {databases.literal(database)}")
    return postgres.query(sql) == [mark()]


def numbers(version):
    return [int(part) for part in re.findall(r"\d+", version or "0")]


def installed_version(database):
    sql = f"SELECT latest_version FROM ir_module_module WHERE name = '{ADDON}' AND state = 'installed'"
    found = postgres.query(sql, database)
    return found[0] if found else None


def make(database, source, environment):
    fresh = f"{database}_new"
    databases.drop(fresh)
    base = databases.base(source, environment)
    try:
        with databases.timed("Copying the base database"):
            databases.clone(base, fresh)
        with databases.timed(f"Installing {ADDON}"):
            databases.odoo("demo-install", "-d", fresh, "-i", f"{ADDON},l10n_pl", "--stop-after-init", "--no-http",
                           environment=environment)
        with databases.timed("Loading the demo firm"), open(Path(__file__).with_name("load_demo.py")) as script:
            databases.odoo("demo-load", "shell", "-d", fresh, "--no-http", environment=environment, stdin=script)
        postgres.query(f"COMMENT ON DATABASE {databases.name(fresh)} IS {databases.literal(mark())}")
        databases.rename(fresh, database)
    except BaseException:
        databases.drop(fresh)
        raise


def bring_up_to_date(database, source, environment, *, anew):
    if databases.exists(database):
        if not is_ours(database):
            raise Fail(f"The database {database} on this server was not made by this checkout: "
                       f"choose another name, as in DEMO_DB={database}2 bin/demo.")
        if anew:
            say(f"Dropping the database {database}")
            databases.drop(database)
    if not databases.exists(database):
        make(database, source, environment)
        return
    here, there = config.manifest()["version"], installed_version(database)
    if numbers(there) < numbers(here):
        with databases.timed(f"Updating {ADDON} from {there} to {here}"):
            databases.odoo("demo-update", "-d", database, "-u", ADDON, "--stop-after-init", "--no-http",
                           environment=environment)


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/web/login", timeout=60) as page:
            return page.status == 200
    except (OSError, urllib.error.URLError):
        return False


def serve(database, port, environment):
    say("Starting Odoo")
    log = LOGS / "demo.log"
    LOGS.mkdir(parents=True, exist_ok=True)
    with open(log, "w") as output:
        process = common.spawn([PYTHON, "-m", "odoo", "-d", database, "--db-filter", f"^{re.escape(database)}$",
                                "--http-port", str(port)], env=environment, cwd=common.ROOT, stdout=output,
                               stderr=subprocess.STDOUT)
        try:
            while not answers(port):
                if process.poll() is not None:
                    raise Fail(f"Odoo stopped ({common.last_line(log.read_text(), ('Error', 'ERROR'))}): "
                               f"its log is {log}.")
                time.sleep(0.3)
            say(f"\nThe demo is open on http://localhost:{port}\n\n  login      password   who")
            for login, who in LOGINS:
                say(f"  {login:<10} {login:<10} {who}")
            say(f"\nOdoo's log is {log}. Ctrl-C stops everything.")
            if process.wait():
                raise Fail(f"Odoo stopped by itself: its log is {log}.")
        except Stopped:
            say("Stopping Odoo")
            raise
        finally:
            common.end(process)


def main(arguments):
    if set(arguments) - {"--fresh"}:
        say(USAGE)
        return 0 if set(arguments) <= {"-h", "--help"} else 2
    database = os.environ.get("DEMO_DB") or "demo"
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{0,50}", database):
        raise Fail(f"DEMO_DB={database} is no name for a database: use letters, digits and underscores.")
    port = system.check_port(os.environ.get("PORT") or "8069")
    taken = (f"Another bin/demo uses the database {database}: stop it first, or choose another database, "
             f"as in DEMO_DB={database}2 bin/demo.")
    with common.locked(common.VAR / f"demo-{database}.lock", taken=taken):
        system.need(system.PRINTING, "which prints the PDF documents", must=False)
        with prepare.odoo_environment() as (source, environment):
            bring_up_to_date(database, source, environment, anew="--fresh" in arguments)
            with contextlib.suppress(Stopped):    # the usual end
                serve(database, port, environment)
    say("Stopped.")
    return 0
