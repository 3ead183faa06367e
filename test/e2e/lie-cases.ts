// Which lies are played in the matrix, with which numbers, and what they are crossed with. Everything follows from seeds.
import { type FaultOdds, mulberry32 } from "../../src/sandbox/world/faults.ts";
import { type LieName, type LieText, lieNamed, lieNames } from "../../src/sandbox/world/lies.ts";
import { crashFaults } from "./crashes.ts";
import type { LiePlan } from "./lies.ts";

/** A plan with a name for people. */
export interface LieCase extends LiePlan {
  readonly name: string;
  /** The lie that every run has to hear, whatever way it takes; a case without it would prove nothing. */
  readonly heard?: LieName;
}

/** Lies that no client could see through by what it is shown, each with the reason. */
export const beyondAnyClient: Readonly<Partial<Record<LieName, string>>> = {
  forgotten: "a perfect answer to a write that was not stored shows only when everything is read back: audit --verify",
};

/** Numbers that bite on a few dozen records and a test's patience, where the usual ones do not. */
const numbers: Readonly<Partial<Record<LieName, string>>> = {
  "in-first": "=5",
  "in-cut": "=40",
  "per-page-capped": "=7",
  "per-page-cut": "=7",
  "first-list-empty": "=2",
  "list-stale": "=200",
  "list-cached": "=400",
  "reads-cached": "=400",
  "late-commit": "=420@0.3",
  queued: "=150@0.3",
};

/** The lie as the matrix plays it. Write lies strike three in ten, so that some of a run goes well. */
export function played(name: LieName): LieText {
  const number = numbers[name] ?? (lieNamed(name).takes === "share" ? "=0.3" : "");
  return number === "" ? name : `${name}${number as `=${string}`}`;
}

const playable = lieNames.filter((name) => beyondAnyClient[name] === undefined);

/** Each lie alone, with kills; the seed decides about keys, records and moments. */
export function singles(seed: number): readonly LieCase[] {
  return playable.map((name, index) => ({
    name: played(name),
    lies: [played(name)],
    harmless: harmless.has(name),
    seed: seed * 1000 + index,
  }));
}

/** Lies that spoil no question in need and no answer that a look would not make good: every row makes it. */
const harmless: ReadonlySet<LieName> = new Set<LieName>([
  ...(["eq-contains", "filter-folds-case", "sort-ignored", "per-page-capped", "meta-as-text"] as const),
  // Without an export an account that looks empty cannot be told to be so.
  ...lieNames.filter((name) => lieNamed(name).group === "exports" && name !== "export-refused"),
  ...(["foreign-record", "crossed-answers", "empty-success", "bare-record", "key-missing", "id-missing"] as const),
  ...(["ids-as-strings", "ids-change-type", "throttle-after", "unavailable-after", "late-commit", "queued"] as const),
  ...(["clock", "clock-varies", "date-frozen", "no-date"] as const),
]);

/** Each lie where it bites: many sends go without an answer, and the ways around the lie are barred. */
export function cornered(seed: number): readonly LieCase[] {
  return playable.map((name, index) => {
    const { bars = [], told = played(name), ...account } = corners[name] ?? corners[lieNamed(name).group] ?? {};
    const lies = [told, ...bars];
    return {
      name: `${lies.join(" and ")}, unanswered sends`,
      lies,
      faults: unanswered,
      ...account,
      ...(unavoidable.has(name) ? { heard: name } : {}),
      seed: seed * 1000 + 100 + index,
    };
  });
}

/** Lies about what every run does: one question by many keys, a first list, writes. The others are about ways around. */
const unavoidable: ReadonlySet<LieName> = new Set<LieName>([
  ...(["in-literal", "in-first", "filter-unknown-empty", "first-list-empty"] as const),
  ...lieNames.filter((name) => ["keys", "answers", "time"].includes(lieNamed(name).group)),
]);

const unanswered: FaultOdds = { "error-after": 0.1, "reset-after": 0.1, "hang-after": 0.05 };

interface Corner {
  /** What bars the ways around. */
  readonly bars?: readonly LieText[];
  readonly crowd?: number;
  /** How the lie is told, when not as usual. */
  readonly told?: LieText;
  readonly ordersOnly?: boolean;
  /** How many of the job's own records are there before. */
  readonly held?: number;
}

const pagesOnly: Corner = { bars: ["filter-ignored", "export-refused"], crowd: 130 };
const exportOnly: Corner = { bars: ["filters-forbidden", "page-ignored"], crowd: 130 };
const longExportOnly: Corner = { ...exportOnly, crowd: 1100 };
const withoutIn: Corner = { bars: ["in-refused"] };
const withoutControls: Corner = { bars: ["every-nth-list-empty=2"] };

