// What a doctor finds: one line for each thing that it looked at.
import type { ReferableName } from "./resource.ts";

/** What is looked at whatever is imported, in the order in which it is told. */
export const generalChecks = [
  "node",
  "state",
  "disk",
  "inputs",
  "notify",
  "address",
  "token",
  "clock",
  "rate",
  "filters",
  "learned",
  "channels",
  "warehouse group",
  "custom fields",
] as const;
/** What cannot be looked at, and is told last. */
export const lastCheck = "permission";
/** What a finding is about; a resource's name where it is about records that mappings name. */
export type CheckName = (typeof generalChecks)[number] | ReferableName | typeof lastCheck;

/** One thing that was looked at. A `problem` will keep a run from doing what the job asks for; a `warning` may. */
export interface Finding {
  readonly check: CheckName;
  readonly standing: "ok" | "warning" | "problem";
  /** What was seen. Never holds the token. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** A finding without anything to do. */
export function ok(check: CheckName, message: string): Finding {
  return { check, standing: "ok", message };
}

/** A finding that may matter. */
export function warning(check: CheckName, message: string, hint: string): Finding {
  return { check, standing: "warning", message, hint };
}

/** A finding that has to be fixed. */
export function problem(check: CheckName, message: string, hint: string): Finding {
  return { check, standing: "problem", message, hint };
}

/** What keeps a list of the account from being judged: it could not be read. */
export interface Unread {
  readonly unread: string;
}
