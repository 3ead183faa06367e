// What `init` asks: whether the files are what they were taken for, the column of every field that is not sure or missing, and what
// no cell tells, such as a unit. Answers become decisions, and the guess is made again with them.
import {
  type Asked,
  allLines,
  type ColumnChoice,
  type Decisions,
  type Export,
  fieldColumns,
  type Guess,
  guessImport,
  type Proposal,
  type ProposedMapping,
  type Role,
} from "../../init/init.ts";
import type { Ask, Choice } from "../world/ask.ts";

/** Asks what there is to ask about these exports; gives the decisions, with nothing in them where all was sure. */
export async function askAbout(exports: readonly Export[], ask: Ask): Promise<Decisions> {
  for (;;) {
    const roles = await askRoles(guessImport(exports), ask);
    const answers = await askFields(exports, roles, ask);
    if (answers !== "back") return { roles, ...answers };
  }
}

const roleNames: Readonly<Record<Role, string>> = {
  products: "products",
  kits: "kits: a row for each component",
  orders: "orders",
  lines: "order lines",
  reference: "something that the others refer to: customers, categories",
  unknown: "something else: leave it out",
};

async function askRoles({ files, mappings }: Proposal, ask: Ask): Promise<ReadonlyMap<string, Role>> {
  const decided = new Map<string, Role>();
  const told = files.map(
    ({ shown, role, why }) =>
      `${shown}: ${role === "unknown" ? "not recognised" : `${roleNames[role]}${role === "reference" ? "" : ` (${why})`}`}`,
  );
  ask.say(told.join("\n"));
  const isRight =
    files.every(({ role }) => role !== "unknown") &&
    (await ask.confirm(files.length === 1 ? "Is that what it is?" : "Is that what they are?"));
  if (isRight) return decided;
  for (const { name, shown, role } of files) {
    const choices = Object.entries(roleNames).flatMap(([value, label]): readonly Choice<Role>[] =>
      isRole(value) ? [{ value, label }] : [],
    );
    const taken = mappings.find((mapping) => mapping.name === name)?.role ?? role;
    const said = await ask.select(`What is in ${shown}?`, choices, taken);
    if (said !== role || said === "unknown") decided.set(name, said);
  }
  return decided;
}

function isRole(text: string): text is Role {
  return Object.hasOwn(roleNames, text);
}

/** One thing that only a person knows: a field that is not sure, or missing. */
interface Question {
  readonly mapping: ProposedMapping;
  readonly path: string;
  readonly guess: Guess | undefined;
  readonly isRequired: boolean;
}

/** Back from the first question leads to what the files are. */
async function askFields(
  exports: readonly Export[],
  roles: ReadonlyMap<string, Role>,
  ask: Ask,
): Promise<Pick<Decisions, "columns" | "answers" | "channel"> | "back"> {
  const proposal = guessImport(exports, { roles });
  const columns = new Map(proposal.mappings.map(({ name }) => [name, new Map<string, string | undefined>()]));
  const questions = proposal.mappings.flatMap(questionsOf);
  for (const mapping of proposal.mappings) ask.say(openText(mapping));
  for (let at = 0; ; ) {
    const question = questions[at];
    if (question === undefined) {
      const rest = await askRest(guessImport(exports, { roles, columns }), ask);
      if (rest !== "back") return { columns, ...rest };
    } else {
      const chosen = await askField(
        question,
        fieldColumns(exports, proposal, { ...question, mapping: question.mapping.name }),
        ask,
      );
      const pins = columns.get(question.mapping.name);
      pins?.delete(question.path);
      if (chosen === "none") pins?.set(question.path, undefined);
      else if (typeof chosen === "object") pins?.set(question.path, chosen.column);
      if (chosen !== "back") {
        at += 1;
        continue;
      }
    }
    if (at === 0) return "back";
    at -= 1;
  }
}

