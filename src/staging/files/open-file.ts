// Opening a file of an input: from the disk, or what the ledger keeps of it where a pass takes rows along from an earlier run.
import type { CarriedFile, JobFile } from "../../job/job.ts";
import { type FileInfo, isTable, type OpenInput, type Row, type SourceSettings } from "../../model/row.ts";
import { parseRecord } from "../../read/csv-records.ts";
import { fitHeadings } from "../../read/headings.ts";
import { openInput, parseRow } from "../../read/open.ts";

/** Opens it as `openInput` does. Rows that were carried need no file; their columns are named as these settings ask for. */
export async function openJobFile(file: JobFile, settings: SourceSettings): Promise<OpenInput> {
  if (file.carried === undefined) return openInput(file.path, file.shown, settings, { bytes: file.state?.bytes });
  return openCarried(file.carried, settings);
}

function openCarried({ info: kept, rows }: CarriedFile, settings: SourceSettings): OpenInput {
  const info = renamedFor(kept, settings);
  return {
    info,
    batches: () => parsed(rows(), info),
    lastLineEnds: () => undefined,
    detectedLate: () => [],
    async [Symbol.asyncDispose]() {},
  };
}

async function* parsed(batches: ReturnType<CarriedFile["rows"]>, info: FileInfo): AsyncGenerator<readonly Row[]> {
  for await (const batch of batches) yield batch.map((row) => ({ ...row, cells: parseRow(info, row.raw) }));
}

/** Which headings are read under another name is for the mapping as it stands today to say. */
function renamedFor(info: FileInfo, { renamed, names = [], otherHeadings }: SourceSettings): FileInfo {
  if (!isTable(info)) return info;
  const { headerRaw = "", delimiter = ",", quote, columns = [], renamed: before = [], ...others } = info;
  const headings = parseRecord(headerRaw, delimiter, quote);
  const now = renamed ?? fitHeadings(headings, names, otherHeadings).renamed;
  const headingOf = new Map(before.map(({ heading, name }) => [name, heading]));
  const nameOf = new Map(now.map(({ heading, name }) => [heading, name]));
  return {
    ...others,
    headerRaw,
    delimiter,
    ...(quote === undefined ? {} : { quote }),
    columns: columns.map((column) => {
      const heading = headingOf.get(column) ?? column;
      return nameOf.get(heading) ?? heading;
    }),
    ...(now.length === 0 ? {} : { renamed: now }),
  };
}
