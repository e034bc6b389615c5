"""A real server on a copied database and a real browser: what the tests of whole stories share."""
import atexit
import configparser
import contextlib
import functools
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Error, expect, sync_playwright

from tools import common, databases, postgres

START = 240    # seconds until a server answers
PATIENCE = 60_000    # milliseconds until the screen shows something, on a busy machine
FIRST = 300_000    # the same for the first page of a new database, whose scripts and styles are made then
# where the person sits, who has no patience for what slides and fades
PERSON = {"locale": "pl-PL", "timezone_id": "Europe/Warsaw", "reduced_motion": "reduce"}
# Odoo's date library makes a formatter for each date that it shows in a language but English; one that was made gives
# the same as a new one, and to make them takes a browser a fifth of its time here
ONE_FORMATTER = """
    const made = new Map();
    Intl.DateTimeFormat = new Proxy(Intl.DateTimeFormat, {
        construct(target, args) {
            const key = JSON.stringify(args);
            if (!made.has(key)) {
                made.set(key, new target(...args));
            }
            return made.get(key);
        },
    });
"""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
# an error in Odoo's log, but not two requests that meet in one row (Odoo's own chat does it): the server repeats the
# second, and the screen shows it where that does not help
BAD = re.compile(r"""^\S+\ \S+\ \d+\ (?:ERROR|CRITICAL)\ (?!
    .*\ odoo\.sql_db:\ bad\ query:\ [^\n]*\nERROR:\ could\ not\ serialize\ access
    |.*\bbus\.websocket:\ [^\n]*\n?[^\n]*could\ not\ serialize\ access).*""",
    re.MULTILINE | re.VERBOSE)

expect.set_options(timeout=PATIENCE)


def setting(name):
    """One of the run's settings; a test that cannot run is a failure, never a skip."""
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: run these tests by bin/test.")
    return value


def folder(name):
    """Where a test leaves its server's log and, when it fails, its pictures."""
    path = common.VAR / "stories" / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def postgres_here():
    """Let tools.postgres speak to the server of this run."""
    if postgres.current is None:
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(setting("ODOO_RC"))
        names = {"PGHOST": "db_host", "PGPORT": "db_port", "PGUSER": "db_user", "PGPASSWORD": "db_password"}
        for name, option in names.items():
            if parser["options"].get(option):
                os.environ.setdefault(name, parser["options"][option])
        postgres.acquire()


@contextlib.contextmanager
def copied(template, database):
    """A copy of a database with its files, for as long as the test runs."""
    postgres_here()
    databases.drop(database)
    databases.clone(template, database)
    try:
        yield database
    finally:
        databases.drop(database)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """Odoo, started by bin/odoo, on one database."""

    def __init__(self, database, log):
        self.database, self.log = database, Path(log)
        self.port, self.process = free_port(), None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        with open(self.log, "w") as output:
            self.process = common.spawn(
                [common.ROOT / "bin" / "odoo", "-d", self.database, "--db-filter", f"^{re.escape(self.database)}$",
                 "--http-port", self.port, "--workers", 0, "--max-cron-threads", 0],
                stdout=output, stderr=subprocess.STDOUT, cwd=common.ROOT)
        try:
            self.wait()
        except BaseException:
            common.end(self.process)
            raise
        return self

    def wait(self):
        until = time.monotonic() + START
        while True:
            if self.process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"Odoo does not answer on {self.url}:\n{self.log.read_text()[-4000:]}")
            try:
                if requests.get(f"{self.url}/web/login", timeout=60).ok:
                    return
            except requests.RequestException:
                time.sleep(0.2)

    def __exit__(self, *_):
        common.end(self.process)

    def errors(self):
        return [match.group() for match in BAD.finditer(self.log.read_text(errors="replace"))]


class Rpc:
    """A user's calls, as the web client makes them."""

    def __init__(self, server, login, password):
        self.server, self.session = server, requests.Session()
        self.uid = self.post("/web/session/authenticate", db=server.database, login=login, password=password)["uid"]

    def post(self, path, **params):
        answer = self.session.post(
            self.server.url + path, json={"jsonrpc": "2.0", "params": params}, timeout=120).json()
        if answer.get("error"):
            raise AssertionError(answer["error"]["data"].get("debug") or answer["error"])
        return answer.get("result")

    def call(self, model, method, *args, **kwargs):
        return self.post(f"/web/dataset/call_kw/{model}/{method}", model=model, method=method, args=args, kwargs=kwargs)

    def create(self, model, **vals):
        if model == "res.users":
            # else Odoo's bot greets a new user: on a phone its chat covers the page, whenever it comes
            vals.setdefault("odoobot_state", "disabled")
        [record_id] = self.call(model, "create", [vals])
        return record_id

    def read(self, model, domain, *fields):
        return self.call(model, "search_read", domain, list(fields))

    def ref(self, xmlid):
        module, name = xmlid.split(".")
        [found] = self.read("ir.model.data", [("module", "=", module), ("name", "=", name)], "res_id")
        return found["res_id"]


