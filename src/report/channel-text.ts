// Channels at the terminal: a table of all, or one in full.
import type { Json, JsonObject } from "../model/json.ts";
import { isPlainObject } from "../model/json.ts";
import { visibleTexts } from "../model/text/visible.ts";

/** A channel to show. */
export interface ShownChannel {
  readonly label: string;
  readonly id: string;
  readonly pushes: readonly string[];
  readonly unfit: readonly string[];
  readonly record: JsonObject;
}

/** One line a channel: what it is and what it would do with orders. */
export function channelTable(given: readonly ShownChannel[]): string {
  const channels = visibleTexts(given);
  if (channels.length === 0) return "The account has no channels.\n";
  const lines = [
    ["label", "id", "type", "warehouse group", "locked", "orders"],
    ...channels.map((channel) => {
      const { record } = channel;
      return [
        channel.label,
        channel.id,
        shown(record.channelType),
        groupOf(record),
        record.apiLocked === true ? "yes" : "no",
        ordersInto(channel),
      ];
    }),
  ];
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...lines.map((line) => [...(line[at] ?? "")].length)));
  return lines
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** Everything that the API says of a channel, after what it means for orders. */
export function channelText(given: ShownChannel): string {
  const channel = visibleTexts(given);
  const { label, id, record } = channel;
  const names = Object.keys(record).filter((name) => !["label", "id"].includes(name));
  const width = Math.max(...names.map((name) => name.length));
  return [
    `channel "${label}", id ${id}`,
    `orders: ${ordersInto(channel)}`,
    ...(record.apiLocked === true
      ? [
          "locked: the API may not change it (apiLocked); only the app can unlock it (Manage > Channels). Orders may go there.",
        ]
      : []),
    "",
    ...names.map((name) => `  ${name.padEnd(width)}  ${shown(record[name])}`),
    "",
  ].join("\n");
}

function ordersInto({ pushes, unfit }: ShownChannel): string {
  if (unfit.length > 0) return `refused: ${unfit.join("; ")}`;
  if (pushes.length > 0) return `pushed to an OMS: ${pushes.join("; ")}`;
  return "stay in Luminous";
}

function groupOf({ warehouseGroup, warehouseGroupId }: JsonObject): string {
  const name = isPlainObject(warehouseGroup) ? warehouseGroup.name : undefined;
  return typeof name === "string" ? name : shown(warehouseGroupId);
}

function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
