// The files of a run and the columns in which they are kept. Not here: their rows.

import type { NewFile, StagedFile } from "../../../model/ledger/rows.ts";
import type { FileInfo } from "../../../model/row.ts";
import { type FileColumns, fileOf, selectFile } from "../../common/file-columns.ts";
import { encode } from "./codec.ts";
import type { Statements, Value } from "./statements.ts";

/** Adds a file; ids ascend in the order of the calls and are never used again. Only inside a write. */
export async function addFile(db: Statements, file: NewFile): Promise<StagedFile> {
  const made = await db.one<{ id: number }>(
    `insert into files (run, input, join_name, kind, file, mapping_hash, info, path, retry_of, fingerprint, carried_run,
       carried_since_ms, carried_rows) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id`,
    file.run,
    file.input,
    file.join ?? null,
    file.kind,
    file.file,
    file.mappingHash ?? null,
    ...infoColumns(file.info),
  );
  if (made === undefined) throw new Error("a file was not kept");
  return { ...file, id: made.id };
}

/** Replaces what is known of a file. Only inside a write. */
export async function updateFile(db: Statements, fileId: number, info: FileInfo): Promise<void> {
  await db.run(
    `update files set info = ?, path = ?, retry_of = ?, fingerprint = ?, carried_run = ?, carried_since_ms = ?, carried_rows = ?
      where id = ?`,
    ...infoColumns(info),
    fileId,
  );
}

/** The files of a run, in the order in which they were added. */
export async function filesOfRun(db: Statements, run: number): Promise<readonly StagedFile[]> {
  return (await db.all<FileColumns>(`${selectFile} where run = ? order by id`, run)).map(fileOf);
}

/** The files with these ids, in the order in which they were added. */
export async function filesById(db: Statements, ids: readonly number[]): Promise<readonly StagedFile[]> {
  return (await db.all<FileColumns>(`${selectFile} where id = any(?) order by id`, ids)).map(fileOf);
}

function infoColumns(info: FileInfo): readonly Value[] {
  const { carried } = info;
  return [
    encode(info),
    info.path,
    info.retryOf ?? null,
    info.fingerprint ?? null,
    carried?.run ?? null,
    carried?.sinceMs ?? null,
    carried?.rows ?? null,
  ];
}
