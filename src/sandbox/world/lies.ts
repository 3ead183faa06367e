// The lies: what a server gets wrong all the time, or with a probability, beside the faults that befall single requests.
// This table is the only place for their names, numbers and meanings; options, help and checks are made of it.

type LieGroup = "questions" | "lists" | "exports" | "keys" | "answers" | "time";

/** One lie: what the server does in one line, the number behind its name, and whether `@probability` may follow. */
interface Lie {
  readonly group: LieGroup;
  readonly says: string;
  /** `share` is a probability from 0 to 1, 1 when it is left out; the others have the usual value beside them. */
  readonly takes?: "share" | { readonly unit: "count" | "ms" | "seconds"; readonly usual: number };
  /** It is about single writes: `late-commit=800@0.2` tells it to a fifth of them. */
  readonly single?: true;
}

const count = (usual: number) => ({ unit: "count", usual }) as const;
const ms = (usual: number) => ({ unit: "ms", usual }) as const;

/** Every lie by its name. */
export const lies = {
  "in-literal": { group: "questions", says: "[in]=A,B is taken as the one key «A,B»" },
  "in-first": { group: "questions", says: "only the first N keys of an [in] count", takes: count(20) },
  "in-last-ignored": { group: "questions", says: "the last key of an [in] is dropped" },
  "in-cut": { group: "questions", says: "the value of an [in] is cut after N characters", takes: count(200) },
  "in-refused": { group: "questions", says: "[in] gets 422, other filters work" },
  "eq-empty": { group: "questions", says: "[eq] finds nothing, [in] works" },
  "eq-contains": { group: "questions", says: "[eq]=A-1 finds A-10 too" },
  "filter-unknown-empty": { group: "questions", says: "any filter is answered with an empty list" },
  "filter-ignored": { group: "questions", says: "filters do nothing: every list is the whole one" },
  "filters-forbidden": { group: "questions", says: "any filter is refused with status N", takes: count(400) },
  "filter-folds-case": { group: "questions", says: "filters do not tell upper from lower case" },
  "page-ignored": { group: "questions", says: "every page is page 1, and says so" },
  "page-repeats": { group: "questions", says: "each even page shows the rows of the page before it" },
  "sort-ignored": { group: "questions", says: "lists come with the last write first, whatever sort was asked for" },
  "sort-shuffled": { group: "questions", says: "the order of a list is drawn anew for every request" },
  "per-page-capped": { group: "questions", says: "pages have at most N rows, and say so", takes: count(25) },
  "per-page-cut": { group: "questions", says: "rows after the first N of a page are left out", takes: count(25) },
  "list-hides-archived": {
    group: "questions",
    says: "lists leave out cancelled orders and products that do not sell",
  },

  "first-list-empty": { group: "lists", says: "the first N answers of each list are empty", takes: count(1) },
  "every-nth-list-empty": { group: "lists", says: "each Nth answer of a list is empty", takes: count(3) },
  "rows-missing": { group: "lists", says: "a row is left out of a list, with this probability", takes: "share" },
  "row-twice": { group: "lists", says: "the last row of a page is a copy of its first" },
  "list-stale": { group: "lists", says: "lists show a record only MS after its last write", takes: ms(5000) },
  "list-cached": {
    group: "lists",
    says: "a list repeats its last answer for MS, whatever is asked",
    takes: ms(60_000),
  },
  "reads-cached": { group: "lists", says: "the answer to an address is repeated for MS", takes: ms(60_000) },
  "last-page-zero": { group: "lists", says: "last_page is 0" },
  "last-page-one": { group: "lists", says: "last_page is 1, total is right" },
  "no-meta": { group: "lists", says: "lists have no meta" },
  "no-total": { group: "lists", says: "meta has no total" },
  "meta-as-text": { group: "lists", says: 'the numbers of meta are text: "total": "30"' },
  "total-of-page": { group: "lists", says: "total counts the rows of the page" },
  "total-too-large": { group: "lists", says: "total is N more than there are", takes: count(5) },
  "total-too-small": { group: "lists", says: "total is N less than there are", takes: count(5) },
  "list-bare": { group: "lists", says: "a list is a bare array, without data and meta" },
  "list-blank": { group: "lists", says: "lists get 200 with an empty body", takes: "share" },
  "list-page-of-html": { group: "lists", says: "lists get 200 with a login page in HTML", takes: "share" },
  "by-id-missing": { group: "lists", says: "GET by id finds nothing" },
  "by-id-foreign": { group: "lists", says: "GET by id shows the record with the next id, where there is one" },

  "export-empty": { group: "exports", says: "exports have no rows" },
  "export-stale": { group: "exports", says: "exports lag MS behind", takes: ms(3_600_000) },
  "export-active-only": { group: "exports", says: "cancelled orders are not in the export" },
  "export-stops": { group: "exports", says: "an export says after its first page that there is no more" },
  "export-loops": { group: "exports", says: "the cursor is ignored: an export shows its first page for ever" },
  "export-skips": { group: "exports", says: "the first row of every further page of an export is left out" },
  "export-refused": { group: "exports", says: "exports get status N", takes: count(404) },

  "keys-trimmed": { group: "keys", says: "white space around keys goes, inside it becomes one space" },
  "keys-zero-width-dropped": { group: "keys", says: "zero-width characters in keys go" },
  "keys-nfc": { group: "keys", says: "keys are stored in Unicode's composed form" },
  "keys-lowercased": { group: "keys", says: "keys are stored in lower case" },
  "keys-uppercased": { group: "keys", says: "keys are stored in upper case" },
  "keys-cut": { group: "keys", says: "keys are cut after N characters", takes: count(20) },

  "foreign-record": {
    group: "answers",
    says: "stored, answered with the record of the write before",
    takes: "share",
  },
  "cached-create": { group: "answers", says: "the first 201 of a resource is repeated, and nothing else is stored" },
  "cached-answer": { group: "answers", says: "the first 201 of a resource is repeated, and everything is stored" },
  "crossed-answers": { group: "answers", says: "two writes in flight get each other's answers", takes: "share" },
  "error-in-200": { group: "answers", says: '200 {"error": …}, nothing stored', takes: "share" },
  "success-false": { group: "answers", says: '200 {"success": false} on an update, nothing stored', takes: "share" },
  "html-in-200": { group: "answers", says: "200 with a login page in HTML, nothing stored", takes: "share" },
  "empty-success": { group: "answers", says: "stored, answered with an empty body", takes: "share" },
  "bare-record": { group: "answers", says: "stored, answered with the record without its envelope", takes: "share" },
  "key-missing": { group: "answers", says: "stored, the answer does not show the key", takes: "share" },
  "id-missing": { group: "answers", says: "stored, the answer shows no id", takes: "share" },
  "id-reused": { group: "answers", says: "stored, the answer shows the id of the write before", takes: "share" },
  "ids-as-strings": { group: "answers", says: 'ids are text everywhere: "id": "17"' },
  "ids-change-type": { group: "answers", says: "ids are text in reads and numbers in answers to writes" },
  forgotten: { group: "answers", says: "a perfect 201, and nothing is stored", takes: "share" },

  "late-commit": { group: "time", says: "a write hangs and is stored MS after it came", takes: ms(1000), single: true },
  queued: { group: "time", says: "a write gets 202 at once and is stored MS later", takes: ms(1000), single: true },
  "throttle-after": { group: "time", says: "stored, answered with 429", takes: "share" },
  "unavailable-after": { group: "time", says: "stored, answered with 503", takes: "share" },
  clock: {
    group: "time",
    says: "the server's clock is so many seconds ahead, or behind: clock=-3600",
    takes: { unit: "seconds", usual: 3600 },
  },
  "clock-varies": {
    group: "time",
    says: "each Date is drawn from so many seconds around now",
    takes: { unit: "seconds", usual: 3600 },
  },
  "date-frozen": { group: "time", says: "Date shows the moment of the first request for ever" },
  "no-date": { group: "time", says: "answers have no Date" },
} as const satisfies Readonly<Record<string, Lie>>;

