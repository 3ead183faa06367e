// From a column that was matched to the line that a mapping needs for it: lists get their separator, words their map,
// weights their unit, prices lose their currency sign.
import type { Json, JsonObject } from "../../model/json.ts";
import type { ResourceName } from "../../model/resource.ts";
import { fieldAt } from "../../model/resources/field.ts";
import { resources } from "../../model/resources/resources.ts";
import { isZero } from "../columns/amounts.ts";
import { cell } from "../columns/find-column.ts";
import type { Match } from "../columns/match.ts";
import { isYesOrNo, wordMap } from "../columns/meant-words.ts";
import type { Column } from "../columns/table.ts";
import type { Asked, Guess, Line, Todo } from "../proposal/proposal.ts";

/** How a line is made beyond its match. */
export interface LineParts {
  /** What stands before the column's name in `from`: `customers.`, `parent.`. */
  readonly prefix?: string;
  /** Where it stands in a list; the path in the payload is `<list>.<path>`. */
  readonly list?: string;
  /** A condition under which it counts. */
  readonly when?: string;
}

/** The lines of a match: a guess, and what is left to say about it. */
export function linesOf(
  { path, column, confidence, why, zeroIsNothing }: Match,
  resource: ResourceName,
  parts: LineParts = {},
): readonly Line[] {
  const { prefix = "", list, when } = parts;
  const from = `${prefix}${column.name}`;
  const field = fieldAt(resources[resource].schema, list === undefined ? path : `${list}.${path}`);
  if (field?.type === "decimal" && column.minor !== undefined)
    return [minorLine({ path, column, confidence, why }, from, when)];
  const extra = field === undefined ? noExtra : extraOf(field.type, path, { ...column, from }, zeroIsNothing === true);
  const conditions = [when, extra.when].filter((part) => part !== undefined);
  const keys = { ...extra.keys, ...(conditions.length === 0 ? {} : { when: conditions.join(" && ") }) };
  const unit = extra.unitColumn === undefined ? undefined : `${prefix}${extra.unitColumn}`;
  const guess: Guess = {
    kind: "guess",
    path,
    spec:
      unit === undefined
        ? specOf(from, keys)
        : {
            template: `{${from}} {${unit}}`,
            ...keys,
            when: [`row[${JSON.stringify(from)}] != ""`, ...conditions].join(" && "),
          },
    columns: unit === undefined ? [from] : [from, unit],
    confidence: extra.isUnsure === true && confidence === "high" ? "medium" : confidence,
    why: why + extra.why,
  };
  if (extra.isOpen !== true) return [guess, ...extra.todos];
  return extra.todos.map((todo) => (extra.asks === undefined ? todo : { ...todo, asks: extra.asks(keys) }));
}

/** Money in cents: what is sent is whole units. */
function minorLine({ path, column, confidence, why }: Match, from: string, when: string | undefined): Guess {
  const isOfParent = from.startsWith("parent.");
  const inRow = isOfParent ? cell(column, "parent") : cell(from);
  const conditions = [
    ...(when === undefined ? [] : [when]),
    ...(column.profile.filled === column.profile.rows ? [] : [`${inRow} != ""`]),
  ];
  return {
    kind: "guess",
    path,
    spec: {
      ...(conditions.length === 0 ? {} : { when: conditions.join(" && ") }),
      expr: `number(${inRow}) / ${column.minor?.divisor(isOfParent ? "parent" : "row") ?? "100"}`,
      round: 2,
    },
    columns: [from],
    confidence: column.minor?.isSure !== true && confidence === "high" ? "medium" : confidence,
    why: `${why}; in the smallest units of its currency`,
  };
}

/** The spec of a single column: its name alone where nothing else is to say. */
export function specOf(from: string, keys: JsonObject): Json {
  return Object.keys(keys).length === 0 ? from : { from, ...keys };
}

/** A marked line for a field that has to be there and was not found. */
export function missing(path: string, text: string): Todo {
  return { kind: "todo", path, text: `required: ${path}: ${text}`, isRequired: true };
}

/** A key that some named products do not have is asked about: without one a product is refused. */
export function askedWithoutSku(line: Line, name: Column | undefined, column: Column | undefined): readonly Line[] {
  if (line.kind === "todo" || line.path !== "sku" || column === undefined || line.columns.length > 1) return [line];
  const isGap = column.cells.some((text, row) => text === "" && name !== undefined && name.cells[row] !== "");
  return isGap ? askedForSku(line, column) : [line];
}

