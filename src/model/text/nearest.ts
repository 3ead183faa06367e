// "Did you mean": one rule for columns, payload paths, keys, flags and channel labels.
import leven from "leven";

/** The candidate closest to `name` in spelling, or undefined when none is close enough to be worth saying. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(name);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = leven(wanted, fold(candidate));
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  return best !== undefined && best.distance <= maxDistance(wanted.length) ? best.candidate : undefined;
}

/** ` Did you mean "x"?` with its leading space, or nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const candidate = nearest(name, candidates);
  return candidate === undefined ? "" : ` Did you mean "${candidate}"?`;
}

/** Whether two names are one, spelt differently: in case, spaces or dashes, or in one letter of a longer word. Never in a digit. */
export function isAlmost(name: string, other: string): boolean {
  const [a, b] = [fold(name), fold(other)];
  if (a === b) return true;
  return a.length >= 5 && leven(a, b) === 1 && digitsOf(a) === digitsOf(b);
}

function digitsOf(name: string): string {
  return name.replace(/\D/g, "");
}

// Two letters swapped ("form" for "from") count as two edits, so short names need room for that.
function maxDistance(length: number): number {
  return length < 4 ? 1 : Math.max(2, Math.floor(length / 3));
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, "");
}
