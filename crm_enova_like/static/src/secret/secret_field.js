import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { CharField, charField } from "@web/views/fields/char/char_field";

import { useState } from "@odoo/owl";

/** A code that the screen does not give away to who stands at the counter: dots, until it is asked for. */
export class ServiceSecretField extends CharField {
    static template = "crm_enova_like.ServiceSecretField";

    setup() {
        super.setup();
        this.secret = useState({ shown: false });
    }

    get toggleTitle() {
        return this.secret.shown ? _t("Hide the code") : _t("Show the code");
    }

    get shownValue() {
        return this.secret.shown ? this.formattedValue : "•".repeat(6);
    }

    toggle() {
        this.secret.shown = !this.secret.shown;
    }
}

registry.category("fields").add("service_secret", { ...charField, component: ServiceSecretField });
