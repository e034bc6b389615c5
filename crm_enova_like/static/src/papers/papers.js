import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, useState } from "@odoo/owl";

/** The papers that an order has now, each a press away. */
export class PapersMenu extends Component {
    static template = "crm_enova_like.PapersMenu";
    static components = { Dropdown, DropdownItem };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ papers: [] });
    }

    async load() {
        const { record } = this.props;
        if (await record.save()) {
            this.state.papers = await this.orm.call(record.resModel, "get_papers", [[record.resId]]);
        }
    }

    async print(key) {
        const { record } = this.props;
        this.action.doAction(
            await this.orm.call(record.resModel, "action_print_paper", [[record.resId], key])
        );
    }
}

registry.category("view_widgets").add("crm_papers", { component: PapersMenu });
