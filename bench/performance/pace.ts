// How well a rate is kept, by the receiver's clock: the share of it that is used, and the most requests in any rolling second. And
// what `auto` makes of a limit that falls and rises again.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeJob, writeProducts } from "../data/files.ts";
import type { Arrived, LimitStep } from "../receiver/messages.ts";
import { type Bench, callProgram, type Setting } from "./bench.ts";
import { atLeast, atMost, figureOf } from "./figure.ts";

const latencyMs = 20;

/** Rates that are said, each a bench of its own. */
export const rates: readonly Bench[] = [20, 100, 500].map((rate) => ({
  figures: [`rate-${rate}`, `rate-${rate}-most`],
  async measure(setting) {
    const [seconds, repetitions] = setting.length === "quick" ? [4, 1] : [10, setting.repetitions];
    const rows = rate * seconds + 1;
    const shares: number[] = [];
    const most: number[] = [];
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const { arrivalsMs } = await paced(setting, rows, { requests_per_second: rate, concurrency: 32 });
      const span = ((arrivalsMs.at(-1) ?? 0) - (arrivalsMs[0] ?? 0)) / 1000;
      shares.push((arrivalsMs.length - 1) / span / rate);
      most.push(mostInASecond(arrivalsMs));
    }
    return [
      figureOf({ name: `rate-${rate}`, title: `${rate} requests/s: share used`, goal: atLeast(0.99) }, shares),
      figureOf(
        {
          name: `rate-${rate}-most`,
          title: `${rate} requests/s: most in a rolling second`,
          goal: atMost(rate + 1),
          note: "one may still be under way when its second begins",
        },
        most,
      ),
    ];
  },
}));

/** A limit as an account may have it on a bad day: generous, then hardly any, then generous again. */
const steps: readonly LimitStep[] = [
  { fromSeconds: 0, perSecond: 50 },
  { fromSeconds: 60, perSecond: 10 },
  { fromSeconds: 90, perSecond: 50 },
];
const endSeconds = 180;
const back = 44;

/** The rate that is learned. */
export const auto: Bench = {
  figures: ["auto-delivered", "auto-refused", "auto-back"],
  takesLong: true,
  async measure(setting) {
    const limits = { requests_per_second: "auto", max_requests_per_second: 60, concurrency: 32 };
    const delivered: number[] = [];
    const refused: number[] = [];
    const backSeconds: number[] = [];
    for (let repetition = 0; repetition < (setting.length === "long" ? setting.repetitions : 1); repetition++) {
      const arrived = await paced(setting, 60 * endSeconds, limits, endSeconds);
      const found = followed(arrived);
      delivered.push(found.delivered);
      refused.push(found.refused);
      backSeconds.push(found.backSeconds);
    }
    const title = "`auto` under a limit that steps 50 → 10 → 50 by 429";
    return [
      figureOf(
        { name: "auto-delivered", title: `${title}: delivered of what is there`, goal: atLeast(0.9) },
        delivered,
      ),
      figureOf({ name: "auto-refused", title: "the same: share of 429", goal: atMost(0.02) }, refused),
      figureOf(
        { name: "auto-back", title: `the same: back at ${back}/s after the rise`, unit: "s", goal: atMost(30) },
        backSeconds,
      ),
    ];
  },
};

/** How well the steps were followed. */
function followed({ arrivalsMs, statuses }: Arrived) {
  const first = arrivalsMs[0] ?? 0;
  const answered = [...arrivalsMs].map((atMs, index) => ({
    seconds: (atMs - first) / 1000,
    isAccepted: statuses[index] === 201,
  }));
  const during = answered.filter(({ seconds }) => seconds < endSeconds);
  const accepted = during.filter(({ isAccepted }) => isAccepted).map(({ seconds }) => seconds);
  return {
    delivered: accepted.length / available(steps, endSeconds),
    refused: 1 - accepted.length / during.length,
    backSeconds: secondsUntil(accepted, steps.at(-1)?.fromSeconds ?? 0, back) ?? endSeconds,
  };
}

/** Runs products through, and ends the run after so many seconds of sending where they are said. */
async function paced(
  setting: Setting,
  rows: number,
  limits: Readonly<Record<string, number | string>>,
  untilSeconds?: number,
): Promise<Arrived> {
  const { folder, receiver } = setting;
  await writeProducts(join(folder, "paced.csv"), { rows });
  const job = await writeJob(folder, "paced.csv", "products", limits);
  const state = join(folder, "paced-state");
  await rm(state, { recursive: true, force: true });
  await receiver.reset(untilSeconds === undefined ? { latencyMs } : { latencyMs, limits: steps });
  let timer: NodeJS.Timeout | undefined;
  await callProgram(setting, ["run", job, "--state", state], {
    exitCodes: untilSeconds === undefined ? [0] : [null],
    onStart: (child) => {
      if (untilSeconds === undefined) return;
      const end = () => child.kill("SIGKILL");
      // Counted from the first request, which comes after staging.
      const look = async () => {
        if ((await receiver.arrived()).arrivalsMs.length > 0) timer = setTimeout(end, untilSeconds * 1000 + 500);
        else timer = setTimeout(look, 250);
      };
      timer = setTimeout(look, 250);
      child.once("close", () => clearTimeout(timer));
    },
  });
  return receiver.arrived();
}

/** The most moments that any window of a second holds. */
export function mostInASecond(arrivalsMs: ArrayLike<number>): number {
  let most = 0;
  let first = 0;
  for (let last = 0; last < arrivalsMs.length; last++) {
    while ((arrivalsMs[last] ?? 0) - (arrivalsMs[first] ?? 0) >= 1000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** How many requests a limit that steps lets through until `endSeconds`. */
export function available(limits: readonly LimitStep[], endSeconds: number): number {
  return limits.reduce((sum, { fromSeconds, perSecond }, index) => {
    const until = Math.min(endSeconds, limits[index + 1]?.fromSeconds ?? endSeconds);
    return sum + Math.max(0, until - fromSeconds) * perSecond;
  }, 0);
}

/**
 * How long after `fromSeconds` the rate is there again: the end of the first three seconds that hold three times `perSecond` moments, so that
 * a hiccup of the receiver is not taken for a rate. Undefined when there are none.
 */
export function secondsUntil(moments: readonly number[], fromSeconds: number, perSecond: number): number | undefined {
  const since = moments.filter((seconds) => seconds >= fromSeconds);
  const wanted = 3 * perSecond;
  const reached = since.find((seconds, at) => at >= wanted - 1 && seconds - (since[at - wanted + 1] ?? 0) <= 3);
  return reached === undefined ? undefined : reached - fromSeconds;
}
