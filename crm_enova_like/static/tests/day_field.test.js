import { describe, expect, test } from "@odoo/hoot";
import { mockDate, mockTimeZone } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, models, mountView, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { session } from "@web/session";

describe.current.tags("desktop");

class ServiceOrder extends models.Model {
    _name = "crm.service.order";

    name = fields.Char();
    is_open = fields.Boolean();
    date_deadline = fields.Date();
    planned_start = fields.Datetime();

    _records = [
        { id: 1, name: "past", is_open: true, date_deadline: "2026-11-20" },
        { id: 2, name: "yesterday", is_open: true, date_deadline: "2026-11-27" },
        { id: 3, name: "today", is_open: true, date_deadline: "2026-11-28" },
        { id: 4, name: "in two days", is_open: true, date_deadline: "2026-11-30" },
        { id: 5, name: "in three days", is_open: true, date_deadline: "2026-12-01" },
        { id: 6, name: "next month", is_open: true, date_deadline: "2026-12-23" },
        { id: 7, name: "closed", is_open: false, date_deadline: "2026-11-20" },
        { id: 8, name: "none", is_open: true, date_deadline: false },
    ];
}

defineMailModels();
defineModels([ServiceOrder]);

const DAY = ".o_data_cell[name=date_deadline] .o_crm_day";

/** What each row tells: [text, colour]. */
async function readDays(attributes = "options=\"{'open_field': 'is_open'}\"") {
    await mountView({
        type: "list",
        resModel: "crm.service.order",
        arch: `<list><field name="name"/><field name="date_deadline" widget="crm_day" ${attributes}/></list>`,
    });
    return [...document.querySelectorAll(".o_data_cell[name=date_deadline]")].map((cell) => {
        const day = cell.querySelector(".o_crm_day");
        const colour = ["danger", "warning"].find((name) => day?.classList.contains(`text-${name}`)) || "";
        return [cell.textContent.replace(/\s+/g, " ").trim(), colour];
    });
}

test("the 1st and the 23rd of next month are two dates, near and past ones have a colour", async () => {
    mockDate("2026-11-28 12:00:00");
    expect(await readDays()).toEqual([
        ["Nov 20 past", "danger"],
        ["Nov 27 yesterday", "danger"],
        ["Nov 28 today", "warning"],
        ["Nov 30", "warning"],
        ["Dec 1", ""],
        ["Dec 23", ""],
        ["Nov 20", ""],
        ["", ""],
    ]);
    expect(`.o_data_row:eq(0) ${DAY}`).toHaveAttribute("title", "Friday, 11/20/2026, past");
    expect(`.o_data_row:eq(5) ${DAY}`).toHaveAttribute("title", "Wednesday, 12/23/2026");
});

test("the day is that of the company's place, wherever the browser is", async () => {
    // late in the evening in Warsaw, the afternoon in New York; and the next day in Auckland
    mockTimeZone("America/New_York");
    mockDate("2026-11-28 22:30:00", 0);
    patchWithCleanup(session, { crm_zones: { 1: "Pacific/Auckland" } });
    const days = await readDays();
    expect(days.slice(2, 5)).toEqual([
        ["Nov 28 yesterday", "danger"],
        ["Nov 30 tomorrow", "warning"],
        ["Dec 1", "warning"],
    ]);
});

test("without the option a day matters always; it is typed as any date is", async () => {
    mockDate("2026-11-28 12:00:00");
    expect((await readDays(""))[6]).toEqual(["Nov 20 past", "danger"]);
});

test("it is changed as a date", async () => {
    mockDate("2026-11-28 12:00:00");
    await mountView({
        type: "form",
        resModel: "crm.service.order",
        resId: 6,
        arch: `<form><field name="date_deadline" widget="crm_day"/></form>`,
    });
    await contains(".o_field_widget[name=date_deadline] button").click();
    expect(".o_datetime_picker").toHaveCount(1);
});

test("a day without an hour shows no midnight", async () => {
    mockDate("2026-11-28 12:00:00");
    ServiceOrder._records = [
        { id: 1, name: "a visit", is_open: false, planned_start: "2026-11-28 09:00:00" },
        { id: 2, name: "a day", is_open: true, planned_start: "2026-12-23 00:00:00" },
    ];
    await mountView({
        type: "list",
        resModel: "crm.service.order",
        arch: `<list><field name="planned_start" widget="crm_moment" options="{'day_field': 'is_open'}"/></list>`,
    });
    expect(".o_data_row:eq(0) .o_crm_moment").toHaveText(/^Nov 28, /);
    expect(".o_data_row:eq(1) .o_crm_moment").toHaveText(/^Dec 2[23]$/);
});
