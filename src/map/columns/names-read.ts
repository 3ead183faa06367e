// The names under which a mapping reads the columns of a file: what its headings are compared with when it is opened.
import type { SourceSettings } from "../../model/row.ts";
import type { Alternative, FieldMapping, Mapping } from "../definition/mapping.ts";
import { fieldsOfChild, fieldsOfEntry } from "../definition/read-fields.ts";
import type { Expr } from "../expression/condition.ts";
import { targetOf } from "./column-names.ts";
import { columnUses, entryConditions } from "./column-uses.ts";

/** How to open a file of an input: as was said of the file itself, else of the mapping, with the names that are read of it. */
export function fileSettings(
  mapping: Mapping,
  join: string | undefined,
  ofFile: SourceSettings = mapping.source,
): SourceSettings {
  const ofMain = join === undefined ? { otherHeadings: mapping.headings } : {};
  return { ...ofFile, names: namesRead(mapping, join), ...ofMain };
}

const known = new WeakMap<Mapping, Map<string | undefined, readonly string[]>>();

function namesRead(mapping: Mapping, join: string | undefined): readonly string[] {
  const ofMapping = known.get(mapping) ?? new Map<string | undefined, readonly string[]>();
  known.set(mapping, ofMapping);
  const names = ofMapping.get(join) ?? findNames(mapping, join);
  ofMapping.set(join, names);
  return names;
}

/** Each name once, keys and conditions first. A name that may mean a column of another file is in the lists of both. */
function findNames(mapping: Mapping, join: string | undefined): readonly string[] {
  const names = new Set<string>();
  for (const { name, reader } of columnUses(mapping).all) {
    if (reader.own.join === join) names.add(name);
    const target = targetOf(name, reader);
    if (target.kind === "parent" && join === undefined) names.add(target.column);
    if (target.kind === "joined" && target.join === join) names.add(target.column);
  }
  for (const column of Object.keys(mapping.accept)) names.add(column);
  if (join === undefined)
    for (const { compiled } of expressionsOf(mapping)) for (const name of compiled.otherColumns) names.add(name);
  return [...names];
}

function expressionsOf(mapping: Mapping): readonly Pick<Expr, "compiled">[] {
  const ofAlternative = ({ source, when }: Alternative) => [
    ...(source.kind === "expr" ? [source] : []),
    ...(when === undefined ? [] : [when]),
  ];
  const ofFields = (fields: readonly FieldMapping[]) =>
    fields.flatMap(({ alternatives }) => alternatives.flatMap(ofAlternative));
  return [
    ...entryConditions(mapping),
    ...ofFields(fieldsOfEntry(mapping)),
    ...mapping.children.flatMap((child) => [
      ...(child.each.kind === "expr" ? [child.each.expr] : []),
      ...(child.where === undefined ? [] : [child.where]),
      ...ofFields(fieldsOfChild(child, mapping)),
    ]),
  ];
}
