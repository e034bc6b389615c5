import { ChecklistQueue } from "@crm_enova_like/checklist/checklist_queue";

import { advanceTime, after, beforeEach, Deferred, describe, expect, freezeTime, test, tick } from "@odoo/hoot";
import { allowTranslations, patchWithCleanup, serverState } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { _OriginalIndexedDB as IndexedDB } from "@web/core/utils/indexed_db";

describe.current.tags("headless");

const WAIT = 600;
const RETRY = 4000;
const PHOTO = "aGVsbG8=";

beforeEach(() => {
    allowTranslations();
    // the clock goes on when a test says so, however slow the machine is
    freezeTime();
});

/** What the server is asked, in order, and what it answers. */
class Server {
    calls = [];
    offline = false;
    refused = {}; // {id of an item: message}
    error = null;

    async call(model, method, args) {
        // as the network does: what is sent is a copy, and the answer comes later
        const sent = JSON.parse(JSON.stringify(args));
        await tick();
        if (this.offline) {
            throw new ConnectionLostError("/web/dataset/call_kw");
        }
        this.calls.push([method, ...sent]);
        if (this.error) {
            throw this.error;
        }
        if (method !== "checklist_save") {
            return true;
        }
        const refused = sent[0].filter(({ id }) => this.refused[id]);
        return { refused: refused.map(({ id }) => ({ id, message: this.refused[id] })) };
    }
}

function makeQueue(server = new Server()) {
    const said = [];
    const notification = { add: (message, { type }) => said.push([type, String(message)]) };
    const queue = new ChecklistQueue({ silent: server }, notification);
    return { queue, server, said };
}

/** An error as the server gives it when it refuses. */
function refusal(message) {
    return Object.assign(new RPCError(message), { data: { message } });
}

function stored(queue) {
    return JSON.parse(browser.localStorage.getItem(queue.key)).entries;
}

test("what is typed is kept at once and sent together, a moment after the last letter", async () => {
    const { queue, server } = makeQueue();
    await queue.put("check", 1, { result: "ok" });
    await queue.put("check", 1, { remark: "worn" });
    await queue.put("check", 2, { result: "na" });
    expect(stored(queue)["check:1"].vals).toEqual({ result: "ok", remark: "worn" });
    expect(queue.count).toBe(2);
    await advanceTime(WAIT - 1);
    expect(server.calls).toEqual([]);
    await advanceTime(1);
    await queue.running;
    expect(server.calls).toEqual([
        [
            "checklist_save",
            [
                { id: 1, vals: { result: "ok", remark: "worn" } },
                { id: 2, vals: { result: "na" } },
            ],
        ],
    ]);
    await tick();
    expect(queue.count).toBe(0);
    expect(stored(queue)).toEqual({});
});

test("an answer that is taken back is sent as such", async () => {
    const { queue, server } = makeQueue();
    await queue.put("check", 1, { result: "ok" });
    await queue.put("check", 1, { result: false });
    expect(await queue.flush()).toBe(true);
    expect(server.calls).toEqual([["checklist_save", [{ id: 1, vals: { result: false } }]]]);
});

test("without a connection everything is kept and sent again later", async () => {
    const { queue, server, said } = makeQueue();
    server.offline = true;
    await queue.put("check", 1, { result: "ok" });
    expect(await queue.flush()).toBe(false);
    expect(queue.state.offline).toBe(true);
    expect(queue.state.sending).toBe(false);
    expect(stored(queue)["check:1"].vals).toEqual({ result: "ok" });
    await advanceTime(RETRY);
    await queue.running?.catch(() => {});
    expect(queue.count).toBe(1);
    server.offline = false;
    await advanceTime(RETRY);
    await queue.running;
    await tick();
    expect(server.calls).toEqual([["checklist_save", [{ id: 1, vals: { result: "ok" } }]]]);
    expect(queue.count).toBe(0);
    expect(queue.state.offline).toBe(false);
    expect(said).toEqual([], { message: "a place without signal is no fault" });
});

test("it is sent as soon as the phone is connected again", async () => {
    const { queue, server } = makeQueue();
    server.offline = true;
    await queue.put("check", 1, { result: "ok" });
    await queue.flush();
    server.offline = false;
    window.dispatchEvent(new Event("online"));
    await queue.running;
    await tick();
    expect(queue.count).toBe(0);
    expect(queue.state.offline).toBe(false);
});

