// Asking somebody at a terminal. What is asked is decided elsewhere; tests answer in place of a person.
import { setImmediate as nextTurn } from "node:timers/promises";
import { type CANCEL_SYMBOL, confirm, isCancel, log, select, text } from "@clack/prompts";
import { ImportError } from "../../model/error.ts";
import { visible, visibleLine } from "../../model/text/visible.ts";

/** One of several answers. */
export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
  /** A key that chooses it wherever the person is in the list. */
  readonly key?: string;
}

/** Questions to a person. Every one throws `ImportError("STOPPED")` when the person cancels with Ctrl-C or Esc. */
export interface Ask {
  say(message: string): void;
  confirm(message: string): Promise<boolean>;
  select<T extends string>(message: string, choices: readonly Choice<T>[], initial: T): Promise<T>;
  /** What was typed, trimmed; it may be nothing. */
  text(message: string, placeholder: string): Promise<string>;
}

/** The person at this process's terminal. The prompts write there themselves, so text is made visible here. */
export const terminalAsk: Ask = {
  say: (message) => log.message(visible(message)),
  async confirm(message) {
    await dropTypedKeys();
    return answered(await confirm({ message: visible(message) }));
  },
  async select(message, choices, initialValue) {
    const options = choices.map(({ value, label, hint }) => ({
      value,
      label: visibleLine(label),
      ...(hint === undefined ? {} : { hint: visibleLine(hint) }),
    }));
    await dropTypedKeys();
    using keys = watchKeys(choices);
    const asked = { message: visible(message), options, initialValue, maxItems: 12, signal: keys.signal };
    const picked = await select<string>(asked);
    const answer = keys.pressed() ?? answered(picked);
    const chosen = choices.find(({ value }) => value === answer);
    if (chosen === undefined) throw new Error(`"${answer}" was not offered`);
    return chosen.value;
  },
  async text(message, placeholder) {
    await dropTypedKeys();
    return answered(await text({ message: visible(message), placeholder, defaultValue: "" })).trim();
  },
};

/** What was typed before a question could be read answers nothing; Ctrl-C is heard all the same. */
async function dropTypedKeys(): Promise<void> {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  let typed = "";
  const onData = (keys: Buffer | string): void => {
    typed += keys.toString();
  };
  stdin.setRawMode(true);
  stdin.on("data", onData).resume();
  // What the terminal holds is there in the next turn of the event loop; it may come in two pieces.
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  stdin.off("data", onData).pause();
  stdin.setRawMode(false);
  if (typed.includes("\u0003")) throw cancelled();
}

/** Ends the question when a key is pressed that one of the choices has. */
function watchKeys<T extends string>(choices: readonly Choice<T>[]) {
  const stop = new AbortController();
  let pressed: T | undefined;
  const onKey = (text: string | undefined): void => {
    pressed = choices.find(({ key }) => key !== undefined && key === text)?.value;
    if (pressed !== undefined) stop.abort();
  };
  process.stdin.on("keypress", onKey);
  return {
    signal: stop.signal,
    pressed: () => pressed,
    [Symbol.dispose]: () => {
      process.stdin.off("keypress", onKey);
    },
  };
}

function answered<T>(answer: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(answer)) throw cancelled();
  return answer;
}

/** What a cancelled question throws. */
export function cancelled(): ImportError {
  return new ImportError("STOPPED", "cancelled: nothing was written");
}
