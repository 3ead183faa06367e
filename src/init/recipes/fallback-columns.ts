// Second columns for a field: the short description is the fallback for a blank long one, a second code for a blank first. They
// are matched under `field+what` and end as one line.
import { isPlainObject, type JsonObject } from "../../model/json.ts";
import type { Match } from "../columns/match.ts";
import type { Line, ProposedChild } from "../proposal/proposal.ts";

/** The matches without fallbacks; one whose field has no column of its own is that column. */
export function withoutFallbacks(matches: readonly Match[]): readonly Match[] {
  return matches.flatMap((match) => {
    const [path = match.path] = match.path.split("+");
    return path !== match.path && matches.some((other) => other.path === path) ? [] : [{ ...match, path }];
  });
}

/** The line with the fallback for its own column, if there is one among the matches. */
export function withFallback(line: Line, matches: readonly Match[]): Line {
  const [column] = line.kind === "guess" ? line.columns : [];
  const other = matches.find(({ path }) => path.startsWith(`${line.path}+`))?.column.name;
  if (line.kind === "todo" || other === undefined || column === undefined || column === other) return line;
  const keys = isPlainObject(line.spec) ? (line.spec as JsonObject) : {};
  const columns = [column, other];
  return { ...line, spec: { ...keys, from: columns }, columns };
}

/** Codes are a variant's own; every other fallback is the product's. */
export function withOwnCodes(child: ProposedChild, matches: readonly Match[]): ProposedChild {
  if (child.list !== "variants") return child;
  return { ...child, lines: child.lines.map((line) => (line.path === "upc" ? withFallback(line, matches) : line)) };
}
