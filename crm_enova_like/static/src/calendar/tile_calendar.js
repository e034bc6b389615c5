import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { CalendarCommonRenderer } from "@web/views/calendar/calendar_common/calendar_common_renderer";
import { CalendarModel } from "@web/views/calendar/calendar_model";
import { CalendarRenderer } from "@web/views/calendar/calendar_renderer";
import { calendarView } from "@web/views/calendar/calendar_view";

const TILES = ["calendar_tile", "crm_tile"];

/** Entries that say whom and what they are about, in lines; on a phone, a day at a time until somebody chooses more. */
export class TileCalendarModel extends CalendarModel {
    get storageKey() {
        return this.env.isSmall ? `${super.storageKey}-small` : super.storageKey;
    }

    getLocalStorageScale() {
        const chosen = browser.localStorage.getItem(this.storageKey);
        return this.env.isSmall && !this.meta.scales.includes(chosen) ? "day" : super.getLocalStorageScale();
    }

    normalizeRecord(rawRecord) {
        const record = super.normalizeRecord(rawRecord);
        const tile = TILES.map((name) => rawRecord[name]).find(Boolean);
        record.lines = tile ? tile.split("\n") : [record.title];
        record.title = record.lines[0];
        return record;
    }
}

export class TileCalendarCommonRenderer extends CalendarCommonRenderer {
    static eventTemplate = "crm_enova_like.TileCalendar.event";

    onEventDidMount({ el, event }) {
        super.onEventDidMount(...arguments);
        const record = this.props.model.records[event.id];
        if (record) {
            // what there is no room for
            el.title = record.lines.join("\n");
        }
    }
}

export class TileCalendarRenderer extends CalendarRenderer {
    static components = {
        ...CalendarRenderer.components,
        day: TileCalendarCommonRenderer,
        week: TileCalendarCommonRenderer,
        month: TileCalendarCommonRenderer,
    };
}

export const tileCalendarView = {
    ...calendarView,
    Model: TileCalendarModel,
    Renderer: TileCalendarRenderer,
};

registry.category("views").add("crm_tile_calendar", tileCalendarView);
