// What a schema cannot say of a mapping as a whole: that its fields exist in the payload and are given once, that its
// expressions compile, that joins, groups and children fit together. Rules on a single field are in check-field.ts.
import type { ConfigFault } from "../../model/config/config-fault.ts";
import type { YamlPlaces } from "../../model/config/yaml-config.ts";
import { parsePath } from "../../model/payload-path.ts";
import type { Resource } from "../../model/resource.ts";
import { type Field, fieldAt, fieldPaths, schemaAt } from "../../model/resources/field.ts";
import { resources } from "../../model/resources/resources.ts";
import { didYouMean } from "../../model/text/nearest.ts";
import { conditionFault } from "../expression/condition.ts";
import type { CompileExpression } from "../expression/expression.ts";
import { indexNameFault, indexNames } from "../expression/index-names.ts";
import { noIndexNames } from "../expression/language.ts";
import { checkAmounts } from "./check-amounts.ts";
import { checkAlternative, dateFaults } from "./check-field.ts";
import { listFaults } from "./check-list.ts";
import { checkTotals } from "./check-totals.ts";
import type { WrittenSpec } from "./field-schema.ts";
import type { WrittenChild, WrittenMapping } from "./mapping-schema.ts";
import { alternativesOf, styleOf } from "./normalise.ts";

/** Words that mean something of their own where a join's name could stand. */
const reservedNames: readonly string[] = ["rows", "row", "parent", "item"];

/** All faults of a mapping that its schema accepts; of one that it does not, all that the rest of it has. */
export function checkMapping(
  mapping: Partial<WrittenMapping>,
  places: YamlPlaces,
  compile: CompileExpression,
): readonly ConfigFault[] {
  const resource = mapping.resource === undefined ? undefined : resources[mapping.resource];
  return [
    ...checkSource(mapping),
    ...checkIndexes(mapping, compile),
    ...checkExpressions(mapping, compile),
    ...checkJoins(mapping),
    ...checkKey(mapping, resource),
    ...checkFields(mapping.fields ?? {}, { mapping, resource, places, compile, path: ["fields"], list: undefined }),
    ...Object.entries(mapping.children ?? {}).flatMap(([list, child]) =>
      checkChild(list, child, { mapping, resource, places, compile }),
    ),
    ...checkTotals(mapping, resource, { places, compile }),
  ];
}

function checkSource({ source }: Partial<WrittenMapping>): readonly ConfigFault[] {
  const { decimal, thousands } = styleOf(source);
  return [
    ...(decimal === thousands
      ? [{ path: ["source", "thousands"], message: `is the decimal sign too ("${decimal}")` }]
      : []),
    ...headingFaults(source?.headings ?? {}),
    ...dateFaults(source?.dates).map(({ index, message }) => ({ path: ["source", "dates", index], message })),
  ];
}

function checkIndexes({ index, source }: Partial<WrittenMapping>, compile: CompileExpression): readonly ConfigFault[] {
  const style = styleOf(source);
  return Object.entries(index ?? {}).flatMap(([name, { key, value, where }]) => {
    const path = ["index", name];
    const misnamed = indexNameFault(name);
    const texts = Object.entries({ key, value }).flatMap(([part, text]) => {
      const compiled = compile(text, "row", style, noIndexNames);
      return compiled.ok ? [] : [{ path: [...path, part], message: compiled.message }];
    });
    const fault = where === undefined ? undefined : conditionFault(compile(where, "row", style, noIndexNames));
    return [
      ...(misnamed === undefined ? [] : [{ path, message: misnamed, at: "key" as const }]),
      ...texts,
      ...(fault === undefined ? [] : [{ path: [...path, "where"], message: fault }]),
    ];
  });
}

