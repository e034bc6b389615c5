import { registry } from "@web/core/registry";
import { ListRenderer } from "@web/views/list/list_renderer";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

/**
 * Rows that are filled in on a phone, too: the columns of class `o_crm_wide` are left out there, as a list's header
 * knows no class by which CSS could hide a whole column.
 */
class NarrowListRenderer extends ListRenderer {
    getActiveColumns() {
        const columns = super.getActiveColumns();
        return this.env.isSmall
            ? columns.filter((column) => !(column.attrs?.class || "").includes("o_crm_wide"))
            : columns;
    }
}

class NarrowListField extends X2ManyField {
    static components = { ...X2ManyField.components, ListRenderer: NarrowListRenderer };
}

registry.category("fields").add("crm_narrow_list", { ...x2ManyField, component: NarrowListField });