/** The same for elements of a list, which are all there for their key. */
export function askedWhereSomeLack(line: Line, column: Column): readonly Line[] {
  const { filled, rows } = column.profile;
  return line.kind === "todo" || filled === rows ? [line] : askedForSku(line, column);
}

function askedForSku(line: Guess, column: Column): readonly Line[] {
  const text = `sku: rows without "${column.name}" have no key and would be refused: add an alternative for them`;
  return [
    { ...line, confidence: "medium", why: `${line.why}; some rows have none` },
    { kind: "todo", path: "sku", text, isRequired: false },
  ];
}

/** A category that some named products do not have is asked about: a new product needs one. */
export function askedWhereBlank(line: Line, category: Match | undefined, name: Column | undefined): readonly Line[] {
  if (line.kind === "todo" || line.path !== "category.name" || category === undefined) return [line];
  const { column } = category;
  if (!line.columns.includes(column.name)) return [line];
  const isGap = column.cells.some((text, row) => text === "" && name?.cells[row] !== "");
  if (!isGap || column.profile.filled === 0) return [line];
  const text = `category.name: rows without "${column.name}" have none, and a new product needs one: add an alternative such as { value: "…" }`;
  const confidence = line.confidence === "high" ? "medium" : line.confidence;
  return [
    { ...line, confidence, why: `${line.why}; some rows have none` },
    { kind: "todo", path: line.path, text, isRequired: false },
  ];
}

interface Extra {
  readonly keys: JsonObject;
  readonly why: string;
  readonly todos: readonly Todo[];
  readonly when?: string;
  /** The column that has the unit. */
  readonly unitColumn?: string;
  /** The line cannot be right as it is. */
  readonly isOpen?: boolean;
  /** What is asked then; `keys` are those of the line that an answer makes. */
  readonly asks?: (keys: JsonObject) => Asked;
  /** The cells may mean something else. */
  readonly isUnsure?: boolean;
}

const noExtra: Extra = { keys: {}, why: "", todos: [] };

/** A column, and how a line reads it. */
type Read = Column & { readonly from: string };

function extraOf(type: string, path: string, column: Read, zeroIsNothing: boolean): Extra {
  switch (type) {
    case "texts":
      return tagsOf(column);
    case "boolean":
      return flagOf(path, column);
    case "decimal":
    case "integer":
      return amountOf(column, zeroIsNothing || path.startsWith("qty_"));
    case "length":
      return measureOf(path, column, "lengths", ["in", "ft", "cm", "mm", "m"]);
    case "weight":
      return measureOf(path, column, "weights", ["lb", "oz", "g", "kg"]);
    case "text":
      if (path === "image_url") return imageOf(column);
      return textOf(path, column);
    default:
      return noExtra;
  }
}

function tagsOf({ profile, cells }: Column): Extra {
  const split = profile.separator ?? ",";
  // Etsy writes a tag of several words with underscores, in lists of many; a single one with them is rather a name as it is.
  const isList = profile.separator !== undefined;
  const isJoined = isList && cells.some((text) => text.includes("_")) && !cells.some((text) => /[^,;|] \S/.test(text));
  return isJoined
    ? {
        ...noExtra,
        keys: { split, apply: [{ replace: ["_", " "] }] },
        why: "; underscores may be spaces",
        isUnsure: true,
      }
    : { ...noExtra, keys: { split } };
}

/** An image is an address: the first of several, and none where the cell is something else. */
function imageOf({ cells }: Column): Extra {
  const isSeveral = cells.some((text) => /[,\s]\s*https?:/.test(text));
  const isElse = cells.some((text) => text !== "" && !/^https?:\/\/\S/.test(text));
  const keys = {
    ...(isSeveral ? { apply: [{ replace: ["(?s)(,\\s|\\s|,https?:).*$", ""] }] } : {}),
    ...(isElse ? { invalid: "omit" } : {}),
  };
  const why = `${isSeveral ? "; the first of several" : ""}${isElse ? "; what is no address is left out" : ""}`;
  return Object.keys(keys).length === 0 ? noExtra : { ...noExtra, keys, why };
}

