// An account that is only reached through a proxy, as companies have them: everything goes through it, nothing shows its
// password, and where it refuses nothing was sent.
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { hostname, openProxy, openSecureAccount } from "../api/proxied.ts";
import { jobText, openProject, outcomesOf, type Project, productsCsv } from "./program.ts";

const password = "pr0xy-passw0rd";

interface Behind extends AsyncDisposable {
  readonly project: Project;
  readonly sandbox: Sandbox;
  readonly proxyPort: number;
  readonly asked: readonly { readonly to: string; readonly authorization: string | undefined }[];
  readonly env: Readonly<Record<string, string>>;
}

/** A sandbox behind TLS behind a proxy, and a job for it. */
async function behindProxy(limits = "requests_per_second: 1000, concurrency: 4, read_lag_seconds: 0"): Promise<Behind> {
  const sandbox = await startSandbox({ latencyMs: 20 });
  const account = await openSecureAccount(sandbox.port);
  const proxy = await openProxy({ kind: "tunnel", toPort: account.port });
  const products = { products: { file: "products.csv", mapping: "products" } };
  const project = await openProject(undefined, {
    "import.yaml": jobText(products, "", limits),
    "products.csv": productsCsv(40),
    "ca.pem": account.certificate.cert,
  });
  return {
    project,
    sandbox,
    proxyPort: proxy.port,
    asked: proxy.asked,
    env: {
      LUMINOUS_BASE_URL: `https://${hostname}/external/api/v1`,
      NODE_EXTRA_CA_CERTS: join(project.folder, "ca.pem"),
      HTTPS_PROXY: `http://me:${password}@127.0.0.1:${proxy.port}`,
    },
    async [Symbol.asyncDispose]() {
      for (const open of [project, proxy, account, sandbox]) await open[Symbol.asyncDispose]();
    },
  };
}

it("a run, its audit and the doctor go through it, with its user and password, which nothing shows", async () => {
  await using at = await behindProxy();
  const run = await at.project.report(["run", "import.yaml", "--log-file", "-"], { env: at.env });
  expect([run.exitCode, outcomesOf(run.rows)]).toEqual([0, { accepted: 40 }]);
  // Several side by side, as many as the machine can at once, and never more than the job allows.
  const { maxInFlight } = at.sandbox.counts();
  expect([maxInFlight > 1, maxInFlight <= 4]).toEqual([true, true]);
  const audit = await at.project.call(["audit", "import.yaml", "--verify", "5"], { env: at.env });
  expect(audit.exitCode).toBe(0);
  const doctor = await at.project.call(["doctor", "import.yaml"], { env: at.env });
  expect(doctor.stdout.replace(/\s+/g, " ")).toContain(
    `https://${hostname}/external/api/v1 (LUMINOUS_BASE_URL) through the proxy http://127.0.0.1:${at.proxyPort} (HTTPS_PROXY)`,
  );
  expect(new Set(at.asked.map(({ to }) => to))).toEqual(new Set([`${hostname}:443`]));
  const authorization = `Basic ${Buffer.from(`me:${password}`).toString("base64")}`;
  expect(at.asked.every((asked) => asked.authorization === authorization)).toBe(true);
  for (const { stdout, stderr } of [run, audit, doctor]) expect(stdout + stderr).not.toContain(password);
});

it("is not asked where NO_PROXY names the account", async () => {
  await using at = await behindProxy();
  const env = { ...at.env, NO_PROXY: ".test.invalid" };
  const doctor = await at.project.call(["doctor", "import.yaml"], { env });
  expect(doctor.exitCode).toBe(4);
  expect(doctor.stdout.replace(/\s+/g, " ")).toContain(`the name ${hostname} is not known`);
  expect(at.asked).toEqual([]);
});

it("that wants another password ends the run with everything pending, and the doctor says what it wants", async () => {
  await using at = await behindProxy("requests_per_second: 1000, outage_patience_minutes: 0.02");
  await using refusing = await openProxy({ kind: "refuse", status: 407 });
  const env = { ...at.env, HTTPS_PROXY: refusing.url.replace("//", `//me:${password}@`) };
  const run = await at.project.report(["run", "import.yaml", "--log-file", "-"], { env });
  expect([run.exitCode, outcomesOf(run.rows)]).toEqual([4, { pending: 40 }]);
  expect(run.summary.stopped?.message).toContain("PROXY_HTTP_407");
  const doctor = await at.project.call(["doctor", "import.yaml"], { env });
  expect(doctor.exitCode).toBe(4);
  const said = doctor.stdout.replace(/\s+/g, " ");
  expect(said).toContain("the proxy wants a user and a password, or others (HTTP 407)");
  expect(said).toContain("→ Put them into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT.");
  expect(run.stdout + run.stderr + doctor.stdout + doctor.stderr).not.toContain(password);

  const again = await at.project.report(["run", "import.yaml"], { env: at.env });
  expect([again.exitCode, outcomesOf(again.rows)]).toEqual([0, { accepted: 40 }]);
  expect(at.sandbox.counts()).toMatchObject({ duplicates: { products: 0 } });
});

it("does not make an unknown certificate known", async () => {
  await using at = await behindProxy("requests_per_second: 1000, outage_patience_minutes: 0.02");
  const { NODE_EXTRA_CA_CERTS: _, ...env } = at.env;
  const run = await at.project.report(["run", "import.yaml"], { env });
  expect([run.exitCode, outcomesOf(run.rows)]).toEqual([4, { pending: 40 }]);
  const open = await at.project.call(["run", "import.yaml"], { env: { ...env, NODE_TLS_REJECT_UNAUTHORIZED: "0" } });
  expect(open.exitCode).toBe(2);
  expect(open.stderr).toContain("NODE_EXTRA_CA_CERTS");
  expect(at.sandbox.counts().started).toBe(0);
});
