// Runs that are staged in a database and wait for a worker to send them, and the workers that there are. They lie beside the
// ledgers, so that every machine sees them. Never a token.
//
//   waiting ──taken──▶ driven ──┬─ended──▶ ended
//      ▲                        │
//      └──────handed over───────┘        a worker that is gone leaves it driven: another one takes it, as if it waited

/** A process on a machine. */
export interface HostProcess {
  readonly host: string;
  readonly pid: number;
}

/** Where a submitted run is on its way. */
export type SubmissionState = "waiting" | "driven" | "ended";

/** A run that somebody submitted. */
export interface Submission {
  readonly id: number;
  /** Of the account. */
  readonly baseUrl: string;
  readonly runId: string;
  /** The path of its job, where it was submitted. */
  readonly job: string;
  readonly state: SubmissionState;
  readonly by: HostProcess;
  /** Ms since the epoch, by the server's clock; the others too. */
  readonly submittedAtMs: number;
  /** Somebody asked that it be stopped. */
  readonly isStopAsked: boolean;
  /** Who drives it, or drove it last. */
  readonly driver: (HostProcess & { readonly sinceMs: number }) | undefined;
  /** The driver is gone, or there was none yet: whoever has the account's token may take it. */
  readonly isFree: boolean;
  /** How many have driven it so far. */
  readonly drivers: number;
  /** What the newest driver told last, as `note` was given it. */
  readonly progress: unknown;
  /** Why it did not get on when it was driven last, in words. */
  readonly trouble: string | undefined;
  readonly exitCode: number | undefined;
}

/** What is submitted. */
export interface NewSubmission extends Pick<Submission, "baseUrl" | "runId" | "job"> {
  readonly by: HostProcess;
  /** What driving it takes, as JSON: the job, its mappings and the options, as they were when the run was staged. */
  readonly snapshot: unknown;
}

/** One driver's time with a submission: the how manieth it is. */
export interface Turn {
  readonly submission: number;
  readonly driver: number;
}

/** A worker that is alive. */
export interface WorkerSign extends HostProcess {
  /** A random name. */
  readonly id: string;
}

/** How much there is to do, and how many do it. */
export interface Workforce {
  readonly workers: number;
  /** Accounts with a run that has not ended. */
  readonly accounts: number;
}

/** How an account of the database stands. */
export interface AccountState {
  readonly baseUrl: string;
  /** How many times somebody took it. */
  readonly epoch: number;
  /** Somebody drives it; their lease was renewed so long ago, in ms. */
  readonly leaseAgeMs: number | undefined;
  /** So long nobody asks anything of it, in ms: it answered 429. */
  readonly pauseMs: number;
  /** Sends whose fate is not known yet, those in flight included. */
  readonly openSends: number;
}

/** The submissions of a database. Every method throws `ImportError("STATE_UNUSABLE")` when the server does not answer; the next call asks it again. */
export interface Submissions extends AsyncDisposable {
  /** Throws `ImportError("STATE_LOCKED")` naming the run of the account that waits or is driven. */
  submit(submission: NewSubmission): Promise<Submission>;
  /** The one of an account that has not ended. */
  open(baseUrl: string): Promise<Submission | undefined>;
  find(baseUrl: string, runId: string): Promise<Submission | undefined>;
  /** Those that have not ended of a job, or of all. */
  list(job?: string): Promise<readonly Submission[]>;
  /** What `submit` was given. */
  snapshot(id: number): Promise<unknown>;
  /** Notes who drives it, which is whoever has its ledger; undefined when it has ended. */
  taken(id: number, by: HostProcess): Promise<Turn | undefined>;
  /** Tells how it goes, and learns whether it is to be stopped; undefined when another has it now. */
  note(turn: Turn, progress: unknown): Promise<{ readonly isStopAsked: boolean } | undefined>;
  /** It waits again; with a trouble, in words, for so long. Nothing when another has it now, like the one below. */
  handedOver(turn: Turn, trouble?: { readonly message: string; readonly waitMs: number }): Promise<void>;
  ended(turn: Turn, exitCode: number): Promise<void>;
  /** Asks that it be stopped. */
  askStop(id: number): Promise<void>;
  /** A sign of life, good for some seconds; tells how many workers share how much. */
  sign(worker: WorkerSign): Promise<Workforce>;
  /** How many workers share how much. */
  workforce(): Promise<Workforce>;
  /** How the accounts stand, by address; those whose ledger this user may not read are left out. */
  accounts(): Promise<readonly AccountState[]>;
  /** The worker is no more. */
  signOff(worker: WorkerSign): Promise<void>;
}
