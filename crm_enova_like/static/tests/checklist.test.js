import { advanceTime, beforeEach, describe, expect, queryAllTexts, test, tick, waitFor, waitUntil } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, getService, mockService, mountWebClient } from "@web/../tests/web_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";

describe.current.tags("desktop");
defineMailModels();

const ORDER = 7;
const OURS = /^(checklist_|action_finish|action_repaired|action_open_follow_up)/;

function check(id, name, vals = {}) {
    return {
        id,
        name,
        measure: "none",
        min: 0,
        max: 0,
        unit: "",
        limits: "",
        result: "",
        value: null,
        remark: "",
        has_photo: false,
        repair_order: false,
        ...vals,
    };
}

function device(id, name, checks, vals = {}) {
    const inspection = {
        id: id + 100,
        regime: "Yearly",
        legal_basis: "",
        protocol_number: "",
        state: "ordered",
        result: "",
        checks,
        ...vals,
    };
    return {
        id,
        name,
        identifier: `KASA-${id}`,
        serial_number: "",
        state: "open",
        state_label: "Open",
        inspections: [inspection],
    };
}

/** An order with two devices, as the server gives it. */
function makeOrder() {
    return {
        id: ORDER,
        name: "ZSR/2026/00007",
        partner: "Bakery",
        address: "",
        phone: "",
        person: "Anna",
        is_open: true,
        is_signed: false,
        signed_by: "",
        results: [
            ["passed", "Passed"],
            ["failed", "Failed"],
        ],
        devices: [
            device(1, "Nano E", [
                check(11, "Seal"),
                check(12, "Clock", { measure: "max", max: 5, unit: "min" }),
                check(13, "Voltage", { measure: "range", min: 220, max: 240 }),
                check(14, "Reading", { measure: "value" }),
            ]),
            device(2, "Nano S", [check(21, "Seal"), check(22, "Print")]),
        ],
    };
}

let order, calls, offline;

beforeEach(() => {
    order = makeOrder();
    calls = [];
    offline = false;
    mockService("orm", {
        async call(model, method, args = []) {
            if (!OURS.test(method)) {
                return super.call(...arguments);
            }
            await tick();
            if (offline) {
                throw new ConnectionLostError("/web/dataset/call_kw");
            }
            calls.push([method, ...JSON.parse(JSON.stringify(args))]);
            const answers = {
                checklist_load: () => structuredClone(order),
                checklist_save: () => ({ refused: [] }),
                action_open_follow_up: () => false,
            };
            return answers[method]?.() ?? true;
        },
    });
});

/** The page of the order; it can be opened again, as after a reload. */
async function openChecklist() {
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_enova_like.checklist",
        context: { active_id: ORDER },
    });
}

async function start() {
    await mountWebClient();
    await openChecklist();
}

/** What was sent of the items since the page was opened: {id: values}. */
async function sent() {
    await getService("crm_checklist_queue").flush();
    const changes = calls.filter(([method]) => method === "checklist_save").flatMap(([, list]) => list);
    return Object.fromEntries(changes.map(({ id, vals }) => [id, vals]));
}

const item = (id) => `.o_crm_check[data-id='${id}']`;
const answer = (id, value) => contains(`${item(id)} [data-answer='${value}']`).click();
const pressed = (id) => `${item(id)} [aria-pressed='true']`;

test("the device that lacks most comes open, with what is left of each", async () => {
    order.devices[0].inspections[0].checks = [check(11, "Seal", { result: "not_ok" })];
    await start();
    expect(".o_crm_device").toHaveCount(2);
    expect(".o_crm_device[data-id='2'] .o_crm_check").toHaveCount(2);
    expect(".o_crm_device[data-id='1'] .o_crm_check").toHaveCount(0);
    expect(queryAllTexts(".o_crm_device .badge")).toEqual(["1", "", "2"]);
    expect(".o_crm_device[data-id='1'] .badge.text-bg-danger").toHaveText("1");
    expect(".o_crm_device[data-id='2'] .badge.text-bg-warning").toHaveText("2");
});

