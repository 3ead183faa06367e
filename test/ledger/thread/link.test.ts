import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { endsOf, openLink } from "../../../src/ledger/thread/link.ts";
import { errorOf, faultOf } from "../../../src/ledger/thread/wire.ts";
import { ImportError } from "../../../src/model/error.ts";

const question = { target: "runs", method: "list", parameters: [] };

describe("a thread that dies", () => {
  it.each([
    { how: "exits", does: "process.exit(1)", cause: undefined },
    { how: "throws", does: 'throw new Error("out of luck")', cause: "out of luck" },
  ])("rejects what waits for it when it $how, and all that comes later", async ({ does, cause }) => {
    const program = `require("node:worker_threads").parentPort.on("message", () => { ${does} });`;
    const link = openLink(endsOf(new Worker(program, { eval: true })), "the ledger's place");
    const pages = link.pages(question, "ahead");
    const answers = await Promise.allSettled([link.call(question), link.callNow(question), pages.next()]);
    answers.push(...(await Promise.allSettled([link.call(question), link.pages(question, "pages").next()])));
    for (const answer of answers) {
      if (answer.status !== "rejected") throw new Error("it was answered");
      expect(answer.reason).toBeInstanceOf(ImportError);
      expect(answer.reason).toMatchObject({
        code: "STATE_UNUSABLE",
        message: expect.stringContaining("the ledger's place"),
        hint: expect.stringContaining("run the same command again"),
      });
      expect(answer.reason.cause?.message).toBe(cause);
    }
    await link.close();
  });

  it("is not waited for when nothing is asked of it", async () => {
    const worker = new Worker("setInterval(() => {}, 1_000)", { eval: true });
    const held: boolean[] = [];
    const ends = endsOf(worker);
    const link = openLink({ ...ends, hold: (isHeld) => held.push(isHeld) }, "the ledger's place");
    const answer = link.call(question);
    expect(held).toEqual([true]);
    await worker.terminate();
    await expect(answer).rejects.toThrow("ended before its work was done");
  });
});

describe("a call", () => {
  it("that cannot be cloned is rejected and leaves the others alone", async () => {
    const program = `const { parentPort } = require("node:worker_threads");
      parentPort.on("message", (requests) => parentPort.postMessage(requests.map(({ id }) => ({ id, settled: { value: id } }))));`;
    const worker = new Worker(program, { eval: true });
    const link = openLink(endsOf(worker), "the ledger's place");
    await expect(link.callNow({ ...question, parameters: [() => {}] })).rejects.toThrow("could not be cloned");
    expect(await link.call(question)).toBe(2);
    await worker.terminate();
  });
});

describe("an error", () => {
  it("arrives as it was thrown, with its hint, its stack and what caused it", () => {
    const cause = Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR" });
    const thrown = new ImportError("STATE_FULL", "the ledger cannot grow", { hint: "make room", cause });
    const arrived = errorOf(structuredClone(faultOf(thrown)));
    expect(arrived).toBeInstanceOf(ImportError);
    expect(arrived).toMatchObject({
      code: "STATE_FULL",
      message: thrown.message,
      hint: "make room",
      stack: thrown.stack,
    });
    expect(arrived.cause).toMatchObject({ message: "disk I/O error", code: "SQLITE_IOERR" });
  });

  it("that is a defect stays one, with its stack", () => {
    const thrown = new TypeError("not a function");
    const arrived = errorOf(structuredClone(faultOf(thrown)));
    expect(arrived).not.toBeInstanceOf(ImportError);
    expect(arrived).toMatchObject({ message: thrown.message, stack: thrown.stack });
  });
});
