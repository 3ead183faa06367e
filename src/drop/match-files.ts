// Which input a file of the inbox is for: the patterns of the job and its mappings decide by its name, and where two fit, the
// heading decides.
import { dirname } from "node:path";
import { glob } from "tinyglobby";
import type { Input, Job, JobFile } from "../job/job.ts";
import { tableHeader } from "../map/columns/header.ts";
import type { CompiledMapping } from "../map/compile.ts";
import { combineErrors } from "../model/combine-errors.ts";
import { ImportError } from "../model/error.ts";
import { isTable } from "../model/row.ts";
import { type PrepareOptions, prepareInputs } from "../staging/prepare.ts";

/** A place that files can take in a job: an input's own files, or those of one of its joins. */
export interface Role {
  readonly input: Input;
  readonly join: string | undefined;
  /** A glob on file names; case does not count. */
  readonly pattern: string;
  readonly compiled: CompiledMapping;
}

/** Where a file belongs; `unfit` with the reason when nowhere, `changing` when it changed while it was looked at. */
export type Match =
  | { readonly kind: "role"; readonly role: Role }
  | { readonly kind: "unfit"; readonly what: string; readonly hint: string }
  | { readonly kind: "changing" };

/**
 * All roles of a job. Everything that can be known without a file of the inbox is checked on the way: throws as
 * `prepareInputs` does, and `ImportError("JOB_INVALID")` for an input without a pattern.
 */
export async function rolesOf(job: Job, options: PrepareOptions): Promise<readonly Role[]> {
  const prepared = await prepareInputs(job, options);
  const faults: { reason: ImportError; of: string }[] = [];
  const roles = prepared.flatMap(({ compiled }, at): readonly Role[] => {
    const input = job.inputs[at];
    if (input === undefined) return [];
    const pattern = input.match ?? compiled.mapping.match;
    if (pattern === undefined) faults.push({ reason: withoutPattern(input), of: input.name });
    const joins = Object.entries(input.joinMatch ?? {});
    for (const { name, one } of compiled.mapping.joins) {
      if (one && input.joinMatch?.[name] !== undefined)
        faults.push({ reason: notDropped(input, name), of: input.name });
    }
    return [
      { input, join: undefined, pattern: pattern ?? "", compiled },
      ...joins.map(([join, ofJoin]) => ({ input, join, pattern: ofJoin, compiled })),
    ];
  });
  if (faults.length > 0) throw combineErrors(faults);
  return roles;
}

function withoutPattern({ name, mapping }: Input): ImportError {
  return new ImportError("JOB_INVALID", `input "${name}": nothing says which files of the inbox are its own`, {
    hint: `Add match: "${name}*.csv" to it in the job, or source: { match: "${name}*.csv" } to ${mapping.shown}.`,
  });
}

// A later pass, or a retry, needs it again when the file is in the archive.
function notDropped({ name, mapping }: Input, join: string): ImportError {
  return new ImportError(
    "JOB_INVALID",
    `input "${name}": the join "${join}" is reference data (one: true in ${mapping.shown}), which cannot come out of the inbox`,
    { hint: `Keep the file elsewhere and name it: join: { ${join}: lists/${join}.csv }.` },
  );
}

/** How people call a role: `orders`, `orders.details`. */
export function roleName({ input, join }: Role): string {
  return join === undefined ? input.name : `${input.name}.${join}`;
}

/** Where each file belongs. A file is read only where its name fits two roles. */
export async function matchFiles<File extends Named>(
  files: readonly File[],
  job: Job,
  roles: readonly Role[],
  options: PrepareOptions,
): Promise<ReadonlyMap<File, Match>> {
  const byName = await namesOf(roles, [...new Set(files.map(({ path }) => dirname(path)))]);
  const matches = new Map<File, Match>();
  for (const file of files) {
    const fitting = roles.filter((role) => byName.get(role)?.has(file.path) === true);
    matches.set(file, await matchOf(file, fitting, { job, roles, options }));
  }
  return matches;
}

type Named = Pick<JobFile, "path" | "state"> & { readonly name: string };

interface Around {
  readonly job: Job;
  readonly roles: readonly Role[];
  readonly options: PrepareOptions;
}

