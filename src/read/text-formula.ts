// `="00123"`: how people and programs tell a spreadsheet that a cell is text. The cell is what stands in the quotes.

/** Cells without such formulas, and which of them (from 0) were written so; absent where none was. */
export function textCells(cells: readonly string[]): {
  readonly cells: readonly string[];
  readonly formulas?: readonly number[];
} {
  let formulas: number[] | undefined;
  const texts = cells.map((cell, at) => {
    const text = cell.startsWith('="') ? textFormula.exec(cell)?.[1] : undefined;
    if (text === undefined) return cell;
    formulas = [...(formulas ?? []), at];
    return text.replaceAll('""', '"').trim();
  });
  return formulas === undefined ? { cells } : { cells: texts, formulas };
}

const textFormula = /^="((?:[^"]|"")*)"$/;
