"""What the working days in a browser share: a firm whose names have sixty characters, and a look at each screen."""
import datetime
import io
from zoneinfo import ZoneInfo

import screens
from babel.dates import format_date
from browser import PATIENCE, expect
from pypdf import PdfReader

ADDON = "crm_enova_like"
DESK = {"width": 1366, "height": 768}
# the longest names that a firm's papers allow; what they are is told by their beginnings
FIRM = "Przedsiębiorstwo Handlowo-Usługowe Złoty Kłos Nowakowscy S.A"
DEVICE = "Kasa fiskalna online z drukarką paragonów i modułem gastrono"
FAULT = "Nie drukuje paragonów, a po włączeniu wyświetla błąd pamięci"
# what counts in a row, by the register
COLUMNS = {
    "orders": ("name", "partner_id", "device_names", "fault_text", "user_id", "date_deadline", "stage_id"),
    "inspections": ("planned_date", "device_id", "partner_id", "city", "regime_id", "state_name"),
    "contractors": ("complete_name", "vat", "phone", "city"),
    "tasks": ("planned_start", "date_deadline", "subject", "partner_id"),
    "events": ("date", "name", "partner_id", "person_id", "user_id"),
}


def day(days):
    """A day of the firm's, at every hour, as the database keeps it."""
    return str(datetime.datetime.now(ZoneInfo("Europe/Warsaw")).date() + datetime.timedelta(days=days))


def shown(date):
    """A day as the lists show it in Polish, without its year."""
    return format_date(datetime.date.fromisoformat(date), "d MMM", locale="pl")


def long(text, length=60):
    """A name of so many characters which begins as the firm calls it."""
    return (text + " " + "Małgorzata Brzęczyszczykiewicz-Szczepańska z oddziału Bydgoszcz Fordon")[:length].strip()


def employ(admin, people):
    """Users with their groups: {login: (name, groups)} to {login: id}."""
    return {
        login: admin.create(
            "res.users", name=name, login=login, password=login, lang="pl_PL", tz="Europe/Warsaw",
            group_ids=[(6, 0, [admin.ref(group) for group in ("base.group_user", *groups)])])
        for login, (name, groups) in people.items()}


class Day:
    """One person's working day: `visit` looks at a screen, and `end` tells all that was wrong on any."""

    def __init__(self, show, login):
        self.screen, self.login, self.found = show.screen(login, **DESK), login, {}
        self.page, self.seen = self.screen.page, set()

    def visit(self, name, register=None, allowed=()):
        """Look at what is shown now: words, errors, access, and the columns of the register that count; at each screen
        once, by its name."""
        if name in self.seen:
            return
        self.seen.add(name)
        expect(self.screen.locator(".o_loading_indicator")).to_have_count(0)
        self.page.wait_for_function("document.fonts.status === 'loaded'")
        self.screen.put_mouse_away()
        for line in screens.look(self.screen, COLUMNS.get(register, ()), allowed):
            self.found.setdefault(line, name)
        self.screen.problems.clear()

    def end(self):
        assert not self.found, "\n".join(f"{name}: {line}" for line, name in self.found.items())

    # -- what a hand does ---------------------------------------------------
    def search(self, text):
        """Typed and Enter, without choosing a line of what is offered."""
        box = self.screen.locator(".o_searchview_input")
        box.fill(text)
        box.press("Enter")
        expect(self.screen.locator(".o_facet_value", has_text=text)).to_be_visible()

    def dialog_is_gone(self):
        expect(self.screen.locator(".modal")).to_have_count(0)

    def paper(self, press):
        """What a press prints: its text by pages."""
        with self.page.expect_download(timeout=2 * PATIENCE) as download:
            press()
        # read now: the file goes with the browser
        return PdfReader(io.BytesIO(download.value.path().read_bytes()))
