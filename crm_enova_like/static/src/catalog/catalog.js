import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { ProductCatalogKanbanController } from "@product/product_catalog/kanban_controller";

/** Core's catalogue calls whatever it was opened from a quotation or a (sales) order. */
patch(ProductCatalogKanbanController.prototype, {
    _defineButtonContent() {
        super._defineButtonContent(...arguments);
        if (this.orderResModel === "crm.service.order") {
            this.buttonString = _t("Back to the service order");
        }
    },
});
