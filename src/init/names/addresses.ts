// Names of address columns: who (billing, shipping, the customer) × which part. `bill.`, `ship.` and `customer.` are blocks
// that the orders recipe makes `bill_to` and `ship_to` of.
import type { FieldNames, NameTable } from "./name-table.ts";
import { namesIn } from "./name-table.ts";

/** The parts of an address that the payload has, and the two halves of a name. */
export const addressParts = [
  "name",
  "company",
  "street1",
  "street2",
  "street3",
  "city",
  "state",
  "postal_code",
  "country",
  "phone",
] as const;
/** One of `addressParts`. */
export type AddressPart = (typeof addressParts)[number];

/** Whose address a column speaks of. */
export const addressBlocks = ["bill", "ship", "customer"] as const;
/** One of `addressBlocks`. */
export type AddressBlock = (typeof addressBlocks)[number];

const parts: Readonly<Record<AddressPart | "first_name" | "last_name", string>> = {
  name: "name | full name | customer name",
  first_name: "first name | given name | firstname | forename",
  last_name: "last name | surname | family name | lastname",
  company: "company | company name | organisation | organization | business name",
  street1:
    "address 1 | address line 1 | street 1 | street | address | line 1 | street address | street line 1 | address street | street name",
  street2: "address 2 | address line 2 | street 2 | line 2 | street line 2 | suite | apt",
  street3: "address 3 | address line 3 | street 3 | line 3",
  city: "city | town | address city | suburb",
  state:
    "state | province | state province | region | county | state province | state code | address state | province code | state or region",
  postal_code:
    "zip | postal code | postcode | zip code | post code | postal | zip postal code | address postal code | postalcode | zip code prefix",
  country: "country | country region | country code | address country | country name",
  phone: "phone | phone number | mobile | mobile phone | address phone",
};

const who: Readonly<Record<AddressBlock, string>> = {
  bill: "billing | bill to | bill | billing address | bill to address | invoice to | invoice | invoice address | payment",
  ship: "shipping | ship to | ship | shipping address | ship to address | delivery | deliver to | recipient | delivery address | consignee | destination",
  customer: "customer | buyer | client | purchaser | customer address",
};

/** Words that say whose an address is. */
export const addressBlockWords: ReadonlySet<string> = new Set(Object.values(who).flatMap(namesIn));

const alone: Readonly<Record<AddressBlock, string>> = {
  bill: "bill to | billed to",
  ship: "ship to | shipped to | recipient | deliver to",
  customer: "customer | client | buyer",
};

/** Names of every part of every block, such as `ship.postal_code: ship to zip`. */
export const addressNames: NameTable = Object.fromEntries(
  addressBlocks.flatMap((block) =>
    Object.entries(parts).map(([part, names]): readonly [string, FieldNames] => {
      const all = part === "name" ? `${names} | recipient | recipient name` : names;
      const prefixed = namesIn(who[block]).flatMap((prefix) => namesIn(all).map((name) => `${prefix} ${name}`));
      const own = part === "name" ? namesIn(alone[block]) : [];
      return [`${block}.${part}`, { surely: [...prefixed, ...own].join(" | ") }];
    }),
  ),
);

/** Names without a prefix: the customer's in a file of customers, and the order's only address elsewhere. */
export const bareAddressNames: NameTable = Object.fromEntries(
  Object.entries(parts).map(([part, names]) => [
    `customer.${part}`,
    part === "name" ? { surely: names, mostly: "contact name | contact" } : { surely: names },
  ]),
);
