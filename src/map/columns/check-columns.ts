// Whether a mapping fits the headers of its inputs. For JSON that are the paths that occur in its elements.
import type { Position } from "../../model/config/yaml-syntax.ts";
import { didYouMean, nearest } from "../../model/text/nearest.ts";
import type { Alternative, ChildMapping, FieldMapping, Mapping } from "../definition/mapping.ts";
import { fieldsOfChild, fieldsOfEntry } from "../definition/read-fields.ts";
import { type ColumnPlace, type ColumnUse, type ColumnUses, isByName, locate } from "./column-uses.ts";
import type { Header } from "./header.ts";
import { nearMisses } from "./near-misses.ts";

/** What does not fit. Errors make the mapping useless for the input; warnings may be meant. */
export interface ColumnFaults {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** The columns among the errors that `source.optional` lets a file do without. */
  readonly missing: readonly string[];
}

/** A header by join name; undefined for a file of which nothing is known. */
export type JoinedHeaders = Readonly<Record<string, Header | undefined>>;

/**
 * All faults of a mapping against the headers at once, each a line `mapping:line:column: what` with the nearest name.
 * Nothing is said about a file without a header; a join that is not among `joined` is a fault.
 */
export function checkColumns(
  mapping: Mapping,
  uses: ColumnUses,
  main: Header | undefined,
  joined: JoinedHeaders,
): ColumnFaults {
  const { joins } = mapping;
  const headers = headersOf(mapping, uses, main, joined);
  const faults = [
    ...fieldsOfEntry(mapping).map((field) =>
      field.path === mapping.key ? indispensable(fieldFaults(field, headers)) : fieldFaults(field, headers),
    ),
    ...mapping.children.map((child) => childFaults(child, headers)),
    ...joins.map(({ name, theirs, ours, position }) => {
      if (!Object.hasOwn(joined, name)) return error(position, `the job gives no input for the join "${name}"`);
      const ofPair = both(columnFault(theirs, joined[name], position), columnFault(ours, main, position));
      return indispensable(ofPair);
    }),
    groupFaults(mapping, main),
    ...uses.all.flatMap((use) => {
      return use.use === "condition" && use.reader.child === undefined ? expressionFault(use, headers) : [];
    }),
    main !== undefined && isTable(main) ? nearMissWarnings(headers, main) : none,
    ...mapping.optional.map((name) => unreadFault(name, uses)),
    ...Object.keys(mapping.accept).map((name) => acceptFault(name, [main, ...Object.values(joined)])),
    ...Object.keys(mapping.headings).map((name) => headingsFault(name, uses)),
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
    missing: [
      ...new Set(
        faults.flatMap(({ errors }) => errors.flatMap(({ column }) => (column === undefined ? [] : [column]))),
      ),
    ],
  };
}

function nearMissWarnings({ mapping, uses }: Headers, { file, names }: Header): Faults {
  const found = nearMisses(mapping, uses, names).map(({ position, name, almost }) =>
    warning(position, `column "${name}" is not in ${file}, which the mapping allows. Did you mean "${almost}"?`),
  );
  return both(...found);
}