test("an answer is pressed, and pressed again it is taken back", async () => {
    await start();
    await answer(11, "not_ok");
    expect(pressed(11)).toHaveText("Not OK");
    expect(`${item(11)} .o_crm_remark`).toHaveCount(1, { message: "what is not OK asks for a remark" });
    expect(await sent()).toEqual({ 11: { result: "not_ok" } });
    await answer(11, "not_ok");
    expect(pressed(11)).toHaveCount(0);
    expect(await sent()).toEqual({ 11: { result: false } });
});

test("a value within its limits is OK, one beyond them is not", async () => {
    await start();
    const judged = { 5: "OK", 5.01: "Not OK", 0: "OK", "-3": "OK" };
    for (const [value, label] of Object.entries(judged)) {
        await contains(`${item(12)} .o_crm_value`).edit(value);
        expect(pressed(12)).toHaveText(label, { message: `at most 5, and it is ${value}` });
    }
    for (const [value, label] of Object.entries({ 219.9: "Not OK", 220: "OK", 240: "OK", 240.1: "Not OK" })) {
        await contains(`${item(13)} .o_crm_value`).edit(value);
        expect(pressed(13)).toHaveText(label, { message: `220 to 240, and it is ${value}` });
    }
    const { 12: clock, 13: voltage } = await sent();
    expect(clock).toEqual({ value: -3, result: "ok" });
    expect(voltage).toEqual({ value: 240.1, result: "not_ok" });
});

test("a value without limits leaves the answer that was given", async () => {
    await start();
    await answer(14, "not_ok");
    await contains(`${item(14)} .o_crm_value`).edit("12");
    expect(pressed(14)).toHaveText("Not OK");
    expect((await sent())[14]).toEqual({ result: "not_ok", value: 12 });
});

test("what is no number is marked and not sent; a value can be taken out", async () => {
    await start();
    await contains(`${item(12)} .o_crm_value`).edit("about five");
    expect(`${item(12)} .o_crm_value`).toHaveClass("is-invalid");
    expect(pressed(12)).toHaveCount(0);
    expect(await sent()).toEqual({});
    await contains(`${item(12)} .o_crm_value`).edit("4");
    expect(`${item(12)} .o_crm_value`).not.toHaveClass("is-invalid");
    await contains(`${item(12)} .o_crm_value`).edit("");
    expect((await sent())[12]).toEqual({ value: false, result: "ok" });
    expect(`${item(12)} .fa-check.text-success`).toHaveCount(0, { message: "OK without its value is not answered" });
});

test("the rest is OK: what has an answer keeps it, what asks for a value waits", async () => {
    await start();
    await answer(11, "not_ok");
    await contains(".o_crm_all_ok").click();
    expect(pressed(11)).toHaveText("Not OK");
    expect(await sent()).toEqual({ 11: { result: "not_ok" }, 21: { result: "ok" }, 22: { result: "ok" } });
    expect(".o_notification").toHaveText(/3 items ask for a value/);
    expect(".o_crm_device[data-id='1'] .badge.text-bg-warning").toHaveText("3");
    expect(".o_crm_device[data-id='2'] .badge.text-bg-success").toHaveCount(1);
});

test("the result follows the answers until somebody judges", async () => {
    await start();
    expect(".o_crm_result").toHaveValue("passed");
    await answer(11, "not_ok");
    expect(".o_crm_result").toHaveValue("failed");
    await contains(".o_crm_result").select("passed");
    expect(".o_crm_result").toHaveValue("passed");
    await getService("crm_checklist_queue").flush();
    expect(calls.at(-1)).toEqual(["checklist_result", [101], "passed"]);
});

test("a device is finished when everything of it has arrived", async () => {
    order.devices[0].inspections[0].checks = [check(11, "Seal")];
    await start();
    expect(".o_crm_finish").not.toBeEnabled();
    await answer(11, "ok");
    expect(".o_crm_finish").toBeEnabled();
    calls = [];
    await contains(".o_crm_finish").click();
    await waitUntil(() => calls.length === 3);
    expect(calls.map(([method]) => method)).toEqual(["checklist_save", "action_repaired", "checklist_load"]);
    expect(calls[1]).toEqual(["action_repaired", [1]]);
});

