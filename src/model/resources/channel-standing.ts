// What a channel's record says about orders that are sent to it: whether it takes them, and whether it hands them on to
// be shipped. Facts §6.5 and §6.7; which setting of a reply does the pushing is not documented, so each counts.
import { isPlainObject } from "../json.ts";

/** What speaks against sending orders to a channel, each in words with the setting seen. */
export interface ChannelStanding {
  /** Settings by which it pushes orders to an OMS, which could ship them again. */
  readonly pushes: readonly string[];
  /** Why it takes no imported orders at all. */
  readonly unfit: readonly string[];
}

/** The channel types that take sales orders; a type that nobody knows is taken to do so. */
const takesNoOrders = "fulfillment_channel";

/** Judges a channel by a reply's record, by a payload, or by a payload laid over the record that it changes. */
export function channelStanding(record: Readonly<Record<string, unknown>>): ChannelStanding {
  const { pushOrdersToOms, pushOrderIntegrationMapping, autoPushMode, enabled, channelType, isCustomerSpecific } =
    record;
  return {
    pushes: [
      ...(isOn(pushOrdersToOms) ? [`pushOrdersToOms is ${JSON.stringify(pushOrdersToOms)}`] : []),
      ...(isSet(pushOrderIntegrationMapping) ? ["pushOrderIntegrationMapping is set"] : []),
      ...(isSet(autoPushMode) ? [`autoPushMode is ${JSON.stringify(autoPushMode)}`] : []),
    ],
    unfit: [
      ...(enabled === undefined || enabled === null || isOn(enabled)
        ? []
        : [`it is disabled (enabled is ${JSON.stringify(enabled)})`]),
      ...(channelType === takesNoOrders ? [`it takes no sales orders (channelType is "${takesNoOrders}")`] : []),
      ...(isOn(isCustomerSpecific)
        ? [`it belongs to one customer (isCustomerSpecific is ${JSON.stringify(isCustomerSpecific)})`]
        : []),
    ],
  };
}

/** A flag in whatever type it comes: what is not plainly off counts as on. */
function isOn(value: unknown): boolean {
  return isSet(value) && value !== 0 && !/^(?:0|false|no|off)$/i.test(String(value));
}

/** `{}`, `[]`, `""`, false and null say nothing. */
function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isPlainObject(value)) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== false && value !== "";
}
