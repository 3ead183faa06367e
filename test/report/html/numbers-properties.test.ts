// The report is true: every number that it shows is the one that summary.json has, whatever the rows were.
import fc from "fast-check";
import { expect, it } from "vitest";
import { outcomes } from "../../../src/model/outcome.ts";
import type { Problem, ProblemCode } from "../../../src/model/problem.ts";
import type { KeptRows } from "../../../src/report/html/failed-rows.ts";
import { reportPage } from "../../../src/report/html/report-page.ts";
import type { Summary } from "../../../src/report/summary.ts";
import { entry, type FakeRow } from "../fake-results.ts";
import { madeReport } from "./made-reports.ts";

interface ShownNumber {
  readonly of: string;
  readonly shown: number;
}

/** The numbers of a page with the place that each is said to come from. */
function numbersIn(page: string): readonly ShownNumber[] {
  return [...page.matchAll(/<span class="n" data-of="([^"]+)">([^<]*)<\/span>/g)].map(([, of = "", text = ""]) => ({
    of,
    shown: Number(text.replaceAll(",", "")),
  }));
}

/** The value at a path such as `outcomes.invalid.rows`, or a sum such as `tallies[outcome=invalid,phase=kits].rows`. */
function valueAt(summary: Summary, kept: KeptRows, of: string): unknown {
  if (of === "page.rows") return kept.lines.length;
  if (of === "page.plain") return Math.min(1000, kept.lines.length);
  if (of === "page.of_reason") return kept.mostOfReason;
  const [, list, conditions = "", key = ""] = /^(\w+)\[(.*)\]\.(\w+)$/.exec(of) ?? [];
  if (list === undefined) {
    return of.split(".").reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], summary);
  }
  const wanted = conditions.split(",").filter((condition) => condition !== "");
  const all = (summary as unknown as Record<string, readonly Record<string, unknown>[]>)[list] ?? [];
  return all
    .filter((one) => wanted.every((condition) => `${one[condition.split("=")[0] ?? ""]}` === condition.split("=")[1]))
    .reduce((sum, one) => sum + Number(one[key]), 0);
}

const problem = fc.record({
  code: fc.constantFrom<ProblemCode>("not_a_number", "too_long", "api_rejected", "missing_value"),
  column: fc.constantFrom("Price", "Name", "Sku"),
  value: fc.string({ maxLength: 8 }),
  line: fc.nat(2000),
});
const row = fc.record({
  outcome: fc.constantFrom(...outcomes),
  fileId: fc.constantFrom(1, 2),
  problems: fc.array(problem, { maxLength: 2 }),
  copies: fc.nat(40),
});

function rowsOf(
  kinds: readonly {
    outcome: (typeof outcomes)[number];
    fileId: number;
    problems: readonly Omit<Problem, "message">[];
    copies: number;
  }[],
): readonly FakeRow[] {
  return kinds.flatMap(({ outcome, fileId, problems, copies }) => {
    const told = problems.map((one) => ({ ...one, message: `"${one.value}" is wrong` }));
    const action = outcome === "accepted" ? ({ action: "updated" } as const) : {};
    return Array.from(
      { length: copies + 1 },
      (): FakeRow =>
        outcome === "excluded" ? { fileId, outcome } : { fileId, entry: entry(outcome, { ...action, problems: told }) },
    );
  });
}

it("shows no number that summary.json does not have, with values and without, whole and cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 30 }),
      fc.boolean(),
      fc.constantFrom(5, 500_000),
      async (kinds, values, mostRows) => {
        const { summary, kept } = await madeReport(rowsOf(kinds), {}, { values, mostRows });
        const page = [...reportPage(summary, kept, { words: ["run", "import.yaml"] })].join("");
        const numbers = numbersIn(page);
        expect(numbers.length).toBeGreaterThan(100);
        expect(numbers.filter(({ of, shown }) => valueAt(summary, kept, of) !== shown)).toEqual([]);
      },
    ),
    { numRuns: 20 },
  );
});

it("adds up: the outcomes are all rows, and the reasons are all rows that did not make it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (kinds) => {
      const { summary, kept } = await madeReport(rowsOf(kinds));
      const { outcomes: counts, reasons, totals } = summary;
      const failed = (["invalid", "blocked", "rejected", "failed", "in_doubt"] as const).map(
        (name) => counts[name].rows,
      );
      const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
      expect(sum(Object.values(counts).map(({ rows }) => rows))).toBe(totals.rows);
      expect(reasons?.rows).toBe(sum(failed));
      expect(sum(reasons?.groups.map(({ rows }) => rows) ?? []) + (reasons?.other_rows ?? 0)).toBe(sum(failed));
      expect(kept.lines.length).toBe(sum(failed));
    }),
    { numRuns: 20 },
  );
});

it("marks every number of its counts: beside them stand only words", async () => {
  const { summary, kept } = await madeReport(rowsOf([{ outcome: "invalid", fileId: 1, problems: [], copies: 1233 }]));
  const page = [...reportPage(summary, kept, { words: ["run", "import.yaml"] })].join("");
  for (const id of ["outcomes", "reasons", "control-totals"]) {
    const [, section = ""] = new RegExp(`<section id="${id}"(.*?)</section>`, "s").exec(page) ?? [];
    const words = section.replace(/<span class="n".*?<\/span>/g, "").replace(/<[^>]*>/g, "");
    expect(words, id).not.toMatch(/\d/);
  }
});
