// The files of a run and the columns in which they are kept. Not here: their rows.

import type { NewFile, StagedFile } from "../../../model/ledger/rows.ts";
import type { FileInfo } from "../../../model/row.ts";
import { type FileColumns, fileOf, selectFile } from "../../common/file-columns.ts";
import { encode } from "./codec.ts";
import type { Connection } from "./connection.ts";

/** Adds a file; ids ascend in the order of the calls and are never used again. */
export function addFile(connection: Connection, file: NewFile): StagedFile {
  const { id } = connection.write(() =>
    connection.run(
      "insert into files (run, input, join_name, kind, file, info, mapping_hash) values (?, ?, ?, ?, ?, ?, ?)",
      file.run,
      file.input,
      file.join ?? null,
      file.kind,
      file.file,
      encode(file.info),
      file.mappingHash ?? null,
    ),
  );
  return { ...file, id };
}

/** Replaces what is known of a file. */
export function updateFile(connection: Connection, fileId: number, info: FileInfo): void {
  connection.write(() => connection.run("update files set info = ? where id = ?", encode(info), fileId));
}

/** The files of a run, in the order in which they were added. */
export function filesOfRun(connection: Connection, run: number): readonly StagedFile[] {
  return connection.read(() => connection.all<FileColumns>(`${selectFile} where run = ? order by id`, run).map(fileOf));
}

/** The files with these ids, in the order in which they were added. */
export function filesById(connection: Connection, ids: readonly number[]): readonly StagedFile[] {
  const list = JSON.stringify(ids);
  return connection.read(() =>
    connection
      .all<FileColumns>(`${selectFile} where id in (select value from json_each(?)) order by id`, list)
      .map(fileOf),
  );
}