test("without a connection nothing is finished, what was typed is counted and kept", async () => {
    order.devices[0].inspections[0].checks = [check(11, "Seal")];
    await start();
    offline = true;
    calls = [];
    await answer(11, "ok");
    await contains(".o_crm_finish").click();
    await waitFor(".o_crm_offline");
    expect(".o_crm_offline strong").toHaveText("1");
    expect(".o_notification").toHaveText(/There is no connection/);
    expect(calls).toEqual([]);
    offline = false;
    await advanceTime(4000);
    await waitFor(".o_crm_all_sent");
    expect(calls).toEqual([["checklist_save", [{ id: 11, vals: { result: "ok" } }]]]);
    expect(".o_crm_offline").toHaveCount(0);
});

test("opened where there is no signal, it shows what was read last and what was typed since", async () => {
    await start();
    offline = true;
    await answer(11, "na");
    await contains(`${item(12)} .o_crm_value`).edit("7");
    await openChecklist();
    expect(pressed(11)).toHaveText("Not applicable");
    expect(pressed(12)).toHaveText("Not OK");
    expect(`${item(12)} .o_crm_value`).toHaveValue("7");
    expect(".o_crm_offline strong").toHaveText("2");
});

test("opened for the first time where there is no signal, it says so, and can be tried again", async () => {
    offline = true;
    await start();
    expect(".o_crm_checklist .alert-warning").toHaveText(/not opened on this phone before/);
    expect(".o_crm_device").toHaveCount(0);
    offline = false;
    await contains(".o_crm_checklist .alert-warning button").click();
    await waitFor(".o_crm_device");
    expect(".o_crm_device").toHaveCount(2);
    expect(".o_crm_checklist .alert-warning").toHaveCount(0, { message: "the connection is there" });
});

test("a device that is done, and one of a closed order, can no longer be filled in", async () => {
    Object.assign(order.devices[1], { state: "repaired", state_label: "Repaired" });
    await start();
    expect(".o_crm_device[data-id='2'] .badge.text-bg-secondary").toHaveText("Repaired");
    await contains(".o_crm_device[data-id='2'] .card-header").click();
    expect(".o_crm_check").toHaveCount(2);
    expect(".o_crm_check [data-answer]:enabled").toHaveCount(0);
    expect(".o_crm_finish").toHaveCount(0);
    order.is_open = false;
    await openChecklist();
    await contains(".o_crm_device[data-id='1'] .card-header").click();
    expect(".o_crm_check [data-answer]:enabled").toHaveCount(0);
    expect(".o_crm_complete").toHaveCount(0);
});

test("a failed one is red, and it is asked what follows", async () => {
    const [first, second] = order.devices;
    first.inspections[0].checks = [check(11, "Seal", { result: "not_ok" })];
    await start();
    await contains(".o_crm_device[data-id='1'] .card-header").click();
    calls = [];
    Object.assign(first, { state: "repaired", state_label: "Failed result", is_failed: true });
    Object.assign(first.inspections[0], { state: "done", result: "failed", is_failed: true, is_undecided: true });
    await contains(".o_crm_device[data-id='1'] .o_crm_finish").click();
    await waitUntil(() => calls.length === 3);
    expect(calls.map(([method]) => method)).toEqual(["action_repaired", "checklist_load", "action_open_follow_up"]);
    expect(calls[2]).toEqual(["action_open_follow_up", [ORDER]]);
    await waitFor(".o_crm_device[data-id='1'] .badge.text-bg-danger:contains('Failed result')");
    expect(second.state).toBe("open");
    await contains(".o_crm_device[data-id='1'] .card-header").click();
    await contains(".o_crm_decide").click();
    await waitUntil(() => calls.length === 4);
    expect(calls[3][0]).toBe("action_open_follow_up");
});
