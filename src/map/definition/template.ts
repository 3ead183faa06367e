// Templates: text with {Column} placeholders, cut into parts once.
import type { TemplatePart } from "./mapping.ts";

/**
 * The parts of a template. `{{` and `}}` are braces; a placeholder's name is trimmed. A text that opens a placeholder
 * and does not close it, or names none, is no template: then `ok` is false and `message` says why.
 */
export function parseTemplate(
  template: string,
): { readonly ok: true; readonly parts: readonly TemplatePart[] } | { readonly ok: false; readonly message: string } {
  const parts: TemplatePart[] = [];
  let text = "";
  let at = 0;
  while (at < template.length) {
    const char = template.charAt(at);
    if ((char === "{" || char === "}") && template.charAt(at + 1) === char) {
      text += char;
      at += 2;
    } else if (char === "{") {
      const end = template.indexOf("}", at);
      const column = template.slice(at + 1, end === -1 ? undefined : end).trim();
      if (end === -1)
        return { ok: false, message: `the placeholder "{${column}" is not closed (write {{ for a brace)` };
      if (column === "") return { ok: false, message: "a placeholder names no column (write {{ and }} for braces)" };
      parts.push({ text }, { column });
      text = "";
      at = end + 1;
    } else {
      text += char;
      at += 1;
    }
  }
  if (parts.length === 0)
    return { ok: false, message: "a template needs a {Column}; for the same text every time write value:" };
  return { ok: true, parts: [...parts, { text }].filter((part) => !("text" in part) || part.text !== "") };
}
