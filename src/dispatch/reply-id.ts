// The id in the answer to a creation.
import { isPlainObject } from "../model/json.ts";
import { readRemoteId } from "../model/remote-id.ts";
import { parseJson } from "./reply.ts";

/** The id in `{ data: { id } }`, or in a bare object (facts §3); undefined where there is none. */
export function idInReply(text: string): string | undefined {
  const body = parseJson(text);
  if (!isPlainObject(body)) return undefined;
  const record = isPlainObject(body.data) ? body.data : body;
  return readRemoteId(record.id);
}
