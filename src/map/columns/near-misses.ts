// Columns that a mapping calls optional, that the file does not have, and that it has under almost the same name: most
// likely the export spells them otherwise, and their cells would go nowhere. What has to be there is check-columns.ts.
import type { Position } from "../../model/config/yaml-syntax.ts";
import { isAlmost } from "../../model/text/nearest.ts";
import type { FieldMapping, Mapping } from "../definition/mapping.ts";
import { fieldsRead } from "../definition/read-fields.ts";
import { type ColumnUses, isByName } from "./column-uses.ts";

/** An optional column and the one that it may be, where the field that wants it stands. */
export interface NearMiss {
  readonly position: Position;
  readonly name: string;
  readonly almost: string;
}

/** One for each field that no column of the header serves, at most; a column that the mapping uses elsewhere is not meant. */
export function nearMisses(mapping: Mapping, uses: ColumnUses, columns: readonly string[]): readonly NearMiss[] {
  const fields = fieldsRead(mapping);
  const namesOf = ({ alternatives }: FieldMapping): readonly string[] =>
    alternatives.flatMap((alternative) =>
      uses.of(alternative).flatMap(({ name, use }) => (isByName(use) ? [name] : [])),
    );
  const used = new Set(fields.flatMap(namesOf));
  const unused = columns.filter((column) => !used.has(column));
  return fields.flatMap((field) => {
    if (!field.alternatives.every(({ optional }) => optional)) return [];
    const names = namesOf(field);
    if (names.some((name) => columns.includes(name))) return [];
    const [first] = names.flatMap((name) => {
      const almost = unused.find((column) => isAlmost(name, column));
      return almost === undefined ? [] : [{ position: field.position, name, almost }];
    });
    return first === undefined ? [] : [first];
  });
}
