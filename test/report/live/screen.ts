// A terminal small enough for tests: lines that wrap at its width, a cursor, and the few sequences that the panel uses.
// Resizing breaks lines anew, as tmux does: what was one line stays one until it is erased whole, and erasing the end of a
// line leaves blanks in it.

/** A screen and what is on it. */
export interface Screen {
  columns: number;
  rows: number;
  readonly write: (text: string) => void;
  /** Other lines, from the top; blank ones at the end are left out. */
  readonly lines: () => readonly string[];
}

/** A sequence, or a character. */
const pieces = new RegExp(`${"\u001B"}\\[(\\d*)([A-Za-z])|[\\s\\S]`, "gu");

/** An empty screen. */
export function createScreen(columns: number, rows = 24): Screen {
  // What was written as one line stays one, however often it is broken.
  let lines: string[][] = [[]];
  let row = 0;
  let column = 0;
  const screen: Screen = { columns, rows, write, lines: shown };

  function shown(): readonly string[] {
    const texts = lines.map((cells) => cells.join("").trimEnd());
    while (texts.at(-1) === "") texts.pop();
    return texts;
  }

  /** Where the cursor is among broken lines. */
  function brokenRows(): { readonly line: number; readonly part: number }[] {
    return lines.flatMap((cells, line) =>
      Array.from({ length: Math.max(1, Math.ceil(cells.length / screen.columns)) }, (_, part) => ({ line, part })),
    );
  }

  function up(count: number): void {
    const all = brokenRows();
    const part = Math.floor(column / screen.columns);
    const at = all.findIndex((place) => place.line === row && place.part === part);
    const to = all[Math.max(0, at - count)] ?? { line: 0, part: 0 };
    row = to.line;
    column = to.part * screen.columns + (column % screen.columns);
  }

  /** Erases the row of the cursor, which is then a line of its own. */
  function eraseRow(): void {
    const cells = lines[row] ?? [];
    const start = column - (column % screen.columns);
    const before = cells.slice(0, start);
    const after = cells.slice(start + screen.columns);
    lines.splice(row, 1, ...(start > 0 ? [before] : []), [], ...(after.length > 0 ? [after] : []));
    if (start > 0) row += 1;
    column -= start;
  }

  function down(): void {
    const cells = lines[row] ?? [];
    const next = column - (column % screen.columns) + screen.columns;
    if (next < cells.length) {
      column = next;
      return;
    }
    row += 1;
    column = 0;
    while (lines.length <= row) lines.push([]);
  }

  function write(text: string): void {
    for (const [piece, number, letter] of text.matchAll(pieces)) {
      if (letter === "A") up(Number(number || 1));
      else if (letter === "K" && number === "2") eraseRow();
      else if (letter === "K") lines[row]?.fill(" ", column);
      else if (letter === "J") {
        lines[row]?.splice(column);
        lines = lines.slice(0, row + 1);
      } else if (letter === "m") continue;
      else if (letter !== undefined) throw new Error(`unknown sequence ${JSON.stringify(piece)}`);
      else if (piece === "\r") column -= column % screen.columns;
      else if (piece === "\n") down();
      else {
        const cells = lines[row] ?? [];
        while (cells.length < column) cells.push(" ");
        cells[column] = piece;
        column += 1;
      }
    }
  }

  return screen;
}
