// What names an input's file has: the columns of a table, or the paths that occur in JSON elements. Collecting these
// paths, and only as far as a mapping asks for them, is done here too.
import { cellAt } from "../../model/cells.ts";
import { isPlainObject } from "../../model/json.ts";
import type { Cell, Cells, FileInfo, Format } from "../../model/row.ts";

/** The names that a mapping may use for one file. */
export interface Header {
  /** The file, for messages. */
  readonly file: string;
  readonly format: Format;
  has(name: string): boolean;
  /** Names to suggest; not complete for JSON. */
  readonly names: readonly string[];
  /** The same for the elements of a nested list; undefined where nothing is known of them. */
  nested(path: string): Header | undefined;
}

/** The header of a table; undefined for a file that has none. */
export function tableHeader({ path, format, columns }: FileInfo): Header | undefined {
  if (columns === undefined) return undefined;
  const names = new Set(columns);
  return { file: path, format, has: (name) => names.has(name), names: columns, nested: () => undefined };
}

/** The paths of JSON elements, while these pass by. */
export interface PathCollector {
  /** A header without anything in it that takes down what it is asked for. */
  readonly probe: Header;
  see(cells: Cells): void;
  /** True when everything that was asked for has occurred. */
  isComplete(): boolean;
  /** What occurred, as far as it was asked for; undefined before the first element. */
  header(): Header | undefined;
}

const maxNames = 500;
const elementsForNames = 100;

/** Collects the paths that `probe` is asked for. Memory does not grow with the file. */
export function collectPaths({ path, format }: Pick<FileInfo, "path" | "format">): PathCollector {
  const wanted = new Set<string>();
  const missing = new Set<string>();
  const lists = new Map<string, PathCollector>();
  const names = new Set<string>();
  let elements = 0;
  const see = (cells: Cells): void => {
    elements += 1;
    if (elements <= elementsForNames) addNames(cells, "", names);
    for (const name of missing) if (cellAt(cells, name) !== undefined) missing.delete(name);
    for (const [list, collector] of lists) {
      if (collector.isComplete()) continue;
      const cell = cellAt(cells, list);
      if (!Array.isArray(cell)) continue;
      for (const item of cell as readonly Cell[]) if (isCells(item)) collector.see(item);
    }
  };
  const shown = { file: path, format };
  return {
    probe: {
      ...shown,
      names: [],
      has(name) {
        wanted.add(name);
        missing.add(name);
        return false;
      },
      nested(list) {
        const collector = lists.get(list) ?? collectPaths({ path, format });
        lists.set(list, collector);
        return collector.probe;
      },
    },
    see,
    isComplete: () => elements > 0 && missing.size === 0 && [...lists.values()].every((list) => list.isComplete()),
    header: () =>
      elements === 0
        ? undefined
        : {
            ...shown,
            names: [...names],
            has: (name) => wanted.has(name) && !missing.has(name),
            nested: (list) => lists.get(list)?.header(),
          },
  };
}

function addNames(cells: Cells, prefix: string, names: Set<string>): void {
  for (const [key, cell] of Object.entries(cells)) {
    if (names.size >= maxNames) return;
    names.add(prefix + key);
    if (isCells(cell)) addNames(cell, `${prefix}${key}.`, names);
  }
}

function isCells(cell: Cell): cell is Cells {
  return isPlainObject(cell);
}
