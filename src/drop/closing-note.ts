// What a pass over a drop folder says of its files at its end: how many were taken, where they lie now, and what waits.
import { dirname } from "node:path";
import { counted, cutTo } from "../report/wording.ts";

/** The files of a pass, by where they lie now. */
export interface DropFiles {
  readonly taken: number;
  readonly archived: readonly string[];
  readonly quarantined: readonly { readonly file: string; readonly reason: string }[];
  /** Of those taken, so many are in the inbox again, and wait. */
  readonly returned: number;
  readonly waiting: number;
}

/** How the files are named. */
export interface DropNoteOptions {
  readonly inbox: string;
  /** A path as the reader types it. */
  readonly near: (path: string) => string;
}

/** A line where nothing was to do; else what became of the files, a line for each quarantined one. */
export function dropNote(
  { taken, archived, quarantined, returned, waiting }: DropFiles,
  { inbox, near }: DropNoteOptions,
): string {
  const place = near(inbox) === "" ? "." : near(inbox);
  const waits = `${counted(waiting, "file")} ${waiting === 1 ? "waits" : "wait"} there`;
  if (taken === 0 && archived.length === 0) {
    return waiting === 0
      ? `Nothing to do: ${place} is empty.`
      : `Nothing to do: ${waits.replace("there", `in ${place}`)}, still being written, without what belongs to ${waiting === 1 ? "it" : "them"}, or not to be taken as ${waiting === 1 ? "it is" : "they are"}.`;
  }
  const folders = [...new Set(archived.map(dirname))].map(near).join(" and ");
  const claimed = Math.max(0, taken - archived.length - quarantined.length - returned);
  const parts = [
    ...(archived.length === 0 ? [] : [`${archived.length} archived in ${folders}`]),
    ...(quarantined.length === 0 ? [] : [`${quarantined.length} quarantined`]),
    ...(claimed === 0 ? [] : [`${claimed} not imported to the end, which the next pass takes`]),
    ...(waiting === 0 ? [] : [waits]),
  ];
  const shown = quarantined.slice(0, mostShown);
  const left = quarantined.length - shown.length;
  return [
    `${counted(taken, "file")} taken from ${place}: ${parts.join(", ")}.`,
    ...shown.map(({ file, reason }) => `  ${near(file)}: ${reasonOf(file, reason)}`),
    ...(left === 0 ? [] : [`  and ${counted(left, "more file")}`]),
    ...(quarantined.length === 0 ? [] : ["What to do with a quarantined file stands in the .txt beside it."]),
  ].join("\n");
}

const mostShown = 10;

/** The first line, without the name that stands before it already. */
function reasonOf(file: string, reason: string): string {
  const [first = ""] = reason.split("\n");
  const name = file.slice(dirname(file).length + 1);
  return cutTo(first.startsWith(`${name}: `) ? first.slice(name.length + 2) : first, 200);
}
