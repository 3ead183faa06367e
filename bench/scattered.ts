// Order lines that lie scattered over their file (`group.rows: anywhere`): `npx tsx bench/scattered.ts [--rows N] [--commands check,run] [--keep folder]`,
// 5,000,000 lines of about 1,200,000 orders unless said. The same lines are written in order and shuffled (seeded); the built
// program checks each file and stages each for a run, which is where the most memory is needed. Prints time and peak of
// memory, and whether both files gave the same payloads: the items of an order stand in the order of the file, so they are
// compared as a set. Exit code 1 when payloads differ or a peak is over 300 MB.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream, type WriteStream } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { Connection } from "../src/ledger/sqlite/storage/connection.ts";
import { openKeptTexts, payloadText } from "../src/ledger/sqlite/storage/kept-texts.ts";
import { canonicalJson, type Json } from "../src/model/json.ts";
import { startSandbox } from "../src/sandbox/server.ts";
import { measured } from "./measured.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "5000000" },
    commands: { type: "string", default: "check,run" },
    keep: { type: "string" },
  },
});
const rows = Number(values.rows);
const calls = values.commands.split(",").map((command) => (command === "run" ? ["run", "--limit", "1"] : [command]));
const rowsPerPile = 50_000;
const maxPeakMb = 300;
const header = "Order,Date,Customer,SKU,Qty,Price,Note\n";
const mapping = `version: 1
resource: sales_orders
group: { by: Order, rows: anywhere }
fields:
  channel_id: { value: 1 }
  order_number: Order
  order_date: Date
  order_status: { value: completed }
  bill_to.name: Customer
  ship_to.name: Customer
children:
  items: { each: rows, fields: { sku: SKU, quantity: Qty, unit_price: Price } }
`;

const folder = values.keep ?? (await mkdtemp(join(tmpdir(), "luminous-import-scattered-")));
await mkdir(folder, { recursive: true });
await using sandbox = await startSandbox();
try {
  await writeFile(join(folder, "orders.yaml"), mapping);
  await writeSorted(join(folder, "sorted.csv"));
  await shuffle(join(folder, "sorted.csv"), join(folder, "shuffled.csv"));
  const prints: string[] = [];
  for (const order of ["shuffled", "sorted"]) {
    const job = join(folder, `${order}.import.yaml`);
    const state = join(folder, `${order}-state`);
    await writeFile(job, `version: 1\ninputs:\n  - { name: orders, file: ${order}.csv, mapping: orders.yaml }\n`);
    for (const args of calls) {
      const { exitCode, seconds, cpuSeconds, peakMb, stderr } = await measured(
        [...args, job, "--state", state],
        sandbox.url,
      );
      console.log(
        `${rows} rows ${order}, ${args.join(" ")}: exit ${exitCode}, ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU (${Math.round(rows / seconds)} rows/s), peak ${peakMb} MB`,
      );
      if (exitCode !== 0 && exitCode !== 4) console.log(stderr);
      if (peakMb > maxPeakMb) process.exitCode = 1;
    }
    if (!values.commands.includes("run")) continue;
    prints.push(await fingerprint(join(state, "ledgers")));
    console.log(`${order}: ${prints.at(-1)}`);
  }
  if (new Set(prints).size > 1) process.exitCode = 1;
  if (prints.length > 0) console.log(new Set(prints).size === 1 ? "the payloads are the same" : "THE PAYLOADS DIFFER");
} finally {
  if (values.keep === undefined) await rm(folder, { recursive: true, force: true });
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function writeSorted(path: string): Promise<void> {
  const random = randomNumbers(1);
  const out = createWriteStream(path);
  await write(out, header);
  for (let order = 1, left = rows; left > 0; order++) {
    const lines = Math.min(left, 1 + Math.floor(random() * 7.3));
    left -= lines;
    const head = `SO-${String(order).padStart(7, "0")},2024-0${1 + (order % 9)}-1${order % 10},Customer number ${order % 90_000}`;
    for (let line = 1; line <= lines; line++) {
      const sku = `SKU-${Math.floor(random() * 20_000)}`;
      await write(out, `${head},${sku},${line},${Math.floor(random() * 1000)}.50,"What was said, and by whom"\n`);
    }
  }
  await close(out);
}

/** Every row goes to a pile at random, every pile is shuffled on its own: any order is as likely as any other. */
async function shuffle(from: string, to: string): Promise<void> {
  const random = randomNumbers(2);
  const piles = await mkdtemp(join(folder, "piles-"));
  const count = Math.ceil(rows / rowsPerPile);
  const outs = Array.from({ length: count }, (_, pile) => createWriteStream(join(piles, `${pile}`)));
  let isHeader = true;
  for await (const line of createInterface({ input: createReadStream(from, "utf8") })) {
    const out = outs[Math.floor(random() * count)];
    if (!isHeader && out !== undefined) await write(out, `${line}\n`);
    isHeader = false;
  }
  for (const out of outs) await close(out);
  const shuffled = createWriteStream(to);
  await write(shuffled, header);
  for (const pile of outs.keys()) {
    const lines = (await readFile(join(piles, `${pile}`), "utf8")).split("\n").filter((line) => line !== "");
    for (let last = lines.length - 1; last > 0; last--) {
      const other = Math.floor(random() * (last + 1));
      [lines[last], lines[other]] = [lines[other] ?? "", lines[last] ?? ""];
    }
    await write(shuffled, lines.map((line) => `${line}\n`).join(""));
  }
  await close(shuffled);
  await rm(piles, { recursive: true });
}

async function write(out: WriteStream, text: string): Promise<void> {
  if (!out.write(text)) await once(out, "drain");
}

async function close(out: WriteStream): Promise<void> {
  out.end();
  await once(out, "close");
}

/** Over every key with its payload, in whatever order they were made. */
async function fingerprint(ledgers: string): Promise<string> {
  const [name = ""] = (await readdir(ledgers)).filter((file) => file.endsWith(".db"));
  const connection = new Connection(join(ledgers, name), { mode: "read", durable: true });
  openKeptTexts(connection);
  const page = (after: number) =>
    connection.all<{ entry: number; key: string; payload: string }>(
      `select e.id entry, k.key, ${payloadText} payload from entries e join keys k on k.id = e.key
         left join payloads p on p.entry = e.id
        where e.id > ? and ${payloadText} is not null order by e.id limit 10000`,
      after,
    );
  let entries = 0;
  let sum = 0n;
  for (let rows = page(0); rows.length > 0; rows = page(rows.at(-1)?.entry ?? 0)) {
    for (const { key, payload } of rows) {
      const { items, ...own } = JSON.parse(payload) as { readonly items: readonly Json[] };
      const text = canonicalJson([key, own as Json, items.map((item) => canonicalJson(item)).sort()]);
      sum = (sum + BigInt(`0x${createHash("sha256").update(text).digest("hex")}`)) % 2n ** 256n;
      entries += 1;
    }
  }
  connection.close();
  return `${entries} payloads, ${sum.toString(16).slice(0, 16)}`;
}
