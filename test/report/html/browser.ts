// Debian's Chromium for tests of pages: one browser for a file of tests, and pages that tell everything that goes wrong in them.
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const executablePath = "/usr/bin/chromium";

/** Where there is none, tests of pages are skipped, and say so. */
export const hasBrowser = existsSync(executablePath);
if (!hasBrowser)
  console.warn(`${executablePath} is not there: tests of pages in a browser are skipped (apt-get install chromium)`);

/** A page with what it complained about: console errors, refusals of its policy, exceptions, and requests beside its own file. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** How it is looked at. */
export interface Look {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
  readonly script?: boolean;
}

/** The browser; close it after the tests. */
export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

/** Opens a file. */
export async function look(
  browser: Browser,
  path: string,
  { width = 1280, scheme = "light", script = true }: Look = {},
): Promise<WatchedPage> {
  const page = await browser.newPage({
    viewport: { width, height: 844 },
    colorScheme: scheme,
    javaScriptEnabled: script,
  });
  const complaints: string[] = [];
  const own = pathToFileURL(path).href;
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== own) complaints.push(`request ${request.url()}`);
  });
  await page.goto(own);
  return { page, complaints, [Symbol.asyncDispose]: () => page.close() };
}

/** What axe finds against WCAG 2.2 AA, a line each. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source); // past the page's policy, which refuses a script element, as it should
  return await page.evaluate(async () => {
    const inPage = (globalThis as unknown as { axe: Axe }).axe;
    const { violations: found } = await inPage.run({
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
    );
  });
}

interface Axe {
  run(options: object): Promise<{
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
    }[];
  }>;
}
