// Knowing UTF-16 without a byte order mark by its zero bytes: ordinary text has one in most of its characters, always in
// the same half.

/** Which UTF-16 a file's beginning is, with the evidence in words; undefined when it is none. */
export function utf16Of(head: Buffer): { readonly encoding: string; readonly evidence: string } | undefined {
  const units = Math.floor(head.length / 2);
  let first = 0;
  let second = 0;
  let pairs = 0;
  // Zeros of which the other encoding would make half of a sign beyond U+FFFF: they speak against nothing.
  const halves = { first: 0, second: 0 };
  for (let at = 0; at < units * 2; at += 2) {
    const one = head[at] ?? 0;
    const two = head[at + 1] ?? 0;
    if (one === 0) {
      first++;
      if (isSurrogate(two)) halves.first++;
    } else if (two === 0) {
      second++;
      if (isSurrogate(one)) halves.second++;
    } else if (isPrintable(one) && isPrintable(two)) pairs++;
  }
  const zeros = Math.max(first, second);
  // A tenth: Chinese has them in its line ends, commas and digits alone. Where nearly everything else is two letters of ASCII
  // side by side, it is text of one byte a character that holds zeros; unless most characters have one and the first two
  // do: then the few others may look like anything ("∠" is a quote and a space).
  const opensWithZeros = isZeroAt(head, 0, second > first) && isZeroAt(head, 2, second > first);
  const isBytes = pairs * 4 > 3 * (units - zeros) && !(opensWithZeros && zeros * 2 >= units);
  const against = second > first ? first - halves.first : second - halves.second;
  if (zeros === 0 || zeros * 10 < units || against * 10 > zeros || isBytes) return undefined;
  const encoding = second > first ? "utf-16le" : "utf-16be";
  if (!isText(head, encoding)) return undefined;
  const half = second > first ? "second" : "first";
  return { encoding, evidence: `the ${half} byte of ${Math.floor((100 * zeros) / units)} % of the characters is zero` };
}

/** True when the character at `at` has its zero in the given half, and nothing but. */
function isZeroAt(head: Buffer, at: number, inSecond: boolean): boolean {
  return head[at + (inSecond ? 1 : 0)] === 0 && head[at + (inSecond ? 0 : 1)] !== 0;
}

/** True for the high byte of half a sign. */
function isSurrogate(byte: number): boolean {
  return byte >= 0xd8 && byte <= 0xdf;
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte <= 0x7e) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function isText(head: Buffer, encoding: string): boolean {
  try {
    // As a stream: what the head has of its last character may be half.
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(head, { stream: true });
    // Control characters other than tab and line ends.
    return !/[^\P{Cc}\t\n\r]|\uFFFE|\uFFFF/u.test(text);
  } catch {
    return false;
  }
}
