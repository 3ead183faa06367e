// `drop --watch` as it is built, killed with SIGKILL and started again while others write files into its inbox in slow pieces.
// Here is how it is killed, and the judge, who knows nothing but the files' own contents; the claims are in the tests.
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { mulberry32 } from "../../src/sandbox/world/faults.ts";
import { orderMapping } from "./crash-input.ts";
import { contains, pick } from "./crashes.ts";
import { type DroppedFile, droppedFiles, knownSkus, putFile, quietMs, type Stall } from "./drop-writers.ts";
import { openProject, type Project, repository, type Started, writesOf } from "./program.ts";

/** What one seed goes through. */
export interface DropChaosPlan {
  readonly seed: number;
  readonly files: number;
  readonly kills: number;
  readonly onProgress?: (line: string) => void;
}

/** What a plan came to. */
export interface DropChaosReport {
  readonly kills: number;
  /** Kills by the moment that was aimed at. */
  readonly moments: Readonly<Record<string, number>>;
  readonly files: number;
  readonly passes: number;
  readonly breaches: readonly string[];
  /** The machine was too slow for the writers to keep their side: then a breach proves nothing. */
  readonly stalls: readonly Stall[];
}

/** `start`: by time alone. `claimed`: once files are claimed. `send`: after some writes. `archive`: once files are being archived. */
type Moment = "start" | "claimed" | "send" | "archive";
const momentOdds: readonly (readonly [Moment, number])[] = [
  ["start", 0.15],
  ["claimed", 0.25],
  ["send", 0.35],
  ["archive", 0.25],
];

const folders = { inbox: "in", archive: "done", quarantine: "failed" } as const;
const longestPatienceMs = 6000;
const longestDrainMs = 60_000;

/** Writes, kills and starts again, lets the last watch come to the end, and judges. */
export async function dropChaos({ seed, files: count, kills, onProgress }: DropChaosPlan): Promise<DropChaosReport> {
  const random = mulberry32(seed);
  // Every second send would make a second record.
  await using sandbox = await startSandbox({ latencyMs: 5, duplicates: "accept", seed });
  for (const sku of knownSkus) sandbox.seed("products", sku, { sku, name: sku });
  await using project = await openProject(sandbox, {
    "import.yaml": jobText,
    "orders.yaml": orderMapping,
    "in/.keep": "",
  });
  const files = droppedFiles(count, random);
  const moments: Record<string, number> = {};
  const writing: Promise<Stall | undefined>[] = [];
  const startedAt = (share: number) => Math.floor((files.length * share) / (kills + 1));

  /** Of each share of the files one half comes while the watch starts, and the other while it watches. */
  const startNext = (share: number): Started => {
    const own = files.slice(startedAt(share), startedAt(share + 1));
    const watch = startWatch(project);
    const isWatching = watch.until(() => watch.stderr().includes("Watching ")).catch(() => undefined);
    for (const [at, file] of own.entries())
      writing.push((at % 2 === 0 ? isWatching : Promise.resolve()).then(() => putSome(project, file, random)));
    return watch;
  };

  for (let kill = 0; kill < kills; kill++) {
    const moment = pick(random, momentOdds);
    await killAt(moment, startNext(kill), { project, sandbox, random });
    moments[moment] = (moments[moment] ?? 0) + 1;
    onProgress?.(`seed ${seed}: ${kill + 1} kills, ${(await lying(project)).inbox.length} files in the inbox`);
  }
  const watch = startNext(kills);
  const stalls = (await Promise.all(writing)).filter((stall) => stall !== undefined);
  const drained = await drain(project, watch);
  watch.child.kill("SIGTERM");
  const { exitCode, stderr } = await watch.ended;
  const breaches = [
    ...(drained ? [] : [`the last watch left files behind: ${stderr}`]),
    ...(exitCode === 0 ? [] : [`the last watch ended with ${exitCode}: ${stderr}`]),
    ...(await judgeFiles(project, files)),
    ...judgeRecords(sandbox, files),
  ].map((what) => `seed ${seed}: ${what}`);
  const passes = await readdir(join(project.folder, ".luminous-import", "runs"));
  return { kills, moments, files: files.length, passes: passes.length, breaches, stalls };
}

