// The bounds that keep reading flat in memory, in one place.

/** No piece of a file that travels between the steps of reading is much longer. */
export const pieceBytes = 64 * 1024;

/** The longest row, in bytes of UTF-8; more means a quote or a bracket that was never closed. */
export const maxRowBytes = 8 * 1024 * 1024;

/** A batch of rows ends at this many rows, or at `batchChars`. */
export const batchRows = 500;
/** A batch of rows ends at this many characters, or at `batchRows`. */
export const batchChars = 1024 * 1024;

/** So much is looked at of what can be read only once, to tell its encoding. */
export const mostPeekedBytes = 4 * 1024 * 1024;

/** So much of a delimited file is looked at to tell its delimiter. */
export const sampleBytes = 256 * 1024;
