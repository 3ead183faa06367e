// Reads a mapping file: YAML text → the normalised mapping, or every fault of it at once.
import { loadYaml, type YamlPlaces } from "../../model/config/yaml-config.ts";
import { contentHash, type Json } from "../../model/json.ts";
import { type Field, fieldAt } from "../../model/resources/field.ts";
import { resources } from "../../model/resources/resources.ts";
import { valueJudge } from "../../model/resources/schema-issue.ts";
import type { SourceSettings } from "../../model/row.ts";
import { compileOnce } from "../expression/compile-once.ts";
import type { Expr } from "../expression/condition.ts";
import { type CompileExpression, compileExpression, type ReadyExpression } from "../expression/expression.ts";
import { indexNames } from "../expression/index-names.ts";
import { type ExpressionKind, type IndexNames, noIndexNames } from "../expression/language.ts";
import { currencyNamed } from "../values/money.ts";
import type { ValueStyle } from "../values/style.ts";
import { type AmountName, amountField } from "./check-amounts.ts";
import { isUnit } from "./check-field.ts";
import { checkMapping } from "./check-mapping.ts";
import { totalField } from "./check-totals.ts";
import type { WrittenField, WrittenOtherwise, WrittenSpec } from "./field-schema.ts";
import type {
  Alternative,
  ChildMapping,
  FieldMapping,
  Grouping,
  Join,
  LookupSpec,
  Mapping,
  Otherwise,
  RowIndexSpec,
  RowList,
  Totals,
  ValueSource,
} from "./mapping.ts";
import { mappingSchema, type WrittenChild, type WrittenMapping } from "./mapping-schema.ts";
import { alternativesOf, constantAt, styleOf } from "./normalise.ts";
import { fieldsRead } from "./read-fields.ts";
import { readKindOf } from "./read-kind.ts";
import { parseTemplate } from "./template.ts";
import type { TotalName } from "./totals-schema.ts";

type Path = readonly PropertyKey[];

/** What every part of a mapping is normalised with. */
interface Context {
  readonly written: WrittenMapping;
  readonly places: YamlPlaces;
  readonly compile: CompileExpression;
}

/**
 * The mapping that a text holds. `file` is the name that messages show.
 * Throws `ImportError("MAPPING_INVALID")` with one line `file:line:column: what` for every fault there is. Every
 * expression is compiled here, and nowhere again; `compiler` is what compiles them.
 */
export function loadMapping(text: string, file: string, compiler: CompileExpression = compileExpression): Mapping {
  const compile = compileOnce(compiler);
  const { value: written, ...places } = loadYaml(text, file, mappingSchema, "MAPPING_INVALID", {
    check: (mapping, at) => checkMapping(mapping, at, compile),
    unknownKey: nestedField,
    hint: "docs/mapping-reference.md describes every key of a mapping",
  });
  const { resource, source } = written;
  const context: Context = { written, places, compile };
  const fields = Object.entries(written.fields).map(([path, spec]) =>
    normaliseField(path, inPayload(path, context), spec, ["fields", path], "group", context),
  );
  const children = Object.entries(written.children ?? {}).map(([path, child]) => normaliseChild(path, child, context));
  const mapping = {
    file,
    resource,
    hash: contentHash(JSON.parse(JSON.stringify(written)) as Json),
    source: settingsOf(source),
    match: source?.match,
    headings: source?.headings ?? {},
    blank: source?.blank ?? [],
    accept: source?.accept ?? {},
    optional: (source?.optional ?? []).map((name) => name.trim()),
    style: styleOf(source),
    where: expr(written.where, "row", ["where"], context),
    indexes: normaliseIndexes(context),
    group: normaliseGroup(context),
    joins: normaliseJoins(written.join, places),
    key: written.key ?? resources[resource].keyPath,
    fields,
    children,
    totals: normaliseTotals(context),
    lookups: [],
  };
  return { ...mapping, lookups: lookupsOf(fieldsRead(mapping)) };
}

/** `ship_to: { name: … }`, as the payload nests it: a field is written with its whole path. */
function nestedField(path: Path): string | undefined {
  const [top, ...below] = path.map(String);
  const [list, fields, ...ofChild] = below;
  const [name, key, ...deeper] = top === "fields" ? below : top === "children" && fields === "fields" ? ofChild : [];
  if (name === undefined || key === undefined || deeper.length > 0) return undefined;
  const whole = `${name}.${key}`;
  const inPayload = top === "fields" ? whole : `${list}.${whole}`;
  const isField = Object.values(resources).some(({ schema }) => fieldAt(schema, inPayload) !== undefined);
  return isField ? `fields are written with their whole path, one each: ${whole}: …` : undefined;
}

