// What each code means in plain words, and what somebody does about it. The words quote no cell, so they can stand in a report
// that leaves values out.
import type { ProblemCode } from "../../model/problem.ts";

/** What is wrong, as a phrase without values, and what to do, as a sentence. */
export interface Advice {
  readonly what: string;
  readonly todo: string;
}

const fixCell = "Fix the cell in the failures file, then retry.";
const fixCellOrMapping = "Fix the cell in the failures file and retry, or let the mapping read it.";
const fixRow = "Fix the row in the failures file, then retry.";
const fixJob = "Look at the job and the mapping first: the row itself may be fine.";
const runAgain = "Run the same command again.";
const nothing = "Nothing has to be done.";

/** The advice for every code of a problem. */
export const advice: Readonly<Record<ProblemCode, Advice>> = {
  ragged_row: { what: "more or fewer cells than the header", todo: fixRow },
  unreadable_row: { what: "the row's quotes are wrong", todo: fixRow },
  footer_row: { what: "a line below the table", todo: nothing },
  total_row: { what: "a row that sums up others", todo: nothing },
  repeated_header: { what: "the header once more", todo: nothing },
  not_an_object: { what: "not a JSON object", todo: fixRow },
  damaged_cell: {
    what: "a spreadsheet damaged the cell",
    todo: "Export the file again without opening it in a spreadsheet, or fix the cell and retry.",
  },
  damaged_key: {
    what: "a spreadsheet damaged the key",
    todo: "Export the file again without opening it in a spreadsheet, or fix the cell and retry.",
  },
  cleaned_key: { what: "invisible characters were taken out of the key", todo: nothing },
  unreadable_element: { what: "the line is not JSON", todo: fixRow },
  duplicate_json_key: { what: "a key occurs twice in one JSON object", todo: "Keep the one that counts, then retry." },
  missing_value: {
    what: "a value that is needed is missing",
    todo: "Fill in the cell, or give the mapping a default.",
  },
  not_a_number: { what: "not a number", todo: fixCellOrMapping },
  not_exact: { what: "a number that would be rounded", todo: fixCellOrMapping },
  not_an_integer: { what: "not a whole number", todo: fixCellOrMapping },
  not_a_date: { what: "not a date", todo: fixCellOrMapping },
  not_a_boolean: { what: "neither yes nor no", todo: fixCellOrMapping },
  not_a_weight: { what: "not a weight", todo: fixCellOrMapping },
  not_in_map: { what: "the mapping has no answer for the cell", todo: "Add the value to the mapping's map or lookup." },
  not_a_list: { what: "not a list", todo: fixCellOrMapping },
  expression_failed: {
    what: "an expression of the mapping failed",
    todo: "Fix the mapping, or the cell that it reads.",
  },
  transform_failed: { what: "a transform of the mapping failed", todo: "Fix the mapping, or the cell that it reads." },
  group_conflict: {
    what: "rows of one entry disagree",
    todo: "Make the cells of the rows agree, then retry.",
  },
  no_head: { what: "a group without its first row", todo: fixJob },
  several_heads: { what: "a group with several first rows", todo: fixJob },
  group_damaged: { what: "a row that may belong to it could not be read", todo: "Fix that row; this one goes then." },
  group_too_large: { what: "more rows than an entry can have", todo: fixJob },
  join_orphan: { what: "the row belongs to no entry", todo: "Fix its key, or bring in the row that it belongs to." },
  join_several: { what: "several rows match where there can be one", todo: "Keep the one that counts." },
  total_mismatch: {
    what: "the file's own total differs from ours",
    todo: "Look for a missing row, a discount or a tax that the mapping does not read.",
  },
  mixed_currency: { what: "several currencies where there is room for one", todo: fixRow },
  more_problems: { what: "more problems of the same entry", todo: "Fix the first ones, then look again." },
  same_entry: { what: "another row of the same entry is wrong", todo: "Fix that row; this one goes with it." },
  shortened: { what: "a text was cut so that it fits", todo: nothing },
  too_long: { what: "the text is too long", todo: "Shorten the cell, or let the mapping cut it." },
  too_small: { what: "the number is too small", todo: fixCell },
  too_big: { what: "the number is too big", todo: fixCell },
  not_allowed: { what: "not one of the values that Luminous knows", todo: "Translate the value in the mapping (map)." },
  wrong_type: { what: "a value of the wrong type", todo: fixCellOrMapping },
  bad_format: { what: "not in the format that is needed", todo: fixCell },
  duplicate_key: {
    what: "the key occurs more than once",
    todo: "Keep one of the rows, or give the other its own key.",
  },
  same_row: { what: "the same row stands in another file too", todo: nothing },
  not_open: { what: "a row that was made good since", todo: nothing },
  duplicate_row: { what: "the row stands in the failures file twice", todo: "Keep one of them." },
  case_variant: { what: "keys that differ only in case", todo: "Check that they really are different." },
  superseded: {
    what: "a newer file of the same pass has the same key",
    todo: "Nothing: the newer rows count, and they are named.",
  },
  already_exists: {
    what: "Luminous has it already",
    todo: "Set existing: skip or update in the job if that is not what you want.",
  },
  sku_is_alternate: { what: "the SKU is another product's alternate", todo: "Use the main SKU, or free this one." },
  plan_outdated: { what: "Luminous has it otherwise than the plan saw", todo: "Make a new plan, or run without one." },
  existence_unknown: { what: "nobody can tell whether Luminous has it", todo: runAgain },
  status_kept: { what: "the status that Luminous has is kept", todo: nothing },
  key_changed: { what: "Luminous keeps it under another spelling", todo: nothing },
  several_found: { what: "Luminous has more than one of it", todo: "Merge them in Luminous, then run again." },
  type_differs: {
    what: "the channel is of another type in Luminous",
    todo: "Change the job, or the channel in Luminous.",
  },
  order_immutable: {
    what: "the order was accepted and cannot be changed",
    todo: "Change the order in Luminous by hand, or leave it.",
  },
  program_changed: { what: "another version of the program made what was accepted", todo: nothing },
  missing_reference: {
    what: "it refers to something that is neither in the files nor in Luminous",
    todo: "Bring that in, or fix the reference; this goes by itself then.",
  },
  reference_failed: { what: "something it refers to did not make it", todo: "Fix that; this goes by itself then." },
  reference_pending: { what: "something it refers to was not reached", todo: runAgain },
  api_rejected: { what: "Luminous refused a field", todo: fixCell },
  api_refused: { what: "Luminous refused it", todo: "Read the answer, fix the row, then retry." },
  api_failed: { what: "no usable answer from Luminous", todo: runAgain },
  in_doubt: {
    what: "sent, and nobody can tell whether it arrived",
    todo: "Run again: it is looked up first, and nothing is sent on a guess.",
  },
  accepted_by_retry: { what: "a retry made these rows good already", todo: nothing },
};
