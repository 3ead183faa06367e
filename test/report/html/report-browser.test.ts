// The report in a browser: it does what it says, asks for nothing, and everybody can read it. Skipped where there is no Chromium.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TemporaryFolder, temporaryFolder } from "../fake-results.ts";
import { hasBrowser, look, openBrowser, violations } from "./browser.ts";
import { dollars, hostileRows, hostileTexts, type MadeReport, makeReport, manyRows } from "./made-reports.ts";

const failures = 50_000;

// Chromium starts slowly where all cores are busy.
describe.skipIf(!hasBrowser)("a report in a browser", () => {
  let browser: Browser;
  let bigFolder: TemporaryFolder;
  let hostileFolder: TemporaryFolder;
  let big: MadeReport;
  let hostile: MadeReport;

  beforeAll(async () => {
    bigFolder = await temporaryFolder();
    hostileFolder = await temporaryFolder();
    big = await makeReport(bigFolder.path, manyRows(failures));
    hostile = await makeReport(hostileFolder.path, hostileRows(), { warnings: Object.values(hostileTexts) });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await bigFolder?.[Symbol.asyncDispose]();
    await hostileFolder?.[Symbol.asyncDispose]();
  });

  it("searches, filters and sorts 50,000 rows, and counts them right", async () => {
    await using seen = await look(browser, big.path);
    const { page } = seen;
    const shown = page.locator("#rows-shown");
    const first = page.locator("#rows-table tbody tr").first();
    expect(await shown.textContent()).toBe("50,000 of 50,000 rows");

    await page.getByLabel("Find").fill("so-000018");
    await expect.poll(() => shown.textContent()).toBe("1 of 50,000 rows");
    expect(await first.textContent()).toContain("no answer after 4 attempts (HTTP 503)");
    await page.getByLabel("Find").fill(dollars);
    await expect.poll(() => first.textContent()).toContain(`"${dollars}" is not a number`);
    await page.getByRole("button", { name: "Show all rows" }).click();
    expect(await shown.textContent()).toBe("50,000 of 50,000 rows");

    await page.getByRole("combobox", { name: "Outcome" }).selectOption({ label: "blocked" });
    expect(await shown.textContent()).toBe("10,000 of 50,000 rows");
    await page.getByRole("combobox", { name: "Outcome" }).selectOption({ label: "All outcomes" });

    const [reason] = big.summary.reasons?.groups ?? [];
    await page.locator(".reasons button").first().click();
    expect(await shown.textContent()).toBe(
      `${reason?.rows.toLocaleString("en-US")} of 50,000 rows: Variant Price: not a number`,
    );
    expect(await page.locator(".reasons button").first().getAttribute("aria-pressed")).toBe("true");

    const key = page.getByRole("columnheader", { name: "Key" });
    await key.getByRole("button").click();
    await key.getByRole("button").click();
    expect(await key.getAttribute("aria-sort")).toBe("descending");
    expect(await first.textContent()).toContain("SO-049995");
    expect(await first.textContent()).toContain('"€169.90" is not a number');
    expect(seen.complaints).toEqual([]);
  });

  it("holds only the rows that can be seen, and the last of 50,000 can be scrolled to", async () => {
    await using seen = await look(browser, big.path);
    const { page } = seen;
    const table = page.locator("#rows-table");
    expect(await table.getAttribute("aria-rowcount")).toBe("50001");
    await page.locator(".live").evaluate((frame) => {
      frame.scrollTop = frame.scrollHeight;
    });
    const last = page.locator("#rows-table tbody tr").last();
    await expect.poll(() => last.getAttribute("aria-rowindex")).toBe("50001");
    expect(await last.textContent()).toContain("SO-049999");
    expect(await page.locator("#rows-table tbody tr").count()).toBeLessThan(60);
    await page.locator(".live").evaluate((frame) => {
      frame.scrollTop = frame.scrollHeight;
    });
    await expect
      .poll(async () => {
        const [frame, row] = [await page.locator(".live").boundingBox(), await last.boundingBox()];
        return (row?.y ?? 0) + (row?.height ?? 0) - (frame?.y ?? 0) - (frame?.height ?? 0);
      })
      .toBeLessThanOrEqual(2);
  });

  it("can be used by keyboard: a row opens with Enter, and closes with Escape", async () => {
    await using seen = await look(browser, big.path);
    const { page } = seen;
    await page.getByLabel("Find").focus();
    for (let steps = 0; steps < 20; steps++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate('document.activeElement.classList.contains("open")')) break;
    }
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    expect(await dialog.textContent()).toContain("luminous-import explain import.yaml exports/products.csv:");
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(seen.complaints).toEqual([]);
  });

  it("can be read by everybody, on a desk and on a phone, light and dark", async () => {
    await using seen = await look(browser, big.path);
    const { page } = seen;
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 844 });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await violations(page), `${width} px, ${colorScheme}`).toEqual([]);
      }
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
    expect(seen.complaints).toEqual([]);
  });

  it("says everything without its script, with the first thousand rows", async () => {
    await using seen = await look(browser, big.path, { script: false, width: 390 });
    const { page } = seen;
    expect(await page.locator("#rows-table tbody tr").count()).toBe(1000);
    expect(await page.locator("#rows-shown").textContent()).toContain("The first 1,000 of 50,000 rows");
    expect(await page.getByRole("button").count()).toBe(0);
    expect(seen.complaints).toEqual([]);
  });

  it("goes on paper with a thousand rows of what was chosen, and is itself again afterwards", async () => {
    await using seen = await look(browser, big.path);
    const { page } = seen;
    await page.getByRole("combobox", { name: "Outcome" }).selectOption({ label: "rejected" });
    await page.evaluate(`addEventListener("beforeprint", () => {
      document.body.dataset.printed = document.querySelectorAll("#rows-table tbody tr").length;
    })`);
    const pdf = await page.pdf({ format: "A4" });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    expect(pdf.length).toBeGreaterThan(100_000);
    expect(await page.evaluate("document.body.dataset.printed")).toBe("1000");
    expect(await page.locator("#rows-table tbody tr").count()).toBeLessThan(60);
    expect(seen.complaints).toEqual([]);
  });

  it("shows hostile cells, and lets none of them do anything", async () => {
    for (const width of [1280, 390]) {
      await using seen = await look(browser, hostile.path, { width });
      const { page } = seen;
      expect(await page.title()).toBe("import.yaml: run 20241121-2300");
      expect(await page.locator("script").count()).toBe(1);
      expect(await page.locator("img, [onerror], [onmouseover], [style*=color]").count()).toBe(0);
      expect(await page.locator("#rows-shown").textContent()).toBe("11 of 11 rows");
      const text = (await page.locator("main").textContent()) ?? "";
      expect(text).toContain(String.raw`abc\u202egnp.exe\u2066\u2069`);
      expect(text).toContain(String.raw`a\u0000b\u001b[31mc`);
      expect(text).toContain(String.raw`x\ud800y`);
      expect(text).toContain("(1,048,576 characters)");
      for (const acting of ["\u0000", "\u202E", "\u2066", "\uFFFD"]) expect(text).not.toContain(acting);
      for (const hostileText of [hostileTexts.script, hostileTexts.template, hostileTexts.entity]) {
        await page.getByLabel("Find").fill(hostileText);
        await expect.poll(() => page.locator("#rows-shown").textContent()).toBe("1 of 11 rows");
      }
      expect(await violations(page)).toEqual([]);
      expect(seen.complaints).toEqual([]);
    }
  });
});
