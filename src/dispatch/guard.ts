// Before the first write of a run: may its orders go where they would go? Every channel is read first. One that pushes
// orders to an OMS could ship history again (facts §5.7), and one that takes no orders would refuse each of them. An order
// that is to be changed counts like one to be made: a status that moves from on hold to pending releases it.
import { ask } from "../api/ask.ts";
import { Halted } from "../api/halt.ts";
import { parseJson } from "../api/reply.ts";
import { type Asker, pageSize, readRowsSeen } from "../api/whole-list.ts";
import { ImportError } from "../model/error.ts";
import type { JobChannel } from "../model/job-channel.ts";
import type { JsonObject } from "../model/json.ts";
import type { OpenCount } from "../model/ledger/queue.ts";
import { channelStanding } from "../model/resources/channel-standing.ts";
import { recordOf } from "../model/resources/record-fields.ts";
import { resources } from "../model/resources/resources.ts";
import type { DispatchContext } from "./context.ts";
import { makeChannel } from "./make-channel.ts";
import { countOpenOrders, oldOrdersWarning, tallied } from "./open-orders.ts";

/**
 * Judges the channels of all open orders, and makes the job's own channel when orders need it and it is missing. Ends the
 * run with `GUARD` before anything is sent, or warns. Throws `Halted` for either end. Without open orders it asks nothing.
 */
export async function guardOrders(context: DispatchContext): Promise<void> {
  const { options, halt } = context;
  const { ledger, run, guard, clock, onEvent } = options;
  const time = { nowMs: clock.nowMs(), days: guard.openOrderDays };
  const counts = await countOpenOrders(ledger.queue, run, time);
  if (counts.length === 0) return;
  const warning = await oldOrdersWarning(ledger.queue, run, counts, time);
  if (warning !== undefined) onEvent({ type: "warning", message: warning });

  const { refused, warnings, toMake } = await judgeChannels(context, counts);
  if (refused !== undefined) {
    if (options.onRefused !== undefined) return options.onRefused(refused);
    halt.now(refused);
    throw new Halted();
  }
  for (const message of warnings) onEvent({ type: "warning", message });
  if (toMake !== undefined) await makeChannel(context, askerOf(context), toMake);
}

/** What the channels of open orders say to them. */
export interface ChannelVerdict {
  /** Why nothing may be sent. */
  readonly refused: ImportError | undefined;
  readonly warnings: readonly string[];
  /** The job's own channel, when orders need it and it is missing. */
  readonly toMake: JobChannel | undefined;
}

/** Reads every channel that these open orders go to, and judges it. Writes nothing. Throws `Halted`. */
export async function judgeChannels(context: DispatchContext, counts: readonly OpenCount[]): Promise<ChannelVerdict> {
  const { guard } = context.options;
  const channels = await channelsOf(context, askerOf(context), counts);
  context.halt.check();
  if (!("targets" in channels)) return { refused: channels.refused, warnings: channels.warnings, toMake: undefined };
  const found = channels.targets.flatMap(objections);
  const refused = found.filter(({ kind }) => kind === "unfit" || guard.orderPush === "refuse");
  if (refused.length > 0) return { refused: refusal(refused), warnings: [], toMake: undefined };
  const { channel } = guard;
  const isMissing = channels.targets.some((target) => target.isMissing && target.label === channel?.label);
  return {
    refused: undefined,
    warnings: found.map(({ message }) => `guard.order_push: allow: ${message}`),
    toMake: isMissing ? channel : undefined,
  };
}

function askerOf({ transport, options, halt }: DispatchContext): Asker {
  return (request, reads) => ask(transport, options, halt.signal, request, reads);
}

/** A channel that orders go to, as it will be when they do. */
interface Target {
  /** `"Web" (id 12)`. */
  readonly name: string;
  readonly label: string | undefined;
  readonly record: JsonObject;
  /** Neither Luminous nor the job has it. */
  readonly isMissing: boolean;
  readonly counts: readonly OpenCount[];
  /** Set when nothing is there to be judged. */
  readonly unknown?: string;
}

