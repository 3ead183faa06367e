// The pass over the files of an input before anything is staged: what their cells prove of how numbers and dates are
// written, and which paths JSON elements have. Memory does not grow with the files. What was found goes with each file.
import { isStandIn } from "../damage/stand-in-words.ts";
import type { Input, JobFile } from "../job/job.ts";
import type { ColumnPlace } from "../map/columns/column-uses.ts";
import type { ColumnToInfer } from "../map/columns/columns-to-infer.ts";
import { filledColumns } from "../map/columns/filled-columns.ts";
import { collectPaths, type Header, type PathCollector, tableHeader } from "../map/columns/header.ts";
import { inferStyles } from "../map/columns/infer-styles.ts";
import { type FoundSavedAgain, watchSavedAgain } from "../map/columns/saved-again.ts";
import type { CompiledMapping } from "../map/compile.ts";
import { literalWords } from "../map/literal-words.ts";
import type { ColumnStyles, Fills } from "../model/column-style.ts";
import { type FileInfo, isTable, type Row } from "../model/row.ts";
import { sameSettings } from "../read/open.ts";
import { type ColumnDamage, watchDamage } from "./files/column-damage.ts";
import { watchFills } from "./files/fill-runs.ts";
import type { KeptRows } from "./files/kept-rows.ts";
import { openJobFile } from "./files/open-file.ts";
import type { RefusedRows } from "./refused-rows.ts";

/** How to look. */
export interface ScanOptions {
  /** Ends the look; then nothing is found. */
  readonly signal?: AbortSignal;
  /** Called now and then with the rows looked at so far. */
  readonly onProgress?: (input: string, rows: number) => void;
}

/** What the pass found. */
export interface ScannedFiles {
  /** The facts of each file by path, with the styles of its columns. */
  readonly infos: ReadonlyMap<string, FileInfo>;
  /** Of the main files: one for each table, and one for all JSON together. */
  readonly mains: readonly { readonly file: JobFile; readonly header: Header | undefined }[];
  readonly joined: Readonly<Record<string, Header | undefined>>;
  readonly damage: readonly ColumnDamage[];
  /** Cells of failures files that were saved again and can be read in two ways now. */
  readonly doubts: RefusedRows;
  /** Columns that can be read in more than one way, each a line. */
  readonly faults: readonly string[];
  /** What to do about them. */
  readonly hint: string;
}

/**
 * Looks at all rows of an input; those of small files are kept for staging. Throws `INPUT_UNREADABLE` for what no row can be
 * blamed for.
 */
export async function scanFiles(
  input: Input,
  compiled: CompiledMapping,
  infos: ReadonlyMap<string, FileInfo>,
  kept: KeptRows,
  options: ScanOptions = {},
): Promise<ScannedFiles> {
  const roles = rolesOf(input, infos);
  const isColumn = ({ join, column }: ColumnPlace): boolean =>
    roles.some(
      (role) => role.join === join && role.files.some(({ info }) => isTable(info) && info.columns?.includes(column)),
    );
  const styles = inferStyles(compiled.columnsToInfer(isColumn), compiled.mapping.file);
  const columnsRead = compiled.columnsRead(isColumn);
  const literal = literalWords(compiled.mapping);
  const isNothing = (text: string) => compiled.isBlank(text) || (isStandIn(text) && literal.has(text.trim()));
  const damage = watchDamage(compiled.columnRoles(isColumn), isNothing, compiled.mapping.accept);
  const filled = filledColumns(compiled.mapping, compiled.uses, isColumn);
  const fills = new Map<string, Fills>();
  const again = new Map<string, FoundSavedAgain>();
  const collectors = collectorsOf(roles);
  askFor(compiled, collectors);
  for (const role of roles) {
    const collector = collectors.get(role.join);
    let rows = 0;
    for (const { file, info } of role.files) {
      const look = isTable(info) ? styles.watch(role.join, file) : undefined;
      const judge = isTable(info) ? damage.watch(role.join, file.shown) : undefined;
      const paths = isTable(info) || file.carried !== undefined ? undefined : collector;
      const columns = filled.flatMap(({ join, column }) => (join === role.join ? [column] : []));
      const fill = watchFills(columns, compiled.isBlank, {
        shown: file.shown,
        info,
        earlier: file.fills,
        isPart: file.carried !== undefined,
      });
      const saved = savedAgainOf(file, info, role.join, columnsRead);
      if (look === undefined && judge === undefined && paths === undefined && fill === undefined && saved === undefined)
        continue;
      await using opened = await openJobFile(file, sameSettings(info));
      const keep = kept.keep(file);
      let isWhole = true;
      for await (const batch of opened.batches()) {
        if (options.signal?.aborted === true) return cutOff(infos);
        keep?.add(batch);
        await saved?.see(batch);
        for (const row of batch) {
          if (row.leftOut !== undefined) continue;
          fill?.see(row);
          if (row.fault !== undefined) continue;
          look?.(row);
          judge?.(row);
          paths?.see(row.cells);
        }
        rows += batch.length;
        options.onProgress?.(role.join === undefined ? input.name : `${input.name}.${role.join}`, rows);
        if (paths?.isComplete() === true) {
          isWhole = false;
          break;
        }
      }
      keep?.end(isWhole ? opened : undefined);
      if (fill !== undefined) fills.set(file.path, fill.found());
      if (saved !== undefined) again.set(file.path, saved.found());
    }
  }
  const found = styles.found();
  return {
    infos: new Map(
      roles.flatMap(({ join, files }) =>
        files.map(({ file, info }) => {
          const { styles: ofColumns, detected } = found.of(join, file);
          const now = again.get(file.path);
          // Tables have styles even when none was found: that is what tells them from JSON.
          const ofFills = fills.get(file.path);
          const own = {
            ...(isTable(info) ? { styles: withThose(now?.styles ?? [], ofColumns) } : {}),
            ...(ofFills === undefined ? {} : { fills: ofFills }),
          };
          return [
            file.path,
            { ...info, ...own, detected: [...info.detected, ...detected, ...(now?.detected ?? [])] },
          ] as const;
        }),
      ),
    ),
    ...headersOf(roles, collectors),
    damage: damage.found(),
    doubts: doubtsIn(roles, again),
    faults: found.faults,
    hint: found.hint,
  };
}

