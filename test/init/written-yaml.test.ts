// What is written is right under every edit that its comments propose: a # taken off one line, off each in turn, off all.
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { type Export, guessImport } from "../../src/init/init.ts";
import { writeJob } from "../../src/init/proposal/write-job.ts";
import { writeMapping } from "../../src/init/proposal/write-mapping.ts";
import { sampleOf } from "./samples.ts";

const cases: readonly { readonly what: string; readonly exports: readonly Export[] }[] = [
  { what: "nothing but possibilities", exports: [sampleOf("odd.csv", "id,Type,Value\n7,Cups,x\n8,Pots,y\n")] },
  { what: "nothing at all", exports: [sampleOf("foo.csv", "Foo,Bar\n1,2\n")] },
  {
    what: "orders with a possible channel",
    exports: [sampleOf("orders.csv", "Order No,Order Date,Source,SKU,Qty,Price\nA-1,2024-03-09,web,CUP,2,4.50\n")],
  },
  {
    what: "two files of which one does not say what it is",
    exports: [
      sampleOf("products.csv", "SKU,Name,Category,Price,Notes,Type\nA-1,Cup,Cups,4.50,ask Tom,x\n"),
      sampleOf("more.csv", "Name,Barcode,Sales Price,Cost,Handle\nCup,4006381333931,4.50,2.10,cup\n"),
    ],
  },
];

const proposed = /^(\s*)#(?=\S| {2})(?! TODO)/;

describe.each(cases)("$what", ({ exports }) => {
  const proposal = guessImport(exports);
  const texts = [
    writeJob(proposal, { schema: "s.json", account: undefined, fileOf: (shown) => shown }).text,
    ...proposal.mappings.map((mapping) => writeMapping(mapping, { schema: "s.json", shipped: undefined }).text),
  ];

  it("is YAML as it is, with each proposed line, and with all of them", () => {
    for (const text of texts) {
      const lines = text.split("\n");
      const open = lines.flatMap((line, at) => (proposed.test(line) ? [at] : []));
      const taken = (which: readonly number[]) =>
        lines.map((line, at) => (which.includes(at) ? line.replace(proposed, "$1") : line)).join("\n");
      const isInput = (at: number) => /^# {2}/.test(lines[at] ?? "");
      const single = open.filter((at) => !isInput(at)).map((at) => [at]);
      for (const which of [[], open, open.filter(isInput), ...single]) {
        const document = parseDocument(taken(which), { strict: true, uniqueKeys: true });
        expect({ which, errors: document.errors.map(({ message }) => message) }).toEqual({ which, errors: [] });
      }
    }
  });

  it("has no {} where lines stand below it", () => {
    for (const text of texts) expect(text).not.toMatch(/fields: \{\}/);
  });
});

it("the proposed lines of these cases are many, so that this test has something to take a # off", () => {
  const all = cases.flatMap(({ exports }) => {
    const proposal = guessImport(exports);
    return proposal.mappings.flatMap((mapping) =>
      writeMapping(mapping, { schema: "s", shipped: undefined }).text.split("\n"),
    );
  });
  expect(all.filter((line) => proposed.test(line)).length).toBeGreaterThan(3);
});
