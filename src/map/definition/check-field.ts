// What a schema cannot say of one field of a mapping: small rules, each giving the faults it finds. Rules on payload
// paths and on the file as a whole are in check-mapping.ts.
import type { ConfigFault } from "../../model/config/config-fault.ts";
import type { YamlPlaces } from "../../model/config/yaml-config.ts";
import type { Field } from "../../model/resources/field.ts";
import { referables } from "../../model/resources/resources.ts";
import { didYouMean } from "../../model/text/nearest.ts";
import { conditionFault } from "../expression/condition.ts";
import type { CompileExpression } from "../expression/expression.ts";
import { indexNames } from "../expression/index-names.ts";
import type { IndexNames } from "../expression/language.ts";
import { dateFormatFault } from "../values/dates.ts";
import { compileTransform } from "../values/transforms.ts";
import { lengthUnits, type Unit, weightUnits } from "../values/units.ts";
import { listFaults } from "./check-list.ts";
import { coerceConstant } from "./constant.ts";
import type { WrittenField, WrittenSpec } from "./field-schema.ts";
import type { WrittenMapping } from "./mapping-schema.ts";
import { alternativesOf, constantAt, styleOf, type WrittenAlternative } from "./normalise.ts";
import { parseTemplate } from "./template.ts";

/** Where a field stands. */
export interface FieldContext {
  readonly mapping: Partial<WrittenMapping>;
  readonly compile: CompileExpression;
  readonly kind: "group" | "child";
  /** Undefined when the payload has no such field, which is a fault of its own. */
  readonly field: Field | undefined;
  /** Whether the payload, or the list item that it is of, is refused without it. */
  readonly isRequired: boolean;
  readonly places: YamlPlaces;
}

/** All faults of a source that is compared or reckoned with and never sent. `what` is what it gives: a total, an amount. */
export function checkNeverSent(
  spec: WrittenSpec,
  path: ConfigFault["path"],
  what: string,
  context: Omit<FieldContext, "isRequired">,
): readonly ConfigFault[] {
  return alternativesOf(spec, path).flatMap((alternative) => [
    ...checkAlternative(alternative, { ...context, isRequired: true }),
    // In a child nothing can be cleared anyway, and that is said there.
    ...(alternative.written.blank === "clear" && context.kind === "group"
      ? [{ path: [...alternative.path, "blank"], message: `${what} is never sent, so it can clear nothing` }]
      : []),
  ]);
}

/** All faults of one alternative. */
export function checkAlternative(alternative: WrittenAlternative, context: FieldContext): readonly ConfigFault[] {
  const { source, index } = context.mapping;
  const seen = { ...context, source, indexes: indexNames(index) };
  return rules.flatMap((rule) => {
    const faults = rule(alternative.written, seen, alternative.path);
    return faults.map(({ key, message }) => ({ path: [...alternative.path, ...key], message }));
  });
}

interface Fault {
  /** From the alternative down. */
  readonly key: readonly PropertyKey[];
  readonly message: string;
}
interface RuleContext extends FieldContext {
  readonly source: WrittenMapping["source"];
  readonly indexes: IndexNames;
}
type Rule = (written: WrittenField, context: RuleContext, path: readonly PropertyKey[]) => readonly Fault[];

const oneSource: Rule = ({ from, template, expr, value, sum }) => {
  const given = Object.entries({ from, template, expr, value, sum }).flatMap(([name, source]) =>
    source === undefined ? [] : [name],
  );
  if (given.length === 1) return [];
  const message =
    given.length === 0
      ? "needs one of from, template, expr, value, sum"
      : `has ${given.join(" and ")}: only one can be`;
  return [{ key: [], message }];
};

const expressions: Rule = (written, { source, indexes, kind, compile }) => {
  const style = styleOf(source, written);
  const compiled = written.expr === undefined ? undefined : compile(written.expr, kind, style, indexes);
  const fault = written.when === undefined ? undefined : conditionFault(compile(written.when, kind, style, indexes));
  return [
    ...(compiled === undefined || compiled.ok ? [] : [{ key: ["expr"], message: compiled.message }]),
    ...(fault === undefined ? [] : [{ key: ["when"], message: fault }]),
  ];
};

