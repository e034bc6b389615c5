import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { formatFloatTime, formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Component, onWillStart, useState } from "@odoo/owl";

const { DateTime } = luxon;

/** *Overview*: the manager's numbers; each opens the list behind it. */
export class ServiceOverview extends Component {
    static template = "crm_enova_like.ServiceOverview";
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ sections: [], time: "" });
        this.env.config.setDisplayName?.(_t("Overview"));
        onWillStart(() => this.load());
    }

    async load() {
        this.state.sections = await this.orm.call("crm.service.order", "get_service_overview", []);
        this.state.time = DateTime.now().toLocaleString(DateTime.TIME_SIMPLE);
    }

    get companies() {
        return (user.activeCompanies || []).map(({ name }) => name).join(", ");
    }

    amounts(tile) {
        return tile.amounts.map(([amount, currencyId]) => formatMonetary(amount, { currencyId })).join(" + ");
    }

    /** What of the technician's hours is planned, in words. */
    share(week) {
        const planned = formatFloatTime(week.planned, { noLeadingZeroHour: true });
        return week.hours
            ? _t("%(planned)s of %(hours)s h", {
                  planned,
                  hours: formatFloatTime(week.hours, { noLeadingZeroHour: true }),
              })
            : _t("%(planned)s h", { planned });
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

    openLoad(row) {
        return this.open({ label: row.name, res_model: "crm.service.order", domain: row.domain });
    }
}

registry.category("actions").add("crm_enova_like.overview", ServiceOverview);
