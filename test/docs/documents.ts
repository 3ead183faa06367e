// Reading documents and schemas in tests: marked parts, tables and code words of Markdown, keys of a JSON Schema. What they
// are held to is in the tests.
import { z } from "zod";

/** A part of a document with a mark. */
export interface Marked {
  readonly name: string;
  readonly text: string;
}

/** What stands after each `<!-- test: KIND NAME -->`, by its name. */
export function marked(document: string, kind: string): readonly Marked[] {
  return document
    .split("<!-- test: ")
    .slice(1)
    .flatMap((part) => {
      const [mark = "", ...rest] = part.split(" -->");
      // A comment in a YAML block looks like a heading only at the start of a line, where no example has one.
      const text = rest.join(" -->").split(/\n#+ /)[0] ?? "";
      return mark === kind
        ? [{ name: "", text }]
        : mark.startsWith(`${kind} `)
          ? [{ name: mark.slice(kind.length + 1), text }]
          : [];
    });
}

/** The text of the one part with this mark. Throws when there is none, or more. */
export function only(document: string, kind: string): string {
  const [found, ...more] = marked(document, kind);
  if (found === undefined || more.length > 0) throw new Error(`one <!-- test: ${kind} --> is wanted`);
  return found.text;
}

/** The cells of a table below its head. */
export function tableOf(text: string): readonly (readonly string[])[] {
  const lines = text.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.replaceAll("\\|", "|").trim()),
  );
}

/** The `code` words of a text. */
export function codes(text = ""): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
}

/** The only `code` word of a text. Throws when there is none, or more. */
export function code(text = ""): string {
  const [found = "", ...more] = codes(text);
  if (found === "" || more.length > 0) throw new Error(`one \`code\` is wanted: ${text}`);
  return found;
}

/** `{a,b}_{c,d}` → a_c a_d b_c b_d */
export function expanded(text: string): readonly string[] {
  const match = /^([^{]*)\{([^}]*)\}(.*)$/.exec(text);
  if (match === null) return [text];
  const [, before = "", list = "", after = ""] = match;
  return list.split(",").flatMap((part) => expanded(`${before}${part}${after}`));
}

/** GitHub's anchors. */
export function headingsOf(document: string): readonly string[] {
  return [...document.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

/** What is read of a JSON Schema. */
export interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly required?: readonly string[];
  readonly default?: unknown;
}

/** Every key of a schema as a path: `group.by`, `fields.*.from`. */
export function keysOf(schema: z.ZodType): readonly string[] {
  const walk = (node: SchemaNode, path: string): readonly string[] => [
    ...Object.entries(node.properties ?? {}).flatMap(([key, inner]) => [
      `${path}${key}`,
      ...walk(inner, `${path}${key}.`),
    ]),
    ...(typeof node.additionalProperties === "object" ? walk(node.additionalProperties, `${path}*.`) : []),
    ...(node.items === undefined ? [] : walk(node.items, path)),
    ...(node.anyOf ?? []).flatMap((form) => walk(form, path)),
  ];
  return [...new Set(walk(z.toJSONSchema(schema, { io: "input" }) as SchemaNode, ""))];
}

/** A key of a schema that has no keys of its own. */
export interface Leaf {
  readonly path: string;
  readonly fallback: unknown;
  readonly required: boolean;
}

/** Every such key, list items as `inputs[].name`. */
export function leavesOf(node: SchemaNode, path: string): readonly Leaf[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, inner]): readonly Leaf[] => {
    const below = inner.items === undefined ? inner : inner.items;
    const inside = leavesOf(below, `${path}${key}${inner.items === undefined ? "" : "[]"}.`);
    if (inside.length > 0) return inside;
    return [{ path: path + key, fallback: inner.default, required: node.required?.includes(key) === true }];
  });
}