/** By lie, else by its group. Pages of an export have up to 1000 rows. */
const corners: Readonly<Record<string, Corner>> = {
  lists: pagesOnly,
  exports: exportOnly,
  ...Object.fromEntries(["export-stops", "export-loops", "export-skips"].map((name) => [name, longExportOnly])),
  ...Object.fromEntries(
    ["page-ignored", "page-repeats", "sort-ignored", "sort-shuffled", "per-page-capped", "per-page-cut"].map((name) => [
      name,
      pagesOnly,
    ]),
  ),
  "list-hides-archived": { bars: ["filter-ignored"], crowd: 130 }, // what it hides shows in exports only
  "keys-uppercased": { bars: ["by-id-missing"] }, // what may be ours is seen in a list and cannot be compared
  // Past the time-out and the read lag, and before a second send: what is promised of orders alone.
  "late-commit": { told: "late-commit=1500@0.3", ordersOnly: true },
  "success-false": { held: 6 },
  "eq-empty": withoutIn,
  "eq-contains": withoutIn,
  "by-id-missing": withoutControls,
  "by-id-foreign": withoutControls,
  ...Object.fromEntries(
    ["first-list-empty", "every-nth-list-empty", "list-cached", "reads-cached", "list-stale"].map((name) => [name, {}]),
  ),
};

/** Seeded pairs of lies that can be told together. */
export function pairs(seed: number, count: number): readonly LieCase[] {
  const random = mulberry32(seed * 31 + 7);
  return Array.from({ length: count }, (_, index) => {
    const lies = drawPair(random).map(played);
    return { name: lies.join(" and "), lies, seed: seed * 1000 + 200 + index };
  });
}

/** Seeded lies under every fault of single requests, some with servers that refuse what is there already. */
export function withFaults(seed: number, count: number): readonly LieCase[] {
  const random = mulberry32(seed * 37 + 11);
  return Array.from({ length: count }, (_, index) => {
    const lie = played(drawn(playable, random));
    const duplicates = drawn(["accept", "accept", "reject", "conflict"] as const, random);
    return {
      name: `${lie}, every fault, duplicates ${duplicates}`,
      lies: [lie],
      faults: crashFaults,
      duplicates,
      readLagMs: random() < 0.3 ? 200 : 0,
      seed: seed * 1000 + 400 + index,
    };
  });
}

/** What is not the server's lie: the wall clock moves between two calls, the job's limits are lowered after a kill. */
export function moved(seed: number): readonly LieCase[] {
  const late: readonly LieText[] = ["late-commit=1700@0.4"];
  const plans: readonly Omit<LieCase, "seed">[] = [
    { name: "moved clocks, reads lag", movedClocks: true, lies: [], faults: crashFaults, readLagMs: 1700 },
    {
      name: "moved clocks, reads lag, no Date",
      movedClocks: true,
      lies: ["no-date"],
      faults: crashFaults,
      readLagMs: 1700,
    },
    { name: "moved clocks, late commits", movedClocks: true, lies: late },
    {
      name: "moved clocks, a server an hour behind",
      movedClocks: true,
      lies: ["clock=-3600"],
      faults: unanswered,
      readLagMs: 1700,
    },
    { name: "lowered limits, late commits", loweredLimits: true, lies: ["late-commit=2200@0.7"] },
  ];
  return plans.map((plan, index) => ({ ...plan, seed: seed * 1000 + 600 + index }));
}

/**
 * What the suite plays: the servers that were seen to make doubles, each cornered, and a few of everything else. The rest
 * is for `npm run soak:lies`.
 */
export function sample(seed: number): readonly LieCase[] {
  const seen = cornered(seed).filter(({ lies: [lie = ""] }) => seenToDouble.some((name) => lie.startsWith(name)));
  const time = moved(seed).filter(({ name }) => name === "moved clocks, reads lag" || name.startsWith("lowered"));
  return [...seen, ...pairs(seed, 3), ...withFaults(seed, 3), ...time];
}

const seenToDouble: readonly LieName[] = [
  ...(["in-literal", "in-first", "filter-unknown-empty", "page-ignored", "sort-shuffled", "first-list-empty"] as const),
  ...([
    "last-page-zero",
    "no-meta",
    "total-too-large",
    "keys-nfc",
    "keys-cut",
    "keys-uppercased",
    "foreign-record",
  ] as const),
  ...(["cached-create", "crossed-answers", "success-false", "late-commit", "throttle-after"] as const),
  "export-active-only",
];

function drawPair(random: () => number): readonly LieName[] {
  for (;;) {
    const pair = [drawn(playable, random), drawn(playable, random)] as const;
    const isHidden = hidden.every((name) => pair.includes(name));
    if (pair[0] !== pair[1] && !isHidden) return pair;
  }
}

/** Together they hide cancelled orders from every read but the one by id. */
const hidden: readonly LieName[] = ["list-hides-archived", "export-active-only"];

function drawn<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("nothing to draw from");
  return item;
}
