// A connection that is opened when it is needed and again when it was lost: for single statements that may be asked twice. What a ledger
// is written with is connection.ts.
import type { Client } from "pg";
import type { LedgerAddress } from "../../../model/ledger/ledger-address.ts";
import { newClient, settle } from "./connect.ts";
import { databaseError } from "./database-error.ts";
import { type Statements, statementsOn } from "./statements.ts";

/** A way to a database. Disposing it closes the connection. */
export interface DatabaseLine extends AsyncDisposable {
  readonly address: LedgerAddress;
  /** One question after the other. Throws `ImportError("STATE_UNUSABLE")` when the server does not answer in time; the next question connects again. */
  ask<T>(work: (db: Statements) => Promise<T>): Promise<T>;
}

const longestMs = 10_000;

/** Connects to nothing yet. No answer is waited for longer than `patienceMs`. `place` is what messages name. */
export function openDatabaseLine(address: LedgerAddress, patienceMs: number, place = address.shown): DatabaseLine {
  let connectMs = longestMs;
  let open: Promise<{ readonly client: Client; readonly db: Statements }> | undefined;
  const close = async (): Promise<void> => {
    const closing = open;
    open = undefined;
    await closing?.then(({ client }) => client.end()).catch(() => undefined);
  };
  const connected = async () => {
    const client = await newClient(address, { connectMs, answerMs: patienceMs });
    client.on("error", () => undefined); // whoever waits for an answer is told
    try {
      await client.connect();
      await settle(client);
      connectMs = patienceMs; // it is known how long that takes
      return { client, db: statementsOn(client) };
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    address,
    ask(work) {
      const asked = last.then(() => askNow(work));
      last = asked.catch(() => undefined);
      return asked;
    },
    [Symbol.asyncDispose]: close,
  };

  async function askNow<T>(work: (db: Statements) => Promise<T>): Promise<T> {
    open ??= connected();
    const asked = open;
    try {
      return await work((await asked).db);
    } catch (error) {
      if (open === asked) void close();
      throw databaseError(place, error, "opening");
    }
  }
}
