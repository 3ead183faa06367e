// Before anything is staged: mappings loaded and compiled, look-up tables read, every file looked through once, every
// mapped column checked against its header. All faults of all inputs are reported together.
import { blamedOnChange, type Seen, type SeenFile, seeFile } from "../job/file-states.ts";
import type { Input, Job, JobFile } from "../job/job.ts";
import type { ColumnFaults } from "../map/columns/check-columns.ts";
import { fileSettings } from "../map/columns/names-read.ts";
import { type CompiledMapping, compileMapping } from "../map/compile.ts";
import { withJobChannel } from "../map/definition/job-channel.ts";
import { loadMapping } from "../map/definition/load-mapping.ts";
import type { Mapping } from "../map/definition/mapping.ts";
import { combineErrors } from "../model/combine-errors.ts";
import { ImportError } from "../model/error.ts";
import { contentHash } from "../model/json.ts";
import type { ResourceName } from "../model/resource.ts";
import type { FileInfo } from "../model/row.ts";
import { withoutTokens } from "../model/text/mask.ts";
import { didYouMean } from "../model/text/nearest.ts";
import { readConfigText } from "../read/config-text.ts";
import type { Summary } from "../report/summary.ts";
import { cutTo } from "../report/wording.ts";
import { type ColumnDamage, damageWarnings } from "./files/column-damage.ts";
import { contentOf, equalFiles } from "./files/file-content.ts";
import { type KeptRows, keepRows, type RoomForRows, roomForRows } from "./files/kept-rows.ts";
import { openJobFile } from "./files/open-file.ts";
import { seeInput } from "./files/seen-input.ts";
import { lookupFile, readLookups } from "./lookup-tables.ts";
import type { RefusedRows } from "./refused-rows.ts";
import { type AgedRows, readIndexes, rowsOfFiles } from "./row-indexes.ts";
import { type ScannedFiles, type ScanOptions, scanFiles } from "./scan-files.ts";

/** An input that is ready to be staged. */
export interface PreparedInput {
  readonly input: Input;
  readonly compiled: CompiledMapping;
  /** Tells the mapping with all that it looks things up in from others. */
  readonly mappingHash: string;
  /** Facts of each file, by path. */
  readonly infos: ReadonlyMap<string, FileInfo>;
  /** What a spreadsheet did to columns that the mapping uses. */
  readonly damage: readonly ColumnDamage[];
  /** What looks odd but stops nothing, in words. */
  readonly warnings: readonly string[];
  /** Of failures files: cells that can be read in two ways. */
  readonly doubts: RefusedRows;
  /** Rows that need not be read again. */
  readonly kept: KeptRows;
  /** All that was read for it, as it was before: staging compares. */
  readonly seen: Seen;
}

/** Which inputs to prepare, from what, and how to look at their rows. */
export interface PrepareOptions extends ScanOptions {
  /** Rows that the indexes of an input's mapping know beside those of its files. */
  readonly earlierRows?: (input: string) => AgedRows;
  /** The name of one input; the others are left alone. */
  readonly only?: string;
}

