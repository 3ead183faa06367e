// The steps and sizes of one evaluation of an expression. The engine bounds only the text of an expression, so what its
// evaluator runs is counted here: every node one step, and what a node gives by its size, so that comparing or searching
// long texts and lists costs what it takes. Sizes count what is shared as often as it is shared, as a comparison does.
import { Environment, type EvaluationError } from "@marcbachmann/cel-js";
import { maxListSize, maxMadeLength, maxSteps } from "../values/bounds.ts";
import { CellsView } from "./cells-view.ts";
import { fault } from "./own-fault.ts";

interface Meter {
  steps: number;
  fault: EvaluationError | undefined;
}

// Evaluations are synchronous, so there is one at a time.
let meter: Meter | undefined;

/** Runs one evaluation within its bounds; throws an `EvaluationError` in our words when it goes beyond them. */
export function withinBounds<T>(evaluate: () => T): T {
  const outer = meter;
  const own: Meter = { steps: 0, fault: undefined };
  meter = own;
  try {
    const value = evaluate();
    weigh(own, value, "made");
    if (typeof value === "object" && sizeOf(value, own) > maxMadeLength) throw exceed(own, resultMessage);
    return value;
  } finally {
    meter = outer;
  }
}

/** Adds steps for work that is done outside of the engine's nodes. */
export function addSteps(steps: number): void {
  if (meter !== undefined) charge(meter, steps);
}

const charactersPerStep = 32;

const stepsMessage = `the expression takes more than ${maxSteps.toLocaleString("en")} steps: make it simpler, without a map() or exists() inside another where it can be`;
const textMessage = `the expression makes a text of more than ${maxMadeLength.toLocaleString("en")} characters (1 MiB): take a part of the cell, for example by substring()`;
const listMessage = "the expression makes a list that is too large: 16 million elements and characters are the most";
const resultMessage = `the expression gives a list of more than ${maxMadeLength.toLocaleString("en")} elements and characters: filter() it first`;

function exceed(own: Meter, message: string): EvaluationError {
  own.fault ??= fault(message);
  return own.fault;
}

function charge(own: Meter, steps: number): void {
  own.steps += steps;
  if (own.steps > maxSteps) throw exceed(own, stepsMessage);
}

// What reads gives what is there already; what is accumulated was counted when it was made.
type Gives = "read" | "made" | "accumulated";

const givesOf: ReadonlyMap<unknown, Gives> = new Map([
  ...["value", "id", ".", ".?", "[]", "[?]"].map((op) => [op, "read"] as const),
  ...["accuPush", "accuValue", "accuInc", "?:"].map((op) => [op, "accumulated"] as const),
]);

function weigh(own: Meter, value: unknown, gives: Gives): void {
  if (typeof value === "string") {
    if (gives !== "read" && value.length > maxMadeLength) throw exceed(own, textMessage);
    charge(own, Math.floor(value.length / charactersPerStep));
  } else if (typeof value === "object" && value !== null && gives !== "accumulated") {
    const size = sizeOf(value, own);
    if (gives !== "read" && size > maxListSize) throw exceed(own, listMessage);
    charge(own, Math.floor(size / charactersPerStep));
  }
}

// A list grows while it is made: what was counted of it is not counted again.
const sizes = new WeakMap<object, { readonly length: number; readonly size: number }>();

function sizeOf(value: unknown, own: Meter): number {
  if (typeof value === "string") return 1 + value.length;
  if (typeof value !== "object" || value === null || value instanceof CellsView) return 1;
  if (value instanceof Uint8Array) return 1 + value.length;
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const known = sizes.get(value);
  if (known !== undefined && known.length === items.length) return known.size;
  let size = known?.size ?? 1;
  if (Array.isArray(value))
    for (let at = known?.length ?? 0; at < items.length; at += 1) size += sizeOf(items[at], own);
  else for (const item of Object.entries(value)) size += sizeOf(item, own);
  sizes.set(value, { length: items.length, size });
  return size;
}

watchEvaluators();

// Every node that another one needs is run by these two methods. A fault of ours is no value of `||`, `&&` or exists().
function watchEvaluators(): void {
  const evaluators: object = Object.getPrototypeOf(evaluatorOfAll());
  const run = methodOf(evaluators, "run");
  const tryRun = methodOf(evaluators, "tryEval");
  Reflect.defineProperty(evaluators, "run", {
    value: function (this: unknown, node: { readonly op?: unknown }, context: unknown): unknown {
      if (meter === undefined) return run.call(this, node, context);
      charge(meter, 1);
      const value = run.call(this, node, context);
      weigh(meter, value, givesOf.get(node.op) ?? "made");
      return value;
    },
  });
  Reflect.defineProperty(evaluators, "tryEval", {
    value: function (this: unknown, node: unknown, context: unknown): unknown {
      const value = tryRun.call(this, node, context);
      if (meter?.fault !== undefined) throw meter.fault;
      return value;
    },
  });
}

/** The engine calls functions on the evaluator that runs them; all evaluators are of one class. */
function evaluatorOfAll(): unknown {
  let evaluator: unknown;
  new Environment()
    .registerFunction(
      "self(): int",
      function (this: unknown) {
        evaluator = this;
        return 0n;
      },
      { async: false },
    )
    .evaluate("self()");
  return evaluator;
}

function methodOf(evaluators: object, name: string): (this: unknown, node: unknown, context: unknown) => unknown {
  const method: unknown = Reflect.get(evaluators, name);
  if (typeof method !== "function") throw new Error(`the expression engine has no ${name}() to count steps by`);
  return function (this: unknown, node, context) {
    return Reflect.apply(method, this, [node, context]);
  };
}
