// The answers of the API as values, in the shapes of facts §3. Sending them is in sandbox/answer.ts.
import type { Json, JsonObject } from "../../model/json.ts";

/** An answer before it is sent: its status and its JSON. */
export interface Reply {
  readonly status: number;
  readonly body: Json;
  /** Sent instead of the body, as it is: for what is no JSON. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One thing wrong with a request: a dotted path (`items.0.quantity`) and a sentence. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** 200 with the record in `data`. */
export function ok(record: Json): Reply {
  return { status: 200, body: { data: record } };
}

/** 201 with the record in `data`. */
export function created(record: Json): Reply {
  return { status: 201, body: { data: record } };
}

/** An answer that says one sentence. */
export function refusal(status: number, message: string): Reply {
  return { status, body: { message } };
}

/** 404 for an unknown id; `what` is the kind of record. */
export function notFound(what: string): Reply {
  return refusal(404, `No ${what} was found for that id.`);
}

/** 422 with every error under its path; the message is Laravel's: the first error and how many more there are. */
export function invalid(errors: readonly FieldError[]): Reply {
  const byPath = new Map<string, string[]>();
  for (const { path, message } of errors) byPath.set(path, [...(byPath.get(path) ?? []), message]);
  const more = errors.length - 1;
  const message = `${errors[0]?.message ?? "The given data was invalid."}${more > 0 ? ` (and ${more} more error${more > 1 ? "s" : ""})` : ""}`;
  const body: JsonObject = { message, errors: Object.fromEntries(byPath) };
  return { status: 422, body };
}
