// A mapping with everything resolved once: what the rows of a run are put through. Grouping a stream of rows is group.ts.
import {
  cellPlace,
  type Draft,
  type Origins,
  type RowGroup,
  type SourceRow,
  type SourceTotals,
} from "../model/draft.ts";
import { bareObjectMaker, type Json } from "../model/json.ts";
import { parsePath, valueAt } from "../model/payload-path.ts";
import type { Checked, Problem } from "../model/problem.ts";
import { atCells } from "../model/problem-place.ts";
import type { Resource } from "../model/resource.ts";
import { resources } from "../model/resources/resources.ts";
import type { FieldTrace } from "../model/trace.ts";
import { assembleFields, type DraftParts, emptyParts, noteOrigins } from "./assemble-draft.ts";
import { compileChild } from "./children.ts";
import { type ColumnFaults, checkColumns, type JoinedHeaders } from "./columns/check-columns.ts";
import { childNames, entryNames } from "./columns/column-names.ts";
import { columnRoles, type UsedColumn } from "./columns/column-roles.ts";
import { type ColumnPlace, type ColumnUses, columnUses } from "./columns/column-uses.ts";
import { type ColumnsToInfer, columnsToInfer } from "./columns/columns-to-infer.ts";
import type { Header } from "./columns/header.ts";
import { compileField } from "./compile-field.ts";
import { compileConflicts } from "./conflicts.ts";
import { compileCopiedRows } from "./copied-rows.ts";
import type { Join, LookupTables, Mapping } from "./definition/mapping.ts";
import { atReads } from "./expression/at-reads.ts";
import { judgeBy } from "./expression/condition.ts";
import { noIndexes, type RowIndexes } from "./expression/language.ts";
import type { FieldTools } from "./field-tools.ts";
import { compileGroupHead } from "./group-head.ts";
import { compileGroupKey } from "./group-key.ts";
import { lateOrigins } from "./late-origins.ts";
import { compileRowCurrencies } from "./row-currencies.ts";
import { type FieldScope, type RowsSeen, readingsOf, rowScope, wholeRow } from "./scope.ts";
import { compileTotals } from "./totals.ts";
import { compileBlanks } from "./values/blanks.ts";

/** What mapping makes of a group: a draft, or nothing because `group.where` leaves it out. */
type Drafted =
  | { readonly kind: "draft"; readonly draft: Draft }
  | { readonly kind: "excluded"; readonly rows: readonly SourceRow[] };

/** A mapping ready for rows. */
export interface CompiledMapping {
  readonly mapping: Mapping;
  readonly resource: Resource;
  readonly joins: readonly Join[];
  /** Every column that it reads. */
  readonly uses: ColumnUses;
  /** What the mapping leaves to be found out from cells; `isColumn` tells which columns there are. */
  columnsToInfer(isColumn: (place: ColumnPlace) => boolean): ColumnsToInfer;
  /** Every column that becomes numbers or dates, also where the mapping says how it is written. */
  columnsRead(isColumn: (place: ColumnPlace) => boolean): ColumnsToInfer["columns"];
  /** The columns that the mapping uses, and what they hold. */
  columnRoles(isColumn: (place: ColumnPlace) => boolean): readonly UsedColumn[];
  readonly isBlank: (text: string) => boolean;
  /** All faults of the mapping against the headers at once. */
  checkColumns(main: Header | undefined, joined: JoinedHeaders): ColumnFaults;
  /** The row that counts as the first of a group. */
  head(rows: readonly SourceRow[]): SourceRow;
  /** The key of a row's group, `""` when it is blank; undefined when nothing is grouped. Problems name no file. */
  readonly groupKey: ((source: SourceRow) => Checked<string>) | undefined;
  /** Whether reading or the mapping's `where` leaves a row out; a failing expression is a problem of the row. */
  excludes(source: SourceRow): Checked<boolean>;
  /**
   * What a group makes. Never throws for what is in the rows. A group with a faulty row, of its own or of a many-join,
   * or with damage, makes a draft without payload that has these problems, and its key as far as it can be read.
   */
  draft(group: RowGroup): Drafted;
  /**
   * The same for the field of this path alone, which is much less work: undefined where that field has no origins, or where it takes
   * the whole draft to know. Paths below children are not known here.
   */
  fieldOrigins(group: RowGroup, path: string): Pick<Draft, "origins" | "payload"> | undefined;
  /** How every field of the group's draft comes to its value, in the mapping's order. Empty for what makes no payload. */
  trace(group: RowGroup): readonly FieldTrace[];
}

