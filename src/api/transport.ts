// The one way to the API. Every request passes the circuit, the wire, the limiter and the client in this order, and what its
// answer means for everybody happens here: pauses, the learned rate, the outage, the refused account.
import { certificateFault } from "../model/certificate-fault.ts";
import { ImportError } from "../model/error.ts";
import type { Lease } from "../model/ledger/lease.ts";
import { createAdaptiveRate } from "./adaptive-rate.ts";
import { rateKept } from "./answer-headers.ts";
import { type ApiRequest, createClient, heldBack } from "./client.ts";
import type { TransportEvent } from "./events.ts";
import { type Halt, Halted } from "./halt.ts";
import type { ApiOptions } from "./options.ts";
import { type Circuit, type CircuitChange, createCircuit } from "./outage.ts";
import { createRateLimiter, type Start, type Turn } from "./rate-limiter.ts";
import { classify, type Reads, type Reply } from "./reply.ts";
import { createWire, type Readiness } from "./wire.ts";

/** It did not leave: a pause outlasts the wait that was allowed, the circuit opened, the lease was not renewed in time, or the run is stopping. */
export interface Held {
  readonly kind: "held";
  readonly by: "pause" | "outage" | "lease" | "stop";
  readonly waitMs: number;
}

/** What a request is for: it decides whether an outage holds it, and what its answer teaches. */
export interface Purpose {
  /** `first`: the question before anything else. That it stays without an answer opens no circuit. */
  readonly purpose: "write" | "lookup" | "probe" | "first";
  /** Whose failure it would be: see outage.ts. */
  readonly subject: string;
  /** Of a write: the entry that it is for. */
  readonly entryId?: number;
  /** True when it was answered 429 before: its success says nothing about capacity. */
  readonly wasThrottled?: boolean;
}

/** The right to write down what has to be on disk before a request, and then to send it. Use it once, or cancel it. */
export interface SendTurn {
  /** Waits for a place on the wire and for the limiter. After `go` the request has to leave at once. */
  start(): Promise<Start>;
  cancel(): void;
}

/** The way to the API. Disposing it ends the probing and closes the connections. */
export interface Transport extends AsyncDisposable {
  readonly everAnswered: boolean;
  /** True while nothing but probes is sent. Failures during it are not the entry's. */
  readonly isDown: boolean;
  /** The server's clock by the `Date` of its last answer, ms since the epoch, to the second; undefined before one had any. */
  readonly serverNowMs: number | undefined;
  /** Waits until a request could start within half a second; write down what has to be, then use the turn. Throws `Halted`. */
  ready(): Promise<SendTurn>;
  /** One request. With a turn it is held rather than sent when a pause begins; without one it waits. */
  request<T>(request: ApiRequest, reads: Reads<T>, purpose: Purpose, turn?: SendTurn): Promise<Reply<T> | Held>;
  /** From now on nothing leaves unless the lease is sure. What it says of those before is waited out, and who comes next is told of pauses. */
  driveBy(lease: Lease): void;
}

/** With a turn, a request leaves within this time after it was asked for, or not at all. */
export const longestHoldMs = 1000;

/** The cheapest question with which the vendor's client checks an account (facts §1). */
export const probeRequest: ApiRequest = { method: "GET", path: "/warehouses?per_page=1" };
const longestGrownPauseMs = 4000;
/** A lease that is not sure is renewed or lost within this time, mostly. */
const untilSureMs = 500;

/** The part of the options that is about the way to the API. */
export type TransportOptions = Omit<ApiOptions, "random" | "stop">;

