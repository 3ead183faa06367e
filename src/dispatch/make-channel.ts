// The job's own channel, when Luminous does not have it: a sales channel that neither pulls nor pushes orders, which is
// what the app calls internal (facts §6.6). Labels are unique there (facts §6.3), so whoever is second finds the first.
import { backoffMs } from "../api/backoff.ts";
import { Halted } from "../api/halt.ts";
import { longestHoldMs } from "../api/transport.ts";
import { type Asker, readRows } from "../api/whole-list.ts";
import { ImportError } from "../model/error.ts";
import type { JobChannel } from "../model/job-channel.ts";
import type { JsonObject } from "../model/json.ts";
import { resources } from "../model/resources/resources.ts";
import type { DispatchContext } from "./context.ts";
import { readCreated } from "./shown-record.ts";

/** Makes the channel, or finds the one that somebody made meanwhile. Ends the run, and throws `Halted`, when neither works. */
export async function makeChannel(context: DispatchContext, asker: Asker, channel: JobChannel): Promise<void> {
  const { options, halt, transport } = context;
  const { clock, limits, random, ledger, run, onEvent } = options;
  const { label } = channel;
  const body = JSON.stringify(await payloadOf(context, asker, channel));
  const since = { atMs: clock.nowMs(), serverAtMs: transport.serverNowMs };
  const isThere = async (): Promise<boolean> =>
    (await context.lookup.fresh("channels", [label], since)).found.has(label);
  let cause = "";
  for (let attempt = 1; attempt <= limits.attempts; ) {
    const turn = await transport.ready();
    const endpoint = resources.channels.createEndpoint({});
    const reads = (text: string) => readCreated(text, resources.channels, label);
    const reply = await transport.request({ ...endpoint, body }, reads, { purpose: "write", subject: "channel" }, turn);
    switch (reply.kind) {
      case "accepted": {
        if (reply.value.kind === "other") {
          cause = `HTTP ${reply.status}, but ${reply.value.cause}`;
          await clock.sleep(longestHoldMs + limits.readLagMs, halt.signal);
          if (await isThere()) return;
          halt.check();
          attempt += 1;
          continue;
        }
        const { remoteId } = reply.value;
        const keys = [{ key: label, role: "own" as const }];
        await ledger.queue.remember(run, "channels", [{ remoteId, keys }]);
        onEvent({ type: "channel.made", label, remoteId });
        return;
      }
      case "held":
        if (reply.by === "stop") throw new Halted();
        if (reply.by === "lease") await clock.sleep(reply.waitMs, halt.signal);
        continue;
      case "throttled":
        continue;
      case "unanswered":
        // It may be there by now, as soon as a read shows it.
        await clock.sleep(longestHoldMs + limits.readLagMs, halt.signal);
        if (await isThere()) return;
        break;
      case "undelivered":
        await clock.sleep(backoffMs(attempt, random), halt.signal);
        break;
      case "refused":
        if (reply.status === 401) throw new Halted();
        if (isTaken(reply)) {
          if (await isThere()) return;
          await clock.sleep(limits.readLagMs, halt.signal);
          if (await isThere()) return;
        }
        throw halted(context, cannotBeMade(channel, `HTTP ${reply.status}, ${reply.refusal.message}`));
      default:
        return reply satisfies never;
    }
    halt.check();
    cause = reply.cause;
    attempt += 1;
  }
  throw halted(
    context,
    new ImportError(
      "OUTAGE",
      `the channel "${label}" could not be made: no usable answer after ${limits.attempts} attempts (${cause})`,
      {
        hint: "run the same command again later: it looks for the channel first",
      },
    ),
  );
}

function isTaken({
  status,
  refusal,
}: {
  readonly status: number;
  readonly refusal: { readonly problems: readonly { readonly path?: string }[] };
}): boolean {
  return status === 409 || (status === 422 && refusal.problems.some(({ path }) => path === resources.channels.keyPath));
}

async function payloadOf(context: DispatchContext, asker: Asker, channel: JobChannel): Promise<JsonObject> {
  const { label, description, tagIds } = channel;
  return {
    channelType: "sales_channel",
    label,
    warehouseGroupId: await warehouseGroupId(context, asker, channel),
    pullOrdersFromOms: false,
    ...(description === undefined ? {} : { description }),
    ...(tagIds === undefined ? {} : { tagIds }),
  };
}

async function warehouseGroupId(context: DispatchContext, asker: Asker, channel: JobChannel): Promise<number> {
  const { warehouseGroup: wanted } = channel;
  if (typeof wanted === "number") return wanted;
  const read = await readRows(asker, "/warehouse-groups");
  if (read.kind !== "answer") {
    const cause = read.kind === "silent" ? read.cause : `HTTP ${read.status}, ${read.refusal.message}`;
    throw halted(context, cannotBeMade(channel, `the warehouse groups cannot be read (${cause})`));
  }
  const groups = read.value.map(({ id, name }) => ({ id: Number(id), name: String(name).trim() }));
  const known = groups.map(({ id, name }) => `"${name}" (id ${id})`).join(", ") || "none";
  if (wanted === undefined)
    throw halted(context, cannotBeMade(channel, `channel.warehouse_group is missing. Luminous has ${known}`));
  const matching = groups.filter(({ name }) => name === wanted);
  const [only] = matching;
  if (only !== undefined && matching.length === 1) return only.id;
  throw halted(
    context,
    cannotBeMade(
      channel,
      matching.length > 1
        ? `several warehouse groups are called "${wanted}": write the id of one. Luminous has ${known}`
        : `there is no warehouse group "${wanted}". Luminous has ${known}`,
    ),
  );
}

function cannotBeMade({ label }: JobChannel, why: string): ImportError {
  return new ImportError("GUARD", `Luminous has no channel "${label}", and it cannot be made: ${why}`, {
    hint: "Fix `channel:` in the job, or make the channel in the app (Manage > Channels). Nothing was sent.",
  });
}

function halted({ halt }: DispatchContext, error: ImportError): Halted {
  halt.now(error);
  return new Halted();
}
