// What `init` asks: whether the files are what they were taken for, and the column of every field that is not sure or
// missing. Answers become decisions, and the guess is made again with them.
import {
  allLines,
  type Decisions,
  type Export,
  type Guess,
  guessImport,
  type Proposal,
  type ProposedMapping,
  type Role,
} from "../../init/init.ts";
import type { Ask, Choice } from "../world/ask.ts";

/** Asks what there is to ask about these exports; gives the decisions, with nothing in them where all was sure. */
export async function askAbout(exports: readonly Export[], ask: Ask): Promise<Decisions> {
  const roles = await askRoles(guessImport(exports), ask);
  const columns = new Map<string, ReadonlyMap<string, string | undefined>>();
  const proposal = guessImport(exports, { roles });
  for (const mapping of proposal.mappings) columns.set(mapping.name, await askColumns(mapping, ask));
  const channel = await askChannel(guessImport(exports, { roles, columns }), ask);
  return { roles, columns, ...(channel === undefined ? {} : { channel }) };
}

const roleNames: Readonly<Record<Role, string>> = {
  products: "products",
  kits: "kits: a row for each component",
  orders: "orders",
  lines: "order lines",
  reference: "something that the others refer to: customers, categories",
  unknown: "something else: leave it out",
};

async function askRoles({ files }: Proposal, ask: Ask): Promise<ReadonlyMap<string, Role>> {
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
    const said = await ask.select(`What is in ${shown}?`, choices, role);
    if (said !== role) decided.set(name, said);
  }
  return decided;
}

function isRole(text: string): text is Role {
  return Object.hasOwn(roleNames, text);
}

async function askColumns(mapping: ProposedMapping, ask: Ask): Promise<ReadonlyMap<string, string | undefined>> {
  const pins = new Map<string, string | undefined>();
  const open = allLines(mapping).filter((line) =>
    line.kind === "todo" ? line.isRequired : line.confidence !== "high",
  );
  const known = allLines(mapping).filter((line) => line.kind === "guess" && line.confidence === "high").length;
  ask.say(
    `${mapping.shown}: ${known} fields are sure, ${open.length === 0 ? "nothing is to be asked" : `${open.length} to look at`}`,
  );
  for (const line of open) {
    if (line.path === "items") continue;
    const chosen =
      line.kind === "guess" ? await askGuess(line, mapping, ask) : await askMissing(line.path, mapping, ask);
    if (chosen === "keep") continue;
    pins.set(line.path, chosen === "none" ? undefined : chosen.column);
  }
  return pins;
}

type Chosen = "keep" | "none" | { readonly column: string };

async function askGuess(guess: Guess, mapping: ProposedMapping, ask: Ask): Promise<Chosen> {
  const [column = ""] = guess.columns;
  const made =
    guess.columns.length > 1 || JSON.stringify(guess.spec).includes('"expr"')
      ? `made of ${guess.columns.map(quoted).join(", ")}`
      : quoted(column);
  const isLow = guess.confidence === "low";
  const choices = [
    { value: "keep", label: isLow ? `leave it a comment: ${made}` : made, hint: guess.why },
    ...(isLow ? [{ value: columnValue(column), label: `take ${made}`, hint: guess.why }] : []),
    ...otherColumns(mapping, column),
    { value: "none", label: "leave it out" },
  ];
  return read(await ask.select(`${guess.path}?`, choices, "keep"));
}

async function askMissing(path: string, mapping: ProposedMapping, ask: Ask): Promise<Chosen> {
  const choices = [{ value: "keep", label: "leave it marked TODO" }, ...otherColumns(mapping, undefined)];
  return read(await ask.select(`${path} is needed. Which column?`, choices, "keep"));
}

function otherColumns({ unused }: ProposedMapping, but: string | undefined): readonly Choice<string>[] {
  return unused.filter((name) => name !== but).map((name) => ({ value: columnValue(name), label: quoted(name) }));
}

// A column may be called "keep".
const columnValue = (name: string): string => `column:${name}`;

function read(answer: string): Chosen {
  if (answer === "keep" || answer === "none") return answer;
  return { column: answer.slice("column:".length) };
}

async function askChannel({ needsChannel }: Proposal, ask: Ask): Promise<string | undefined> {
  if (!needsChannel) return undefined;
  const label = await ask.text(
    "Which sales channel do the orders go into? Its label; choose one that pushes no orders to a warehouse",
    "nothing: leave it marked TODO",
  );
  return label === "" ? undefined : label;
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
