// The channels that a job's orders go to, judged as the guard of a run will judge them, and the warehouse group that the
// job's own channel needs when it has to be made.
import { type Finding, ok, problem, type Unread, warning } from "../model/finding.ts";
import type { JobChannel } from "../model/job-channel.ts";
import type { JsonObject } from "../model/json.ts";
import { channelStanding } from "../model/resources/channel-standing.ts";
import { didYouMean } from "../model/text/nearest.ts";

/** Something that a mapping or the job names, and where. */
export interface Named {
  readonly name: string;
  /** `import.yaml:3`. */
  readonly place: string;
}

/** What the job does with channels. */
export interface ChannelNeeds {
  readonly ordersTo: { readonly labels: readonly Named[]; readonly ids: readonly Named[] };
  /** Labels of channels that the job imports, so that they need not be there. */
  readonly imported: readonly string[];
  /** The job's own, made when missing. */
  readonly own: JobChannel | undefined;
  readonly orderPush: "refuse" | "allow";
}

/** One finding for each channel that something speaks against, or one that all is well. */
export function judgeChannels(records: readonly JsonObject[] | Unread, needs: ChannelNeeds): readonly Finding[] {
  const { ordersTo, imported, own, orderPush } = needs;
  if ("unread" in records) {
    const said = `the channels cannot be read (${records.unread})`;
    return orderPush === "allow"
      ? [warning("channels", said, "guard.order_push is allow, so orders would go there unchecked.")]
      : [
          problem(
            "channels",
            said,
            "Give the token permission to read channels: a run with orders reads them before it sends anything.",
          ),
        ];
  }
  const labels = records.flatMap((record) => labelOf(record) ?? []);
  const lines = [
    ...distinct(ordersTo.labels).flatMap((wanted) => {
      const found = records.filter((record) => labelOf(record) === wanted.name);
      if (found.length > 0) return found.flatMap((record) => judgeRecord(record, wanted.place, orderPush));
      if (wanted.name === own?.label)
        return [ok("channels", `"${own.label}" does not exist yet; the run makes it, an internal one`)];
      if (imported.includes(wanted.name)) return [ok("channels", `"${wanted.name}" is imported by the job itself`)];
      return [unknown(`"${wanted.name}"`, wanted, didYouMean(wanted.name, labels))];
    }),
    ...distinct(ordersTo.ids).flatMap((wanted) => {
      const found = records.find(({ id }) => String(id) === wanted.name);
      return found === undefined
        ? [unknown(`with the id ${wanted.name}`, wanted, "")]
        : judgeRecord(found, wanted.place, orderPush);
    }),
    ...records
      .filter((record) => record.apiLocked === true && imported.includes(labelOf(record) ?? ""))
      .map((record) =>
        warning(
          "channels",
          `${nameOf(record)} is locked for the API (apiLocked), and the job would change it`,
          "Unlock it in the app (Manage > Channels), or leave it out of the import.",
        ),
      ),
  ];
  const faults = lines.filter(({ standing }) => standing !== "ok");
  if (faults.length > 0) return faults;
  if (lines.length === 0) return [ok("channels", "which ones the orders name is seen only when all rows are read")];
  return [ok("channels", [...new Set(lines.map(({ message }) => message))].join("; "))];
}

/** The warehouse group of the job's channel. Only a channel that has to be made needs one. */
export function judgeWarehouseGroup(groups: readonly JsonObject[] | Unread, channel: JobChannel): Finding {
  const { label, warehouseGroup: wanted } = channel;
  if ("unread" in groups)
    return problem(
      "warehouse group",
      `the warehouse groups cannot be read (${groups.unread}), and the channel "${label}" has to be made in one`,
      "Give channel.warehouse_group as an id, or make the channel in the app.",
    );
  const known = groups.map(({ id, name }) => `"${String(name)}" (id ${String(id)})`).join(", ") || "none";
  const names = groups.map(({ name }) => String(name).trim());
  const found = groups.filter(({ id, name }) =>
    typeof wanted === "number" ? Number(id) === wanted : String(name).trim() === wanted,
  );
  const [only] = found;
  if (only !== undefined && found.length === 1)
    return ok("warehouse group", `"${String(only.name)}" (id ${String(only.id)}) for the channel "${label}"`);
  const why =
    wanted === undefined
      ? "channel.warehouse_group is missing"
      : found.length > 1
        ? `there are ${found.length} warehouse groups called "${wanted}"`
        : `there is no warehouse group ${typeof wanted === "number" ? `with the id ${wanted}` : `"${wanted}".${didYouMean(wanted, names)}`}`;
  return problem(
    "warehouse group",
    `the channel "${label}" does not exist and cannot be made: ${why}`,
    `In the job, write channel: { warehouse_group: … }. Luminous has ${known}.`,
  );
}

function judgeRecord(record: JsonObject, place: string, orderPush: ChannelNeeds["orderPush"]): readonly Finding[] {
  const { pushes, unfit } = channelStanding(record);
  const name = `${nameOf(record)}, named in ${place},`;
  const another =
    "Send the orders to another channel: channel: { label: … } in the job finds or makes an internal one (docs/channels.md)";
  if (unfit.length > 0) return [problem("channels", `${name} cannot take orders: ${unfit.join("; ")}`, `${another}.`)];
  if (pushes.length === 0) return [ok("channels", `${nameOf(record)} takes orders and keeps them`)];
  const said = `${name} pushes orders to an OMS (${pushes.join(", ")}): what was shipped long ago could be shipped again`;
  return orderPush === "allow"
    ? [warning("channels", said, "guard.order_push is allow, so a run lets them go there all the same.")]
    : [
        problem(
          "channels",
          said,
          `${another}, or write guard: { order_push: allow } if these orders are to be pushed.`,
        ),
      ];
}

function unknown(what: string, { place }: Named, suggestion: string): Finding {
  return problem(
    "channels",
    `there is no channel ${what} (${place}).${suggestion}`,
    "Orders that name it would be blocked. Correct the name, or make the channel; `luminous-import channels list` shows what there is.",
  );
}

function labelOf({ label }: JsonObject): string | undefined {
  return typeof label === "string" ? label.trim() : undefined;
}

function nameOf(record: JsonObject): string {
  return `"${labelOf(record) ?? ""}" (id ${String(record.id)})`;
}

function distinct(named: readonly Named[]): readonly Named[] {
  return [...new Map(named.map((each) => [each.name, each])).values()];
}
