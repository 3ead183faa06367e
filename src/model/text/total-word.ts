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

/** The word in a text that begins or ends with one, as it is written there: «Subtotal» of «Subtotal January», «gesamt» of «März gesamt». */
export function totalWordIn(text: string): { readonly word: string; readonly isFirst: boolean } | undefined {
  const words = text.trim().split(/\s+/);
  for (let count = Math.min(words.length - 1, 2); count > 0; count -= 1) {
    const first = words.slice(0, count).join(" ");
    if (isTotalWord(first)) return { word: first, isFirst: true };
    const last = words.slice(-count).join(" ");
    if (isTotalWord(last)) return { word: last, isFirst: false };
  }
  return undefined;
}

const totalWords: ReadonlySet<string> = new Set([
  ...["total", "totals", "grand total", "grand totals", "overall total", "subtotal", "sub total", "sub-total", "sum"],
  ...["summe", "gesamt", "gesamtsumme", "gesamtbetrag", "endsumme", "zwischensumme", "summe gesamt"],
  ...["somme", "total général", "total general", "sous-total", "total geral", "soma", "suma", "suma total"],
  ...["totale", "totale generale", "totale complessivo", "somma", "subtotale"],
  ...["totaal", "eindtotaal", "subtotaal", "som", "totalt", "i alt", "summa", "yhteensä", "razem", "ogółem", "celkem"],
  ...["összesen", "toplam", "genel toplam", "итого", "всего", "合計", "总计", "合计", "總計"],
]);
