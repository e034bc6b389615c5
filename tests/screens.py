"""What a story looks at on each screen that it visits: words, errors, access for all, and what is cut off.

`look(screen)` runs all of it. Each check gives what it found, so that a story can show all its findings at once.
"""
import functools
import re

import polib
from axe_playwright_python.base import AXE_SCRIPT

from tools import common

# what of the page is ours: what an action shows, its dialogs, and what hangs from them
OURS = ".o_action_manager, .o_dialog, .o_popover, .o-dropdown--menu, .o_notification"
SHORTEST = 4    # letters: shorter words are the same in many languages
# words of Odoo in Polish, or of nobody, that stood on our screens: none is a word of this app (regular expressions)
FOREIGN = ("Jednostki", "Zamówienie(?! sprzedaży)", "Operacja nie może zostać ukończona", "Lead", "Task", "Units")
FOREIGN_WORDS = re.compile(rf"(?<!\w)(?:{'|'.join(FOREIGN)})(?!\w)")
TEXTS = """
    root => {
        const found = [];
        for (const part of document.querySelectorAll(root)) {
            const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
            for (let node = part; node; node = walker.nextNode()) {
                if (node.nodeType === Node.TEXT_NODE) {
                    if (!["SCRIPT", "STYLE", "TEXTAREA"].includes(node.parentElement.tagName)) {
                        found.push(node.data);
                    }
                } else {
                    for (const name of ["title", "placeholder", "aria-label", "alt", "data-tooltip"]) {
                        found.push(node.getAttribute(name) || "");
                    }
                }
            }
        }
        return [...new Set(found.map((text) => text.replace(/\\s+/g, " ").trim()))];
    }
"""
# what Odoo draws itself, in every app, and the reason why it is not judged here
CORES = {
    ".o_cp_searchview, .o_control_panel_navigation, .o_cp_pager, .o_cp_action_menus": "the control panel",
    ".o_control_panel .breadcrumb": "the breadcrumbs",
    ".o_button_more, .o_form_uri, .o-dropdown.flex-wrap": "folded buttons, and links of many2one fields on a phone",
    ".o-mail-Form-chatter, .o-mail-ChatterContainer": "the chatter",
    ".o_graph_renderer, .o_pivot, .o_activity_view": "views that have no markup of an addon's",
    ".fc, .o_calendar_sidebar_container, .o_calendar_sidebar, .o_other_calendar_panel": "the calendar's library",
    ".oi-panel-right, .oi-panel-left": "the calendar's button for its side",
    ".o_list_record_selector, .o_optional_columns_dropdown, .o_list_controller th": "a list's own columns",
    ".o_notebook_headers": "the pages of a form: its tabs stand in list items",
    ".o_avatar img, .o_m2o_avatar img, .o_field_many2one_avatar_user img": "an avatar, beside its name",
    "input[role=combobox], .o_tag": "many2one and its tags, with an aria-selected of their own",
    ".o_select_menu_input": "a selection, with an autocomplete that no browser knows",
    ".o-mail-ActivityButton i": "the icon in the button of activities, which has the name",
    ".o_colorlist button": "a choice of colours",
    "td .o-checkbox input": "a yes or no in a list, under its heading",
    ".o_progress, .o_field_daterange i, .o_field_daterange input": "a bar of progress, and a period",
    ".o_clipboard_button, .o_external_button, .fa-moon-o": "buttons of Odoo's meetings and products",
    "[name^=peppol], .o_field_phone .dropdown-toggle": "what other addons have on a contractor",
}
# by the rule of axe-core: what follows from Odoo's theme, which every app has alike
THEME = {
    # its badges, what it mutes, the labels of its forms, its buttons, and rows that are selected
    "color-contrast": ".text-muted, .text-muted *, .badge, .btn, .btn *, .o_form_label, .o_form_label *, "
                      ".o_td_label *, .o_field_widget, .o_field_widget *, .o_arrow_button, .o_data_row_selected *",
    "scrollable-region-focusable": ".o_list_renderer, .o_content",
    # a cell that is typed into stands under its heading; what we draw there has a name
    "label": "td.o_data_cell input.o_input:not(.o_service_secret_masked)",
}
SERIOUS = ("serious", "critical")
AXE = """
    async ([script, root, cores, theme]) => {
        if (!window.axe) {
            const element = document.createElement("script");
            element.textContent = script;
            document.head.append(element);
        }
        const include = [...document.querySelectorAll(root)].filter((part) => part.checkVisibility());
        if (!include.length) {
            return [];
        }
        const exclude = [...document.querySelectorAll(cores)];
        const answer = await axe.run({include, exclude}, {
            resultTypes: ["violations"], elementRef: false,
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
        });
        const isOurs = (rule, target) =>
            !(rule in theme && document.querySelector(target.join(" "))?.matches(theme[rule]));
        return answer.violations.map(({id, impact, nodes}) => ({
            id, impact, nodes: nodes.filter(({target}) => isOurs(id, target)).map(
                ({target, html, failureSummary}) => ({target: target.join(" "), html, why: failureSummary}))}));
    }
"""


@functools.cache
def english_words():
    """Our English texts that Polish says otherwise; "List", which is a letter in Polish, is read as that."""
    catalogue = polib.pofile(str(common.ROOT / common.ADDON / "i18n" / "pl.po"))
    texts = {" ".join(entry.msgid.split()) for entry in catalogue if entry.msgstr and entry.msgid != entry.msgstr}
    texts -= {" ".join(entry.msgstr.split()) for entry in catalogue}
    return frozenset(text for text in texts if len(re.sub(r"[^A-Za-z]", "", text)) >= SHORTEST)


def texts(page, root=OURS):
    """What can be read there: texts, titles, placeholders, and the names of icons."""
    return page.evaluate(TEXTS, root)


def english(page, root=OURS, allowed=()):
    """Our English where Polish was meant, and words that are not ours; `allowed` are names of people and things."""
    found = [text for text in texts(page, root) if text and text not in allowed]
    return [text for text in found if text in english_words() or FOREIGN_WORDS.search(text)]


def axe(page, root=".o_action_manager, .o_dialog"):
    """What axe-core calls serious in our own markup: a line for each element."""
    found = page.evaluate(AXE, [AXE_SCRIPT, root, ", ".join(CORES), THEME])
    return [f"{violation['id']}: {node['html'][:300]} at {node['target']}: {node['why']}"
            for violation in found if violation["impact"] in SERIOUS for node in violation["nodes"]]


def look(screen, columns=(), allowed=()):
    """All that is looked at where a story is now: what was found, a line for each.

    :param screen: a browser.Screen
    :param columns: names of fields whose cells have to be readable whole
    :param allowed: texts that are names of people or things, and not words of the app
    """
    lines = [f"English: {text!r}" for text in english(screen.page, allowed=allowed)]
    lines += [f"axe: {line}" for line in axe(screen.page)]
    if columns:
        from clipped import clipped  # noqa: PLC0415 - only who names columns needs it
        lines += [f"clipped: {line}" for line in clipped(screen.page, columns)]
    return lines + [f"error: {problem}" for problem in screen.problems]
