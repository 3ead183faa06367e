// An open database goes on working after its file was removed or replaced, and everything written goes nowhere: this
// tells whether the name still leads to the file that is open. Never opens it: closing a descriptor would drop its locks.
import { statSync } from "node:fs";
import { ImportError } from "../../../model/error.ts";

/**
 * Remembers the file that is open under this name. The function throws `ImportError("STATE_LOST")` once it, or what
 * SQLite writes beside it, is no longer there or another file; two looks at the file system, no more.
 */
export function watchSameFile(file: string): () => void {
  const names = [file, `${file}-wal`];
  // SQLite makes the second one with the first write.
  const known = new Map<string, string>();
  return () => {
    for (const name of names) {
      const now = identity(name);
      const before = known.get(name);
      if (before === undefined) {
        if (now !== undefined) known.set(name, now);
        else if (name === file) throw lost(file, "removed");
      } else if (now !== before) throw lost(file, now === undefined ? "removed" : "replaced");
    }
  };
}

function identity(name: string): string | undefined {
  const found = statSync(name, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

function lost(file: string, what: "removed" | "replaced"): ImportError {
  return new ImportError(
    "STATE_LOST",
    `${file}: the ledger was ${what} while it was in use, so what was sent since then is written down nowhere`,
    {
      hint: "put it back from a copy if there is one, then run the same command again: what the ledger does not know is looked up in Luminous before anything is sent. Leave the state folder alone while a run is under way",
    },
  );
}
