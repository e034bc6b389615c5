import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

import { Component, onMounted, onWillUnmount, useRef, useState } from "@odoo/owl";

const COUNTER = "crm_enova_like.action_crm_service_counter";
const USUAL = "current";    // the filter with which the list opens

/** The receptionist's strip above the orders: what the day asks for, by count; a press filters the list by it alone. */
export class OrderStrip extends Component {
    static template = "crm_enova_like.OrderStrip";
    static props = {};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ counters: [] });
        this.isThere = true;
        // not by data-hotkey: the pager's button comes first there, even when it is of no use
        const button = useRef("takeIn");
        useHotkey("alt+n", () => this.takeIn(), {
            bypassEditableProtection: true,
            isAvailable: () => Boolean(button.el),
            withOverlay: () => button.el,
        });
        useBus(this.env.searchModel, "update", () => this.load());
        // the list does not wait for the counters
        onMounted(() => this.load());
        onWillUnmount(() => (this.isThere = false));
    }

    async load() {
        const counters = await this.orm.silent.call("crm.service.order", "get_order_counters", []);
        if (this.isThere) {
            this.state.counters = counters.filter(({ name }) => this.find(name));
        }
    }

    find(name) {
        return Object.values(this.env.searchModel.searchItems).find(
            (item) => item.type === "filter" && item.name === name
        );
    }

    isPressed(name) {
        const item = this.find(name);
        return this.env.searchModel.query.some(({ searchItemId }) => searchItemId === item?.id);
    }

    press(name) {
        const model = this.env.searchModel;
        const wanted = this.isPressed(name) ? this.find(USUAL) : this.find(name);
        model.clearFilters();
        if (wanted) {
            model.toggleSearchItem(wanted.id);
        }
    }

    takeIn() {
        return this.action.doAction(COUNTER);
    }
}

export class OrderListController extends ListController {
    static template = "crm_enova_like.OrderListView";
    static components = { ...ListController.components, OrderStrip };
}

export class OrderKanbanController extends KanbanController {
    static template = "crm_enova_like.OrderKanbanView";
    static components = { ...KanbanController.components, OrderStrip };
}

registry.category("views").add("service_order_list", { ...listView, Controller: OrderListController });
registry.category("views").add("service_order_kanban", { ...kanbanView, Controller: OrderKanbanController });
