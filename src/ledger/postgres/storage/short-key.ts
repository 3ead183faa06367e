// Keys in indexes. PostgreSQL's indexes hold no text of more than some 2,700 bytes, and a key may have any length.

const most = 500;
const kept = 400;

/**
 * SQL: what stands for a key in an index: the key, or the beginning of a long one with a hash of all of it. Keys that differ, differ in
 * this too, and they are in the order of their beginnings.
 */
export function shortKey(key: string): string {
  return `case when length(${key}) <= ${most} then ${key} else left(${key}, ${kept}) || md5(${key}) end`;
}

/** SQL: the same for a key that is a parameter. */
export const shortParameter = `(select ${shortKey("asked.key")} from (select ?::text key) asked)`;
