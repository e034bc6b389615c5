"""Databases with their file stores: made under a temporary name, copied, renamed, dropped."""
import contextlib
import hashlib
import os
import shutil
import subprocess
import time

from . import common, config, postgres, python_env
from .common import LOGS, PYTHON, Fail, say

# What stands in a database before the addon: a Polish company, and the apps that the addon stands on.
BASE_MODULES = ("sale_stock", "stock_account", "project", "project_todo", "calendar", "utm", "contacts", "l10n_pl")
COUNTRY, LANGUAGE = "PL", "pl_PL"


def literal(value):
    return "'" + value.replace("'", "''") + "'"


def name(value):
    return '"' + value.replace('"', '""') + '"'


def filestore(database):
    return config.DATA / "filestore" / database


def exists(database):
    return bool(postgres.query(f"SELECT 1 FROM pg_database WHERE datname = {literal(database)}"))


def like(prefix):
    return postgres.query(f"SELECT datname FROM pg_database WHERE starts_with(datname, {literal(prefix)})")


def drop(database):
    for attempt in range(30):
        try:
            postgres.query(f"DROP DATABASE IF EXISTS {name(database)} WITH (FORCE)")
            break
        except RuntimeError as error:
            # PostgreSQL's own vacuum is in it, which only a superuser may end: it is done in a moment
            if "permission denied to terminate" not in str(error) or attempt == 29:
                raise
            time.sleep(1)
    shutil.rmtree(filestore(database), ignore_errors=True)


def link_or_copy(source, target):
    try:
        os.link(source, target)    # Odoo never writes into a stored file
    except OSError:
        shutil.copy2(source, target)


def clone(source, target):
    # file by file: through the log, PostgreSQL's other way, a copy takes four times as long; older ones know no other
    version = int(postgres.query("SHOW server_version_num")[0])
    strategy = "STRATEGY FILE_COPY" if version >= 150000 else ""
    for attempt in range(10):
        try:
            postgres.query(f"CREATE DATABASE {name(target)} TEMPLATE {name(source)} {strategy}")
            break
        except RuntimeError as error:
            if "being accessed" not in str(error) or attempt == 9:
                raise
            time.sleep(1)
    if filestore(source).is_dir():
        shutil.copytree(filestore(source), filestore(target), copy_function=link_or_copy, dirs_exist_ok=True)


def copy_of_the_run(database):
    """In bin/test: copy the database in which it has installed the addon; whether there is one."""
    installed = os.environ.get("ODOO_TEST_DB")
    if installed:
        clone(installed, database)
    return bool(installed)


def rename(source, target):
    """The last step: until the database has its name, nothing but leftovers exists."""
    shutil.rmtree(filestore(target), ignore_errors=True)
    if filestore(source).is_dir():
        filestore(source).rename(filestore(target))
    postgres.query(f"ALTER DATABASE {name(source)} RENAME TO {name(target)}")


@contextlib.contextmanager
def beside(log, *arguments, environment, stdin=subprocess.DEVNULL):
    """Odoo runs while the body does, with its log in var/log; at the end it has ended well, or this fails.

    An error in its log is a failure too. The body is given the process.
    """
    path = LOGS / f"{log}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as output:
        process = common.spawn([PYTHON, "-m", "odoo", *arguments], env=environment, cwd=common.ROOT, stdin=stdin,
                               stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
        code = process.wait()
    except BaseException:
        common.end(process)
        raise
    text = path.read_text(errors="replace")
    bad = [line for line in text.splitlines() if " ERROR " in line or " CRITICAL " in line]
    if code or bad:
        telling = common.last_line(text, ("Error", "Exception")) if code and not bad else bad[0]
        raise Fail(f"Odoo failed: {telling[:400]}\nThe whole log is {path}.")


def odoo(log, *arguments, environment, stdin=subprocess.DEVNULL):
    """Run Odoo to its end, with its log in var/log."""
    with beside(log, *arguments, environment=environment, stdin=stdin):
        pass


@contextlib.contextmanager
def timed(what):
    say(what)
    start = time.monotonic()
    yield
    say(f"  done in {time.monotonic() - start:.0f} s")


def base_name(source):
    key = hashlib.sha256(repr((source.ident, python_env.requirements_hash(), BASE_MODULES, COUNTRY, LANGUAGE)).encode())
    return f"crm_base_{common.checkout_hash()[:6]}_{key.hexdigest()[:8]}"


def base(source, environment):
    """The database of a Polish company without the addon; made once, then only copied."""
    database = base_name(source)
    with common.locked(common.VAR / "base.lock", "another command that makes the base database"):
        if exists(database):
            return database
        common.check_disk(common.VAR)
        for old in like(f"crm_base_{common.checkout_hash()[:6]}_"):
            drop(old)
        fresh = f"{database}_new"
        try:
            with timed("Making a database for a Polish company (once, about 30 s)"):
                odoo("base-init", "db", "init", fresh, "--country", COUNTRY, "--language", LANGUAGE,
                     environment=environment)
            with timed("Installing the Odoo apps that the addon stands on (once, about 80 s)"):
                odoo("base-install", "-d", fresh, "-i", ",".join(BASE_MODULES), "--stop-after-init", "--no-http",
                     environment=environment)
            rename(fresh, database)
        except BaseException:
            drop(fresh)
            raise
    return database
