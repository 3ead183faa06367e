// Bytes on demand, with the one thing that streams lack: putting back what was only looked at.

/** Bytes in order, asked for piece by piece. */
export interface ByteReader {
  /** The next piece, never empty; undefined at the end and ever after. */
  read(): Promise<Buffer | undefined>;
  /** What the next `read` gives before anything else. */
  unread(bytes: Buffer): void;
}

/** Reads from anything that can be iterated. Empty pieces are left out. */
export function byteReaderFrom(pieces: AsyncIterable<Buffer>): ByteReader {
  const iterator = pieces[Symbol.asyncIterator]();
  let returned: Buffer | undefined;
  return {
    async read() {
      if (returned !== undefined) {
        const bytes = returned;
        returned = undefined;
        return bytes;
      }
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return undefined;
        if (next.value.length > 0) return next.value;
      }
    },
    unread(bytes) {
      if (bytes.length === 0) return;
      returned = returned === undefined ? bytes : Buffer.concat([bytes, returned]);
    },
  };
}

/** The next `atLeast` bytes or more, fewer only at the end; they stay where they are. */
export async function peek(reader: ByteReader, atLeast: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  while (length < atLeast) {
    const piece = await reader.read();
    if (piece === undefined) break;
    pieces.push(piece);
    length += piece.length;
  }
  const bytes = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  reader.unread(bytes);
  return bytes;
}

/** What is left, piece by piece. */
export async function* piecesOf(reader: ByteReader): AsyncGenerator<Buffer> {
  for (let piece = await reader.read(); piece !== undefined; piece = await reader.read()) yield piece;
}
