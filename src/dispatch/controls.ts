// Controls: records that are known to be there. An answer proves the absence of other keys only when it shows a control,
// so that a server that answers with nothing, or with too little, is not believed.
//
//   known from earlier runs, else the first page of the list ──▶ some
//   no row in the list, twice, a read lag apart, nor in the export ──▶ empty ──the first record is accepted──▶ some
//   neither ──▶ unknown: nothing can be proven
import { ownKeyOf } from "../api/answers.ts";
import type { Asked } from "../api/ask.ts";
import { readExport } from "../api/export.ts";
import { fitsIn } from "../api/questions.ts";
import { parseJson } from "../api/reply.ts";
import { type Asker, type ListPage, pagePath, readListPage } from "../api/whole-list.ts";
import type { Clock } from "../model/clock.ts";
import type { AccountMemory, Control } from "../model/ledger/account-memory.ts";
import type { Referable, ReferableName, RemoteRecord } from "../model/resource.ts";
import { recordOf } from "../model/resources/record-fields.ts";
import { referables } from "../model/resources/resources.ts";

type UnknownSet = Extract<ControlSet, { kind: "unknown" }>;

/** What there is to prove an absence with. */
export type ControlSet =
  | { readonly kind: "some"; readonly controls: readonly [KnownControl, ...KnownControl[]] }
  /** Proven: the account has no record of the resource. */
  | { readonly kind: "empty" }
  /** `status`: list and export are both refused, so that nothing can be asked. */
  | {
      readonly kind: "unknown";
      readonly cause: string;
      readonly status: number | undefined;
      readonly isSilent: boolean;
    };

/** A control, and when this process made it (by the monotonic clock): reads may not show it yet. */
export interface KnownControl extends Control {
  readonly madeAtMs?: number;
}

/** The controls of an account, one set per resource. */
export interface Controls {
  /** Asks the account when nothing is known yet; all who wait share the questions. */
  of(resource: ReferableName): Promise<ControlSet>;
  /** Asks the account again, where there was nothing before. */
  askAgain(resource: ReferableName): Promise<ControlSet>;
  /** Whether it is still there, read by its id. One that is gone is never used again. */
  check(resource: ReferableName, control: KnownControl): Promise<"there" | "gone" | "unknown">;
  /** A record that was accepted just now. */
  made(resource: ReferableName, control: Control): Promise<void>;
  /** The newest record that this process made and that reads must show by now; undefined where there is none. */
  newest(resource: ReferableName): { readonly control: KnownControl; readonly serverAtMs: number } | undefined;
  /** The first page of the unfiltered list, read once per run: its rows and the total it claims. */
  firstPage(resource: ReferableName): Promise<Asked<ListPage>>;
}

/** What the controls need of the dispatch that they serve. */
export interface ControlsOptions {
  readonly memory: AccountMemory;
  readonly asker: Asker;
  readonly clock: Clock;
  readonly readLagMs: number;
  /** The server's clock by its last answers, ms since the epoch; undefined before the first. */
  readonly serverNowMs: () => number | undefined;
  readonly signal: AbortSignal;
}

/** At most so many are kept: one that is gone needs a successor. */
const mostKept = 4;
const longestControlKey = 60;

