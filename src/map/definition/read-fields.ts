// Every field for which a mapping reads cells: those of the payload, and beside them those that are only compared
// (`totals`), or that prices are made of (`amounts`).
import { resources } from "../../model/resources/resources.ts";
import type { ChildMapping, FieldMapping, Mapping } from "./mapping.ts";

/** The fields that are read from an entry itself. */
export function fieldsOfEntry({ fields, totals, children }: Mapping): readonly FieldMapping[] {
  const discounts = children.map(({ amounts }) => amounts?.orderDiscount);
  return [...fields, ...given([...discounts, totals?.order, totals?.items, totals?.currency])];
}

/** The fields that are read from every element of a child. */
export function fieldsOfChild(child: ChildMapping, { resource, totals }: Mapping): readonly FieldMapping[] {
  const isSummed = resources[resource].sums?.list === child.path;
  return [...child.fields, ...given([child.amounts?.line, isSummed ? totals?.line : undefined])];
}

/** All of them. */
export function fieldsRead(mapping: Mapping): readonly FieldMapping[] {
  return [...fieldsOfEntry(mapping), ...mapping.children.flatMap((child) => fieldsOfChild(child, mapping))];
}

function given(fields: readonly (FieldMapping | undefined)[]): readonly FieldMapping[] {
  return fields.filter((field) => field !== undefined);
}
