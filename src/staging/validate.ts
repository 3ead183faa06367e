// From draft to entry: the payload schema's word on a draft, every problem located at its cell.
import type { z } from "zod";
import type { Draft, Origin } from "../model/draft.ts";
import { contentHash, type JsonObject } from "../model/json.ts";
import type { NewEntry } from "../model/ledger/entry.ts";
import { parentPath, parsePath, valueAt, withValuesAt } from "../model/payload-path.ts";
import { boundedProblems, type Problem } from "../model/problem.ts";
import { locateProblem } from "../model/problem-place.ts";
import type { ExistingPolicy, Resource } from "../model/resource.ts";
import { acceptsOf, isLooser } from "../model/resources/accepts.ts";
import { fieldAt } from "../model/resources/field.ts";
import { issueProblem } from "../model/resources/schema-issue.ts";
import { brokenText } from "../model/text/well-formed.ts";

/** How strictly drafts are judged. */
export interface ValidateOptions {
  /** `update` lets an entry through that lacks what only creation needs: whether it has to be created is known later. */
  readonly policy: ExistingPolicy;
  /** Warnings count as errors. */
  readonly strict: boolean;
  /** Tells what only creation needs as a warning. */
  readonly showCreationNeeds: boolean;
}

/** The entry that a draft makes. Its problems are those of mapping and of the schema together, located at cells. */
export function validateDraft(
  draft: Draft,
  resource: Resource,
  { policy, strict, showCreationNeeds }: ValidateOptions,
): NewEntry {
  const found = isUnreadable(draft)
    ? { always: [], creation: [] }
    : schemaProblems(draft, resource, policy === "update");
  const inner = resource.innerKeys(draft.payload);
  const references = [...draft.references, ...resource.references(draft.payload)];
  const own = draft.key === undefined ? [] : [{ key: draft.key, path: resource.keyPath }];
  const keys = [...own, ...inner];
  const problems = [
    ...draft.problems,
    ...found.always,
    ...repeatedKeys(inner),
    ...brokenKeys(keys),
    ...brokenKeys(references),
  ].map((problem) => sharpen(locateProblem(problem, draft.origins, draft), strict));
  const creationProblems = found.creation.map((problem) => locateProblem(problem, draft.origins, draft));
  const needs = showCreationNeeds ? creationProblems.map(asNeed) : [];
  const all = boundedProblems([...problems, ...needs]);
  return {
    resource: resource.name,
    phase: resource.phaseOf(draft.payload),
    position: draft.rows[0]?.ref ?? { file: 0, number: 0 },
    key: own.filter(isWhole)[0]?.key,
    payload: draft.payload,
    clears: draft.clears,
    hash: draftHash(draft),
    ...standingOf(draft, resource),
    keys: keys.filter(isWhole),
    references: references.filter(isWhole),
    problems: all,
    creationProblems: boundedProblems(creationProblems),
    rows: draft.rows.map(({ ref }) => ref),
  };
}

/** What an entry keeps of its source's own sums. */
function standingOf(
  { totals, payload, references }: Draft,
  { sums }: Resource,
): Pick<NewEntry, "agreement" | "currency"> {
  if (totals === undefined || sums === undefined) return {};
  const { path, word } = sums.within;
  const named = references.find((reference) => reference.path === path)?.key;
  const id = valueAt(payload, parsePath(path));
  const within = named ?? (typeof id === "number" ? `id ${id}` : undefined);
  const { agreement, currency } = totals;
  return {
    ...(agreement === undefined ? {} : { agreement }),
    ...(currency === undefined || within === undefined
      ? {}
      : { currency: { code: currency, within: `${word} ${within}` } }),
  };
}

/** The content hash of the entry that a draft makes. */
export function draftHash({ payload, clears, references }: Draft): string {
  return contentHash({ payload, clears, references: references.map((reference) => ({ ...reference })) });
}

/** Mapping makes no payload of what could not be read: everything would be missing, which is not what is wrong. */
function isUnreadable(draft: Draft): boolean {
  const { payload, problems } = draft;
  if (Object.keys(payload).length > 0 || !problems.some(({ severity }) => severity === undefined)) return false;
  return draft.origins.size === 0; // origins are asked for last: they cost another mapping
}

/** Variants of one product with the same SKU. What several entries claim is found when all are staged. */
function repeatedKeys(keys: readonly { readonly key: string; readonly path: string }[]): readonly Problem[] {
  const first = new Map<string, string>();
  return keys.flatMap(({ key, path }): Problem[] => {
    const before = first.get(key);
    if (before !== undefined)
      return [{ code: "duplicate_key", path, message: `"${key}" occurs more than once: also ${before}` }];
    first.set(key, path);
    return [];
  });
}

function isWhole({ key }: { readonly key: string }): boolean {
  return brokenText(key) === undefined;
}

/** Keys that the ledger could not keep: it would never find them again, and what has them would be made twice. */
function brokenKeys(keys: readonly { readonly key: string; readonly path: string }[]): readonly Problem[] {
  return keys.flatMap(({ key, path }): readonly Problem[] => {
    const broken = brokenText(key);
    return broken === undefined ? [] : [{ code: "bad_format", path, message: `${broken}: no key can` }];
  });
}

interface Found {
  readonly always: readonly Problem[];
  readonly creation: readonly Problem[];
}

