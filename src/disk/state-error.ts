// What SQLite and the file system say, as faults of the run that a person can act on.
import { ImportError } from "../model/error.ts";

/** The fault of the run behind an error of SQLite or the file system; an error that is neither stays as it is. */
export function stateError(place: string, error: unknown): unknown {
  if (error instanceof ImportError || !(error instanceof Error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (isFull(code)) {
    return new ImportError("STATE_FULL", `${place}: the ledger cannot grow: ${error.message}`, {
      hint: "make room on the disk that holds the state folder, then run the same command again: it continues",
      cause: error,
    });
  }
  const unusable = unusableReasons.find(({ codes }) => codes.test(code));
  if (unusable === undefined) return error;
  return new ImportError("STATE_UNUSABLE", `${place}: ${unusable.what}: ${error.message}`, {
    hint: unusable.hint,
    cause: error,
  });
}

/** True for codes that mean: this write did not reach the disk. */
export function isFull(code: string): boolean {
  return /^(SQLITE_FULL|SQLITE_IOERR\w*|ENOSPC|EDQUOT|EIO)$/.test(code);
}

const unusableReasons = [
  {
    codes: /^(SQLITE_READONLY\w*|SQLITE_PERM|SQLITE_AUTH|EACCES|EPERM|EROFS)$/,
    what: "the state folder cannot be written",
    hint: "give yourself write permission on the state folder, or name another one with --state",
  },
  {
    codes: /^(SQLITE_CANTOPEN\w*|ENOENT|ENOTDIR|EISDIR|EEXIST|ELOOP|ENAMETOOLONG|EMFILE|ENFILE)$/,
    what: "cannot be opened",
    hint: "check the path of the state folder, or name another one with --state",
  },
  {
    codes: /^SQLITE_NOTADB$/,
    what: "is not a ledger",
    hint: "name another state folder with --state, or move this file away",
  },
  {
    codes: /^SQLITE_CORRUPT\w*$/,
    what: "the ledger is damaged",
    hint: "put a copy of the file from a backup in its place; without one, move it away: the next run then asks the API for what exists",
  },
  {
    codes: /^(SQLITE_BUSY\w*|SQLITE_LOCKED\w*|SQLITE_PROTOCOL)$/,
    what: "another process is writing to it",
    hint: "wait for the other process, then run the same command again",
  },
];
