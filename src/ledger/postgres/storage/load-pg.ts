// The package that speaks to PostgreSQL. It is loaded by whoever opens such a ledger, and nobody else needs to have it.
import type pg from "pg";
import { ImportError } from "../../../model/error.ts";

/** The package `pg`. Throws `ImportError("STATE_UNUSABLE")` where it is not installed. */
export async function loadPg(): Promise<typeof pg> {
  try {
    return (await import("pg")).default;
  } catch (error) {
    throw new ImportError("STATE_UNUSABLE", "a ledger in PostgreSQL needs the package pg, which is not installed", {
      hint: "npm install pg, beside luminous-import",
      cause: error,
    });
  }
}