/** No questions are asked before somebody needs an answer. */
export function createControls(options: ControlsOptions): Controls {
  const { memory, asker, clock, readLagMs, serverNowMs, signal } = options;
  const sets = new Map<ReferableName, Promise<ControlSet>>();
  const firstPages = new Map<ReferableName, Promise<Asked<ListPage>>>();
  const madeHere = new Map<ReferableName, { readonly control: KnownControl; readonly serverAtMs: number }[]>();

  const listPage = (resource: Referable): Promise<Asked<ListPage>> =>
    asker({ method: "GET", path: pagePath(resource.list.path, "", 1) }, readListPage);

  const firstPage = (name: ReferableName): Promise<Asked<ListPage>> => {
    const known = firstPages.get(name) ?? listPage(referables[name]);
    firstPages.set(name, known);
    return known;
  };

  const load = async (name: ReferableName): Promise<ControlSet> => {
    const kept = await memory.controls(name);
    return some(kept) ?? discover(referables[name]);
  };

  const discover = async (resource: Referable): Promise<ControlSet> => {
    const first = await firstPage(resource.name);
    const found = pickFrom(resource, first);
    if (found !== undefined) return keep(resource.name, found);
    if (first.kind === "answer") {
      await clock.sleep(readLagMs, signal);
      const second = pickFrom(resource, await listPage(resource));
      if (second !== undefined) return keep(resource.name, second);
    }
    return askExport(resource, first);
  };

  /** What the list did not show, the export may; an account is empty only when both say so. */
  const askExport = async (resource: Referable, first: Asked<ListPage>): Promise<ControlSet> => {
    const { exportPath } = resource.list;
    if (exportPath === undefined) return first.kind === "answer" ? { kind: "empty" } : unknown(first, "list");
    let found: readonly Control[] | undefined;
    let isEmpty = true;
    const end = await readExport(asker, exportPath, 0, async (rows) => {
      found = pick(resource, rows);
      isEmpty &&= rows.length === 0;
      return rows.length === 0;
    });
    if (found !== undefined && found.length > 0) return keep(resource.name, found);
    if (first.kind !== "answer" && end.kind === first.kind) return unknown(first, "list");
    if (first.kind !== "answer") return { ...unknown(first, "list"), status: undefined };
    if (end.kind === "whole" && isEmpty) return { kind: "empty" };
    if (end.kind === "silent") return { ...unknown(end, "export"), status: undefined };
    if (end.kind === "refused") {
      const cause = `its list is empty, and its export, which would have to agree, is refused (HTTP ${end.status}, ${end.refusal.message}); once one ${resource.singular} has been made in the app, the list alone is enough`;
      return { kind: "unknown", cause, status: undefined, isSilent: false };
    }
    return {
      kind: "unknown",
      cause: `its export shows no ${resource.keyPath} that can be read`,
      status: undefined,
      isSilent: false,
    };
  };

  const keep = async (name: ReferableName, controls: readonly Control[]): Promise<ControlSet> => {
    const kept = controls.slice(0, mostKept);
    await memory.keepControls(name, kept, clock.nowMs());
    return some(kept) ?? { kind: "empty" };
  };

  const of = async (name: ReferableName): Promise<ControlSet> => {
    const known = sets.get(name) ?? load(name);
    sets.set(name, known);
    const set = await known;
    // Somebody may have made the first record, or dropped the last control, meanwhile.
    const now = sets.get(name);
    return now === undefined || now === known ? set : of(name);
  };

  return {
    of,
    async askAgain(name) {
      firstPages.delete(name);
      const asked = discover(referables[name]);
      const known = await sets.get(name);
      if (known?.kind !== "some") sets.set(name, asked);
      return of(name);
    },
    async check(name, control) {
      const { list, remoteRecord } = referables[name];
      const path = `${list.path}/${encodeURIComponent(control.remoteId)}`;
      const asked = await asker({ method: "GET", path }, (text) => recordOf(parseJson(text)));
      if (asked.kind === "silent" || (asked.kind === "refused" && ![404, 410].includes(asked.status))) return "unknown";
      const record = asked.kind === "answer" ? remoteRecord(asked.value) : undefined;
      if (record !== undefined && ownKeyOf(record) === control.key) return "there";
      const set = await sets.get(name);
      if (set?.kind === "some") {
        const left = set.controls.filter(({ key }) => key !== control.key);
        await memory.keepControls(name, left, clock.nowMs());
        firstPages.delete(name);
        sets.delete(name);
        const others = some(left);
        if (others !== undefined) sets.set(name, Promise.resolve(others));
      }
      return "gone";
    },
    async made(name, control) {
      const serverAtMs = serverNowMs() ?? clock.nowMs();
      const fresh: KnownControl = { ...control, madeAtMs: clock.monotonicMs() };
      const before = madeHere.get(name) ?? [];
      madeHere.set(name, [...before.slice(-(mostKept - 1)), { control: fresh, serverAtMs }]);
      const set = await sets.get(name);
      if (!isUsable(control.key) || set === undefined || set.kind === "unknown") return;
      const controls = set.kind === "some" ? set.controls : [];
      if (controls.length >= 2) return;
      const more = some([...controls.filter(({ key }) => key !== control.key), fresh]);
      if (more === undefined) return;
      sets.set(name, Promise.resolve(more));
      await memory.keepControls(name, more.kind === "some" ? more.controls : [], clock.nowMs());
    },
    newest(name) {
      const visible = (madeHere.get(name) ?? []).filter(
        ({ control }) => clock.monotonicMs() - (control.madeAtMs ?? 0) >= readLagMs,
      );
      return visible.at(-1);
    },
    firstPage,
  };
}

function some(controls: readonly KnownControl[]): ControlSet | undefined {
  const [first, ...others] = controls;
  return first === undefined ? undefined : { kind: "some", controls: [first, ...others] };
}

function unknown(end: Exclude<Asked<never>, { kind: "answer" }>, what: string): UnknownSet {
  if (end.kind === "silent") return { kind: "unknown", cause: end.cause, status: undefined, isSilent: true };
  const cause = `its ${what} is refused: HTTP ${end.status}, ${end.refusal.message}`;
  return { kind: "unknown", cause, status: end.status, isSilent: false };
}

function pickFrom(resource: Referable, page: Asked<ListPage>): readonly Control[] | undefined {
  const picked = page.kind === "answer" ? pick(resource, page.value.rows) : [];
  return picked.length === 0 ? undefined : picked;
}

/** The first and the last suitable records of a page, and one or two from between: they may differ in age. */
function pick(resource: Referable, rows: readonly unknown[]): readonly Control[] {
  const controls = rows.flatMap((row): readonly Control[] => {
    const record: RemoteRecord | undefined = resource.remoteRecord(row);
    const key = record === undefined ? undefined : ownKeyOf(record);
    return record === undefined || key === undefined ? [] : [{ key, remoteId: record.remoteId }];
  });
  const usable = controls.filter(({ key }) => isUsable(key));
  const among = usable.length > 0 ? usable : controls;
  const places = [0, among.length - 1, Math.floor(among.length / 2), Math.floor(among.length / 4)];
  return [...new Set(places)].flatMap((place) => among[place] ?? []);
}

/** Plain and short: a key that servers and addresses leave as it is. */
function isUsable(key: string): boolean {
  return key.length <= longestControlKey && fitsIn(key) && /^[\x21-\x7e]+$/.test(key);
}