/** The name of a lie. */
export type LieName = keyof typeof lies;

/** A lie as it is asked for: `in-literal`, `in-first=20`, `foreign-record=0.2`, `late-commit=800@0.2`, `clock=-3600`. */
export type LieText = LieName | `${LieName}=${string}` | `${LieName}@${number}`;

/** Every name, in the order of the table. */
export const lieNames = Object.keys(lies) as readonly LieName[];

/** What the table says of a lie. */
export function lieNamed(name: LieName): Lie {
  return lies[name];
}

/** What the lies of each group are about. */
export const lieGroups: Readonly<Record<LieGroup, string>> = {
  questions: "Questions that the server does not hear as they were asked",
  lists: "Lists and single records",
  exports: "Exports",
  keys: "Keys that are not stored as they came",
  answers: "Answers to writes",
  time: "Time",
};

/** One line for each lie of a group: its name, what it takes and what it does. */
export function lieLines(group: LieGroup): readonly { readonly term: string; readonly says: string }[] {
  return lieNames
    .filter((name) => lieNamed(name).group === group)
    .map((name) => {
      const { takes, single, says } = lieNamed(name);
      const odds = single ? "[@P]" : "";
      if (takes === undefined || takes === "share") return { term: takes === undefined ? name : `${name}[=P]`, says };
      const letter = { count: "N", ms: "MS", seconds: "S" }[takes.unit];
      return { term: `${name}[=${letter}]${odds}`, says: `${says} (${takes.usual})` };
    });
}
