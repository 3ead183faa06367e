// What an update of a channel has to say, given the record as a reply shows it: PUT /channels/{id} merges (facts §6.4), so
// only the difference is sent. What the lock and the type of a channel stand against is here too (facts §6.6).
import type { Json, JsonObject } from "../json.ts";
import type { Merge } from "../resource.ts";

/** How channels merge; `readBack` gives a record as the payload that would have made it, without what replies never show. */
export function channelMerge(readBack: (record: JsonObject) => JsonObject): Merge {
  return {
    difference(body, record) {
      const shown = readBack(record);
      return Object.fromEntries(Object.entries(body).filter(([field, value]) => !isSame(value, shown[field])));
    },
    conflicts({ channelType }, record) {
      if (channelType === undefined || record.channelType === undefined || channelType === record.channelType)
        return [];
      const message = `Luminous has this channel as "${String(record.channelType)}" (id ${String(record.id)}), and the type of a channel cannot be changed: give this one another label, or its type`;
      return [{ code: "type_differs", path: "channelType", message }];
    },
    kept: () => [],
    isFixed: (path) => path === "channelType",
    apart: undefined,
    lockOf: ({ apiLocked }) =>
      apiLocked === true
        ? "the channel is locked (apiLocked): nothing of it can be changed through the API until somebody unlocks it in the app (Manage > Channels); the API itself cannot"
        : undefined,
  };
}

/** What a reply does not show at all is never the same: it would be taken for empty. */
function isSame(sent: Json | undefined, shown: Json | undefined): boolean {
  if (shown === undefined || sent === undefined) return false;
  if (Array.isArray(sent) && Array.isArray(shown)) {
    return new Set([...sent, ...shown]).size === new Set(sent).size && new Set(sent).size === new Set(shown).size;
  }
  if (isNothing(sent)) return isNothing(shown);
  return typeof shown === "string" && typeof sent === "string" ? sent.trim() === shown.trim() : sent === shown;
}

// The API may keep an empty text as null.
function isNothing(value: Json): boolean {
  return value === null || value === "";
}
