// Regular expressions of mappings, on an engine without catastrophic backtracking (RE2 syntax, linear time).
import { RE2JS } from "re2js";
import { quote } from "../../model/text/quote.ts";
import { maxPatternLength } from "./bounds.ts";

/** A regular expression that runs in linear time, or what is wrong with its text. */
export type CompiledPattern =
  | { readonly ok: true; readonly pattern: RE2JS }
  | { readonly ok: false; readonly message: string };

/** Compiles a pattern; what RE2 does not know (look-around, back references) is refused with a message. */
export function compilePattern(source: string): CompiledPattern {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const compiled = compile(source);
  if (cache.size >= maxCached) cache.clear(); // a pattern read from a cell must not fill the memory
  cache.set(source, compiled);
  return compiled;
}

const maxCached = 500;
const cache = new Map<string, CompiledPattern>();

function compile(source: string): CompiledPattern {
  if (source.length > maxPatternLength)
    return { ok: false, message: `pattern ${quote(source)} is longer than ${maxPatternLength} characters` };
  try {
    return { ok: true, pattern: RE2JS.compile(source) };
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/^error parsing regexp: /, "");
    return { ok: false, message: `pattern ${quote(source)} is not a regular expression of RE2: ${reason}` };
  }
}
