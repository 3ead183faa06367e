// Files that are known by their first bytes to be no text: packed, archived, of a spreadsheet or another program. Each is
// named, with what to do, before anybody takes its bytes for rows.

/** A kind of file that is not read, and what to do with it. */
export interface ForeignFormat {
  readonly what: string;
  readonly hint: string;
}

/** So many bytes are enough to tell. */
export const foreignHeadBytes = 265;

const unpack = (how: string) => `unpack it with ${how}; gzip is the only packing that is read as it is`;
const archive = (how: string) => `unpack it with ${how}, and name the file inside`;
const spreadsheet = "open it in the spreadsheet program and save it as CSV UTF-8";
const exportAgain = "export the data as CSV or JSON";

interface Known extends ForeignFormat {
  readonly bytes: readonly number[];
  /** Where they stand; at the beginning unless said. */
  readonly at?: number;
}

const text = (characters: string): readonly number[] => [...Buffer.from(characters, "latin1")];

const known: readonly Known[] = [
  { bytes: [0xfd, ...text("7zXZ\0")], what: "it is packed with xz", hint: unpack("`xz -d`") },
  { bytes: [0x5d, 0, 0, 0x80, 0], what: "it is packed with lzma", hint: unpack("`xz -d`") },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: "it is packed with zstd", hint: unpack("`zstd -d`") },
  { bytes: [0x04, 0x22, 0x4d, 0x18], what: "it is packed with lz4", hint: unpack("`lz4 -d`") },
  { bytes: [...text("LZIP"), 1], what: "it is packed with lzip", hint: unpack("`lzip -d`") },
  { bytes: [0x1f, 0x9d], what: "it is packed with compress", hint: unpack("`gzip -d`") },
  { bytes: text("PK\u0005\u0006"), what: "it is an empty zip archive", hint: "make the archive again" },
  { bytes: text("PK\u0007\u0008"), what: "it is a part of a zip archive", hint: archive("`unzip`") },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], what: "it is a 7z archive", hint: archive("`7z x`") },
  { bytes: text("Rar!\u001a\u0007"), what: "it is a rar archive", hint: archive("`unrar x`") },
  { bytes: text("ustar"), at: 257, what: "it is a tar archive", hint: archive("`tar -xf`") },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], what: "it is an old Excel workbook (.xls), not text", hint: spreadsheet },
  { bytes: text("%PDF-"), what: "it is a PDF document, not a table", hint: exportAgain },
  { bytes: text("SQLite format 3\0"), what: "it is an SQLite database", hint: exportAgain },
  { bytes: text("PAR1\u0015"), what: "it is a Parquet file", hint: exportAgain },
  { bytes: text("ARROW1\0\0"), what: "it is an Arrow file", hint: exportAgain },
  { bytes: text("Obj\u0001"), what: "it is an Avro file", hint: exportAgain },
];

/** What a file is that begins so, when it is no text; `path` tells a workbook from another zip archive. */
export function foreignFormat(head: Buffer, path: string): ForeignFormat | undefined {
  const found = known.find(({ bytes, at = 0 }) => head.subarray(at, at + bytes.length).equals(Buffer.from(bytes)));
  if (found !== undefined) return found;
  if (isBzip2(head)) return { what: "it is packed with bzip2", hint: unpack("`bzip2 -d`") };
  const isWorkbook = /\.(xlsx|xlsm|xlsb|ods)$/i.test(path);
  if (!head.toString("latin1").startsWith("PK\u0003\u0004"))
    return isWorkbook ? { what: "a spreadsheet cannot be read", hint: spreadsheet } : undefined;
  if (/\.zip$/i.test(path)) return { what: "it is a zip archive", hint: archive("`unzip`") };
  return isWorkbook || workbookEntry.test(head.toString("latin1", firstEntryName))
    ? { what: "it is an Excel workbook, not text", hint: spreadsheet }
    : { what: "it is an Excel workbook (or another zip archive), not text", hint: `${spreadsheet}, or unpack it` };
}

// `BZh`, a level, and the digits of pi: those of a block, or of the end where there is none.
function isBzip2(head: Buffer): boolean {
  const start = head.toString("latin1", 0, 4);
  return /^BZh[1-9]$/.test(start) && ["314159265359", "177245385090"].includes(head.toString("hex", 4, 10));
}

// A zip archive begins with the name of its first file.
const firstEntryName = 30;
const workbookEntry = /^(?:\[Content_Types\]\.xml|_rels\/|xl\/|docProps\/|mimetypeapplication\/vnd\.oasis)/;
