import { describe, expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { clickSave, contains, defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class ServiceOrder extends models.Model {
    _name = "crm.service.order";

    code = fields.Char();

    _records = [
        { id: 1, code: "1234" },
        { id: 2, code: false },
    ];
}

defineMailModels();
defineModels([ServiceOrder]);

const SECRET = ".o_service_secret";

function open(resId, attributes = "") {
    return mountView({
        type: "form",
        resModel: "crm.service.order",
        resId,
        arch: `<form><field name="code" widget="service_secret" ${attributes}/></form>`,
    });
}

test("who may only read it sees dots, as many for every code, until it is asked for", async () => {
    await open(1, 'readonly="1"');
    expect(`${SECRET} span`).toHaveText("••••••");
    expect(`${SECRET} input`).toHaveCount(0);
    expect(`${SECRET} button`).toHaveAttribute("title", "Show the code");
    await contains(`${SECRET} button`).click();
    expect(`${SECRET} span`).toHaveText("1234");
    expect(`${SECRET} button`).toHaveAttribute("title", "Hide the code");
    await contains(`${SECRET} button`).click();
    expect(`${SECRET} span`).toHaveText("••••••");
});

test("where there is no code nothing is shown, and nothing is asked for", async () => {
    await open(2, 'readonly="1"');
    expect(`${SECRET} span`).toHaveCount(0);
    expect(`${SECRET} button`).toHaveCount(0);
});

test("it is typed masked, and saved as it was typed", async () => {
    onRpc("crm.service.order", "web_save", ({ args }) => {
        expect.step(args[1]);
    });
    await open(1);
    expect(`${SECRET} input`).toHaveClass("o_service_secret_masked");
    expect(`${SECRET} input`).toHaveValue("1234");
    expect(`${SECRET} input`).toHaveAttribute("type", "text", { message: "else the browser offers to keep it" });
    expect(`${SECRET} input`).toHaveAttribute("autocomplete", "off");
    await contains(`${SECRET} input`).edit("56 78");
    await clickSave();
    expect.verifySteps([{ code: "56 78" }]);
    await contains(`${SECRET} button`).click();
    expect(`${SECRET} input`).not.toHaveClass("o_service_secret_masked");
});
