// A ledger that another thread holds, as the main thread sees it: the same interface, and every call is a question over the line.
// The other end: serve.ts.
import type { NewEntry } from "../../model/ledger/entry.ts";
import type { Ledger, Upgrade } from "../../model/ledger/ledger.ts";
import type { Queue } from "../../model/ledger/queue.ts";
import type { Clashes } from "../../model/ledger/staging.ts";
import type { Phase } from "../../model/resource.ts";
import { bareCells } from "../sqlite/storage/codec.ts";
import type { Link } from "./link.ts";
import { clashMethods, givesCells, type Kind, methods, type ViewName } from "./methods.ts";
import { type Remade, whoMade } from "./remade.ts";
import type { Target } from "./wire.ts";

/** What is known of a ledger once it is open. */
export interface OpenedLedger {
  readonly place: string;
  readonly upgraded: Upgrade | undefined;
}

/** The ledger at the other end; `payloadsOf` as it was opened: what it does not keep need not go there. */
export function threadedLedger(link: Link, { place, upgraded }: OpenedLedger, payloadsOf?: readonly Phase[]): Ledger {
  const view = <Name extends ViewName>(name: Name) =>
    remote<Ledger[Name], (typeof methods)[Name]>(link, name, methods[name]);
  return {
    place,
    upgraded,
    runs: view("runs"),
    staging: {
      ...view("staging"),
      addEntries: (run, entries) => {
        const isKept = ({ phase }: NewEntry) => payloadsOf?.includes(phase) ?? true;
        const kept = entries.map((entry) => (isKept(entry) ? entry : { ...entry, payload: {} }));
        return link.callNow({ target: "staging", method: "addEntries", parameters: JSON.stringify([run, kept]) });
      },
      clashes: async (run, kind) =>
        clashesAt(link, await link.call<number>({ target: "staging", method: "clashes", parameters: [run, kind] })),
    },
    queue: { ...view("queue"), settleRemade: settleRemade(link) },
    account: view("account"),
    results: view("results"),
    history: view("history"),
    failures: view("failures"),
    audit: view("audit"),
    plans: {
      ...view("plans"),
      save: (plan, entries) =>
        link.feed(entries, (feed) => link.call<void>({ target: "plans", method: "save", parameters: [plan, feed] })),
    },
    upkeep: view("upkeep"),
    flush: () => link.call<void>({ target: "ledger", method: "flush", parameters: [] }),
    [Symbol.asyncDispose]: () => link.close(),
  };
}

/** The methods of a part that are not written out here. */
type Remote<View, Kinds> = {
  readonly [Name in keyof View & keyof Kinds as Kinds[Name] extends "own" ? never : Name]: View[Name];
};

function remote<View, Kinds extends Readonly<Record<string, Kind>>>(
  link: Link,
  target: Target,
  kinds: Kinds,
): Remote<View, Kinds> {
  const asked = Object.entries(kinds).map(([method, kind]) => [method, askedAs(link, target, method, kind)]);
  return Object.fromEntries(asked); // methods.ts is typed by the interface
}

function askedAs(link: Link, target: Target, method: string, kind: Kind): unknown {
  const come = givesCells.has(method) ? withBareCells : undefined;
  switch (kind) {
    case "call":
      if (come !== undefined)
        return async (...parameters: unknown[]) => come(await link.call({ target, method, parameters }));
      return (...parameters: unknown[]) => link.call({ target, method, parameters });
    case "bulk":
      return (...parameters: unknown[]) => link.callNow({ target, method, parameters });
    case "pages":
    case "ahead":
      return async function* (...parameters: unknown[]) {
        for await (const page of link.pages({ target, method, parameters }, kind))
          yield come === undefined ? page : come(page);
      };
    case "own":
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** Rows, or what has rows, with cells as reading made them: without a prototype, so that no column is found that is not there. */
function withBareCells(come: unknown): unknown {
  if (Array.isArray(come)) return come.map(withBareCells);
  if (typeof come !== "object" || come === null) return come;
  if ("rows" in come) return { ...come, rows: withBareCells(come.rows) };
  return "cells" in come && come.cells !== undefined ? { ...come, cells: bareCells(come.cells as never) } : come;
}

function clashesAt(link: Link, target: number): Clashes {
  return {
    ...remote<Clashes, typeof clashMethods>(link, target, clashMethods),
    [Symbol.asyncDispose]: () => link.call<void>({ target, method: "dispose", parameters: [] }),
  };
}

/** The thread cannot ask for a note in the middle of its work: it says whose is wanted, and is asked again with that. */
function settleRemade(link: Link): Queue["settleRemade"] {
  return async (run, phase, { orUnknown, note }) => {
    const notes = new Map<string, ReturnType<typeof note>>();
    for (;;) {
      const parameters = [run, phase, { orUnknown, notes }];
      const answer = await link.call<Remade>({ target: "queue", method: "settleRemade", parameters });
      if ("entries" in answer) return answer.entries;
      notes.set(whoMade(answer.wanted), note(answer.wanted));
    }
  };
}