function settingsOf(source: WrittenMapping["source"]): SourceSettings {
  const { format, delimiter, quote, encoding, records, header_line: headerLine } = source ?? {};
  return {
    ...(format === undefined ? {} : { format }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quote === undefined ? {} : { quote }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(records === undefined ? {} : { records }),
    ...(headerLine === undefined ? {} : { headerLine }),
  };
}

function normaliseIndexes(context: Context): Mapping["indexes"] {
  const { index } = context.written;
  const specs = Object.entries(index ?? {}).map(([name, { key, value, where }]): [string, RowIndexSpec] => {
    const at = ["index", name];
    const spec = {
      key: exprAt(key, "row", [...at, "key"], context, noIndexNames),
      value: exprAt(value, "row", [...at, "value"], context, noIndexNames),
      where: where === undefined ? undefined : exprAt(where, "row", [...at, "where"], context, noIndexNames),
    };
    return [name, spec];
  });
  return Object.fromEntries(specs);
}

function normaliseGroup(context: Context): Grouping | undefined {
  const { places } = context;
  const { group } = context.written;
  if (group === undefined) return undefined;
  const { by } = group;
  return {
    by: normaliseKey(by, context),
    position: places.positionOf(["group", "by"]),
    rows: group.rows ?? "adjacent",
    ...normaliseHead(group.head, context),
    where: expr(group.where, "group", ["group", "where"], context),
    conflict: group.conflict ?? "warn",
  };
}

type WrittenHead = NonNullable<WrittenMapping["group"]>["head"];

function normaliseHead(head: WrittenHead, context: Context): Pick<Grouping, "head" | "headMayRepeat"> {
  if (typeof head !== "object") return { head: expr(head, "row", ["group", "head"], context), headMayRepeat: false };
  return { head: exprAt(head.first, "row", ["group", "head", "first"], context), headMayRepeat: true };
}

function normaliseKey(by: NonNullable<WrittenMapping["group"]>["by"], context: Context): Grouping["by"] {
  if (typeof by === "string") return { columns: [by.trim()], take: "all", fill: false };
  if (Array.isArray(by)) return { columns: by.map((name) => name.trim()), take: "all", fill: false };
  if ("expr" in by) return { expr: exprAt(by.expr, "row", ["group", "by", "expr"], context) };
  return { columns: [by.from].flat().map((name) => name.trim()), take: "first", fill: by.fill === "down" };
}

function normaliseJoins(join: WrittenMapping["join"], places: YamlPlaces): readonly Join[] {
  return Object.entries(join ?? {}).flatMap(([name, { on, one }]) =>
    Object.entries(on).map(([theirs, ours]) => ({
      name,
      theirs: theirs.trim(),
      ours: ours.trim(),
      one: one ?? false,
      position: places.positionOf(["join", name, "on"]),
    })),
  );
}

function normaliseChild(path: string, child: WrittenChild, context: Context): ChildMapping {
  const { each, where, fields, amounts } = child;
  const at = ["children", path];
  const amountOf = (name: AmountName, kind: "group" | "child"): FieldMapping | undefined => {
    const spec = amounts?.[name];
    return spec === undefined
      ? undefined
      : normaliseField(name, nowhere(amountField), spec, [...at, "amounts", name], kind, context);
  };
  const line = amountOf("line", "child");
  return {
    path,
    position: context.places.positionOf([...at, "each"]),
    each: normaliseEach(each, [...at, "each"], context),
    where: expr(where, "child", [...at, "where"], context),
    fields: Object.entries(fields).map(([name, spec]) =>
      normaliseField(name, inPayload(`${path}.${name}`, context), spec, [...at, "fields", name], "child", context),
    ),
    amounts: line === undefined ? undefined : { line, orderDiscount: amountOf("order_discount", "group") },
  };
}

function normaliseTotals(context: Context): Totals | undefined {
  const { totals } = context.written;
  if (totals === undefined) return undefined;
  const { currencies = [], tolerance = 0.01, mismatch = "error" } = totals;
  const fieldOf = (name: TotalName): FieldMapping | undefined => {
    const spec = totals[name];
    const kind = name === "line" ? "child" : "group";
    return spec === undefined
      ? undefined
      : normaliseField(name, nowhere(totalField(name)), spec, ["totals", name], kind, context);
  };
  return {
    order: fieldOf("order"),
    items: fieldOf("items"),
    line: fieldOf("line"),
    currency: fieldOf("currency"),
    currencies: currencies.map(currencyNamed),
    tolerance,
    mismatch,
  };
}

function normaliseEach(each: WrittenChild["each"], at: Path, context: Context): ChildMapping["each"] {
  if (typeof each === "object") {
    if ("expr" in each) return { kind: "expr", expr: exprAt(each.expr, "group", [...at, "expr"], context) };
    const list = { column: each.from.trim(), optional: each.optional ?? false };
    return each.split === undefined ? { kind: "nested", ...list } : { kind: "split", ...list, separator: each.split };
  }
  return rowList(each, context.written);
}

function rowList(each: string, { join }: WrittenMapping): RowList {
  if (each === "rows") return { kind: "rows" };
  return Object.hasOwn(join ?? {}, each)
    ? { kind: "join", join: each }
    : { kind: "nested", column: each.trim(), optional: false };
}

/** What a field is read as, and where its value goes: nowhere, where it is only compared or calculated with. */
interface Target {
  readonly field: Field;
  readonly payloadPath: string | undefined;
}

function inPayload(payloadPath: string, { written }: Context): Target {
  const field = fieldAt(resources[written.resource].schema, payloadPath);
  if (field === undefined) throw new Error(`${payloadPath} passed the check and is no field`);
  return { field, payloadPath };
}

function nowhere(field: Field): Target {
  return { field, payloadPath: undefined };
}

function normaliseField(
  path: string,
  target: Target,
  spec: WrittenSpec,
  at: Path,
  kind: "group" | "child",
  context: Context,
): FieldMapping {
  const [first, ...others] = alternativesOf(spec, at).map(({ written, path: place }) =>
    normaliseAlternative(written, place, target, kind, context),
  );
  if (first === undefined) throw new Error(`${path} passed the check and has no alternative`);
  return { path, field: target.field, position: context.places.positionOf(at), alternatives: [first, ...others] };
}

function normaliseAlternative(
  written: WrittenField,
  at: Path,
  { field, payloadPath }: Target,
  kind: "group" | "child",
  context: Context,
): Alternative {
  const { places } = context;
  const { schema } = resources[context.written.resource];
  const { lookup, map, unit, when } = written;
  const style = styleOf(context.written.source, written);
  const reads = readKindOf(written, field);
  const compile = (text: string) => ready(text, kind, style, indexNames(context.written.index), context);
  return {
    position: places.positionOf(at),
    source: sourceOf(written, at, context, (text) => compile(text).reading(reads)),
    reads,
    optional: written.optional ?? false,
    when:
      when === undefined
        ? undefined
        : { text: when, position: places.positionOf([...at, "when"]), compiled: compile(when) },
    split: written.split,
    apply: written.apply ?? [],
    lookup:
      lookup === undefined
        ? undefined
        : { ...lookup, otherwise: otherwiseOf(lookup.otherwise, [...at, "lookup", "otherwise"], places) },
    map:
      map === undefined
        ? undefined
        : new Map(
            Object.entries(map).map(([cell, value]) => [cell.trim(), constantAt(value, [...at, "map", cell], places)]),
          ),
    otherwise: otherwiseOf(written.otherwise, [...at, "otherwise"], places),
    round: written.round,
    unit: isUnit(unit) ? unit : undefined,
    default: written.default === undefined ? undefined : constantAt(written.default, [...at, "default"], places),
    omitWhere: written.invalid === "omit" && payloadPath !== undefined ? valueJudge(schema, payloadPath) : undefined,
    clear: written.blank === "clear",
    ref: written.ref,
    style,
  };
}

function sourceOf(
  { from, template, expr: text, value, sum, each, fill }: WrittenField,
  at: Path,
  { places, written }: Context,
  compile: (text: string) => ReadyExpression,
): ValueSource {
  if (template !== undefined) {
    const parsed = parseTemplate(template);
    return { kind: "template", parts: parsed.ok ? parsed.parts : [] };
  }
  if (text !== undefined) return { kind: "expr", text, compiled: compile(text) };
  if (value !== undefined) return { kind: "value", value: constantAt(value, [...at, "value"], places) };
  if (sum !== undefined) return { kind: "sum", column: sum.trim(), each: rowList(each ?? "rows", written) };
  const [first = "", ...others] = (typeof from === "string" ? [from] : (from ?? [])).map((name) => name.trim());
  return { kind: "from", columns: [first, ...others], fill: fill === "down" };
}

function otherwiseOf(written: WrittenOtherwise | undefined, at: Path, places: YamlPlaces): Otherwise {
  if (written === undefined) return { kind: "error" };
  return typeof written === "string"
    ? { kind: written }
    : { kind: "value", value: constantAt(written.value, [...at, "value"], places) };
}

function expr(text: string | undefined, kind: ExpressionKind, path: Path, context: Context): Expr | undefined {
  return text === undefined ? undefined : exprAt(text, kind, path, context);
}

/** An expression that is no field's: cells are written as the source says. */
function exprAt(
  text: string,
  kind: ExpressionKind,
  path: Path,
  context: Context,
  indexes: IndexNames = indexNames(context.written.index),
): Expr {
  const compiled = ready(text, kind, styleOf(context.written.source), indexes, context);
  return { text, position: context.places.positionOf(path), compiled };
}

function ready(
  text: string,
  kind: ExpressionKind,
  style: ValueStyle,
  indexes: IndexNames,
  { compile }: Context,
): ReadyExpression {
  const compiled = compile(text, kind, style, indexes);
  if (!compiled.ok) throw new Error(`an expression passed the check and does not compile: ${compiled.message}`);
  return compiled;
}

function lookupsOf(fields: readonly FieldMapping[]): readonly LookupSpec[] {
  const found = fields.flatMap(({ alternatives }) =>
    alternatives.flatMap(({ lookup }) =>
      lookup === undefined ? [] : [{ file: lookup.file, key: lookup.key, value: lookup.value }],
    ),
  );
  return [...new Map(found.map((spec) => [JSON.stringify(spec), spec])).values()];
}
