// The building blocks of payload schemas. Each carries a field type as metadata: the mapping language coerces cells by
// it, so the payload's schema decides how a cell is read. Limits come from the API pages.
import { z } from "zod";
import { parsePath } from "../payload-path.ts";
import type { ReferableName } from "../resource.ts";
import { type Accepts, accepting, acceptingAs, acceptsOf } from "./accepts.ts";

/** How a cell becomes a value of this field. */
export type FieldType =
  | "text" // as it is; identifiers stay text
  | "email"
  | "decimal" // money and measures: digits to a JSON number, exactly or not at all
  | "length" // a decimal in inches; a mapping may name another unit
  | "integer"
  | "boolean"
  | "date" // YYYY-MM-DD
  | "weight" // { unit, value }
  | "choice" // one of `choices`
  | "texts" // a list of text
  | "integers" // a list of integers
  | "object" // has fields of its own
  | "objects" // a list of objects: a child
  | "labelled" // custom_fields: any label, any scalar
  | "any"; // documented as an object without fields

/** What a text field holds, where a spreadsheet may have damaged that: digits that are no number. */
export type Holds = "identifier" | "gtin" | "postal_code";

declare module "zod" {
  interface GlobalMeta {
    fieldType?: FieldType;
    refersTo?: ReferableName;
    holds?: Holds;
    isKey?: true;
  }
}

const typed = <T extends z.ZodType>(schema: T, fieldType: FieldType, accepts?: Accepts): T => {
  const made = schema.meta({ fieldType });
  return accepts === undefined ? made : accepting(made, accepts);
};

/** Text of at most `max` characters; it may be empty. */
export const text = (max?: number) => typed(z.string().check(...upTo(max)), "text", textUpTo(max, 0));
/** Text of 1 to `max` characters. */
export const requiredText = (max?: number) =>
  typed(
    z
      .string()
      .min(1)
      .check(...upTo(max)),
    "text",
    textUpTo(max, 1),
  );
/** A text that holds digits which are no number. */
export const holding = <T extends z.ZodType>(holds: Holds, schema: T): T =>
  acceptingAs(schema.meta({ ...schema.meta(), holds }), schema);
/** A text that names a record, this one or another: a key or a reference to one. */
export const naming = <T extends z.ZodType>(schema: T): T =>
  acceptingAs(schema.meta({ ...schema.meta(), isKey: true }), schema);
/** An e-mail address of at most `max` characters. */
export const email = (max: number) => typed(z.email({ pattern: address }).check(...upTo(max)), "email");
/** One http or https address of at most `max` characters; empty text empties the field. */
export const webAddress = (max: number) =>
  typed(
    z.string().check(...upTo(max), isWebAddress),
    "text",
    (value) => isText(value, max) && (value === "" || oneWebAddress.test(value)),
  );
/** Any finite number. */
export const decimal = () => typed(z.number(), "decimal", Number.isFinite);
/** A number from 0: money, thresholds. */
export const amount = () => typed(z.number().min(0), "decimal", isFromZero);
/** A quantity: more than nothing (facts §5.5). */
export const quantity = () =>
  typed(z.number().gt(0, { error: "must be greater than 0" }), "decimal", (value) => isFromZero(value) && value !== 0);
/** Inches, as every dimension of a product. */
export const inches = () => typed(z.number().min(0), "length", isFromZero);
/** A whole number that JSON carries exactly. */
export const integer = () => typed(z.int(), "integer", Number.isSafeInteger);
/** The id of a record of another resource, which a mapping may name by its key. */
export const idOf = (refersTo: ReferableName) =>
  accepting(z.int().meta({ fieldType: "integer", refersTo }), Number.isSafeInteger);
/** True or false. */
export const flag = () => typed(z.boolean(), "boolean", (value) => typeof value === "boolean");
/** A calendar day, YYYY-MM-DD. */
export const date = () => typed(z.iso.date(), "date", (value) => typeof value === "string" && plainDay.test(value));
/** One of the given words, exactly. */
export const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  typed(z.enum(values), "choice", (value) => (values as readonly unknown[]).includes(value));
/** A list of texts of at most `max` characters each. */
export const texts = (max?: number) =>
  typed(
    z.array(z.string().check(...upTo(max))),
    "texts",
    (value) => Array.isArray(value) && value.every(textUpTo(max, 0)),
  );
/** A list of whole numbers. */
export const integers = () => typed(z.array(z.int()), "integers");
/** A list of objects: in a mapping, a child. */
export const objects = <T extends z.ZodObject>(item: T) => typed(z.array(item), "objects");
/** A list of objects with at least one; `message` says why. */
export const someObjects = <T extends z.ZodObject>(item: T, message: string) => {
  const each = acceptsOf(item);
  return typed(
    z.array(item).min(1, { error: message }),
    "objects",
    (value) => Array.isArray(value) && value.length > 0 && value.every(each),
  );
};
/** Custom fields: any label, and a scalar or a list of texts behind it (facts §4.9). */
export const labelled = () =>
  typed(
    z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])),
    "labelled",
  );
/** What the pages show as an object without fields. */
export const anyObject = () => typed(z.record(z.string(), z.unknown()), "any");

/** A weight as the create-product page shows it. Only `lb` is documented, so only `lb` is sent. */
export const weight = () => typed(z.strictObject({ unit: z.enum(["lb"]), value: amount() }), "weight");

function isText(value: unknown, max: number | undefined): value is string {
  return typeof value === "string" && (max === undefined || value.length <= max);
}

