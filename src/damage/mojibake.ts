// Text that was UTF-8 and was read as windows-1252 (`CafÃ©`), or lost its characters altogether (`Caf\ufffd`).
import iconv from "iconv-lite";

/** True when part of the text can only be UTF-8 that was read as something else. */
export function isMojibake(text: string): boolean {
  if (!suspicious.test(text)) return false;
  if (text.includes("\ufffd")) return true;
  if (macRoman.test(text)) return true;
  return [...text.matchAll(sequences)].some(({ 0: sequence, index }) =>
    isUtf8(
      sequence,
      text.slice(Math.max(0, index - 2), index),
      text.slice(index + sequence.length, index + sequence.length + 1),
    ),
  );
}

const high =
  "\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122";
const suspicious = /[\u00c2-\u00f4\ufffd\u221a]/;
const macRoman = /\p{L}\u221a[©®¶º§±°†∂£¢¥]/u;
const sequences = new RegExp(`[\u00c2-\u00f4][${high}]+`, "g");
// The bytes that windows-1252 leaves out come through as control characters.
const bytes: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 128 }, (_, index) => index + 128).flatMap((byte): [string, number][] => [
    [String.fromCharCode(byte), byte],
    [iconv.decode(Buffer.of(byte), "win1252"), byte],
  ]),
);

// `SÃO` has no second byte behind its Ã, and `IRMÃ®` would have a small letter at the end of capitals.
function isUtf8(sequence: string, before: string, after: string): boolean {
  for (let start = 0; start < sequence.length; start += 1) {
    const lead = bytes.get(sequence.charAt(start)) ?? 0;
    const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    if (length === 0 || start + length > sequence.length) continue;
    const decoded = decode(sequence.slice(start, start + length));
    if (decoded === undefined) continue;
    const isOutOfPlace =
      start === 0 && /\p{Lu}{2}$/u.test(before) && /\p{Ll}/u.test(decoded) && !/^\p{Ll}/u.test(after);
    if (!isOutOfPlace) return true;
  }
  return false;
}

function decode(text: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(text, (char) => bytes.get(char) ?? 0));
  } catch {
    return undefined;
  }
}
