import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { IndexedDB } from "@web/core/utils/indexed_db";
import { user } from "@web/core/user";
import { session } from "@web/session";

import { reactive } from "@odoo/owl";

const WAIT = 600; // ms after the last keystroke until it is sent
const RETRY = 4000; // ms between attempts while there is no connection
const PICTURES = ["photo", "signature"];

/**
 * What is typed in checklists, kept on this phone until the server has it.
 *
 * Text is in the local storage, written at once, since a phone may close the
 * page at any moment; pictures, which are too big for it, are in IndexedDB.
 * Both belong to one user of one database. Each entry says its target (`kind`
 * and `id`) and the values typed last; sending one twice changes nothing.
 */
export class ChecklistQueue {
    constructor(orm, notification) {
        this.orm = orm;
        this.notification = notification;
        const owner = `${session.db}:${user.userId}`;
        this.key = `crm_enova_like.checklist:${owner}`;
        this.pictures = new IndexedDB(`crm_enova_like-checklist-${owner}`, 1);
        this.serial = 0;
        this.state = reactive({
            entries: {},
            refused: {},
            offline: false,
            sending: false,
            error: "",
            kept: true,
        });
        this.read();
        browser.addEventListener("online", () => this.flush());
        if (this.count) {
            this.later(0);
        }
    }

    get count() {
        return Object.keys(this.state.entries).length;
    }

    /** What is typed and not sent of one target. */
    typed(kind, id) {
        return this.state.entries[`${kind}:${id}`]?.vals;
    }

    refusal(kind, id) {
        return this.state.refused[`${kind}:${id}`]?.message;
    }

    read() {
        try {
            const stored = JSON.parse(browser.localStorage.getItem(this.key) || "{}");
            Object.assign(this.state.entries, stored.entries);
            Object.assign(this.state.refused, stored.refused);
        } catch {
            // what another version of the page left here cannot be read
            browser.localStorage.removeItem(this.key);
        }
        for (const entry of Object.values(this.state.entries)) {
            entry.serial = ++this.serial;
        }
    }

    store() {
        const { entries, refused } = this.state;
        try {
            browser.localStorage.setItem(this.key, JSON.stringify({ entries, refused }));
            this.state.kept = true;
        } catch {
            this.state.kept = false;
        }
    }

    /**
     * Keep what was typed, and send it soon.
     *
     * @param {"check"|"result"|"sign"} kind
     * @param {number} id of the item, the inspection or the order
     * @param {Object} vals
     */
    async put(kind, id, vals) {
        const key = `${kind}:${id}`;
        const entry = this.state.entries[key] || { kind, id, vals: {} };
        const small = { ...vals };
        for (const name of PICTURES) {
            if (name in small && small[name]) {
                await this.pictures.write("pictures", `${key}:${name}`, small[name]);
                small[name] = true;
            }
        }
        entry.vals = { ...entry.vals, ...small };
        entry.serial = ++this.serial;
        this.state.entries[key] = entry;
        delete this.state.refused[key];
        this.store();
        this.later(WAIT);
    }

    later(delay) {
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.flush(), delay);
    }

    /** The values of one entry, with its pictures. */
    async load(entry) {
        const vals = { ...entry.vals };
        for (const name of PICTURES) {
            if (vals[name] === true) {
                vals[name] = await this.pictures.read("pictures", `${entry.kind}:${entry.id}:${name}`);
            }
        }
        return vals;
    }

    drop(key, serial) {
        const entry = this.state.entries[key];
        if (entry && entry.serial === serial) {
            for (const name of PICTURES.filter((name) => entry.vals[name] === true)) {
                this.pictures.write("pictures", `${key}:${name}`, null);
            }
            delete this.state.entries[key];
        }
    }

    dismiss(kind, id) {
        delete this.state.refused[`${kind}:${id}`];
        this.store();
    }

    /** Send everything; resolves to whether nothing is left. */
    async flush() {
        while (this.state.sending) {
            // whoever began it deals with its failure
            await this.running.catch(() => {});
        }
        if (!this.count) {
            return true;
        }
        browser.clearTimeout(this.timer);
        this.state.sending = true;
        this.running = this.send();
        try {
            await this.running;
            this.state.offline = false;
            this.state.error = "";
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                this.state.offline = true;
            } else {
                this.state.error = error.data?.message || error.message;
            }
            this.later(RETRY);
        } finally {
            this.state.sending = false;
            this.store();
        }
        if (this.count && !this.state.offline && !this.state.error) {
            this.later(WAIT);
        }
        return !this.count;
    }

    async send() {
        const entries = Object.entries(this.state.entries).map(([key, entry]) => [key, { ...entry }]);
        const checks = entries.filter(([, entry]) => entry.kind === "check");
        const words = checks.filter(([, entry]) => entry.vals.photo !== true);
        if (words.length) {
            await this.sendChecks(words);
        }
        // pictures one by one: a weak connection gets through with one, and not with ten
        for (const check of checks.filter(([, entry]) => entry.vals.photo === true)) {
            await this.sendChecks([check]);
        }
        for (const [key, entry] of entries) {
            const vals = await this.load(entry);
            if (entry.kind === "result") {
                await this.sendOne(key, entry, "crm.service.inspection", "checklist_result", [vals.result]);
            } else if (entry.kind === "sign") {
                await this.sendOne(key, entry, "crm.service.order", "checklist_sign", [vals.name, vals.signature]);
            }
        }
    }

    async sendChecks(entries) {
        const changes = await Promise.all(
            entries.map(async ([, entry]) => ({ id: entry.id, vals: await this.load(entry) }))
        );
        const { refused } = await this.orm.silent.call("crm.service.order", "checklist_save", [changes]);
        const messages = Object.fromEntries(refused.map(({ id, message }) => [id, message]));
        for (const [key, entry] of entries) {
            if (messages[entry.id]) {
                this.refuse(key, entry, messages[entry.id]);
            }
            this.drop(key, entry.serial);
        }
    }

    async sendOne(key, entry, model, method, args) {
        try {
            await this.orm.silent.call(model, method, [[entry.id], ...args]);
        } catch (error) {
            if (error instanceof ConnectionLostError || !error.data) {
                throw error;
            }
            this.refuse(key, entry, error.data.message);
        }
        this.drop(key, entry.serial);
    }

    refuse(key, entry, message) {
        this.state.refused[key] = { ...entry, message };
        this.notification.add(_t("Not saved: %s", message), { type: "danger", sticky: true });
    }
}

export const checklistQueueService = {
    dependencies: ["orm", "notification"],
    start(env, { orm, notification }) {
        return new ChecklistQueue(orm, notification);
    },
};

registry.category("services").add("crm_checklist_queue", checklistQueueService);