const jobText = `version: 1
limits: { requests_per_second: 1000, concurrency: 4, read_lag_seconds: 0, second_send_seconds: 0.1 }
drop: { inbox: ${folders.inbox}, archive: ${folders.archive}, quarantine: ${folders.quarantine}, quiet_seconds: ${quietMs / 1000} }
inputs:
  - { name: products, mapping: ${JSON.stringify(join(repository, "mappings/shopify-products.yaml"))} }
  - { name: orders, match: "orders*.csv", mapping: orders.yaml }
`;

async function putSome(project: Project, file: DroppedFile, random: () => number): Promise<Stall | undefined> {
  await wait(random() * 800);
  return putFile(join(project.folder, folders.inbox), file, random);
}

function startWatch(project: Project): Started {
  return project.start(["drop", "import.yaml", "--watch", "--poll", "1"]);
}

interface KillPlace {
  readonly project: Project;
  readonly sandbox: Sandbox;
  readonly random: () => number;
}

/** Kills the watch at the moment, or when that does not come. */
async function killAt(
  moment: Moment,
  { child, ended }: Started,
  { project, sandbox, random }: KillPlace,
): Promise<void> {
  const startedMs = performance.now();
  const before = await lying(project);
  const writesBefore = writesOf(sandbox);
  const writes = 1 + Math.floor(random() * 20);
  const delayMs = random() * (moment === "start" ? 2500 : 20);
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const isDue = async (): Promise<boolean> => {
    if (moment === "start" || performance.now() - startedMs > longestPatienceMs) return true;
    if (moment === "send") return writesOf(sandbox) - writesBefore >= writes;
    const now = await lying(project);
    return moment === "claimed" ? now.claimed.length > 0 : now.archive.length > before.archive.length;
  };
  while (!isOver && !(await isDue())) await wait(3);
  await wait(delayMs);
  child.kill("SIGKILL");
  const { exitCode, stderr } = await ended;
  if (exitCode !== undefined) throw new Error(`the watch ended by itself with ${exitCode}: ${stderr}`);
}

/** Waits until nothing is left to do; false when that takes too long. */
async function drain(project: Project, { child }: Started): Promise<boolean> {
  const startedMs = performance.now();
  while (child.exitCode === null && performance.now() - startedMs < longestDrainMs) {
    const { inbox, claimed } = await lying(project);
    if (inbox.length + claimed.length === 0) return true;
    await wait(50);
  }
  return false;
}

/** The files by where they lie, as paths; markers, results and reasons are no files of anybody. */
async function lying(
  project: Project,
): Promise<Readonly<Record<"inbox" | "claimed" | "archive" | "quarantine", readonly string[]>>> {
  const below = async (name: string): Promise<readonly string[]> => {
    const folder = join(project.folder, name);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  };
  const inbox = await below(folders.inbox);
  const isData = (path: string): boolean => !/(^|\/)\.[^/]*$|\.done$/.test(path);
  return {
    inbox: inbox.filter((path) => !path.startsWith(".claimed/") && isData(path)),
    claimed: inbox.filter((path) => path.startsWith(".claimed/") && isData(path)),
    archive: (await below(folders.archive)).filter((path) => !path.includes("/results/")),
    quarantine: await below(folders.quarantine),
  };
}

