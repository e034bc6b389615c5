import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/** A device of a job: once it has its outcome, one is back on the order, which says what comes next. */
export class JobDeviceFormController extends FormController {
    setup() {
        super.setup();
        this.wasOpen = false;
    }

    async beforeExecuteActionButton(clickParams) {
        this.wasOpen = this.model.root.data.is_open;
        return super.beforeExecuteActionButton(clickParams);
    }

    async afterExecuteActionButton(clickParams) {
        await super.afterExecuteActionButton(clickParams);
        const { root } = this.model;
        if (this.wasOpen && root.resId && !root.data.is_open && this.env.config.breadcrumbs.length > 1) {
            this.env.config.historyBack();
        }
    }
}

registry.category("views").add("crm_job_device_form", { ...formView, Controller: JobDeviceFormController });
