import { QuickEvent } from "@crm_enova_like/quick_event/quick_event";

import { describe, expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, mockService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();

/** Mount it for a user of these groups. */
async function start(...groups) {
    onRpc("res.users", "has_group", ({ args: [, group] }) => groups.includes(group));
    mockService("action", {
        doAction(action) {
            expect.step([action.res_model, action.target, action.views]);
        },
    });
    await mountWithCleanup(QuickEvent);
}

test("a person of the service notes an event from wherever one is", async () => {
    await start("crm_enova_like.group_technician");
    await contains(".o_crm_quick_event").click();
    expect.verifySteps([["crm.event", "new", [[false, "form"]]]]);
});

test("others have no such button", async () => {
    await start("base.group_user");
    expect(".o_crm_quick_event").toHaveCount(0);
});
