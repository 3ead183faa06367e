// What `check --show` shows: the first valid entries of each phase as they would be sent, with the rows they came from.
// The words are in report/preview-text.ts.
import type { Json } from "../model/json.ts";
import type { QueuedEntry } from "../model/ledger/entry.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { parsePath, withValueAt } from "../model/payload-path.ts";
import { phases } from "../model/resources/resources.ts";
import type { ShownEntry } from "../report/preview-text.ts";
import type { PreparedInput } from "../staging/prepare.ts";
import { remap } from "../staging/remap.ts";

/** At most `count` valid entries of each phase, in input order. An id that is not known yet stands as `<id of KEY>`. */
export async function previewEntries(
  ledger: Ledger,
  { id }: RunRecord,
  inputs: readonly PreparedInput[],
  count: number,
): Promise<readonly ShownEntry[]> {
  const shown: ShownEntry[] = [];
  for (const phase of phases) {
    for await (const entries of ledger.queue.unplanned(id, phase, count)) {
      for (const entry of entries) shown.push(await shownEntry(entry, id, ledger, inputs));
      break;
    }
  }
  return shown;
}

async function shownEntry(
  entry: QueuedEntry,
  run: number,
  ledger: Ledger,
  inputs: readonly PreparedInput[],
): Promise<ShownEntry> {
  const { files, rows } = await ledger.staging.rowsOfEntry(entry.id);
  const main = files.find(({ kind }) => kind === "input");
  const input = inputs.find((prepared) => prepared.input.name === main?.input);
  const draft = input === undefined ? undefined : (await remap(ledger, { id: entry.id, run }, input)).draft;
  const ids = (draft?.references ?? []).filter(({ fill }) => fill);
  return {
    input: main?.input ?? "",
    resource: entry.resource,
    key: entry.key,
    rows: rows.flatMap((row) => {
      const file = files.find((candidate) => candidate.id === row.ref.file);
      return file === undefined ? [] : [{ file: file.file, line: row.line }];
    }),
    payload: ids.reduce<Json>(
      (payload, { path, key }) => withValueAt(payload, parsePath(path), `<id of ${key}>`),
      entry.payload,
    ),
    clears: Object.keys(entry.clears),
  };
}
