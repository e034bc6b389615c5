"""A day in the calendars, in a browser, in Polish: an operator opens, lengthens and plans what a technician has to do,
makes a task in an empty hour, and hands all of it over when he is ill."""
import datetime
from zoneinfo import ZoneInfo

import pytest
from browser import Rpc, cinema, expect, setting

pytestmark = pytest.mark.browser

ADDON = "crm_enova_like"
TEAM, TECHNICIANS = "/odoo/crm-team-calendar", "/odoo/crm-technicians-calendar"
PEOPLE = {"operator": ("Olga Operator", "group_user"), "serwisant": ("Sławek Serwisant", "group_technician"),
          "kolega": ("Karol Kolega", "group_technician")}
HOTEL, TOWN, PHONE, DEVICE = "Hotel Warta", "Poznań", "+48 61 555 22 33", "Ekspres Magnifica"
BAKERY, OVEN = "Piekarnia Kłos", "Piec Miwe"
TASK = "Pomiary w kuchni"
SEVEN, TEN, ONE, FOUR = 7, 10, 13, 16
HOUR = datetime.timedelta(hours=1)
QUARTER = HOUR / 4    # a hand is not exact: the screen snaps to it


def today():
    """The firm's day, at every hour."""
    return datetime.datetime.now(ZoneInfo("Europe/Warsaw")).date()


def at(hour):
    """Today at an hour in Warsaw, as the database keeps it."""
    local = datetime.datetime.combine(today(), datetime.time(hour), ZoneInfo("Europe/Warsaw"))
    return local.astimezone(datetime.UTC).replace(tzinfo=None)


def settle_in(admin):
    """An operator and two technicians, an order that is planned for ten, and one that is due today."""
    users = {login: admin.create(
        "res.users", name=name, login=login, password=login, lang="pl_PL", tz="Europe/Warsaw",
        group_ids=[(6, 0, [admin.ref("base.group_user"), admin.ref(f"{ADDON}.{group}")])])
        for login, (name, group) in PEOPLE.items()}
    kind = admin.create("crm.service.device.type", name="Urządzenie kuchenne")
    orders = []
    for name, device, plan in (
            (HOTEL, DEVICE, {"planned_start": str(at(TEN)), "planned_stop": str(at(TEN + 1))}),
            (BAKERY, OVEN, {"date_deadline": str(today())})):
        partner = admin.create("res.partner", name=name, is_company=True, phone=PHONE, city=TOWN)
        card = admin.create("crm.service.device", name=device, type_id=kind, partner_id=partner)
        orders.append(admin.create(
            "crm.service.order", partner_id=partner, user_id=users["serwisant"],
            device_line_ids=[(0, 0, {"device_id": card, "fault": "Nie grzeje"})], **plan))
    return users, orders


def plan_of(admin, order):
    """When an order is planned, and its deadline."""
    [found] = admin.read("crm.service.order", [("id", "=", order)], "planned_start", "planned_stop", "date_deadline")
    start, stop = (found[name] and datetime.datetime.fromisoformat(found[name])
                   for name in ("planned_start", "planned_stop"))
    return start, stop, found["date_deadline"]


def entry(screen, text):
    return screen.locator(".o_calendar_view .fc-event", has_text=text)


def hour_of(screen, hour):
    """The height on the screen at which an hour begins."""
    return screen.locator(f'.fc-timegrid-slot-lane[data-time="{hour:02}:00:00"]').bounding_box()["y"]


def drag(screen, start, stop):
    mouse = screen.page.mouse
    mouse.move(*start)
    mouse.down()
    mouse.move((start[0] + stop[0]) / 2, (start[1] + stop[1]) / 2, steps=5)
    mouse.move(*stop, steps=5)
    with screen.page.expect_response(lambda response: response.url.endswith("move_entry")):
        mouse.up()


def open_an_entry(screen, admin, order):
    """It says whom, where and what, the number last; and it opens its order."""
    [number] = admin.read("crm.service.order", [("id", "=", order)], "name")
    tile = entry(screen, HOTEL)
    for text in (f"{HOTEL}, {TOWN}", DEVICE):
        expect(tile).to_contain_text(text)
    expect(tile.locator(".o_crm_tile > div").last).to_have_text(number["name"])
    tile.click()
    popover = screen.locator(".o_cw_popover")
    expect(popover).to_contain_text(DEVICE)
    popover.locator(".o_cw_popover_edit").click()
    expect(screen.locator(".o_form_view")).to_contain_text(number["name"])
    expect(screen.field("partner_id").locator("input")).to_have_value(HOTEL)
    screen.back()


def lengthen(screen, admin, order):
    """Its lower edge, an hour down."""
    tile = entry(screen, HOTEL)
    tile.scroll_into_view_if_needed()
    tile.hover()
    edge = tile.locator(".fc-event-resizer-end").bounding_box()
    x, y = edge["x"] + edge["width"] / 2, edge["y"] + 3
    drag(screen, (x, y), (x, y + hour_of(screen, TEN + 1) - hour_of(screen, TEN)))
    start, stop, _deadline = plan_of(admin, order)
    assert start == at(TEN)
    assert abs(stop - at(TEN + 2)) <= QUARTER