/** Loads and checks everything that can be known before a row is mapped. Throws with every fault that was found. */
export async function prepareInputs(job: Job, options: PrepareOptions = {}): Promise<readonly PreparedInput[]> {
  const { only } = options;
  checkOnly(job, only);
  const inputs = job.inputs.filter(({ name }) => only === undefined || name === only);
  const room = roomForRows();
  const settled = await Promise.allSettled(inputs.map((input) => prepareInput(input, room, options)));
  const failures = settled.flatMap((result, at) =>
    result.status === "rejected" ? [{ reason: result.reason as unknown, of: inputs[at]?.name ?? "" }] : [],
  );
  if (failures.length > 0) throw combineErrors(failures);
  return settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

/** Throws `ImportError("USAGE")` for a name that no input of the job has. */
export function checkOnly(job: Job, only: string | undefined): void {
  if (only === undefined || job.inputs.some(({ name }) => name === only)) return;
  const names = job.inputs.map(({ name }) => name);
  throw new ImportError("USAGE", `the job has no input "${only}".${didYouMean(only, names)}`, {
    hint: `Its inputs are ${names.join(", ")}.`,
  });
}

/** The resource of each input, by its name. */
export function resourceOf(inputs: readonly PreparedInput[]): Readonly<Record<string, ResourceName>> {
  return Object.fromEntries(inputs.map(({ input, compiled }) => [input.name, compiled.resource.name]));
}

/** What was found out about the files rather than said, by the names that the job gives them. */
export function detections(
  inputs: readonly PreparedInput[],
): readonly { readonly file: string; readonly what: string }[] {
  return inputs.flatMap(({ input, infos }) =>
    [...input.files, ...Object.values(input.joins).flat()].flatMap(({ path, shown }) =>
      (infos.get(path)?.detected ?? []).map((what) => ({ file: shown, what })),
    ),
  );
}

/** The damaged columns of all inputs, as the summary lists them: by the file of the first cell. */
export function damageList(inputs: readonly PreparedInput[]): Summary["damage"] {
  return inputs.flatMap(({ input, damage }) =>
    damage.map(({ join, column, kind, count, cells }) => {
      const { file } = cells[0];
      const first = cells
        .filter((cell) => cell.file === file)
        .map(({ line, text }) => ({ line, value: cutTo(text, 100) }));
      return {
        input: join === undefined ? input.name : `${input.name}.${join}`,
        file,
        column,
        kind,
        cells: count,
        first,
      };
    }),
  );
}

/**
 * The mapping of an input ready for rows, with the files that it looks things up in and indexes over the rows that are
 * given; the input's own files are not touched.
 */
export async function compileInput(
  input: Pick<Input, "mapping">,
  ...rows: readonly AgedRows[]
): Promise<CompiledMapping> {
  const { mapping } = await readMapping(input);
  const { indexes } = await readIndexes(mapping, ...rows);
  return compileMapping(mapping, (await readLookups(mapping, input)).tables, indexes);
}

async function prepareInput(given: Input, room: RoomForRows, options: PrepareOptions): Promise<PreparedInput> {
  const { input, ...seen } = await seeInput(given);
  try {
    return { ...(await prepareSeen(input, seen.files, keepRows(room), options)), seen };
  } catch (error) {
    throw await blamedOnChange(error, seen);
  }
}

async function prepareSeen(
  input: Input,
  seen: SeenFile[],
  kept: KeptRows,
  options: PrepareOptions,
): Promise<Omit<PreparedInput, "seen">> {
  const { mapping } = await readMapping(input, options);
  const earlier = options.earlierRows === undefined ? [] : [options.earlierRows(input.name)];
  const read = await readIndexes(mapping, rowsOfFiles(input.files, mapping), ...earlier);
  const looksUp = await Promise.all(mapping.lookups.map((spec) => seeFile(lookupFile(spec, input))));
  seen.push(...looksUp);
  const lookups = await readLookups(mapping, input, { ...options, seen: looksUp });
  const compiled = compileMapping(mapping, lookups.tables, read.indexes);
  checkJoins(input, compiled.mapping);
  const infos = new Map<string, FileInfo>();
  for (const { file, join } of filesOf(input)) {
    const open = openJobFile(file, fileSettings(compiled.mapping, join, file.source));
    await using opened = await (join === undefined ? open : open.catch(namingJoin(join, input)));
    infos.set(file.path, { ...opened.info, path: file.isStdinCopy === true ? file.shown : opened.info.path });
  }
  const scanned = await scanFiles(input, compiled, infos, kept, options);
  const { errors: absent, warnings, missing, misfits } = checkHeaders(compiled, scanned);
  const errors = absent.length === 0 ? [] : [...undividedHeaders(input, scanned.infos), ...absent];
  const faults = [
    ...(errors.length === 0
      ? []
      : [
          new ImportError("MAPPING_INVALID", errors.join("\n"), {
            hint: `Fix ${input.mapping.shown}, ${optionalHint(missing)}or check the delimiter of the file.`,
          }),
        ]),
    ...(scanned.faults.length === 0
      ? []
      : [new ImportError("MAPPING_INVALID", scanned.faults.join("\n"), { hint: scanned.hint })]),
  ];
  if (faults.length > 0) throw combineErrors(faults.map((reason) => ({ reason, of: input.name })));
  const { damage, doubts } = scanned;
  const allWarnings = [
    ...(await equalFiles(input.files.filter(({ carried }) => carried === undefined))),
    ...lookups.warnings,
    ...warnings,
    ...misfits.map(({ file, error }) => misfitText(file, error)),
    ...read.warnings,
    ...damageWarnings(damage, input.mapping.shown),
  ];
  const mappingHash = await hashOf(mapping, input);
  const left = misfits.map(({ file }) => file);
  const fitting = { ...input, files: input.files.filter((file) => !left.includes(file)) };
  return { input: fitting, compiled, mappingHash, infos: scanned.infos, damage, doubts, kept, warnings: allWarnings };
}

/** Over what is written in the mapping and, for orders, in the job, and over the bytes of reference files. */
async function hashOf(mapping: Mapping, input: Input): Promise<string> {
  const lookups = mapping.lookups.map((spec) => lookupFile(spec, input).path);
  const references = mapping.joins.flatMap(({ name, one }) => (one ? (input.joins[name] ?? []) : []));
  const paths = [...new Set([...lookups, ...references.map(({ path }) => path)])];
  const contents = await Promise.all(paths.map(contentOf));
  const channel = input.mapping.channel?.label ?? null;
  return contentHash({ mapping: mapping.hash, channel, files: contents.map((content) => content ?? null) });
}

function filesOf({ files, joins }: Input): readonly { readonly file: JobFile; readonly join: string | undefined }[] {
  const joined = Object.entries(joins).flatMap(([join, of]) => of.map((file) => ({ file, join })));
  return [...files.map((file) => ({ file, join: undefined })), ...joined];
}

function namingJoin(join: string, { name }: Input): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ImportError)) throw error;
    const { code, message, hint = "", cause } = error;
    throw new ImportError(code, message, {
      hint: `${hint}. The job names it as join.${join} of the input "${name}"`,
      cause,
    });
  };
}

