// What a mapping names of the account: custom fields, channels and other records, with the values that it is known to send
// there. Known are constants, the answers of `map`, and cells that are sent as they are; what is calculated is not.
import type { Input } from "../job/job.ts";
import { type ColumnPlace, type ColumnUse, type ColumnUses, locate } from "../map/columns/column-uses.ts";
import { fileSettings } from "../map/columns/names-read.ts";
import type { CompiledMapping } from "../map/compile.ts";
import type { Alternative, FieldMapping, Mapping } from "../map/definition/mapping.ts";
import { cellAt } from "../model/cells.ts";
import type { Json } from "../model/json.ts";
import type { ReferableName } from "../model/resource.ts";
import { referables } from "../model/resources/resources.ts";
import type { Cell, Row } from "../model/row.ts";
import { openInput } from "../read/open.ts";
import { isStreamFile } from "../read/stream-file.ts";

/** A payload field that names something of the account. */
export interface MappingUse {
  /** A resource's name: one of its records, by its key. */
  readonly names: "custom field" | "channel" | "channel id" | "imported channel" | ReferableName;
  /** The payload path; in a child with the child's own before it: `items.custom_fields.Colour`. */
  readonly path: string;
  /** `mappings/orders.yaml:7`. */
  readonly place: string;
  readonly values: readonly { readonly value: Json; readonly from: string }[];
}

/** So many rows of each file are looked at. */
export const sampledRows = 1000;

/** Uses of an input's mapping. Reads the first rows of its files; throws as opening a file does. */
export async function usesOf(input: Input, compiled: CompiledMapping): Promise<readonly MappingUse[]> {
  const slots = slotsOf(compiled);
  const wanted = new Map(slots.flatMap(({ columns }) => columns.map((place) => [keyOf(place), place])));
  const cells =
    wanted.size === 0 ? new Map<string, ReadonlySet<string>>() : await sample(input, compiled, [...wanted.values()]);
  return slots.map(({ names, path, place, alternative, columns }) => ({
    names,
    path,
    place,
    values: valuesOf(alternative, columns, (column) => [...(cells.get(keyOf(column)) ?? [])], compiled.mapping.blank),
  }));
}

interface Slot extends Omit<MappingUse, "values"> {
  readonly alternative: Alternative;
  /** Where its cells stand, for what is sent as it is. */
  readonly columns: readonly ColumnPlace[];
}

function slotsOf({ mapping, uses }: Pick<CompiledMapping, "mapping" | "uses">): readonly Slot[] {
  const inChildren = mapping.children.flatMap(({ path, fields }) =>
    fields.flatMap((field) => fieldSlots(mapping, uses, field, `${path}.`)),
  );
  return [...mapping.fields.flatMap((field) => fieldSlots(mapping, uses, field, "")), ...inChildren];
}

function fieldSlots(
  mapping: Mapping,
  uses: ColumnUses,
  { path, alternatives }: FieldMapping,
  prefix: string,
): readonly Slot[] {
  return alternatives.flatMap((alternative) => {
    const names = namedBy(mapping, path, alternative);
    if (names === undefined) return [];
    const { position, file } = alternative;
    const columns = uses.of(alternative).flatMap(placeOf);
    const place = `${file ?? mapping.file}:${position.line}`;
    return [{ names, path: `${prefix}${path}`, place, alternative, columns }];
  });
}

function namedBy({ resource, key }: Mapping, path: string, { ref }: Alternative): MappingUse["names"] | undefined {
  if (path.startsWith("custom_fields.")) return "custom field";
  if (ref?.resource === "channels") return "channel";
  if (ref !== undefined && referables[ref.resource].namedBy !== undefined) return ref.resource;
  if (resource === "sales_orders" && path === "channel_id" && ref === undefined) return "channel id";
  return resource === "channels" && path === key ? "imported channel" : undefined;
}

/** Where the cells stand that are sent as they are; nothing for elements of a nested list or a split cell: their values are not followed. */
function placeOf(use: ColumnUse): readonly ColumnPlace[] {
  if (use.use !== "from") return [];
  const { kind, place } = locate(use, () => false);
  const isOfElement = kind === "item" || (kind === "own" && use.reader.hasItems);
  return place === undefined || isOfElement ? [] : [place];
}

function valuesOf(
  { source, apply, split, lookup, map, otherwise, default: fallback }: Alternative,
  columns: readonly ColumnPlace[],
  cellsOf: (place: ColumnPlace) => readonly string[],
  blank: readonly string[],
): MappingUse["values"] {
  const fromMapping = (value: Json) => ({ value, from: "the mapping" });
  const fallbacks = fallback === undefined ? [] : [fromMapping(fallback)];
  if (apply.length > 0 || split !== undefined || lookup !== undefined) return fallbacks;
  const raw = [
    ...(source.kind === "value" ? [fromMapping(source.value)] : []),
    ...columns.flatMap((place) =>
      cellsOf(place)
        .filter((cell) => !blank.includes(cell))
        .map((cell) => ({ value: cell, from: `column "${place.column}"` })),
    ),
  ];
  if (map === undefined) return [...raw, ...fallbacks];
  return [
    ...[...map.values()].map(fromMapping),
    ...(otherwise.kind === "keep" ? raw.filter(({ value }) => !map.has(String(value))) : []),
    ...(otherwise.kind === "value" ? [fromMapping(otherwise.value)] : []),
    ...fallbacks,
  ];
}

/** Different cells of the columns in the first rows that the mapping does not leave out. */
async function sample(
  input: Input,
  compiled: CompiledMapping,
  wanted: readonly ColumnPlace[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map(wanted.map((place) => [keyOf(place), new Set<string>()]));
  const roles = [
    { join: undefined, files: input.files },
    ...Object.entries(input.joins).map(([join, files]) => ({ join, files })),
  ];
  for (const { join, files } of roles) {
    const places = wanted.filter((place) => place.join === join);
    if (places.length === 0) continue;
    for (const { path, shown, source } of files) {
      if (await isStreamFile(path)) continue;
      for (const row of await firstRows(path, shown, fileSettings(compiled.mapping, join, source))) {
        if (join === undefined && isLeftOut(compiled, shown, row)) continue;
        for (const place of places)
          for (const text of textsOf(cellAt(row.cells, place.column))) found.get(keyOf(place))?.add(text);
      }
    }
  }
  return found;
}

async function firstRows(...[path, shown, settings]: Parameters<typeof openInput>): Promise<readonly Row[]> {
  await using opened = await openInput(path, shown, settings);
  const rows: Row[] = [];
  for await (const batch of opened.batches()) {
    rows.push(...batch.filter(({ fault, leftOut }) => fault === undefined && leftOut === undefined));
    if (rows.length >= sampledRows) break;
  }
  return rows.slice(0, sampledRows);
}

/** Where `where` asks for other rows of the file, a sample cannot tell. */
function isLeftOut(compiled: CompiledMapping, file: string, row: Row): boolean {
  if (Object.keys(compiled.mapping.indexes).length > 0) return false;
  const left = compiled.excludes({ ref: { file: 0, number: row.number }, file, row });
  return left.ok && left.value;
}

function textsOf(cell: Cell | undefined): readonly string[] {
  if (typeof cell === "string") return cell.trim() === "" ? [] : [cell.trim()];
  return Array.isArray(cell) ? cell.flatMap((item: Cell) => textsOf(item)) : [];
}

function keyOf({ join, column }: ColumnPlace): string {
  return JSON.stringify([join, column]);
}