def plan_what_is_due(screen, admin, order):
    """What has a deadline alone stands on its day, hollow; dragged to an hour it is planned, and due as before."""
    tile = screen.locator(".o_crm_hollow", has_text=BAKERY)
    expect(tile).to_be_visible()
    lane = screen.locator(f'.fc-timegrid-slot-lane[data-time="{ONE}:00:00"]')
    lane.scroll_into_view_if_needed()
    box = tile.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    drag(screen, (x, y), (x, hour_of(screen, ONE) + 4))
    expect(screen.locator(".o_crm_hollow")).to_have_count(0)
    expect(screen.locator(".fc-timegrid-event", has_text=BAKERY)).to_be_visible()
    start, stop, deadline = plan_of(admin, order)
    assert abs(start - at(ONE)) <= QUARTER
    assert (stop - start, deadline) == (HOUR, str(today()))


def performer(screen, name):
    return screen.locator('.o_calendar_filter[data-name="user_id"] .o_calendar_filter_item', has_text=name)


def choose_whom(screen):
    """Whom the reader does not want to see is not seen tomorrow either."""
    colleague = PEOPLE["kolega"][0]
    expect(entry(screen, colleague)).to_have_count(1)
    with screen.page.expect_response(lambda response: response.url.endswith("set_res_users_settings")):
        performer(screen, colleague).locator("input").uncheck()
    expect(entry(screen, colleague)).to_have_count(0)
    screen.page.reload()
    expect(entry(screen, HOTEL)).to_be_visible()
    expect(performer(screen, colleague).locator("input")).not_to_be_checked()
    expect(entry(screen, colleague)).to_have_count(0)


def make_a_task(screen, admin):
    """An empty hour makes a task of who is shown."""
    lane = screen.locator(f'.fc-timegrid-slot-lane[data-time="{FOUR}:00:00"]')
    lane.scroll_into_view_if_needed()
    column = screen.locator(f'.fc-timegrid-col[data-date="{today()}"]').bounding_box()
    screen.page.mouse.click(column["x"] + column["width"] / 2, hour_of(screen, FOUR) + 4)
    expect(screen.field("user_id", ".modal").locator("input")).to_have_value(PEOPLE["serwisant"][0])
    screen.fill("name", TASK, ".modal")
    screen.locator(".modal .o_form_button_save").click()
    expect(screen.locator(".modal")).to_have_count(0)
    expect(entry(screen, TASK)).to_be_visible()
    [task] = admin.read("crm.task", [("name", "=", TASK)], "planned_start", "planned_stop", "user_id")
    assert task["user_id"][1] == PEOPLE["serwisant"][0]
    assert (task["planned_start"], task["planned_stop"]) == (str(at(FOUR)), str(at(FOUR + 1)))


def hand_a_day_over(screen, admin, orders):
    """All that he had to do today, with whom to call."""
    screen.locator(".o_crm_absence").click()
    expect(screen.field("user_id", ".modal").locator("input")).to_have_value(PEOPLE["serwisant"][0])
    expect(screen.rows(inside=".modal")).to_have_count(3)
    expect(screen.rows(HOTEL, ".modal")).to_contain_text(PHONE)
    screen.choose("substitute_id", PEOPLE["kolega"][0], ".modal")
    screen.press("action_apply", ".modal")
    expect(screen.button("action_apply", ".modal")).to_have_count(0)
    expect(screen.rows(HOTEL, ".modal")).to_contain_text(PHONE)
    screen.locator(".modal-footer button:visible").click()
    expect(screen.locator(".modal")).to_have_count(0)
    expect(entry(screen, HOTEL)).to_have_count(0)    # the colleague is not shown
    for order in admin.read("crm.service.order", [("id", "in", orders)], "user_id"):
        assert order["user_id"][1] == PEOPLE["kolega"][0]


def play(show):
    admin = Rpc(show.server, "admin", "admin")
    users, orders = settle_in(admin)
    admin.create("crm.task", name=f"Szkolenie: {PEOPLE['kolega'][0]}", user_id=users["kolega"],
                 planned_start=str(at(SEVEN)), planned_stop=str(at(SEVEN + 1)))
    screen = show.screen("operator")
    screen.login("operator", "operator")
    screen.open(TEAM)
    expect(screen.locator(".fc-timeGridWeek-view")).to_be_visible()
    open_an_entry(screen, admin, orders[0])
    lengthen(screen, admin, orders[0])
    plan_what_is_due(screen, admin, orders[1])
    screen.open(TECHNICIANS)
    expect(screen.locator(".fc-timeGridWeek-view")).to_be_visible()
    expect(entry(screen, f"{HOTEL}, {TOWN}")).to_contain_text(DEVICE)
    choose_whom(screen)
    make_a_task(screen, admin)
    hand_a_day_over(screen, admin, orders)
    phone = show.screen("phone", width=360, height=800, is_mobile=True, has_touch=True)
    phone.login("kolega", "kolega")
    for path in (TEAM, TECHNICIANS):
        phone.open(path)
        expect(phone.locator(".fc-timeGridDay-view")).to_be_visible()
        expect(entry(phone, HOTEL)).to_contain_text(DEVICE)


def test_a_day_in_the_calendars():
    with cinema("calendars", setting("ODOO_TEST_DB")) as show, show.filming():
        play(show)
