// `run` against a receiver that answers at once: how much it adds to a bare loop of requests, how it does beside the script that
// people write, what its ledger holds afterwards, and what the next run costs that finds nothing to do.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { writeJob, writeOrderBodies, writeOrders, writeProductBodies, writeProducts } from "../data/files.ts";
import { orderedProducts, orderedSku } from "../data/orders.ts";
import { type Bench, callBaseline, callProgram, interleaved, type Setting } from "./bench.ts";
import { atLeast, atMost, figureOf, medianOf, ratios, spreadOf } from "./figure.ts";
import { bytesIn } from "./space.ts";

const concurrency = 32;

/** A whole `run`, staging and results included. */
export const runProducts: Bench = {
  figures: ["run-wall", "usual-script", "ledger-bytes", "run-again"],
  async measure(setting) {
    const { folder, rows, repetitions, receiver } = setting;
    const file = join(folder, "sent.csv");
    const bodies = join(folder, "sent.ndjson");
    await writeProducts(file, { rows });
    await writeProductBodies(bodies, { rows });
    const job = await writeJob(folder, "sent.csv", "products");
    const state = join(folder, "sent-state");
    const ledgers: number[] = [];
    const { bare, run, usual } = await interleaved(repetitions, {
      bare: async () => {
        await receiver.reset();
        return callBaseline("bare-loop", [`${receiver.url}/products`, bodies, String(concurrency)], rows);
      },
      run: async () => {
        await receiver.reset();
        await rm(state, { recursive: true, force: true });
        const call = await callProgram(setting, ["run", job, "--state", state]);
        await expectWrites(setting, rows);
        ledgers.push((await bytesIn(join(state, "ledgers"))) / rows);
        return call;
      },
      usual: async () => {
        await receiver.reset();
        const results = join(folder, "usual-results.csv");
        await rm(results, { force: true });
        const args = [file, `${receiver.url}/products`, String(concurrency), results];
        return callBaseline("usual-script", args, rows);
      },
    });
    const { again, check } = await interleaved(repetitions, {
      check: () => callProgram(setting, ["check", job, "--state", state]),
      again: () => callProgram(setting, ["run", job, "--state", state]),
    });
    const row = await compressedRow(file, rows);
    const count = rows.toLocaleString("en");
    return [
      figureOf(
        {
          name: "run-wall",
          title: `\`run\`, ${count} products, no latency, concurrency ${concurrency}: wall ÷ a bare \`Pool.request\` loop`,
          goal: atMost(3),
          note: `the loop: ${Math.round(rows / medianOf(bare, "seconds"))} requests/s; CPU ÷ the loop's ${spreadOf(ratios(run, bare, "cpuSeconds")).median.toFixed(2)}`,
        },
        ratios(run, bare, "seconds"),
      ),
      figureOf(
        {
          name: "usual-script",
          title: "the script people write (csv-parse → p-queue → fetch → p-retry → append) ÷ `run`, wall",
          goal: atLeast(3),
          note: `CPU: ${spreadOf(ratios(usual, run, "cpuSeconds")).median.toFixed(2)}`,
        },
        ratios(usual, run, "seconds"),
      ),
      figureOf(
        {
          name: "ledger-bytes",
          title: "ledger per row after `run`",
          unit: "B",
          goal: atMost(500 + Math.round(row)),
          note: `of the goal ${Math.round(row)} B are the row, compressed`,
        },
        ledgers,
      ),
      figureOf(
        { name: "run-again", title: "`run` with nothing to do ÷ `check`, CPU", goal: atMost(1.1) },
        ratios(again, check, "cpuSeconds"),
      ),
    ];
  },
};

/** Orders at a receiver that takes its time: what is lost between an answer and the next request. */
export const ordersWithLatency: Bench = {
  figures: ["orders-latency"],
  async measure(setting) {
    const { folder, length, repetitions, receiver } = setting;
    const orders = length === "quick" ? 1000 : 5000;
    const latencyMs = 50;
    const bodies = join(folder, "orders.ndjson");
    await writeOrders(join(folder, "orders.json"), orders);
    await writeOrderBodies(bodies, orders);
    const job = await writeJob(folder, "orders.json", "sales_orders");
    const skus = Array.from({ length: orderedProducts }, (_, number) => orderedSku(number));
    const state = join(folder, "orders-state");
    // Full hands all the time: the last request leaves when all before it but those in hand are answered.
    const idealMs = (Math.ceil(orders / concurrency) - 1) * latencyMs;
    const spans = { bare: [] as number[], run: [] as number[] };
    const span = async () => {
      const { arrivalsMs } = await receiver.arrived();
      return ((arrivalsMs.at(-1) ?? 0) - (arrivalsMs[0] ?? 0)) / idealMs;
    };
    await interleaved(repetitions, {
      bare: async () => {
        await receiver.reset({ latencyMs, skus });
        const args = [`${receiver.url}/sales-orders`, bodies, String(concurrency)];
        const call = await callBaseline("bare-loop", args, orders);
        spans.bare.push(await span());
        return call;
      },
      run: async () => {
        await receiver.reset({ latencyMs, skus });
        await rm(state, { recursive: true, force: true });
        const call = await callProgram(setting, ["run", job, "--state", state]);
        await expectWrites(setting, orders);
        spans.run.push(await span());
        return call;
      },
    });
    return [
      figureOf(
        {
          name: "orders-latency",
          title: `${orders.toLocaleString("en")} orders, ${latencyMs} ms latency, concurrency ${concurrency}: first to last request ÷ ideal`,
          goal: atMost(1.1),
          note: `a bare loop: ${spreadOf(spans.bare).median.toFixed(3)}`,
        },
        spans.run,
      ),
    ];
  },
};

async function expectWrites({ receiver }: Setting, expected: number): Promise<void> {
  const { arrivalsMs } = await receiver.arrived();
  if (arrivalsMs.length !== expected) throw new Error(`${arrivalsMs.length} writes arrived, not ${expected}`);
}

/** How many bytes a row takes when a hundred are compressed together. */
async function compressedRow(file: string, rows: number): Promise<number> {
  const lines = (await readFile(file, "utf8")).split("\n").slice(1, 10_001);
  let bytes = 0;
  for (let first = 0; first < lines.length; first += 100) {
    bytes += deflateRawSync(lines.slice(first, first + 100).join("\n")).length;
  }
  return bytes / Math.min(rows, lines.length);
}
