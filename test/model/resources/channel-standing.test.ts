import { expect, test } from "vitest";
import { channelStanding } from "../../../src/model/resources/channel-standing.ts";

test.each([
  { record: { pushOrdersToOms: true }, pushes: ["pushOrdersToOms is true"] },
  { record: { pushOrdersToOms: "true" }, pushes: ['pushOrdersToOms is "true"'] },
  { record: { pushOrdersToOms: 1 }, pushes: ["pushOrdersToOms is 1"] },
  { record: { pushOrdersToOms: "0" }, pushes: [] },
  { record: { pushOrdersToOms: 0, autoPushMode: "", pushOrderIntegrationMapping: [] }, pushes: [] },
  { record: { pushOrderIntegrationMapping: [{}] }, pushes: ["pushOrderIntegrationMapping is set"] },
  { record: { autoPushMode: "on_posting" }, pushes: ['autoPushMode is "on_posting"'] },
])("$record pushes by $pushes", ({ record, pushes }) => {
  expect(channelStanding(record)).toEqual({ pushes, unfit: [] });
});

test.each([
  { record: { enabled: false }, unfit: ["it is disabled (enabled is false)"] },
  { record: { enabled: 0 }, unfit: ["it is disabled (enabled is 0)"] },
  { record: { enabled: null }, unfit: [] },
  { record: { enabled: true, isCustomerSpecific: false, channelType: "end_to_end_channel" }, unfit: [] },
  { record: { isCustomerSpecific: 1 }, unfit: ["it belongs to one customer (isCustomerSpecific is 1)"] },
])("$record is unfit by $unfit", ({ record, unfit }) => {
  expect(channelStanding(record)).toEqual({ pushes: [], unfit });
});
