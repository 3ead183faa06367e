// What the headers of an answer tell of clocks and limits. Nothing of it is documented (facts §2): what is not there is
// no fault, and what is there is taken as far as it can be understood.
import { type Finding, ok, problem, warning } from "../model/finding.ts";
import type { ClockFact, RateFact } from "../model/ledger/account-facts.ts";
import type { AnswerSeen } from "./answer-seen.ts";

const tolerableSkewMs = 30_000;
/** Looking a send up in an export starts 26 hours before it (by our clock): with more than a day between the clocks that is too late. */
const fatalSkewMs = 24 * 3_600_000;

/** How far our clock is ahead of the server's `Date`, which has whole seconds, in ms; undefined where an answer has none. */
export function skewOf({ headers, atMs, durationMs }: AnswerSeen): number | undefined {
  const serverMs = Date.parse(headers.date ?? "");
  return Number.isNaN(serverMs) ? undefined : Math.round(atMs - durationMs / 2 - (serverMs + 500));
}

/** Our clock against the server's. */
export function judgeClock(answer: AnswerSeen): Finding {
  const skewMs = skewOf(answer);
  if (skewMs === undefined) return ok("clock", "the API does not say what time it has");
  const { atMs } = answer;
  const serverMs = atMs - skewMs;
  if (Math.abs(skewMs) <= tolerableSkewMs) return ok("clock", "agrees with the API's");
  const said = `this machine's clock is ${spanText(Math.abs(skewMs))} ${skewMs > 0 ? "ahead of" : "behind"} the API's (here ${iso(atMs)}, there ${iso(serverMs)})`;
  const hint = "Set this machine's clock; until then every time in results and logs is off by that much";
  return Math.abs(skewMs) > fatalSkewMs
    ? problem("clock", said, `${hint}, and a lookup of what was just sent could miss it: do not run before.`)
    : warning("clock", said, `${hint}.`);
}

/**
 * This machine's clock against the API's, then and now: a change means that one of them was set meanwhile. The usual
 * correction of a few seconds is none.
 */
export function judgeClockSet(then: ClockFact & { readonly atMs: number }, nowAheadMs: number): Finding {
  const setMs = nowAheadMs - then.aheadMs;
  if (Math.abs(setMs) <= tolerableSkewMs) return ok("clock", "runs as before");
  return warning(
    "clock",
    `this machine's clock was set ${spanText(Math.abs(setMs))} ${setMs > 0 ? "forward" : "back"} against the API's since ${iso(then.atMs)}`,
    "Nothing that is sent depends on it: waits go by a clock that cannot be set. Times in results and logs from before and after do not compare.",
  );
}

/** What the job wants to send in a second against what the API's headers allow; the window is a minute where they do not say. */
export function judgeRate({ headers }: Pick<AnswerSeen, "headers">, wanted: number | "auto"): Finding {
  const stated = statedLimit(headers);
  const wantedText = wanted === "auto" ? "auto" : `${wanted} a second`;
  if (stated === undefined)
    return ok(
      "rate",
      `the API's headers tell no limit; the job asks for ${wantedText}, and a 429 would pause the whole run`,
    );
  const { requests, windowSeconds, header } = stated;
  const perSecond = requests / (windowSeconds ?? assumedWindowSeconds);
  const window =
    windowSeconds === undefined
      ? `${requests} a minute, if it is a minute as in Laravel`
      : `${requests} in ${windowSeconds} s`;
  const said = `${header} allows ${rateText(perSecond)} requests a second (${window})`;
  if (wanted === "auto") return ok("rate", `${said}; the job finds its rate itself`);
  const kept = rateKept({ headers });
  if (wanted <= Math.min(kept ?? perSecond, perSecond)) return ok("rate", `${said}; the job asks for ${wantedText}`);
  if (kept !== undefined && kept <= perSecond)
    return warning(
      "rate",
      `${said}, and the job asks for ${wantedText}`,
      `A run keeps to ${Math.round(keptShare * 100)} % of that, ${rateText(kept)} a second, so it is slower than the job says: at the very limit, a request too many now and then would cost a pause.`,
    );
  return warning(
    "rate",
    `${said}, and the job asks for ${wantedText}`,
    `Write limits: { requests_per_second: ${rateText(perSecond)} } or auto in the job. Above the limit the API answers 429 and the run pauses; nothing is lost by that.`,
  );
}

/** Laravel's own throttle counts per minute (facts §2, inferred). */
const assumedWindowSeconds = 60;

/** The limit that the headers tell, to be remembered; undefined where they tell none. */
export function rateTold({ headers }: Pick<AnswerSeen, "headers">): RateFact | undefined {
  const stated = statedLimit(headers);
  if (stated === undefined) return undefined;
  const { requests, windowSeconds = assumedWindowSeconds, header } = stated;
  return { header, requestsPerSecond: requests / windowSeconds };
}

/**
 * The rate to which requests are kept whatever the job asks for, a second: the strictest policy that names its window, if that is
 * a minute or less. A limit without a window is a guess, and a quota of a day is no pace.
 */
export function rateKept({ headers }: Pick<AnswerSeen, "headers">): number | undefined {
  const [strictest] = statedPolicies(headers).filter(({ windowSeconds }) => windowSeconds <= longestKeptWindowSeconds);
  return strictest === undefined ? undefined : keptShare * (strictest.requests / strictest.windowSeconds);
}

const longestKeptWindowSeconds = 60;
/** A server's windows begin when they like: at the very limit, one request arrives too many now and then and costs a pause. */
const keptShare = 0.9;

interface StatedLimit {
  readonly requests: number;
  readonly windowSeconds: number | undefined;
  readonly header: string;
}

/** `RateLimit-Policy: 100;w=60` and `"default";q=100;w=60` (IETF drafts), else `RateLimit-Limit` or `X-RateLimit-Limit`. */
function statedLimit(headers: AnswerSeen["headers"]): StatedLimit | undefined {
  const [strictest] = statedPolicies(headers);
  if (strictest !== undefined) return strictest;
  for (const header of ["RateLimit-Limit", "X-RateLimit-Limit"]) {
    const requests = Number(/^\s*(\d+)/.exec(headers[header.toLowerCase()] ?? "")?.[1]);
    if (requests > 0) return { requests, windowSeconds: undefined, header };
  }
  return undefined;
}

/** The strictest first. */
function statedPolicies(headers: AnswerSeen["headers"]) {
  const policies = (headers["ratelimit-policy"] ?? "").split(",").flatMap((policy) => {
    const requests = Number(/(?:^|;)\s*q=(\d+)/.exec(policy)?.[1] ?? /^\s*(\d+)/.exec(policy)?.[1]);
    const windowSeconds = Number(/;\s*w=(\d+(?:\.\d+)?)/.exec(policy)?.[1]);
    return requests > 0 && windowSeconds > 0 ? [{ requests, windowSeconds, header: "RateLimit-Policy" }] : [];
  });
  return policies.toSorted((a, b) => a.requests / a.windowSeconds - b.requests / b.windowSeconds);
}

/** Never more than there is: rounding up would be a 429. */
function rateText(perSecond: number): string {
  const factor = perSecond >= 1 ? 10 : 1000;
  return String(Math.floor(perSecond * factor) / factor);
}

function spanText(spanMs: number): string {
  const minutes = Math.round(spanMs / 60_000);
  if (minutes < 2) return `${Math.round(spanMs / 1000)} s`;
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
