// Reads a mapping file: YAML text → the normalised mapping, or every fault of it at once.
import { loadYaml, type YamlPlaces } from "../../model/config/yaml-config.ts";
import { fieldAt } from "../../model/resources/field.ts";
import { resources } from "../../model/resources/resources.ts";
import type { SourceSettings } from "../../model/row.ts";
import type { Expr } from "../expression/condition.ts";
import { isUnit } from "./check-field.ts";
import { checkMapping } from "./check-mapping.ts";
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
  ValueSource,
} from "./mapping.ts";
import { mappingSchema, type WrittenChild, type WrittenMapping } from "./mapping-schema.ts";
import { alternativesOf, constantAt, styleOf } from "./normalise.ts";
import { parseTemplate } from "./template.ts";

type Path = readonly PropertyKey[];

/**
 * The mapping that a text holds. `file` is the name that messages show.
 * Throws `ImportError("MAPPING_INVALID")` with one line `file:line:column: what` for every fault there is.
 */
export function loadMapping(text: string, file: string): Mapping {
  const { value: written, ...places } = loadYaml(text, file, mappingSchema, "MAPPING_INVALID", {
    check: checkMapping,
    unknownKey: nestedField,
    hint: "docs/mapping.md describes every key of a mapping",
  });
  const { resource, source } = written;
  const fields = Object.entries(written.fields).map(([path, spec]) =>
    normaliseField(path, path, spec, ["fields", path], written, places),
  );
  const children = Object.entries(written.children ?? {}).map(([path, child]) =>
    normaliseChild(path, child, written, places),
  );
  return {
    file,
    resource,
    source: settingsOf(source),
    match: source?.match,
    blank: source?.blank ?? [],
    accept: source?.accept ?? {},
    style: styleOf(source),
    where: expr(written.where, ["where"], places),
    indexes: normaliseIndexes(written.index, places),
    group: normaliseGroup(written.group, places),
    joins: normaliseJoins(written.join, places),
    key: written.key ?? resources[resource].keyPath,
    fields,
    children,
    lookups: lookupsOf([...fields, ...children.flatMap((child) => child.fields)]),
  };
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
  const { format, delimiter, quote, encoding, records } = source ?? {};
  return {
    ...(format === undefined ? {} : { format }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quote === undefined ? {} : { quote }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(records === undefined ? {} : { records }),
  };
}

function normaliseIndexes(index: WrittenMapping["index"], places: YamlPlaces): Mapping["indexes"] {
  const specs = Object.entries(index ?? {}).map(([name, { key, value, where }]): [string, RowIndexSpec] => {
    const at = ["index", name];
    const spec = {
      key: { text: key, position: places.positionOf([...at, "key"]) },
      value: { text: value, position: places.positionOf([...at, "value"]) },
      where: expr(where, [...at, "where"], places),
    };
    return [name, spec];
  });
  return Object.fromEntries(specs);
}

function normaliseGroup(group: WrittenMapping["group"], places: YamlPlaces): Grouping | undefined {
  if (group === undefined) return undefined;
  const { by } = group;
  return {
    by:
      typeof by === "string"
        ? { columns: [by.trim()] }
        : Array.isArray(by)
          ? { columns: by.map((name) => name.trim()) }
          : { expr: { text: by.expr, position: places.positionOf(["group", "by", "expr"]) } },
    position: places.positionOf(["group", "by"]),
    rows: group.rows ?? "adjacent",
    head: expr(group.head, ["group", "head"], places),
    where: expr(group.where, ["group", "where"], places),
    conflict: group.conflict ?? "warn",
  };
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

function normaliseChild(path: string, child: WrittenChild, written: WrittenMapping, places: YamlPlaces): ChildMapping {
  const { each, where, fields } = child;
  const at = ["children", path];
  return {
    path,
    position: places.positionOf([...at, "each"]),
    each: normaliseEach(each, [...at, "each"], written, places),
    where: expr(where, [...at, "where"], places),
    fields: Object.entries(fields).map(([name, spec]) =>
      normaliseField(name, `${path}.${name}`, spec, [...at, "fields", name], written, places),
    ),
  };
}

function normaliseEach(
  each: WrittenChild["each"],
  at: Path,
  { join }: WrittenMapping,
  places: YamlPlaces,
): ChildMapping["each"] {
  if (typeof each === "object") {
    if ("expr" in each)
      return { kind: "expr", expr: { text: each.expr, position: places.positionOf([...at, "expr"]) } };
    return { kind: "split", column: each.from.trim(), separator: each.split };
  }
  if (each === "rows") return { kind: "rows" };
  return Object.hasOwn(join ?? {}, each) ? { kind: "join", join: each } : { kind: "nested", column: each };
}

function normaliseField(
  path: string,
  payloadPath: string,
  spec: WrittenSpec,
  at: Path,
  { resource, source }: WrittenMapping,
  places: YamlPlaces,
): FieldMapping {
  const field = fieldAt(resources[resource].schema, payloadPath);
  const [first, ...others] = alternativesOf(spec, at).map(({ written, path: place }) =>
    normaliseAlternative(written, place, source, places),
  );
  if (field === undefined || first === undefined) throw new Error(`${payloadPath} passed the check and is no field`);
  return { path, field, position: places.positionOf(at), alternatives: [first, ...others] };
}

function normaliseAlternative(
  written: WrittenField,
  at: Path,
  source: WrittenMapping["source"],
  places: YamlPlaces,
): Alternative {
  const { lookup, map, unit } = written;
  return {
    position: places.positionOf(at),
    source: sourceOf(written, at, places),
    optional: written.optional ?? false,
    when: expr(written.when, [...at, "when"], places),
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
    clear: written.blank === "clear",
    ref: written.ref,
    style: styleOf(source, written),
  };
}

function sourceOf({ from, template, expr: text, value }: WrittenField, at: Path, places: YamlPlaces): ValueSource {
  if (template !== undefined) {
    const parsed = parseTemplate(template);
    return { kind: "template", parts: parsed.ok ? parsed.parts : [] };
  }
  if (text !== undefined) return { kind: "expr", text };
  if (value !== undefined) return { kind: "value", value: constantAt(value, [...at, "value"], places) };
  const [first = "", ...others] = (typeof from === "string" ? [from] : (from ?? [])).map((name) => name.trim());
  return { kind: "from", columns: [first, ...others] };
}

function otherwiseOf(written: WrittenOtherwise | undefined, at: Path, places: YamlPlaces): Otherwise {
  if (written === undefined) return { kind: "error" };
  return typeof written === "string"
    ? { kind: written }
    : { kind: "value", value: constantAt(written.value, [...at, "value"], places) };
}

function expr(text: string | undefined, path: Path, places: YamlPlaces): Expr | undefined {
  return text === undefined ? undefined : { text, position: places.positionOf(path) };
}

function lookupsOf(fields: readonly FieldMapping[]): readonly LookupSpec[] {
  const found = fields.flatMap(({ alternatives }) =>
    alternatives.flatMap(({ lookup }) =>
      lookup === undefined ? [] : [{ file: lookup.file, key: lookup.key, value: lookup.value }],
    ),
  );
  return [...new Map(found.map((spec) => [JSON.stringify(spec), spec])).values()];
}
