// A proposal as a mapping file: every guess with its confidence behind it, low ones and what is missing as comments.
import type { Line, ProposedChild, ProposedMapping, Todo } from "./proposal.ts";
import { type CommentedLine, inline, oneLine, type Written, written } from "./yaml-lines.ts";

/** What stands above the mapping. */
export interface MappingHead {
  /** The JSON Schema, as editors find it from the file. */
  readonly schema: string;
  /** A shipped mapping that was made for such an export. */
  readonly shipped: string | undefined;
}

/** A mapping file. It loads as soon as the key is among its fields. */
export function writeMapping(proposal: ProposedMapping, { schema, shipped }: MappingHead): Written {
  const todos = countTodos(proposal);
  const head = [
    `# yaml-language-server: $schema=${schema}`,
    ...(shipped === undefined ? [] : [`# ${shipped} is a tested mapping for exports like this one: better take that.`]),
    `# Guessed from ${oneLine(proposal.shown)} by luminous-import init: ${proposal.role === "lines" ? "order lines" : proposal.role}, because of ${oneLine(proposal.why)}.`,
    "# Each line ends with how sure it is. Look at those that are not high, and take the # off a line that you want.",
    ...(todos === 0 ? [] : [`# ${todos === 1 ? "1 line is" : `${todos} lines are`} marked TODO.`]),
    "version: 1",
  ];
  return written([
    ...head.map((code) => ({ code })),
    ...(proposal.kindTodo === undefined ? [] : [marked("", { text: proposal.kindTodo, isRequired: true })]),
    { code: `resource: ${proposal.resource}` },
    ...sourceLines(proposal),
    ...groupLines(proposal),
    ...joinLines(proposal),
    ...fieldLines("fields:", proposal.lines, "  "),
    ...childLines(proposal.children),
    ...unusedLine(proposal),
  ]);
}

/** How many marked lines the file has. */
export function countTodos({ kindTodo, lines, children, sourceTodos }: ProposedMapping): number {
  const all = [...sourceTodos, ...lines, ...children.flatMap((child) => child.lines)];
  return all.filter(({ kind }) => kind === "todo").length + (kindTodo === undefined ? 0 : 1);
}

function sourceLines({ source, sourceTodos }: ProposedMapping): readonly CommentedLine[] {
  return [
    ...(source.length === 0 ? [] : [{ code: "source:" }]),
    ...source.map(({ key, value, why }) => ({ code: `  ${key}: ${inline(value)}`, comment: why })),
    ...sourceTodos.map(({ text, isRequired }) => marked("", { text: `under source, ${text}`, isRequired })),
  ];
}

function groupLines({ group, where, index, totals }: ProposedMapping): readonly CommentedLine[] {
  return [
    ...(index === undefined ? [] : [{ code: `index: ${inline(index.spec)}`, comment: index.why }]),
    ...(where === undefined ? [] : [{ code: `where: ${inline(where.expr)}`, comment: where.why }]),
    ...groupLine(group),
    ...(totals === undefined ? [] : [{ code: `totals: ${inline(totals.spec)}`, comment: totals.why }]),
  ];
}

function groupLine(group: ProposedMapping["group"]): readonly CommentedLine[] {
  return group === undefined ? [] : [{ code: `group: ${inline(group.spec)}`, comment: group.why }];
}

function joinLines({ joins }: ProposedMapping): readonly CommentedLine[] {
  if (joins.length === 0) return [];
  return [
    { code: "join:" },
    ...joins.map(({ name, theirs, ours, one, shown }) => ({
      code: `  ${inline(name)}: ${inline({ on: { [theirs]: ours }, ...(one ? { one } : {}) })}`,
      comment: `high: ${shown}`,
    })),
  ];
}

// A line in a comment is right as soon as its # is gone, alone or with all others: no space behind the #, and no {} above them.
function fieldLines(head: string, lines: readonly Line[], indent: string): readonly CommentedLine[] {
  return [
    { code: `${indent.slice(2)}${head}` },
    ...lines.flatMap((line): readonly CommentedLine[] => {
      if (line.kind === "todo") return todoLines(line, indent);
      const code = `${inline(line.path)}: ${inline(line.spec)}`;
      return [
        {
          code: `${indent}${line.confidence === "low" ? "#" : ""}${code}`,
          comment: `${line.confidence}: ${line.why}`,
        },
      ];
    }),
  ];
}

/** Where one of two answers settles it, both stand below the question; of those only one # is taken off. */
function todoLines({ path, text, isRequired, proposes, asks }: Todo, indent: string): readonly CommentedLine[] {
  const todo = { text, isRequired };
  if (proposes !== undefined)
    return [{ code: `${indent}#${inline(path)}: ${inline(proposes)}`, comment: `TODO ${text}`, todo }];
  const answers = asks?.answers.length === 2 ? asks.answers : [];
  return [
    marked(indent, todo),
    ...answers.map(({ name, spec, evidence }) => ({
      code: `${indent}#${inline(path)}: ${inline(spec)}`,
      comment: `${name}: ${evidence}`,
    })),
  ];
}

function marked(indent: string, todo: NonNullable<CommentedLine["todo"]>): CommentedLine {
  return { code: `${indent}# TODO ${oneLine(todo.text)}`, todo };
}

function childLines(children: readonly ProposedChild[]): readonly CommentedLine[] {
  if (children.length === 0) return [];
  return [
    { code: "children:" },
    ...children.flatMap(({ list, each, where, amounts, lines }) => [
      { code: `  ${list}:` },
      { code: `    each: ${inline(each)}` },
      ...(where === undefined ? [] : [{ code: `    where: ${inline(where)}` }]),
      ...(amounts === undefined ? [] : [{ code: `    amounts: ${inline(amounts.spec)}`, comment: amounts.why }]),
      ...fieldLines("fields:", lines, "      "),
    ]),
  ];
}

function unusedLine({ unused }: ProposedMapping): readonly CommentedLine[] {
  return unused.length === 0 ? [] : [{ code: `# Not used: ${unused.map(headingShown).join(", ")}` }];
}

/** A heading on one line, or how it begins: a page of text may stand where headings do. */
function headingShown(heading: string): string {
  const line = oneLine(heading);
  return line.length > longestHeading ? `${line.slice(0, longestHeading)}…` : line;
}

const longestHeading = 60;