/** What does not fit between the mapping and the headers of an input's files. */
function checkHeaders(
  compiled: CompiledMapping,
  { mains, joined: headers }: ScannedFiles,
): ColumnFaults & { readonly misfits: readonly Misfit[] } {
  const misfits: Misfit[] = [];
  const errors = new Set<string>();
  const warnings = new Set<string>();
  const missing = new Set<string>();
  for (const { file, header } of mains) {
    const found = compiled.checkColumns(header, headers);
    const [error] = found.errors;
    // What an earlier run left open must not keep today's files from going.
    if (file.carried !== undefined && error !== undefined) {
      misfits.push({ file, error });
      continue;
    }
    for (const error of found.errors) errors.add(error);
    for (const warning of found.warnings) warnings.add(warning);
    for (const column of found.missing) missing.add(column);
  }
  return { errors: [...errors], warnings: [...warnings], missing: [...missing], misfits };
}

/** Rows of an earlier run whose columns the mapping cannot do with any more. */
interface Misfit {
  readonly file: JobFile;
  readonly error: string;
}

function misfitText({ shown, carried }: JobFile, error: string): string {
  const run = carried?.info.carried?.run ?? "";
  return `${shown}: what is open of it since run ${run} is not taken along, because its columns do not fit the mapping any more (${error})`;
}

/** What lets a mapping do without columns, as it is written. */
function optionalHint(missing: readonly string[]): string {
  if (missing.length === 0) return "";
  const names = missing.map((name) => JSON.stringify(name)).join(", ");
  const them = missing.length === 1 ? "it" : "them";
  return `allow for files without ${them} there (source: { optional: [${names}] }), `;
}

/** Tables whose header came out as one column: mostly the wrong delimiter, and then no column of the mapping is there. */
function undividedHeaders(input: Input, infos: ReadonlyMap<string, FileInfo>): readonly string[] {
  return filesOf(input).flatMap(({ file }) => {
    if (file.carried !== undefined) return [];
    const { columns = [], delimiter, separatorLine } = infos.get(file.path) ?? unknownHeader;
    const [only, ...others] = columns;
    if (only === undefined || others.length > 0 || delimiter === undefined) return [];
    const why = separatorLine === undefined ? "" : `, as its first line "${cutTo(separatorLine, 20)}" says`;
    return [
      `${file.shown}: its header is a single column, "${withoutTokens(cutTo(only, 60))}", with cells separated by ${JSON.stringify(delimiter)}${why}`,
    ];
  });
}

/** What is known of a file that is not there: a retry may have no rows of a join. */
export const unknownHeader: FileInfo = {
  path: "",
  format: "csv",
  encoding: "utf-8",
  bom: false,
  gzip: false,
  newline: "\n",
  detected: [],
};

/** Throws `ImportError("JOB_INVALID")` where the job and the mapping do not name the same joins. */
export function checkJoins(input: Input, mapping: Mapping): void {
  const wanted = mapping.joins.map(({ name }) => name);
  const given = Object.keys(input.joins);
  const missing = wanted.filter((name) => !given.includes(name));
  const surplus = given.filter((name) => !wanted.includes(name));
  if (missing.length > 0) {
    throw new ImportError(
      "JOB_INVALID",
      `input "${input.name}": ${input.mapping.shown} joins ${missing.map((name) => `"${name}"`).join(", ")}, and the job names no file for it`,
      {
        hint: `In the job file, under the input "${input.name}", add join: { ${missing.map((name) => `${name}: path/to/${name}.csv`).join(", ")} }.`,
      },
    );
  }
  if (surplus.length > 0) {
    throw new ImportError(
      "JOB_INVALID",
      `input "${input.name}": the job joins ${surplus.map((name) => `"${name}"`).join(", ")}, which ${input.mapping.shown} does not know.${didYouMean(surplus[0] ?? "", wanted)}`,
      {
        hint: "A join needs its columns in the mapping: join: { name: { on: { theirs: ours } } }.",
      },
    );
  }
}

type Stoppable = Pick<ScanOptions, "signal">;

/** The mapping of an input with its text, and with the channel that the job adds. */
export async function readMapping(
  { mapping }: Pick<Input, "mapping">,
  { signal }: Stoppable = {},
): Promise<{ readonly mapping: Mapping; readonly text: string }> {
  const { path, shown } = mapping;
  const hint = "The path is relative to the job file.";
  const says = { kind: "mapping", what: "the mapping", named: "the job", code: "MAPPING_INVALID", hint } as const;
  const text = mapping.text ?? (await readConfigText({ path, shown, ...says, signal }));
  const loaded = loadMapping(text, shown);
  return { mapping: mapping.channel === undefined ? loaded : withJobChannel(loaded, mapping.channel), text };
}
