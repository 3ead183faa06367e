// Taking entries out, with all that belongs to them. The tables know no foreign keys (schema.ts), so nothing else may delete entries.

/**
 * SQL: the end of a `with`, which removes the entries that a condition names and counts them as `n`. What the statement says before may
 * be lists that the condition reads.
 */
export function removalOf(condition: string): string {
  const parts = ["payloads", "entry_rows", "entry_keys", "entry_references"].map(
    (table) => `${table}_gone as (delete from ${table} using gone where ${table}.entry = gone.id)`,
  );
  return `gone as (delete from entries where ${condition} returning id),
  ${parts.join(",\n  ")}
  select count(*) n from gone`;
}
