import { describe, expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { PhoneField } from "@web/views/fields/phone/phone_field";

describe.current.tags("desktop");

class ServiceOrder extends models.Model {
    _name = "crm.service.order";

    phone = fields.Char();
    mobile = fields.Boolean();

    _records = [
        { id: 1, phone: "+48 602 555 200", mobile: true },
        { id: 2, phone: "+48 61 555 22 33", mobile: false },
    ];
}

defineMailModels();
defineModels([ServiceOrder]);

/** The field as an app that sends text messages makes it: told by a property whether to offer one. */
async function open(resId) {
    patchWithCleanup(PhoneField, { props: { ...PhoneField.props, enableButton: { type: Boolean, optional: true } } });
    patchWithCleanup(PhoneField.prototype, {
        setup() {
            super.setup();
            expect.step(`text message: ${this.props.enableButton}`);
        },
    });
    await mountView({
        type: "form",
        resModel: "crm.service.order",
        resId,
        arch: `<form edit="0"><field name="phone" widget="crm_phone" options="{'mobile_field': 'mobile'}"/></form>`,
    });
}

test("a mobile number takes a text message", async () => {
    await open(1);
    expect(".o_phone_content a[href='tel:+48602555200']").toHaveCount(1);
    expect.verifySteps(["text message: true"]);
});

test("another number is called", async () => {
    await open(2);
    expect(".o_phone_content a[href='tel:+48615552233']").toHaveCount(1);
    expect.verifySteps(["text message: false"]);
});
