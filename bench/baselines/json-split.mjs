// Cuts a JSON array into its elements without holding all of it, and parses each of them: `node json-split.mjs FILE`. Prints the
// number of elements.
import { createReadStream } from "node:fs";

const [file = ""] = process.argv.slice(2);
const [quote, backslash, open, close] = [...'"\\{}'].map((character) => character.charCodeAt(0));
let elements = 0;
let rest = "";
let depth = 0;
let isInText = false;
let isEscaped = false;
for await (const chunk of createReadStream(file, { encoding: "utf8", highWaterMark: 1 << 18 })) {
  // What is left of the piece before was looked at: it is an element that has begun, or nothing.
  const text = rest + chunk;
  let start = depth > 0 ? 0 : -1;
  for (let at = rest.length; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isEscaped) isEscaped = false;
    else if (isInText) {
      if (code === backslash) isEscaped = true;
      else if (code === quote) isInText = false;
    } else if (code === quote) isInText = true;
    else if (code === open) {
      if (depth === 0) start = at;
      depth += 1;
    } else if (code === close) {
      depth -= 1;
      if (depth > 0) continue;
      if (JSON.parse(text.slice(start, at + 1)) !== null) elements += 1;
      start = -1;
    }
  }
  rest = start === -1 ? "" : text.slice(start);
}
console.log(elements);
