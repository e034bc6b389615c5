import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { session } from "@web/session";
import { DateTimeField } from "@web/views/fields/datetime/datetime_field";
import { formatDate, formatDateTime } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

const { DateTime } = luxon;

const NEAR = 2; // days before it from which a day is near

/**
 * Today at a company's place, whose day a deadline is; where nobody said where it is, today here.
 *
 * @param {number} [companyId] the one that is worked in, by default
 */
export function todayAt(companyId = user.activeCompany?.id) {
    const zone = session.crm_zones?.[companyId] || session.crm_zones?.[user.activeCompany?.id];
    return zone ? DateTime.now().setZone(zone) : DateTime.local();
}

/** A day as the date that it is, with a colour when it is near or past: in words of distance alone, the 1st and the
 * 23rd are both next month's. */
export class CrmDayField extends Component {
    static template = "crm_enova_like.DayField";
    static components = { DateTimeField };
    static props = { ...standardFieldProps, openField: { type: String, optional: true } };

    get value() {
        return this.props.record.data[this.props.name];
    }

    /** Days from today to the day; null where it no longer matters. */
    get days() {
        const { record, name, openField } = this.props;
        if (!this.value || (openField && !record.data[openField])) {
            return null;
        }
        // an hour is the reader's, a day the company's
        const today = record.fields[name].type === "datetime" ? DateTime.local() : todayAt(record.data.company_id?.id);
        const [from, to] = [today, this.value].map((day) => DateTime.utc(day.year, day.month, day.day));
        return Math.round(to.diff(from, "days").days);
    }

    get isPast() {
        return this.days !== null && this.days < 0;
    }

    get isNear() {
        return this.days !== null && this.days >= 0 && this.days <= NEAR;
    }

    get classNames() {
        return { "text-danger fw-bold": this.isPast, "text-warning fw-bold": this.isNear };
    }

    get date() {
        return formatDate(this.value);
    }

    get word() {
        return { "-1": _t("yesterday"), 0: _t("today"), 1: _t("tomorrow") }[this.days] || "";
    }

    get title() {
        const day = `${this.value.toFormat("cccc")}, ${formatDate(this.value, { numeric: true })}`;
        return this.isPast ? _t("%(day)s, past", { day }) : day;
    }

    get dateTimeFieldProps() {
        return Object.fromEntries(Object.entries(this.props).filter(([key]) => standardFieldProps[key]));
    }
}

registry.category("fields").add("crm_day", {
    component: CrmDayField,
    displayName: _t("Day"),
    supportedTypes: ["date", "datetime"],
    supportedOptions: [
        {
            label: _t("Field that says whether the day still matters"),
            name: "open_field",
            type: "field",
            availableTypes: ["boolean"],
        },
    ],
    extractProps: ({ options }) => ({ openField: options.open_field }),
    fieldDependencies: ({ options }) =>
        options.open_field ? [{ name: options.open_field, type: "boolean" }] : [],
    listViewWidth: 130,
});

/** A moment, or a day that has no hour and begins at midnight: then it is shown as a day. */
export class CrmMomentField extends Component {
    static template = "crm_enova_like.MomentField";
    static props = { ...standardFieldProps, dayField: { type: String, optional: true } };

    get text() {
        const { record, name, dayField } = this.props;
        return (record.data[dayField] ? formatDate : formatDateTime)(record.data[name]);
    }
}

registry.category("fields").add("crm_moment", {
    component: CrmMomentField,
    displayName: _t("Moment or Day"),
    supportedTypes: ["datetime"],
    supportedOptions: [
        {
            label: _t("Field that says whether it is a day without an hour"),
            name: "day_field",
            type: "field",
            availableTypes: ["boolean"],
        },
    ],
    extractProps: ({ options }) => ({ dayField: options.day_field }),
    fieldDependencies: ({ options }) => (options.day_field ? [{ name: options.day_field, type: "boolean" }] : []),
});
