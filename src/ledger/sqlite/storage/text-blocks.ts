// Long texts of neighbours, compressed together: some hundred rows of a file take a fifth of what they take one by one. Not here:
// which texts those are (row-text.ts, payload-text.ts).
//
// A block holds the texts of ids that follow each other, and is named after the first of them. Blocks never overlap: ids are
// given once. They are for texts that are read in the order in which they were written; whatever is looked up one by one would
// unpack a block for each.
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Connection } from "./connection.ts";

/** The blocks of one table, which has the columns `first`, `size` and `texts`. */
export interface TextBlocks {
  /** Adds a text for each id; ascending ones share blocks. Only inside a write. */
  add(texts: readonly NumberedText[]): void;
  /** The text of this id; undefined when no block has it. */
  text(id: number): string | undefined;
  /**
   * Removes the texts that `isKept` does not name from the block that begins with `first`, and the block with the last of them;
   * gives how many went. Only inside a write.
   */
  keepOnly(first: number, isKept: (id: number) => boolean): number;
}

/** A text and the id under which it is found. */
export interface NumberedText {
  readonly id: number;
  readonly text: string;
}

const mostInBlock = 400;
const mostCharacters = 100_000;
const mostUnpacked = 8;
// In blocks of this size it packs as well as a higher level does in small ones, in half the time.
const level = 1;

interface Block {
  readonly first: number;
  readonly texts: readonly (string | null)[];
}

/** The blocks of a table on a connection. */
export function openTextBlocks(connection: Connection, table: string): TextBlocks {
  let unpacked: readonly Block[] = [];
  connection.onRollback(forget);

  function forget(): void {
    unpacked = [];
  }

  function blockOf(id: number): Block | undefined {
    const known = unpacked.find((block) => isIn(block, id));
    if (known !== undefined) return known;
    const found = connection.one<{ first: number; size: number; texts: Uint8Array }>(
      `select first, size, texts from ${table} where first <= ? order by first desc limit 1`,
      id,
    );
    if (found === undefined || id >= found.first + found.size) return undefined;
    const block = { first: found.first, texts: unpack(found.texts) };
    unpacked = [block, ...unpacked.slice(0, mostUnpacked - 1)];
    return block;
  }

  return {
    add(texts) {
      forget();
      for (const block of blocksOf(texts))
        connection.run(
          `insert into ${table} (first, size, texts) values (?, ?, ?)`,
          block.first,
          block.texts.length,
          pack(block.texts),
        );
    },
    text(id) {
      const block = blockOf(id);
      return block?.texts[id - block.first] ?? undefined;
    },
    keepOnly(first, isKept) {
      const block = blockOf(first);
      if (block === undefined) return 0;
      const texts = block.texts.map((text, at) => (isKept(first + at) ? text : null));
      const removed = held(block.texts) - held(texts);
      if (removed === 0) return 0;
      forget();
      if (held(texts) === 0) connection.run(`delete from ${table} where first = ?`, first);
      else connection.run(`update ${table} set texts = ? where first = ?`, pack(texts), first);
      return removed;
    },
  };
}

function isIn({ first, texts }: Block, id: number): boolean {
  return id >= first && id < first + texts.length;
}

function held(texts: Block["texts"]): number {
  return texts.filter((text) => text !== null).length;
}

function* blocksOf(texts: readonly NumberedText[]): Generator<Block> {
  let block: { readonly first: number; readonly texts: string[] } | undefined;
  let characters = 0;
  for (const { id, text } of texts) {
    characters += text.length;
    const hasRoom = block !== undefined && block.texts.length < mostInBlock && characters <= mostCharacters;
    if (block !== undefined && hasRoom && id === block.first + block.texts.length) {
      block.texts.push(text);
      continue;
    }
    if (block !== undefined) yield block;
    block = { first: id, texts: [text] };
    characters = text.length;
  }
  if (block !== undefined) yield block;
}

// As JSON, which keeps every text whatever is in it, lone halves of surrogate pairs included.
function pack(texts: readonly (string | null)[]): Uint8Array {
  return deflateRawSync(JSON.stringify(texts), { level });
}

function unpack(bytes: Uint8Array): readonly (string | null)[] {
  return JSON.parse(inflateRawSync(bytes).toString("utf8")) as readonly (string | null)[];
}
