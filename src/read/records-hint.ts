// Where a JSON file may have its rows: a look at its beginning, for a hint only. Never decides anything.

const deepest = 3;
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

/** Dotted paths at which arrays of objects stand, at most three keys deep, in the order of the text. */
export function suggestRecords(head: string): readonly string[] {
  const paths: string[] = [];
  const open: ("{" | "[")[] = [];
  const keys: string[] = [];
  let previous = "";
  let lastText = "";
  for (const [token] of head.matchAll(tokens)) {
    if (token === ":" && open.at(-1) === "{") keys[open.length - 1] = lastText.slice(1, -1);
    if (token === "{" && previous === "[" && open.length - 1 <= deepest && open.indexOf("[") === open.length - 1) {
      paths.push(keys.slice(0, open.length - 1).join("."));
    }
    if (token === "{" || token === "[") open.push(token);
    if (token === "}" || token === "]") open.pop();
    if (token.startsWith('"')) lastText = token;
    previous = token;
  }
  return paths;
}
