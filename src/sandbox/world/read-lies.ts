// Lies as they are asked for, read and told: which are on, with what number, and whether one is told this time.
import { ImportError } from "../../model/error.ts";
import { mulberry32 } from "./faults.ts";
import { type LieName, type LieText, lieNamed, lieNames } from "./lies.ts";

/** The lies of a running sandbox. */
export interface Lies {
  has(name: LieName): boolean;
  /** The number behind the name: as it was given, else the usual one. */
  amount(name: LieName): number;
  /** True when the lie is on and, where it has a probability, drawn this time. Counts it as told. */
  tells(name: LieName): boolean;
  /** The number behind the name when the lie is on and drawn; counts as `tells` does. */
  told(name: LieName): number | undefined;
  /** For what a lie draws beside its probability: an order, a moment. Repeatable by the seed. */
  readonly random: () => number;
  /** From now on every lie that is told request by request is not; clock and keys stay as they are. */
  stop(): void;
  /** How often each was told. A lie that is on and found nothing to be wrong about is missing. */
  counts(): Readonly<Partial<Record<LieName, number>>>;
}

interface Active {
  readonly amount: number;
  readonly odds: number;
  readonly random: () => number;
}

/** Reads them; equal seeds draw equally. Throws `ImportError("USAGE")` for an unknown name or a number that cannot be. */
export function readLies(texts: readonly LieText[], seed: number): Lies {
  const active = new Map<LieName, Active>();
  for (const text of texts) {
    const { name, amount, odds } = readLie(text);
    if (active.has(name)) throw new ImportError("USAGE", `the lie ${name} is given twice`);
    active.set(name, { amount, odds, random: mulberry32(seed * 977 + lieNames.indexOf(name)) });
  }
  const counts = new Map<LieName, number>();
  let isOver = false;
  const tells = (name: LieName): boolean => {
    const lie = active.get(name);
    if (isOver || lie === undefined || (lie.odds < 1 && lie.random() >= lie.odds)) return false;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return true;
  };
  const amount = (name: LieName): number => active.get(name)?.amount ?? 0;
  return {
    has: (name) => active.has(name),
    amount,
    tells,
    told: (name) => (tells(name) ? amount(name) : undefined),
    random: mulberry32(seed * 977 + 499),
    stop() {
      isOver = true;
    },
    counts: () => Object.fromEntries(counts),
  };
}

/** The same texts as lies. Throws as `readLies` does. */
export function checkedLies(texts: readonly string[]): readonly LieText[] {
  for (const text of texts) readLie(text);
  return texts as readonly LieText[];
}

function readLie(text: string): { readonly name: LieName; readonly amount: number; readonly odds: number } {
  const [, name = "", value, probability] = /^([^=@]*)(?:=([^@]*))?(?:@(.*))?$/.exec(text) ?? [];
  if (!isLieName(name)) {
    throw new ImportError("USAGE", `unknown lie "${name}"`, { hint: "sandbox --help lists the lies" });
  }
  const { takes, single } = lieNamed(name);
  if (takes === undefined && value !== undefined) {
    throw new ImportError("USAGE", `the lie ${name} takes no number, not "${value}"`);
  }
  if (single === undefined && probability !== undefined) {
    throw new ImportError("USAGE", `the lie ${name} takes no "@${probability}"`, {
      hint: takes === "share" ? `write ${name}=${probability}` : "it is told all the time",
    });
  }
  const isShare = takes === "share";
  const usual = typeof takes === "object" ? takes.usual : 1;
  const amount = value === undefined ? usual : numberOf(name, value.replace(/(?<=\d)(?:ms|s)$/, ""));
  const odds = isShare ? amount : probability === undefined ? 1 : numberOf(name, probability);
  if (!(odds >= 0 && odds <= 1)) {
    throw new ImportError("USAGE", `the probability of ${name} must be between 0 and 1, not ${odds}`);
  }
  const isBelow = typeof takes === "object" && takes.unit !== "seconds" && amount < (takes.unit === "count" ? 1 : 0);
  const isBroken = typeof takes === "object" && takes.unit === "count" && !Number.isInteger(amount);
  if (isBelow || isBroken) {
    throw new ImportError("USAGE", `the number of ${name} cannot be ${amount}`, {
      hint: `for example ${name}=${usual}`,
    });
  }
  return { name, amount, odds };
}

function numberOf(name: LieName, text: string): number {
  if (!/^[+-]?(?:\d+(?:\.\d+)?|\.\d+)$/.test(text)) {
    throw new ImportError("USAGE", `the lie ${name} takes a number, not "${text}"`, {
      hint: "sandbox --help lists the lies and their numbers",
    });
  }
  return Number(text);
}

function isLieName(text: string): text is LieName {
  return (lieNames as readonly string[]).includes(text);
}
