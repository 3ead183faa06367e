import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  realpath,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import iconv from "iconv-lite";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import type { Row, SourceSettings } from "../../src/model/row.ts";
import { openInput } from "../../src/read/open.ts";
import { faultOf, readText } from "./read-text.ts";

const csv = { format: "csv" } as const;
const utf8Mark = Buffer.from([0xef, 0xbb, 0xbf]);

let folder = "";
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "read-")));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function readFile(path: string, settings: SourceSettings = {}, bytes?: bigint) {
  await using input = await openInput(path, "shown.csv", settings, { bytes });
  const rows: Row[] = [];
  for await (const batch of input.batches()) rows.push(...batch);
  return { info: input.info, rows };
}

describe("a file that cannot be read says so", () => {
  it("when it is missing, with the nearest name in its folder", async () => {
    await file("orders.csv", "a\n1\n");
    expect(await faultOf(readFile(join(folder, "order.csv")))).toEqual({
      code: "INPUT_UNREADABLE",
      message: "shown.csv: there is no such file",
      hint: 'check its name in the job. Did you mean "orders.csv"?',
    });
  });

  it("when its folder is missing", async () => {
    expect((await faultOf(readFile(join(folder, "no", "orders.csv")))).hint).toContain("its folder does not exist");
  });

  it("when it is a folder", async () => {
    await mkdir(join(folder, "exports.csv"));
    expect(await faultOf(readFile(join(folder, "exports.csv")))).toMatchObject({
      message: "shown.csv: it is a folder, not a file",
      hint: expect.stringContaining("glob"),
    });
  });

  test.each([
    { name: "a.csv", content: Buffer.from("a\n1\n2\n") },
    { name: "a.csv.gz", content: gzipSync("a\n1\n2\n") },
  ])("when $name ends before or after the bytes that it had", async ({ name, content }) => {
    const path = await file(name, content);
    const bytes = content.length;
    for (const before of [bytes - 1, bytes + 1]) {
      expect(await faultOf(readFile(path, csv, BigInt(before)))).toMatchObject({
        code: "INPUT_CHANGED",
        message: `shown.csv changed while it was read: it had ${before} bytes, and ${bytes} could be read`,
        hint: expect.stringContaining("Nothing was sent."),
      });
    }
    // What a file system makes up as it goes has no size.
    for (const same of [BigInt(bytes), 0n, undefined]) expect((await readFile(path, csv, same)).rows).toHaveLength(2);
  });

  it.skipIf(process.getuid?.() === 0)("when it may not be read", async () => {
    const path = await file("secret.csv", "a\n1\n");
    await chmod(path, 0);
    expect((await faultOf(readFile(path))).message).toBe("shown.csv: no permission to read it");
  });

  test.each([
    { what: "nothing", content: Buffer.alloc(0) },
    { what: "a byte order mark alone", content: utf8Mark },
    { what: "nothing, zipped", content: gzipSync("") },
  ])("when it holds $what", async ({ content }) => {
    expect(await faultOf(readText(content, csv))).toMatchObject({
      code: "INPUT_UNREADABLE",
      message: "in.txt: the file is empty",
    });
  });

  test.each([
    { name: "book.csv", head: "PK\x03\x04", says: "Excel workbook", hint: "CSV UTF-8" },
    { name: "book.zip", head: "PK\x03\x04", says: "zip archive", hint: "unpack" },
    { name: "book.xlsx", head: "a,b\n1,2\n", says: "spreadsheet", hint: "CSV UTF-8" },
    { name: "book.xls", head: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", says: "old Excel workbook", hint: "CSV UTF-8" },
    { name: "page.xls", head: "  <html><table>", says: "HTML", hint: "CSV UTF-8" },
    { name: "book.csv", head: `PK\x03\x04${"\0".repeat(26)}[Content_Types].xml`, says: "workbook", hint: "CSV UTF-8" },
    { name: "a.csv.xz", head: "\xfd7zXZ\0", says: "packed with xz", hint: "xz -d" },
    { name: "a.csv.bz2", head: "BZh91AY&SY", says: "packed with bzip2", hint: "bzip2 -d" },
    { name: "a.csv.zst", head: "\x28\xb5\x2f\xfd", says: "packed with zstd", hint: "zstd -d" },
    { name: "a.csv.lz4", head: "\x04\x22\x4d\x18", says: "packed with lz4", hint: "lz4 -d" },
    { name: "a.csv.lz", head: "LZIP\x01", says: "packed with lzip", hint: "lzip -d" },
    { name: "a.csv.Z", head: "\x1f\x9d\x90", says: "packed with compress", hint: "gzip -d" },
    { name: "a.7z", head: "7z\xbc\xaf\x27\x1c", says: "7z archive", hint: "name the file inside" },
    { name: "a.rar", head: "Rar!\x1a\x07\x01", says: "rar archive", hint: "name the file inside" },
    { name: "a.tar", head: `a.csv${"\0".repeat(252)}ustar`, says: "tar archive", hint: "name the file inside" },
    { name: "a.pdf", head: "%PDF-1.7", says: "PDF", hint: "export the data as CSV" },
    { name: "a.db", head: "SQLite format 3\0", says: "SQLite database", hint: "export the data as CSV" },
    { name: "a.parquet", head: "PAR1\x15\x04", says: "Parquet", hint: "export the data as CSV" },
  ])("when $name is a $says", async ({ name, head, says, hint }) => {
    const fault = await faultOf(readFile(await file(name, Buffer.from(`${head} and more of it`, "latin1"))));
    expect(fault).toMatchObject({ code: "INPUT_UNREADABLE", hint: expect.stringContaining(hint) });
    expect(fault.message).toContain(says);
  });

  it("when what is packed inside gzip is no text either", async () => {
    const xz = Buffer.from("\xfd7zXZ\0 and more of it", "latin1");
    const twice = await faultOf(readText(gzipSync(gzipSync("a,b\n1,2\n")), csv));
    expect([twice.message, twice.hint]).toEqual([
      "in.txt: it is packed with gzip twice",
      "unpack it once with `gzip -d`",
    ]);
    expect((await faultOf(readText(gzipSync(xz), csv))).message).toBe("in.txt: it is packed with xz");
    const tar = Buffer.from(`a.csv${"\0".repeat(252)}ustar`, "latin1");
    expect((await faultOf(readText(gzipSync(tar), csv))).message).toBe("in.txt: it is a tar archive");
  });

  it("when gzip ends early, wherever it is cut", async () => {
    const whole = gzipSync(Array.from({ length: 2000 }, (_, index) => `${index},${index * 7919}\n`).join(""));
    for (const length of [2, 10, 18, whole.length >> 1, whole.length - 1]) {
      const fault = await faultOf(readText(whole.subarray(0, length), csv));
      expect(fault).toMatchObject({ code: "INPUT_UNREADABLE", hint: expect.stringContaining("gzip -t") });
      expect(fault.message).toMatch(/^in\.txt: the gzip data is damaged or cut off: /);
    }
  });

  it("when it is a link to nothing, or to itself", async () => {
    await symlink("exports/gone.csv", join(folder, "a.csv"));
    await symlink("b.csv", join(folder, "b.csv"));
    const nowhere = await faultOf(openInput(join(folder, "a.csv"), "a.csv", csv));
    expect(nowhere.message).toBe("a.csv: it is a link to exports/gone.csv, which does not exist");
    expect(nowhere.hint).toContain("correct the link");
    const round = await faultOf(openInput(join(folder, "b.csv"), "b.csv", csv));
    expect(round.message).toBe("b.csv: it is a link that leads back to itself");
  });

  it("does not take text for a packed file", async () => {
    for (const start of ["PAR1,b\n", "LZIP,b\n", "BZh9,b\n", "Obj,b\n", "PK,b\n", "Rar!,b\n", "7z,b\n"])
      expect(await readText(Buffer.from(`${start}1,2\n`), csv)).toBeDefined();
  });

  it("when there is no stdin", async () => {
    expect((await faultOf(openInput("-", "-", csv))).message).toBe("-: there is no standard input to read");
  });
});

describe("what is no text ends the read at its line", () => {
  test.each([
    { what: "a NUL", bytes: Buffer.from("a\n1\nx\0y\n"), line: 3, hint: "utf-16le" },
    {
      what: "NULs between the letters here and there",
      bytes: Buffer.from("a\nx\0y\0z\0\0"),
      line: 2,
      hint: "utf-16le",
    },
    { what: "a picture", bytes: Buffer.from("\x89PNG\r\n\x1a\n\0\0\0", "latin1"), line: 1, hint: "CSV UTF-8" },
  ])("$what", async ({ bytes, line, hint }) => {
    for (const pieceLength of [1, 2, 1000]) {
      const fault = await faultOf(readText(bytes, csv, pieceLength));
      expect(fault.code).toBe("INPUT_UNREADABLE");
      expect(fault.message).toMatch(new RegExp(`^in\\.txt:${line}: `));
      expect(fault.hint).toContain(hint);
    }
  });

  const utf8 = { ...csv, encoding: "utf-8" };

  it("and shows what stands before it", async () => {
    const bytes = Buffer.from("a\nAvda. de la Constituci\xf3n\n", "latin1");
    expect((await faultOf(readText(bytes, utf8))).message).toBe(
      'in.txt:2: what is on this line after "da. de la Constituci" is not utf-8',
    );
  });

  it("also far into the file, behind a replacement character that the file has itself", async () => {
    const bytes = Buffer.concat([Buffer.from(`a\n${"\ufffd é\n".repeat(40_000)}`), Buffer.from([0x78, 0xff])]);
    expect((await faultOf(readText(bytes, utf8))).message).toMatch(/^in\.txt:40002: .* after "x" is not utf-8$/);
  });

  it.each([
    { encoding: "windows-1252", bytes: [0x61, 0x0a, 0x81, 0x0a] },
    { encoding: "utf-16le", bytes: [0x61, 0, 0x0a, 0, 0x3d, 0xd8, 0x0a, 0] },
    { encoding: "utf-16be", bytes: [0, 0x61, 0, 0x0a, 0x00] },
    { encoding: "shift_jis", bytes: [0x61, 0x0a, 0x81] },
    { encoding: "utf-8", bytes: [0x61, 0x0a, 0xc3] },
  ])("also in $encoding", async ({ encoding, bytes }) => {
    expect(await faultOf(readText(Buffer.from(bytes), { ...csv, encoding }))).toMatchObject({
      code: "INPUT_UNREADABLE",
      message: `in.txt:2: what is on this line is not ${encoding}`,
    });
  });
});

describe("encodings", () => {
  const text = "Città,Preis\nKöln,5\n";
  test.each([
    { encoding: "utf-8", is: "utf-8" },
    { encoding: "UTF8", is: "utf-8" },
    { encoding: "utf-16le", is: "utf-16le" },
    { encoding: "utf-16be", is: "utf-16be" },
    { encoding: "windows-1252", is: "windows-1252" },
    { encoding: "iso-8859-1", is: "iso-8859-1" },
  ])("$encoding is read as said, in pieces of any size", async ({ encoding, is }) => {
    for (const pieceLength of [1, 3, 1000]) {
      const { rows, info } = await readText(iconv.encode(text, encoding), { ...csv, encoding }, pieceLength);
      expect(info).toMatchObject({ encoding: is, bom: false, columns: ["Città", "Preis"], detected: [] });
      expect(rows[0]?.raw).toBe("Köln,5");
    }
  });

  test.each([
    { mark: [0xef, 0xbb, 0xbf], encoding: "utf-8", detected: ["encoding utf-8 (byte order mark)"] },
    { mark: [0xff, 0xfe], encoding: "utf-16le", detected: ["encoding utf-16le (byte order mark)"] },
    { mark: [0xfe, 0xff], encoding: "utf-16be", detected: ["encoding utf-16be (byte order mark)"] },
  ])("a byte order mark says $encoding over what the mapping says", async ({ mark, encoding, detected }) => {
    const bytes = Buffer.concat([Buffer.from(mark), iconv.encode("é,b\n😀,2\n", encoding)]);
    const { rows, info } = await readText(bytes, { ...csv, encoding: "windows-1252" }, 3);
    expect(info).toMatchObject({ encoding, bom: true, columns: ["é", "b"], detected });
    expect(rows[0]?.cells.é).toBe("😀");
  });

  it("that nobody knows is a fault of the mapping", async () => {
    expect(await faultOf(readText("a\n", { ...csv, encoding: "utf-9" }))).toMatchObject({
      code: "MAPPING_INVALID",
      message: 'source.encoding: "utf-9" is not a known encoding',
    });
  });
});

describe("the Ctrl-Z with which DOS programs end a text", () => {
  test.each([
    { text: "a\n1\n2\n\x1a", rows: ["1", "2"] },
    { text: `a\n1\n2${"\x1a".repeat(100_000)}`, rows: ["1", "2"] },
    { text: "a\n1\x1a\n\x1a2\n", rows: ["1\x1a", "\x1a2"] },
  ])("is no text at the end, and stays elsewhere: $rows", async ({ text, rows }) => {
    for (const pieceLength of text.length > 1000 ? [999] : [1, 2, 999]) {
      expect((await readText(text, csv, pieceLength)).rows.map(({ raw }) => raw)).toEqual(rows);
    }
    const utf16 = await readText(Buffer.from(text, "utf16le"), { ...csv, encoding: "utf-16le" });
    expect(utf16.rows.map(({ raw }) => raw)).toEqual(rows);
  });
});

describe("gzip", () => {
  const text = `a,b\n${Array.from({ length: 5000 }, (_, n) => `${n},é${n}`).join("\n")}\n`;

  it("is known by its first bytes, and its name loses .gz to tell the format", async () => {
    const { rows, info } = await readFile(await file("x.tsv.gz", gzipSync("a\tb\n1\t2\n")));
    expect(info).toMatchObject({ gzip: true, format: "tsv" });
    expect(rows).toHaveLength(1);
    expect((await readFile(await file("x.csv", gzipSync("a,b\n1,2\n")))).info.gzip).toBe(true);
  });

  it("may have several members, cut anywhere, and a byte order mark inside", async () => {
    const bytes = Buffer.concat([utf8Mark, Buffer.from(text)]);
    const zipped = Buffer.concat([gzipSync(bytes.subarray(0, 1001)), gzipSync(bytes.subarray(1001))]);
    const { rows, info } = await readText(zipped, csv, 100);
    expect(info.bom).toBe(true);
    expect(rows.map(({ raw }) => raw).join("\n")).toBe(text.trimEnd().slice(4));
  });

  test.each([
    { what: "cut off", damage: (zipped: Buffer) => zipped.subarray(0, -10) },
    { what: "changed", damage: (zipped: Buffer) => Buffer.concat([zipped.subarray(0, -8), Buffer.alloc(8, 1)]) },
    {
      what: "followed by something else",
      damage: (zipped: Buffer) => Buffer.concat([zipped, Buffer.from("garbage ".repeat(20))]),
    },
  ])("that is $what is an error, never a shorter file", async ({ damage }) => {
    expect(await faultOf(readText(damage(gzipSync(text)), csv, 64))).toMatchObject({
      code: "INPUT_UNREADABLE",
      message: expect.stringContaining("gzip data is damaged or cut off"),
      hint: expect.stringContaining("again"),
    });
  });
});

describe("an open file", () => {
  const timesOpen = async (path: string) => {
    const targets = (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ""));
    return (await Promise.all(targets)).filter((target) => target === path).length;
  };
  const long = `a\n${"some text\n".repeat(100_000)}`;

  it.runIf(process.platform === "linux").each([
    { name: "big.csv", content: Buffer.from(long) },
    { name: "big.csv.gz", content: gzipSync(long) },
  ])("is closed by leaving the loop, by disposing and at a fault: $name", async ({ name, content }) => {
    const path = await file(name, content);
    const left = await openInput(path, name, {});
    for await (const _ of left.batches()) break;
    expect(await timesOpen(path)).toBe(0);
    {
      await using _ = await openInput(path, name, {});
      expect(await timesOpen(path)).toBe(1);
    }
    expect(await timesOpen(path)).toBe(0);
    await faultOf(openInput(path, name, { format: "json" }));
    expect(await timesOpen(path)).toBe(0);
  });

  it("is read piece by piece: what is appended while it is read comes too", async () => {
    const path = await file("growing.csv", long);
    await using input = await openInput(path, "growing.csv", {});
    let rows = 0;
    for await (const batch of input.batches()) {
      if (rows === 0) await appendFile(path, "last\n");
      rows += batch.length;
    }
    expect(rows).toBe(100_001);
  });

  it("gives its rows once", async () => {
    await using input = await openInput(await file("a.csv", "a\n1\n"), "a.csv", {});
    input.batches();
    expect(() => input.batches()).toThrow("once");
  });
});

