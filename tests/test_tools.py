"""The tools behind bin/: fast, without network, database and waiting."""
import configparser
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest

from tools import (
    bench,
    bench_work,
    common,
    config,
    databases,
    demo,
    lint_files,
    oca,
    postgres,
    side_by_side,
    source,
    system,
    testing,
)
from tools.common import Fail

ROOT = Path(__file__).resolve().parent.parent


def make_source(folder, version="(19, 0, 0, FINAL, 0, '')", package="", addons="addons"):
    """A tree with just what tells an Odoo source."""
    root = folder / package
    (root / "odoo").mkdir(parents=True)
    (root / "odoo" / "release.py").write_text(f"FINAL = 'final'\nversion_info = {version}\n")
    (root / addons / "web").mkdir(parents=True)
    (root / addons / "web" / "__manifest__.py").write_text("{}\n")
    return folder


def make_repository(folder):
    make_source(folder)
    for command in (["init", "-q", "-b", "19.0"], ["add", "."],
                    ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "source"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture
def cache(tmp_path, monkeypatch):
    for name in ("ODOO_HOME", "ODOO_GIT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(common, "NEEDED_GB", 0)
    return tmp_path / "cache" / "crm_enova_like"


def no_debian(work):
    raise source.Unavailable("this system has no apt-get")


def one_sentence(error):
    text = str(error.value)
    assert "\n" not in text and text.endswith(".") and ":" in text, text
    return text


# -- Odoo's source ------------------------------------------------------------

@pytest.mark.parametrize("package, addons", [
    ("", "addons"), ("usr/lib/python3/dist-packages", "odoo/addons"), ("usr/lib/python3/dist-packages", "addons")])
def test_odoo_home_layouts(cache, tmp_path, monkeypatch, package, addons):
    home = make_source(tmp_path / "src", package=package, addons=addons)
    monkeypatch.setenv("ODOO_HOME", str(home))
    found = source.get()
    assert found.path == home / package
    assert found.addons == ([home / package / "addons"] if addons == "addons" else [])
    assert not cache.exists(), "nothing is fetched"


@pytest.mark.parametrize("version, said", [
    ("(18, 0, 0, FINAL, 0, '')", "is Odoo 18.0, not 19.0"), ("('saas~19', 1, 0)", "is Odoo saas~19.1, not 19.0"),
    ("unknown()", "of unknown version")])
def test_odoo_home_of_another_version(cache, tmp_path, monkeypatch, version, said):
    monkeypatch.setenv("ODOO_HOME", str(make_source(tmp_path / "src", version)))
    with pytest.raises(Fail) as error:
        source.get()
    assert said in one_sentence(error)


@pytest.mark.parametrize("make, said", [(lambda folder: None, "is not a folder"), (Path.mkdir, "holds no Odoo source")])
def test_odoo_home_missing(cache, tmp_path, monkeypatch, make, said):
    make(tmp_path / "src")
    monkeypatch.setenv("ODOO_HOME", str(tmp_path / "src"))
    with pytest.raises(Fail) as error:
        source.get()
    assert said in one_sentence(error) and "ODOO_HOME" in one_sentence(error)


def test_odoo_home_comes_first(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_HOME", str(make_source(tmp_path / "src")))
    monkeypatch.setenv("ODOO_GIT", "/nowhere")
    monkeypatch.setattr(source, "fetch_debian", pytest.fail)
    assert source.get().path == tmp_path / "src"


def test_package_before_git(cache, monkeypatch):
    def fetch(work):
        make_source(work, package="usr/lib/python3/dist-packages", addons="odoo/addons")
        return "Debian package odoo-19 1"

    monkeypatch.setattr(source, "fetch_debian", fetch)
    monkeypatch.setattr(source, "fetch_git", pytest.fail)
    first = source.get()
    assert first.ident == "Debian package odoo-19 1"
    assert first.path == cache / "odoo-19.0-debian/usr/lib/python3/dist-packages"
    monkeypatch.setattr(source, "fetch_debian", pytest.fail)
    assert source.get() == first, "the second time it is there"


def test_git_where_there_is_no_package(cache, tmp_path, monkeypatch):
    repository = make_repository(tmp_path / "repo")
    monkeypatch.setattr(source, "fetch_debian", no_debian)
    monkeypatch.setattr(source, "PUBLIC_GIT", str(repository))
    found = source.get()
    assert found.ident.startswith("git ") and source.version_of(found.path) == (19, 0)
    monkeypatch.setattr(source, "fetch_debian", pytest.fail)
    monkeypatch.setattr(source, "fetch_git", pytest.fail)
    assert source.get() == found, "what is there is not looked for again"


def test_odoo_git(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_GIT", str(make_repository(tmp_path / "repo")))
    monkeypatch.setattr(source, "fetch_debian", pytest.fail)
    found = source.get()
    assert (found.path / "addons" / "web").is_dir() and found.path.parent == cache


def test_no_way_to_odoo(cache, tmp_path, monkeypatch):
    monkeypatch.setattr(source, "fetch_debian", no_debian)
    monkeypatch.setattr(source, "PUBLIC_GIT", str(tmp_path / "nowhere"))
    with pytest.raises(Fail) as error:
        source.get()
    text = one_sentence(error)
    assert "this system has no apt-get" in text and "fatal:" in text and "ODOO_HOME" in text


@pytest.mark.parametrize("interrupt", [common.Stopped(2), KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_interrupted_unpacking_leaves_nothing(cache, monkeypatch, interrupt):
    def half(work):
        make_source(work)
        raise interrupt

    monkeypatch.setattr(source, "fetch_debian", half)
    with pytest.raises(type(interrupt)):
        source.get()
    assert [path.name for path in cache.iterdir()] == ["lock"]


def test_killed_unpacking_is_cleared_away(cache, monkeypatch):
    left = make_source(cache / "tmp-odoo-19.0-debian-abc")
    final = cache / "odoo-19.0-debian"
    final.mkdir()    # without its SOURCE: not complete

    def fetch(work):
        assert not left.exists()
        make_source(work)
        return "new"

    monkeypatch.setattr(source, "fetch_debian", fetch)
    assert source.get().ident == "new"
    assert sorted(path.name for path in cache.iterdir()) == ["lock", "odoo-19.0-debian"]


def test_what_came_is_checked(cache, tmp_path, monkeypatch):
    def fetch(work):
        make_source(work, "(20, 0, 0)")
        return "new"

    monkeypatch.setattr(source, "fetch_debian", fetch)
    monkeypatch.setattr(source, "PUBLIC_GIT", str(tmp_path / "nowhere"))
    with pytest.raises(Fail, match="what came is Odoo 20.0, not 19.0"):
        source.get()
    assert [path.name for path in cache.iterdir()] == ["lock"]


def test_archive_sites(monkeypatch):
    lines = ("http://a.example/debian|Debian|Debian\nhttp://a.example/debian|Debian|Debian\n"
             "http://a.example/debian-security|Debian|Debian-Security\nhttp://b.example/node||\n"
             "http://c.example/debian|$(ORIGIN)|$(LABEL)\nhttp://d.example/ubuntu|Ubuntu|Ubuntu\n")
    monkeypatch.setattr(common, "run", lambda command: (0, lines))
    assert source.archive_sites() == ["http://a.example/debian", "http://c.example/debian"]


# -- what the machine lacks ------------------------------------------------------

def test_taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Fail) as error:
            system.check_port(str(port))
    text = one_sentence(error)
    assert f"Port {port} is taken" in text and "PORT=" in text
    assert system.check_port(str(port)) == port


@pytest.mark.parametrize("port", ["", "http", "0", "70000", "-1"])
def test_no_port(port):
    with pytest.raises(Fail, match="is not a port"):
        system.check_port(port)


def test_taken_port_is_told_before_all_else(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        environment = dict(os.environ, PORT=str(other.getsockname()[1]), HOME=str(tmp_path),
                           ODOO_HOME=str(tmp_path / "nowhere"))
        done = subprocess.run([ROOT / "bin" / "demo"], env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout == ""
    assert "is taken" in done.stderr and "Traceback" not in done.stderr


def test_wrong_odoo_home_of_a_command(tmp_path):
    environment = dict(os.environ, ODOO_HOME=str(tmp_path / "nowhere"))
    done = subprocess.run([ROOT / "bin" / "odoo", "--version"], env=environment, capture_output=True, text=True,
                          cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1 and "is not a folder" in done.stderr


def test_little_disk(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")(10 ** 11, 10 ** 11 - 10 ** 9, 10 ** 9)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(Fail) as error:
        common.check_disk(tmp_path / "not" / "yet")
    assert "Only 1.0 GB are free" in one_sentence(error)


def test_missing_program(monkeypatch, capsys):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    system.need(system.PRINTING, "which prints", must=False)
    assert "apt-get install wkhtmltopdf" in capsys.readouterr().out
    with pytest.raises(Fail) as error:
        system.need(system.BROWSER, "which drives the tests", must=True)
    assert "apt-get install chromium" in str(error.value)


def test_root_installs_what_is_missing(monkeypatch, capsys):
    there, ran = set(), []

    def run(command, **options):
        ran.append(command)
        there.update(command)
        return 0, ""

    monkeypatch.setattr(shutil, "which", lambda name: name if name in {"apt-get", *there} else None)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(common, "run", run)
    system.need(system.BROWSER, "which drives the tests", must=True)
    assert len(ran) == 1 and "--no-install-recommends" in ran[0]
    assert "Installing chromium" in capsys.readouterr().out


# -- configuration and database server -------------------------------------------

def test_configuration(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "CONF", tmp_path / "odoo.conf")
    monkeypatch.setattr(config, "DATA", tmp_path / "data")
    monkeypatch.setenv("PGPASSWORD", "s")
    home = make_source(tmp_path / "src")
    config.write(source.Source(home, "x", "x"), {"PGHOST": "/run/pg", "PGPORT": "5433", "PGUSER": "odoo"})
    read = configparser.RawConfigParser()
    read.read(tmp_path / "odoo.conf")
    options = read["options"]
    assert options["addons_path"] == f"{home}/addons,{ROOT}"
    assert (options["db_host"], options["db_port"], options["db_user"]) == ("/run/pg", "5433", "odoo")
    assert options["db_password"] == "s" and options["data_dir"] == str(tmp_path / "data")
    assert options["http_interface"] == "127.0.0.1" and options["with_demo"] == "False"
    assert (tmp_path / "odoo.conf").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "odoo.conf", "src"]


def test_environment_of_children(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    environment = config.environment({"PGHOST": "/run/pg"})
    assert environment["ODOO_RC"] == str(ROOT / "var" / "odoo.conf") and environment["PGHOST"] == "/run/pg"
    assert environment["PATH"].startswith(str(ROOT / ".venv" / "bin")) and "PYTHONPATH" not in environment


def test_pghost_is_used(monkeypatch):
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGUSER", "someone")
    monkeypatch.delenv("PGPORT", raising=False)
    monkeypatch.setattr(postgres, "current", None)
    monkeypatch.setattr(postgres, "query", lambda sql, server: ["t"])
    server = postgres.acquire()
    assert server.environment() == {"PGHOST": "db.example", "PGPORT": "5432", "PGUSER": "someone"}


@pytest.mark.parametrize("user, answer, said", [
    ("postgres", ["t"], "refuses the database user postgres"), ("poor", ["f"], "may not create databases")])
def test_roles_that_will_not_do(monkeypatch, user, answer, said):
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGUSER", user)
    monkeypatch.setattr(postgres, "current", None)
    monkeypatch.setattr(postgres, "query", lambda sql, server: answer)
    with pytest.raises(Fail) as error:
        postgres.acquire()
    assert said in one_sentence(error)


class FakeServer(postgres.Server):
    """A server whose programs only note what they are called for."""

    calls = []
    running = False

    def become_possible(self):
        pass

    def alive(self):
        return FakeServer.running

    def start(self):
        self.data.mkdir(exist_ok=True)
        (self.data / "postmaster.pid").touch()
        FakeServer.calls.append("start")
        FakeServer.running = True

    def program(self, *command):
        FakeServer.calls.append(command[-1])
        FakeServer.running = False
        return 0, ""


def test_last_one_out_stops_the_server(tmp_path, monkeypatch):
    monkeypatch.setattr(FakeServer, "calls", [])
    monkeypatch.setattr(FakeServer, "running", False)
    first, second = FakeServer(tmp_path / "pg"), FakeServer(tmp_path / "pg")
    first.acquire()
    second.acquire()
    first.release()
    assert FakeServer.calls == ["start"], "the second one goes on"
    second.release()
    assert FakeServer.calls == ["start", "stop"]
    second.release()
    assert FakeServer.calls == ["start", "stop"]


def test_killed_command_holds_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(FakeServer, "calls", [])
    monkeypatch.setattr(FakeServer, "running", False)
    killed, next_one = FakeServer(tmp_path / "pg"), FakeServer(tmp_path / "pg")
    killed.acquire()
    killed.handle.close()    # as the kernel does
    next_one.acquire()
    next_one.release()
    assert FakeServer.calls == ["start", "stop"], "it takes the running server over, and stops it"


def test_socket_path_is_short(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1")
    short, long = postgres.Server(Path("/a/b")), postgres.Server(tmp_path / ("x" * 90))
    assert short.sockets == Path("/a/b/socket")
    assert str(long.sockets).startswith("/run/user/1/crm_enova_like-")


# -- databases -------------------------------------------------------------------

def test_half_made_base_is_dropped(monkeypatch, tmp_path):
    done = []
    monkeypatch.setattr(common, "VAR", tmp_path)
    monkeypatch.setattr(databases, "exists", lambda name: False)
    monkeypatch.setattr(databases, "like", lambda prefix: [prefix + "old"])
    monkeypatch.setattr(databases, "drop", lambda name: done.append(("drop", name)))
    monkeypatch.setattr(databases, "rename", lambda *names: done.append(("rename", *names)))

    def odoo(log, *arguments, environment):
        if log == "base-install":
            raise common.Stopped(15)

    monkeypatch.setattr(databases, "odoo", odoo)
    monkeypatch.setattr(common, "NEEDED_GB", 0)
    odoo_source = source.Source(tmp_path, "one", "one")
    with pytest.raises(common.Stopped):
        databases.base(odoo_source, {})
    name = databases.base_name(odoo_source)
    assert done == [("drop", name.rpartition("_")[0] + "_old"), ("drop", name + "_new")]
    assert databases.base_name(source.Source(tmp_path, "two", "two")) != name


@pytest.mark.parametrize("said, code, told", [
    ("2026 INFO x fine", 0, None), ("2026 INFO x fine", 3, "from the body"),
    ("2026 ERROR x broke\\nmore", 0, "ERROR x broke"), ("2026 INFO x\\nKeyError: 7", 1, "KeyError: 7")])
def test_odoo_beside_other_work(monkeypatch, tmp_path, said, code, told):
    """It has begun before the body ends, and what went wrong is told at the end."""
    program = tmp_path / "python"
    program.write_text(f"#!/bin/bash\nprintf '{said}'\nread line\nprintf \"\\n$line\"\nexit {code}\n")
    program.chmod(0o755)
    monkeypatch.setattr(databases, "PYTHON", program)
    monkeypatch.setattr(databases, "LOGS", tmp_path)
    log, pipe = tmp_path / "x.log", os.pipe()
    with contextlib.ExitStack() as stack:
        if told:
            error = stack.enter_context(pytest.raises(Fail))
        stdin = stack.enter_context(os.fdopen(pipe[0]))
        with databases.beside("x", environment=dict(os.environ), stdin=stdin):
            os.write(pipe[1], b"from the body\n")
            os.close(pipe[1])
    assert log.read_text().endswith("from the body")
    if told:
        assert told in str(error.value) and str(log) in str(error.value)


@pytest.mark.parametrize("version, strategy", [("180006", "STRATEGY FILE_COPY"), ("140011", "")])
def test_filestore_goes_with_its_database(monkeypatch, tmp_path, version, strategy):
    said = []
    monkeypatch.setattr(config, "DATA", tmp_path)
    monkeypatch.setattr(postgres, "query", lambda sql, *rest: said.append(sql) or [version])
    stored = databases.filestore("one") / "ab" / "abc"
    stored.parent.mkdir(parents=True)
    stored.write_text("picture")
    databases.clone("one", "two")
    assert said[-1].strip() == f'CREATE DATABASE "two" TEMPLATE "one" {strategy}'.strip()
    databases.rename("two", "three")
    databases.drop("one")
    assert (databases.filestore("three") / "ab" / "abc").read_text() == "picture"
    assert [path.name for path in (tmp_path / "filestore").iterdir()] == ["three"]


def test_second_demo_of_one_database(monkeypatch, tmp_path):
    monkeypatch.setattr(common, "VAR", tmp_path)
    monkeypatch.setenv("DEMO_DB", "firm")
    monkeypatch.setattr(system, "check_port", int)
    with common.locked(tmp_path / "demo-firm.lock"), pytest.raises(Fail) as error:
        demo.main([])
    assert "DEMO_DB=firm2" in one_sentence(error)


def test_foreign_demo_database_is_left_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(databases, "exists", lambda name: True)
    monkeypatch.setattr(databases, "drop", pytest.fail)
    monkeypatch.setattr(postgres, "query", lambda sql, *rest: ["somebody's"])
    with pytest.raises(Fail, match="was not made by this checkout"):
        demo.bring_up_to_date("demo", None, {}, anew=True)


@pytest.mark.parametrize("there, here, updates", [
    ("19.0.1.0.0", "19.0.1.0.0", False), ("19.0.1.9.0", "19.0.1.10.0", True), ("19.0.2.0.0", "19.0.1.0.0", False),
    (None, "19.0.1.0.0", True)])
def test_demo_is_updated(monkeypatch, there, here, updates):
    ran = []
    monkeypatch.setattr(databases, "exists", lambda name: True)
    monkeypatch.setattr(demo, "is_ours", lambda name: True)
    monkeypatch.setattr(demo, "installed_version", lambda name: there)
    monkeypatch.setattr(config, "manifest", lambda: {"version": here})
    monkeypatch.setattr(databases, "odoo", lambda *arguments, environment: ran.append(arguments))
    demo.bring_up_to_date("demo", None, {}, anew=False)
    assert bool(ran) == updates


# -- commands --------------------------------------------------------------------

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_child_ends_with_its_command(number):
    code = ("import os, sys; sys.path.insert(0, sys.argv[1]); from tools import common\n"
            "common.handle_signals()\n"
            "child = common.spawn(['sleep', '600'])\n"
            "try:\n"
            "    print(child.pid, flush=True)\n"
            "    child.wait()\n"
            "finally: common.end(child)\n")
    process = subprocess.Popen([sys.executable, "-c", code, ROOT], stdout=subprocess.PIPE, text=True,
                               stderr=subprocess.DEVNULL)
    assert int(process.stdout.readline()) != process.pid
    process.send_signal(number)
    assert process.stdout.read() == "", "this ends when the last of both has ended"
    assert process.wait() != 0
    process.stdout.close()


def test_paths_of_bin_test():
    assert testing.split(["-x", "-k", "one", "tests/test_tools.py"]) == (["tests/test_tools.py"], ["-x", "-k", "one"])
    assert testing.sort([str(ROOT / "tests/test_tools.py") + "::test_no_port"]) == {
        "static": ["tests/test_tools.py::test_no_port"]}
    inside = ["crm_enova_like/tests/order", "crm_enova_like/tests/order/test_order.py"]
    assert testing.sort([*inside, "tests/test_story.py"]) == {"addon": inside, "browser": ["tests/test_story.py"]}
    for wrong in ("nowhere.py", "tools/common.py", "/etc"):
        with pytest.raises(Fail):
            testing.sort([wrong])


def test_parts_of_the_whole_suite():
    parts = testing.sort([])
    assert parts["addon"] == ["crm_enova_like/tests"]
    assert parts.keys() == testing.TITLES.keys()
    for part, name in (("static", "tools"), ("outside", "upgrade"), ("browser", "story"), ("unattended", "clickbot")):
        assert f"tests/test_{name}.py" in parts[part]
    assert sorted(path for part in parts if part != "addon" for path in parts[part]) == sorted(
        f"tests/{path.name}" for path in (ROOT / "tests").glob("test_*.py"))
    assert parts == testing.sort(["."]) == testing.sort(["crm_enova_like", "tests"])


def test_a_story_is_known_by_its_mark(tmp_path):
    """Who plays in a browser says so; else it would wait for another's browser at its end, and not at its beginning."""
    for path in (ROOT / "tests").glob("test_*.py"):
        plays = re.search(r"^from browser import .*\bcinema\b", path.read_text(), re.MULTILINE)
        assert testing.part_of(path) in testing.IN_A_BROWSER.values() or not plays, path.name
    story = tmp_path / "test_x.py"
    for part in testing.IN_A_BROWSER.values():
        story.write_text(f"import pytest\n\npytestmark = pytest.mark.{part}\n")
        assert testing.part_of(story) == part
        story.write_text(f"# pytestmark = pytest.mark.{part}\n")
        assert testing.part_of(story) == "outside"


PROGRESS = """\
=============== test session starts ===============
platform linux
collected 3 items

tests/test_{name}.py ..F

============ FAILURES ============
why {name} failed
=== 1 failed in 0.1s ===
"""


def make_part(tmp_path, name, code, text=None, then=""):
    """A part whose pytest is a script that says this, does something more and ends so."""
    script = tmp_path / f"{name}.py"
    script.write_text(
        "import pathlib, sys, time\n"
        f"print({PROGRESS.format(name=name) if text is None else text!r}, end='', flush=True)\n"
        f"{then}\nsys.exit({code})\n")
    return side_by_side.Part(name, f"Part {name}", [sys.executable, script], tmp_path / f"{name}.log", dict(os.environ))


def waits_for(tmp_path, name):
    """Until the other part has said something."""
    return f"while not pathlib.Path({str(tmp_path / name)!r} + '.log').read_text(): time.sleep(0.05)"


def test_parts_run_at_once_and_can_be_read(tmp_path, capsys):
    parts = [make_part(tmp_path, "one", 0, then=waits_for(tmp_path, "two")),
             make_part(tmp_path, "two", 1, then=waits_for(tmp_path, "one"))]
    side_by_side.run(parts)
    assert [part.code for part in parts] == [0, 1]
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    # what each does is shown as it comes, and what it says at its end in one piece
    for name in ("one", "two"):
        assert [line for line in lines if line.startswith(f"{name:<8}|")] == [
            f"{name:<8}| collected 3 items", f"{name:<8}| tests/test_{name}.py ..F"]
        at = lines.index(f"== Part {name}")
        assert lines[at:at + 4] == [f"== Part {name}", "============ FAILURES ============", f"why {name} failed",
                                    "=== 1 failed in 0.1s ==="]
        assert (tmp_path / f"{name}.log").read_text() == PROGRESS.format(name=name), "the log has all of it"
    assert re.fullmatch(r"== Part two: pytest ended with 1, \d+ s", lines[at + 4])
    assert not any("platform" in line for line in lines)


def test_a_part_that_has_begun(tmp_path, capsys):
    early, late = make_part(tmp_path, "early", 0), make_part(tmp_path, "late", 0, then=waits_for(tmp_path, "early"))
    with side_by_side.begun([early]):
        early.process.wait()
        side_by_side.run([early, late])
    assert [early.code, late.code] == [0, 0]
    assert "early   | tests/test_early.py ..F" in capsys.readouterr().out


def test_what_has_begun_ends_with_what_fails_beside_it(tmp_path):
    early = make_part(tmp_path, "early", 0, then="time.sleep(600)")
    with pytest.raises(Fail), side_by_side.begun([early]):
        raise Fail("No database.")
    assert early.process.returncode


@pytest.mark.parametrize("text, shown, told", [
    ("..F. [100%]\n1 passed\n", ["x       | ..F. [100%]", "x       | 1 passed"], []),       # pytest -q
    ("ERROR: usage: no such option\n", ["x       | ERROR: usage: no such option"], []),
    ("=== test session starts ===\nplatform\n=== ERRORS ===\nno such file\n", [],
     ["=== test session starts ===", "platform", "=== ERRORS ===", "no such file"]),
    ("=== test session starts ===\n2 workers [9 items]\n... [100%]\n=== 9 passed ===\n",
     ["x       | 2 workers [9 items]", "x       | ... [100%]"], ["=== 9 passed ==="]),
    ("\x1b[1m=== test session starts ===\x1b[0m\ncollected 1 item\n\x1b[32m.\x1b[0m\n\x1b[31m=== FAILURES ===\x1b[0m\n",
     ["x       | collected 1 item", "x       | \x1b[32m.\x1b[0m"], ["\x1b[31m=== FAILURES ===\x1b[0m"]),
    ("half a line", [], ["half a line"]),
])
def test_what_pytest_says_is_told_apart(tmp_path, capsys, text, shown, told):
    side_by_side.run([make_part(tmp_path, "x", 0, text)])
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    assert lines == [*shown, "== Part x", *told, lines[-1]]


def test_hasty_parts_stop_the_others(tmp_path, capsys):
    parts = [make_part(tmp_path, "slow", 0, then="time.sleep(600)"), make_part(tmp_path, "bad", 1),
             make_part(tmp_path, "none", 5)]
    side_by_side.run(parts, hasty=True)
    assert [part.code for part in parts[:2]] == [None, 1]
    assert "Part slow: stopped" in capsys.readouterr().out
    parts = [make_part(tmp_path, "last", 0, then=waits_for(tmp_path, "none")), make_part(tmp_path, "none", 5)]
    side_by_side.run(parts, hasty=True)
    assert [part.code for part in parts] == [0, 5], "to have nothing to run is no failure"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_all_parts_end_with_the_command(tmp_path, number):
    code = ("import os, sys; sys.path.insert(0, sys.argv[1])\n"
            "from pathlib import Path\n"
            "from tools import common, side_by_side\n"
            "common.handle_signals()\n"
            "say = 'import os, time; print(\"-q\", os.getpid(), flush=True); time.sleep(600)'\n"
            "side_by_side.run([side_by_side.Part(name, name, [sys.executable, '-c', say],\n"
            "                  Path(sys.argv[2]) / name, dict(os.environ)) for name in ('one', 'two')])\n")
    process = subprocess.Popen([sys.executable, "-c", code, ROOT, tmp_path], stdout=subprocess.PIPE, text=True,
                               stderr=subprocess.DEVNULL)
    pids = [int(process.stdout.readline().split()[-1]) for _part in range(2)]
    process.send_signal(number)
    process.communicate()
    assert process.returncode
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_end_of_a_run(monkeypatch, tmp_path):
    monkeypatch.setattr(testing, "VAR", tmp_path)
    testing.times_file("addon").write_text('{"a::one": 3.0, "a::two": 1.0}')
    testing.times_file("browser").write_text(json.dumps({f"b::{number}": 0.1 for number in range(20)}))
    parts = {"addon": (0, 61.0), "browser": (1, 90.0), "outside": (None, 3.0)}
    assert testing.slowest(parts)[:3] == [(3.0, "a::one"), (1.0, "a::two"), (0.1, "b::9")]
    lines = list(testing.summary(parts, {"preparing": 2.0}, time.monotonic()))
    assert "     2 s  preparing" in lines
    assert "    61 s  The addon's tests: passed" in lines
    assert "    90 s  The stories in a browser: pytest ended with 1" in lines
    assert "     3 s  The tests from outside: stopped" in lines
    assert "   3.0 s  a::one" in lines and sum("::" in line for line in lines) == testing.SLOWEST
    assert lines[-1].endswith("Whole run: 0 s, failed: The stories in a browser, The tests from outside")


FROZEN = """
import time
import unittest

import freezegun


class TestFrozen(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        freezer = freezegun.freeze_time("2020-01-01")
        freezer.start()
        cls.addClassCleanup(freezer.stop)

    def test_one(self):
        self.assertEqual(time.gmtime().tm_year, 2020)
"""


def test_times_of_tests_that_stop_the_clock(tmp_path):
    (tmp_path / "test_frozen.py").write_text(FROZEN)
    done = subprocess.run(
        [common.PYTHON, "-m", "pytest", "-p", "no:odoo", "-p", "tools.pytest_times", "-p", "no:cacheprovider", "-q",
         "--rootdir", tmp_path, tmp_path / "test_frozen.py"], cwd=ROOT,
        env=testing.with_times("x", dict(os.environ)) | {"TEST_TIMES": str(tmp_path / "times.json")}, check=False)
    assert done.returncode == 0
    times = json.loads((tmp_path / "times.json").read_text())
    assert list(times) == ["test_frozen.py::TestFrozen::test_one"]
    assert 0 <= times["test_frozen.py::TestFrozen::test_one"] < 60


# -- benchmark -------------------------------------------------------------------

def measured(ms, statements, made):
    return {"ms": ms, "cpu_ms": ms / 2, "statements": statements, "memory_mb": 150.4, "made": made}


@pytest.mark.parametrize("arguments, count", [([], 10_000), (["500"], 500), (["20,000"], 20_000), (["1_000"], 1000)])
def test_plans_of_bin_bench(arguments, count):
    assert bench.count_of(arguments) == count


@pytest.mark.parametrize("arguments", [["0"], ["-5"], ["many"], [""], ["²"], ["1000001"], ["5", "6"], ["--fast"]])
def test_no_number_of_plans(arguments):
    with pytest.raises(Fail) as error:
        bench.count_of(arguments)
    assert "bin/bench 500" in one_sentence(error)


def test_words_of_bin_bench(monkeypatch):
    for name, command in bench.COMMANDS.items():
        command.check(list(command.smallest))
        assert command.says, f"{name} prints nothing that tells that it ran"
        assert name in bench.USAGE or name == "plans"
    monkeypatch.setattr(common, "locked", pytest.fail)
    with pytest.raises(Fail) as error:
        bench.main(["clicks", "500"])
    assert "no more words" in one_sentence(error)


def test_table_of_bin_bench():
    ours = bench.columns(4000, [measured(5000, 1000, 4000), measured(12, 5, 0)])
    theirs = bench.columns(4000, [measured(200_000, 80_000, 4000), measured(900, 8000, 0)])
    lines = bench.table(("ours 1.0", "theirs 2.0"), ours, theirs).splitlines()
    assert len(lines) == 1 + len(bench.ROWS) and len({len(line) for line in lines}) == 1, "one width"
    assert lines[0].split() == ["ours", "1.0", "theirs", "2.0"]
    assert lines[5].split() == ["ms", "per", "inspection", "1.25", "50.00"]
    assert lines[7].split() == ["SQL", "statements", "per", "inspection", "0.25", "20.00"]
    assert lines[10].split()[-2:] == ["5", "8,000"]


@pytest.mark.parametrize("first, second", [(399, 0), (800, 0), (400, 400), (0, 0)])
def test_figures_that_cannot_be_compared(first, second):
    bench.check_made("ours", 400, [measured(1, 1, 400), measured(1, 1, 0)])
    with pytest.raises(Fail) as error:
        bench.check_made("ours", 400, [measured(1, 1, first), measured(1, 1, second)])
    assert "cannot be compared" in one_sentence(error)


def figures(cpu, statements, *others):
    return [{"ms": 1000 * each, "cpu": each, "statements": statements} for each in (cpu, *others)]


def test_table_of_bin_bench_work():
    kept = {row.ours: figures(1, 0.1) for row in bench_work.ROWS} | {
        row.peer: figures(100, 100) for row in bench_work.ROWS if row.peer}
    text, holds = bench_work.table(kept)
    lines = text.splitlines()
    assert holds and len(lines) == 1 + len(bench_work.ROWS)
    assert "MISSES" not in text and text.count("holds") == len(lines) - 1 - text.count("(floor)")
    text, holds = bench_work.table(kept | {"reminders": figures(61, 1)})
    assert not holds and [line.split()[0] for line in text.splitlines() if "MISSES" in line] == ["reminding"]
    text, _holds = bench_work.table({
        "orders": figures(6, 1.5, 4, 5), "repairs": figures(12, 5, 10, 10), "field orders": figures(9, 7, 9, 9)})
    assert re.fullmatch(
        r"order of .* 5.00 +4.00–6.00 +1.50 +10.00 +10.00–12.00 +5.00 +0.50 +0.30 +time ≤ 0.5 +holds",
        text.splitlines()[1]), "the middle of the rounds, each beside the other side's"
    assert "runs" in bench_work.table(kept | {"reminders": figures(61, 1)}, judged=False)[0]


@pytest.mark.parametrize("arguments, count", [([], 10_000), (["0"], 0), (["2,000"], 2000)])
def test_plans_of_bin_bench_work(arguments, count):
    assert bench_work.count_of(arguments) == count


@pytest.mark.parametrize("arguments", [["-5"], ["many"], ["5", "6"], ["1000001"]])
def test_no_number_of_plans_for_bin_bench_work(arguments):
    with pytest.raises(Fail) as error:
        bench_work.count_of(arguments)
    assert "bin/bench work 2000" in one_sentence(error)


def make_wheel(name, version, target):
    """What a download brings: a wheel that is not the pinned one."""
    target.mkdir(parents=True)
    with zipfile.ZipFile(target / f"{name}.whl", "w") as archive:
        archive.writestr(f"odoo/addons/{name}/__manifest__.py", "{}")
    return target / f"{name}.whl"


def test_wheel_with_another_hash_is_refused(cache, monkeypatch):
    monkeypatch.setattr(oca, "download", make_wheel)
    with pytest.raises(Fail) as error:
        oca.get()
    assert oca.PINS[0][2] in one_sentence(error)
    assert [path.name for path in cache.iterdir()] == ["lock"], "nothing of it stays"


def test_wheels_are_unpacked_once(cache, monkeypatch):
    monkeypatch.setattr(oca, "download", make_wheel)
    monkeypatch.setattr(oca, "check", lambda wheel, wanted: None)
    folder = oca.get()
    assert {path.name for path in folder.iterdir()} == {name for name, _version, _hash in oca.PINS}
    monkeypatch.setattr(oca, "download", pytest.fail)
    assert oca.get() == folder
    monkeypatch.setattr(oca, "PINS", oca.PINS[:1])
    assert oca.folder_name() != folder.parent.parent.name, "another pin is fetched anew"


def test_each_set_of_wheels_has_its_folder(cache, monkeypatch):
    monkeypatch.setattr(oca, "download", make_wheel)
    monkeypatch.setattr(oca, "check", lambda wheel, wanted: None)
    folder = oca.get(oca.FIELDSERVICE)
    assert {path.name for path in folder.iterdir()} == {name for name, _version, _hash in oca.FIELDSERVICE}
    assert folder != oca.get()


def test_failed_download(cache, tmp_path, monkeypatch):
    monkeypatch.setattr(common, "run", lambda command: (1, "ERROR: No matching distribution found for x"))
    with pytest.raises(Fail) as error:
        oca.download("x", "1", tmp_path)
    assert "No matching distribution" in one_sentence(error)


# -- checks of files -------------------------------------------------------------

@pytest.mark.parametrize("ident, text, problem", [
    ("%(name)s has %s", "%(name)s ma %s", None), ("%(name)s", "%(nazwa)s", "placeholders"), ("One", "", "translated"),
    ("Done %s", "Gotowe", "placeholders"), ("One", "Jeden", None)])
def test_translations_are_checked(ident, text, problem):
    found = list(lint_files.check_entry(lint_files.polib.POEntry(msgid=ident, msgstr=text)))
    assert bool(found) == bool(problem) and (not problem or problem in found[0])


def test_broken_xml_is_found(tmp_path):
    (tmp_path / "a.xml").write_text("<odoo><record></odoo>")
    assert len(list(lint_files.check_xml([tmp_path / "a.xml"]))) == 1


def test_registry_addresses_are_found(tmp_path):
    (tmp_path / "a.md").write_text("see https://pypi." + "mirror.example/simple/x\n")
    (tmp_path / "b.md").write_text("see https://www.odoo.com/documentation/19.0/\n")
    found = list(lint_files.check_text([tmp_path / "a.md", tmp_path / "b.md"]))
    assert [path.name for path, _problem in found] == ["a.md"]