/** The files that stand for one name in a mapping: the main files, or those of a join. */
interface Role {
  readonly join: string | undefined;
  readonly files: readonly { readonly file: JobFile; readonly info: FileInfo }[];
}

function rolesOf(input: Input, infos: ReadonlyMap<string, FileInfo>): readonly Role[] {
  const withInfo = (files: readonly JobFile[]): Role["files"] =>
    files.flatMap((file) => {
      const info = infos.get(file.path);
      return info === undefined ? [] : [{ file, info }];
    });
  return [
    { join: undefined, files: withInfo(input.files) },
    ...Object.entries(input.joins).map(([join, files]) => ({ join, files: withInfo(files) })),
  ];
}

/** A watcher of a failures file that may have been saved again; undefined for any other. JSON has one way to write a number. */
function savedAgainOf(
  { originals, styles, isSavedAgain = false }: JobFile,
  info: FileInfo,
  join: string | undefined,
  columnsRead: readonly ColumnToInfer[],
): { readonly see: (rows: readonly Row[]) => Promise<void>; readonly found: () => FoundSavedAgain } | undefined {
  if (originals === undefined || !isTable(info)) return undefined;
  const columns = columnsRead.filter(
    (column) => column.join === join && info.columns?.includes(column.column) === true,
  );
  const watch = watchSavedAgain(columns, styles);
  return {
    async see(rows) {
      const before = await originals(rows);
      for (const [at, row] of rows.entries()) if (row.fault === undefined) watch.see(row, before[at]);
    },
    found: () => watch.found(isSavedAgain),
  };
}

function withThose(newer: ColumnStyles, styles: ColumnStyles): ColumnStyles {
  const merged = styles.map((style) => ({ ...style, ...newer.find(({ column }) => column === style.column) }));
  return [...merged, ...newer.filter(({ column }) => !styles.some((style) => style.column === column))];
}

function doubtsIn(roles: readonly Role[], again: ReadonlyMap<string, FoundSavedAgain>): RefusedRows {
  return new Map(
    roles.flatMap(({ files }) =>
      files.flatMap(({ file: { path, retryOf } }) => {
        const doubts = again.get(path)?.doubts ?? [];
        return retryOf === undefined || doubts.length === 0 ? [] : [[retryOf, doubts] as const];
      }),
    ),
  );
}

/** One for the JSON files of each role. A failures file says nothing, nor do rows that were carried: the elements that had a path may have gone through. */
function collectorsOf(roles: readonly Role[]): ReadonlyMap<string | undefined, PathCollector> {
  return new Map(
    roles.flatMap(({ join, files }) => {
      const first = files.find(({ file, info }) => !isTable(info) && file.carried === undefined);
      const isRetry = files.some(({ file }) => file.retryOf !== undefined && file.carried === undefined);
      return first === undefined || isRetry
        ? []
        : [[join, collectPaths({ ...first.info, path: first.file.shown })] as const];
    }),
  );
}

/** Lets the mapping ask for every name that it uses. */
function askFor(compiled: CompiledMapping, collectors: ReadonlyMap<string | undefined, PathCollector>): void {
  const joined = compiled.joins.map(({ name }) => [name, collectors.get(name)?.probe] as const);
  compiled.checkColumns(collectors.get(undefined)?.probe, Object.fromEntries(joined));
}

function headersOf(
  roles: readonly Role[],
  collectors: ReadonlyMap<string | undefined, PathCollector>,
): Pick<ScannedFiles, "mains" | "joined"> {
  const headerOf = ({ join }: Role, read: Role["files"][number] | undefined): Header | undefined => {
    if (read === undefined) return undefined;
    const { file, info } = read;
    return isTable(info) ? tableHeader({ ...info, path: file.shown }) : collectors.get(join)?.header();
  };
  const mains = roles
    .filter(({ join }) => join === undefined)
    .flatMap((role) => {
      const json = role.files.find(({ info }) => !isTable(info));
      const shown = role.files.filter((each) => isTable(each.info) || each === json);
      return shown.map((read) => ({ file: read.file, header: headerOf(role, read) }));
    });
  const joined = roles.flatMap((role) => {
    const own = role.files.find(({ file }) => file.carried === undefined) ?? role.files[0];
    return role.join === undefined ? [] : [[role.join, headerOf(role, own)] as const];
  });
  return { mains, joined: Object.fromEntries(joined) };
}

/** Staging says what is to be said of a command that was stopped. */
function cutOff(infos: ReadonlyMap<string, FileInfo>): ScannedFiles {
  return { infos, mains: [], joined: {}, damage: [], doubts: new Map(), faults: [], hint: "" };
}