function textOf(path: string, { profile, cells }: Column): Extra {
  if (path === "upc" && cells.some((text) => /^0+$/.test(text)))
    return { ...noExtra, keys: { apply: [{ replace: ["^0+$", ""] }] }, why: "; 0 is none" };
  // Shops number their guests 0.
  if (path === "customer_username" && cells.includes("0"))
    return { ...noExtra, keys: { apply: [{ replace: ["^0$", ""] }] }, why: "; 0 is a guest" };
  const hasTags = cells.some((text) => /<\/?[a-z][^>]*>/i.test(text));
  if (path === "description" && cells.some((text) => text.includes("\\n")))
    return {
      ...noExtra,
      keys: { apply: [{ replace: ["\\\\n", "<br>"] }, "strip_html"] },
      why: "; with HTML, and \\n for a line break",
    };
  if (path === "description" ? profile.html > 0.1 : hasTags)
    return { ...noExtra, keys: { apply: ["strip_html"] }, why: "; with HTML" };
  if (cells.some((text) => /&(#\d+|#x[\da-f]+|[a-z]+);/i.test(text)))
    return { ...noExtra, keys: { apply: ["decode_entities"] }, why: "; HTML entities are decoded" };
  if (profile.apostrophes > 0)
    return {
      ...noExtra,
      keys: { apply: [{ replace: ["^'", ""] }] },
      why: "; the spreadsheet's apostrophe is taken off",
    };
  return noExtra;
}

/** A threshold of 0 is one that was never set; so are costs in the exports of some shops. */
function amountOf({ profile, cells }: Column, zeroIsNothing: boolean): Extra {
  const isMoney = profile.currency > 0;
  const hasZeros = zeroIsNothing && cells.some(isZero);
  const apply: readonly Json[] = [
    ...(isMoney ? ["money"] : []),
    ...(hasZeros ? [{ replace: ["^0+([.,]0+)?$", ""] }] : []),
  ];
  const why = `${isMoney ? "; the currency is taken off" : ""}${hasZeros ? "; 0 says nothing" : ""}`;
  return apply.length === 0 ? noExtra : { ...noExtra, keys: { apply }, why };
}

/** A measure needs a unit: its heading's, that of the column beside it, or its cells'. */
function measureOf(path: string, column: Read, measures: string, units: readonly string[]): Extra {
  const { profile, heading, from, unitColumn } = column;
  const zeros = profile.words.filter(isZero);
  const when = zeros.length === 0 ? {} : { when: `!(row[${JSON.stringify(from)}] in ${JSON.stringify(zeros)})` };
  if (heading.unit === "in") return { ...noExtra, keys: {}, ...when };
  if (heading.unit !== undefined) return { ...noExtra, keys: { unit: heading.unit }, ...when };
  const isNamed = profile.measures > 0 && profile.numbers === 0;
  if (profile.filled > 0 && (isNamed || (profile.numbers < 0.5 && profile.measures === 0))) return noExtra; // cells name their units
  if (unitColumn !== undefined) return { ...noExtra, unitColumn, why: `, in the unit of "${unitColumn}"`, ...when };
  const text = `${path}: { from: ${JSON.stringify(from)}, unit: … }: which unit${profile.measures > 0 ? " have the cells that name none" : ""}? ${units.slice(0, -1).join(", ")} or ${units.at(-1)}`;
  const cells = profile.words.filter((word) => !isZero(word)).slice(0, 3);
  const asks = (keys: JsonObject): Asked => ({
    about: `the unit of ${measures}`,
    column: from,
    cells,
    answers: units.map((unit) => ({
      name: unit,
      spec: { from, unit, ...keys },
      evidence: cells.map((cell) => `${cell} ${unit}`).join(", "),
    })),
  });
  return { ...noExtra, isOpen: true, asks, todos: [{ kind: "todo", path, text, isRequired: false }], ...when };
}

function flagOf(path: string, { profile, heading }: Column): Extra {
  const isInverted = /discontinued|inactive|hidden|disabled/.test(heading.text) && path === "sellable";
  if (profile.flags >= 0.95 && !isInverted) return noExtra;
  const { map, unknown } = wordMap(profile.words, "flags");
  // "Discontinued: yes" is turned round, "Discontinued: active" is not.
  const inverted = Object.fromEntries(
    Object.entries(map).map(([word, is]) => [word, isInverted && isYesOrNo(word) ? is !== true : is]),
  );
  const todos: readonly Todo[] =
    unknown.length === 0
      ? []
      : [
          {
            kind: "todo",
            path,
            text: `${path}: say true or false for ${unknown.map((word) => JSON.stringify(word)).join(", ")} in its map`,
            isRequired: false,
          },
        ];
  return { keys: { map: inverted }, why: "", todos };
}
