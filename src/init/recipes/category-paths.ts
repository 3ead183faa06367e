// Categories written as paths, `Garden > Soil > Potting`, perhaps several in a cell: the first path's first step is the
// category, its second the subcategory.
import { cell } from "../columns/find-column.ts";
import type { Match } from "../columns/match.ts";
import type { Platform } from "../names/name-table.ts";
import type { Guess } from "../proposal/proposal.ts";

/** The lines for a column of paths; undefined where its cells are none. */
export function categoryPathLines(
  match: Match | undefined,
  platform: Platform | undefined,
): readonly Guess[] | undefined {
  if (match === undefined) return undefined;
  const { column, confidence, why } = match;
  const filled = column.cells.filter((text) => text !== "");
  const isRooted = filled.length > 0 && filled.every((text) => rootsOf(text).length > 0);
  const { list, step, skip } =
    platform?.categories ??
    (isRooted
      ? { list: "\n", step: " / ", skip: Math.min(...filled.map((text) => rootsOf(text).length)) }
      : { list: ", ", step: " > ", skip: 0 });
  if (filled.length > 0 && filled.every((text) => /^\/[^/]/.test(text))) return addressLines(match);
  if (!filled.some((text) => text.includes(step))) {
    if (platform?.categories !== undefined && filled.some((text) => text.includes(list))) return firstOf(match, list);
    if (!filled.some((text) => text.includes(" / "))) return undefined;
    const unsure = confidence === "high" ? "medium" : confidence;
    const ways = `${why}; paths, and not all of them begin alike: which step is the category?`;
    return [
      {
        kind: "guess",
        columns: [column.name],
        confidence: unsure,
        path: "category.name",
        spec: column.name,
        why: ways,
      },
    ];
  }
  // A sign that separates nothing has a backslash before it.
  const escaped = [list.trim(), step.trim()].filter(
    (sign) => sign !== "" && column.cells.some((text) => text.includes(`\\${sign}`)),
  );
  const text = escaped.reduce((made, sign, at) => `${made}.replace("\\\\${sign}", "<${at}>")`, cell(column));
  const [paths, sign] = [`${text}.split(${JSON.stringify(list)})`, JSON.stringify(step)];
  const isSeveral = filled.some((cellText) => cellText.includes(list));
  // Of several paths the one that says the most counts.
  const one = isSeveral
    ? `(${paths}.exists(p, p.split(${sign}).size() > ${skip + 1}) ? ${paths}.filter(p, p.split(${sign}).size() > ${skip + 1})[0] : ${paths}[0])`
    : `${paths}[0]`;
  const path = `${one}.split(${sign})`;
  const apply = escaped.length === 0 ? {} : { apply: escaped.map((sign, at) => ({ replace: [`<${at}>`, sign] })) };
  const stepAt = (at: number) => `${path}.size() > ${at} ? ${path}[${at}] : ""`;
  const guess = { kind: "guess", columns: [column.name], confidence } as const;
  return [
    {
      ...guess,
      path: "category.name",
      spec: { expr: stepAt(skip), ...apply },
      why: `${why}; the first step of the first path`,
    },
    {
      ...guess,
      path: "subcategory.name",
      spec: { expr: stepAt(skip + 1), ...apply },
      why: "the second step of the first path",
    },
  ];
}

/** Of several categories in a cell, none of which is a path, the first. */
function firstOf({ column, confidence, why }: Match, list: string): readonly Guess[] {
  const spec = {
    from: column.name,
    apply: [{ replace: [`(?s)\\s*${list.trim() === "" ? list : list.trim()}.*$`, ""] }],
  };
  return [
    {
      kind: "guess",
      path: "category.name",
      spec,
      columns: [column.name],
      confidence,
      why: `${why}; the first of several`,
    },
  ];
}

/** Categories by their address in the shop, `/candles, /gifts`: the first step of the first is the category. */
function addressLines({ column, confidence, why }: Match): readonly Guess[] {
  const guess = { kind: "guess", columns: [column.name], confidence } as const;
  const step = (pattern: string) => ({ from: column.name, apply: [{ replace: [pattern, "$1"] }] });
  const category: Guess = { ...guess, path: "category.name", spec: step("^/([^/,]*).*$"), why };
  if (!column.cells.some((text) => /^\/[^/,]+\/[^/,]/.test(text))) return [category];
  const spec = step("^/[^/,]*/?([^/,]*).*$");
  return [category, { ...guess, path: "subcategory.name", spec, why: "the second step of the first address" }];
}

/** The leading steps of a path, `All / Saleable / Cups`, that are no categories but what every shop begins with. */
function rootsOf(text: string): readonly string[] {
  const steps = text.split(" / ");
  const end = steps.slice(0, -1).findIndex((step) => !roots.has(step.toLowerCase()));
  return steps.slice(0, end === -1 ? steps.length - 1 : end);
}

const roots = new Set(["all", "saleable", "root", "home", "default category", "all products", "todos", "alle", "tous"]);