/** One heading cannot mean two columns. */
function headingFaults(headings: Readonly<Record<string, readonly string[]>>): readonly ConfigFault[] {
  const first = new Map(Object.keys(headings).map((name) => [name, name]));
  return Object.entries(headings).flatMap(([name, others]) =>
    others.flatMap((other, index) => {
      const known = first.get(other);
      first.set(other, known ?? name);
      const message = `"${other}" is a heading of "${known}" already`;
      return known === undefined ? [] : [{ path: ["source", "headings", name, index], message }];
    }),
  );
}

function checkExpressions(mapping: Partial<WrittenMapping>, compile: CompileExpression): readonly ConfigFault[] {
  const { where, group, source } = mapping;
  const by = typeof group?.by === "object" && "expr" in group.by ? group.by.expr : undefined;
  const compiled = by === undefined ? undefined : compile(by, "row", styleOf(source), indexNames(mapping.index));
  const head = typeof group?.head === "object" ? group.head.first : group?.head;
  const headPath = ["group", "head", ...(typeof group?.head === "object" ? ["first"] : [])];
  return [
    ...conditionFaults(where, "row", mapping, compile, ["where"]),
    ...(compiled === undefined || compiled.ok ? [] : [{ path: ["group", "by", "expr"], message: compiled.message }]),
    ...conditionFaults(head, "row", mapping, compile, headPath),
    ...conditionFaults(group?.where, "group", mapping, compile, ["group", "where"]),
  ];
}

function conditionFaults(
  text: string | undefined,
  kind: "row" | "group" | "child",
  { source, index }: Partial<WrittenMapping>,
  compile: CompileExpression,
  path: readonly PropertyKey[],
): readonly ConfigFault[] {
  const message =
    text === undefined ? undefined : conditionFault(compile(text, kind, styleOf(source), indexNames(index)));
  return message === undefined ? [] : [{ path, message }];
}

function checkJoins({ join }: Partial<WrittenMapping>): readonly ConfigFault[] {
  return Object.keys(join ?? {}).flatMap((name) =>
    reservedNames.includes(name) || name.includes(".")
      ? [
          {
            path: ["join", name],
            message: `a join cannot be called "${name}": that name has a meaning of its own`,
            at: "key" as const,
          },
        ]
      : [],
  );
}

function checkKey(
  { key, fields, resource: name }: Partial<WrittenMapping>,
  resource: Resource | undefined,
): readonly ConfigFault[] {
  if (resource === undefined || fields === undefined) return [];
  const { keyPath } = resource;
  if (key !== undefined && key !== keyPath) {
    // Any other key could not be looked up after an unanswered send, and what cannot be looked up may be sent twice.
    return [
      { path: ["key"], message: `Luminous finds ${name} by ${keyPath}, so that has to be the key, not "${key}"` },
    ];
  }
  return Object.hasOwn(fields, keyPath)
    ? []
    : [{ path: ["fields"], message: `${keyPath}, the key of ${name}, is not mapped`, at: "key" }];
}

interface Context {
  readonly mapping: Partial<WrittenMapping>;
  readonly resource: Resource | undefined;
  readonly places: YamlPlaces;
  readonly compile: CompileExpression;
}

interface FieldsContext extends Context {
  readonly path: readonly PropertyKey[];
  /** The payload field that holds the list whose items have these fields. */
  readonly list: string | undefined;
}

function checkFields(fields: Readonly<Record<string, WrittenSpec>>, context: FieldsContext): readonly ConfigFault[] {
  const names = Object.keys(fields);
  return Object.entries(fields).flatMap(([name, spec]) => {
    const path = [...context.path, name];
    const whole = names.find((other) => name.startsWith(`${other}.`));
    const misplaced =
      whole === undefined ? misplacedField(name, context) : `is given twice: "${whole}" is mapped as a whole`;
    const field = misplaced === undefined ? targetField(name, context) : undefined;
    const { places, compile, mapping } = context;
    const kind = context.list === undefined ? ("group" as const) : ("child" as const);
    const isRequired = misplaced === undefined && targetIsRequired(name, context);
    const fieldContext = { mapping, kind, field, isRequired, places, compile };
    return [
      ...(misplaced === undefined ? [] : [{ path, message: misplaced, at: "key" as const }]),
      ...alternativesOf(spec, path).flatMap((alternative) => checkAlternative(alternative, fieldContext)),
    ];
  });
}

