// The files of the drop chaos: what is in them, and how other programs put them into an inbox, each in its own slow way.
import { appendFile, open, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** How long a file must not change before a pass takes it. */
export const quietMs = 1000;

/** A file that somebody puts into the inbox. */
export interface DroppedFile {
  readonly name: string;
  readonly content: string;
  /** `pieces`: under its own name, with pauses shorter than the quiet time. `again`: the same, but half of it is written first, and
   * then all of it from the start. `part`: under another name, as slowly as it likes, and renamed. `marker`: at once, after long
   * pauses under a hidden name, with a marker. */
  readonly way: "pieces" | "again" | "part" | "marker";
}

/** What lies outside the contract: so long nobody wrote to a file that was not complete. */
export interface Stall {
  readonly name: string;
  readonly ms: number;
}

/** Products and orders of two platforms, a few twice, a few that no input takes; shuffled. */
export function droppedFiles(count: number, random: () => number): readonly DroppedFile[] {
  const ways = ["pieces", "again", "part", "marker"] as const;
  const files: DroppedFile[] = [];
  for (let n = 1; files.length < count; n++) {
    const way = ways[n % ways.length] ?? "pieces";
    const id = String(n).padStart(3, "0");
    const kind = n % 10;
    if (kind === 3) files.push({ name: `notes-${id}.txt`, content: `a note, number ${n}\n`, way });
    else if (kind === 7) files.push({ name: `products_export-${id}.csv`, content: `colour,size\nred,${n}\n`, way });
    else if (kind % 2 === 0)
      files.push({ name: `products_export-${id}.csv`, content: shopifyProducts(n, random), way });
    else files.push({ name: `orders-${id}.csv`, content: orders(n, random), way });
    // The same content once more, under another name and in another way.
    const last = files.at(-1);
    if ((kind === 4 || kind === 9) && last !== undefined && files.length < count)
      files.push({ ...last, name: last.name.replace(".csv", "-copy.csv"), way: way === "part" ? "pieces" : "part" });
  }
  return files
    .map((file) => ({ file, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ file }) => file);
}

const shopifyHeading =
  "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Price";

/** Products that orders of other files may name. */
export const knownSkus = ["BASE-1", "BASE-2", "BASE-3"];

function shopifyProducts(n: number, random: () => number): string {
  const rows = Array.from({ length: 2 + Math.floor(random() * 5) }, (_, at) => {
    const price = (1 + Math.floor(random() * 9000) / 100).toFixed(2);
    return `thing-${n}-${at},Thing ${n} ${at},,Acme,Tools,,true,Title,Default Title,T${n}-${at},${price}`;
  });
  return `${[shopifyHeading, ...rows].join("\n")}\n`;
}

function orders(n: number, random: () => number): string {
  const rows = Array.from({ length: 2 + Math.floor(random() * 4) }, (_, at) =>
    knownSkus.slice(0, 1 + Math.floor(random() * 3)).map((sku) => {
      const price = (1 + Math.floor(random() * 500) / 100).toFixed(2);
      return `O${n}-${at},2024-01-31,Ada ${n},${sku},${1 + Math.floor(random() * 9)},${price}`;
    }),
  );
  return `${["order,date,customer,sku,qty,price", ...rows.flat()].join("\n")}\n`;
}

/** Puts a file into the inbox. Gives the longest time in which it lay there incomplete and unchanged, where that was too long. */
export async function putFile(
  inbox: string,
  { name, content, way }: DroppedFile,
  random: () => number,
): Promise<Stall | undefined> {
  const path = join(inbox, name);
  switch (way) {
    case "pieces":
      return stallOf(name, await writeSlowly(path, pieces(content, random), () => 60 * random()));
    case "again": {
      const half = content.slice(0, Math.floor(content.length * random()));
      // Whoever sends a file again begins by emptying it.
      return stallOf(
        name,
        await writeSlowly(path, [...pieces(half, random), "", ...pieces(content, random)], () => 60 * random()),
      );
    }
    case "part":
      await writeSlowly(`${path}.part`, pieces(content, random), () => quietMs * 0.5 * random());
      await rename(`${path}.part`, path);
      return undefined;
    case "marker":
      await writeSlowly(join(inbox, `.${name}`), pieces(content, random), () => quietMs * 0.8 * random());
      await rename(join(inbox, `.${name}`), path);
      await writeFile(`${path}.done`, "");
      return undefined;
    default:
      way satisfies never;
      return undefined;
  }
}

function stallOf(name: string, ms: number): Stall | undefined {
  return ms > quietMs * 0.8 ? { name, ms } : undefined;
}

/** An empty part empties the file. Gives the longest time between two writes, in ms. */
async function writeSlowly(path: string, parts: readonly string[], pauseMs: () => number): Promise<number> {
  await (await open(path, "w")).close();
  let longestMs = 0;
  let lastMs = performance.now();
  for (const part of parts) {
    await wait(pauseMs());
    await (part === "" ? writeFile(path, part) : appendFile(path, part));
    longestMs = Math.max(longestMs, performance.now() - lastMs);
    lastMs = performance.now();
  }
  return longestMs;
}

/** Anywhere, also in the middle of a number. */
function pieces(text: string, random: () => number): readonly string[] {
  const cuts = Array.from({ length: 5 }, () => Math.floor(random() * text.length)).sort((a, b) => a - b);
  return [0, ...cuts].map((from, at) => text.slice(from, cuts[at] ?? text.length)).filter((piece) => piece !== "");
}
