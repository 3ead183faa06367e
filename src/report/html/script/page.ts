// The script of a report: search, filters, sorting, and a table that takes any number of rows. The page says everything without
// it. Runs in a browser, from a file, under a policy that allows no request; bundled into page-script.ts by `npm run page-script`.
import { chosen, type Field, placeOf, type Row, readRows, type Wanted, type Words } from "./rows.ts";
import { createView, mostPrinted } from "./view.ts";

const table = document.querySelector<HTMLTableElement>("#rows-table");
if (table !== null) start(table);

const printButton = make("button", { type: "button" }, "Print");
printButton.addEventListener("click", () => print());
document.querySelector(".over")?.append(printButton);

function start(rowsTable: HTMLTableElement): void {
  const words = JSON.parse(textOf("rows-words")) as Words;
  const rows = readRows(rowsTable, textOf("rows-data"), words);
  const view = createView(rowsTable, words, (row) => open(row, words));
  const shown = document.querySelector("#rows-shown") as HTMLElement;
  const total = Number(shown.dataset.rows);
  let reason: number | undefined;
  let sort: { field: Field; down: boolean } = { field: "place", down: false };

  const find = make("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  const outcome = select(
    "All outcomes",
    [...new Set(rows.map((row) => row.outcome))].sort((a, b) => a - b),
    (at) => (words.outcomes[at] ?? "").replace("_", " "),
  );
  const file = select(
    "All files",
    words.files.map((_, at) => at),
    (at) => words.files[at] ?? "",
  );
  const clear = make("button", { type: "button" }, "Show all rows");
  clear.hidden = true;
  const tools = make("div", { class: "tools", role: "search" });
  tools.append(label("Find", find, "find"), label("Outcome", outcome));
  if (words.files.length > 1) tools.append(label("File", file));
  tools.append(clear);
  shown.before(tools);

  const refresh = (): void => {
    const wanted: Wanted = {
      text: find.value,
      outcome: outcome.value === "" ? undefined : Number(outcome.value),
      reason,
      file: file.value === "" ? undefined : words.files[Number(file.value)],
    };
    const found = chosen(rows, wanted, sort, words);
    view.show(found);
    clear.hidden = wanted.text.trim() === "" && outcome.value === "" && reason === undefined && file.value === "";
    const which = reason === undefined ? "" : `: ${words.titles[reason] ?? ""}`;
    const kept = rows.length < total ? ` (${amount(rows.length)} are in this page)` : "";
    shown.textContent =
      found.length === 0 ? "No row fits." : `${amount(found.length)} of ${amount(total)} rows${kept}${which}`;
    for (const button of reasonButtons)
      button.setAttribute("aria-pressed", String(Number(button.dataset.reason) === reason));
  };

  const reasonButtons = [...document.querySelectorAll<HTMLElement>(".reasons > li[data-reason]")].map((item) => {
    const place = item.querySelector(".amount") as HTMLElement;
    const button = make("button", { type: "button", "aria-pressed": "false", title: "Show these rows" });
    button.dataset.reason = item.dataset.reason ?? "";
    button.append(...place.childNodes);
    place.append(button);
    button.addEventListener("click", () => {
      const own = Number(button.dataset.reason);
      reason = reason === own ? undefined : own;
      refresh();
      if (reason !== undefined) document.querySelector("#rows")?.scrollIntoView();
    });
    return button;
  });

  for (const head of rowsTable.querySelectorAll<HTMLTableCellElement>("thead th")) {
    const field = head.dataset.field as Field;
    const button = make("button", { type: "button" });
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", field === "place" ? "ascending" : "none");
    button.addEventListener("click", () => {
      sort = { field, down: sort.field === field && !sort.down };
      for (const other of rowsTable.querySelectorAll("thead th")) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
      refresh();
    });
  }

  addEventListener("beforeprint", () => {
    if (Number(table?.getAttribute("aria-rowcount")) > mostPrinted + 1)
      shown.append(`; the first ${amount(mostPrinted)} are printed`);
  });
  addEventListener("afterprint", refresh);

  let timer: number | undefined;
  find.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, 120);
  });
  outcome.addEventListener("change", refresh);
  file.addEventListener("change", refresh);
  clear.addEventListener("click", () => {
    [find.value, outcome.value, file.value, reason] = ["", "", "", undefined];
    refresh();
    find.focus();
  });
  refresh();
}

function open(row: Row, words: Words): void {
  const dialog = make("dialog", { "aria-labelledby": "row-heading" });
  const facts = make("dl", { class: "facts" });
  const entries: readonly (readonly [string, string])[] = [
    ["Outcome", (words.outcomes[row.outcome] ?? "").replace("_", " ")],
    ["Key", row.key],
    ["Column", row.column],
    ["Value", row.value],
    ["What is wrong", row.message],
  ];
  for (const [name, text] of entries) if (text !== "") facts.append(entry(name, make("bdi", {}, text)));
  const command = `${words.explain} ${shellWord(placeOf(row))}`;
  facts.append(entry("The whole story", make("code", { class: "command" }, command)));
  const close = make("button", { type: "button" }, "Close");
  close.addEventListener("click", () => dialog.close());
  dialog.append(make("h2", { id: "row-heading" }, placeOf(row)), facts, close);
  dialog.addEventListener("close", () => dialog.remove());
  document.querySelector("main")?.append(dialog);
  dialog.showModal();
}

function entry(name: string, value: HTMLElement): HTMLElement {
  const box = make("div");
  const held = make("dd");
  held.append(value);
  box.append(make("dt", {}, name), held);
  return box;
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function amount(count: number): string {
  return count.toLocaleString("en-US");
}

function select(all: string, options: readonly number[], nameOf: (at: number) => string): HTMLSelectElement {
  const element = make("select");
  element.append(make("option", { value: "" }, all));
  for (const at of options) element.append(make("option", { value: String(at) }, nameOf(at)));
  return element;
}

function label(text: string, control: HTMLElement, className = ""): HTMLElement {
  const element = make("label", className === "" ? {} : { class: className }, text);
  element.append(control);
  return element;
}

function textOf(id: string): string {
  return document.querySelector<HTMLTemplateElement>(`#${id}`)?.content.textContent ?? "";
}

function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  text = "",
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== "") element.append(text);
  return element;
}
