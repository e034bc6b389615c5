import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

import { Component, onWillStart, useState } from "@odoo/owl";

/** *+ Zdarzenie*: note a call or a visit from wherever one is. */
export class QuickEvent extends Component {
    static template = "crm_enova_like.QuickEvent";
    static props = {};

    setup() {
        this.action = useService("action");
        this.state = useState({ allowed: false });
        onWillStart(async () => {
            this.state.allowed = await user.hasGroup("crm_enova_like.group_technician");
        });
    }

    open() {
        this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Event"),
            res_model: "crm.event",
            views: [[false, "form"]],
            target: "new",
        });
    }
}

registry.category("systray").add("crm_enova_like.quick_event", { Component: QuickEvent }, { sequence: 30 });