/** Resolves a mapping. The tables of `mapping.lookups` and `mapping.indexes` must be loaded before. */
export function compileMapping(
  mapping: Mapping,
  lookups: LookupTables,
  indexes: RowIndexes = noIndexes,
): CompiledMapping {
  const { joins, where, group: grouping } = mapping;
  const unread = Object.keys(mapping.indexes).find((name) => !indexes.has(name));
  if (unread !== undefined) throw new Error(`the rows of the index "${unread}" were not read before compiling`);
  const blanks = compileBlanks(mapping.blank);
  const seen: RowsSeen = { blanks, indexes };
  const uses = columnUses(mapping);
  const tools: FieldTools = {
    context: { ...entryNames(mapping), blanks },
    lookups,
    file: mapping.file,
    codes: mapping,
  };
  const fields = mapping.fields.map((field) => compileField(field, tools));
  const children = mapping.children.map((child) =>
    compileChild(child, mapping, { ...tools, context: { ...childNames(child, mapping), blanks } }, tools),
  );
  const totals = compileTotals(mapping, resources[mapping.resource].sums, tools);
  const judgeRow = where === undefined ? undefined : judgeBy(where, "where");
  const judgeGroup = grouping?.where === undefined ? undefined : judgeBy(grouping.where, "group.where");
  const chooseHead = compileGroupHead(mapping, seen);
  const findConflicts = compileConflicts(mapping, uses, blanks);
  const findCurrencies = compileRowCurrencies(mapping, uses, blanks);
  const findCopies = compileCopiedRows(mapping, uses);
  const keyFields = fields.filter(({ path }) => path === mapping.key);
  const keySteps = parsePath(mapping.key);
  const newPayload = bareObjectMaker<Json>([
    ...fields.map(({ steps }) => String(steps[0])),
    ...children.map(({ path }) => path),
  ]);

  const scopeOf = (head: SourceRow, group: RowGroup): FieldScope => {
    const { styles } = head;
    const scope = {
      row: blanks.clean(head.row.cells),
      rows: group.rows.map(({ row }) => blanks.clean(row.cells)),
      indexes,
      ...(styles === undefined ? {} : { styles: { row: styles, main: styles } }),
    };
    const joined = oneMatches(joins, group, head);
    return {
      place: wholeRow(head),
      parent: undefined,
      item: undefined,
      joined,
      many: group.joined,
      rows: group.rows,
      expressionScope: scope,
    };
  };
  const keyOf = ({ payload }: DraftParts): string | undefined => {
    const key = valueAt(payload, keySteps);
    return typeof key === "string" && key.trim() !== "" ? key.trim() : undefined;
  };
  const draftOf = (
    { payload, clears, references, problems, offsetDays }: DraftParts,
    key: string | undefined,
    rows: readonly SourceRow[],
    origins: Origins,
    compared?: SourceTotals,
  ): Drafted => {
    const draft = { resource: mapping.resource, key, payload, clears, references, origins, problems, offsetDays, rows };
    return { kind: "draft", draft: compared === undefined ? draft : { ...draft, totals: compared } };
  };

  const damagedDraft = (group: RowGroup, damage: readonly Problem[], rows: readonly SourceRow[]): Drafted => {
    const readable = group.rows.find(({ row }) => row.fault === undefined) ?? group.rows[0];
    const keyParts = emptyParts();
    if (readable !== undefined) assembleFields(keyFields, scopeOf(readable, group), keyParts.payload, "", keyParts);
    return draftOf({ ...emptyParts(), problems: [...damage] }, keyOf(keyParts), rows, new Map());
  };

  /** The draft with values alone; undefined where more than values is to be told. */
  const quickDraft = (group: RowGroup): Drafted | undefined => {
    const quick = { isSlow: false };
    const parts = emptyParts(undefined, quick, newPayload());
    const drafted = draftInto(parts, group);
    return quick.isSlow || parts.problems.length > 0 ? undefined : drafted;
  };

  const draftInto = (parts: DraftParts, group: RowGroup): Drafted => {
    const rows = memberRows(joins, group);
    const damage = damageOf(group, rows);
    if (damage.length > 0) {
      if (parts.quick !== undefined) parts.quick.isSlow = true;
      return damagedDraft(group, damage, rows);
    }
    const { head, problems } = chooseHead(group.rows);
    const scope = scopeOf(head, group);
    noteOrigins(parts, "", () => [{ kind: "row", source: head }]);
    parts.problems.push(...problems, ...severalMatches(joins, group, head), ...unreadMatches(joins, group));
    const judged = judgeGroup?.(scope.expressionScope);
    if (judged?.ok === false)
      parts.problems.push(
        atCells(
          { code: "expression_failed", message: judged.message, ...cellPlace(head) },
          readingsOf(judged.reads, scope),
        ),
      );
    if (judged?.ok === true && !judged.value && problems.length === 0) return { kind: "excluded", rows };
    assembleFields(fields, scope, parts.payload, "", parts);
    for (const child of children) child.fill(scope, parts);
    const compared = totals?.compare(scope, parts);
    parts.problems.push(...findConflicts(head, group.rows), ...findCurrencies(group.rows), ...findCopies(group.rows));
    const origins =
      parts.quick === undefined ? parts.origins : lateOrigins(() => originsOf(draftInto(emptyParts(), group)));
    return draftOf(parts, keyOf(parts), rows, origins, compared);
  };

  const fieldOrigins: CompiledMapping["fieldOrigins"] = (group, path) => {
    const own = fields.filter((field) => field.path === path);
    if (own.length === 0 || damageOf(group, memberRows(joins, group)).length > 0) return undefined;
    const scope = scopeOf(chooseHead(group.rows).head, group);
    const judged = judgeGroup?.(scope.expressionScope);
    if (judged !== undefined && !(judged.ok && judged.value)) return undefined;
    const parts = emptyParts();
    const { origins, payload } = parts;
    assembleFields(own, scope, payload, "", parts);
    return (origins.get(path) ?? []).length === 0 ? undefined : { origins, payload };
  };

  return {
    mapping,
    resource: resources[mapping.resource],
    joins,
    uses,
    columnRoles: (isColumn) => columnRoles(uses, isColumn),
    isBlank: blanks.isBlank,
    columnsToInfer: (isColumn) => columnsToInfer(mapping, uses, isColumn),
    columnsRead: (isColumn) => columnsToInfer(mapping, uses, isColumn, true).columns,
    checkColumns: (main, joined) => checkColumns(mapping, uses, main, joined),
    head: (rows) => chooseHead(rows).head,
    groupKey: compileGroupKey(mapping, seen),
    excludes: (source) => {
      if (source.row.leftOut !== undefined) return { ok: true, value: true };
      if (judgeRow === undefined) return { ok: true, value: false };
      const judged = judgeRow(rowScope(source, seen));
      if (judged.ok) return { ok: true, value: !judged.value };
      return { ok: false, problems: [atReads({ code: "expression_failed", message: judged.message }, source, judged)] };
    },
    fieldOrigins,
    draft: (group) => quickDraft(group) ?? draftInto(emptyParts(), group),
    trace: (group) => {
      const trace: FieldTrace[] = [];
      draftInto(emptyParts(trace), group);
      return trace;
    },
  };
}