/** One per dispatch: its limiter, its circuit and its connections are the only ones. */
export function createTransport(options: TransportOptions, halt: Halt): Transport {
  const { api, limits, clock, onEvent } = options;
  const adaptive =
    limits.requestsPerSecond === "auto" ? createAdaptiveRate(limits.maxRequestsPerSecond, clock) : undefined;
  const fixedRate = limits.requestsPerSecond === "auto" ? limits.maxRequestsPerSecond : limits.requestsPerSecond;
  const limiter = createRateLimiter(adaptive?.requestsPerSecond ?? fixedRate, clock);
  // One more than the wire lets through: the probe of an outage must not queue behind what hangs.
  const client = (options.openClient ?? createClient)({
    ...api,
    mostInFlight: limits.concurrency + 1,
    timeoutMs: limits.timeoutMs,
  });
  const wire = createWire(limits.concurrency, clock, halt.signal);
  let lease: Lease | undefined;
  const mayLeave = (): boolean => lease?.isSure() !== false;
  let grownPauseMs = 0;
  /** What the API's own headers allow. */
  let allowedRate = Number.POSITIVE_INFINITY;
  const setRate = () => limiter.setRate(Math.min(adaptive?.requestsPerSecond ?? fixedRate, allowedRate));
  /** The server's clock less our monotonic one. */
  let serverOffsetMs: number | undefined;

  const circuit: Circuit = createCircuit({
    clock,
    signal: halt.signal,
    patienceMs: limits.outagePatienceMs,
    probe: async () => {
      const reply = await pass(probeRequest, (text) => text, { purpose: "probe", subject: "probe" });
      return reply.kind === "accepted" || reply.kind === "throttled" || reply.kind === "refused";
    },
    giveUp: (cause, waitedMs) => halt.now(outage(options, circuit.everAnswered, cause, waitedMs)),
    onChange: (change) => onEvent(circuitEvent(change, clock.nowMs())),
  });

  const pass = async <T>(
    request: ApiRequest,
    reads: Reads<T>,
    purpose: Purpose,
    turn?: SendTurn,
  ): Promise<Reply<T> | Held> => {
    const mayPass = () => purpose.purpose === "probe" || !circuit.isOpen;
    if (!mayPass()) {
      turn?.cancel();
      return { kind: "held", by: "outage", waitMs: 0 };
    }
    const started = await (turn?.start() ?? start(purpose));
    if (started === "aborted") return { kind: "held", by: "stop", waitMs: 0 };
    if (started === "late") return { kind: "held", by: "pause", waitMs: limiter.pausedMs };
    const leave = purpose.purpose === "probe" ? () => {} : wire.leave;
    let hasLeft = false;
    const left = (): void => {
      if (!hasLeft) limiter.left();
      hasLeft = true;
    };
    const stops = halt.signal.aborted; // since it was allowed to start
    if (stops || !mayPass()) {
      left();
      leave();
      return { kind: "held", by: stops ? "stop" : "outage", waitMs: 0 };
    }
    const startedMs = clock.monotonicMs();
    adaptive?.started(startedMs);
    const told = purpose.purpose === "first" ? "probe" : purpose.purpose;
    onEvent({ type: "request.started", purpose: told });
    const exchange = await client.exchange(request, options.abort, left, mayLeave); // at once: nothing is awaited before it
    left();
    leave();
    const durationMs = clock.monotonicMs() - startedMs;
    if (exchange.kind === "answer") {
      const serverMs = Date.parse(exchange.headers.date ?? "");
      if (!Number.isNaN(serverMs)) serverOffsetMs = serverMs - clock.monotonicMs();
      allowedRate = rateKept(exchange) ?? allowedRate;
      setRate();
      options.onAnswer?.({ status: exchange.status, headers: exchange.headers, atMs: clock.nowMs(), durationMs });
    }
    const reply = classify(exchange, reads, clock.nowMs());
    onEvent({
      type: "request",
      purpose: told,
      result: reply.kind,
      durationMs,
      requestsPerSecond: limiter.requestsPerSecond,
      ...(purpose.entryId === undefined ? {} : { entryId: purpose.entryId }),
      ...("status" in reply && reply.status !== undefined ? { status: reply.status } : {}),
    });
    if (exchange.kind === "broken" && exchange.code === heldBack)
      return { kind: "held", by: "lease", waitMs: untilSureMs };
    return learn(reply, purpose, startedMs);
  };

  /** Whenever it is possible. The probe of an outage has a connection of its own. */
  const start = async ({ purpose }: Purpose): Promise<Start> => {
    if (purpose === "probe") return limiter.acquire(halt.signal);
    const entry = await wire.enter();
    return entry === "go" ? onWire(limiter.acquire(halt.signal)) : entry;
  };

  const onWire = async (acquired: Promise<Start>): Promise<Start> => {
    const started = await acquired;
    if (started !== "go") wire.leave();
    return started;
  };

  const takeTurn = (place: Readiness, turn: Turn): SendTurn => ({
    async start() {
      const askedMs = clock.monotonicMs();
      const entry = await place.enter(longestHoldMs);
      if (entry === "go") return onWire(turn.acquire(halt.signal, longestHoldMs - (clock.monotonicMs() - askedMs)));
      turn.cancel();
      return entry;
    },
    cancel() {
      place.cancel();
      turn.cancel();
    },
  });

  const learn = <T>(reply: Reply<T>, purpose: Purpose, startedMs: number): Reply<T> => {
    const answered = () => {
      if (purpose.purpose === "first") circuit.answered("lookup");
      else if (purpose.purpose !== "probe") circuit.answered(purpose.purpose); // the circuit sees its own probes
    };
    const failed = (kind: "undelivered" | "unanswered", cause: string) => {
      if (purpose.purpose !== "first") circuit.failed(kind, purpose.purpose, purpose.subject, cause);
    };
    switch (reply.kind) {
      case "accepted":
        answered();
        grownPauseMs = 0;
        if (purpose.wasThrottled !== true) adaptive?.succeeded(startedMs);
        setRate();
        return reply;
      case "throttled":
        if (purpose.purpose !== "first") answered(); // whether it takes the token, it has not said
        return { ...reply, waitMs: throttle(reply.waitMs, startedMs) };
      case "refused":
        answered();
        if (reply.status === 401) halt.now(accountRefused(options, `HTTP 401, ${reply.refusal.message}`));
        return reply;
      case "unanswered":
        // 408, 425 and an unusable 2xx are answers of a living API; so is anything that was cut by us no failure of its.
        if (reply.status !== undefined && reply.status < 500) answered();
        else if (!options.abort.aborted) failed("unanswered", reply.cause);
        return reply;
      case "undelivered":
        failed("undelivered", reply.cause);
        return reply;
      default:
        return reply satisfies never;
    }
  };

  /** Pauses everybody and gives the pause. One of 0 is no answer to "when": it grows 1, 2, 4 s until something succeeds. */
  const throttle = (askedMs: number, startedMs: number): number => {
    if (askedMs <= 0 && limiter.pausedMs === 0) {
      grownPauseMs = Math.min(Math.max(1000, grownPauseMs * 2), longestGrownPauseMs);
    }
    const waitMs = askedMs > 0 ? askedMs : Math.max(limiter.pausedMs, grownPauseMs);
    limiter.pause(waitMs);
    lease?.pause(waitMs);
    adaptive?.throttled(startedMs, waitMs);
    setRate();
    onEvent({
      type: "throttled",
      waitMs,
      untilMs: clock.nowMs() + waitMs,
      requestsPerSecond: limiter.requestsPerSecond,
    });
    return waitMs;
  };

  return {
    get everAnswered() {
      return circuit.everAnswered;
    },
    get isDown() {
      return circuit.isOpen;
    },
    get serverNowMs() {
      return serverOffsetMs === undefined ? undefined : clock.monotonicMs() + serverOffsetMs;
    },
    async ready() {
      for (;;) {
        await circuit.closed();
        halt.check();
        const place = await wire.approach();
        if (place === undefined) throw new Halted();
        const turn = await limiter.approach(halt.signal);
        if (turn !== undefined && !circuit.isOpen) return takeTurn(place, turn);
        place.cancel();
        turn?.cancel();
        if (turn === undefined) throw new Halted();
      }
    },
    request: pass,
    driveBy(given) {
      lease = given;
      if (given.quietMs > 0) limiter.pause(given.quietMs);
    },
    async [Symbol.asyncDispose]() {
      await circuit[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
    },
  };
}

/** The end of a run whose credentials the API does not take; `said` has the status too. */
export function accountRefused({ api }: Pick<ApiOptions, "api">, said: string): ImportError {
  return new ImportError("ACCOUNT_REFUSED", `${shown(api.baseUrl)} (${api.baseUrlFrom}) refused the account: ${said}`, {
    hint: "check that the token is the account's own and still valid (/settings/api-tokens in the app); the same command continues",
  });
}

function outage({ api }: TransportOptions, everAnswered: boolean, code: string, waitedMs: number): ImportError {
  const seconds = Math.round(waitedMs / 1000);
  const certificate = certificateFault(code, api.baseUrlFrom);
  const cause = certificate === undefined ? code : `${certificate.what} (${code})`;
  const byItself = everAnswered
    ? "run the same command again when the API is back: it continues"
    : "check the address and the network, then run the same command again";
  return new ImportError(
    "OUTAGE",
    everAnswered
      ? `${shown(api.baseUrl)} (${api.baseUrlFrom}) stopped answering and did not come back within ${seconds} s: ${cause}`
      : `${shown(api.baseUrl)} (${api.baseUrlFrom}) cannot be reached (asked for ${seconds} s): ${cause}`,
    {
      hint: certificate === undefined ? byItself : `${certificate.hint} Then run the same command again: it continues.`,
    },
  );
}

/** The address without what may be secret in it. */
function shown(baseUrl: string): string {
  const url = new URL(baseUrl);
  return `${url.origin}${url.pathname}`.replace(/\/$/, "");
}

function circuitEvent(change: CircuitChange, nowMs: number): TransportEvent {
  switch (change.type) {
    case "opened": {
      const { cause, answered, nextProbeInMs, givesUpInMs } = change;
      const times = { nextProbeAtMs: nowMs + nextProbeInMs, givesUpAtMs: nowMs + givesUpInMs };
      return { type: "outage.opened", cause, answered, ...times };
    }
    case "probe": {
      const { answered, nextProbeInMs } = change;
      const next = nextProbeInMs === undefined ? {} : { nextProbeAtMs: nowMs + nextProbeInMs };
      return { type: "outage.probe", answered, ...next };
    }
    case "closed":
      return { type: "outage.closed", afterMs: change.afterMs };
    default:
      return change satisfies never;
  }
}
