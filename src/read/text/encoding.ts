// Which encoding a file without a byte order mark has, when nobody said it: UTF-8 when all of it is, else UTF-16, else
// windows-1252 as a guess that is told. What windows-1252 makes no sense of is refused with what it could be.
import { isUtf8 } from "node:buffer";
import iconv from "iconv-lite";
import type { ImportError } from "../../model/error.ts";
import { countText } from "../../model/text/count-text.ts";
import { type ByteFinding, type ByteSurvey, surveyBytes } from "./byte-survey.ts";
import { wholeUtf8 } from "./decode.ts";
import { pieceBytes } from "./limits.ts";
import { unreadable } from "./unreadable.ts";
import { utf16Of } from "./utf-16.ts";

/**
 * The encoding, and for anything but UTF-8 the evidence in words. `look` gives the bytes from the beginning, as often as
 * it is called. What holds NUL bytes and is no UTF-16 passes for UTF-8: decoding says where the first one stands.
 * Throws `INPUT_UNREADABLE` for text whose encoding cannot be told.
 */
export async function detectEncoding(
  look: () => AsyncIterable<Buffer>,
  file: string,
): Promise<{ readonly encoding: string; readonly detected: readonly string[] }> {
  const { kind, head } = await glance(look());
  if (kind === "zeros") {
    const found = utf16Of(head);
    if (found === undefined) return { encoding: "utf-8", detected: [] };
    return { encoding: found.encoding, detected: [`encoding ${found.encoding} (guess: ${found.evidence})`] };
  }
  if (kind === "utf-8") return { encoding: "utf-8", detected: [] };
  const survey = await surveyBytes(look());
  const { firstStray } = survey;
  if (firstStray === undefined) return { encoding: "utf-8", detected: [] };
  refuseDamaged(survey, firstStray, file);
  refuseOthers(survey, file);
  const evidence = `byte ${hex(firstStray)} on line ${firstStray.line} is not UTF-8 and would read "${as("windows-1252", firstStray)}"`;
  return { encoding: "windows-1252", detected: [`encoding windows-1252 (guess: ${evidence})`] };
}

/** What a first look tells; it ends early where there is nothing more to learn. */
async function glance(
  pieces: AsyncIterable<Buffer>,
): Promise<{ readonly kind: "utf-8" | "zeros" | "other"; readonly head: Buffer }> {
  let head: Buffer = Buffer.alloc(0);
  let rest: Buffer = Buffer.alloc(0);
  let isValid = true;
  for await (const piece of pieces) {
    if (head.length < pieceBytes) head = Buffer.concat([head, piece.subarray(0, pieceBytes - head.length)]);
    if (isValid) {
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      const length = wholeUtf8(bytes);
      rest = bytes.subarray(length);
      isValid = isUtf8(bytes.subarray(0, length));
    }
    if (!isValid && head.length >= pieceBytes) break;
  }
  if (head.includes(0)) return { kind: "zeros", head };
  return { kind: isValid && rest.length === 0 ? "utf-8" : "other", head };
}

/** UTF-8 with something wrong in it, or two encodings in one file: no reading of it is right everywhere. */
function refuseDamaged(survey: ByteSurvey, first: ByteFinding, file: string): void {
  const { characters, strays, isCutOff } = survey;
  const line = first.line;
  if (isCutOff) {
    throw unreadable(file, "the file ends in the middle of a character: it seems to be cut off", {
      line,
      hint: "export or copy it again; if it is whole, say its encoding in the mapping, such as source: { encoding: windows-1252 }",
    });
  }
  // Text of one byte a character holds what looks like UTF-8 too, but hardly ever: "É»".
  if (characters * 10 <= strays) return;
  const most = `${countText(characters)} other character${characters === 1 ? " is" : "s are"}`;
  throw unreadable(file, `byte ${hex(first)} in "${as("windows-1252", first)}" is not UTF-8, but ${most}`, {
    line,
    hint: "fix what is damaged, or save the file as CSV UTF-8; if all of it has another encoding, say so in the mapping, such as source: { encoding: windows-1252 }",
  });
}

/** Text that windows-1252 cannot be, or makes words of that nobody writes. */
function refuseOthers(survey: ByteSurvey, file: string): void {
  const { characters, strays, unknown, odd, firstOdd, inRuns, firstRun } = survey;
  const beyondAscii = strays + 2 * characters;
  const refuse = (what: string, finding: ByteFinding): ImportError =>
    unreadable(file, `the encoding cannot be detected: it is not UTF-8, and windows-1252 ${what}`, {
      line: finding.line,
      hint: hintFor(finding),
    });
  if (unknown !== undefined) throw refuse(`has no byte ${hex(unknown)}`, unknown);
  const strange = inRuns * 5 > beyondAscii ? firstRun : odd * 10 > beyondAscii ? firstOdd : undefined;
  if (strange !== undefined) throw refuse(`would read "${as("windows-1252", strange)}"`, strange);
}

const others = ["windows-1250", "windows-1251", "macintosh", "cp850", "windows-1253", "shift_jis", "gb18030"];
const mostReadings = 4;

// The encodings that make a word of what was found: a person sees at once which one is right.
function hintFor(finding: ByteFinding): string {
  const readings = others.filter((encoding) => isWord(as(encoding, finding))).slice(0, mostReadings);
  const hint = `say it in the mapping, such as source: { encoding: ${readings[0] ?? "windows-1250"} }, or save the file as CSV UTF-8`;
  const shown = readings.map((encoding) => `${encoding} reads "${as(encoding, finding)}"`);
  return shown.length === 0 ? hint : `${hint}; here ${shown.join(", ")}`;
}

// Letters of one script, and no capital after a small one.
function isWord(text: string): boolean {
  const isOneScript =
    /^(?:\p{Script=Latin}+|\p{Script=Cyrillic}+|\p{Script=Greek}+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+)$/u;
  return isOneScript.test(text) && !/\p{Ll}\p{Lu}/u.test(text);
}

function as(encoding: string, { word }: ByteFinding): string {
  return iconv.decode(word, encoding);
}

function hex({ byte }: ByteFinding): string {
  return byte.toString(16).toUpperCase();
}
