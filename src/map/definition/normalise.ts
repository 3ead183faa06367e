// The written forms of a mapping, brought to one form: a field spec to its alternatives, a number to what it is written as.
import type { YamlPlaces } from "../../model/config/yaml-config.ts";
import type { ValueStyle } from "../values/style.ts";
import type { WrittenField, WrittenSpec } from "./field-schema.ts";
import type { Constant } from "./mapping.ts";
import type { WrittenMapping } from "./mapping-schema.ts";

/** One alternative in its longest form, with its path in the file. */
export interface WrittenAlternative {
  readonly written: WrittenField;
  readonly path: readonly PropertyKey[];
}

/** The whole alternatives of a field spec, in order. */
export function alternativesOf(spec: WrittenSpec, path: readonly PropertyKey[]): readonly WrittenAlternative[] {
  if (Array.isArray(spec)) return spec.map((item, index) => ({ written: longForm(item), path: [...path, index] }));
  return [{ written: longForm(spec), path }];
}

/**
 * A constant as it is meant. YAML reads `007` and `1.10` as numbers; where a number would not show as it is written, the
 * text is what was meant.
 */
export function constantAt(value: unknown, path: readonly PropertyKey[], places: YamlPlaces): Constant {
  if (typeof value === "number") {
    const text = places.textOf(path);
    return text === undefined || text === String(value) ? value : text;
  }
  if (Array.isArray(value)) return value.map((item, index) => constantAt(item, [...path, index], places));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, constantAt(item, [...path, key], places)]),
    );
  }
  return typeof value === "string" || typeof value === "boolean" ? value : null;
}

/** How cells are written: what `source:` says and the field says otherwise. The same object for the same source and field. */
export function styleOf(
  source: WrittenMapping["source"],
  field: Pick<WrittenField, "decimal" | "thousands" | "dates"> = {},
): ValueStyle {
  const said = source ?? noSource;
  const isOfField = field.decimal !== undefined || field.thousands !== undefined || field.dates !== undefined;
  const ofSource = styles.get(said) ?? new WeakMap<object, ValueStyle>();
  styles.set(said, ofSource);
  const key = isOfField ? field : said;
  const style =
    ofSource.get(key) ??
    styleFrom({
      decimal: field.decimal ?? said.decimal,
      thousands: field.thousands ?? said.thousands,
      dates: field.dates ?? said.dates,
      ...inZone(said.timezone),
    });
  ofSource.set(key, style);
  return style;
}

/** How constants of a mapping are written, whatever its cells look like: a decimal point, ISO dates. */
export function constantStyle(style: ValueStyle): ValueStyle {
  return { decimal: ".", dates: [], ...inZone(style.timezone) };
}

type WrittenSource = NonNullable<WrittenMapping["source"]>;
const noSource: WrittenSource = {};
// Expressions share one environment for each style object, and are compiled once for each.
const styles = new WeakMap<WrittenSource, WeakMap<object, ValueStyle>>();

// A point between thousands leaves only the comma for decimals, and the other way round.
function styleFrom({ decimal, thousands, dates, timezone }: Partial<WrittenSource>): ValueStyle {
  const isSaid = decimal !== undefined || thousands === "." || thousands === ",";
  const unsaid = { numbers: !isSaid, dates: dates === undefined };
  return {
    decimal: decimal ?? (thousands === "." ? "," : "."),
    ...(thousands === undefined ? {} : { thousands }),
    dates: dates ?? [],
    ...inZone(timezone),
    ...(unsaid.numbers || unsaid.dates ? { unsaid } : {}),
  };
}

function inZone(timezone: string | undefined): Pick<ValueStyle, "timezone"> {
  return timezone === undefined ? {} : { timezone };
}

function longForm(spec: string | WrittenField): WrittenField {
  return typeof spec === "string" ? { from: spec } : spec;
}
