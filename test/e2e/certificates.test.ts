// Servers whose certificate is not what it should be. A run waits for them as for any server that is not there, sends
// nothing, and says what is wrong with which certificate and what to do; so does the doctor.
import { join } from "node:path";
import { expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { makeCertificate } from "../api/certificate.ts";
import { openSecureAccount } from "../api/proxied.ts";
import { jobText, openProject, outcomesOf, productsCsv } from "./program.ts";

it.concurrent.each([
  {
    what: "that signed itself",
    certificate: makeCertificate("localhost"),
    isKnown: false,
    says: "its certificate is not signed by anybody whom this machine trusts (DEPTH_ZERO_SELF_SIGNED_CERT)",
    hint: "NODE_EXTRA_CA_CERTS",
  },
  {
    what: "that has expired",
    certificate: makeCertificate("localhost", [-2, -1]),
    isKnown: true,
    says: "its certificate has expired (CERT_HAS_EXPIRED)",
    hint: "renew the certificate",
  },
  {
    what: "that is not valid yet",
    certificate: makeCertificate("localhost", [1, 2]),
    isKnown: true,
    says: "its certificate is not valid yet (CERT_NOT_YET_VALID)",
    hint: "Check the clock of this machine",
  },
  {
    what: "for another host",
    certificate: makeCertificate("other.test.invalid"),
    isKnown: true,
    says: "its certificate is for another host (ERR_TLS_CERT_ALTNAME_INVALID)",
    hint: "Check the host in LUMINOUS_BASE_URL",
  },
  {
    what: "of no kind: plain http answers",
    certificate: undefined,
    isKnown: false,
    says: "it does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER)",
    hint: "Check the port in LUMINOUS_BASE_URL",
  },
])("a certificate $what", async ({ certificate, isKnown, says, hint }) => {
  await using sandbox = await startSandbox();
  await using account =
    certificate === undefined ? await startSandbox() : await openSecureAccount(sandbox.port, certificate);
  await using project = await openProject(undefined, {
    "import.yaml": jobText({ products: { file: "a.csv", mapping: "products" } }, "", "outage_patience_minutes: 0.02"),
    "a.csv": productsCsv(3),
    "ca.pem": certificate?.cert ?? "",
  });
  const env = {
    LUMINOUS_BASE_URL: `https://localhost:${account.port}/external/api/v1`,
    ...(isKnown ? { NODE_EXTRA_CA_CERTS: join(project.folder, "ca.pem") } : {}),
  };
  const run = await project.report(["run", "import.yaml"], { env });
  expect([run.exitCode, outcomesOf(run.rows)]).toEqual([4, { pending: 3 }]);
  expect(run.summary.stopped?.message).toContain(says);
  expect(run.summary.stopped?.message).toContain(`${env.LUMINOUS_BASE_URL} (LUMINOUS_BASE_URL)`);
  expect(run.summary.stopped?.hint).toContain(hint);
  expect(run.stderr).toContain(says.replace(" (", ": "));
  const doctor = await project.call(["doctor", "import.yaml"], { env });
  expect(doctor.exitCode).not.toBe(0);
  for (const words of [says, hint]) expect(doctor.stdout.replace(/\s+/g, " ")).toContain(words);
  expect(sandbox.counts().started).toBe(0);
});
