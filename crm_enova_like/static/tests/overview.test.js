import { ServiceOverview } from "@crm_enova_like/overview/overview";

import { describe, expect, queryAllTexts, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, mockService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();

const LATE = [["is_late", "=", true]];
const SECTIONS = [
    {
        name: "orders",
        kind: "tiles",
        title: "Orders",
        tiles: [
            {
                name: "late", label: "Late", count: 3, danger: true, amounts: [], note: "oldest: 12 days",
                res_model: "crm.service.order", domain: LATE,
            },
            {
                name: "ready", label: "Ready", count: 12, danger: false, amounts: [[1234.5, 1], [7, 2]],
                res_model: "crm.service.order", domain: [],
            },
        ],
    },
    { name: "people", kind: "bar", title: "People", tiles: [] },
];

async function start() {
    onRpc("crm.service.order", "get_service_overview", () => SECTIONS);
    mockService("action", {
        doAction({ name, res_model, domain, views }) {
            expect.step([name, res_model, domain, views]);
        },
    });
    await mountWithCleanup(ServiceOverview, { props: { action: {} }, componentEnv: { config: {} } });
}

test("each number has its tile; what presses is red, money is in its currencies", async () => {
    await start();
    expect(queryAllTexts("section h2")).toEqual(["Orders", "People"]);
    expect("[data-name='late'] .h2").toHaveText("3");
    expect("[data-name='late'] .h2").toHaveClass("text-danger");
    expect("[data-name='late'] .o_service_tile_note").toHaveText("oldest: 12 days");
    expect("[data-name='late'] .fw-bold").toHaveCount(0);
    expect("[data-name='ready'] .h2").not.toHaveClass("text-danger");
    expect("[data-name='ready'] .fw-bold").toHaveText("$ 1,234.50 + 7.00 €");
    expect("section:last p").toHaveText("No open orders.");
});

test("a tile opens the list behind its number", async () => {
    await start();
    await contains("[data-name='late']").click();
    expect.verifySteps([["Late", "crm.service.order", LATE, [[false, "list"], [false, "form"]]]]);
});
