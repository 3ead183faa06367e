// `check`, which reads, maps, validates and reports: against csv-parse alone, and against cutting and parsing a JSON array.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { writeJob, writeProducts, writeProductsJson } from "../data/files.ts";
import { type Bench, callBaseline, callProgram, interleaved } from "./bench.ts";
import { atLeast, atMost, figureOf, medianOf, ratios } from "./figure.ts";
import { watchSpace } from "./space.ts";

/** `check` of CSV: CPU, wall, and the space that it takes while it works. */
export const checkCsv: Bench = {
  figures: ["check-csv-cpu", "check-csv-share", "check-csv-wall", "check-space"],
  async measure(setting) {
    const { folder, rows, repetitions } = setting;
    const file = join(folder, "products.csv");
    await writeProducts(file, { rows });
    const { size } = await stat(file);
    const job = await writeJob(folder, "products.csv", "products");
    const spaces: number[] = [];
    const { check, alone } = await interleaved(repetitions, {
      alone: () => callBaseline("csv-parse", [file], rows),
      check: async (repetition) => {
        const space = await watchSpace(folder, `check-${repetition}`);
        const { state, env, onStart } = space;
        const call = await callProgram(setting, ["check", job, "--state", state], { env, onStart });
        spaces.push(await space.most());
        return call;
      },
    });
    const perRow = (seconds: number) => (seconds / rows) * 1e6;
    const note = `csv-parse alone: ${perRow(medianOf(alone, "cpuSeconds")).toFixed(1)} µs a row`;
    return [
      figureOf(
        { name: "check-csv-cpu", title: "`check`, CSV: CPU per row", unit: "µs", goal: atMost(60), note },
        check.map(({ cpuSeconds }) => perRow(cpuSeconds)),
      ),
      figureOf(
        { name: "check-csv-share", title: "the same, share of csv-parse's own speed, CPU", goal: atLeast(0.25), note },
        ratios(alone, check, "cpuSeconds"),
      ),
      figureOf(
        { name: "check-csv-wall", title: "the same, wall", goal: atLeast(0.4) },
        ratios(alone, check, "seconds"),
      ),
      figureOf(
        {
          name: "check-space",
          title: "temporary space of `check` per byte of CSV",
          goal: atMost(1.5),
          note: "without the results themselves",
        },
        spaces.map((bytes) => bytes / size),
      ),
    ];
  },
};

/** `check` of a JSON array. */
export const checkJson: Bench = {
  figures: ["check-json-share"],
  async measure(setting) {
    const { folder, rows, repetitions } = setting;
    const file = join(folder, "products.json");
    await writeProductsJson(file, { rows });
    const job = await writeJob(folder, "products.json", "products");
    const { check, alone } = await interleaved(repetitions, {
      alone: () => callBaseline("json-split", [file], rows),
      check: () => callProgram(setting, ["check", job, "--state", join(folder, "check-json")]),
    });
    const note = `splitter and JSON.parse alone: ${((medianOf(alone, "cpuSeconds") / rows) * 1e6).toFixed(1)} µs a row`;
    return [
      figureOf(
        {
          name: "check-json-share",
          title: "`check`, JSON array: share of splitter + `JSON.parse`, CPU",
          goal: atLeast(0.2),
          note,
        },
        ratios(alone, check, "cpuSeconds"),
      ),
    ];
  },
};

/** Files with something wrong everywhere, against the sound file of the same size. */
export const faultyFiles: Bench = {
  figures: ["one-sku", "all-faulty"],
  async measure(setting) {
    const { folder, length, repetitions } = setting;
    const rows = length === "quick" ? 5000 : setting.rows;
    const check = async (name: string, exitCode: number, options: Parameters<typeof writeProducts>[1]) => {
      await writeProducts(join(folder, `${name}.csv`), options);
      const job = await writeJob(folder, `${name}.csv`, "products");
      const state = join(folder, `check-${name}`);
      return () => callProgram(setting, ["check", job, "--state", state], { exitCodes: [exitCode] });
    };
    const { sound, oneSku, allFaulty } = await interleaved(repetitions, {
      sound: await check("sound", 0, { rows }),
      oneSku: await check("one-sku", 3, { rows, oneSku: true }),
      allFaulty: await check("all-faulty", 3, { rows, allFaulty: true }),
    });
    const count = rows.toLocaleString("en");
    return [
      figureOf(
        { name: "one-sku", title: `${count} rows of one SKU ÷ the sound file, CPU`, goal: atMost(2) },
        ratios(oneSku, sound, "cpuSeconds"),
      ),
      figureOf(
        {
          name: "all-faulty",
          title: `${(2 * rows).toLocaleString("en")} distinct problems in ${count} rows ÷ the sound file, CPU`,
          goal: atMost(2),
        },
        ratios(allFaulty, sound, "cpuSeconds"),
      ),
    ];
  },
};

/** What stays resident when the file grows. */
export const memory: Bench = {
  figures: ["memory-growth", "memory-peak"],
  takesLong: true,
  async measure(setting) {
    const { folder, length } = setting;
    const [few, many] = length === "quick" ? [20_000, 100_000] : [100_000, length === "long" ? 5_000_000 : 1_000_000];
    const check = async (rows: number) => {
      await writeProducts(join(folder, `${rows}.csv`), { rows });
      const job = await writeJob(folder, `${rows}.csv`, "products");
      return () => callProgram(setting, ["check", job, "--state", join(folder, `check-${rows}`)]);
    };
    // The large file once: it has had every chance to grow.
    const { small, large } = await interleaved(1, { small: await check(few), large: await check(many) });
    const sizes = `${few.toLocaleString("en")} → ${many.toLocaleString("en")} rows`;
    return [
      figureOf(
        { name: "memory-growth", title: `peak RSS of \`check\`, ${sizes}: growth`, goal: atMost(1.15) },
        ratios(large, small, "peakMb"),
      ),
      figureOf(
        { name: "memory-peak", title: "the same, peak", unit: "MB", goal: atMost(300) },
        large.map(({ peakMb }) => peakMb),
      ),
    ];
  },
};
