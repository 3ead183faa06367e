// YAML text → a document, within bounds: of a text that nests or repeats without end nothing is built, and no time is
// lost on it. What is no YAML, or YAML that no file of ours needs, is told with its place; never with the text itself.
import {
  Composer,
  type CST,
  Document,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  visit,
  type YAMLMap,
} from "yaml";

/** A place in a text file, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something wrong with the text of a YAML file. */
export interface SyntaxFault extends Position {
  readonly message: string;
  /** The text is no YAML that can be read: nothing else can be told of it. */
  readonly fatal?: boolean;
}

/** A YAML text as far as it could be read. With a fatal fault the document is not to be looked at. */
export interface YamlText {
  readonly document: Document;
  readonly faults: readonly SyntaxFault[];
  readonly positionAt: (offset: number) => Position;
}

/** What one anchor may be repeated into, in values. */
export const maxAliasedValues = 100;

const maxDepth = 100;
const maxAliases = 1000;

/** Reads a text. Never throws. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const tokens = tokensOf(text, lines);
  // Not the library's own test for keys given twice: it compares each with all others.
  const composer = new Composer({ lineCounter: lines, prettyErrors: false, stringKeys: true, uniqueKeys: false });
  const faults: SyntaxFault[] = [];
  let document: Document | undefined;
  try {
    for (const each of composer.compose(tokens, true, text.length)) {
      if (document === undefined) document = each as Document;
      else {
        const message = "a second document begins here (---): a file holds one";
        faults.push({ ...positionAt(each.range[0]), message, fatal: true });
        break;
      }
    }
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    const message = `nests more than ${maxDepth} levels deep: this is not a file for this program, or a bracket is never closed`;
    return { document: new Document(), faults: [{ ...positionAt(error.offset), message, fatal: true }], positionAt };
  }
  const read = document ?? new Document();
  return { document: read, faults: [...faults, ...faultsOf(read, positionAt)], positionAt };
}

/** Where a node begins in its text. */
export function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}

class TooDeep extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super("the text nests too deeply");
    this.offset = offset;
  }
}

// What comes after the parser calls itself for every level, and a stack that overflows can take the process with it.
function* tokensOf(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > maxDepth) throw new TooDeep(parser.offset);
  }
  yield* parser.end();
}

function faultsOf(document: Document, positionAt: (offset: number) => Position): readonly SyntaxFault[] {
  const unresolvedTag = "TAG_RESOLVE_FAILED"; // said below, of every tag that means something else
  const warnings = document.warnings.filter(({ code }) => code !== unresolvedTag);
  const faults: SyntaxFault[] = [...document.errors, ...warnings].map(({ message, pos }) => ({
    ...positionAt(pos[0]),
    message: withoutText(message),
    fatal: true,
  }));
  const refuse = (node: unknown, message: string, fatal = false): void => {
    faults.push({ ...positionAt(startOf(node)), message, fatal });
  };
  const anchored = new Map<string, unknown>();
  const keep = (node: object): void => {
    if ("anchor" in node && typeof node.anchor === "string") anchored.set(node.anchor, node);
    if ("tag" in node && typeof node.tag === "string" && !plainTags.test(node.tag))
      refuse(node, `the tag ${shortTag(node.tag)} is not known`, true);
  };
  let aliases = 0;
  visit(document, {
    Map: (_key, map) => {
      keep(map);
      for (const key of keysGivenTwice(map)) refuse(key, "this key is given twice");
    },
    Pair: (_key, { key }) => {
      // Harmless for a parser, not for what reads its objects: refused here so that nothing below has to think of it.
      if (isScalar(key) && key.value === "__proto__") refuse(key, `"__proto__" cannot be a key`);
      if (isScalar(key) && key.value === "<<" && key.type === "PLAIN")
        refuse(key, "merge keys (<<) are not known: write the keys out, or give the whole value an anchor", true);
    },
    Node: (_key, node) => keep(node),
    Alias: (_key, alias, path) => {
      aliases += 1;
      if (aliases > maxAliases) {
        refuse(alias, `more than ${maxAliases} aliases (*name): write the values out`, true);
        return visit.BREAK;
      }
      const owner = anchored.get(alias.source);
      if (owner !== undefined && path.some((node) => node === owner))
        refuse(alias, `*${alias.source} stands inside what it names, which would have no end`, true);
      return undefined;
    },
  });
  return faults;
}

function keysGivenTwice({ items }: YAMLMap): readonly unknown[] {
  const seen = new Set<unknown>();
  return items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    if (seen.has(key.value)) return [key];
    seen.add(key.value);
    return [];
  });
}

// Some of the library's messages end with the text that it could not read, which may be anything.
function withoutText(message: string): string {
  return message.replace(/\s+/g, " ").replace(/(characters|stream|document|found): .*$/, "$1");
}

// What YAML itself calls text, numbers and so on. Sets, binaries and whatever a program may make of a tag are no config.
const plainTags = /^(?:!|tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq))$/;

function shortTag(tag: string): string {
  return tag.replace(/^tag:yaml\.org,2002:/, "!!");
}

/** Finds the pairs of maps by the text of their keys; of a key given twice the first one. */
export function createPairFinder(): (map: YAMLMap, key: string) => YAMLMap["items"][number] | undefined {
  const known = new WeakMap<YAMLMap, ReadonlyMap<string, YAMLMap["items"][number]>>();
  return (map, key) => {
    const pairs =
      known.get(map) ??
      new Map(map.items.toReversed().map((pair) => [isScalar(pair.key) ? String(pair.key.value) : "", pair] as const));
    known.set(map, pairs);
    return pairs.get(key);
  };
}
