// YAML files that people write (jobs, mappings): text → a value that a schema accepted, with the line and column of
// everything in it. All faults of a file come in one error. What the keys mean belongs to the schemas' owners.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from "yaml";
import type { z } from "zod";
import { type ConfigFault, schemaFaults, withoutPath } from "./config-fault.ts";
import { type ErrorCode, ImportError } from "./error.ts";
import { formatPath } from "./payload-path.ts";

/** A place in a text file, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const places = placesOf(document, positionAt);
  const faults: Placed[] = syntaxFaults(document, positionAt);
  const { hint, sayable = (message) => message } = options;
  const fail = (): never => {
    const said = faults.map((fault) => ({ ...fault, message: sayable(fault.message) }));
    throw configError(said, file, code, hint);
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
  const sound = result.success ? result.data : soundPart(schema, parsed.value, refused);
  const checked = sound === undefined ? [] : (options.check?.(sound, places) ?? []);
  // What encloses a part that was taken out may only look wrong because of that.
  const meant = checked.filter(({ path }) => !refused.some((fault) => encloses(path, fault.path)));
  const found = [...refused, ...meant];
  for (const { path, message, at } of found) {
    const position = at === "key" ? keyPosition(document, positionAt, path) : undefined;
    faults.push({
      ...(position ?? places.positionOf(path)),
      message: path.length === 0 ? message : `${formatPath(path)}: ${message}`,
    });
  }
  return faults.length > 0 || !result.success ? fail() : { ...places, value: result.data };
}

interface Placed extends Position {
  readonly message: string;
  /** The text is no YAML: nothing else can be told of it. */
  readonly fatal?: boolean;
}

function configError(faults: readonly Placed[], file: string, code: ErrorCode, hint: string | undefined): ImportError {
  const sorted = [...faults].sort((a, b) => a.line - b.line || a.column - b.column);
  const message = sorted.map((fault) => `${file}:${fault.line}:${fault.column}: ${fault.message}`).join("\n");
  return new ImportError(code, message, hint === undefined ? {} : { hint });
}

function encloses(outer: readonly PropertyKey[], inner: readonly PropertyKey[]): boolean {
  return outer.length < inner.length && outer.every((step, index) => step === inner[index]);
}

function syntaxFaults(document: Document, positionAt: (offset: number) => Position): Placed[] {
  const unresolvedTag = "TAG_RESOLVE_FAILED"; // said below, of every tag that means something else
  const warnings = document.warnings.filter(({ code }) => code !== unresolvedTag);
  const faults: Placed[] = [...document.errors, ...warnings].map(({ code, message, pos }) => ({
    ...positionAt(pos[0]),
    message: syntaxMessages[code] ?? message.replace(/\s+/g, " "),
    fatal: code !== "DUPLICATE_KEY",
  }));
  const refuse = (node: unknown, message: string, fatal = false): void => {
    faults.push({ ...positionAt(startOf(node)), message, fatal });
  };
  visit(document, {
    Pair: (_key, { key }) => {
      // Harmless for a parser, not for what reads its objects: refused here so that nothing below has to think of it.
      if (isScalar(key) && key.value === "__proto__") refuse(key, `"__proto__" cannot be a key`);
      if (isScalar(key) && key.value === "<<" && key.type === "PLAIN")
        refuse(key, "merge keys (<<) are not known: write the keys out, or give the whole value an anchor", true);
    },
    Node: (_key, node) => {
      if ("tag" in node && node.tag !== undefined && !plainTags.test(node.tag))
        refuse(node, `the tag ${shortTag(node.tag)} is not known`, true);
    },
    Alias: (_key, alias, path) => {
      const owner = alias.resolve(document);
      if (owner !== undefined && path.some((node) => node === owner))
        refuse(alias, `*${alias.source} stands inside what it names, which would have no end`, true);
    },
  });
  return faults;
}

const syntaxMessages: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "this key is given twice",
  MULTIPLE_DOCS: "a second document begins here (---): a file holds one",
};

// What YAML itself calls text, numbers and so on. Sets, binaries and whatever a program may make of a tag are no config.
const plainTags = /^(?:!|tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq))$/;

function shortTag(tag: string): string {
  return tag.replace(/^tag:yaml\.org,2002:/, "!!");
}

function readDocument(document: Document): { readonly value?: unknown; readonly fault?: string } {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
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

function placesOf(document: Document, positionAt: (offset: number) => Position): YamlPlaces {
  return {
    positionOf: (path) => {
      for (let length = path.length; length > 0; length -= 1) {
        const { node, pair } = find(document, path.slice(0, length));
        if (pair !== undefined && !isScalar(node)) return positionAt(startOf(pair.key));
        if (node !== undefined) return positionAt(startOf(node));
      }
      return positionAt(startOf(document.contents));
    },
    textOf: (path) => {
      const { node } = find(document, path);
      return isScalar(node) ? (node.source ?? String(node.value)) : undefined;
    },
  };
}

function keyPosition(
  document: Document,
  positionAt: (offset: number) => Position,
  path: readonly PropertyKey[],
): Position | undefined {
  const { pair } = find(document, path);
  return pair === undefined ? undefined : positionAt(startOf(pair.key));
}

interface Found {
  readonly node?: Node | undefined;
  readonly pair?: Pair | undefined;
}

function find(document: Document, path: readonly PropertyKey[]): Found {
  let found: Found = { node: document.contents ?? undefined };
  for (const step of path) {
    const owner = isAlias(found.node) ? found.node.resolve(document) : found.node;
    if (isMap(owner)) {
      const pair = owner.items.find((item) => keyText(item) === String(step));
      found = pair === undefined ? {} : { pair, node: (pair.value ?? pair.key) as Node };
    } else {
      found = isSeq(owner) && typeof step === "number" ? { node: owner.items[step] as Node | undefined } : {};
    }
    if (found.node === undefined) return {};
  }
  return found;
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : "";
}

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}
