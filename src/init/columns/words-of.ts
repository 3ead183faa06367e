// The words of a header cell, whatever its spelling: `unitPrice`, `Unit_Price`, `UNITPRICE` and `Unit Price` have the same.

/** The words in lower case, common abbreviations written out. Notes in square brackets are left out. */
export function wordsOf(name: string): readonly string[] {
  return withoutNotes(name)
    .replace(/[ºª]/g, "") // `Nº` is written `N` as well
    .replace(/e-?mail/gi, "email")
    .replace(/#/g, " number ")
    .replace(/%/g, " percent ")
    .replace(/\p{Lu}{2,}s\b/gu, (plural) => plural.toLowerCase())
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .replace(/(\p{L})(\p{N})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .flatMap((word) => (Object.hasOwn(writtenOut, word) ? (writtenOut[word] ?? "").split(" ") : [word]));
}

/** Words as one text. */
export function joinedWords(words: readonly string[]): string {
  return words.join(" ");
}

/** Without accents: `Größe` and `Grosse` are alike, and so are `Référence` and `Reference`. */
export function foldText(text: string): string {
  return text.toLowerCase().replaceAll("ß", "ss").replaceAll("ł", "l").normalize("NFD").replace(/\p{M}/gu, "");
}

/** `SKU [Non Editable]` is a SKU, `name(en-gb)` a name; what stands in square brackets alone is no note. */
function withoutNotes(name: string): string {
  const bare = name.replace(/\[[^\]]*\]|\([a-z]{2}[-_][a-z]{2}\)/gi, " ").trim();
  return bare === "" ? name : bare;
}

const writtenOut: Readonly<Record<string, string>> = {
  qty: "quantity",
  qnty: "quantity",
  amt: "amount",
  desc: "description",
  descr: "description",
  addr: "address",
  img: "image",
  pic: "picture",
  tel: "phone",
  telephone: "phone",
  no: "number",
  nr: "number",
  num: "number",
  nbr: "number",
  ref: "reference",
  réf: "reference",
  prod: "product",
  cust: "customer",
  mfg: "manufacturer",
  mfr: "manufacturer",
  lineitem: "line item",
};
