// The fence in statements that commit by themselves: what they write is kept only while this process drives the account. A transaction
// asks it at its beginning (connection.ts); the function itself is in accounts/schema.ts.

/** SQL, part of a `with`: takes the number of the write as its parameter. Whoever uses it reads it once, whatever else is read. */
export const fence = "fence as materialized (select luminous_import.fence(?) as write)";

/** A statement that writes and returns something, with the fence before it; its first parameter is the number of the write. */
export function fenced(statement: string): string {
  return `with ${fence}, done as (${statement}) select (select count(*) from done) from fence`;
}
