// What `init` asks and what becomes of the answers, with a scripted person instead of a terminal.
import { describe, expect, it } from "vitest";
import { askAbout } from "../../src/cli/commands/init-questions.ts";
import { type Ask, cancelled } from "../../src/cli/world/ask.ts";
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
    expect(ask.asked).toEqual(["Is that what it is?", "name?", "category.name?"]);
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

  it("nothing more once it is cancelled", async () => {
    const ask: Ask = { ...person({}), select: () => Promise.reject(cancelled()) };
    await expect(askAbout([products], ask)).rejects.toMatchObject({
      code: "STOPPED",
      message: "cancelled: nothing was written",
    });
  });
});
