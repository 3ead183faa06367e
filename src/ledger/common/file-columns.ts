// The columns of a file of a run, and the record that they are.
import type { StagedFile } from "../../model/ledger/rows.ts";
import type { FileInfo } from "../../model/row.ts";
import { decode } from "./codec.ts";

/** The columns of `selectFile`. */
export interface FileColumns {
  readonly id: number;
  readonly run: number;
  readonly input: string;
  readonly join_name: string | null;
  readonly kind: "input" | "join" | "reference";
  readonly file: string;
  readonly info: string;
}

/** Every column of files that a record is made of; a `where` may follow. */
export const selectFile = "select id, run, input, join_name, kind, file, info from files";

/** The file in these columns. */
export function fileOf(columns: FileColumns): StagedFile {
  return {
    id: columns.id,
    run: columns.run,
    input: columns.input,
    ...(columns.join_name === null ? {} : { join: columns.join_name }),
    kind: columns.kind,
    file: columns.file,
    info: infoOf(columns.info),
  };
}

// Whoever reads rows one by one asks for their file each time: the same text gives the same object, by which readers know what they
// made of its columns.
const infos = new Map<string, FileInfo>();
const mostInfos = 32;

function infoOf(text: string): FileInfo {
  const known = infos.get(text);
  if (known !== undefined) return known;
  if (infos.size >= mostInfos) infos.clear();
  const info = decode<FileInfo>(text);
  infos.set(text, info);
  return info;
}
