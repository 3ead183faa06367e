// The channel that a job names for all its orders, as part of the mapping: a last alternative for `channel_id`.
import type { Position } from "../../model/config/yaml-syntax.ts";
import { fieldAt } from "../../model/resources/field.ts";
import { resources } from "../../model/resources/resources.ts";
import type { Alternative, FieldMapping, Mapping } from "./mapping.ts";

/** The label of a job's channel, and where it is written. */
export interface ChannelForOrders extends Position {
  readonly label: string;
  /** The job file as people know it. */
  readonly file: string;
}

const path = "channel_id";

/** A mapping of orders whose entries go to this channel where they name none themselves; other mappings stay as they are. */
export function withJobChannel(mapping: Mapping, channel: ChannelForOrders): Mapping {
  if (mapping.resource !== "sales_orders") return mapping;
  const alternative = alternativeOf(mapping, channel);
  const own = mapping.fields.find((field) => field.path === path);
  if (own !== undefined) {
    const extended: FieldMapping = { ...own, alternatives: [...own.alternatives, alternative] };
    return { ...mapping, fields: mapping.fields.map((field) => (field === own ? extended : field)) };
  }
  const field = fieldAt(resources.sales_orders.schema, path);
  if (field === undefined) throw new Error(`orders have no field ${path}`);
  const added: FieldMapping = { path, field, position: alternative.position, alternatives: [alternative] };
  return { ...mapping, fields: [...mapping.fields, added] };
}

function alternativeOf({ style }: Mapping, { label, file, line, column }: ChannelForOrders): Alternative {
  return {
    position: { line, column },
    file,
    source: { kind: "value", value: label },
    reads: undefined,
    optional: false,
    when: undefined,
    split: undefined,
    apply: [],
    lookup: undefined,
    map: undefined,
    otherwise: { kind: "error" },
    round: undefined,
    unit: undefined,
    default: undefined,
    omitWhere: undefined,
    clear: false,
    ref: { resource: "channels", by: resources.channels.keyPath },
    style,
  };
}
