// A watch over a real folder with a pass that a test makes up, on a clock that the test moves. What the system says of changes
// comes by itself and at its own pace, so a test waits for what it claims and never for a time.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Bell } from "../../../src/drop/watch/bell.ts";
import { watchDrop } from "../../../src/drop/watch/watch-drop.ts";
import type { PassEnd, WatchEvent } from "../../../src/drop/watch/watch-event.ts";
import { type Job, loadJob } from "../../../src/job/job.ts";
import { type FakeClock, fakeClock } from "../../api/fake-clock.ts";

const jobText = `version: 1
drop: { inbox: in, quiet_seconds: 0.01 }
inputs:
  - { name: products, match: "*.csv", mapping: products.yaml }
`;
const mappingText = `version: 1
resource: products
fields: { sku: sku, name: name, category.name: category, retail_price: price }
`;

/** A pass that finds nothing. */
export const nothing: PassEnd = { exitCode: 0, pass: undefined, taken: 0, waiting: 0 };

/** A watch under way. Disposing stops it. */
export interface Watching extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly events: readonly WatchEvent<PassEnd>[];
  /** The jobs of the passes so far. */
  readonly passes: readonly Job[];
  write(name: string, text: string): Promise<void>;
  stop(): void;
  readonly ended: Promise<number>;
  /** Resolves once the condition holds. Time stands still meanwhile. */
  until(condition: () => boolean): Promise<void>;
  /** The same while time flies: after every look at the condition `stepMs` pass. */
  flyUntil(condition: () => boolean, stepMs: number): Promise<void>;
}

export interface WatchingOptions {
  /** What the pass of this number does, from 0. */
  readonly pass: (at: number, stop: AbortSignal) => Promise<PassEnd>;
  readonly pollMs?: number;
  /** The system tells nothing. */
  readonly isDeaf?: boolean;
  readonly files?: Readonly<Record<string, string>>;
}

/** Starts a watch over a folder of its own. */
export async function startWatching({
  pass,
  pollMs = 30_000,
  isDeaf = false,
  files = {},
}: WatchingOptions): Promise<Watching> {
  const folder = await mkdtemp(join(tmpdir(), "luminous-import-watch-"));
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  await mkdir(join(folder, "in"));
  for (const [name, text] of Object.entries({ "job.yaml": jobText, "products.yaml": mappingText, ...files }))
    await write(name, text);
  const stop = new AbortController();
  const clock = fakeClock();
  const events: WatchEvent<PassEnd>[] = [];
  const passes: Job[] = [];
  const ended = watchDrop(() => loadJob(join(folder, "job.yaml")), {
    pass: async (job) => {
      passes.push(job);
      return pass(passes.length - 1, stop.signal);
    },
    clock,
    pollMs,
    ...(isDeaf ? { bell: deafBell(clock) } : {}),
    stop: stop.signal,
    onEvent: (event) => events.push(event),
  });
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  ended.then(over, over);
  const waitFor = async (condition: () => boolean, between: () => Promise<void>): Promise<void> => {
    while (!condition()) {
      if (isOver) throw new Error("the watch ended before that");
      await new Promise((resolve) => setTimeout(resolve, 1));
      await between();
    }
  };
  return {
    clock,
    events,
    passes,
    write,
    stop: () => stop.abort(),
    ended,
    until: (condition) => waitFor(condition, async () => undefined),
    flyUntil: (condition, stepMs) => waitFor(condition, () => clock.advance(stepMs)),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended.catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The events of a kind. */
export function eventsOf<Kind extends WatchEvent<PassEnd>["kind"]>(
  { events }: Watching,
  kind: Kind,
): readonly Extract<WatchEvent<PassEnd>, { readonly kind: Kind }>[] {
  return events.filter((event): event is Extract<WatchEvent<PassEnd>, { readonly kind: Kind }> => event.kind === kind);
}

function deafBell(clock: FakeClock): Bell {
  return {
    listen: async () => undefined,
    wait: (ms, signal) => clock.sleep(ms, signal),
    [Symbol.dispose]: () => undefined,
  };
}