function textUpTo(max: number | undefined, min: number): (value: unknown) => boolean {
  return (value) => isText(value, max) && value.length >= min;
}

function isFromZero(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY;
}

/** A day that every month has; of the others a calendar has to say whether they are. */
const plainDay = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])$/;

// What the API takes for an address is not documented; Laravel, which it looks like (facts §1), takes any script, quoted
// names and hosts without a dot. So only what is surely none is refused: no @, two of them, white space, an empty side.
const address = /^(?:[^\s@"]+|"(?:[^"\\]|\\.)*")@[^\s@]+$/u;

/** An address may have commas and whole other addresses in it; another one after a separator is a second image. */
function isWebAddress({ value, issues }: z.core.ParsePayload<string>): void {
  if (value === "" || oneWebAddress.test(value)) return;
  const addresses = value.match(/(?:^|[,;|\s])https?:\/\//gi)?.length ?? 0;
  const message =
    addresses > 1
      ? `holds ${addresses} addresses, and only one is expected`
      : addresses === 1
        ? "is not an address: there is something before it, or white space in it"
        : "is not an address that begins with http:// or https://";
  issues.push({ code: "invalid_format", format: "url", origin: "string", input: value, message });
}

const oneWebAddress = /^https?:\/\/(?!.*[,;|]https?:\/\/)[^\s/?#]+(?:[/?#]\S*)?$/iu;

// Limits count characters, as Laravel's do (mb_strlen): zod would count an emoji as two.
function upTo(max: number | undefined): readonly z.core.CheckFn<string>[] {
  if (max === undefined) return [];
  return [
    ({ value, issues }) => {
      if (value.length > max && characterCount(value) > max)
        issues.push({ code: "too_big", origin: "string", maximum: max, inclusive: true, input: value });
    },
  ];
}

/** How many characters (code points) a text has. */
export function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** What the mapping language needs to know of one field. */
export interface Field {
  readonly type: FieldType;
  readonly nullable: boolean;
  readonly choices?: readonly string[];
  /** Whose id this is, where a reference can find it. */
  readonly refersTo?: ReferableName;
  readonly holds?: Holds;
  /** It names a record: a key or a reference. */
  readonly isKey?: true;
  /** A value of `custom_fields`: a number or a boolean may stand here as well as text. */
  readonly anyScalar?: true;
}

/**
 * The field at a payload path of a schema (`category.name`, `items.quantity`, `custom_fields.Any label`), or undefined
 * when the payload has none. Steps through lists of objects need no index.
 */
export function fieldAt(schema: z.ZodType, path: string): Field | undefined {
  const current = schemaAt(schema, path);
  if (current === undefined) return undefined;
  if (current.isLabel) return { type: "text", nullable: true, anyScalar: true };
  const choices = current.schema instanceof z.ZodEnum ? (current.schema.options as string[]) : undefined;
  const { refersTo, holds, isKey } = z.globalRegistry.get(current.schema) ?? {};
  return {
    type: typeOf(current.schema),
    nullable: current.nullable,
    ...(choices === undefined ? {} : { choices }),
    ...(refersTo === undefined ? {} : { refersTo }),
    ...(holds === undefined ? {} : { holds }),
    ...(isKey === undefined ? {} : { isKey }),
  };
}

/** The schema at a payload path, as `fieldAt` finds it. */
export function schemaAt(schema: z.ZodType, path: string): SchemaAtPath | undefined {
  let current = unwrap(schema);
  let required = true;
  for (const step of parsePath(path)) {
    if (typeof step === "number") continue;
    if (typeOf(current.schema) === "labelled") return { ...current, required: false, isLabel: true };
    const isList = current.schema instanceof z.ZodArray;
    const owner = current.schema instanceof z.ZodArray ? unwrap(current.schema.element as z.ZodType) : current;
    if (!(owner.schema instanceof z.ZodObject)) return undefined;
    const shape = owner.schema.shape as Record<string, z.ZodType>;
    if (!Object.hasOwn(shape, step)) return undefined;
    const written = shape[step] as z.ZodType;
    required = (required || isList) && !(written instanceof z.ZodOptional);
    current = unwrap(written);
  }
  return { ...current, required, isLabel: false };
}

interface SchemaAtPath extends Unwrapped {
  /** Whether the payload, or the list item that holds it, is refused without it. */
  readonly required: boolean;
  /** True for a value of `custom_fields`, which takes any scalar. */
  readonly isLabel: boolean;
}

/** Every path a mapping may name under a schema, lists of objects written without index (`items.quantity`). */
export function fieldPaths(schema: z.ZodType, prefix = ""): readonly string[] {
  const { schema: inner } = unwrap(schema);
  const owner = inner instanceof z.ZodArray ? unwrap(inner.element as z.ZodType).schema : inner;
  if (!(owner instanceof z.ZodObject)) return [];
  return Object.entries(owner.shape as Record<string, z.ZodType>).flatMap(([name, child]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    return [path, ...fieldPaths(child, path)];
  });
}

interface Unwrapped {
  readonly schema: z.ZodType;
  readonly nullable: boolean;
}

function unwrap(schema: z.ZodType): Unwrapped {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodNullable) return { ...unwrap(schema.unwrap() as z.ZodType), nullable: true };
  return { schema, nullable: false };
}

function typeOf(schema: z.ZodType): FieldType {
  return z.globalRegistry.get(schema)?.fieldType ?? (schema instanceof z.ZodObject ? "object" : "any");
}
