// The table of a report's rows while its script runs: only what can be seen is in the page, however many rows there are. Every
// row has one height, so the place of each is known. Runs in a browser.
import { placeOf, type Row, type Words } from "./rows.ts";

/** A table that shows rows. */
export interface View {
  show(rows: readonly Row[]): void;
}

// Browsers lose their place in boxes that are higher than this.
const highest = 8_000_000;
const spare = 6;
/** So many rows go on paper. */
export const mostPrinted = 1000;

/** Takes the place of the plain table. `open` is called for a row that somebody wants to see whole. */
export function createView(table: HTMLTableElement, words: Words, open: (row: Row) => void): View {
  const frame = table.parentElement as HTMLElement;
  const body = table.tBodies[0] as HTMLTableSectionElement;
  const fields = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.dataset.field ?? "");
  const labels = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent?.trim() ?? "");
  const room = document.createElement("div");
  frame.className = "live";
  frame.replaceChildren(room);
  room.append(table);
  table.tHead?.rows[0]?.setAttribute("aria-rowindex", "1");

  let rows: readonly Row[] = [];
  let rowHeight = 0;
  let drawn = new Map<number, { readonly row: Row; readonly line: HTMLTableRowElement }>();
  let isPrinting = false;

  const textOf = (row: Row, field: string): string =>
    field === "outcome" ? (words.outcomes[row.outcome] ?? "").replace("_", " ") : String(row[field as "key"] ?? "");

  const lineOf = (row: Row, index: number): HTMLTableRowElement => {
    const line = document.createElement("tr");
    line.setAttribute("aria-rowindex", String(index + 2));
    for (const [at, field] of fields.entries()) {
      const cell = document.createElement(at === 0 ? "th" : "td");
      if (at === 0) cell.setAttribute("scope", "row");
      const text = field === "place" ? placeOf(row) : textOf(row, field);
      if (text !== "") {
        if (at > 1 && at < fields.length - 1) cell.dataset.label = labels[at] ?? "";
        cell.append(at === 0 ? opener(row, text) : clip(field, row, text));
      }
      line.append(cell);
    }
    return line;
  };

  const opener = (row: Row, text: string): HTMLElement => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "open place clip";
    button.textContent = text;
    button.addEventListener("click", () => open(row));
    return button;
  };

  const clip = (field: string, row: Row, text: string): HTMLElement => {
    const element = document.createElement("span");
    element.className = "clip";
    if (field === "outcome") {
      const swatch = document.createElement("span");
      swatch.className = `swatch ${words.outcomes[row.outcome] ?? ""}`;
      element.append(swatch);
    }
    element.append(text);
    return element;
  };

  const draw = (): void => {
    // First, because the frame is only as high as what is in it.
    if (!isPrinting) room.style.height = `${wholeHeight()}px`;
    const [first, last, top] = isPrinting ? [0, Math.min(rows.length, mostPrinted), 0] : span();
    const next = new Map<number, { readonly row: Row; readonly line: HTMLTableRowElement }>();
    for (let index = first; index < last; index++) {
      const row = rows[index] as Row;
      const before = drawn.get(index);
      next.set(index, before?.row === row ? before : { row, line: lineOf(row, index) });
    }
    for (const [index, { line }] of drawn) if (next.get(index)?.line !== line) line.remove();
    let after: ChildNode | null = body.firstChild;
    for (const { line } of next.values()) {
      if (line === after) after = line.nextSibling;
      else body.insertBefore(line, after);
    }
    drawn = next;
    room.style.paddingTop = `${top}px`;
    // A row may be a pixel higher than the one that was measured: at the end there is room for all of them.
    if (!isPrinting) room.style.height = `${last === rows.length ? top + table.offsetHeight : wholeHeight()}px`;
  };

  /** The first row, the one behind the last, and how far down the first is. */
  const span = (): readonly [number, number, number] => {
    const visible = Math.ceil(frame.clientHeight / rowHeight) + 1;
    const total = rows.length * rowHeight;
    if (total <= highest) {
      const first = Math.max(0, Math.floor(frame.scrollTop / rowHeight) - spare);
      return [first, Math.min(rows.length, first + visible + 2 * spare), first * rowHeight];
    }
    const way = highest + headHeight() - frame.clientHeight;
    const most = Math.max(0, rows.length - visible + 2);
    const first = Math.min(most, Math.round((frame.scrollTop / way) * most));
    const last = Math.min(rows.length, first + visible);
    return [first, last, Math.min(frame.scrollTop, highest - (last - first) * rowHeight)];
  };

  const wholeHeight = (): number => Math.min(highest, rows.length * rowHeight) + headHeight();

  const headHeight = (): number => table.tHead?.offsetHeight ?? 0;

  const measure = (): void => {
    if (isPrinting || rows.length === 0) return;
    const one = lineOf(rows[0] as Row, 0);
    body.append(one);
    rowHeight = one.getBoundingClientRect().height;
    one.remove();
  };

  const redraw = (): void => {
    measure();
    draw();
  };

  let waits = false;
  frame.addEventListener("scroll", () => {
    if (waits || isPrinting) return;
    waits = true;
    requestAnimationFrame(() => {
      waits = false;
      draw();
    });
  });
  addEventListener("resize", redraw);
  addEventListener("beforeprint", () => {
    isPrinting = true;
    room.style.height = "auto";
    draw();
  });
  addEventListener("afterprint", () => {
    isPrinting = false;
    redraw();
  });

  body.replaceChildren();
  return {
    show(wanted) {
      rows = wanted;
      drawn = new Map();
      body.replaceChildren();
      frame.scrollTop = 0;
      frame.hidden = rows.length === 0;
      table.setAttribute("aria-rowcount", String(rows.length + 1));
      redraw();
    },
  };
}
