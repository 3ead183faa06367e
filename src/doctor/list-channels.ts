// The account's channels as an import sees them: what each would do with orders. Never their credentials.
import type { ReadOptions } from "../api/options.ts";
import { withReadSession } from "../api/read-session.ts";
import { readRows } from "../api/whole-list.ts";
import { ImportError } from "../model/error.ts";
import { isPlainObject, type Json, type JsonObject } from "../model/json.ts";
import { type ChannelStanding, channelStanding } from "../model/resources/channel-standing.ts";
import { resources } from "../model/resources/resources.ts";
import { didYouMean } from "../model/text/nearest.ts";
import { visibleLine } from "../model/text/visible.ts";

/** A channel of the account. */
export interface SeenChannel extends ChannelStanding {
  /** Trimmed; empty where it has none. */
  readonly label: string;
  readonly id: string;
  /** The reply, without what could be a secret. */
  readonly record: JsonObject;
}

/** Whom to ask, how fast, and who may stop it. */
export type ChannelsOptions = ReadOptions;

/** All channels, by id. Throws `ImportError("STOPPED")` when they cannot be read, else as a run does. */
export async function listChannels(options: ChannelsOptions): Promise<readonly SeenChannel[]> {
  const read = await withReadSession(options, (asker) => readRows(asker, resources.channels.list.path));
  if (read.kind === "answer") return read.value.map(seenChannel).sort((a, b) => Number(a.id) - Number(b.id));
  const cause = read.kind === "silent" ? read.cause : `HTTP ${read.status}, ${read.refusal.message}`;
  throw new ImportError("STOPPED", `the channels cannot be read: ${cause}`, {
    hint: `Check that ${options.api.baseUrlFrom} names the API itself (…/external/api/v1), and that the token may read channels.`,
  });
}

/** The channels with this label, mostly one. Throws `ImportError("USAGE")` with the nearest label when there is none. */
export async function findChannels(label: string, options: ChannelsOptions): Promise<readonly SeenChannel[]> {
  const all = await listChannels(options);
  const found = all.filter((channel) => channel.label === label.trim());
  if (found.length > 0) return found;
  const labels = all.map((channel) => visibleLine(channel.label));
  throw new ImportError("USAGE", `there is no channel "${visibleLine(label)}".${didYouMean(label, labels)}`, {
    hint:
      labels.length === 0
        ? "The account has no channels."
        : `There are ${labels.join(", ")}. Labels are compared exactly.`,
  });
}

function seenChannel(record: JsonObject): SeenChannel {
  const { label, id } = record;
  return {
    label: typeof label === "string" ? label.trim() : "",
    id: String(id),
    ...channelStanding(record),
    record: withoutSecrets(record),
  };
}

const secret = /credential|password|secret|token|api_?key/i;

function withoutSecrets(record: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(record)
      .filter(([name]) => !secret.test(name))
      .map(([name, value]) => [name, cleaned(value)]),
  );
}

function cleaned(value: Json): Json {
  if (Array.isArray(value)) return value.map(cleaned);
  return isPlainObject(value) ? withoutSecrets(value as JsonObject) : value;
}