const templates: Rule = ({ template }) => {
  const parsed = template === undefined ? undefined : parseTemplate(template);
  return parsed === undefined || parsed.ok ? [] : [{ key: ["template"], message: parsed.message }];
};

const transforms: Rule = (written, { source }) =>
  (written.apply ?? []).flatMap((spec, index) => {
    const compiled = compileTransform(spec, styleOf(source, written));
    return compiled.ok ? [] : [{ key: ["apply", index], message: compiled.message }];
  });

const digitSigns: Rule = (written, { source }) => {
  const { decimal, thousands } = styleOf(source, written);
  if (thousands !== decimal || (written.decimal === undefined && written.thousands === undefined)) return [];
  return [
    {
      key: [written.thousands === undefined ? "decimal" : "thousands"],
      message: `decimal and thousands are both "${decimal}"`,
    },
  ];
};

const dateFormats: Rule = ({ dates }) =>
  dateFaults(dates).map(({ index, message }) => ({ key: ["dates", index], message }));

const units: Rule = ({ unit }, { field }) => {
  if (unit === undefined || field === undefined) return [];
  if (field.type !== "weight" && field.type !== "length") {
    return [
      { key: ["unit"], message: `a unit belongs to weights and lengths, and this field is ${typeInWords(field)}` },
    ];
  }
  const known: readonly string[] = field.type === "weight" ? weightUnits : lengthUnits;
  if (known.includes(unit)) return [];
  return [
    {
      key: ["unit"],
      message: `"${unit}" is not a unit of ${field.type}; known are ${known.join(", ")}.${didYouMean(unit, known)}`,
    },
  ];
};

const answers: Rule = ({ map, otherwise }) => [
  ...(otherwise !== undefined && map === undefined
    ? [{ key: ["otherwise"], message: "only has a meaning beside map" }]
    : []),
  ...Object.keys(map ?? {}).flatMap((cell) =>
    cell.trim() === "" ? [{ key: ["map", cell], message: "a blank cell never comes to map; use default" }] : [],
  ),
];

const summing: Rule = ({ sum, each, split, lookup, map, ref }, { kind, mapping, field }) => {
  if (sum === undefined) return each === undefined ? [] : [{ key: ["each"], message: "only has a meaning beside sum" }];
  const [step] = Object.entries({ split, lookup, map, ref }).flatMap(([name, given]) =>
    given === undefined ? [] : [name],
  );
  const reason =
    kind === "child"
      ? "one element of a list has nothing to add up: sums are of the entry itself"
      : step !== undefined
        ? `gives a number, and ${step} takes text`
        : field !== undefined && !summable.has(field.type)
          ? `gives a number, and this field is ${typeInWords(field)}`
          : undefined;
  return [
    ...(reason === undefined ? [] : [{ key: ["sum"], message: reason }]),
    ...listFaults(each ?? "rows", mapping).map((message) => ({ key: [each === undefined ? "sum" : "each"], message })),
  ];
};

const summable: ReadonlySet<Field["type"]> = new Set(["decimal", "integer", "weight", "length"]);

const clearing: Rule = ({ blank, default: fallback, value, expr, sum, ref }, { kind }) => {
  const reason =
    blank === undefined
      ? undefined
      : kind === "child"
        ? "lists are replaced as a whole, so nothing in them can be cleared"
        : fallback !== undefined
          ? "a blank cell cannot both clear the field and take a default"
          : value !== undefined || expr !== undefined || sum !== undefined
            ? "only a cell can be blank: use it with from or template"
            : ref !== undefined
              ? "an id cannot be cleared"
              : undefined;
  return reason === undefined ? [] : [{ key: ["blank"], message: reason }];
};

const filling: Rule = ({ fill, from, blank }, { kind }) => {
  if (fill === undefined) return [];
  const reason =
    from === undefined
      ? "only a cell can be filled: use it with from"
      : blank !== undefined
        ? "a blank cell cannot both clear the field and be filled"
        : kind === "child" && [from].flat().includes("item")
          ? "a piece of a cell has none above it"
          : undefined;
  return reason === undefined ? [] : [{ key: ["fill"], message: reason }];
};

