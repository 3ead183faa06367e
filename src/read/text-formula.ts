// `="00123"`: how people and programs tell a spreadsheet that a cell is text. The cell is what stands in the quotes.

/** Cells without such formulas, and which of them (from 0) were written so; absent where none was. */
export function textCells(cells: readonly string[]): {
  readonly cells: readonly string[];
  readonly formulas?: readonly number[];
} {
  if (!hasTextFormula(cells)) return { cells };
  let formulas: number[] | undefined;
  const texts = cells.map((cell, at) => {
    const text = mayBeFormula(cell) ? textFormula.exec(cell)?.[1] : undefined;
    if (text === undefined) return cell;
    formulas = [...(formulas ?? []), at];
    return text.replaceAll('""', '"').trim();
  });
  return formulas === undefined ? { cells } : { cells: texts, formulas };
}

/** Whether one of the cells may be such a formula. */
export function hasTextFormula(cells: readonly string[]): boolean {
  for (const cell of cells) if (mayBeFormula(cell)) return true;
  return false;
}

function mayBeFormula(cell: string): boolean {
  return cell.charCodeAt(0) === equals && cell.charCodeAt(1) === quotation;
}

const equals = 0x3d;
const quotation = 0x22;
const textFormula = /^="((?:[^"]|"")*)"$/;
