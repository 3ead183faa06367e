// What `init` asks and what becomes of the answers, with a scripted person instead of a terminal.
import { describe, expect, it } from "vitest";
import { askAbout } from "../../src/cli/commands/init-questions.ts";
import { type Ask, type Choice, cancelled } from "../../src/cli/world/ask.ts";
import { allLines, type Export, guessImport } from "../../src/init/init.ts";
import { sampleOf } from "../init/samples.ts";

const products = sampleOf(
  "products.csv",
  "SKU,Product,Group,Price,Colour\nA-1,Cup,Kitchen,4.50,red\nA-2,Pot,Garden,9.50,blue\n",
);
const orders = sampleOf(
  "orders.csv",
  "Order No,Order Date,Customer,Phase,SKU,Qty,Price\nA-1,2024-03-09,Ann,shipped,A-1,2,4.50\n",
);
const odd = sampleOf("stuff.csv", "Foo,Bar\nA-1,Cup\n");

/** Answers by a piece of the question; every other question gets what stands there already. */
function person(answers: Readonly<Record<string, string | boolean>>): Ask & { readonly asked: readonly string[] } {
  const asked: string[] = [];
  const answerTo = (message: string): string | boolean | undefined => {
    asked.push(message);
    return Object.entries(answers).find(([piece]) => message.includes(piece))?.[1];
  };
  return {
    asked,
    say: () => undefined,
    confirm: async (message) => answerTo(message) !== false,
    select: async (message, choices, initial) => {
      const answer = answerTo(message);
      return answer === undefined
        ? initial
        : (choices.find(({ label }) => label.includes(String(answer)))?.value ?? missed(message));
    },
    text: async (message) => String(answerTo(message) ?? ""),
  };
}

function missed(message: string): never {
  throw new Error(`no such choice for: ${message}`);
}

async function linesAfter(exports: readonly Export[], ask: Ask): Promise<Readonly<Record<string, unknown>>> {
  const { mappings, channel } = guessImport(exports, await askAbout(exports, ask));
  const lines = mappings.flatMap(allLines).map((line) => [line.path, line.kind === "todo" ? "TODO" : line.spec]);
  return { ...Object.fromEntries(lines), ...(channel === undefined ? {} : { "the job's channel": channel }) };
}