async function matchOf(file: Named, fitting: readonly Role[], { job, roles, options }: Around): Promise<Match> {
  const [role, ...others] = fitting;
  if (role === undefined) {
    const patterns = roles.map((each) => `${roleName(each)}: ${each.pattern}`).join(", ");
    return {
      kind: "unfit",
      what: `${file.name}: no input takes a file of this name (${patterns})`,
      hint: `Rename it, or give the input that it is for a match: that fits, in ${job.file.shown}`,
    };
  }
  if (others.length === 0) return { kind: "role", role };
  const shown = { path: file.path, shown: file.name, state: file.state };
  const looks = await Promise.all(
    fitting.map(async (each) => ({ role: each, fault: await lookAt([{ file: shown, role: each }], job, options) })),
  );
  if (looks.some(({ fault }) => fault?.code === "INPUT_CHANGED")) return { kind: "changing" };
  const sound = looks.filter(({ fault }) => fault === undefined);
  const [only, ...more] = sound;
  if (only !== undefined && more.length === 0) return { kind: "role", role: only.role };
  const names = fitting.map(roleName).join(" and ");
  return only === undefined
    ? {
        kind: "unfit",
        what: [
          `${file.name}: its name fits ${names}, and its content fits neither:`,
          ...looks.map(({ role: each, fault }) => `${roleName(each)}: ${fault?.message ?? ""}`),
        ].join("\n"),
        hint: "Fix the file, or the mapping that it is for",
      }
    : {
        kind: "unfit",
        what: `${file.name}: its name fits ${sound.map((each) => roleName(each.role)).join(" and ")}, and so do its columns, so nothing tells which input it is for`,
        hint: `Give these inputs of ${job.file.shown} patterns (match:) of which only one fits its name`,
      };
}

/** A file in its role. */
export interface Placed {
  readonly file: JobFile;
  readonly role: Role;
}

/**
 * Why these files cannot be read as their roles of one input demand; undefined when they can. Reads them to their ends. Throws
 * what is no fault of files.
 */
export async function lookAt(
  placed: readonly Placed[],
  job: Job,
  options: PrepareOptions,
): Promise<ImportError | undefined> {
  try {
    const prepared = await prepareInputs({ ...job, inputs: inputsOf(job, placed) }, options);
    // What a mapping misses in the files of its joins is only said beside a main file.
    const errors = prepared.flatMap(({ input, compiled, infos }) => {
      if (input.files.length > 0) return [];
      const headers = Object.entries(input.joins).map(([join, [first]]) => {
        const info = first === undefined ? undefined : infos.get(first.path);
        return [
          join,
          info !== undefined && isTable(info) ? tableHeader({ ...info, path: first?.shown ?? "" }) : undefined,
        ];
      });
      return compiled.checkColumns(undefined, Object.fromEntries(headers)).errors;
    });
    if (errors.length === 0) return undefined;
    return new ImportError("MAPPING_INVALID", errors.join("\n"), {
      hint: "Fix the file or the mapping, or check the delimiter of the file.",
    });
  } catch (error) {
    if (error instanceof ImportError && faultsOfFiles.includes(error.code)) return error;
    throw error;
  }
}

/** What may be the fault of a file alone: the mappings were sound before any file was looked at. */
export const faultsOfFiles: readonly ImportError["code"][] = ["INPUT_UNREADABLE", "MAPPING_INVALID", "INPUT_CHANGED"];

/** The job's inputs with these files, in this order; those that get none are left out. */
export function inputsOf(job: Job, placed: readonly Placed[]): readonly Input[] {
  return job.inputs.flatMap((input) => {
    const own = placed.filter(({ role }) => role.input.name === input.name);
    if (own.length === 0) return [];
    const filesOf = (join: string | undefined) => own.filter(({ role }) => role.join === join).map(({ file }) => file);
    const joins = Object.entries(input.joins).map(([join, fixed]) => [
      join,
      input.joinMatch?.[join] === undefined ? fixed : filesOf(join),
    ]);
    return [{ ...input, files: filesOf(undefined), joins: Object.fromEntries(joins) }];
  });
}

/** Of each role the paths in these folders whose names fit. */
async function namesOf(
  roles: readonly Role[],
  folders: readonly string[],
): Promise<ReadonlyMap<Role, ReadonlySet<string>>> {
  const found = roles.map(async (role) => {
    const paths = await Promise.all(
      folders.map((cwd) =>
        glob(role.pattern, {
          cwd,
          absolute: true,
          onlyFiles: true,
          expandDirectories: false,
          caseSensitiveMatch: false,
          deep: 1,
        }),
      ),
    );
    return [role, new Set(paths.flat())] as const;
  });
  return new Map(await Promise.all(found));
}
