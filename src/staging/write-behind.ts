// Writing to the ledger while the next rows are read and mapped: one write may be under way, so that memory stays flat and a
// fault shows with the next one.

/** Writes of one kind, one after the other. Whoever adds waits for the end. */
export interface WriteBehind {
  /** Takes a write that has begun, and waits for the one before it. Throws that one's fault. */
  add(write: Promise<unknown>): Promise<void>;
  /** Waits for the last one. Throws its fault. */
  end(): Promise<void>;
}

/** No write is under way at first. */
export function writeBehind(): WriteBehind {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async add(write) {
      const before = last;
      last = write;
      write.catch(() => {}); // it is thrown where it is waited for
      await before;
    },
    async end() {
      await last;
    },
  };
}
