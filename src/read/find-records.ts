// Where a JSON file has its rows, for those who have no mapping yet that says so.

import { chooseFormat } from "./format.ts";
import { suggestRecords } from "./records-hint.ts";
import { openSource } from "./source.ts";
import { peek } from "./text/byte-reader.ts";
import { pieceBytes } from "./text/limits.ts";

/** The dotted path of the first array of objects in a JSON file that is not an array itself; undefined for any other file. */
export async function findRecords(path: string, shown: string): Promise<string | undefined> {
  await using source = await openSource(path, shown, undefined);
  const { format } = await chooseFormat(path, source, {});
  if (format !== "json") return undefined;
  const head = (await peek(source, 4 * pieceBytes)).toString("utf8").trimStart();
  return head.startsWith("{") ? suggestRecords(head)[0] : undefined;
}
