// What the names of columns say of money: that it is in the smallest units of its currency, or in an object beside its currency.
import { wordsOf } from "./words-of.ts";

/** What the name of a column says of its money. */
export interface MoneyName {
  /** The name without what it says of units: `unit_price` of `unit_price_cents`, `total` of `total_money.amount`. */
  readonly bare: string;
  /** It says that its amounts are in the smallest units. */
  readonly isMinor: boolean;
}

/** What a name says of its money; undefined where it says nothing. `names` are all of the table. */
export function moneyNameOf(name: string, names: ReadonlySet<string>): MoneyName | undefined {
  const words = wordsOf(name).join(" ");
  const [, said = "", isPer] = smallUnits.exec(words) ?? [];
  if (said !== "" && isPer === undefined) return { bare: said.replace(/(?<=\S) (value|money)$/, ""), isMinor: true };
  const [, ofShopify = ""] = /^(.+)Set\.shopMoney\.amount$/.exec(name) ?? [];
  if (ofShopify !== "") return { bare: ofShopify, isMinor: false };
  const [, holder = ""] = /^(.+)\.(amount|value)$/i.exec(name) ?? [];
  if (holder === "" || currencyBeside(holder, names) === undefined || /(shop|presentment)_?money$/i.test(holder))
    return undefined;
  // Only Square's objects are called so, and they hold whole cents.
  const isSquare = /_money$/.test(holder);
  return { bare: holder.replace(/[_.]?money$/i, ""), isMinor: isSquare };
}

const smallUnits =
  /^(.+?) (?:(per) )?(?:in )?(?:(?:cents?|pence|pennies|centimes|centavos|grosze|groszy|öre|øre|minor(?: currency)?(?: units?)?)(?: amount)?)$/;

/** The name of the currency that stands beside an amount in one object. */
export function currencyBeside(holder: string, names: ReadonlySet<string>): string | undefined {
  if (holder === "") return undefined;
  return ["currency", "currencyCode", "currency_code", "currency_iso", "currencyIso", "iso_code"]
    .map((name) => `${holder}.${name}`)
    .find((name) => names.has(name));
}
