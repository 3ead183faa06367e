// YAML files that people write (jobs, mappings): text → a value that a schema accepted, with the line and column of
// everything in it. All faults of a file come in one error. What the keys mean belongs to the schemas' owners.
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import type { z } from "zod";
import { type ErrorCode, ImportError } from "../error.ts";
import { formatPath } from "../payload-path.ts";
import { type ConfigFault, schemaFaults, withoutPath } from "./config-fault.ts";
import {
  createPairFinder,
  maxAliasedValues,
  type Position,
  readYaml,
  type SyntaxFault,
  startOf,
} from "./yaml-syntax.ts";

/** Where the values of a YAML file stand. Paths are keys and list indexes, from the top. */
export interface YamlPlaces {
  /** Of a scalar or list item itself, of anything else its key; what is not there has the place of what encloses it. */
  positionOf(path: readonly PropertyKey[]): Position;
  /** A scalar exactly as it is written (`007`, `1.10`), without quotes; undefined for anything else. */
  textOf(path: readonly PropertyKey[]): string | undefined;
}

/** A YAML file whose schema accepted it. */
export interface YamlConfig<T> extends YamlPlaces {
  readonly value: T;
}

/** What `loadYaml` takes beside the schema. */
export interface YamlOptions<T> {
  /**
   * Finds faults that a schema cannot. It is also called when the schema found some: then with what is left of the value
   * once everything faulty is taken out, so that all faults are told at once.
   */
  readonly check?: (value: Partial<T>, places: YamlPlaces) => readonly ConfigFault[];
  /** What to say of a key that the schema does not know; undefined: that, with the nearest known one. */
  readonly unknownKey?: (path: readonly PropertyKey[]) => string | undefined;
  /** For the error: where the keys are described. */
  readonly hint?: string;
  /** What may be said of what is wrong; all of it unless given. */
  readonly sayable?: (message: string) => string;
}

/** Reads and checks a YAML text. Throws one `ImportError(code)` with a line `file:line:column: what` for each fault. */
export function loadYaml<S extends z.ZodObject>(
  text: string,
  file: string,
  schema: S,
  code: ErrorCode,
  options: YamlOptions<z.output<S>> = {},
): YamlConfig<z.output<S>> {
  const { document, faults: syntaxFaults, positionAt } = readYaml(text);
  const find = createFinder(document);
  const places = placesOf(document, find, positionAt);
  const faults: SyntaxFault[] = [...syntaxFaults];
  const { hint, sayable = (message) => message } = options;
  const fail = (): never => {
    throw configError(faults, file, code, { hint, sayable });
  };
  if (faults.some(({ fatal }) => fatal)) return fail();

  const parsed = readDocument(document);
  if (parsed.fault !== undefined) {
    faults.push({ line: 1, column: 1, message: parsed.fault });
    return fail();
  }
  const result = schema.safeParse(parsed.value);
  const refused = result.success
    ? []
    : schemaFaults(result.error, schema, parsed.value).map((fault) => {
        const message = fault.at === "key" ? options.unknownKey?.(fault.path) : undefined; // a schema refuses no others
        return message === undefined ? fault : { ...fault, message };
      });
  // Each part that is taken out is a copy of the rest: a file with so much wrong is another kind of file.
  const isHopeless = refused.length > mostFaults;
  const sound = result.success ? result.data : isHopeless ? undefined : soundPart(schema, parsed.value, refused);
  const checked = sound === undefined ? [] : (options.check?.(sound, places) ?? []);
  // What encloses a part that was taken out may only look wrong because of that.
  const meant = checked.filter(({ path }) => !refused.some((fault) => encloses(path, fault.path)));
  const found = [...refused, ...meant];
  for (const { path, message, at } of found) {
    const key = at === "key" ? find(path).pair?.key : undefined;
    faults.push({
      ...(key === undefined ? places.positionOf(path) : positionAt(startOf(key))),
      message: path.length === 0 ? message : `${formatPath(path)}: ${message}`,
    });
  }
  return faults.length > 0 || !result.success ? fail() : { ...places, value: result.data };
}