test("what was not sent survives that the page is closed", async () => {
    const { queue, server } = makeQueue();
    server.offline = true;
    server.refused = { 3: "This item is closed." };
    await queue.put("check", 1, { result: "not_ok", remark: "torn seal" });
    await queue.put("result", 9, { result: "failed" });
    await queue.flush();
    expect(queue.count).toBe(2);

    const next = makeQueue(new Server());
    expect(next.queue.typed("check", 1)).toEqual({ result: "not_ok", remark: "torn seal" });
    expect(next.queue.typed("result", 9)).toEqual({ result: "failed" });
    expect(next.queue.typed("check", 2)).toBe(undefined);
    // nobody has to touch the page for it to be sent
    await advanceTime(0);
    await next.queue.running;
    await tick();
    expect(next.server.calls).toEqual([
        ["checklist_save", [{ id: 1, vals: { result: "not_ok", remark: "torn seal" } }]],
        ["checklist_result", [9], "failed"],
    ]);
    expect(next.queue.count).toBe(0);
});

test("a photo survives that the page is closed, and goes when it is sent", async () => {
    const { queue, server } = makeQueue();
    // Hoot's stand-in forgets with the page; this is the browser's own
    const pictures = () => new IndexedDB("crm_enova_like-unit-test", 1);
    after(() => pictures().deleteDatabase());
    queue.pictures = pictures();
    server.offline = true;
    await queue.put("check", 1, { photo: PHOTO });
    expect(stored(queue)["check:1"].vals).toEqual({ photo: true }, { message: "the storage is too small for it" });
    expect(await queue.flush()).toBe(false);

    const next = makeQueue(new Server());
    next.queue.pictures = pictures();
    expect(await next.queue.flush()).toBe(true);
    expect(next.server.calls).toEqual([["checklist_save", [{ id: 1, vals: { photo: PHOTO } }]]]);
    expect(await pictures().read("pictures", "check:1:photo")).toBe(null);
});

test("what another version of the page left is dropped where it cannot be read", async () => {
    const { queue } = makeQueue();
    browser.localStorage.setItem(queue.key, "{not JSON");
    const next = makeQueue();
    expect(next.queue.count).toBe(0);
    expect(browser.localStorage.getItem(queue.key)).toBe(null);
});

test("two people on one phone do not see what the other typed", async () => {
    const { queue, server } = makeQueue();
    server.offline = true;
    await queue.put("check", 1, { result: "ok" });
    await queue.flush();
    serverState.userId = 8;
    const other = makeQueue();
    expect(other.queue.key).not.toBe(queue.key);
    expect(other.queue.count).toBe(0);
});

test("words go in one call, then each photo alone, then results and the signature", async () => {
    const { queue, server } = makeQueue();
    await queue.put("sign", 5, { name: "Anna", signature: PHOTO });
    await queue.put("check", 1, { photo: PHOTO });
    await queue.put("check", 2, { result: "ok" });
    await queue.put("result", 9, { result: "passed" });
    await queue.put("check", 3, { result: "na" });
    await queue.put("check", 4, { result: "not_ok", photo: PHOTO });
    expect(await queue.flush()).toBe(true);
    expect(server.calls).toEqual([
        [
            "checklist_save",
            [
                { id: 2, vals: { result: "ok" } },
                { id: 3, vals: { result: "na" } },
            ],
        ],
        ["checklist_save", [{ id: 1, vals: { photo: PHOTO } }]],
        ["checklist_save", [{ id: 4, vals: { result: "not_ok", photo: PHOTO } }]],
        ["checklist_sign", [5], "Anna", PHOTO],
        ["checklist_result", [9], "passed"],
    ]);
});

test("where the connection breaks in between, what arrived is not sent again", async () => {
    const { queue, server } = makeQueue();
    await queue.put("check", 1, { result: "ok" });
    await queue.put("result", 9, { result: "passed" });
    patchWithCleanup(server, {
        async call(model, method, args) {
            const answer = await super.call(model, method, args);
            this.offline = true;
            return answer;
        },
    });
    expect(await queue.flush()).toBe(false);
    expect(queue.typed("check", 1)).toBe(undefined);
    expect(queue.typed("result", 9)).toEqual({ result: "passed" });
    server.offline = false;
    server.calls = [];
    expect(await queue.flush()).toBe(true);
    expect(server.calls).toEqual([["checklist_result", [9], "passed"]]);
});

