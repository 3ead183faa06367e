// Counting what a file is made of that is no UTF-8, to tell which encoding it may be. Counts only; what follows from the
// counts is said in encoding.ts.
import iconv from "iconv-lite";
import { lineCounter } from "./line-counter.ts";

/** A byte beyond ASCII, and where it stands. */
export interface ByteFinding {
  readonly byte: number;
  readonly line: number;
  /** The letters and bytes beyond ASCII around it, at most a dozen on each side. */
  readonly word: Buffer;
}

/** What was counted, with the first finding of each kind. */
export interface ByteSurvey {
  /** Characters of several bytes that are UTF-8. */
  readonly characters: number;
  /** Bytes beyond ASCII that are part of no such character. */
  readonly strays: number;
  readonly firstStray: ByteFinding | undefined;
  /** The only stray bytes are the beginning of a character, at the very end. */
  readonly isCutOff: boolean;
  /** Bytes that windows-1252 does not know: the first one. */
  readonly unknown: ByteFinding | undefined;
  /** Bytes that in windows-1252 are signs or capitals where a word has none: `Z³oty`, `cafŽ`. */
  readonly odd: number;
  readonly firstOdd: ByteFinding | undefined;
  /** Bytes that stand in runs of three or more beyond ASCII: words of other scripts. */
  readonly inRuns: number;
  readonly firstRun: ByteFinding | undefined;
}

/** Counts over all of the bytes; memory stays flat. */
export async function surveyBytes(pieces: AsyncIterable<Buffer>): Promise<ByteSurvey> {
  const lines = lineCounter();
  const first: { stray?: ByteFinding; unknown?: ByteFinding; odd?: ByteFinding; run?: ByteFinding } = {};
  let characters = 0;
  let strays = 0;
  let odd = 0;
  let inRuns = 0;
  let run = 0;
  let isCutOff = false;
  // Every byte is judged with its neighbours in sight: `before` bytes of what was judged are kept, the last ones wait.
  let bytes: Buffer = Buffer.alloc(0);
  let at = 0;
  let counted = 0;
  let characterEnd = 0;
  const judge = (end: number): void => {
    for (; ; at++) {
      const plain = at;
      at = skipAscii(bytes, at, end);
      if (at > plain) run = 0;
      if (at >= end) return;
      const byte = bytes[at] ?? 0;
      const found = (): ByteFinding => {
        lines.count(bytes, counted, at);
        counted = at;
        return { byte, line: lines.line(), word: wordAround(bytes, at) };
      };
      run = quotes.has(byte) ? 0 : run + 1;
      inRuns += run === 3 ? 3 : run > 3 ? 1 : 0;
      if (run === 3) first.run ??= found();
      if (unknownBytes.has(byte)) first.unknown ??= found();
      if (isOdd(bytes, at)) {
        odd++;
        first.odd ??= found();
      }
      if (at < characterEnd) continue;
      const { length, isWhole } = characterAt(bytes, at);
      if (length > 0) characters++;
      else strays++;
      if (length === 0 || !isWhole) first.stray ??= found();
      if (length === 0 && strays === 1 && at + 3 >= bytes.length) isCutOff = isBeginning(bytes.subarray(at));
      characterEnd = at + Math.max(1, length);
    }
  };
  for await (const piece of pieces) {
    const kept = Math.max(0, at - sight);
    lines.count(bytes, counted, at);
    counted = at - kept;
    bytes = Buffer.concat([bytes.subarray(kept), piece]);
    at -= kept;
    characterEnd -= kept;
    judge(bytes.length - sight);
  }
  judge(bytes.length);
  return {
    characters,
    strays,
    firstStray: first.stray,
    isCutOff,
    unknown: first.unknown,
    odd,
    firstOdd: first.odd,
    inRuns,
    firstRun: first.run,
  };
}

const sight = 12;

// A function of its own for speed: nearly all bytes pass here.
function skipAscii(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] ?? 0) < 0x80) at++;
  return at;
}

const unknownBytes = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

// What may stand right beside letters without being part of their word.
const quotes = new Set(iconv.encode("„“”‘’«»–—…\u00a0", "windows-1252"));

// Signs of windows-1252 that stand in no word. Left out: apostrophes of all kinds (also ´ and ‘), dashes, the middle dot of
// Catalan, the soft hyphen, no-break spaces, ordinals, powers, ™ and ®.
const signs = new Set(iconv.encode("‚ƒ„†‡ˆ‰‹“”•˜›¡¢¤¥¦§¨¬¯±³¶¸¹¼½¾¿", "windows-1252"));

function isOdd(bytes: Buffer, at: number): boolean {
  const byte = bytes[at] ?? 0;
  const before = bytes[at - 1] ?? 0;
  if (isCapital(byte)) return before >= 0x61 && before <= 0x7a; // after a small letter
  return signs.has(byte) && isLetter(before) && isLetter(bytes[at + 1] ?? 0);
}

function isCapital(byte: number): boolean {
  return byte === 0x8a || byte === 0x8c || byte === 0x8e || byte === 0x9f || (byte >= 0xc0 && byte <= 0xde);
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

function wordAround(bytes: Buffer, at: number): Buffer {
  const isPart = (place: number) => (bytes[place] ?? 0) >= 0x80 || isLetter(bytes[place] ?? 0);
  let start = at;
  while (start > 0 && at - start < sight && isPart(start - 1)) start--;
  let end = at + 1;
  while (end < bytes.length && end - at < sight && isPart(end)) end++;
  return Buffer.from(bytes.subarray(start, end));
}

// The length of the UTF-8 character that starts here, 0 when none does. Halves of a surrogate pair, as some programs write
// them, are of UTF-8's making without being right.
function characterAt(bytes: Buffer, at: number): { readonly length: number; readonly isWhole: boolean } {
  const [lead = 0, second = 0, third = 0, fourth = 0] = bytes.subarray(at, at + 4);
  const follows = (byte: number) => byte >= 0x80 && byte <= 0xbf;
  const none = { length: 0, isWhole: false };
  if (lead < 0xc2 || lead > 0xf4 || !follows(second)) return none;
  if (lead < 0xe0) return { length: 2, isWhole: true };
  if (!follows(third) || (lead === 0xe0 && second < 0xa0)) return none;
  if (lead < 0xf0) return { length: 3, isWhole: lead !== 0xed || second < 0xa0 };
  if (!follows(fourth) || (lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)) return none;
  return { length: 4, isWhole: true };
}

// Whether these last bytes of a file are the beginning of a character that goes on.
function isBeginning(bytes: Buffer): boolean {
  const lead = bytes[0] ?? 0;
  const needed = lead > 0xf4 ? 0 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  return bytes.length < needed && bytes.subarray(1).every((byte) => byte >= 0x80 && byte <= 0xbf);
}