interface Fault {
  readonly position: Position | undefined;
  readonly message: string;
  /** The column that is not there, where the mapping could do without it. */
  readonly column?: string;
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
/** The same of columns without which no entry can be made. */
const indispensable = ({ errors, warnings }: Faults): Faults => ({
  errors: errors.map(({ position, message }) => ({ position, message })),
  warnings,
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

/** The headers of an input's files, and what the mapping reads of them. */
interface Headers {
  readonly mapping: Mapping;
  readonly uses: ColumnUses;
  readonly main: Header | undefined;
  readonly at: (place: Omit<ColumnPlace, "column">) => Header | undefined;
  /** Columns of which a field says that they need not exist: with `optional`, or as one of several. */
  readonly optional: ReadonlySet<string>;
}

function headersOf(mapping: Mapping, uses: ColumnUses, main: Header | undefined, joined: JoinedHeaders): Headers {
  const { optional: ofFiles } = mapping;
  const at: Headers["at"] = ({ join, list }) =>
    withOptional(join !== undefined ? joined[join] : list !== undefined ? main?.nested(list) : main, ofFiles);
  const optional = uses.all.flatMap(({ name, use, of }) =>
    use === "from" && of !== undefined && mayBeAbsent(of) ? [name] : [],
  );
  return { mapping, uses, main, at, optional: new Set(optional) };
}

/** A header as if it had the columns that `source.optional` names. */
function withOptional(header: Header | undefined, optional: readonly string[]): Header | undefined {
  if (header === undefined || optional.length === 0) return header;
  return { ...header, has: (name) => header.has(name) || optional.includes(name) };
}

/** Of columns that mean the same one must be there. */
function groupFaults({ group }: Mapping, main: Header | undefined): Faults {
  if (group === undefined || "expr" in group.by) return none;
  const { columns, take } = group.by;
  const faults = columns.map((name) => columnFault(name, main, group.position));
  const isServed = take === "first" && faults.some(({ errors }) => errors.length === 0);
  return isServed ? none : indispensable(both(...faults));
}

function mayBeAbsent({ field, alternative }: NonNullable<ColumnUse["of"]>): boolean {
  const { optional, source } = alternative;
  return optional || field.alternatives.length > 1 || (source.kind === "from" && source.columns.length > 1);
}

function childFaults(child: ChildMapping, headers: Headers): Faults {
  const { each, position } = child;
  const { mapping, uses, main } = headers;
  const isOptional = (each.kind === "nested" || each.kind === "split") && each.optional;
  if (isOptional && main?.has(each.column) === false) return none;
  if (each.kind === "nested" && main !== undefined && isTable(main))
    return noListFault(each.column, mapping, main, position);
  const own = uses.all.filter(({ reader }) => reader.child === child);
  return both(
    each.kind === "split" ? columnFault(each.column, headers.at({}), position) : none,
    // A list that is empty everywhere may be left out everywhere.
    each.kind === "nested" ? asWarnings(columnFault(each.column, headers.at({}), position)) : none,
    ...own.flatMap((use) => (use.use === "condition" ? expressionFault(use, headers) : [])),
    ...fieldsOfChild(child, mapping).map((field) => fieldFaults(field, headers)),
  );
}

function fieldFaults({ alternatives }: FieldMapping, headers: Headers): Faults {
  const faults = alternatives.map((alternative) => alternativeFaults(alternative, headers));
  // Of whole alternatives one must be there; each of the others may be.
  return faults.some(({ errors }) => errors.length === 0)
    ? both(...faults.map(({ warnings }): Faults => ({ errors: [], warnings })))
    : both(...faults);
}

function alternativeFaults(alternative: Alternative, headers: Headers): Faults {
  const uses = headers.uses.of(alternative).filter(({ use }) => use === "when" || !alternative.optional);
  const ofExpressions = uses.flatMap((use) =>
    isByName(use.use) || use.use === "sum" ? [] : expressionFault(use, headers),
  );
  const ofSums = uses.flatMap((use) => (use.use === "sum" ? sumFault(use, alternative, headers) : []));
  const ofNames = uses.flatMap((use) => (isByName(use.use) ? nameFault(use, headers) : []));
  // Of several columns one must be there.
  const isServed = alternative.source.kind === "from" && ofNames.some(({ errors }) => errors.length === 0);
  return both(...ofExpressions, ...ofSums, ...(isServed ? [] : ofNames), fillFault(alternative, headers));
}

function sumFault({ name, position, reader }: ColumnUse, { source }: Alternative, headers: Headers): Faults {
  const { main, mapping } = headers;
  if (source.kind === "sum" && source.each.kind === "nested" && main !== undefined && isTable(main))
    return noListFault(source.each.column, mapping, main, position);
  return columnFault(name, headers.at(reader.own), position);
}

/** A list that is no join, of a file that cannot have one nested in it. */
function noListFault(list: string, { joins }: Mapping, { format }: Header, position: Position): Faults {
  const known = ["rows", ...joins.filter(({ one }) => !one).map(({ name }) => name)];
  return error(
    position,
    `there is no join "${list}", and a ${format} file has no nested lists.${didYouMean(list, known)}`,
  );
}

function fillFault({ source, position }: Alternative, { main }: Headers): Faults {
  if (source.kind !== "from" || !source.fill || main === undefined || isTable(main)) return none;
  return error(position, `fill: down is for cells of tables, and ${main.file} is ${main.format}`);
}

function nameFault(use: ColumnUse, headers: Headers): Faults {
  const { name, position, reader } = use;
  // A blank placeholder of a child takes what the parent has.
  if (use.use === "template" && reader.child !== undefined && headers.main?.has(name) === true) return none;
  const { kind, place } = locate(use, (column) => headers.at(column)?.has(column.column) === true);
  if (kind === "item" || place === undefined) return none;
  const header = headers.at(place);
  const ofJoin = kind === "own" ? joinFault(name, headers.mapping, header, position) : undefined;
  return ofJoin ?? columnFault(place.column, header, position);
}

/** What is wrong with a name that looks like a joined column and is none; undefined when it does not look so. */
function joinFault(name: string, mapping: Mapping, own: Header | undefined, position: Position): Faults | undefined {
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
  return { errors: [{ position, message: `${what}${didYouMean(name, names)}`, column: name }], warnings: [] };
}

/** `source.optional` names columns that the mapping reads. */
function unreadFault(name: string, uses: ColumnUses): Faults {
  const names = uses.all.map((use) => use.name);
  if (names.includes(name)) return none;
  return warning(
    undefined,
    `source.optional: the mapping reads no column "${name}".${didYouMean(name, [...new Set(names)])}`,
  );
}

/** `source.accept` names columns of any of the files; in JSON also those of nested lists, as `lines.sku`. */
function acceptFault(name: string, headers: readonly (Header | undefined)[]): Faults {
  const known = headers.filter((header) => header !== undefined);
  if (known.length < headers.length || known.some((header) => knows(header, name))) return none;
  const names = known.flatMap((header) => header.names);
  return error(undefined, `source.accept: no file has a column "${name}".${didYouMean(name, names)}`);
}

function knows(header: Header, name: string): boolean {
  if (header.has(name)) return true;
  const dots = [...name.matchAll(/\./g)].map(({ index }) => index);
  return dots.some((dot) => header.nested(name.slice(0, dot))?.has(name.slice(dot + 1)) === true);
}

/** Other headings of a column that nobody reads are a slip of the pen, mostly. */
function headingsFault(name: string, { all }: ColumnUses): Faults {
  const names = all.map((use) => use.name.replace(/^parent[.]/, ""));
  if (names.includes(name)) return none;
  return warning(undefined, `source.headings: the mapping reads no column "${name}".${didYouMean(name, names)}`);
}

function isTable({ format }: Header): boolean {
  return format === "csv" || format === "tsv";
}

function asWarnings({ errors, warnings }: Faults): Faults {
  return { errors: [], warnings: [...errors, ...warnings] };
}

function expressionFault({ name, position, reader }: ColumnUse, headers: Headers): Faults {
  const header = headers.at(reader.own);
  if (header === undefined || header.has(name)) return none;
  if (headers.mapping.joins.some((join) => name.startsWith(`${join.name}.`)))
    return error(
      position,
      `the expression reads "${name}": an expression sees no joined row, only the row itself. A field can take it, with from: ${name}, or beside other columns with template: "{${name}}"`,
    );
  if (headers.optional.has(name)) return none;
  return warning(
    position,
    `the expression reads ${isTable(header) ? "column " : ""}"${name}", which is ${isTable(header) ? "not in" : "in no element of"} ${header.file} and so always blank.${didYouMean(name, header.names)}`,
  );
}