function originsOf(drafted: Drafted): Origins {
  return drafted.kind === "draft" ? drafted.draft.origins : new Map();
}

/** The group's rows and those of its many-joins, each once. */
function memberRows(joins: readonly Join[], { rows, joined }: RowGroup): readonly SourceRow[] {
  if (joins.length === 0) return rows;
  const attached = joins.flatMap(({ name, one }) => (one ? [] : (joined[name] ?? [])));
  if (attached.length === 0) return rows;
  return [...new Map([...rows, ...attached].map((each) => [`${each.ref.file} ${each.ref.number}`, each])).values()];
}

/** What is said to be damaged, and the faults of member rows that it does not mention yet. */
function damageOf({ damage }: RowGroup, rows: readonly SourceRow[]): readonly Problem[] {
  if (damage.length === 0 && rows.every(({ row }) => row.fault === undefined)) return damage;
  const faults = rows.flatMap(({ file, row }) =>
    row.fault === undefined ? [] : [{ file, line: row.line, row: row.number, ...row.fault }],
  );
  const nameOf = ({ code, file, line }: Problem) => `${code} ${line} ${file}`;
  const named = new Set(damage.map(nameOf));
  return [...damage, ...faults.filter((fault) => !named.has(nameOf(fault)))];
}

/** A faulty row of a `one: true` join is no match. */
function oneMatches(joins: readonly Join[], { joined }: RowGroup, head: SourceRow): FieldScope["joined"] {
  const found = joins.filter(({ one }) => one);
  return new Map(
    found.map(({ name, ours }) => {
      const row = joined[name]?.find((source) => source.row.fault === undefined);
      return [name, { match: row === undefined ? undefined : wholeRow(row), key: { source: head, column: ours } }];
    }),
  );
}

function severalMatches(joins: readonly Join[], { joined }: RowGroup, head: SourceRow): readonly Problem[] {
  return joins.flatMap(({ name, one, ours }): Problem[] => {
    const lines = one
      ? (joined[name] ?? []).filter(({ row }) => row.fault === undefined).map(({ row }) => row.line)
      : [];
    if (lines.length < 2) return [];
    return [
      {
        code: "join_several",
        message: `${name} has more than one row for it: lines ${lines.join(", ")}`,
        ...cellPlace(head, ours),
      },
    ];
  });
}

/** Rows of one-joins whose key is the wanted one, as far as that can be told of a row that could not be read. */
function unreadMatches(joins: readonly Join[], { joined }: RowGroup): readonly Problem[] {
  return joins.flatMap(({ name, one }): Problem[] => {
    const rows = one ? (joined[name] ?? []) : [];
    if (rows.some(({ row }) => row.fault === undefined)) return [];
    return rows.map(({ file, row }) => ({
      code: "group_damaged",
      severity: "warning",
      message: `this row of ${name} may belong to it and could not be read, so ${name} is blank: ${row.fault?.message ?? ""}`,
      file,
      line: row.line,
      row: row.number,
    }));
  });
}
