// The ledger as dispatch sees it: what is open, what is known, what was sent.
import type { JsonObject } from "../json.ts";
import type { Outcome } from "../outcome.ts";
import type { Problem } from "../problem.ts";
import type { Phase, ReferableName, RemoteKey, ResourceName } from "../resource.ts";
import type { EntryEnd, NewSend, OpenSend, Plan, QueuedEntry, SendEnd } from "./entry.ts";

/** An open entry whose key an earlier run (or an earlier phase) had accepted. */
export interface KnownEntry {
  readonly entry: QueuedEntry;
  readonly remoteId: string;
  /** Its own creation went through but not the update that belonged to it. */
  readonly partial: boolean;
  /** It is known which rows made what was accepted. */
  readonly areRowsKnown: boolean;
}

/** What made the content that was accepted, as far as it is known. */
export interface MadeBy {
  /** The version of the program. */
  readonly program: string | undefined;
  readonly isMappingKnown: boolean;
}

/** A reference that nothing known satisfies, or one to fill that several records satisfy. */
export interface OpenReference {
  readonly path: string;
  readonly resource: ReferableName;
  readonly key: string;
  readonly fill: boolean;
  /** The remote ids, when several records have this key and one would have to be chosen. */
  readonly several?: readonly string[];
  /** What the run itself has under this key: nothing, an entry that did not make it, or one still open. */
  readonly inRun:
    | { readonly state: "absent" }
    | {
        readonly state: "failed" | "open";
        readonly outcome: Outcome | undefined;
        readonly line: number;
        readonly file: string;
      };
}

/** Top-level payload fields to count open entries by. */
export interface OpenFields {
  /** A field that holds an id or has a reference to fill: `channel_id`. */
  readonly target: string;
  /** A field with one of a few words: `order_status`. */
  readonly says: string;
  /** A field with a day, YYYY-MM-DD, and the day before which an entry counts as `earlier`. */
  readonly day: string;
  readonly before: string;
}

/** So many open entries point at the same and say the same. */
export interface OpenCount {
  /** The key that the reference names; undefined where the payload has the value itself. */
  readonly targetKey: string | undefined;
  readonly targetValue: string | undefined;
  readonly says: string;
  readonly entries: number;
  readonly earlier: number;
}

/** Of the open entries of a resource: how many lack what creation requires, and what. */
export interface CreationNeeds {
  readonly resource: ResourceName;
  readonly entries: number;
  readonly lacking: number;
  /** What is missing most often first; only so many. An entry may lack several things. */
  readonly needs: readonly {
    readonly entries: number;
    /** As the first of these entries has it, with its cell. */
    readonly first: Problem;
  }[];
}

/** What a pilot is: the first entries of the last phase that has any, with everything of the run that they need. */
export interface PilotChoice {
  /** In the order in which they are sent. Of a phase from which nothing chosen needs anything, the first are taken too. */
  readonly phases: readonly Phase[];
  /** How many are taken first; what they need comes on top. */
  readonly limit: number;
  /** Whose records cannot be changed: an entry with other content than was accepted before will not be sent. */
  readonly unchangeable: readonly ResourceName[];
}

/** So many chosen entries of a phase ended in the same way. */
export interface PilotCount {
  readonly phase: Phase;
  /** Whether they are the first of their phase, or are there because others need them. */
  readonly taken: "first" | "needed";
  readonly outcome: Outcome | undefined;
  readonly entries: number;
}

