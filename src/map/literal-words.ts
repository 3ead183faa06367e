// Which cells a mapping speaks of by their words: in a `map`, or in quotes in an expression. What they mean is said there.
import type { Mapping } from "./definition/mapping.ts";
import { fieldsRead } from "./definition/read-fields.ts";

/** The words of cells that a mapping names; `source.blank` is not among them. */
export function literalWords(mapping: Mapping): ReadonlySet<string> {
  const { children, where, group } = mapping;
  const alternatives = fieldsRead(mapping).flatMap((field) => field.alternatives);
  const conditions = [where, group?.head, group?.where, ...children.map((child) => child.where)];
  const expressions = [
    ...conditions.map((condition) => condition?.text ?? ""),
    ...alternatives.flatMap(({ source, when }) => [source.kind === "expr" ? source.text : "", when?.text ?? ""]),
  ];
  const quoted = expressions.flatMap((text) =>
    [...text.matchAll(literal)].map(([, word = "", other = ""]) => word || other),
  );
  return new Set([...alternatives.flatMap(({ map }) => [...(map?.keys() ?? [])]), ...quoted]);
}

const literal = /"([^"]*)"|'([^']*)'/g;
