// Words by which a row of a table says that it sums up the rows above it.

/** True for «Total», «Grand Total:», «Summe (EUR)», «TOTAL 2024». */
export function isTotalWord(text: string): boolean {
  const word = text
    .replace(/\(.*\)/, "")
    .replace(/[\s:=.,\-–]*(?:[A-Z]{3}|\p{Sc}|\d{4})?[\s:=.,\-–]*$/u, "")
    .toLowerCase()
    .trim();
  return totalWords.has(word) || totalWords.has(text.toLowerCase().replace(/[\s:]+$/, ""));
}

const totalWords: ReadonlySet<string> = new Set([
  ...["total", "totals", "grand total", "grand totals", "overall total", "subtotal", "sub total", "sub-total", "sum"],
  ...["summe", "gesamt", "gesamtsumme", "gesamtbetrag", "endsumme", "zwischensumme", "summe gesamt"],
  ...["somme", "total général", "total general", "sous-total", "total geral", "soma", "suma", "suma total"],
  ...["totale", "totale generale", "totale complessivo", "somma", "subtotale"],
  ...["totaal", "eindtotaal", "subtotaal", "som", "totalt", "i alt", "summa", "yhteensä", "razem", "ogółem", "celkem"],
  ...["összesen", "toplam", "genel toplam", "итого", "всего", "合計", "总计", "合计", "總計"],
]);
