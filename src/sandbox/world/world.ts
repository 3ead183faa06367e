// Everything an account of the sandbox holds, and what it holds from the start.
import type { ReferableName } from "../../model/resource.ts";
import { keyChanges } from "./changed-keys.ts";
import type { SandboxSettings } from "./options.ts";
import type { Lies } from "./read-lies.ts";
import { createSkuIndex, type SkuIndex } from "./sku-index.ts";
import { createRecordStore, type RecordStore } from "./store.ts";

/** What the sandbox keeps records of: what can be imported, and what that refers to. */
export const sandboxResources = [
  "channels",
  "products",
  "sales_orders",
  "companies",
  "warehouse_groups",
  "warehouses",
  "custom_fields",
] as const satisfies readonly (ReferableName | string)[];
/** What the sandbox keeps records of: more than can be imported. */
export type SandboxResource = (typeof sandboxResources)[number];

/** Things that are known by name only: asking for a new name makes one. */
export interface NameTable {
  idOf(name: string): number;
  nameOf(id: number): string | undefined;
}

/** Everything that endpoints share: settings, lies, records, names. */
export interface World {
  readonly settings: SandboxSettings;
  readonly lies: Lies;
  readonly stores: Readonly<Record<SandboxResource, RecordStore>>;
  readonly skus: SkuIndex;
  // No endpoint for categories or suppliers is known, and whether an unknown name is created is not documented
  // (facts §4.9): here it is, since otherwise nothing could be imported at all.
  readonly categories: NameTable;
  readonly subcategories: NameTable;
  readonly suppliers: NameTable;
  readonly tags: NameTable;
  readonly clientTypes: NameTable;
}

/**
 * A new account: warehouse group 1 "Default" with warehouse 1, channel 1 "Default", a sales channel, and the companies of
 * the settings.
 */
export function createWorld(settings: SandboxSettings, lies: Lies): World {
  const changes = keyChanges(lies);
  const store = (): RecordStore => createRecordStore(settings.nowMs, settings.readLagMs, changes);
  const world: World = {
    settings,
    lies,
    stores: {
      channels: store(),
      products: store(),
      sales_orders: store(),
      companies: store(),
      warehouse_groups: store(),
      warehouses: store(),
      custom_fields: store(),
    },
    skus: createSkuIndex(changes.key),
    categories: createNameTable(),
    subcategories: createNameTable(),
    suppliers: createNameTable(),
    tags: createNameTable(),
    clientTypes: createNameTable(),
  };
  const { warehouse_groups, warehouses, channels, companies } = world.stores;
  start(warehouse_groups, "Default", { name: "Default", description: "" });
  start(warehouses, "Main", { name: "Main", warehouse_group_id: 1 });
  start(channels, "Default", { label: "Default", channelType: "sales_channel", warehouseGroupId: 1 });
  for (const name of settings.companies) start(companies, name.trim(), { name, status: "active" });
  return world;
}

function start(store: RecordStore, key: string, content: object): void {
  store.create(store.nextId(), { key, text: JSON.stringify(content), received: undefined });
}

function createNameTable(): NameTable {
  const ids = new Map<string, number>();
  const names = new Map<number, string>();
  return {
    idOf(name) {
      const known = ids.get(name);
      if (known !== undefined) return known;
      const id = ids.size + 1;
      ids.set(name, id);
      names.set(id, name);
      return id;
    },
    nameOf: (id) => names.get(id),
  };
}
