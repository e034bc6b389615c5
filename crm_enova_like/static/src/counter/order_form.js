import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";
import { FormRenderer } from "@web/views/form/form_renderer";
import { formView } from "@web/views/form/form_view";

import { useEffect, useRef } from "@odoo/owl";

const ADD_DEVICE = '.o_field_widget[name="device_line_ids"] .o_field_x2many_list_row_add a';

/** A new order is typed from the contractor straight on to the first device, without the tabs in between. */
export class ServiceOrderFormRenderer extends FormRenderer {
    setup() {
        super.setup();
        const root = useRef("compiled_view_root");
        const onKeydown = (ev) => this.onCounterKeydown(ev, root.el);
        useEffect(
            (el) => {
                el?.addEventListener("keydown", onKeydown);
                return () => el?.removeEventListener("keydown", onKeydown);
            },
            () => [root.el]
        );
    }

    onCounterKeydown(ev, root) {
        const { record } = this.props;
        const group = ev.target.closest(".o_service_contractor");
        if (ev.key !== "Tab" || ev.shiftKey || !group || !record.isNew || record.data.device_line_ids.count) {
            return;
        }
        const inputs = [...group.querySelectorAll("input, textarea")].filter((el) => el.offsetParent);
        const add = root.querySelector(ADD_DEVICE);
        if (ev.target === inputs.at(-1) && add) {
            ev.preventDefault();
            add.click();
        }
    }
}

/** Who discards a new order goes back to where they came from, and else to the orders: core would leave the app. */
export class ServiceOrderFormController extends FormController {
    setup() {
        super.setup();
        const action = useService("action");
        const { config } = this.env;
        const historyBack = config.historyBack;
        if (historyBack) {
            config.historyBack = () =>
                config.breadcrumbs?.length > 1
                    ? historyBack()
                    : action.doAction("crm_enova_like.action_crm_service_order", { clearBreadcrumbs: true });
        }
    }
}

registry.category("views").add("service_order_form", {
    ...formView,
    Controller: ServiceOrderFormController,
    Renderer: ServiceOrderFormRenderer,
});