function targetField(name: string, { resource, list }: FieldsContext): Field | undefined {
  return resource === undefined ? undefined : fieldAt(resource.schema, list === undefined ? name : `${list}.${name}`);
}

function targetIsRequired(name: string, { resource, list }: FieldsContext): boolean {
  if (resource === undefined) return false;
  return schemaAt(resource.schema, list === undefined ? name : `${list}.${name}`)?.required === true;
}

/** Why a payload path cannot be mapped where it stands; undefined when it can. */
function misplacedField(name: string, context: FieldsContext): string | undefined {
  const { resource, list } = context;
  if (resource === undefined || (list !== undefined && fieldAt(resource.schema, list)?.type !== "objects"))
    return undefined;
  const steps = parsePath(name);
  for (let length = 1; length < steps.length; length += 1) {
    const above = steps.slice(0, length).join(".");
    const type = targetField(above, context)?.type;
    if (type === "objects") return `is in a list: map it under children.${above}.fields`;
    if (type === "weight") return `a weight is mapped as a whole: ${above}: { from: …, unit: … }`;
  }
  if (steps.some((step) => typeof step === "number" || step.trim() === "")) return "is not a payload field";
  const field = targetField(name, context);
  if (field === undefined) {
    const known = fieldPaths(resource.schema).flatMap((path) =>
      list === undefined ? [path] : path.startsWith(`${list}.`) ? [path.slice(list.length + 1)] : [],
    );
    return `unknown payload field of ${list === undefined ? resource.name : `${resource.name}.${list}`}.${didYouMean(name, known)}`;
  }
  if (field.type === "objects") return `is a list of objects: map it under children.${name}`;
  if (field.type !== "object") return undefined;
  const below = fieldPaths(resource.schema).filter((path) =>
    path.startsWith(`${list === undefined ? "" : `${list}.`}${name}.`),
  );
  return `has fields of its own: ${below.map((path) => (list === undefined ? path : path.slice(list.length + 1))).join(", ")}`;
}

function checkChild(list: string, child: WrittenChild, context: Context): readonly ConfigFault[] {
  const { mapping, resource, compile } = context;
  const path = ["children", list];
  const known =
    resource === undefined
      ? []
      : fieldPaths(resource.schema).filter((name) => fieldAt(resource.schema, name)?.type === "objects");
  const message = `is not a list of objects of ${resource?.name}.${didYouMean(list, known) || (known.length > 0 ? ` Known: ${known.join(", ")}` : "")}`;
  return [
    ...(resource === undefined || known.includes(list) ? [] : [{ path, message, at: "key" as const }]),
    ...checkEach(child.each, mapping, compile).map((fault) => ({ path: [...path, "each"], message: fault })),
    ...conditionFaults(child.where, "child", mapping, compile, [...path, "where"]),
    ...checkFields(child.fields, { ...context, path: [...path, "fields"], list }),
    ...checkAmounts(list, child, context),
  ];
}

function checkEach(
  each: WrittenChild["each"],
  mapping: Partial<WrittenMapping>,
  compile: CompileExpression,
): readonly string[] {
  if (typeof each === "string") return listFaults(each, mapping);
  const { source, index } = mapping;
  const compiled = "expr" in each ? compile(each.expr, "group", styleOf(source), indexNames(index)) : undefined;
  if (compiled?.ok === false) return [compiled.message];
  return compiled === undefined || compiled.yields === "list" || compiled.yields === "unknown"
    ? []
    : [`must give a list, and gives ${compiled.yields}`];
}
