// Whether a mapping fits the headers of its inputs. For JSON that are the paths that occur in its elements.
import type { Position } from "../../model/config/yaml-syntax.ts";
import { didYouMean, nearest } from "../../model/text/nearest.ts";
import type { Alternative, ChildMapping, FieldMapping, Mapping } from "../definition/mapping.ts";
import { compileExpression } from "../expression/expression.ts";
import { indexNames } from "../expression/index-names.ts";
import { childNames, entryNames, type NameContext, targetOf } from "./column-names.ts";
import type { Header } from "./header.ts";
import { nearMisses } from "./near-misses.ts";

/** What does not fit. Errors make the mapping useless for the input; warnings may be meant. */
export interface ColumnFaults {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** A header by join name; undefined for a file of which nothing is known. */
export type JoinedHeaders = Readonly<Record<string, Header | undefined>>;

/**
 * All faults of a mapping against the headers at once, each a line `mapping:line:column: what` with the nearest name.
 * Nothing is said about a file without a header; a join that is not among `joined` is a fault.
 */
export function checkColumns(mapping: Mapping, main: Header | undefined, joined: JoinedHeaders): ColumnFaults {
  const { joins, group } = mapping;
  const own = fieldsCheck({ mapping, main, joined, own: main, ...entryNames(mapping) });
  const faults = [
    ...mapping.fields.map(own),
    ...mapping.children.map((child) => checkChild(child, mapping, main, joined)),
    ...joins.map(({ name, theirs, ours, position }) => {
      if (!Object.hasOwn(joined, name)) return error(position, `the job gives no input for the join "${name}"`);
      return both(columnFault(theirs, joined[name], position), columnFault(ours, main, position));
    }),
    ...(group !== undefined && "columns" in group.by
      ? group.by.columns.map((name) => columnFault(name, main, group.position))
      : []),
    ...Object.values(mapping.indexes).flatMap(({ key, value, where }) =>
      [key, value, where].map((expr) => expressionWarnings(expr, "row", mapping, main)),
    ),
    main !== undefined && isTable(main) ? nearMissWarnings(mapping, main) : none,
    expressionWarnings(mapping.where, "row", mapping, main),
    expressionWarnings(group?.head, "row", mapping, main),
    expressionWarnings(group?.where, "group", mapping, main),
    expressionWarnings(group !== undefined && "expr" in group.by ? group.by.expr : undefined, "row", mapping, main),
    ...Object.keys(mapping.accept).map((name) => acceptFault(name, [main, ...Object.values(joined)])),
    ...Object.keys(joined).flatMap((name) =>
      joins.some((join) => join.name === name)
        ? []
        : [
            warning(
              undefined,
              `the job joins "${name}", which the mapping does not use.${didYouMean(
                name,
                joins.map((join) => join.name),
              )}`,
            ),
          ],
    ),
  ];
  return {
    errors: linesOf(
      faults.flatMap(({ errors }) => errors),
      mapping.file,
    ),
    warnings: linesOf(
      faults.flatMap(({ warnings }) => warnings),
      mapping.file,
    ),
  };
}

function nearMissWarnings(mapping: Mapping, { file, names }: Header): Faults {
  const found = nearMisses(mapping, names).map(({ position, name, almost }) =>
    warning(position, `column "${name}" is not in ${file}, which the mapping allows. Did you mean "${almost}"?`),
  );
  return both(...found);
}

interface Fault {
  readonly position: Position | undefined;
  readonly message: string;
}
interface Faults {
  readonly errors: readonly Fault[];
  readonly warnings: readonly Fault[];
}

const none: Faults = { errors: [], warnings: [] };
const error = (position: Position | undefined, message: string): Faults => ({
  errors: [{ position, message }],
  warnings: [],
});
const warning = (position: Position | undefined, message: string): Faults => ({
  errors: [],
  warnings: [{ position, message }],
});
const both = (...faults: readonly Faults[]): Faults => ({
  errors: faults.flatMap(({ errors }) => errors),
  warnings: faults.flatMap(({ warnings }) => warnings),
});

/** Each fault once, in the order of the mapping. */
function linesOf(faults: readonly Fault[], file: string): readonly string[] {
  const sorted = faults.toSorted((a, b) => orderOf(a) - orderOf(b));
  return [
    ...new Set(
      sorted.map(
        ({ position, message }) =>
          `${file}${position === undefined ? "" : `:${position.line}:${position.column}`}: ${message}`,
      ),
    ),
  ];
}

function orderOf({ position }: Fault): number {
  return position === undefined ? 0 : position.line * 1e6 + position.column;
}

interface Headers extends NameContext {
  readonly mapping: Mapping;
  readonly main: Header | undefined;
  readonly joined: JoinedHeaders;
  /** Of the row in hand. */
  readonly own: Header | undefined;
}

function checkChild(child: ChildMapping, mapping: Mapping, main: Header | undefined, joined: JoinedHeaders): Faults {
  const { each, position } = child;
  const own = each.kind === "join" ? joined[each.join] : each.kind === "nested" ? main?.nested(each.column) : main;
  const headers: Headers = { mapping, main, joined, own, ...childNames(child, mapping) };
  if (each.kind === "nested" && main !== undefined && isTable(main)) {
    const known = ["rows", ...mapping.joins.filter(({ one }) => !one).map(({ name }) => name)];
    return error(
      position,
      `there is no join "${each.column}", and a ${main.format} file has no nested lists.${didYouMean(each.column, known)}`,
    );
  }
  return both(
    each.kind === "split" ? columnFault(each.column, main, position) : none,
    // A list that is empty everywhere may be left out everywhere.
    each.kind === "nested" ? asWarnings(columnFault(each.column, main, position)) : none,
    each.kind === "expr" ? expressionWarnings(each.expr, "group", mapping, main) : none,
    expressionWarnings(child.where, "child", mapping, own),
    ...child.fields.map(fieldsCheck(headers)),
  );
}

function fieldsCheck(headers: Headers): (field: FieldMapping) => Faults {
  return ({ alternatives }) => {
    const faults = alternatives.map((alternative) => checkAlternative(alternative, headers));
    // Of whole alternatives one must be there; each of the others may be.
    return faults.some(({ errors }) => errors.length === 0)
      ? both(...faults.map(({ warnings }): Faults => ({ errors: [], warnings })))
      : both(...faults);
  };
}

function checkAlternative({ source, optional, position, when, style }: Alternative, headers: Headers): Faults {
  const { mapping, own, isChild } = headers;
  const kind = isChild ? "child" : "group";
  const ofWhen = expressionWarnings(when, kind, mapping, own);
  if (optional) return ofWhen;
  const warnings = both(
    ofWhen,
    source.kind === "expr"
      ? expressionWarnings({ text: source.text, position }, kind, { ...mapping, style }, own)
      : none,
  );
  switch (source.kind) {
    case "value":
    case "expr":
      return warnings;
    case "from": {
      const missing = source.columns.map((name) => nameFault(name, headers, position, false));
      return missing.some(({ errors }) => errors.length === 0) ? warnings : both(warnings, ...missing);
    }
    case "template":
      return both(
        warnings,
        ...source.parts.map((part) => ("column" in part ? nameFault(part.column, headers, position, isChild) : none)),
      );
    default:
      return source satisfies never;
  }
}

function nameFault(name: string, headers: Headers, position: Position, fallsBack: boolean): Faults {
  const { main, joined, own } = headers;
  if (own?.has(name) === true || (fallsBack && main?.has(name) === true)) return none;
  const target = targetOf(name, headers);
  switch (target.kind) {
    case "item":
      return none;
    case "own":
      return joinFault(name, headers, position) ?? columnFault(name, own, position);
    case "parent":
      return columnFault(target.column, main, position);
    case "joined":
      return columnFault(target.column, joined[target.join], position);
    default:
      return target satisfies never;
  }
}

/** What is wrong with a name that looks like a joined column and is none; undefined when it does not look so. */
function joinFault(name: string, { mapping, own }: Headers, position: Position): Faults | undefined {
  const [first = "", ...rest] = name.split(".");
  if (rest.length === 0 || own === undefined || own.has(name)) return undefined;
  const column = rest.join(".");
  const named = mapping.joins.find((join) => join.name === first);
  if (named !== undefined) {
    return error(
      position,
      `"${name}": ${first} is a join of many rows. If one row belongs to an entry, write one: true beside its on:; the many are read under children with each: ${first}`,
    );
  }
  const near = nearest(
    first,
    mapping.joins.map((join) => join.name),
  );
  if (near === undefined || nearest(name, own.names) !== undefined) return undefined;
  return error(position, `"${name}": there is no join "${first}". Did you mean "${near}.${column}"?`);
}

function columnFault(name: string, header: Header | undefined, position: Position): Faults {
  if (header === undefined || header.has(name)) return none;
  const { file, names } = header;
  const what = isTable(header) ? `column "${name}" is not in ${file}.` : `"${name}" is in no element of ${file}.`;
  return error(position, `${what}${didYouMean(name, names)}`);
}

/** `source.accept` names columns of any of the files; JSON has no damage that could be accepted. */
function acceptFault(name: string, headers: readonly (Header | undefined)[]): Faults {
  const known = headers.filter((header) => header !== undefined);
  if (known.length < headers.length || known.some((header) => header.has(name))) return none;
  const names = known.flatMap((header) => header.names);
  return error(undefined, `source.accept: no file has a column "${name}".${didYouMean(name, names)}`);
}

function isTable({ format }: Header): boolean {
  return format === "csv" || format === "tsv";
}

function asWarnings({ errors, warnings }: Faults): Faults {
  return { errors: [], warnings: [...errors, ...warnings] };
}

function expressionWarnings(
  expr: { readonly text: string; readonly position: Position } | undefined,
  kind: "row" | "group" | "child",
  mapping: Pick<Mapping, "style" | "indexes" | "fields" | "children" | "joins">,
  header: Header | undefined,
): Faults {
  if (expr === undefined || header === undefined) return none;
  const compiled = compileExpression(expr.text, kind, mapping.style, indexNames(mapping.indexes));
  const absent = compiled.ok ? compiled.columns.filter((name) => !header.has(name)) : [];
  const mayBeAbsent = absent.length === 0 ? [] : optionalColumns(mapping);
  const isJoined = (name: string) => mapping.joins.some((join) => name.startsWith(`${join.name}.`));
  const unknown = absent.filter((name) => !mayBeAbsent.includes(name) && !isJoined(name));
  return both(
    ...absent
      .filter(isJoined)
      .map((name) =>
        error(
          expr.position,
          `the expression reads "${name}": an expression sees no joined row, only the row itself. A field can take it, with from: ${name}, or beside other columns with template: "{${name}}"`,
        ),
      ),
    ...unknown.map((name) =>
      warning(
        expr.position,
        `the expression reads ${isTable(header) ? "column " : ""}"${name}", which is ${isTable(header) ? "not in" : "in no element of"} ${header.file} and so always blank.${didYouMean(name, header.names)}`,
      ),
    ),
  );
}

/** The columns of which a field says that they need not exist: with `optional`, or as one of several. */
function optionalColumns({ fields, children }: Pick<Mapping, "fields" | "children">): readonly string[] {
  return [...fields, ...children.flatMap((child) => child.fields)].flatMap(({ alternatives }) =>
    alternatives.flatMap(({ source, optional }) =>
      source.kind === "from" && (optional || source.columns.length > 1 || alternatives.length > 1)
        ? source.columns
        : [],
    ),
  );
}
