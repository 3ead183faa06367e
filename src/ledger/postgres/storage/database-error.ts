// What PostgreSQL and the way to it say, as faults of the run that a person can act on.
import { type ErrorCode, ImportError } from "../../../model/error.ts";

/**
 * The fault of the run behind an error of the server or of the connection to it; any other error stays as it is. What befalls a
 * connection when it is opened starts nothing; afterwards it stops what is under way.
 */
export function databaseError(place: string, error: unknown, when: "opening" | "open" = "open"): unknown {
  if (error instanceof ImportError || !(error instanceof Error)) return error;
  const said = "code" in error && typeof error.code === "string" ? error.code : "";
  const reason = reasons.find(({ codes }) => codes.test(said) || codes.test(error.message));
  if (reason === undefined) return error;
  const code = when === "opening" ? reason.code : (reason.whenOpen ?? reason.code);
  return new ImportError(code, `${place}: ${reason.what}: ${error.message}`, {
    hint: reason.hint,
    cause: error,
  });
}

/** Another process drives the account by now: nothing of this one is written any more. */
export function isFencedOff(error: unknown): boolean {
  return error instanceof ImportError && error.cause instanceof Error && fencedOff.test(codeOf(error.cause));
}

/** A connection that ended: whatever was under way on it may or may not have been done. */
export function isLost(error: unknown): boolean {
  return error instanceof ImportError && error.cause instanceof Error && lost.test(codeOf(error.cause));
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}

// The classes of https://www.postgresql.org/docs/15/errcodes-appendix.html, and the codes of Node's sockets. What `pg` itself
// says of a connection that is gone has no code.
const lost =
  /^(08...|25P03|57P0[1235]|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT)$|^(Connection terminated|Client (was closed|has encountered a connection error))/;

// What the function `fence` of all accounts says (accounts/schema.ts).
const fencedOff = /^LI001$/;

interface Reason {
  readonly code: ErrorCode;
  /** On a connection that was open. */
  readonly whenOpen?: ErrorCode;
  readonly codes: RegExp;
  readonly what: string;
  readonly hint: string;
}

const reasons: readonly Reason[] = [
  {
    code: "STATE_LOST",
    codes: fencedOff,
    what: "the lease of the account ran out",
    hint: "nothing more was sent from here, and what is open goes on there; `status` shows by whom",
  },
  {
    code: "STATE_FULL",
    codes: /^(53100|58030)$/,
    what: "the ledger cannot grow",
    hint: "make room on the disk of the database server, then run the same command again: it continues",
  },
  {
    code: "STATE_UNUSABLE",
    codes: /^(28...|3D000)$/,
    what: "the database server refuses the connection",
    hint: "check user, password and database in the address of the ledger",
  },
  {
    code: "STATE_UNUSABLE",
    codes: /^(42501|25006)$/,
    what: "the ledger cannot be written",
    hint: "give the user of the ledger's address the right to create schemas in this database, and name the primary server",
  },
  {
    code: "STATE_UNUSABLE",
    codes: /^XX00[012]$/,
    what: "the ledger is damaged",
    hint: "restore the database from a backup; the log of the server says more",
  },
  {
    code: "STATE_UNUSABLE",
    whenOpen: "STATE_LOST",
    codes: /^(53300|53200|55P03|57014)$/,
    what: "the database server is overloaded",
    hint: "wait for it, or raise its limits, then run the same command again: it continues",
  },
  {
    code: "STATE_UNUSABLE",
    whenOpen: "STATE_LOST",
    codes: lost,
    what: "the connection to the database server failed",
    hint: "check that the server is up and that the address of the ledger is right, then run the same command again: it continues",
  },
];
