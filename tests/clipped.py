"""What a person cannot read on a screen: text that is cut, or that lies beyond the edge."""

# what of an element is cut: by its own box, by that of what it is in, or by the edge of the screen
CLIPPED = """
    ({ columns, inside }) => {
        const SLACK = 1; // a part of a pixel is no letter
        const found = [];
        const name = (el) => el.closest("[name]")?.getAttribute("name") || el.dataset.name || el.className;
        const isSeen = (el) => {
            const box = el.getBoundingClientRect();
            return box.width > 0 && box.height > 0 && !el.closest(".visually-hidden, .o_optional_columns_dropdown");
        };
        const hides = (el) => getComputedStyle(el).overflowX !== "visible";
        const tell = (el, why) => {
            found.push(`${name(el)}: ${why}: ${el.textContent.replace(/\\s+/g, " ").trim()}`);
        };
        const look = (area, right) => {
            for (const el of [area, ...area.querySelectorAll("*")]) {
                if (!isSeen(el) || !el.textContent.trim() || el.closest("svg, select, textarea")) {
                    continue;
                }
                if (hides(el) && el.scrollWidth > el.clientWidth + SLACK && el.clientWidth > 0) {
                    tell(el, `cut at ${el.clientWidth} of ${el.scrollWidth} px`);
                } else if (hides(el) && el.scrollHeight > el.clientHeight + SLACK && el.clientHeight > 0) {
                    tell(el, `cut below ${el.clientHeight} of ${el.scrollHeight} px`);
                } else if (!el.children.length && el.getBoundingClientRect().right > right + SLACK) {
                    tell(el, "beyond the edge");
                }
            }
        };
        for (const area of document.querySelectorAll(inside)) {
            if (!isSeen(area)) {
                continue;
            }
            const right = Math.min(area.getBoundingClientRect().right, document.documentElement.clientWidth);
            const table = area.querySelector(":scope .o_list_table");
            if (!table) {
                for (const card of area.querySelectorAll(".o_kanban_record:not(.o_kanban_ghost)")) {
                    look(card, right);
                }
                continue;
            }
            const heads = [...table.querySelectorAll("thead th[data-name]")].filter(isSeen);
            const shown = heads.map((head) => head.dataset.name);
            for (const column of columns || []) {
                if (!shown.includes(column)) {
                    found.push(`${column}: is no column here: ${shown.join(", ")}`);
                }
            }
            const counts = (column) => !columns || columns.includes(column);
            for (const head of heads.filter((head) => counts(head.dataset.name))) {
                look(head, right);
            }
            for (const cell of table.querySelectorAll("tbody td.o_data_cell[name]")) {
                if (isSeen(cell) && counts(cell.getAttribute("name"))) {
                    look(cell, right);
                }
            }
        }
        return [...new Set(found)];
    }
"""


def clipped(page, columns=None, inside=".o_list_renderer, .o_kanban_renderer"):
    """What is cut in the list or on the cards that a page shows.

    :param page: of Playwright
    :param columns: names of the fields whose columns count; all that are shown by default. One that is not shown is
        cut, too.
    :param inside: selector of the lists and kanbans that are looked at
    :return: list of str, one for each text that cannot be read whole
    """
    return page.evaluate(CLIPPED, {"columns": list(columns) if columns else None, "inside": inside})