async function channelsOf(
  context: DispatchContext,
  asker: Asker,
  counts: readonly OpenCount[],
): Promise<{ readonly targets: readonly Target[] } | Pick<ChannelVerdict, "refused" | "warnings">> {
  const { options } = context;
  const read = await readRowsSeen(asker, resources.channels.list.path);
  // Of a list that is not whole, what was seen is there; a channel that is named by its id can be read by it.
  const seen = read.kind === "answer" ? read.value : read.kind === "partial" ? read.rows : undefined;
  const labels = new Set(seen?.map(labelOf));
  const isEnough =
    read.kind === "answer" ||
    (read.kind === "partial" && counts.every(({ targetKey }) => targetKey === undefined || labels.has(targetKey)));
  if (seen === undefined || !isEnough) {
    const cause =
      read.kind === "refused" ? `HTTP ${read.status}, ${read.refusal.message}` : "cause" in read ? read.cause : "";
    if (options.guard.orderPush === "allow") {
      const warning = `the channels cannot be read (${cause}), so it was not checked whether orders go to one that pushes them; the job says guard.order_push: allow, so they are sent`;
      return { refused: undefined, warnings: [warning] };
    }
    const status = read.kind === "refused" ? read.status : undefined;
    return { refused: unreadable(context, cause, counts, status), warnings: [] };
  }
  const planned = await plannedChannels(context);
  const targets: Target[] = [];
  for (const [key, ofKey] of grouped(counts)) {
    const [{ targetKey: label, targetValue: id } = { targetKey: undefined, targetValue: undefined }] = ofKey;
    if (label !== undefined) {
      const remote = seen.filter((record) => labelOf(record) === label);
      const payload = planned.get(label);
      for (const record of remote) {
        const willBe = options.existing.channels === "update" ? { ...record, ...payload } : record;
        targets.push({ name: nameOf(record), label, record: willBe, isMissing: false, counts: ofKey });
      }
      if (remote.length === 0)
        targets.push({
          name: `"${label}"`,
          label,
          record: payload ?? {},
          isMissing: payload === undefined,
          counts: ofKey,
        });
    } else if (id !== undefined) {
      const record = seen.find((candidate) => String(candidate.id) === id) ?? (await single(asker, id));
      targets.push({
        name: record === undefined ? `with the id ${key}` : nameOf(record),
        label: undefined,
        record: record ?? {},
        isMissing: false,
        counts: ofKey,
        ...(record === undefined ? { unknown: "Luminous has no such channel" } : {}),
      });
    }
  }
  return { targets };
}

/** Channels that this run makes or changes before its orders go. */
async function plannedChannels({
  options,
}: Pick<DispatchContext, "options">): Promise<ReadonlyMap<string, JsonObject>> {
  const planned = new Map<string, JsonObject>();
  for await (const batch of options.ledger.queue.unplanned(options.run, "channels", pageSize)) {
    for (const { key, payload } of batch) planned.set(key, payload);
  }
  return planned;
}

async function single(asker: Asker, id: string): Promise<JsonObject | undefined> {
  const asked = await asker({ method: "GET", path: resources.channels.readPath(id) }, (text) =>
    recordOf(parseJson(text)),
  );
  return asked.kind === "answer" ? asked.value : undefined;
}

/** `guard.order_push: allow` covers a push, and nothing else. */
interface Objection {
  readonly kind: "push" | "unfit";
  readonly message: string;
}

function objections({ name, record, counts, unknown }: Target): readonly Objection[] {
  const { pushes, unfit } = channelStanding(record);
  const against = [...unfit, ...(unknown === undefined ? [] : [unknown])];
  const orders = tallied(counts);
  return [
    ...(against.length === 0
      ? []
      : [{ message: `the channel ${name} cannot take ${orders}: ${against.join("; ")}`, kind: "unfit" as const }]),
    ...(pushes.length === 0
      ? []
      : [
          {
            message: `the channel ${name} pushes orders to an OMS (${pushes.join(", ")}), and ${orders} would go there: they could be shipped again`,
            kind: "push" as const,
          },
        ]),
  ];
}

function refusal(refused: readonly Objection[]): ImportError {
  const others =
    "Send them to another channel: `channel: { label: … }` in the job finds or makes an internal one (docs/channels.md)";
  const hint = refused.every(({ kind }) => kind === "push")
    ? `${others}; or write \`guard: { order_push: allow }\` if these orders are to be pushed. Nothing was sent.`
    : `${others}. Nothing was sent.`;
  return new ImportError("GUARD", refused.map(({ message }) => message).join("\n"), { hint });
}

function unreadable(
  { options }: DispatchContext,
  cause: string,
  counts: readonly OpenCount[],
  status: number | undefined,
): ImportError {
  const { baseUrlFrom } = options.api;
  const message = `the channels cannot be read (${cause}), so it is not known whether ${tallied(counts)} would be pushed to an OMS`;
  const hint =
    status === 403
      ? "Give the token permission to read channels, or write `guard: { order_push: allow }` to send them unchecked. Nothing was sent."
      : `Check that ${baseUrlFrom} names the API itself (…/external/api/v1); the same command tries again. Nothing was sent.`;
  return new ImportError("GUARD", message, { hint });
}

function grouped(counts: readonly OpenCount[]): ReadonlyMap<string, readonly OpenCount[]> {
  const groups = new Map<string, OpenCount[]>();
  for (const count of counts) {
    const key = count.targetKey === undefined ? (count.targetValue ?? "") : `label ${count.targetKey}`;
    groups.set(key, [...(groups.get(key) ?? []), count]);
  }
  return groups;
}

function labelOf({ label }: JsonObject): string | undefined {
  return typeof label === "string" ? label.trim() : undefined;
}

function nameOf(record: JsonObject): string {
  return `"${labelOf(record) ?? ""}" (id ${String(record.id)})`;
}
