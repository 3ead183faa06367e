// The log: events as NDJSON by pino, only where --log-file asks for them. Never a body, never a token: events hold none.
import { once } from "node:events";
import { openSync } from "node:fs";
import { dirname } from "node:path";
import { destination, pino } from "pino";
import { ensurePrivateFile, isForeignLink, makePrivateFolder, privateModes } from "../../disk/private-files.ts";
import { ImportError } from "../../model/error.ts";
import { visible } from "../../model/text/visible.ts";
import type { RunEvent } from "../../run/events.ts";
import type { CommandWorld } from "./world.ts";

/** Where events go. Disposing writes what is left. */
export interface EventLog extends AsyncDisposable {
  event(event: RunEvent): void;
}

/** Opens the log; without a file there is none. `-` is stderr. Throws `ImportError("USAGE")` when it cannot be written. */
export async function openLog(
  file: string | undefined,
  { stderr, hide }: Pick<CommandWorld, "stderr" | "hide">,
): Promise<EventLog> {
  if (file === undefined) return { event: () => undefined, [Symbol.asyncDispose]: async () => undefined };
  if (file === "-") {
    const log = pino({ base: null }, { write: (line) => stderr.write(line) });
    const event = (event: RunEvent): void => {
      if (isLogged(event)) log.info(fields(event));
    };
    return { event, [Symbol.asyncDispose]: async () => undefined };
  }
  const stream = destination({ fd: openFile(file), sync: false });
  // A run matters more than its log: a full disk ends the log and nothing else.
  let isBroken = false;
  stream.on("error", (cause: Error) => {
    if (!isBroken) stderr.write(`the log ${file} cannot be written any more: ${cause.message}\n`);
    isBroken = true;
  });
  // A log is read on terminals too; in JSON the visible form is the same text.
  const log = pino({ base: null }, { write: (line) => void stream.write(visible(hide(line))) });
  return {
    event(event) {
      if (!isBroken && isLogged(event)) log.info(fields(event));
    },
    async [Symbol.asyncDispose]() {
      if (isBroken) return stream.destroy();
      const closed = once(stream, "close").catch(() => stream.destroy());
      stream.end();
      await closed;
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

/** A request is logged once, with its answer. */
function isLogged(event: RunEvent): boolean {
  return event.kind !== "dispatch" || event.event.type !== "request.started";
}

function fields(event: RunEvent): object {
  // The cell that proves it is a person's data.
  if (event.kind === "detected") return { event: "run.detected", file: event.file, what: withoutCell(event.what) };
  if (event.kind !== "dispatch") {
    const { kind, ...rest } = event;
    return { event: `run.${kind}`, ...rest };
  }
  const { type, ...rest } = event.event;
  return { event: type, ...rest };
}

function withoutCell(what: string): string {
  return what.replace(/ \((line \d+): .*\)$/s, " ($1)");
}
