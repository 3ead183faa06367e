import { isAscii, isUtf8 } from "node:buffer";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import iconv from "iconv-lite";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { Row } from "../../src/model/row.ts";
import { openInput } from "../../src/read/open.ts";
import { faultOf, readText } from "./read-text.ts";

const csv = { format: "csv" } as const;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "encoding-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function readFile(name: string, content: Buffer) {
  const path = join(folder, name);
  await writeFile(path, content);
  await using input = await openInput(path, name, csv);
  const rows: Row[] = [];
  for await (const batch of input.batches()) rows.push(...batch);
  return { info: input.info, rows };
}

describe("without a byte order mark and a word of the mapping", () => {
  test.each([
    { what: "ASCII", text: "a,b\n1,2\n", written: "utf-8", detected: [] },
    { what: "UTF-8", text: "a,b\nKöln,😀\n", written: "utf-8", detected: [] },
    {
      what: "windows-1252",
      text: "a,b\n1,2\nConstitución,€\n",
      written: "windows-1252",
      detected: ['encoding windows-1252 (guess: byte F3 on line 3 is not UTF-8 and would read "Constitución")'],
    },
    {
      what: "UTF-16",
      text: "a,b\nKöln,😀\n",
      written: "utf-16le",
      detected: ["encoding utf-16le (guess: the second byte of 83 % of the characters is zero)"],
    },
    {
      what: "UTF-16, big end first, with the line ends of old Macs",
      text: "a,b\r1,2\r3,4\r",
      written: "utf-16be",
      detected: ["encoding utf-16be (guess: the first byte of 100 % of the characters is zero)"],
    },
    {
      what: "UTF-16 with one sign whose bytes are two signs of ASCII",
      text: 'a,b\n1,"∠"\n2,"Größe"\n',
      written: "utf-16be",
      detected: ["encoding utf-16be (guess: the first byte of 95 % of the characters is zero)"],
    },
    {
      what: "Chinese UTF-16",
      text: "商品名称,价格\r\n一次性蓝色杯子,12\r\n红色杯子,9\r\n",
      written: "utf-16le",
      detected: ["encoding utf-16le (guess: the second byte of 41 % of the characters is zero)"],
    },
  ])("$what is found, and told when it is not UTF-8", async ({ text, written, detected }) => {
    const bytes = iconv.encode(text, written, { addBOM: false });
    for (const read of [
      await readText(bytes, csv, 3),
      await readFile("a.csv", bytes),
      await readFile("a.csv.gz", gzipSync(bytes)),
    ]) {
      expect(read.info).toMatchObject({ encoding: written, bom: false, detected });
      expect([read.info.headerRaw, ...read.rows.map(({ raw }) => raw)]).toEqual(text.trim().split(/\r\n|\n|\r/));
    }
  });

  it("a file is looked at to its end, however far away the first letter is", async () => {
    const bytes = Buffer.concat([
      Buffer.from(`a\n${`${"plain ".repeat(10)}\n`.repeat(5_000)}`),
      Buffer.from("Caf\xe9\n", "latin1"),
    ]);
    expect((await readFile("far.csv", bytes)).info).toMatchObject({
      encoding: "windows-1252",
      detected: ['encoding windows-1252 (guess: byte E9 on line 5002 is not UTF-8 and would read "Café")'],
    });
  });

  it("of standard input only the beginning can be looked at, and what comes later is refused rather than guessed", async () => {
    const bytes = Buffer.concat([
      Buffer.from(`a\n${`${"plain ".repeat(20)}\n`.repeat(40_000)}`),
      Buffer.from("Caf\xe9\n", "latin1"),
    ]);
    expect(await faultOf(readText(bytes, csv))).toMatchObject({
      message: 'in.txt:40002: what is on this line after "Caf" is not utf-8',
      hint: expect.stringContaining("windows-1252"),
    });
  });
});

describe("is refused, with the line and what to write", () => {
  const utf8Lines = "Köln, Île, Łódź\n".repeat(100);
  test.each([
    {
      what: "UTF-8 with a damaged byte",
      bytes: Buffer.concat([Buffer.from(`a\n${utf8Lines}`), Buffer.from("M\xfcnchen\n", "latin1")]),
      message: 'in.txt:102: byte FC in "München" is not UTF-8, but 500 other characters are',
      hint: "source: { encoding: windows-1252 }",
    },
    {
      what: "two encodings in one file",
      bytes: Buffer.concat([Buffer.from("a\nKöln\nKöln\n"), Buffer.from("K\xf6ln\nK\xf6ln\nK\xf6ln\n", "latin1")]),
      message: 'in.txt:4: byte F6 in "Köln" is not UTF-8, but 2 other characters are',
      hint: "CSV UTF-8",
    },
    {
      what: "a file that is cut off",
      bytes: Buffer.from("a\nb\nx\xe2\x82", "latin1"),
      message: "in.txt:3: the file ends in the middle of a character: it seems to be cut off",
      hint: "copy it again",
    },
    {
      what: "halves of characters, as some databases write emoji",
      bytes: Buffer.from("a\n\xed\xa0\xbd\xed\xb8\x80\n", "latin1"),
      message: "in.txt:2: byte ED",
      hint: "CSV UTF-8",
    },
    {
      what: "Mac Roman",
      bytes: iconv.encode("a\nfrançais\n", "macintosh"),
      message: "in.txt:2: the encoding cannot be detected: it is not UTF-8, and windows-1252 has no byte 8D",
      hint: 'macintosh reads "français"',
    },
    {
      what: "Mac Roman without a byte that gives it away",
      bytes: iconv.encode("a\nMüller\ncafé\n", "macintosh"),
      message: 'windows-1252 would read "cafŽ"',
      hint: 'macintosh reads "café"',
    },
    {
      what: "the DOS code page",
      bytes: iconv.encode("a\nJosé Gómez\ncafés\n", "cp850"),
      message: 'windows-1252 would read "G¢mez"',
      hint: 'source: { encoding: cp850 }, or save the file as CSV UTF-8; here cp850 reads "Gómez"',
    },
    {
      what: "Polish",
      bytes: iconv.encode("a\nZłoty\nŁódź\n", "windows-1250"),
      message: 'windows-1252 would read "Z³oty"',
      hint: 'windows-1250 reads "Złoty"',
    },
    {
      what: "Russian",
      bytes: iconv.encode("a\nПривет\n", "windows-1251"),
      message: 'windows-1252 would read "Ïðèâåò"',
      hint: 'windows-1251 reads "Привет"',
    },
    {
      what: "Japanese",
      bytes: iconv.encode("a\nカップ\n", "shift_jis"),
      message: "in.txt:2: the encoding cannot be detected",
      hint: 'shift_jis reads "カップ"',
    },
  ])("$what", async ({ bytes, message, hint }) => {
    for (const pieceLength of [1, 5, 1000]) {
      const fault = await faultOf(readText(bytes, csv, pieceLength));
      expect(fault).toMatchObject({ code: "INPUT_UNREADABLE", hint: expect.stringContaining(hint) });
      expect(fault.message).toContain(message);
    }
  });
});