/** Dispatch's view: what is open, what is known, what was sent. The only way to change the state of an entry after staging. */
export interface Queue {
  /**
   * Chooses what a pilot sends, and settles all other open entries pending, or in_doubt where a send is open. What is known
   * to end without being sent does not count; where it stands before the last that counts, it stays open.
   */
  choosePilot(run: number, choice: PilotChoice): Promise<void>;
  /** Settles open entries of the phase that the pilot did not choose and whose references are satisfied, as `choosePilot` does. Gives how many. */
  settleBeyondPilot(run: number, phase: Phase): Promise<number>;
  /** The chosen entries by phase and outcome, open ones under undefined. Known to this opening of the ledger only; empty when no pilot was chosen. */
  pilot(run: number): Promise<readonly PilotCount[]>;
  /** Open entries with the hash under which their key was accepted before become `unchanged`. Gives how many. */
  settleUnchanged(run: number, phase: Phase): Promise<number>;
  /**
   * Open entries whose key was accepted before with other content that the very same rows made, under the same mapping but
   * another version of the program, become `unchanged`, with what `note` says of it; what Luminous has stays remembered.
   * With `orUnknown` also where the mapping was not kept with what was accepted. Gives how many.
   */
  settleRemade(
    run: number,
    phase: Phase,
    options: { readonly orUnknown: boolean; readonly note: (made: MadeBy) => Problem },
  ): Promise<number>;
  /** Open entries without a plan whose key was accepted before, in batches by position. */
  known(run: number, phase: Phase): AsyncIterable<readonly KnownEntry[]>;
  /**
   * What was last accepted under the entry's key, in the fields that Luminous may change by itself (`changedByServer`). A
   * field that is missing was not said, or it is not known what was.
   */
  lastSaid(entryId: number): Promise<JsonObject>;
  /** Open entries without a plan, in batches of at most `size` by position; each is given once per call. */
  unplanned(run: number, phase: Phase, size: number): AsyncIterable<readonly QueuedEntry[]>;
  /** Open entries of the phase, counted by what one field points at and by what another says. */
  openBy(run: number, phase: Phase, fields: OpenFields): Promise<readonly OpenCount[]>;
  /** What open entries lack in case they have to be created, by resource in input order; resources that lack nothing are not there. */
  creationNeeds(run: number): Promise<readonly CreationNeeds[]>;
  /** Keys of open entries of the phase whose field says one of these and whose day is before another, by position, at most `limit`. */
  openBefore(
    run: number,
    phase: Phase,
    fields: Pick<OpenFields, "says" | "day" | "before"> & { readonly among: readonly string[] },
    limit: number,
  ): Promise<readonly string[]>;
  plan(plans: readonly { readonly entryId: number; readonly plan: Plan }[]): Promise<void>;
  /** Remembers remote records for the run: what lookups and export passes saw. */
  remember(
    run: number,
    resource: ReferableName,
    records: readonly { readonly remoteId: string; readonly keys: readonly RemoteKey[] }[],
  ): Promise<void>;
  /** What the run remembers for these keys. What earlier runs had accepted is not among it: it may be gone. */
  recall(
    run: number,
    resource: ReferableName,
    keys: readonly string[],
  ): Promise<readonly { readonly key: string; readonly role: RemoteKey["role"]; readonly remoteId: string }[]>;
  /** Distinct keys that open entries of the phase refer to and that are neither remembered, nor accepted before, nor made by this run; in batches of one resource. */
  unknownReferences(
    run: number,
    phase: Phase,
    size: number,
  ): AsyncIterable<{ readonly resource: ReferableName; readonly keys: readonly string[] }>;
  /** Open entries of the phase with references that are still not satisfied, or that several records satisfy where one id is to be filled in. */
  openReferences(
    run: number,
    phase: Phase,
  ): AsyncIterable<readonly { readonly entry: QueuedEntry; readonly references: readonly OpenReference[] }[]>;
  /** Remote ids for the entry's `fill` references, by payload path. All must be satisfied. */
  fills(entryId: number): Promise<Readonly<Record<string, string>>>;

  /**
   * The next planned (or doubtful) entries by position whose *not before* has passed, at most `count`. They are leased to this
   * opening of the ledger: they come again only after `postpone`, or to an opening after this one.
   */
  take(run: number, phase: Phase, nowMs: number, count: number): Promise<readonly QueuedEntry[]>;
  /** The earliest *not before* of all, or undefined when none waits. */
  nextDueMs(run: number, phase: Phase): Promise<number | undefined>;
  /** Gives an entry back, to be taken again at `notBeforeMs`. */
  postpone(entryId: number, notBeforeMs: number): Promise<void>;
  /**
   * The write-ahead records; when it resolves, the sends are on disk and may leave. Gives their ids in the same order. All
   * or none are written. Counts an attempt of each.
   */
  sending(sends: readonly NewSend[]): Promise<readonly number[]>;
  /** How a send ended: see `SendResult`. `throttled` and `held` take the attempt back. */
  sent(end: SendEnd): Promise<void>;
  /** A lookup after an unanswered send found nothing: counted, for the growing waits. */
  absent(sendId: number, atMs: number): Promise<void>;
  /** Open sends of this key from any run, newest first. */
  openSends(resource: ResourceName, key: string): Promise<readonly OpenSend[]>;
  /**
   * The ends of entries with those of their sends, all or none. `accepted` also records key, variants, remote id and hash for later runs and closes its open sends.
   * `invalid` with a remote id does so for an open creation of other content, which is what the API has.
   */
  settle(ends: readonly EntryEnd[]): Promise<void>;
  /** The own key of the resource that was accepted with this id before; undefined when there is none. */
  holder(resource: ResourceName, remoteId: string): Promise<string | undefined>;
  /** The record of this key has another id than its answer said: for later runs, and for the run that was told so. */
  correctId(resource: ResourceName, key: string, remoteId: string): Promise<void>;
  /** The creation went through (its send ends with it), an update has to follow: remembered so that no later run creates again. */
  created(entryId: number, remoteId: string, send?: SendEnd): Promise<void>;
  /** Settles everything still open in the run as pending (or in_doubt where a send is open). */
  settleRest(run: number, problem: Problem | undefined): Promise<void>;
  /** Entries of the phase by outcome; open ones under undefined. */
  progress(
    run: number,
    phase: Phase,
  ): Promise<readonly { readonly outcome: Outcome | undefined; readonly entries: number }[]>;
}
