// The mappings that come with the package, and which of them an export was made for.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { columnUses, isByName } from "../map/columns/column-uses.ts";
import { loadMapping } from "../map/definition/load-mapping.ts";
import type { Mapping } from "../map/definition/mapping.ts";
import { packageFolder } from "../model/package.ts";

/** A shipped mapping: its file, and the columns that it reads of its main input, each with all its headings. */
export interface ShippedMapping {
  /** Such as `mappings/shopify-products.yaml`. */
  readonly file: string;
  readonly columns: readonly (readonly string[])[];
}

/** All shipped mappings. */
export async function readShippedMappings(): Promise<readonly ShippedMapping[]> {
  const folder = join(packageFolder, "mappings");
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".yaml"));
  return Promise.all(
    names.map(async (name) => ({
      file: `mappings/${name}`,
      columns: columnsOf(loadMapping(await readFile(join(folder, name), "utf8"), name)),
    })),
  );
}

/** The one that an export with these columns was made for: most of what it reads is there, and no other fits better. */
export function madeFor(columns: readonly string[], shipped: readonly ShippedMapping[]): ShippedMapping | undefined {
  const rated = shipped.map((mapping) => {
    const hits = mapping.columns.filter((headings) => headings.some((heading) => columns.includes(heading))).length;
    return { mapping, hits, share: hits / Math.max(1, mapping.columns.length) };
  });
  const [best] = rated.filter(({ hits, share }) => hits >= 5 && share >= 0.7).toSorted((a, b) => b.hits - a.hits);
  return best?.mapping;
}

function columnsOf(mapping: Mapping): readonly (readonly string[])[] {
  const isJoined = (name: string) => mapping.joins.some((join) => name.startsWith(`${join.name}.`));
  const own = columnUses(mapping).all.flatMap(({ name, use, reader: { child } }) => {
    const isOfRows = child === undefined || child.each.kind === "rows";
    return use === "group" || (isByName(use) && isOfRows && !isJoined(name)) ? [name] : [];
  });
  return [...new Set(own)].map((name) => [
    name,
    ...(Object.hasOwn(mapping.headings, name) ? (mapping.headings[name] ?? []) : []),
  ]);
}
