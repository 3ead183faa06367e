// failures/: every row that failed, byte for byte as it came, with what was wrong at its end. The files are
// legal inputs: fixed or not, they can be fed back. How a row is written is in failure-csv.ts and failure-json.ts.
import { join } from "node:path";
import iconv from "iconv-lite";
import { openAtomicFile, removeFile } from "../disk/atomic-file.ts";
import type { ResultRow, Results } from "../model/ledger/results.ts";
import type { StagedFile } from "../model/ledger/rows.ts";
import type { FileInfo } from "../model/row.ts";
import { csvFailures } from "./failure-csv.ts";
import { jsonFailures, ndjsonFailures } from "./failure-json.ts";
import { failureNames } from "./failure-names.ts";
import { type FailureFormat, failureNote } from "./failure-note.ts";
import { inputName, type RunFiles, runFiles } from "./row-outcome.ts";

/** A failures file that was written. */
export interface FailureFile {
  /** Relative to the run's folder: `failures/orders.csv`. */
  readonly name: string;
  /** `orders`, or `orders.details`. */
  readonly input: string;
  readonly rows: number;
}

/**
 * Writes `failures/` into a run's folder: for each file of the run with rows that did not make it, these rows in input
 * order, in the file's header, delimiter, encoding and line ends (uncompressed where it was gzip). A file without
 * such rows gets none; one that an earlier writing into the same folder left goes away. Rows that were not reached did not
 * fail: they are not among them. Streams: memory holds one batch. Whoever knows which files have such rows says so: the others
 * are not looked through.
 */
export async function writeFailures(
  results: Results,
  run: number,
  folder: string,
  hasFailures: (fileId: number) => boolean = () => true,
): Promise<readonly FailureFile[]> {
  const staged = (await results.files(run)).filter(({ kind }) => kind !== "reference");
  const files = runFiles(staged);
  const names = failureNames(staged);
  const written: FailureFile[] = [];
  for (const file of staged) {
    const name = `failures/${names.get(file.id) ?? file.id}`;
    const path = join(folder, name);
    const rows = !hasFailures(file.id) ? 0 : await writeFailedRows(results.unmade(file.id), file, files, path);
    if (rows > 0) written.push({ name, input: inputName(file), rows });
    else await removeFile(path);
  }
  return written;
}

type FailedRow = ResultRow & { readonly raw: string };

async function writeFailedRows(
  failed: AsyncIterable<readonly FailedRow[]>,
  { info }: StagedFile,
  files: RunFiles,
  path: string,
): Promise<number> {
  const batches = failed[Symbol.asyncIterator]();
  const first = await batches.next();
  if (first.done === true) return 0; // nothing to write: not even a header
  const format = formatOf(info);
  await using out = await openAtomicFile(path);
  await out.append(encoded((info.bom ? "\uFEFF" : "") + format.head, info));
  let written = 0;
  const append = async (rows: readonly FailedRow[]): Promise<void> => {
    const texts = rows.map((row, at) => format.row(row.raw, failureNote(row, files), written + at === 0));
    await out.append(encoded(texts.join(""), info));
    written += rows.length;
  };
  await append(first.value);
  for (let next = await batches.next(); next.done !== true; next = await batches.next()) await append(next.value);
  await out.append(encoded(format.foot, info));
  await out.commit();
  return written;
}

function formatOf(info: FileInfo): FailureFormat {
  switch (info.format) {
    case "csv":
    case "tsv":
      return csvFailures(info);
    case "json":
      return jsonFailures(info);
    case "ndjson":
      return ndjsonFailures(info);
    default:
      return info.format satisfies never;
  }
}

// Rows came in this encoding, so all of their characters are in it; only notes can hold others, and get `?` for them.
function encoded(text: string, { encoding }: FileInfo): Uint8Array {
  return iconv.encode(text, encoding, { addBOM: false });
}
