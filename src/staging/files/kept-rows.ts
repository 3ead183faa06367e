// Rows of small files between the two times that they are needed: the look before anything is staged, and staging. Such a file
// is read once. What is larger is read twice: memory does not grow with the files.
import { setImmediate as othersFirst } from "node:timers/promises";
import type { JobFile } from "../../job/job.ts";
import type { OpenInput, Row } from "../../model/row.ts";

/** So many characters of rows are kept for all inputs of a job together: some 15,000 rows of 20 columns, which take about 25 MB. */
const mostKept = 4_000_000;

/** What may still be kept. */
export interface RoomForRows {
  left: number;
}

/** Room for the rows of a job's inputs. */
export function roomForRows(most = mostKept): RoomForRows {
  return { left: most };
}

/** The files of an input whose rows are kept. */
export interface KeptRows {
  /** To be given every batch of a file and then its end; undefined for one that is too large, or in no file. */
  keep(file: JobFile): KeptFile | undefined;
  /** The file as if it had been opened again, if its rows were kept; whoever takes them has them alone. */
  take(file: JobFile): OpenInput | undefined;
}

/** A file on its way into memory. */
export interface KeptFile {
  add(rows: readonly Row[]): void;
  /** The file that was read to its end; undefined for one that was not, and is not kept. */
  end(read: OpenInput | undefined): void;
}

/** Keeps what there is room for. */
export function keepRows(room: RoomForRows): KeptRows {
  const kept = new Map<string, OpenInput>();
  return {
    keep(file) {
      if (file.carried !== undefined || (file.state?.bytes ?? 0n) > room.left) return undefined;
      let batches: (readonly Row[])[] | undefined = [];
      let used = 0;
      const giveUp = (): void => {
        room.left += used;
        batches = undefined;
      };
      return {
        add(rows) {
          if (batches === undefined) return;
          const more = rows.reduce((sum, { raw }) => sum + raw.length, 0);
          used += more;
          room.left -= more;
          batches.push(rows);
          if (room.left < 0) giveUp();
        },
        end(read) {
          if (batches === undefined) return;
          if (read === undefined) giveUp();
          else kept.set(file.path, opened(read, batches));
        },
      };
    },
    take({ path }) {
      const file = kept.get(path);
      kept.delete(path);
      return file;
    },
  };
}

/** A file that was read to its end, with its rows. */
function opened(read: OpenInput, batches: readonly (readonly Row[])[]): OpenInput {
  const { info } = read;
  const late = read.detectedLate();
  const lastLineEnds = read.lastLineEnds();
  return {
    info,
    async *batches() {
      for (const batch of batches) {
        // A file on a disk makes its reader wait; here no signal and no timer would have its turn.
        await othersFirst();
        yield batch;
      }
    },
    detectedLate: () => late,
    lastLineEnds: () => lastLineEnds,
    async [Symbol.asyncDispose]() {},
  };
}
