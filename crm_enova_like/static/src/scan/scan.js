import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, useRef, useState } from "@odoo/owl";

const REFUSALS = ["UserError", "ValidationError", "AccessError"].map((name) => `odoo.exceptions.${name}`);
const COMMAND = /^(OBT|OCD)/; // codes that press Odoo's own buttons

/** A field for a hand scanner, a keyboard or the phone's camera; the record's `action_scan` takes the code. */
export class Scan extends Component {
    static template = "crm_enova_like.Scan";
    static props = { ...standardWidgetProps, placeholder: { type: String, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.ui = useService("ui");
        this.notification = useService("notification");
        this.input = useRef("code");
        this.state = useState({ answer: null, busy: false });
        this.camera = isBarcodeScannerSupported();
        this.last = Promise.resolve();
        // a scanner types even where no field has the cursor
        useBus(useService("barcode").bus, "barcode_scanned", ({ detail }) => {
            if (this.ui.activeElement === document && !COMMAND.test(detail.barcode)) {
                this.scan(detail.barcode);
            }
        });
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            ev.stopPropagation();
            this.take();
        }
    }

    take() {
        const code = this.input.el.value;
        this.input.el.value = "";
        this.scan(code);
    }

    async useCamera() {
        let code;
        try {
            code = await scanBarcode(this.env);
        } catch (error) {
            this.notification.add(error.message, { type: "warning" });
            return;
        }
        this.scan(code);
    }

    confirm() {
        this.scan(this.state.answer.code, true);
    }

    dismiss() {
        this.state.answer = null;
        this.input.el.focus({ preventScroll: true });
    }

    /** One after another: a scanner is faster than the network. One that fails does not stop the next. */
    scan(code, confirmed = false) {
        this.last = this.last.catch(() => {}).then(() => this.send(code, confirmed));
        return this.last;
    }

    async send(code, confirmed) {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        this.state.busy = true;
        try {
            const answer = await this.orm.call(record.resModel, "action_scan", [[record.resId], code], {
                ...(confirmed ? { confirmed } : {}),
                context: record.context,
            });
            if (answer.confirm) {
                // asked in place: a dialog would cover a phone's whole screen
                this.state.answer = { type: "warning", message: answer.confirm, code };
                return;
            }
            this.state.answer = answer;
            await record.load();
        } catch (error) {
            if (!(error instanceof RPCError && REFUSALS.includes(error.exceptionName))) {
                throw error;
            }
            this.state.answer = { type: "danger", message: error.data.message };
        } finally {
            this.state.busy = false;
            this.input.el?.focus({ preventScroll: true });
        }
    }
}

registry.category("view_widgets").add("crm_scan", {
    component: Scan,
    extractProps: ({ attrs }) => ({ placeholder: attrs.placeholder }),
});