// Of an address the name alone is asked about: the rest of it stands and falls with the columns beside that.
function questionsOf(mapping: ProposedMapping): readonly Question[] {
  const lines = allLines(mapping).filter(({ path }) => path !== "items" && !/^(?:bill|ship)_to\.(?!name$)/.test(path));
  const paths = new Set(
    lines.flatMap((line) => {
      const isOpen = line.kind === "todo" ? line.isRequired : line.confidence !== "high";
      return isOpen ? [line.path] : [];
    }),
  );
  return [...paths].map((path) => {
    const own = lines.filter((line) => line.path === path);
    const guess = own.find((line) => line.kind === "guess");
    return { mapping, path, guess, isRequired: own.some((line) => line.kind === "todo" && line.isRequired) };
  });
}

function openText(mapping: ProposedMapping): string {
  const known = allLines(mapping).filter((line) => line.kind === "guess" && line.confidence === "high").length;
  const count = questionsOf(mapping).length + openThings(mapping).size;
  const open = count === 0 ? "nothing is to be asked" : `${count} to look at (? says why, < goes back)`;
  return `${mapping.shown}: ${known} fields are sure, ${open}`;
}

type Chosen = "keep" | "none" | "back" | { readonly column: string };

async function askField(question: Question, choices: readonly ColumnChoice[], ask: Ask): Promise<Chosen> {
  const { path, guess, isRequired, mapping } = question;
  const message = isRequired ? `${path} is needed. Which column of ${mapping.shown}?` : `${path}? (${mapping.shown})`;
  for (;;) {
    const answer = await ask.select(
      message,
      [...keptAnswers(question, choices), ...columnAnswers(question, choices), ...ways],
      "keep",
    );
    if (answer === "why") {
      ask.say(whyText(question, choices));
      continue;
    }
    if (answer === "keep" || answer === "none" || answer === "back") return answer;
    if (answer === "take") return { column: guess?.columns[0] ?? "" };
    return { column: answer.slice("column:".length) };
  }
}

/** The answer of somebody who does not know. */
const leave = "leave it marked TODO";

const ways: readonly Choice<string>[] = [
  { value: "why", label: "?  what speaks for each", key: "?" },
  { value: "back", label: "<  back to the question before", key: "<" },
];

function keptAnswers({ guess, isRequired }: Question, choices: readonly ColumnChoice[]): readonly Choice<string>[] {
  if (guess === undefined) return [{ value: "keep", label: leave }];
  const made = madeOf(guess, choices);
  const out = isRequired ? [] : [{ value: "none", label: "leave it out" }];
  if (guess.confidence !== "low") return [{ value: "keep", label: made, hint: guess.why }, ...out];
  const keep = isRequired ? leave : "leave it a comment";
  return [
    { value: "keep", label: `${keep}: ${made}`, hint: guess.why },
    { value: "take", label: `take ${made}`, hint: guess.why },
    ...out,
  ];
}

function madeOf({ columns, spec }: Guess, choices: readonly ColumnChoice[]): string {
  const [column = ""] = columns;
  if (columns.length > 1 || JSON.stringify(spec).includes('"expr"')) return `made of ${columns.map(quoted).join(", ")}`;
  const cells = choices.find((choice) => choice.column === column)?.cells ?? [];
  return columns.length === 0 ? `the same for all: ${JSON.stringify(spec)}` : withCells(column, cells);
}

// A column may be called "keep".
function columnAnswers({ path, guess }: Question, choices: readonly ColumnChoice[]): readonly Choice<string>[] {
  const isMade = guess !== undefined && guess.columns.length === 1;
  return choices
    .filter(({ column }) => !isMade || column !== guess.columns[0])
    .map(({ column, cells, evidence, usedFor }) => ({
      value: `column:${column}`,
      label: `${withCells(column, cells)}${usedFor === undefined || usedFor === path ? "" : ` (now ${usedFor})`}`,
      hint: evidence,
    }));
}

