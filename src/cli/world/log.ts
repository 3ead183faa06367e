// The log: one JSON line for each change of state, by pino, only where --log-file asks for it. Never a body, a cell or a
// token: events hold none. Keys of entries are in it. Files are appended to, so that logrotate may copy and truncate them.
import { once } from "node:events";
import { openSync } from "node:fs";
import { dirname } from "node:path";
import { destination, pino, stdTimeFunctions } from "pino";
import { ensurePrivateFile, isForeignLink, makePrivateFolder, privateModes } from "../../disk/private-files.ts";
import { ImportError } from "../../model/error.ts";
import { visible } from "../../model/text/visible.ts";
import type { RunEvent } from "../../run/events.ts";
import { type LoggedEvent, levelOf, logFields } from "./log-fields.ts";
import type { CommandWorld } from "./world.ts";

/**
 * Writes one line: the event's name (those of `eventLevels`) and its fields, in camel case as events have them. `run_id` is
 * added while a run is under way, unless the fields name one.
 */
export type LogLine = (event: LoggedEvent, fields?: Readonly<Record<string, unknown>>) => void;

/** Where events go. Disposing writes what is left. */
export interface EventLog extends AsyncDisposable {
  event(event: RunEvent): void;
  readonly line: LogLine;
}

/** Opens the log; without a file there is none. `-` is stderr. Throws `ImportError("USAGE")` when it cannot be written. */
export async function openLog(
  file: string | undefined,
  { stderr, hide }: Pick<CommandWorld, "stderr" | "hide">,
): Promise<EventLog> {
  if (file === undefined) {
    return { event: () => undefined, line: () => undefined, [Symbol.asyncDispose]: async () => undefined };
  }
  if (file === "-") {
    const logging = createLines((line) => stderr.write(line));
    return { ...logging, [Symbol.asyncDispose]: async () => undefined };
  }
  const stream = destination({ fd: openFile(file), sync: false });
  // A run matters more than its log: a full disk ends the log and nothing else.
  let isBroken = false;
  stream.on("error", (cause: Error) => {
    if (!isBroken) stderr.write(`the log ${file} cannot be written any more: ${cause.message}\n`);
    isBroken = true;
  });
  // A log is read on terminals too; in JSON the visible form is the same text.
  const logging = createLines((line) => {
    if (!isBroken) stream.write(visible(hide(line)));
  });
  return {
    ...logging,
    async [Symbol.asyncDispose]() {
      if (isBroken) return stream.destroy();
      const closed = once(stream, "close").catch(() => stream.destroy());
      stream.end();
      await closed;
    },
  };
}

function createLines(write: (line: string) => void): Pick<EventLog, "event" | "line"> {
  const log = pino(
    { base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    { write },
  );
  let runId: string | undefined;
  const line: LogLine = (event, fields = {}) => {
    log[levelOf(event, fields)]({ event, ...(runId === undefined ? {} : { run_id: runId }), ...logFields(fields) });
  };
  return {
    line,
    event(event) {
      if (event.kind === "dispatch") {
        const { type, ...fields } = event.event;
        // Shown figures need both ends of a request; the log says it once, with its answer.
        if (type !== "request.started") line(type, fields);
        return;
      }
      if (event.kind === "begun") ({ runId } = event);
      const { kind, ...fields } = event;
      line(`run.${kind}`, fields);
      if (kind === "ended") runId = undefined;
    },
  };
}

// Opened here, because pino would try to flush a file that it could not open when the process ends.
function openFile(file: string): number {
  if (isForeignLink(file)) {
    throw new ImportError("USAGE", `--log-file: ${file} is a link that another user made`, {
      hint: "Remove it, or name another file.",
    });
  }
  try {
    makePrivateFolder(dirname(file));
    ensurePrivateFile(file);
    return openSync(file, "a", privateModes.file);
  } catch (cause) {
    throw new ImportError(
      "USAGE",
      `--log-file: ${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      { hint: "Name a file in a folder that can be written.", cause },
    );
  }
}
