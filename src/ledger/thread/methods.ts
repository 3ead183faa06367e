// Every method of a ledger, and how it is asked of the thread that holds the ledger. Typed by the interface: a method that is
// not listed here does not compile.
import type { Ledger } from "../../model/ledger/ledger.ts";
import type { Clashes } from "../../model/ledger/staging.ts";

/** The parts of a ledger that have methods. */
export type ViewName = {
  [Name in keyof Ledger]: Ledger[Name] extends () => unknown ? never : Name;
}[Exclude<keyof Ledger, "place" | "upgraded">];

/**
 * - `call`: plain values go, plain values come. It leaves with all that is asked in the same turn of the event loop.
 * - `bulk`: the same, but it leaves at once: it is large, and its caller works on meanwhile.
 * - `pages`: an iterable. Each page is read when it is asked for, because what is done with one may change the next.
 * - `ahead`: an iterable that nothing changes which is done with it: the next page is read while one is worked on, and small
 *   ones come together.
 * - `own`: written out in threaded-ledger.ts: functions are among its values, or it goes as JSON, which takes half the time for
 *   values of many small parts.
 */
export type Kind = "call" | "bulk" | "pages" | "ahead" | "own";

/** How each method of a part may be asked. */
export type KindsOf<View> = {
  readonly [Name in Exclude<keyof View, symbol>]: View[Name] extends (...parameters: never[]) => AsyncIterable<unknown>
    ? "pages" | "ahead"
    : "call" | "bulk" | "own";
};

/** How each method of a ledger is asked. */
export const methods = {
  runs: { begin: "call", end: "call", list: "call", find: "call" },
  staging: {
    addFile: "call",
    updateFile: "call",
    addRows: "bulk",
    addEntries: "own",
    extendEntry: "call",
    claimRows: "call",
    groups: "ahead",
    rowsWithKey: "call",
    sameRows: "call",
    unclaimed: "pages",
    settleRows: "call",
    collapseIdentical: "call",
    superseded: "pages",
    dropSuperseded: "call",
    clashes: "own",
    currencies: "call",
    ofCurrency: "pages",
    settleRepaired: "call",
    madeBefore: "call",
    keptApart: "call",
    joinedApart: "call",
    comeTwice: "pages",
    addProblems: "call",
    counts: "call",
    rowsOfEntry: "call",
    finish: "call",
  },
  queue: {
    choosePilot: "call",
    settleBeyondPilot: "call",
    pilot: "call",
    settleUnchanged: "call",
    settleRemade: "own",
    known: "pages",
    lastSaid: "call",
    unplanned: "pages",
    openBy: "call",
    creationNeeds: "call",
    openBefore: "call",
    plan: "call",
    remember: "call",
    seenRows: "call",
    seenRecord: "call",
    lastSendMs: "call",
    forgetRows: "call",
    recall: "call",
    unknownReferences: "pages",
    openReferences: "pages",
    fills: "call",
    take: "call",
    nextDueMs: "call",
    postpone: "call",
    sending: "call",
    sent: "call",
    absent: "call",
    openSends: "call",
    settle: "call",
    holder: "call",
    correctId: "call",
    created: "call",
    settleRest: "call",
    progress: "call",
  },
  account: { facts: "call", learn: "call", currencies: "call", controls: "call", keepControls: "call" },
  results: {
    files: "call",
    filesById: "call",
    rows: "ahead",
    unmade: "ahead",
    rowsOf: "ahead",
    tallies: "call",
    changes: "call",
    agreements: "call",
    referenceFaults: "call",
    sends: "call",
  },
  history: {
    entriesWithKey: "call",
    entriesOfRow: "call",
    filesCalled: "call",
    rowAtLine: "call",
    rowsContaining: "call",
    sends: "call",
    payload: "call",
    keysNear: "call",
  },
  failures: {
    count: "call",
    files: "call",
    statesOf: "call",
    rawOf: "call",
    carriedFrom: "call",
    carriedRows: "pages",
    madeGoodLater: "call",
    wasTaken: "call",
    giveUp: "call",
  },
  audit: { invariants: "call", accepted: "pages", content: "call" },
  plans: {
    rehearsed: "pages",
    save: "own",
    find: "call",
    newestRun: "call",
    runBetween: "call",
    strangers: "call",
    of: "call",
    heldBack: "pages",
    done: "call",
    purge: "call",
  },
  upkeep: { dropPayloads: "call", purge: "call", shrink: "call", dropCopies: "call" },
} as const satisfies { readonly [View in ViewName]: KindsOf<Ledger[View]> };

/** How each method of a list of clashing claims is asked. */
export const clashMethods = {
  byEntry: "ahead",
  keepPlaces: "call",
  others: "call",
} as const satisfies KindsOf<Clashes>;

/** Those that may give rows with their cells: on the way these get a prototype, which they must not have. */
export const givesCells: ReadonlySet<string> = new Set<keyof Ledger["staging"] | keyof Ledger["history"]>([
  "groups",
  "rowsWithKey",
  "unclaimed",
  "rowsOfEntry",
  "rowsContaining",
]);