const omission: Rule = ({ invalid, default: fallback, value, ref }, { isRequired }) => {
  if (invalid !== "omit") return [];
  const reason =
    value !== undefined
      ? "a constant is checked here and now"
      : ref !== undefined
        ? "whether an id can be found is known only later"
        : isRequired && fallback === undefined
          ? "nothing can be sent without this field: give it a default, which is taken then"
          : undefined;
  return reason === undefined ? [] : [{ key: ["invalid"], message: reason }];
};

const references: Rule = ({ ref }, { field }) => {
  if (ref === undefined) return [];
  const { keyPath } = referables[ref.resource];
  if (field !== undefined && field.type !== "integer")
    return [{ key: ["ref"], message: `gives an id, and this field is ${typeInWords(field)}` }];
  if (field !== undefined && field.refersTo !== ref.resource)
    return [{ key: ["ref", "resource"], message: otherIds(ref.resource, field.refersTo) }];
  return ref.by === keyPath
    ? []
    : [{ key: ["ref", "by"], message: `${ref.resource} are found by ${keyPath}, not by "${ref.by}"` }];
};

/** The id of another record is a number as good as any: the API could not tell. */
function otherIds(given: string, wanted: string | undefined): string {
  return wanted === undefined
    ? `this field does not take an id of ${given}`
    : `this field takes an id of ${wanted}, not of ${given}`;
}

const lists: Rule = ({ split }, { field }) =>
  split === undefined ||
  field === undefined ||
  field.anyScalar === true ||
  field.type === "texts" ||
  field.type === "integers"
    ? []
    : [{ key: ["split"], message: `makes a list, and this field is ${typeInWords(field)}` }];

/** Every constant that ends in the payload as it is must be a value of the field. */
const constants: Rule = (written, { field, source, places }, path) => {
  if (field === undefined || written.ref !== undefined) return [];
  const { value, apply, split, lookup, map, round, otherwise } = written;
  const untouched = [apply, split, lookup, map, round].every((step) => step === undefined);
  const found: { readonly key: readonly PropertyKey[]; readonly constant: unknown }[] = [
    ...(value !== undefined && untouched ? [{ key: ["value"], constant: value }] : []),
    ...(written.default === undefined ? [] : [{ key: ["default"], constant: written.default }]),
    ...Object.entries(map ?? {}).map(([cell, constant]) => ({ key: ["map", cell], constant })),
    ...(typeof otherwise === "object" ? [{ key: ["otherwise", "value"], constant: otherwise.value }] : []),
    ...(typeof lookup?.otherwise === "object" && map === undefined
      ? [{ key: ["lookup", "otherwise", "value"], constant: lookup.otherwise.value }]
      : []),
  ];
  const unit = isUnit(written.unit) ? written.unit : undefined;
  return found.flatMap(({ key, constant }) => {
    const coerced = coerceConstant(constantAt(constant, [...path, ...key], places), field, styleOf(source), unit);
    return coerced.ok ? [] : [{ key, message: coerced.message }];
  });
};

const rules: readonly Rule[] = [
  oneSource,
  expressions,
  templates,
  transforms,
  digitSigns,
  dateFormats,
  units,
  answers,
  summing,
  clearing,
  filling,
  omission,
  references,
  lists,
  constants,
];

/** What is wrong with date formats, by their index. */
export function dateFaults(
  dates: readonly string[] | undefined,
): readonly { readonly index: number; readonly message: string }[] {
  return (dates ?? []).flatMap((format, index) => {
    const message = dateFormatFault(format);
    return message === undefined ? [] : [{ index, message }];
  });
}

/** True for the name of a unit. */
export function isUnit(name: string | undefined): name is Unit {
  return name !== undefined && ([...weightUnits, ...lengthUnits] as readonly string[]).includes(name);
}

function typeInWords({ type }: Field): string {
  switch (type) {
    case "text":
    case "email":
      return "text";
    case "decimal":
    case "integer":
      return "a number";
    case "length":
      return "a length";
    case "weight":
      return "a weight";
    case "boolean":
      return "true or false";
    case "date":
      return "a date";
    case "choice":
      return "one of a few words";
    case "texts":
    case "integers":
      return "a list";
    case "objects":
      return "a list of objects";
    case "object":
    case "labelled":
    case "any":
      return "an object";
    default:
      return type satisfies never;
  }
}
