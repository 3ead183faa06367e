// Tells people and programs how a run ended. It is told after the run, never holds it up, and no failure of it changes
// anything: all that comes of one is said in what this returns.
import type { NotifyAddress, NotifyCommand, NotifySettings, NotifyWhen } from "../job/notify-schema.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { ImportError } from "../model/error.ts";
import { version } from "../model/package.ts";
import type { HttpProxy } from "../model/proxy.ts";
import { createMask } from "../model/text/mask.ts";
import { type Environment, findAddress, notifySecrets, shownTarget, withoutSecrets } from "./destination.ts";
import { isIdle, type Notification, type NotifiedRun, notificationOf } from "./notification.ts";
import { type Delivery, post } from "./post.ts";
import { runCommand } from "./run-command.ts";

/** What telling takes of the outside. */
export interface NotifyOptions {
  /** Secrets and addresses that the settings name are found in it, and programs get it without secrets. */
  readonly env: Environment;
  /** The proxy for an address; none unless given. May throw `ImportError` for one that cannot be used. */
  readonly proxyFor?: (url: string) => HttpProxy | undefined;
  /** The machine's own unless said. */
  readonly clock?: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
  /** Gives up at once. */
  readonly signal?: AbortSignal;
  /** Shortens what the settings allow: for whoever is about to be stopped. */
  readonly mostMs?: number;
}

/** Who was told, and who was not. */
export interface NotifyEnd {
  /** In the order of the settings; those who want no word of such an end are left out. */
  readonly told: readonly NotifiedTarget[];
}

/** How telling one of them went. Holds no secret: of an address the host alone. */
export interface NotifiedTarget {
  /** `https://hooks.slack.com`, or the name of a program. */
  readonly to: string;
  readonly kind: "url" | "command";
  readonly delivered: boolean;
  readonly tries: number;
  /** Of the last answer. */
  readonly status?: number;
  /** Why it was not delivered: `HTTP 404`, `ECONNREFUSED`, `exit code 1`. */
  readonly why?: string;
  /** The beginning of what the receiver answered, or the end of what the program printed. */
  readonly said?: string;
  readonly durationMs: number;
}

/** Tells everybody who wants to know of such an end, all at once. Never rejects. */
export async function notify(settings: NotifySettings, told: NotifiedRun, options: NotifyOptions): Promise<NotifyEnd> {
  const { env } = options;
  const wanted = wantedBy(settings, told);
  const secrets = wanted.length === 0 ? [] : await notifySecrets(settings, env);
  const hide = (text: string): string => secrets.reduce((shown, secret) => createMask(secret)(shown), text);
  return { told: await Promise.all(wanted.map((target) => tell(target, settings, told, { ...options, hide }))) };
}

/** Those who want to know of such an end. */
export function wantedBy(settings: NotifySettings, told: NotifiedRun): NotifySettings {
  const kind: NotifyWhen | undefined = told.exitCode !== 0 ? "failure" : isIdle(told) ? undefined : "success";
  return settings.filter(({ on }) => on.includes("always") || (kind !== undefined && on.includes(kind)));
}

type TellOptions = NotifyOptions & { readonly hide: (text: string) => string };

async function tell(
  target: NotifyAddress | NotifyCommand,
  settings: NotifySettings,
  told: NotifiedRun,
  options: TellOptions,
): Promise<NotifiedTarget> {
  const { env, clock = systemClock, hide } = options;
  const startMs = clock.monotonicMs();
  const delivery = await deliver(target, settings, notificationOf(told, target), { ...options, clock }).catch(
    (error: unknown): Delivery => ({
      ok: false,
      tries: 0,
      why: error instanceof ImportError ? error.message : error instanceof Error ? error.name : "unknown",
    }),
  );
  return {
    to: shownTarget(target, env),
    kind: target.kind,
    delivered: delivery.ok,
    tries: delivery.tries,
    ...("status" in delivery && delivery.status !== undefined ? { status: delivery.status } : {}),
    ...(delivery.ok ? {} : { why: hide(delivery.why) }),
    ...(delivery.ok || delivery.said === undefined ? {} : { said: hide(delivery.said) }),
    durationMs: Math.round(clock.monotonicMs() - startMs),
  };
}

async function deliver(
  target: NotifyAddress | NotifyCommand,
  settings: NotifySettings,
  notification: Notification,
  { env, proxyFor, clock = systemClock, random = Math.random, signal = never, mostMs }: TellOptions,
): Promise<Delivery> {
  const body = JSON.stringify(notification);
  const timeoutMs = Math.min(target.timeoutMs, mostMs ?? target.timeoutMs);
  if (target.kind === "command") {
    const own = { ...withoutSecrets(env, settings), ...commandVariables(notification) };
    return runCommand(body, target.command, { clock, signal, timeoutMs, env: own, folder: target.folder });
  }
  const found = await findAddress(target, env);
  if (!found.ok) return { ok: false, tries: 0, why: found.why };
  const proxy = proxyFor?.(found.address.url.href);
  const userAgent = `luminous-import/${version}`;
  return post(body, found.address, { clock, random, signal, timeoutMs, userAgent, proxy });
}

const { signal: never } = new AbortController();

/** What a program gets beside the JSON; a script needs no more to send a message. */
export function commandVariables(notification: Notification): Readonly<Record<string, string>> {
  return {
    LUMINOUS_IMPORT_EVENT: notification.event,
    LUMINOUS_IMPORT_EXIT_CODE: String(notification.exit_code),
    LUMINOUS_IMPORT_COMMAND: notification.command,
    LUMINOUS_IMPORT_JOB: notification.job,
    LUMINOUS_IMPORT_RUN_ID: notification.run_id ?? "",
    LUMINOUS_IMPORT_FOLDER: notification.folder ?? "",
    LUMINOUS_IMPORT_TEXT: notification.text,
  };
}
