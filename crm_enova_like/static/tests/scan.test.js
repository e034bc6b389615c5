import { animationFrame, beforeEach, Deferred, describe, expect, keyDown, press, queryOne, test, waitFor } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    getService,
    makeServerError,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class ServiceOrder extends models.Model {
    _name = "crm.service.order";

    name = fields.Char({ required: true });
    count = fields.Integer();

    _records = [{ id: 7, name: "ZSR/2026/00007", count: 0 }];
    _views = {
        form: `
            <form>
                <field name="name"/>
                <field name="count"/>
                <widget name="crm_scan" placeholder="A barcode"/>
            </form>`,
    };
}

defineMailModels();
defineModels([ServiceOrder]);

const CODE = ".o_crm_scan_code", ANSWER = ".o_crm_scan_answer";

let answers, scanned;

beforeEach(() => {
    answers = {};
    scanned = [];
    onRpc("crm.service.order", "action_scan", async function ({ args: [[id], code], kwargs }) {
        scanned.push([code, Boolean(kwargs.confirmed)]);
        const answer = await answers[code]?.(kwargs.confirmed);
        if (!answer?.confirm) {
            this.env["crm.service.order"].write(id, { count: scanned.length });
        }
        return answer || { type: "success", message: `${code} added` };
    });
});

const start = () => mountView({ type: "form", resModel: "crm.service.order", resId: 7 });

/** As a hand scanner does it: the code, and Enter. */
async function scan(code) {
    await contains(CODE).edit(code, { confirm: false });
    await press("Enter");
}

/** The answer of this kind, as soon as it is there. */
async function answered(kind) {
    return waitFor(`${ANSWER}.alert-${kind}`);
}

test("what is scanned into the field is taken, told, and seen on the form", async () => {
    await start();
    expect(CODE).toHaveAttribute("placeholder", "A barcode");
    await contains(CODE).edit("590", { confirm: "enter" });
    expect(await answered("success")).toHaveText("590 added");
    expect(scanned).toEqual([["590", false]]);
    expect(".o_field_widget[name='count'] input").toHaveValue("1");
    expect(CODE).toHaveValue("");
    expect(CODE).toBeFocused({ message: "for the next code" });
});

test("the button takes a code that was typed", async () => {
    await start();
    await contains(CODE).edit("590", { confirm: false });
    await contains(".o_crm_scan_take").click();
    await answered("success");
    expect(scanned).toEqual([["590", false]]);
});

test("what is typed in the form is saved before; where it cannot be, nothing is scanned", async () => {
    onRpc("crm.service.order", "web_save", ({ args }) => {
        expect.step(args[1].name);
    });
    await start();
    await contains(".o_field_widget[name='name'] input").edit("another");
    await scan("590");
    await answered("success");
    expect.verifySteps(["another"]);
    expect(scanned.length).toBe(1);
    await contains(".o_field_widget[name='name'] input").edit("");
    await scan("591");
    await waitFor(".o_field_invalid");
    await animationFrame();
    expect.verifySteps([]);
    expect(scanned.length).toBe(1, { message: "a form without its number is not saved" });
});

test("the same part again is asked about in place", async () => {
    answers["590"] = (confirmed) => !confirmed && { confirm: "590 is there already." };
    await start();
    await scan("590");
    expect(await answered("warning")).toHaveText(/590 is there already/);
    await contains(".o_crm_scan_enough").click();
    expect(ANSWER).toHaveCount(0);
    expect(CODE).toBeFocused();
    expect(scanned).toEqual([["590", false]]);
    await scan("590");
    await contains(".o_crm_scan_more").click();
    expect(await answered("success")).toHaveText("590 added");
    expect(scanned.at(-1)).toEqual(["590", true]);
    expect(".o_crm_scan_more").toHaveCount(0);
});

test("what the server refuses is said in place, without a dialog", async () => {
    answers["591"] = () => {
        throw makeServerError({ type: "UserError", message: "591 is no part." });
    };
    await start();
    await scan("591");
    expect(await answered("danger")).toHaveText("591 is no part.");
    expect(".modal").toHaveCount(0);
    await scan("590");
    expect(await answered("success")).toHaveText("590 added");
});

test("codes are sent one after another, in the order they were scanned", async () => {
    const network = new Deferred();
    answers["590"] = async () => {
        await network;
        expect.step("590 answered");
    };
    answers["591"] = () => expect.step("591 asked");
    await start();
    await scan("590");
    await scan("591");
    await animationFrame();
    expect.verifySteps([]);
    network.resolve();
    await expect.waitForSteps(["590 answered", "591 asked"]);
});

test("after a fault of the server or the network the next code is taken", async () => {
    expect.errors(1);
    answers["591"] = () => {
        throw new Error("a bug");
    };
    await start();
    await scan("591");
    await waitFor(".o_error_dialog");
    await contains(".o_error_dialog button.btn-close, .o_error_dialog .btn-primary").click();
    await scan("590");
    expect(await answered("success")).toHaveText("590 added");
    expect(scanned.map(([code]) => code)).toEqual(["591", "590"]);
    expect.verifyErrors(["a bug"]);
});

/** A scanner that types while no field has the cursor. */
async function scanAnywhere(code) {
    queryOne(CODE).blur();
    for (const key of [...code, "Enter"]) {
        await keyDown(key);
    }
    await animationFrame();
}

test("a code is taken while no field has the cursor, a command of Odoo is not", async () => {
    await start();
    await scanAnywhere("5901");
    await answered("success");
    expect(scanned).toEqual([["5901", false]]);
    await scanAnywhere("OBTvalidate");
    await scanAnywhere("OCDDISC");
    expect(scanned.length).toBe(1);
});

test("a code is not taken behind a dialog", async () => {
    await start();
    getService("ui").activateElement(document.createElement("div"));
    getService("barcode").bus.trigger("barcode_scanned", { barcode: "5901", target: document.body });
    await animationFrame();
    expect(scanned).toEqual([]);
});
