// What a check says of entries that lack what creation requires: an update of a record that is there does not need it,
// and whether it is there, no file tells.
import type { CreationNeeds } from "../model/ledger/queue.ts";
import type { Problem } from "../model/problem.ts";
import { resources } from "../model/resources/resources.ts";
import type { Summary } from "./summary.ts";
import { counted, grouped, listed } from "./wording.ts";

/** A sentence for each resource; none where nothing is lacking. */
export function creationNote({ creation_needs }: Summary): readonly string[] {
  // A summary that an older version wrote has none.
  return (creation_needs ?? []).map((lack) => {
    const { singular } = resources[lack.resource];
    const { lacking, entries, needs } = lack;
    const amount =
      lacking === entries ? counted(lacking, singular) : `${grouped(lacking)} of ${counted(entries, singular)}`;
    // A field that some rows lack and the mapping lacks for others is one thing that is needed.
    const texts = [...new Set(needs.map(({ first }) => needText(first)))];
    const shown = texts.slice(0, shownNeeds);
    const more = texts.length > shownNeeds ? " and more" : "";
    return `${amount} would be refused in an account that does not have ${lacking === 1 ? "it" : "them"} yet: ${shown.join("; ")}${more}${placeOf(lack)}.`;
  });
}

/** What to do about it; undefined where nothing is lacking. */
export function creationStep({ creation_needs }: Summary, send: string): string | undefined {
  const lacks = creation_needs ?? [];
  if (lacks.length === 0) return undefined;
  const paths = new Set(lacks.flatMap(({ needs }) => needs.map(({ first }) => first.path ?? "")));
  const named = [...paths].filter((path) => path !== "");
  const fields = named.length > shownNeeds + 1 ? `${named[0]} and ${named.length - 1} more fields` : listed(named);
  return `map ${fields === "" ? "what is missing" : fields}, unless Luminous has all of these already. To send it: ${send}`;
}

const shownNeeds = 3;

function needText({ path = "", message }: Problem): string {
  // "is required, and the cell is blank" has the path for its subject; the reason in brackets is for whoever looks at the cell.
  if (/^(is|must|has|needs) /.test(message)) return `${path} ${message}`;
  return `${message.replace(/ \(is required.*\)$/, "")} (${path})`;
}

function placeOf({ needs }: CreationNeeds): string {
  const { file, line } = needs[0]?.first ?? {};
  return file === undefined || line === undefined ? "" : `, first at ${file}:${line}`;
}
