// How much memory a line of 200 MB costs before it is refused: `npx tsx bench/long-line.ts [megabytes]`, needs the built program.
// That such a line is not read to its end is test/read's business. No test asserts on these figures.
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { measured, root } from "./measured.ts";

const megabytes = Number(process.argv[2] ?? 200);
const folder = await mkdtemp(join(tmpdir(), "long-line-"));
const job = join(folder, "import.yaml");
const mapping = join(root, "mappings/products.yaml");
await writeFile(
  job,
  `version: 1\ninputs:\n  - { name: products, file: long.csv, mapping: ${JSON.stringify(mapping)} }\n`,
);
const starts = { "in quotes": 'SKU,Name,Type\nA,"', "without quotes": "SKU,Name,Type\nA,", "in the header": "SKU," };
for (const [where, start] of Object.entries(starts)) {
  await write(join(folder, "long.csv"), start);
  const { exitCode, seconds, peakMb } = await measured(["check", job], "http://127.0.0.1:9");
  console.log(`${where}: exit code ${exitCode}, peak ${peakMb} MB, ${seconds.toFixed(1)} s`);
}
await rm(folder, { recursive: true });

async function write(path: string, start: string): Promise<void> {
  const file = createWriteStream(path);
  file.write(start);
  const piece = "x".repeat(1024 * 1024);
  for (let written = 0; written < megabytes; written++) {
    if (!file.write(piece)) await new Promise<void>((resolve) => file.once("drain", () => resolve()));
  }
  file.end();
  await finished(file);
}
