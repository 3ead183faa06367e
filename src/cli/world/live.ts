// The figures of a run on one of the process's terminals, redrawn by a timer too: a pause counts down while nothing happens.
import { systemClock } from "../../model/clock.ts";
import { createDisplay } from "../../report/live/display.ts";
import type { RunFigures } from "../../report/live/run-figures.ts";
import type { CommandWorld, Terminal } from "./world.ts";

/** What is shown, and how. */
export interface LiveOptions {
  readonly env: CommandWorld["env"];
  readonly figures: () => RunFigures;
  /** Lines instead of a panel, also on a terminal. */
  readonly isPlain?: boolean;
  readonly isQuiet?: boolean;
}

/** Figures on a terminal; they go out of the way of whoever else writes there. Disposing takes the panel off and ends the timer, which keeps no process alive. */
export interface Live extends Disposable {
  update(): void;
}

const tickMs = 250;

/** Shows figures on a terminal until it is disposed. */
export function createLive(terminal: Terminal, options: LiveOptions): Live {
  const { env, figures, isPlain = false, isQuiet = false } = options;
  const display = createDisplay({
    stream: {
      write: terminal.control,
      get columns() {
        return terminal.columns;
      },
      get rows() {
        return terminal.rows;
      },
    },
    canRedraw: canRedraw(terminal, env) && !isPlain,
    colour: hasColour(env),
    figures,
    clock: systemClock,
  });
  let isOver = isQuiet;
  const update = (): void => {
    if (!isOver) display.update();
  };
  const timer = setInterval(update, tickMs);
  timer.unref();
  if (isQuiet) clearInterval(timer);
  terminal.makeWay(display.clear);
  return {
    update,
    [Symbol.dispose]() {
      isOver = true;
      clearInterval(timer);
      terminal.makeWay(undefined);
      display.clear();
    },
  };
}

/** True for a terminal whose cursor can be moved. */
export function canRedraw({ isTTY }: Pick<Terminal, "isTTY">, env: CommandWorld["env"]): boolean {
  return isTTY && env.TERM !== "dumb";
}

/** True unless NO_COLOR says otherwise (no-color.org: set and not empty). */
export function hasColour(env: CommandWorld["env"]): boolean {
  return (env.NO_COLOR ?? "") === "";
}
