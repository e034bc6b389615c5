import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { SignatureDialog } from "@web/core/signature/signature_dialog";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatFloat } from "@web/views/fields/formatters";
import { parseFloat as parseNumber } from "@web/views/fields/parsers";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Component, onWillStart, useState } from "@odoo/owl";

const PHOTO_SIDE = 1600; // px, the longer side of what is sent

/** A photo as a JPEG small enough for a weak connection, as a data URL. */
async function shrink(file) {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, PHOTO_SIDE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", 0.8);
}

/** The checklist of one order, filled in on a phone, device by device. */
export class Checklist extends Component {
    static template = "crm_enova_like.Checklist";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.queue = useService("crm_checklist_queue");
        this.pending = useState(this.queue.state);
        this.orderId = this.props.action.context.active_id || this.props.action.params?.active_id;
        this.state = useState({ order: null, missing: false, stale: false, open: null, remarks: {}, busy: false });
        this.answers = [
            { value: "ok", label: _t("OK"), style: "success", icon: "fa-check" },
            { value: "not_ok", label: _t("Not OK"), style: "danger", icon: "fa-times" },
            { value: "na", label: _t("Not applicable"), style: "secondary", icon: "fa-minus" },
        ];
        onWillStart(() => this.load());
    }

    get snapshotKey() {
        return `${this.queue.key}:order`;
    }

    // READING

    async load() {
        await this.queue.flush();
        let order;
        try {
            order = await this.orm.call("crm.service.order", "checklist_load", [[this.orderId]]);
            this.state.stale = false;
            this.pending.offline = false;
            try {
                browser.localStorage.setItem(this.snapshotKey, JSON.stringify(order));
            } catch {
                // a full storage costs the copy for a place without signal, and nothing typed
                browser.localStorage.removeItem(this.snapshotKey);
            }
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            order = this.snapshot();
            this.pending.offline = true;
            this.state.stale = true;
        }
        this.state.missing = !order;
        if (order) {
            this.overlay(order);
            this.state.order = order;
            const next = order.devices.find((device) => device.state === "open" && this.left(device));
            if (this.state.open === null || !order.devices.some((device) => device.id === this.state.open)) {
                this.state.open = (next || order.devices[0])?.id ?? null;
            }
        }
    }

    /** The order as it was read last, for a place without signal. */
    snapshot() {
        const order = JSON.parse(browser.localStorage.getItem(this.snapshotKey) || "null");
        return order?.id === this.orderId ? order : null;
    }

    /** What is not sent yet shows over what the server knows. */
    overlay(order) {
        for (const inspection of order.devices.flatMap((device) => device.inspections)) {
            const judged = this.queue.typed("result", inspection.id);
            inspection.result = judged ? judged.result || "" : inspection.result;
            for (const check of inspection.checks) {
                const { photo, ...typed } = this.queue.typed("check", check.id) || {};
                Object.assign(check, typed);
                check.result = check.result || "";
                check.has_photo = check.has_photo || Boolean(photo);
            }
        }
        const signed = this.queue.typed("sign", order.id);
        if (signed) {
            Object.assign(order, { is_signed: true, signed_by: signed.name });
        }
    }

    // COUNTING

    checks(device) {
        return device.inspections.filter((each) => each.state === "ordered").flatMap((each) => each.checks);
    }

    isAnswered(check) {
        return Boolean(check.result) && (check.measure === "none" || check.value !== null || check.result !== "ok");
    }

    left(device) {
        return this.checks(device).filter((check) => !this.isAnswered(check)).length;
    }

    failed(device) {
        return this.checks(device).filter((check) => check.result === "not_ok").length;
    }

    isOpen(device) {
        return device.state === "open" && this.state.order.is_open;
    }

    get openDevices() {
        return this.state.order.devices.filter((device) => this.isOpen(device));
    }

    get unsent() {
        return Object.keys(this.pending.entries).length;
    }

    get hasProtocol() {
        return this.state.order.devices.some((device) => device.inspections.some((each) => each.state === "done"));
    }

    get readyCount() {
        return this.openDevices.filter((device) => !this.left(device)).length;
    }

    // TYPING

    answer(check, result) {
        check.result = check.result === result ? "" : result;
        this.queue.put("check", check.id, { result: check.result || false });
    }

    isInside(check) {
        return !(
            (["min", "range"].includes(check.measure) && check.value < check.min) ||
            (["max", "range"].includes(check.measure) && check.value > check.max)
        );
    }

    shown(check) {
        return check.value === null ? "" : formatFloat(check.value, { digits: [16, 3], trailingZeros: false });
    }

    measure(check, ev) {
        const text = ev.target.value.trim();
        let value = null;
        if (text) {
            try {
                value = parseNumber(text);
            } catch {
                ev.target.classList.add("is-invalid");
                return;
            }
        }
        ev.target.classList.remove("is-invalid");
        check.value = value;
        const vals = { value: value === null ? false : value };
        if (value !== null && (check.measure !== "value" || !check.result)) {
            check.result = this.isInside(check) ? "ok" : "not_ok";
            vals.result = check.result;
        }
        this.queue.put("check", check.id, vals);
    }

    remark(check, ev) {
        check.remark = ev.target.value;
        this.queue.put("check", check.id, { remark: check.remark });
    }

    async photo(check, ev) {
        const [file] = ev.target.files;
        ev.target.value = "";
        if (!file) {
            return;
        }
        let url;
        try {
            url = await shrink(file);
        } catch {
            this.notification.add(_t("This file is not a picture that the phone can read."), { type: "danger" });
            return;
        }
        check.preview = url;
        check.has_photo = true;
        await this.queue.put("check", check.id, { photo: url.split(",")[1] });
    }

    photoUrl(check) {
        return check.preview || `/web/image/crm.service.inspection.check/${check.id}/photo/256x256`;
    }

    /** *All ok except*: what has no answer is OK; what asks for a value waits for it. */
    restOk(devices) {
        const open = devices.filter((device) => this.isOpen(device));
        for (const check of open.flatMap((device) => this.checks(device))) {
            if (check.measure === "none" && !check.result) {
                this.answer(check, "ok");
            }
        }
        const left = open.reduce((sum, device) => sum + this.left(device), 0);
        if (left) {
            this.notification.add(_t("%s items ask for a value and are still to be filled in.", left), {
                type: "warning",
            });
        }
    }

    proposed(inspection) {
        return inspection.checks.some((check) => check.result === "not_ok") ? "failed" : "passed";
    }

    judge(inspection, ev) {
        inspection.result = ev.target.value;
        this.queue.put("result", inspection.id, { result: inspection.result || false });
    }

    // WITH THE SERVER

    /** Send what is left first, and do nothing without it. */
    async online(callback) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            if (!(await this.queue.flush())) {
                this.notification.add(
                    _t("There is no connection. What you typed is kept on this phone; do this when it is sent."),
                    { type: "warning" }
                );
                return;
            }
            await callback();
        } finally {
            this.state.busy = false;
        }
    }

    finish(device) {
        return this.online(async () => {
            await this.orm.call("crm.service.order.device", "action_repaired", [[device.id]]);
            this.state.open = null;
            await this.load();
            await this.askWhatFollows();
        });
    }

    finishAll() {
        return this.online(async () => {
            await this.orm.call("crm.service.order", "action_finish_inspections", [[this.orderId]]);
            await this.load();
            await this.askWhatFollows();
        });
    }

    isUndecided(device) {
        return device.inspections.some((inspection) => inspection.is_undecided);
    }

    /** The repair, another inspection, or why nothing follows from those that failed. */
    async askWhatFollows() {
        if (!this.state.order.devices.some((device) => this.isUndecided(device))) {
            return;
        }
        const action = await this.orm.call("crm.service.order", "action_open_follow_up", [[this.orderId]]);
        if (action) {
            await this.action.doAction(action, { onClose: () => this.load() });
        }
    }

    decide() {
        return this.online(() => this.askWhatFollows());
    }

    complete() {
        return this.online(async () => {
            await this.orm.call("crm.service.order", "checklist_complete", [[this.orderId]]);
            await this.load();
        });
    }

    addLine(check) {
        return this.online(async () => {
            await this.orm.call("crm.service.inspection.check", "action_add_line", [[check.id]]);
            this.notification.add(_t("Added to the labour of this order."), { type: "success" });
        });
    }

    addRepair(check) {
        return this.online(async () => {
            await this.orm.call("crm.service.inspection.check", "action_add_repair", [[check.id]]);
            await this.load();
        });
    }

    absent() {
        return this.online(async () => {
            const action = await this.orm.call("crm.service.order", "action_open_absent", [[this.orderId]]);
            await this.action.doAction(action, { onClose: () => this.load() });
        });
    }

    sign() {
        this.dialog.add(SignatureDialog, {
            defaultName: this.state.order.signed_by || this.state.order.person || this.state.order.partner,
            nameAndSignatureProps: { mode: "draw", displaySignatureRatio: 3, signatureType: "signature" },
            uploadSignature: ({ name, signatureImage }) => {
                Object.assign(this.state.order, { is_signed: true, signed_by: name });
                this.queue.put("sign", this.orderId, { name, signature: signatureImage.split(",")[1] });
            },
        });
    }

    print() {
        return this.online(async () => {
            const action = await this.orm.call("crm.service.order", "action_print_inspection_protocols", [
                [this.orderId],
            ]);
            await this.action.doAction(action);
        });
    }
}

registry.category("actions").add("crm_enova_like.checklist", Checklist);
