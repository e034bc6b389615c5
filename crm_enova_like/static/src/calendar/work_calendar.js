import { serializeDate, serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Mutex } from "@web/core/utils/concurrency";
import { user } from "@web/core/user";
import { CalendarArchParser } from "@web/views/calendar/calendar_arch_parser";
import { CalendarCommonPopover } from "@web/views/calendar/calendar_common/calendar_common_popover";
import { CalendarController } from "@web/views/calendar/calendar_controller";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";

import { onWillStart, useState } from "@odoo/owl";
import {
    TileCalendarCommonRenderer,
    TileCalendarModel,
    TileCalendarRenderer,
    tileCalendarView,
} from "./tile_calendar";

const PERFORMER = "user_id";
const HIDDEN = "crm_calendar_hidden";
const ALLOWED_GROUP = "crm_enova_like.group_user";

export class WorkCalendarArchParser extends CalendarArchParser {
    parse(xmlDoc, models, modelName) {
        const archInfo = super.parse(...arguments);
        const section = archInfo.filtersInfo[PERFORMER];
        if (section) {
            section.label = modelName === "calendar.event" ? _t("Operators") : _t("Technicians");
        }
        return archInfo;
    }
}

/** Tasks and orders: what is moved, made and opened in the calendar is a task or an order, whatever its entry is. */
export class WorkCalendarModel extends TileCalendarModel {
    setup(params) {
        super.setup(...arguments);
        this.meta.mayCreate = false;
        this.meta.mayWrite = false;
        this.keeping = new Mutex();
    }

    async updateData() {
        // beside what core reads, which ends in silence where the screen was left meanwhile: read first, an answer would
        // come back to a screen that is gone, and what core reads then is an error
        [, this.meta.mayCreate, this.meta.mayWrite] = await Promise.all([
            super.updateData(...arguments),
            user.checkAccessRight("crm.task", "create"),
            user.checkAccessRight("crm.task", "write"),
        ]);
    }

    get canCreate() {
        return this.meta.canCreate && this.meta.mayCreate;
    }

    get canEdit() {
        // the row of a view is read only, what it stands for is not
        return this.meta.canEdit && this.meta.mayWrite;
    }

    get defaultFilterLabel() {
        return _t("Nobody yet");
    }

    normalizeRecord(rawRecord) {
        const record = super.normalizeRecord(rawRecord);
        record.isHollow = record.isAllDay && (this.resModel !== "calendar.event" || Boolean(rawRecord.crm_company_id));
        return record;
    }

    /** Who is shown, as {@link updateFilters} kept it. */
    makeFilterDynamic(filterInfo, previousFilter, fieldName) {
        const filter = super.makeFilterDynamic(...arguments);
        if (fieldName === PERFORMER && !previousFilter) {
            filter.active = !this.hiddenPerformers.includes(filter.value);
        }
        return filter;
    }

    get hiddenPerformers() {
        this.hidden ??= (user.settings[HIDDEN] || {})[this.resModel] || [];
        return this.hidden;
    }

    async updateFilters(fieldName, filters, active) {
        // first, since it ticks the boxes at once
        const updated = super.updateFilters(...arguments);
        if (fieldName === PERFORMER) {
            const changed = filters.map((filter) => filter.value);
            const others = this.hiddenPerformers.filter((value) => !changed.includes(value));
            this.hidden = active ? others : [...others, ...changed];
            // of two that are ticked quickly, the second is kept last
            this.keeping.exec(() =>
                user.setUserSettings(HIDDEN, { ...user.settings[HIDDEN], [this.resModel]: this.hidden })
            );
        }
        return updated;
    }

    /** The one person whose calendar is shown; nobody where there are several. */
    get shownPerformer() {
        const section = this.data.filterSections[PERFORMER];
        const shown = (section?.filters || []).filter((filter) => filter.active && filter.value);
        return shown.length === 1 ? shown[0].value : false;
    }

    /** What a new task begins with: the hours that were chosen, or the day that it is due on. */
    getTaskContext({ start, end, isAllDay }) {
        const context = { default_user_id: this.shownPerformer || user.userId };
        if (isAllDay || ["month", "year"].includes(this.scale)) {
            return { ...context, default_date_deadline: serializeDate(start) };
        }
        return {
            ...context,
            default_planned_start: serializeDateTime(start),
            default_planned_stop: serializeDateTime(end?.isValid ? end : start.plus({ hours: 1 })),
        };
    }

    async updateRecord(record) {
        const { id, start, end, isAllDay } = record;
        try {
            await this.orm.call(this.resModel, "move_entry", [
                [id],
                isAllDay ? serializeDate(start) : serializeDateTime(start),
                !isAllDay && end?.isValid ? serializeDateTime(end) : false,
                isAllDay,
            ]);
        } finally {
            // refused, it goes back to where it was
            await this.load();
        }
    }
}

export class WorkCalendarPopover extends CalendarCommonPopover {
    static subTemplates = {
        ...CalendarCommonPopover.subTemplates,
        footer: "crm_enova_like.WorkCalendar.popoverFooter",
    };
}

export class WorkCalendarCommonRenderer extends TileCalendarCommonRenderer {
    static components = { ...TileCalendarCommonRenderer.components, Popover: WorkCalendarPopover };

    eventClassNames({ event }) {
        const classNames = super.eventClassNames(...arguments);
        return this.props.model.records[event.id]?.isHollow ? [...classNames, "o_crm_hollow"] : classNames;
    }
}

export class WorkCalendarRenderer extends TileCalendarRenderer {
    static components = {
        ...TileCalendarRenderer.components,
        day: WorkCalendarCommonRenderer,
        week: WorkCalendarCommonRenderer,
        month: WorkCalendarCommonRenderer,
    };
}

export class WorkCalendarController extends CalendarController {
    setup() {
        super.setup();
        this.work = useState({ mayReplace: false });
        onWillStart(async () => {
            this.work.mayReplace = await user.hasGroup(ALLOWED_GROUP);
        });
    }

    createRecord(record) {
        if (!this.model.canCreate) {
            return;
        }
        return new Promise((resolve) => {
            this.displayDialog(
                FormViewDialog,
                {
                    resModel: "crm.task",
                    context: this.model.getTaskContext(record),
                    title: _t("New task"),
                    onRecordSaved: () => this.model.load(),
                },
                { onClose: () => resolve() }
            );
        });
    }

    async editRecord(record) {
        if (record.rawRecord?.crm_is_hidden) {
            return;
        }
        const action = await this.orm.call(this.model.resModel, "action_open_entry", [[record.id]]);
        return action ? this.action.doAction(action) : super.editRecord(...arguments);
    }

    openAbsence() {
        return this.action.doAction("crm_enova_like.action_crm_absence_wizard", {
            additionalContext: { default_user_id: this.model.shownPerformer },
            onClose: () => this.model.load(),
        });
    }
}

export const workCalendarView = {
    ...tileCalendarView,
    ArchParser: WorkCalendarArchParser,
    Controller: WorkCalendarController,
    Model: WorkCalendarModel,
    Renderer: WorkCalendarRenderer,
    buttonTemplate: "crm_enova_like.WorkCalendar.buttons",
};

registry.category("views").add("crm_work_calendar", workCalendarView);
