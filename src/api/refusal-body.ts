// What a refusal says, as problems with payload paths. `errors` is usually Laravel's object of arrays under dotted
// paths (facts §3), but may be anything or missing, and the body may be a page of HTML.
import { isPlainObject } from "../model/json.ts";
import { formatPath, parsePath } from "../model/payload-path.ts";
import type { Problem } from "../model/problem.ts";

/** Why the API said no. */
export interface Refusal {
  /** In the API's words, or ours when it has none. One line. */
  readonly message: string;
  /** At least one: `api_rejected` per field that the API named, else one `api_refused`. */
  readonly problems: readonly Problem[];
}

const maxProblems = 50;
const maxMessageLength = 500;
const maxDepth = 10;

/** Never fails, whatever the body is. */
export function readRefusal(status: number, text: string, headers: Readonly<Record<string, string>>): Refusal {
  const body = parseBody(text);
  const said = isPlainObject(body) && typeof body.message === "string" ? oneLine(body.message) : undefined;
  const problems = isPlainObject(body) ? fieldProblems(body.errors).slice(0, maxProblems) : [];
  const message = said ?? problems[0]?.message ?? withoutWords(status, text, headers);
  return {
    message,
    problems: problems.length > 0 ? problems : [{ code: "api_refused", message: `HTTP ${status}: ${message}` }],
  };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function fieldProblems(errors: unknown, path = "", depth = 0): readonly Problem[] {
  if (depth > maxDepth) return [];
  if (typeof errors === "string") return errors.trim() === "" ? [] : [fieldProblem(path, errors)];
  if (Array.isArray(errors)) {
    return errors
      .slice(0, maxProblems)
      .flatMap((item: unknown) =>
        isPlainObject(item) ? listedProblem(item, path) : fieldProblems(item, path, depth + 1),
      );
  }
  if (!isPlainObject(errors)) return [];
  return Object.entries(errors)
    .slice(0, maxProblems)
    .flatMap(([key, value]) => fieldProblems(value, path === "" ? key : `${path}.${key}`, depth + 1));
}

// [{ field: "sku", message: "taken" }], as other frameworks write it.
function listedProblem(item: Record<string, unknown>, path: string): readonly Problem[] {
  const message = [item.message, item.detail, item.error].find((value) => typeof value === "string");
  const field = [item.field, item.path, item.attribute].find((value) => typeof value === "string");
  return message === undefined ? [] : [fieldProblem(field ?? path, message)];
}

function fieldProblem(path: string, message: string): Problem {
  const place = path === "" ? {} : { path: formatPath(parsePath(path)) };
  return { code: path === "" ? "api_refused" : "api_rejected", message: oneLine(message), ...place };
}

function withoutWords(status: number, text: string, headers: Readonly<Record<string, string>>): string {
  if (status >= 300 && status < 400) {
    return `the API points to another address (${placeOnly(headers.location)}); is the base address right?`;
  }
  if (/^\s*</.test(text)) return "a page instead of JSON; is the base address right?";
  return "no reason given";
}

/** The address without query, which may hold secrets. */
function placeOnly(location: string | undefined): string {
  if (location === undefined) return "not said";
  return oneLine(location.replace(/[?#].*$/s, "").replace(/\/\/[^/@]*@/, "//"));
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > maxMessageLength ? `${line.slice(0, maxMessageLength - 1)}…` : line;
}