describe("Western text of one byte a character is never taken for damaged", () => {
  test.each([
    "Größe",
    "É, Ü, Ö, Ä, À, Ñ, Å, Ç, È, Ê «É»",
    "naïve façade, Ærøskøbing, œuvre",
    "O´Brien l·l Nº5 «citação» 20°C ±5%",
    "“quoted” – dashed—dashed… 5€ Foo™ Bar®",
    "¿Qué? ¡Sí! Ñandú",
  ])("%s", async (text) => {
    const { rows, info } = await readText(iconv.encode(`a;b\n${text};1\n`, "windows-1252"), csv);
    expect(info.encoding).toBe("windows-1252");
    expect(rows[0]?.cells.a).toBe(text);
  });
});

describe("what the mapping says wins", () => {
  test.each([
    { text: "a\nKöln\n", written: "utf-8", said: "windows-1252", reads: "KÃ¶ln" },
    { text: "a\nZłoty\n", written: "windows-1250", said: "windows-1250", reads: "Złoty" },
    { text: "a\nKöln\n", written: "windows-1252", said: "iso-8859-1", reads: "Köln" },
    { text: "a\nab\n", written: "utf-16le", said: "utf-16le", reads: "ab" },
  ])("over $written: $said", async ({ text, written, said, reads }) => {
    const { rows, info } = await readText(iconv.encode(text, written), { ...csv, encoding: said });
    expect(rows[0]?.cells.a).toBe(reads);
    expect(info).toMatchObject({ encoding: said, detected: [] });
  });

  it("and is not helped out when it is wrong", async () => {
    const bytes = Buffer.from("a\nCaf\xe9\n", "latin1");
    expect((await faultOf(readText(bytes, { ...csv, encoding: "utf-8" }))).message).toBe(
      'in.txt:2: what is on this line after "Caf" is not utf-8',
    );
  });
});

it.each(["utf-16le", "utf-16be"])(
  "knows %s by its zeros beside signs of two halves, some of which have zeros too",
  async (written) => {
    const bytes = iconv.encode('sku|name\nK0|"\u{10000}"\nK1|"\u{10000}\u{1F600}"', written, { addBOM: false });
    const { rows } = await readText(bytes, csv, 1);
    expect(rows.map(({ cells }) => cells.name)).toEqual(["\u{10000}", "\u{10000}\u{1F600}"]);
  },
);

it("reads any text back in the encoding it was written in, or refuses", async () => {
  const word = fc.oneof(
    fc.constantFrom("Größe", "Café", "O’Brien", "plain", "12,5", "€", "Île"),
    fc.string({ unit: fc.constantFrom(..."abcXYZ019 éüßñÇ€“”–ßÖ"), maxLength: 12 }),
    fc.string({ unit: "grapheme", maxLength: 8 }).filter((text) => !/[\p{Cc}"]/u.test(text)),
  );
  let read = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(word, { minLength: 1, maxLength: 40 }),
      fc.constantFrom("utf-8", "utf-16le", "utf-16be", "windows-1252"),
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.constantFrom(1, 7, 65536),
      async (words, written, newline, pieceLength) => {
        const text = ["sku|name", ...words.map((one, at) => `K${at}|"${one}"`)].join(newline);
        const bytes = iconv.encode(text, written, { addBOM: false });
        fc.pre(iconv.decode(bytes, written) === text);
        // Text that is UTF-8 by chance as well, down to its last byte, is UTF-8: "ß€".
        fc.pre(written !== "windows-1252" || isAscii(bytes) || !isUtf8(bytes));
        let found: Awaited<ReturnType<typeof readText>>;
        try {
          found = await readText(bytes, csv, pieceLength);
        } catch (error) {
          // Strange signs in words and chance UTF-8 are refused; Unicode never is.
          expect(written).toBe("windows-1252");
          expect(error).toMatchObject({ code: "INPUT_UNREADABLE" });
          return;
        }
        read++;
        expect(found.rows.map(({ cells }) => cells.name)).toEqual(words.map((one) => one.trim()));
        expect([found.info.headerRaw, ...found.rows.map(({ raw }) => raw)].join(newline)).toBe(text);
      },
    ),
    { numRuns: 300 },
  );
  expect(read).toBeGreaterThan(200);
});