function configError(
  faults: readonly SyntaxFault[],
  file: string,
  code: ErrorCode,
  { hint, sayable }: { readonly hint: string | undefined; readonly sayable: (message: string) => string },
): ImportError {
  const sorted = [...faults].sort((a, b) => a.line - b.line || a.column - b.column);
  // Of what is no YAML the first faults are the cause of most others.
  const most = faults.some(({ fatal }) => fatal) ? mostSyntaxFaults : mostFaults;
  const lines = sorted
    .slice(0, most)
    .map((fault) => `${file}:${fault.line}:${fault.column}: ${shortened(sayable(fault.message))}`);
  const more = sorted.length - lines.length;
  const message = [...lines, ...(more > 0 ? [`and ${more} more: fix these first`] : [])].join("\n");
  return new ImportError(code, message, hint === undefined ? {} : { hint });
}

const mostFaults = 30;
const mostSyntaxFaults = 5;
const mostCharacters = 300;

// A key or a value of a wrong file may be a whole document.
function shortened(message: string): string {
  return message.length > mostCharacters ? `${message.slice(0, mostCharacters - 1)}…` : message;
}

function encloses(outer: readonly PropertyKey[], inner: readonly PropertyKey[]): boolean {
  return outer.length < inner.length && outer.every((step, index) => step === inner[index]);
}

function readDocument(document: Document): { readonly value?: unknown; readonly fault?: string } {
  try {
    return { value: document.toJS({ maxAliasCount: maxAliasedValues }) };
  } catch (error) {
    return { fault: aliasFault(error) };
  }
}

function aliasFault(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^Excessive alias count/.test(message)
    ? `its aliases (*name) stand for more than ${maxAliasedValues} values: write the values out`
    : shortened(message);
}

const maxPrunings = 10;

/** What the schema accepts once the faulty parts are taken out; undefined when that leads nowhere. */
function soundPart<S extends z.ZodObject>(
  schema: S,
  parsed: unknown,
  faults: readonly ConfigFault[],
): Partial<z.output<S>> | undefined {
  const lenient = schema.partial();
  let value = parsed;
  let toRemove = faults;
  for (let pruning = 0; pruning < maxPrunings; pruning += 1) {
    // A missing key at the top takes nothing with it: every key is optional to `lenient`.
    for (const { path } of toRemove) value = withoutPath(value, path) ?? value;
    const result = lenient.safeParse(value);
    // A schema made partial has the same output with every key optional; zod's types cannot say that of a generic one.
    if (result.success) return result.data as Partial<z.output<S>>;
    toRemove = schemaFaults(result.error, lenient, value);
  }
  return undefined;
}

function placesOf(document: Document, find: Finder, positionAt: (offset: number) => Position): YamlPlaces {
  return {
    positionOf: (path) => {
      for (let length = path.length; length > 0; length -= 1) {
        const { node, pair } = find(path.slice(0, length));
        if (pair !== undefined && !isScalar(node)) return positionAt(startOf(pair.key));
        if (node !== undefined) return positionAt(startOf(node));
      }
      return positionAt(startOf(document.contents));
    },
    textOf: (path) => {
      const { node } = find(path);
      return isScalar(node) ? (node.source ?? String(node.value)) : undefined;
    },
  };
}

interface Found {
  readonly node?: Node | undefined;
  readonly pair?: Pair | undefined;
}

type Finder = (path: readonly PropertyKey[]) => Found;

function createFinder(document: Document): Finder {
  const pairOf = createPairFinder();
  return (path) => {
    let found: Found = { node: document.contents ?? undefined };
    for (const step of path) {
      const owner = isAlias(found.node) ? found.node.resolve(document) : found.node;
      if (isMap(owner)) {
        const pair = pairOf(owner, String(step));
        found = pair === undefined ? {} : { pair, node: (pair.value ?? pair.key) as Node };
      } else {
        found = isSeq(owner) && typeof step === "number" ? { node: owner.items[step] as Node | undefined } : {};
      }
      if (found.node === undefined) return {};
    }
    return found;
  };
}