class Screen:
    """One person's browser window; `problems` is what went wrong in it, `device` what makes it a phone's."""

    def __init__(self, browser, server, width=1400, height=900, **device):
        self.server, self.problems, self.said, self.refused = server, [], [], []
        self.context = browser.new_context(viewport={"width": width, "height": height}, **PERSON, **device)
        self.context.add_init_script(ONE_FORMATTER)
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.page.on("console", self.on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        self.context.on("response", self.on_response)

    def on_console(self, message):
        self.said.append(message.text)
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def locator(self, selector, **options):
        return self.page.locator(selector, **options)

    def on_response(self, response):
        if response.status >= 400:
            self.refused.append(response)

    def refusals(self):
        """What the server said with each refusal: the browser's console has the address alone."""
        for response in self.refused:
            text = f"{response.status} {response.request.method} {response.url}"
            with contextlib.suppress(Error):    # an answer that the browser no longer has
                text += ": " + " ".join(re.sub("<[^>]*>", " ", response.text()).split())[:3000]
            yield text

    def ask_again(self):
        """Forget a picture or a script that the server refused, where it gives it now: two first requests
        for one thing can meet in a new database, and Odoo refuses the second."""
        for response in list(self.refused):
            if response.request.method == "GET" and self.context.request.get(response.url).ok:
                self.refused.remove(response)
                self.said.append(f"refused once: {response.status} {response.url}")
                self.problems = [text for text in self.problems
                                 if not (text.startswith("console: Failed to load") and response.url in text)]

    # -- going places -----------------------------------------------------
    def authenticate(self, login, password):
        # not by the form: its page has scripts and styles of its own, made anew for every database
        answer = self.context.request.post(f"{self.server.url}/web/session/authenticate", data={
            "jsonrpc": "2.0", "params": {"db": self.server.database, "login": login, "password": password}})
        assert answer.json().get("result", {}).get("uid"), answer.text()

    def login(self, login, password):
        self.authenticate(login, password)
        self.page.goto(f"{self.server.url}/odoo", timeout=FIRST)
        expect(self.locator(".o_main_navbar")).to_be_visible(timeout=FIRST)

    def open(self, path):
        self.page.goto(f"{self.server.url}{path}")
        expect(self.locator(".o_main_navbar")).to_be_visible()

    def app(self, menu):
        """Open an app from the menu of apps."""
        self.locator(".o_navbar_apps_menu button").click()
        self.locator(f'.o-dropdown--menu [data-menu-xmlid="{menu}"]').click()
        expect(self.locator(".o_menu_sections")).to_be_visible()

    def menu(self, section, item=None):
        """Open an entry of a section, or a section that is an entry itself; what the bar has no place for is
        under its plus."""
        bar = self.locator(f'.o_menu_sections [data-menu-xmlid="{section}"]').first
        more = self.locator(".o_menu_sections_more button")
        # the bar of an app that was just opened is still put in order
        expect(bar.or_(more).filter(visible=True).first).to_be_visible()
        if not item and bar.is_visible():
            bar.click()
            return
        entry = self.locator(f'.o-dropdown--menu [data-menu-xmlid="{item or section}"]')
        until = time.monotonic() + PATIENCE / 1000
        while True:
            assert time.monotonic() < until, f"The menu {item or section} does not open."
            # a page that is still drawn anew, or the key before, closes what was opened
            with contextlib.suppress(Error):
                if not entry.is_visible():
                    (bar if bar.is_visible() else more).click(timeout=3000)
                entry.click(timeout=3000)
                return

    def back(self):
        self.locator(".o_control_panel .breadcrumb .o_back_button").click()

    # -- forms ------------------------------------------------------------
    def button(self, name, inside=""):
        return self.locator(f'{inside} button[name="{name}"]:visible').first

    def press(self, name, inside=".o_statusbar_buttons"):
        self.button(name, inside).click()

    def field(self, name, inside=".o_form_view"):
        return self.locator(f'{inside} .o_field_widget[name="{name}"]').first

    def fill(self, name, value, inside=".o_form_view"):
        self.field(name, inside).locator("input, textarea").first.fill(value)

    def choose(self, name, text, inside=".o_form_view"):
        """Type into a many2one and take what is offered."""
        # without a click, which opens the list of everything first, and a second one after the choice
        self.field(name, inside).locator("input").fill(text)
        self.offered(text).first.click()
        expect(self.locator(".o-autocomplete--dropdown-menu")).to_have_count(0)

    def offered(self, text, on_enter=False):
        """The records that a many2one offers for what was typed: "Create", which names the text, too, is none.

        `on_enter` gives the one that Enter takes.
        """
        state = ":has(.ui-state-active)" if on_enter else ""
        return self.locator(f".o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option){state}", has_text=text)

    def tab(self, name):
        self.locator(f'.o_notebook_headers a[name="{name}"]').click()

    def new(self):
        self.locator(".o_control_panel .o_list_button_add:visible, .o_control_panel .o-kanban-button-new:visible, "
                     ".o_control_panel .o_form_button_create:visible").first.click()
        expect(self.locator(".o_form_view")).to_be_visible()

    def save(self):
        self.locator(".o_form_button_save").click()
        expect(self.locator(".o_form_button_save:visible")).to_have_count(0)

    def put_mouse_away(self):
        """The mouse rests where it pressed last; what is drawn under it there answers to it."""
        self.page.mouse.move(0, self.page.viewport_size["height"] - 1)

    def rows(self, text=None, inside=".o_list_view"):
        # the help of a heading under the mouse would cover the rows
        self.put_mouse_away()
        return self.locator(f"{inside} .o_data_row", has_text=text)

    def stage(self):
        """The stage that the status bar shows as the present one."""
        return self.locator(".o_statusbar_status .o_arrow_button_current")

    def picture(self, path):
        with contextlib.suppress(Error):
            self.page.screenshot(path=path, full_page=True, timeout=10_000)


class Cinema:
    """A browser on a server, and its screens."""

    def __init__(self, browser, server, place):
        self.browser, self.server, self.place, self.screens = browser, server, place, {}

    def screen(self, name, **options):
        self.screens[name] = Screen(self.browser, self.server, **options)
        return self.screens[name]

    @contextlib.contextmanager
    def filming(self):
        """Leaves a picture of every screen when the test fails, and has nothing wrong on any when it ends."""
        try:
            yield
            self.check()
        except BaseException:
            for name, screen in self.screens.items():
                screen.picture(self.place / f"{name}.png")
                refusals = list(screen.refusals())
                (self.place / f"{name}.log").write_text("\n".join([*screen.problems, *refusals, "--", *screen.said]))
                print(*refusals, sep="\n", end="")
            print(f"Pictures and logs are in {self.place}")
            raise

    def check(self):
        """Nothing went wrong, on no screen and not in the server."""
        problems = {name: screen.problems for name, screen in self.screens.items() if screen.problems}
        assert not problems, problems
        assert not self.server.errors(), self.server.errors()


def load_demo(database):
    """The demo firm of bin/demo."""
    with open(common.ROOT / "tools" / "load_demo.py") as script:
        databases.odoo("test-demo", "shell", "-d", database, "--no-http", environment=dict(os.environ), stdin=script)


@functools.cache
def browser():
    """The browser, one for all stories of this process: what a story does stays in the contexts of its screens."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not chromium:
        pytest.fail("No Chromium was found: install it (Debian: apt-get install chromium).")
    closing = contextlib.ExitStack()
    atexit.register(closing.close)
    playwright = closing.enter_context(sync_playwright())
    started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    closing.callback(started.close)
    return started


@contextlib.contextmanager
def cinema(name, template, prepare=None, beside=False):
    """A browser and a server on a copy of a database; `prepare` is given the copy first.

    One at a time, whoever plays them: two browsers on a small machine make each other too slow. Only what needs nobody
    to watch it runs `beside` another.
    """
    place = folder(name)
    turn = contextlib.nullcontext() if beside else common.locked(
        common.VAR / "browser.lock", "another story in a browser")
    with turn, copied(template, f"{setting('ODOO_TEST_DB')}_{name}") as database:
        if prepare:
            prepare(database)
        with Server(database, place / "odoo.log") as server:
            show = Cinema(browser(), server, place)
            try:
                yield show
            finally:
                for screen in show.screens.values():
                    screen.context.close()
