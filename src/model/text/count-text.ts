// Counts as people read them.

/** A number as reports write it: `3,062`. */
export function countText(count: number): string {
  return count.toLocaleString("en-US");
}