function schemaProblems(draft: Draft, resource: Resource, mayUpdate: boolean): Found {
  const payload = withFilledReferences(draft);
  const isSound = acceptsOf(resource.schema)(payload);
  const complete = isSound ? [] : issuesOf(resource.schema, payload, draft, resource);
  const objected = resource.objections(payload).map((objection): Problem => ({ code: "not_allowed", ...objection }));
  const warned = objected.filter(({ severity }) => severity !== undefined);
  const refused = objected.filter(({ severity }) => severity === undefined);
  const needed = resource.eitherOr(payload).flatMap((group) => eitherOrProblem(group, payload, draft, resource));
  if (!mayUpdate || resource.updateEndpoint === undefined)
    return { always: [...complete, ...needed, ...refused, ...warned], creation: [] };
  const isSoundUpdate = isSound && isUpdateLooser(resource);
  const always = isSoundUpdate
    ? []
    : issuesOf(resource.updateSchema, takenByUpdate(payload, resource), draft, resource);
  const isAlways = new Set(always.map(({ path, code }) => `${path} ${code}`));
  return {
    always: [...always, ...needed.filter(isInsideList), ...warned],
    creation: [
      ...complete.filter(({ path, code }) => !isAlways.has(`${path} ${code}`)),
      ...needed.filter((problem) => !isInsideList(problem)),
      ...refused,
    ],
  };
}

/** Whether what may be created may always be updated, too. */
function isUpdateLooser(resource: Resource): boolean {
  const known = looserUpdates.get(resource) ?? isLooser(resource.updateSchema, resource.schema);
  looserUpdates.set(resource, known);
  return known;
}

const looserUpdates = new WeakMap<Resource, boolean>();

/** Without the fields that only creation takes (`channelType`): an update leaves them out. */
function takenByUpdate(payload: JsonObject, { schema, updateSchema }: Resource): JsonObject {
  const isOfCreation = (field: string) => field in schema.shape && !(field in updateSchema.shape);
  return Object.fromEntries(Object.entries(payload).filter(([field]) => !isOfCreation(field)));
}

/** A `ref:` puts its id in later; the schema must not miss it now. */
function withFilledReferences(draft: Draft): JsonObject {
  const paths = draft.references.filter(({ fill }) => fill).map(({ path }) => parsePath(path));
  return paths.length === 0 ? draft.payload : (withValuesAt(draft.payload, paths, 1) as JsonObject);
}

function issuesOf(schema: z.ZodObject, payload: JsonObject, draft: Draft, resource: Resource): readonly Problem[] {
  const result = schema.safeParse(payload);
  if (result.success) return [];
  return result.error.issues
    .map((issue) => issueProblem(issue, payload))
    .filter((problem) => !alreadyNamed(problem, draft))
    .map((problem) => (problem.code === "missing_value" ? reasonForAbsence(problem, draft, resource) : problem));
}

function eitherOrProblem(
  group: { readonly paths: readonly string[]; readonly message: string },
  payload: JsonObject,
  draft: Draft,
  resource: Resource,
): readonly Problem[] {
  if (group.paths.some((path) => isPresent(valueAt(payload, parsePath(path))))) return [];
  // Reported at the alternative that the mapping maps.
  const path = group.paths.find((candidate) => draft.origins.has(candidate)) ?? group.paths[0] ?? "";
  const problem: Problem = { code: "missing_value", path, message: group.message };
  return alreadyNamed(problem, draft) ? [] : [reasonForAbsence(problem, draft, resource)];
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

/** A value that mapping could not make is missing for that reason; saying so twice helps nobody. */
function alreadyNamed({ path = "", code }: Problem, draft: Draft): boolean {
  return code === "missing_value" && failedPathsOf(draft).has(path);
}

const failedPaths = new WeakMap<Draft, ReadonlySet<string>>();

/** The paths at which mapping failed, with all that enclose them. */
function failedPathsOf(draft: Draft): ReadonlySet<string> {
  const known = failedPaths.get(draft);
  if (known !== undefined) return known;
  const paths = new Set<string>();
  for (const { path, severity } of draft.problems) {
    if (path === undefined || severity === "warning") continue;
    for (let at = path; at !== "" && !paths.has(at); at = parentPath(at)) paths.add(at);
  }
  failedPaths.set(draft, paths);
  return paths;
}

function reasonForAbsence(problem: Problem, draft: Draft, { schema }: Resource): Problem {
  const path = problem.path ?? "";
  const reason = `is required${whyAbsent(fieldAt(schema, path)?.type === "objects", draft.origins.get(path))}`;
  return { ...problem, message: problem.message === "" ? reason : `${problem.message} (${reason})` };
}

function whyAbsent(isList: boolean, origins: readonly Origin[] | undefined): string {
  if (origins === undefined) return ", and the mapping has nothing for it";
  if (isList) return ", and no row or element makes one";
  const cell = origins.find((origin) => origin.kind === "cell");
  if (cell === undefined) return "";
  switch (cell.part) {
    case "unmatched":
      return ", and no row of the joined file has it";
    case "refused":
      return ", and what the cell says leaves it out";
    case "made":
    case undefined:
      return ", and the cell is blank";
    default:
      return cell.part satisfies never;
  }
}

function asNeed(problem: Problem): Problem {
  return {
    ...problem,
    severity: "warning",
    message: `${problem.message}: needed to create it; an update works without`,
  };
}

function isInsideList({ path = "" }: Problem): boolean {
  return path.includes("[");
}

function sharpen(problem: Problem, strict: boolean): Problem {
  if (!strict || problem.severity === undefined) return problem;
  const { severity: _, ...error } = problem;
  return error;
}
