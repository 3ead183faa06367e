// Words that stand for order statuses, and for true and false. A word that is not here is never guessed.
import type { orderStatuses } from "../../model/resources/sales-orders.ts";
import { languages } from "../names/languages/languages.ts";
import { namesIn } from "../names/name-table.ts";
import { foldText } from "./words-of.ts";

type OrderStatus = (typeof orderStatuses)[number];

/** The words with what they mean, and those whose meaning only a person knows. Words keep their spelling. */
export function wordMap(
  words: readonly string[],
  kind: "statuses" | "flags",
): { readonly map: Readonly<Record<string, string | boolean>>; readonly unknown: readonly string[] } {
  const known: ReadonlyMap<string, string | boolean> = kind === "statuses" ? statuses : flags;
  const meant = words.map((word) => [word, known.get(fold(word))] as const);
  return {
    map: Object.fromEntries(meant.flatMap(([word, means]) => (means === undefined ? [] : [[word, means]]))),
    unknown: meant.flatMap(([word, means]) => (means === undefined ? [word] : [])),
  };
}

/** True where most of these words are known as statuses of orders. */
export function areStatuses(words: readonly string[]): boolean {
  const known = words.filter((word) => statuses.has(fold(word))).length;
  return known > 0 && known * 2 >= words.length;
}

/** True for the words that answer a question, not for those that name a state. */
export function isYesOrNo(word: string): boolean {
  return /^(true|false|yes|no|y|n|t|f|on|off|1|0)$/i.test(word);
}

function fold(word: string): string {
  if (/^'?-?\d+$/.test(word)) return word.replace("'", "");
  return foldText(word)
    .replace(/^wc-/, "")
    .replace(/[\s_-]+/g, " ")
    .trim();
}

// Every order that is still open goes on hold: each of the API's open statuses allocates stock (facts §5.7).
const statusWords: Readonly<Record<OrderStatus, string>> = {
  on_hold: [
    "on hold|hold|holded|open|new|pending|unfulfilled|unshipped|pending payment|awaiting payment|not fulfilled|draft",
    "payment review|awaiting approval|processing|paid|in progress|confirmed|in process|accepted|committed",
    "awaiting shipment|awaiting fulfillment|ready to ship|awaiting pickup|packed",
    "partially shipped|partial|partially fulfilled|backorder|backordered|back order|back ordered",
    "created|approved|invoiced|unavailable",
  ].join("|"),
  // Amazon says behind a dash how far a parcel came; one that went back is asked about.
  shipped:
    "shipped|sent|dispatched|despatched|in transit|shipped delivered to buyer|shipped picked up|shipped out for delivery",
  fulfilled: "fulfilled",
  completed: "completed|complete|closed|done|delivered|finished",
  cancelled: "cancelled|canceled|void|voided|refunded",
  partially_refunded: "partially refunded",
  pending: "",
  processing: "",
  awaiting_shipment: "",
  partially_shipped: "",
  backorder: "",
  committed: "",
};
const english = new Map(
  Object.entries(statusWords).flatMap(([status, words]) =>
    (words === "" ? [] : words.split("|")).map((word) => [word, status] as const),
  ),
);
// Where two languages have a word, they mean the same by it; English comes first.
const statuses: ReadonlyMap<string, string> = new Map([
  ...languages.flatMap((language) =>
    Object.entries(language.statuses).flatMap(([word, own]) =>
      namesIn(own).map((foreign) => [fold(foreign), english.get(word) ?? "on_hold"] as const),
    ),
  ),
  ...english,
]);

const flags = new Map<string, boolean>([
  ...languages.flatMap(({ yes, no }) => [
    ...namesIn(yes).map((word) => [fold(word), true] as const),
    ...namesIn(no).map((word) => [fold(word), false] as const),
  ]),
  ...[
    "true",
    "yes",
    "y",
    "t",
    "on",
    "1",
    "active",
    "enabled",
    "published",
    "visible",
    "available",
    "live",
    "for sale",
  ].map((word) => [word, true] as const),
  ...[
    "false",
    "no",
    "n",
    "f",
    "off",
    "0",
    "2", // Magento: disabled; WooCommerce: private
    "-1", // WooCommerce: a draft
    "inactive",
    "not active",
    "disabled",
    "draft",
    "archived",
    "hidden",
    "discontinued",
    "unpublished",
    "obsolete",
    "deprecated",
    "not available",
    "unavailable",
  ].map((word) => [word, false] as const),
]);