test("what the server refuses is told and not sent again; the rest is saved", async () => {
    const { queue, server, said } = makeQueue();
    server.refused = { 2: "This inspection is done." };
    await queue.put("check", 1, { result: "ok" });
    await queue.put("check", 2, { result: "ok" });
    expect(await queue.flush()).toBe(true);
    expect(said).toEqual([["danger", "Not saved: This inspection is done."]]);
    expect(queue.refusal("check", 2)).toBe("This inspection is done.");
    expect(queue.refusal("check", 1)).toBe(undefined);
    expect(await queue.flush()).toBe(true);
    expect(server.calls.length).toBe(1);
    // it is told on the next page as well, until it is typed anew or put away
    const next = makeQueue(server);
    expect(next.queue.refusal("check", 2)).toBe("This inspection is done.");
    next.queue.dismiss("check", 2);
    expect(next.queue.refusal("check", 2)).toBe(undefined);
    expect(makeQueue(server).queue.refusal("check", 2)).toBe(undefined);
});

test("what is typed anew is no longer refused", async () => {
    const { queue, server } = makeQueue();
    server.refused = { 2: "Too long." };
    await queue.put("check", 2, { remark: "x".repeat(9) });
    await queue.flush();
    server.refused = {};
    await queue.put("check", 2, { remark: "x" });
    expect(queue.refusal("check", 2)).toBe(undefined);
    expect(await queue.flush()).toBe(true);
    expect(server.calls.at(-1)).toEqual(["checklist_save", [{ id: 2, vals: { remark: "x" } }]]);
});

test("a result that the server refuses is told", async () => {
    const { queue, server, said } = makeQueue();
    server.error = refusal("The order is closed.");
    await queue.put("result", 9, { result: "passed" });
    expect(await queue.flush()).toBe(true);
    expect(said).toEqual([["danger", "Not saved: The order is closed."]]);
    expect(queue.refusal("result", 9)).toBe("The order is closed.");
});

test("a fault of the server loses nothing: it is said, and sent again", async () => {
    const { queue, server } = makeQueue();
    server.error = refusal("The database is being updated.");
    await queue.put("check", 1, { result: "ok" });
    expect(await queue.flush()).toBe(false);
    expect(queue.state.error).toBe("The database is being updated.");
    expect(queue.state.offline).toBe(false);
    expect(queue.typed("check", 1)).toEqual({ result: "ok" });
    server.error = null;
    await advanceTime(RETRY);
    await queue.running;
    await tick();
    expect(queue.count).toBe(0);
    expect(queue.state.error).toBe("");
});

test("what is typed while it is being sent is sent after it", async () => {
    const { queue, server } = makeQueue();
    const network = new Deferred();
    patchWithCleanup(server, {
        async call(model, method, args) {
            const answer = super.call(model, method, args);
            await network;
            return answer;
        },
    });
    await queue.put("check", 1, { result: "ok" });
    const sending = queue.flush();
    await tick();
    await queue.put("check", 1, { result: "not_ok" });
    network.resolve();
    expect(await sending).toBe(false);
    expect(queue.typed("check", 1)).toEqual({ result: "not_ok" });
    await advanceTime(WAIT);
    await queue.running;
    await tick();
    expect(server.calls.map(([, [change]]) => change.vals.result)).toEqual(["ok", "not_ok"]);
    expect(queue.count).toBe(0);
});

test("two who ask for it at once send it once", async () => {
    const { queue, server } = makeQueue();
    await queue.put("check", 1, { result: "ok" });
    expect(await Promise.all([queue.flush(), queue.flush(), queue.flush()])).toEqual([true, true, true]);
    expect(server.calls.length).toBe(1);
});

test("who waits for a sending that fails is told so, and nothing breaks", async () => {
    const { queue, server } = makeQueue();
    server.offline = true;
    await queue.put("check", 1, { result: "ok" });
    expect(await Promise.all([queue.flush(), queue.flush()])).toEqual([false, false]);
    expect(queue.typed("check", 1)).toEqual({ result: "ok" });
});

test("a phone whose memory is full says so, and the page keeps what is typed", async () => {
    const { queue, server } = makeQueue();
    patchWithCleanup(browser.localStorage, {
        setItem() {
            throw new DOMException("full", "QuotaExceededError");
        },
    });
    await queue.put("check", 1, { result: "ok" });
    expect(queue.state.kept).toBe(false);
    expect(await queue.flush()).toBe(true);
    expect(server.calls).toEqual([["checklist_save", [{ id: 1, vals: { result: "ok" } }]]]);
});
