// One thing wrong with a row, as data. Problems are never thrown: they travel to the ledger and end in the reports.

/** The closed set of problem codes; results.csv shows them in its `code` column. */
export const problemCodes = [
  // reading
  "ragged_row", // more or fewer cells than the header
  "unreadable_row", // a row whose quotes are wrong
  "footer_row", // warning: a line below the table, left out
  "total_row", // warning: a row that sums up the rows above it, left out
  "repeated_header", // warning: the header stands again, left out
  "not_an_object", // a JSON element that is no object
  "damaged_cell", // what a spreadsheet made of a cell: a code that is left out; under --strict any
  "damaged_key", // what a spreadsheet made of a key
  "cleaned_key", // warning: characters without width were taken out of a key
  "unreadable_element", // an NDJSON line that is no JSON
  "duplicate_json_key", // a key that stands twice in one JSON object
  // mapping
  "missing_value", // a value that the payload needs is not there
  "not_a_number",
  "not_exact", // a number that JSON cannot carry without rounding
  "not_an_integer",
  "not_a_date",
  "not_a_boolean",
  "not_a_weight",
  "not_in_map", // a cell that `map` or `lookup` has no answer for
  "not_a_list",
  "expression_failed",
  "transform_failed",
  "group_conflict", // later rows of a group disagree with its first
  "no_head", // a group without a first row by `head`
  "several_heads",
  "group_damaged", // another row that may belong to this group could not be read
  "group_too_large", // more rows than an entry can have
  "join_orphan", // a joined row that belongs to nothing
  "join_several", // a `one: true` join with more than one match
  "total_mismatch", // a sum of the source that ours is not
  "mixed_currency", // money of several currencies where there is room for one
  "more_problems", // of an entry that has more of them than are kept
  "same_entry", // this row is fine, another one of its entry is not
  "shortened", // warning: a text was cut so that it fits, as the mapping says
  // checks
  "too_long",
  "too_small",
  "too_big",
  "not_allowed", // not one of the values that the API knows
  "wrong_type",
  "bad_format", // an e-mail address that is none, and the like
  "duplicate_key",
  "same_row", // warning: a row that stands in another file of its input too, and counts once
  "superseded", // warning: in a pass over a drop folder, a newer file has the key of its entry, or of a joined row, too
  "not_open", // warning: a row of a failures file that was made good since, or is taken from another failures file
  "duplicate_row", // a row of a failures file that stands in it more than once
  "case_variant", // warning: keys that differ only in case
  // against the account
  "already_exists",
  "sku_is_alternate", // the SKU is known to Luminous as another product's alternate or variant
  "existence_unknown", // no answer of the API proves whether it has the key
  "key_changed", // warning: Luminous keeps the record under another spelling of its key
  "several_found", // Luminous has more than one record with the key
  "type_differs", // Luminous has the channel as another type
  "order_immutable",
  "status_kept", // warning: Luminous has the order as done, and a file that says otherwise does not open it again
  "program_changed", // warning: this version of the program makes something else of the rows that made what was accepted
  "missing_reference",
  "reference_failed", // something it refers to did not make it
  "reference_pending",
  // answers of the API
  "api_rejected", // a field that the API named in its refusal
  "api_refused", // a refusal without a field
  "api_failed", // no usable answer after all attempts
  "in_doubt",
  // against earlier runs
  "accepted_by_retry", // warning: a retry of an earlier run made these very rows good
] as const;
/** One of `problemCodes`. */
export type ProblemCode = (typeof problemCodes)[number];

/** One of several cells that a problem is about. */
export type ProblemCell = Required<Pick<Problem, "file" | "line" | "row" | "column">> & Pick<Problem, "value">;

/**
 * One thing wrong. `path` is the payload path (`items[1].quantity`); `file`, `line` (1-based, where the row starts),
 * `column` and `value` name the cell. A problem whose cause is the mapping itself (a constant, a default) has the
 * mapping's file and line instead of a cell. Where several cells made the value and none of them alone is to blame,
 * `cells` are all of them, the one above first; the message names the others.
 */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly severity?: "warning";
  readonly path?: string;
  readonly file?: string;
  readonly line?: number;
  /** 1-based number of the row in its file, without the header. */
  readonly row?: number;
  readonly column?: string;
  readonly value?: string;
  readonly cells?: readonly ProblemCell[];
}

/** A warning about a value that is sent all the same, before it is known which field it belongs to. */
export type Notice = Pick<Problem, "code" | "message">;

/** A result that is either a value or what is wrong with it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly [Problem, ...Problem[]] };

/** `orders.csv:1043 column "Qty" = "0" → items[1].quantity: must be greater than 0` */
export function describeProblem(problem: Problem): string {
  const { file, line, column, value, path, message } = problem;
  const place = file === undefined ? "" : line === undefined ? file : `${file}:${line}`;
  const cell = column === undefined ? "" : `column "${column}"${value === undefined ? "" : ` = "${shorten(value)}"`}`;
  const source = [place, cell].filter((part) => part !== "").join(" ");
  const target = path === undefined || path === "" ? "" : `→ ${path}`;
  const head = [source, target].filter((part) => part !== "").join(" ");
  return head === "" ? message : `${head}: ${message}`;
}

/** So many problems of an entry are kept. */
export const mostProblems = 1000;

/**
 * The problems of an entry as far as they are kept: errors first where there are too many, and how many more there are. An
 * entry of twenty thousand faulty rows has its problems read again for every one of them.
 */
export function boundedProblems(problems: readonly Problem[]): readonly Problem[] {
  const listed = problems.filter(({ code }) => code !== "more_problems");
  if (listed.length <= mostProblems) return problems;
  const counted = problems.reduce((sum, problem) => sum + (problem.code === "more_problems" ? moreIn(problem) : 0), 0);
  const isError = ({ severity }: Problem) => severity === undefined;
  const worstFirst = [...listed.filter(isError), ...listed.filter((problem) => !isError(problem))];
  const more = counted + listed.length - mostProblems;
  const message = `${more} more problems of this entry are not listed: fix these first`;
  return [...worstFirst.slice(0, mostProblems), { code: "more_problems", message, severity: "warning" }];
}

function moreIn({ message }: Problem): number {
  return Number.parseInt(message, 10) || 0;
}

/** What makes two problems "the same thing" in a summary: the same code at the same place with the same words. */
export function problemSignature(problem: Problem): string {
  const path = (problem.path ?? "").replace(/\[\d+\]/g, "[]");
  const column = (problem.column ?? "").replace(/\.\d+(?=\.|$)/g, "[]"); // of JSON: `items.0.qty`
  return [problem.code, path, column, problem.message.replace(/"[^"]*"|\d+/g, "…")].join(" | ");
}

const maxShownValue = 80;

function shorten(value: string): string {
  const oneLine = value.replace(/\s+/g, " ");
  return oneLine.length > maxShownValue ? `${oneLine.slice(0, maxShownValue - 1)}…` : oneLine;
}
