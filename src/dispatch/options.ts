// What dispatch is given. The defaults are not here: a default lives once, in the job's schema.
import type { Line } from "../api/line.ts";
import type { ApiOptions } from "../api/options.ts";
import type { ImportError } from "../model/error.ts";
import type { JobChannel } from "../model/job-channel.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { Problem } from "../model/problem.ts";
import type { ExistingPolicy, ResourceName } from "../model/resource.ts";
import type { DispatchEvent } from "./events.ts";

/** The work, beside the account, the bounds and the outside world. */
export interface DispatchOptions extends ApiOptions {
  /** The line to the account where one is open already; its opener closes it. */
  readonly line?: Line;
  readonly ledger: Ledger;
  readonly run: number;
  readonly existing: Readonly<Record<ResourceName, ExistingPolicy>>;
  /** Whether entries may go whose SKUs neither the job nor a lookup knows. Ids that have to be filled in never may. */
  readonly missingReferences: "block" | "send";
  readonly guard: OrderGuard;
  /** Ask the API again even for what was accepted. */
  readonly force: boolean;
  /** The plan that is done, by its id in the ledger: what is not as the plan saw it is not sent. */
  readonly plan?: number;
  /** What earlier runs made is looked up again before it is updated. A plan is made so, and done so. */
  readonly rereads?: boolean;
  /** Told when that begins, and at its end how many updates it spared. */
  readonly onReread?: (reread: { readonly isOver: boolean; readonly spared: number }) => void;
  /** Is told why the run's orders may not go, in place of the end of the run: for whoever sends nothing. */
  readonly onRefused?: (refused: ImportError) => void;
  /** A pilot: only the first so many entries, with what they need. See `PilotChoice`. */
  readonly limit?: number;
  /** Stop when the API has refused, or failed to answer for, more entries than this. */
  readonly maxErrors?: number;
  /** Translates payload paths of an API refusal to cells. */
  readonly locate: (entryId: number, problems: readonly Problem[]) => Promise<readonly Problem[]>;
  readonly onEvent: (event: DispatchEvent) => void;
}

/** What the job says about the channels of its orders. */
export interface OrderGuard {
  /** Made when missing. */
  readonly channel: JobChannel | undefined;
  /** Whether orders may go into a channel that pushes them on. */
  readonly orderPush: "refuse" | "allow";
  /** Open orders that are older are warned about. */
  readonly openOrderDays: number;
}