/** Every file lies in one place, whole; only what no input takes is in quarantine, each with a reason. */
async function judgeFiles(project: Project, files: readonly DroppedFile[]): Promise<readonly string[]> {
  const found = await lying(project);
  const contents = async (name: string, paths: readonly string[]) =>
    Promise.all(paths.map((path) => readFile(join(project.folder, name, path), "utf8")));
  const archived = await contents(folders.archive, found.archive);
  const refused = await contents(folders.quarantine, found.quarantine);
  const waiting = await contents(folders.inbox, [...found.inbox, ...found.claimed]);
  const good = files.filter(({ content }) => isImportable(content));
  const bad = files.filter(({ content }) => !isImportable(content));
  const known = new Set(files.map(({ content }) => content));
  const reasons = refused.filter((content) => !known.has(content));
  return [
    ...differences(
      "archived",
      archived,
      good.map(({ content }) => content),
    ),
    ...differences(
      "quarantined",
      refused.filter((content) => known.has(content)),
      bad.map(({ content }) => content),
    ),
    ...differences("left", waiting, []),
    ...(reasons.length === bad.length ? [] : [`${reasons.length} reasons for ${bad.length} quarantined files`]),
  ];
}

function differences(what: string, is: readonly string[], should: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const content of is) counts.set(content, (counts.get(content) ?? 0) + 1);
  for (const content of should) counts.set(content, (counts.get(content) ?? 0) - 1);
  return [...counts]
    .filter(([, count]) => count !== 0)
    .map(
      ([content, count]) =>
        `${what} ${count > 0 ? "too often" : "too seldom"}: ${JSON.stringify(content.slice(0, 200))}`,
    );
}

/** Every row of the files is there once, as it is in its file, and nothing else is. */
function judgeRecords(sandbox: Sandbox, files: readonly DroppedFile[]): readonly string[] {
  const wanted = wantedRecords(files);
  const counts = sandbox.counts();
  const breaches: string[] = [];
  for (const resource of ["products", "sales_orders"] as const) {
    const own = sandbox.records(resource).filter(({ key }) => !knownSkus.includes(key));
    if (own.length !== wanted[resource].size)
      breaches.push(`${own.length} ${resource} are there, not ${wanted[resource].size}`);
    for (const { key, content, received } of own) {
      if (received.length !== 1) breaches.push(`${resource} ${key} was written ${received.length} times`);
      const should = wanted[resource].get(key);
      if (should === undefined) breaches.push(`${resource} ${key} is in no file`);
      else if (!contains(content, should))
        breaches.push(`${resource} ${key} is ${JSON.stringify(content)}, not ${JSON.stringify(should)}`);
    }
  }
  if (counts.defects > 0) breaches.push(`the sandbox failed ${counts.defects} times`);
  if (counts.maxInFlightPerKey > 1) breaches.push(`${counts.maxInFlightPerKey} writes of one key were in flight`);
  return breaches;
}

interface WantedRecords {
  readonly products: ReadonlyMap<string, object>;
  readonly sales_orders: ReadonlyMap<string, object>;
}

interface WantedOrder {
  readonly order_number: string;
  readonly bill_to: { readonly name: string };
  readonly items: object[];
}

/** Read off the files by their headings; no cell of theirs has a quote or a comma. */
function wantedRecords(files: readonly DroppedFile[]): WantedRecords {
  const products = new Map<string, object>();
  const sales = new Map<string, WantedOrder>();
  for (const content of new Set(files.map((file) => file.content).filter(isImportable))) {
    const [heading = [], ...rows] = content
      .trimEnd()
      .split("\n")
      .map((line) => line.split(","));
    for (const row of rows) {
      const cell = (name: string): string => row[heading.indexOf(name)] ?? "";
      if (heading.includes("Handle")) {
        const sku = cell("Variant SKU");
        products.set(sku, { sku, name: cell("Title"), retail_price: Number(cell("Variant Price")) });
        continue;
      }
      const number = cell("order");
      const order: WantedOrder = sales.get(number) ?? {
        order_number: number,
        bill_to: { name: cell("customer") },
        items: [],
      };
      order.items.push({ sku: cell("sku"), quantity: Number(cell("qty")), unit_price: Number(cell("price")) });
      sales.set(number, order);
    }
  }
  return { products, sales_orders: sales };
}

function isImportable(content: string): boolean {
  return /^(Handle|order),/.test(content);
}