function whyText({ path, guess, isRequired }: Question, choices: readonly ColumnChoice[]): string {
  const head = isRequired
    ? `${path}: without it nothing can be imported, and no column is sure to be it.`
    : `${path}: ${guess === undefined ? "nothing is known" : `${guess.confidence}, ${guess.why}`}.`;
  const each = choices.slice(0, 8).map(({ column, cells, evidence }) => `  ${withCells(column, cells)}: ${evidence}`);
  const others = choices.length - each.length;
  return [head, ...each, ...(others > 0 ? [`  and ${others} other columns`] : [])].join("\n");
}

function withCells(column: string, cells: readonly string[]): string {
  const shown = cells.map((cell) => (cell.length > 24 ? `${cell.slice(0, 23)}…` : cell)).join(", ");
  return `${quoted(column)}  ${shown === "" ? "blank" : shown}`;
}

/** What no cell tells, each thing once for a file, and the channel. */
async function askRest(proposal: Proposal, ask: Ask): Promise<Pick<Decisions, "answers" | "channel"> | "back"> {
  const open = proposal.mappings.flatMap((mapping) =>
    [...openThings(mapping)].map(([about, asked]) => ({ mapping, about, asked })),
  );
  const answers = new Map(proposal.mappings.map(({ name }) => [name, new Map<string, string>()]));
  for (let at = 0; at >= 0; ) {
    const thing = open[at];
    if (thing === undefined) {
      const channel = await askChannel(proposal, ask);
      if (channel !== "back") return { answers, ...channel };
    } else {
      const { mapping, about, asked } = thing;
      const own = answers.get(mapping.name);
      own?.delete(about);
      const said = await askThing(mapping.shown, about, asked, ask);
      if (typeof said === "object") own?.set(about, said.answer);
      if (said !== "back") {
        at += 1;
        continue;
      }
    }
    at -= 1;
  }
  return "back";
}

/** By what they are about, the marked lines that ask the same. */
function openThings(mapping: ProposedMapping): ReadonlyMap<string, readonly Asked[]> {
  const things = new Map<string, readonly Asked[]>();
  for (const line of [...mapping.sourceTodos, ...allLines(mapping)]) {
    if (line.kind !== "todo" || line.asks === undefined) continue;
    const { about, column } = line.asks;
    const others = things.get(about) ?? [];
    if (!others.some((other) => other.column === column)) things.set(about, [...others, line.asks]);
  }
  return things;
}

async function askThing(
  shown: string,
  about: string,
  asked: readonly Asked[],
  ask: Ask,
): Promise<"keep" | "back" | { readonly answer: string }> {
  const cells = asked.map(({ column, cells: own }) => withCells(column, own)).join("; ");
  const answers = (asked[0]?.answers ?? []).map(({ name }) => ({
    value: `answer:${name}`,
    label: name,
    hint: asked.map(({ answers: own }) => own.find((answer) => answer.name === name)?.evidence ?? "").join("; "),
  }));
  for (;;) {
    const said = await ask.select(
      `${capital(about)}? (${shown}: ${cells})`,
      [{ value: "keep", label: leave }, ...answers, ...ways],
      "keep",
    );
    if (said === "keep" || said === "back") return said;
    if (said !== "why") return { answer: said.slice("answer:".length) };
    ask.say(
      [
        `${capital(about)} stands in no heading and no cell.`,
        ...answers.map(({ label, hint }) => `  ${label}: ${hint}`),
      ].join("\n"),
    );
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

async function askChannel({ needsChannel }: Proposal, ask: Ask): Promise<Pick<Decisions, "channel"> | "back"> {
  if (!needsChannel) return {};
  for (;;) {
    const said = await ask.text(
      "Which sales channel do the orders go into? Its label; choose one that pushes no orders to a warehouse",
      `nothing: ${leave}; ? says why, < goes back`,
    );
    if (said === "<") return "back";
    if (said !== "?") return said === "" ? {} : { channel: said };
    ask.say(
      "Every order belongs to a channel, and no column says which. A channel that pushes orders could have old ones shipped again: docs/channels.md.",
    );
  }
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
