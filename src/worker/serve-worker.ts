// `worker --listen`: what a worker serves of itself, and of all accounts of its database.
import { submissionsIn } from "../ledger/host.ts";
import type { LedgerAddress } from "../model/ledger/ledger-address.ts";
import { metricsPage, parseListen, type Serving, serve, statePage } from "../serve/serve.ts";
import type { WorkerHealth } from "./worker-health.ts";
import { createWorkerMetrics } from "./worker-metrics.ts";

/** Listens until it is disposed. Throws `ImportError("USAGE")` for an address that cannot be listened on. */
export async function serveWorker(
  listen: string,
  address: LedgerAddress,
  health: () => WorkerHealth,
): Promise<Serving> {
  const place = parseListen(listen);
  const submissions = await submissionsIn(address);
  try {
    const server = await serve(place, {
      "/metrics": metricsPage(createWorkerMetrics(submissions)),
      "/healthz": () => statePage(health(), true),
      "/readyz": () => statePage(health(), health().state === "working"),
    });
    return {
      url: server.url,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await submissions[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await submissions[Symbol.asyncDispose]();
    throw error;
  }
}