describe("the format", () => {
  test.each([
    { name: "x.csv", content: "a,b\n", format: "csv", detected: [] },
    { name: "x.TSV", content: "a\tb\n", format: "tsv", detected: [] },
    { name: "x.json", content: "[]", format: "json", detected: [] },
    { name: "x.ndjson", content: "{}", format: "ndjson", detected: [] },
    { name: "x.jsonl.gz", content: "{}", format: "ndjson", detected: [] },
    { name: "x.txt", content: "a,b\n", format: "csv", detected: ["format csv"] },
    { name: "x", content: ' \n[{"a":1}]', format: "json", detected: ["format json"] },
    { name: "x.dat", content: '{"a":1}\n{"a":2}\n', format: "ndjson", detected: ["format ndjson"] },
    { name: "x.dat", content: '{"a":1}\n', format: "ndjson", detected: ["format ndjson"] },
  ])("of $name with $content is $format", async ({ name, content, format, detected }) => {
    expect((await readFile(await file(name, content))).info).toMatchObject({ format, detected });
  });

  test.each(['{\n  "orders": []\n}', '{"orders":[{"a":1}]}'])(
    "of %s is JSON that needs source.records",
    async (content) => {
      expect((await faultOf(readFile(await file("x.txt", content)))).hint).toContain("source.records");
    },
  );

  it("that is said wins over the name", async () => {
    expect((await readFile(await file("x.csv", "[]"), { format: "json" })).info.format).toBe("json");
  });
});
