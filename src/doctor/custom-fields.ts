// Custom fields that mappings set, against the definitions of the account (facts §4.9). What the API does with an unknown
// label or a value of another type is not documented, so each is a problem before anything is sent.
import { type Finding, ok, problem, type Unread, warning } from "../model/finding.ts";
import { isPlainObject, type Json, type JsonObject } from "../model/json.ts";
import { didYouMean } from "../model/text/nearest.ts";

/** A value that a mapping is known to send. */
export interface UsedValue {
  readonly value: Json;
  /** Where it comes from: `column "Colour"`, or the mapping itself. */
  readonly from: string;
}

/** A custom field that a mapping sets. */
export interface CustomFieldUse {
  readonly label: string;
  /** What it is set on, as definitions say it: `products`, `sales-orders`, `sales-order items`. */
  readonly objectType: string;
  /** `mappings/products.yaml:8`. */
  readonly place: string;
  /** As far as they can be told without mapping every row. */
  readonly values: readonly UsedValue[];
}

/** One finding for each thing wrong, or one that all is well. */
export function judgeCustomFields(
  uses: readonly CustomFieldUse[],
  definitions: readonly JsonObject[] | Unread,
): readonly Finding[] {
  if (uses.length === 0) return [ok("custom fields", "the mappings set none")];
  if ("unread" in definitions)
    return [
      warning(
        "custom fields",
        `the definitions cannot be read (${definitions.unread}), so it is not known whether ${listed(uses.map(({ label }) => label))} exist`,
        "Look in Luminous whether these labels exist, spelled exactly so.",
      ),
    ];
  const found = uses.flatMap((use) => judgeUse(use, definitions));
  const messages = new Map(found.map((finding) => [finding.message, finding]));
  if (messages.size > 0) return [...messages.values()];
  const labels = [...new Set(uses.map(({ label }) => label))];
  return [
    ok(
      "custom fields",
      `${listed(labels)} ${labels.length === 1 ? "is" : "are"} there and ${labels.length === 1 ? "takes" : "take"} what the mappings send`,
    ),
  ];
}

function judgeUse(use: CustomFieldUse, definitions: readonly JsonObject[]): readonly Finding[] {
  const { label, objectType, place, values } = use;
  const definition = definitions.find((each) => labelOf(each) === label);
  if (definition === undefined) {
    const labels = definitions.flatMap((each) => labelOf(each) ?? []);
    return [
      problem(
        "custom fields",
        `Luminous has no custom field "${label}" (${place}).${didYouMean(label, labels)}`,
        "Correct the label in the mapping, or make the custom field in Luminous first. Labels are compared exactly.",
      ),
    ];
  }
  const types = definition.object_types;
  if (Array.isArray(types) && !types.some((type) => folded(String(type)) === folded(objectType)))
    return [
      problem(
        "custom fields",
        `the custom field "${label}" (${place}) is not one of ${objectType}: it belongs to ${types.length === 0 ? "nothing" : types.map(String).join(", ")}`,
        `Add ${objectType} to the custom field in Luminous, or use another one.`,
      ),
    ];
  const unfit = values.flatMap(({ value, from }) => {
    const wants = unmetBy(definition, value);
    return wants === undefined ? [] : [{ value, from, wants }];
  });
  const [first] = unfit;
  if (first === undefined) return [];
  const others = new Set(unfit.map(({ value }) => JSON.stringify(value))).size - 1;
  return [
    problem(
      "custom fields",
      `the custom field "${label}" (${place}) takes ${first.wants}, and ${first.from} has ${JSON.stringify(first.value)}${others > 0 ? ` and ${others} other ${others === 1 ? "value" : "values"} that it does not take` : ""}`,
      "Turn the values into such ones in the mapping (map, apply), or change the custom field in Luminous.",
    ),
  ];
}

/** What the field wants and the value is not; undefined for a value that fits, and for types that nobody knows. */
function unmetBy({ type, options }: JsonObject, value: Json): string | undefined {
  if (value === null || value === "" || Array.isArray(value) || isPlainObject(value)) return undefined;
  const text = String(value);
  const { choices, minLength, maxLength } = isPlainObject(options) ? options : {};
  switch (type) {
    case "number":
      return /^-?\d+(\.\d+)?$/.test(text) ? undefined : "a number";
    case "date":
      return /^\d{4}-\d{2}-\d{2}$/.test(text) ? undefined : "a date (YYYY-MM-DD)";
    case "dropdown":
      return !Array.isArray(choices) || choices.includes(text)
        ? undefined
        : `one of ${choices.map((choice) => `"${String(choice)}"`).join(", ")}`;
    case "string":
      if (typeof maxLength === "number" && [...text].length > maxLength) return `at most ${maxLength} characters`;
      if (typeof minLength === "number" && [...text].length < minLength) return `at least ${minLength} characters`;
      return undefined;
    default:
      return undefined;
  }
}

function labelOf({ label }: JsonObject): string | undefined {
  return typeof label === "string" ? label.trim() : undefined;
}

/** How object types are spelled is known by examples only: `sales-orders`, `sales-order items`. */
function folded(objectType: string): string {
  return objectType.toLowerCase().replace(/[^a-z]+/g, "-");
}

function listed(labels: readonly string[]): string {
  return [...new Set(labels)].map((label) => `"${label}"`).join(", ");
}
