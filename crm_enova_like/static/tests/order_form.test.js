import { describe, expect, press, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class ServiceOrder extends models.Model {
    _name = "crm.service.order";

    name = fields.Char();
    phone = fields.Char();
    note = fields.Char();
    device_line_ids = fields.One2many({ relation: "crm.service.order.device" });

    _records = [{ id: 1, name: "ZSR/2026/00001", device_line_ids: [] }];
    _views = {
        form: `
            <form js_class="service_order_form">
                <group class="o_service_contractor"><field name="name"/><field name="phone"/></group>
                <group><field name="note"/></group>
                <field name="device_line_ids"><list editable="bottom"><field name="fault"/></list></field>
            </form>`,
    };
}

class ServiceOrderDevice extends models.Model {
    _name = "crm.service.order.device";

    fault = fields.Char();
}

defineMailModels();
defineModels([ServiceOrder, ServiceOrderDevice]);

const ROW = ".o_field_widget[name='device_line_ids'] .o_selected_row";

const open = (resId) => mountView({ type: "form", resModel: "crm.service.order", resId });
const field = (name) => `.o_field_widget[name='${name}'] input`;

async function tabFrom(name, key = "Tab") {
    await contains(field(name)).focus();
    await press(key);
    await new Promise((resolve) => requestAnimationFrame(resolve));
}

test("Tab goes from the last field of the contractor of a new order to its first device", async () => {
    await open();
    await contains(field("phone")).edit("601 222 333", { confirm: false });
    await tabFrom("phone");
    expect(ROW).toHaveCount(1);
    expect(`${ROW} ${field("fault")}`).toBeFocused();
    expect(field("phone")).toHaveValue("601 222 333", { message: "what was typed stays" });
});

test("Tab goes its usual way from the other fields, and back", async () => {
    await open();
    await tabFrom("name");
    expect(field("phone")).toBeFocused();
    expect(ROW).toHaveCount(0);
    await tabFrom("phone", ["Shift", "Tab"]);
    expect(field("name")).toBeFocused();
    expect(ROW).toHaveCount(0);
    await tabFrom("note");
    expect(ROW).toHaveCount(0);
});

test("Tab makes no second device", async () => {
    await open();
    await tabFrom("phone");
    await contains(`${ROW} ${field("fault")}`).edit("No power", { confirm: false });
    await tabFrom("phone");
    expect(field("phone")).not.toBeFocused();
    expect(".o_field_widget[name='device_line_ids'] .o_data_row").toHaveCount(1);
});

test("Tab makes no device in an order that is saved", async () => {
    await open(1);
    await tabFrom("phone");
    expect(field("note")).toBeFocused();
    expect(ROW).toHaveCount(0);
});