describe("init asks", () => {
  it("only about what is not sure or missing, and keeps the guess where a person agrees", async () => {
    const ask = person({});
    const lines = await linesAfter([products], ask);
    expect(ask.asked).toEqual(["Is that what it is?", "name? (products.csv)", "category.name? (products.csv)"]);
    expect(lines).toMatchObject({ sku: "SKU", name: "Product", "category.name": "Group", retail_price: "Price" });
  });

  it("for another column, which is then taken whatever it is called", async () => {
    expect(await linesAfter([products], person({ "category.name?": '"Colour"' }))).toMatchObject({
      "category.name": "Colour",
    });
  });

  it("and leaves out what a person does not want, marking it where it is needed", async () => {
    expect(await linesAfter([products], person({ "category.name?": "leave it out" }))).toMatchObject({
      "category.name": "TODO",
    });
  });

  it("for what is missing, and for the channel", async () => {
    const ask = person({ "order_status is needed": '"Phase"', "Which sales channel": "Web shop" });
    expect(await linesAfter([orders], ask)).toMatchObject({
      order_status: "Phase",
      "the job's channel": "Web shop",
    });
  });

  it("what a file is that nobody recognises, or that was taken for something else", async () => {
    const ask = person({ "What is in stuff.csv": "products", "sku is needed": '"Foo"' });
    const lines = await linesAfter([odd], ask);
    expect(lines).toMatchObject({ sku: "Foo", name: "TODO", "category.name": "TODO" });
    const none = await askAbout([products], person({ "Is that": false, "What is in products.csv": "leave it out" }));
    expect(guessImport([products], none).mappings).toEqual([]);
  });

  it("beside each column with three of its cells, what speaks for it, and the field that it serves now", async () => {
    const seen: Choice<string>[] = [];
    await askAbout([products], {
      ...person({}),
      select: async (_message, choices, initial) => {
        seen.push(...choices);
        return initial;
      },
    });
    expect(seen.map(({ label }) => label)).toEqual(
      expect.arrayContaining([
        '"Group"  Kitchen, Garden',
        '"Colour"  red, blue',
        '"Price"  4.50, 9.50 (now retail_price)',
      ]),
    );
    expect(seen.find(({ label }) => label.startsWith('"Colour"'))?.hint).toBe("its cells can be that");
  });

  const measured = sampleOf(
    "parcels.csv",
    "SKU,Name,Category,Price,Weight,Width,Height\nA-1,Cup,Kitchen,4.50,350,8,11\nA-2,Pot,Garden,9.50,1200,20.5,0\n",
  );

  it("for the unit of what is measured, each once, where neither heading nor cells say it", async () => {
    const ask = person({ "The unit of weights?": "g", "The unit of lengths?": "cm" });
    const lines = await linesAfter([measured], ask);
    expect(lines).toMatchObject({
      product_weight: { from: "Weight", unit: "g" },
      product_width: { from: "Width", unit: "cm" },
      product_height: { from: "Height", unit: "cm", when: '!(row["Height"] in ["0"])' },
    });
    expect(ask.asked.filter((message) => message.includes("unit"))).toEqual([
      'The unit of weights? (parcels.csv: "Weight"  350, 1200)',
      'The unit of lengths? (parcels.csv: "Width"  8, 20.5; "Height"  11)',
    ]);
    expect(await linesAfter([measured], person({}))).toMatchObject({ product_weight: "TODO", product_width: "TODO" });
  });

  it("a unit again after going back to it, and the one before that", async () => {
    const asked: string[] = [];
    const said = ["g", "<", "kg", "<", "lb", "in"]; // weights, lengths, weights, lengths, weights, lengths
    const lines = await linesAfter([measured], {
      ...person({}),
      select: async (message, choices, initial) => {
        if (!message.startsWith("The unit of")) return initial;
        asked.push(message.slice(0, 19));
        const answer = said.shift();
        return choices.find(({ label, key }) => label === answer || key === answer)?.value ?? missed(message);
      },
    });
    expect(asked).toEqual(
      ["The unit of weights", "The unit of lengths"].flatMap((one, _, both) =>
        one === both[0] ? [...both, ...both, ...both] : [],
      ),
    );
    expect(lines).toMatchObject({ product_weight: { unit: "lb" }, product_width: { unit: "in" } });
  });

  it("which number of a date is the month, where the cells leave it open", async () => {
    const dated = sampleOf(
      "orders.csv",
      "Order No,Order Date,Status,Customer,SKU,Qty,Price\nA-1,03/04/2024,shipped,Ann,A-1,2,4.50\nA-2,05/06/2024,shipped,Bo,A-1,1,4.50\n",
    );
    const dateAfter = async (ask: Ask) => {
      const [mapping] = guessImport([dated], await askAbout([dated], ask)).mappings;
      const line = mapping?.lines.find(({ path }) => path === "order_date");
      return { spec: line?.kind === "guess" ? line.spec : undefined, open: mapping?.sourceTodos.length };
    };
    const question = "The order of day and month in Order Date?";
    const from = "Order Date";
    expect(await dateAfter(person({ [question]: "d/M/yyyy" }))).toEqual({
      spec: { from, dates: ["d/M/yyyy"] },
      open: 0,
    });
    expect(await dateAfter(person({ [question]: "M/d/yyyy" }))).toEqual({
      spec: { from, dates: ["M/d/yyyy"] },
      open: 0,
    });
    expect(await dateAfter(person({}))).toEqual({ spec: from, open: 1 });
    const hints: (string | undefined)[] = [];
    await askAbout([dated], {
      ...person({}),
      select: async (message, choices, initial) => {
        if (message.startsWith(question)) hints.push(...choices.map(({ hint }) => hint));
        return initial;
      },
    });
    expect(hints).toEqual(expect.arrayContaining(["03/04/2024 is 4 March", "03/04/2024 is 3 April"]));
  });

  it("offers the columns of the file that the field is read from", async () => {
    const order = sampleOf(
      "orders.csv",
      "Order No,Order Date,Status,Customer\nA-1,2024-03-09,shipped,Ann\nA-2,2024-03-09,shipped,Bo\n",
    );
    const lines = sampleOf("lines.csv", "Order No,SKU,Qty,Piece\nA-1,CUP,1,4.50\nA-2,CUP,2,4.50\n");
    const told = await linesAfter([order, lines], person({ "items.unit_price is needed": '"Piece"' }));
    expect(told).toMatchObject({ "items.unit_price": "Piece" });
  });

  it("again after ?, which says what speaks for each, and goes back at <", async () => {
    const answers = ["why", "column:Colour", "back", "column:Price", "keep"];
    const asked: string[] = [];
    const said: string[] = [];
    const ask: Ask = {
      ...person({}),
      say: (message) => said.push(message),
      select: async (message, choices) => {
        asked.push(message);
        const answer = answers.shift();
        return choices.find(({ value }) => value === answer)?.value ?? missed(message);
      },
    };
    const told = await linesAfter([products], ask);
    expect(asked).toEqual(
      ["name?", "name?", "category.name?", "name?", "category.name?"].map((text) => `${text} (products.csv)`),
    );
    expect(said.join("\n")).toContain('"Product"  Cup, Pot: a likely name; its cells can be that');
    expect(told).toMatchObject({ name: "Price", "category.name": "Group" });
  });

  it("what the files are once more after < at the first question", async () => {
    const answers = ["back", "keep", "keep"];
    const ask = person({});
    await askAbout([products], {
      ...ask,
      select: async (_message, choices) =>
        choices.find(({ value }) => value === answers.at(0) && answers.shift() !== undefined)?.value ?? missed(""),
    });
    expect(ask.asked).toEqual(["Is that what it is?", "Is that what it is?"]);
  });

  it("once about each thing: of an address for its name alone", async () => {
    const sample = sampleOf(
      "orders.csv",
      "Order No,Order Date,Status,Name,Street,City,Zip,SKU,Qty,Price\nA-1,2024-03-09,shipped,Ann Lee,Road 1,Aarhus,8000,A-1,2,4.50\n",
    );
    const ask = person({});
    await askAbout([sample], ask);
    expect(ask.asked.filter((message) => /_to\.(?!name)/.test(message))).toEqual([]);
    expect(new Set(ask.asked).size).toBe(ask.asked.length);
  });

  it("nothing more once it is cancelled", async () => {
    const ask: Ask = { ...person({}), select: () => Promise.reject(cancelled()) };
    await expect(askAbout([products], ask)).rejects.toMatchObject({
      code: "STOPPED",
      message: "cancelled: nothing was written",
    });
  });
});
