// HTML to plain text, for descriptions: tags out, blocks to lines, entities to characters. Not a sanitizer: the result
// is text and stays text. Linear in the length of the cell, whatever stands in it.

/** The text a reader would see: one line per block, white space collapsed, no blank lines. */
export function stripHtml(html: string): string {
  return decodeEntities(withoutTags(html))
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter((line) => line !== "")
    .join("\n");
}

const blocks = new Set(
  (
    "address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr " +
    "li main nav ol p pre section table tbody tfoot thead title tr ul"
  ).split(" "),
);
const cells = new Set(["td", "th"]);
const unseen = new Set(["script", "style", "template"]);

function withoutTags(html: string): string {
  const lastClose = html.lastIndexOf(">");
  const parts: string[] = [];
  let at = 0;
  for (let open = html.indexOf("<"); open !== -1 && open < lastClose; open = html.indexOf("<", at)) {
    // Line breaks of the HTML itself mean nothing to a reader.
    parts.push(html.slice(at, open).replace(/\s+/g, " "));
    const name = /^<(?:!--|[!?]|\/?([a-z][a-z0-9]*))/i.exec(html.slice(open, open + maxTagName));
    if (name === null) {
      parts.push("<");
      at = open + 1;
      continue;
    }
    const tag = (name[1] ?? "").toLowerCase();
    parts.push(blocks.has(tag) ? "\n" : cells.has(tag) ? " " : "");
    at = endOf(html, open, name[0], tag);
  }
  parts.push(html.slice(at).replace(/\s+/g, " "));
  return parts.join("");
}

const maxTagName = 20;

function endOf(html: string, open: number, start: string, tag: string): number {
  const close = html.indexOf(">", open) + 1; // there is one: `open` lies before the last
  if (start === "<!--") return endAfter(html.indexOf("-->", open + 4), 3, html.length);
  if (!unseen.has(tag) || start.startsWith("</")) return close;
  const end = html.slice(close).search(new RegExp(`</${tag}\\b`, "i"));
  return endAfter(end === -1 ? -1 : html.indexOf(">", close + end), 1, html.length);
}

// What is never closed hides the rest, as in a browser.
function endAfter(at: number, length: number, end: number): number {
  return at === -1 ? end : at + length;
}

/** Entities (`&amp;`, `&#8211;`) as the characters that they stand for, once; what is no entity stays. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}\d{0,2}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities.get(name) ?? whole;
    return character(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal));
  });
}

function character(codePoint: number): string {
  const isCharacter = codePoint > 0 && codePoint <= 0x10ffff && (codePoint < 0xd800 || codePoint > 0xdfff);
  return isCharacter ? String.fromCodePoint(codePoint) : "\ufffd";
}

// HTML 4's Latin-1 entities in the order of their characters, U+00A0 to U+00FF.
const latin1 = (
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro " +
  "para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil " +
  "Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave " +
  "Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml " +
  "igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute " +
  "thorn yuml"
).split(" ");
const entities: ReadonlyMap<string, string> = new Map([
  ...latin1.map((name, index): [string, string] => [name, String.fromCodePoint(0xa0 + index)]),
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["ndash", "–"],
  ["mdash", "—"],
  ["lsquo", "‘"],
  ["rsquo", "’"],
  ["sbquo", "‚"],
  ["ldquo", "“"],
  ["rdquo", "”"],
  ["bdquo", "„"],
  ["bull", "•"],
  ["hellip", "…"],
  ["trade", "™"],
  ["euro", "€"],
  ["oelig", "œ"],
  ["OElig", "Œ"],
  ["scaron", "š"],
  ["Scaron", "Š"],
  ["zwnj", "\u200c"],
  ["ensp", " "],
  ["emsp", " "],
  ["thinsp", " "],
]);
