import { registry } from "@web/core/registry";
import { formPhoneField, phoneField } from "@web/views/fields/phone/phone_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, xml } from "@odoo/owl";

/** A phone number whose text message, where an app of Odoo offers it, is for mobile numbers alone. */
class CrmPhoneField extends Component {
    static template = xml`<t t-component="field" t-props="fieldProps"/>`;
    static props = {
        ...standardFieldProps,
        placeholder: { type: String, optional: true },
        mobileField: { type: String, optional: true },
    };

    get field() {
        return phoneField.component;
    }

    get fieldProps() {
        const { mobileField, ...props } = this.props;
        if ("enableButton" in this.field.props) {
            props.enableButton = Boolean(this.props.record.data[mobileField]);
        }
        return props;
    }
}

class CrmFormPhoneField extends CrmPhoneField {
    get field() {
        return formPhoneField.component;
    }
}

const crmPhoneField = {
    component: CrmPhoneField,
    supportedTypes: ["char"],
    fieldDependencies: ({ options }) => [{ name: options.mobile_field, type: "boolean" }],
    extractProps: ({ options, placeholder }) => ({ placeholder, mobileField: options.mobile_field }),
};

registry.category("fields").add("crm_phone", crmPhoneField);
registry.category("fields").add("form.crm_phone", { ...crmPhoneField, component: CrmFormPhoneField });
