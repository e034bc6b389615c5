import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Component, onWillStart, useState } from "@odoo/owl";

/** *Overview*: the manager's numbers; each opens the list behind it. */
export class ServiceOverview extends Component {
    static template = "crm_enova_like.ServiceOverview";
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ sections: [] });
        this.env.config.setDisplayName?.(_t("Overview"));
        onWillStart(async () => {
            this.state.sections = await this.orm.call("crm.service.order", "get_service_overview", []);
        });
    }

    amounts(tile) {
        return tile.amounts.map(([amount, currencyId]) => formatMonetary(amount, { currencyId })).join(" + ");
    }

    open(tile) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: tile.label,
            res_model: tile.res_model,
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: tile.domain,
            context: {},
        });
    }
}

registry.category("actions").add("crm_enova_like.overview", ServiceOverview);
