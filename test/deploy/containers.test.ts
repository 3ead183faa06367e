// deploy/docker and deploy/kubernetes. No container is built here: the image's steps are read, its install and its health check are
// run, and what it installed does a night as a user whom the system does not know.
import { execFile } from "node:child_process";
import { chmod, chown, mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { buildProgram } from "../../src/cli/program.ts";
import type { CommandWorld } from "../../src/cli/world/world.ts";
import { openPacked } from "../e2e/packed.ts";
import { openJobFolder, template } from "./templates.ts";

const command = promisify(execFile);
const stranger = 12_345;

/** The instructions of the Dockerfile in their order. */
async function instructions(): Promise<readonly { readonly name: string; readonly rest: string }[]> {
  const text = (await template("docker/Dockerfile")).replaceAll(/^#.*\n/gm, "").replaceAll(/\\\n\s*/g, "");
  return text
    .trim()
    .split("\n")
    .map((line) => ({ name: line.split(" ")[0] ?? "", rest: line.slice(line.indexOf(" ") + 1) }));
}

async function only(name: string): Promise<string> {
  const found = (await instructions()).filter((each) => each.name === name);
  expect(found, name).toHaveLength(1);
  return found[0]?.rest ?? "";
}

describe("the Dockerfile", () => {
  it("starts from a slim Node that we run on, installs no compiler, and ends as a user who is not root", async () => {
    const steps = await instructions();
    const [, major = ""] = /^node:(\d+)-[a-z]+-slim$/.exec(await only("FROM")) ?? [];
    expect(Number(major)).toBeGreaterThanOrEqual(20);
    const runs = steps.filter(({ name }) => name === "RUN").map(({ rest }) => rest);
    expect(runs.filter((run) => /\b(apt|apk|gcc|g\+\+|make|python3?|node-gyp|curl|wget)\b/.test(run))).toEqual([]);
    const users = steps.filter(({ name }) => name === "USER").map(({ rest }) => rest);
    expect(users).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
    expect(steps.slice(steps.findIndex(({ name }) => name === "USER")).filter(({ name }) => name === "RUN")).toEqual(
      [],
    );
    expect(await only("VOLUME")).toBe(await only("WORKDIR"));
    expect(steps.filter(({ rest }) => /API_KEY|TOKEN=/i.test(rest))).toEqual([]);
  });

  it("installs a package that does a night as any user, with no home, and compiles nothing", {
    timeout: 180_000,
  }, async ({ skip }) => {
    skip(process.getuid?.() !== 0, "only root can become another user");
    await using packed = await openPacked();
    const prefix = await mkdtemp(join(tmpdir(), "luminous-import-image-"));
    try {
      await chmod(prefix, 0o755);
      // What follows the install cleans the image, not this machine.
      const [install = ""] = (await only("RUN")).split(" && ");
      expect(install).toMatch(/^npm install --global --ignore-scripts /);
      const line = install.replace("/tmp/package/", `${packed.folder}/`);
      const done = await command("sh", ["-c", `${line} --prefix '${prefix}' --prefer-offline`]).catch((error) => error);
      skip(
        /EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT/.test(done.stderr),
        "the registry of packages cannot be reached",
      );
      expect(done.stderr).not.toMatch(/npm error/i);

      await using job = await openJobFolder();
      await job.drop("products.csv", "CUP-1,Blue cup,Cups,12.50");
      const { folder } = job.project;
      await command("chown", ["-R", `${stranger}:${stranger}`, folder]);
      await chown(folder, stranger, stranger);
      const program = join(prefix, "bin/luminous-import");
      const args = [program, "drop", "import.yaml", "--quiet", "--token-file", "token"];
      const { stderr } = await command(process.execPath, args, {
        cwd: folder,
        env: { HOME: "/nonexistent" },
        uid: stranger,
        gid: stranger,
      });
      expect(stderr).not.toContain("defect");
      expect(job.sandbox.records("products").map(({ key }) => key)).toEqual(["CUP-1"]);
      expect(await readdir(join(folder, "in"))).not.toContain("products.csv");
    } finally {
      await rm(prefix, { recursive: true, force: true });
    }
  });

  it("has a health check that is well, unwell and unwell without an answer", async () => {
    const check = (await only("HEALTHCHECK")).replace(/^.* CMD /, "");
    const [node, flag, script = ""] = JSON.parse(check) as readonly string[];
    expect([node, flag]).toEqual(["node", "-e"]);
    const listened = /--listen", "([\d.:]+)"/.exec(await only("CMD"))?.[1] ?? "";
    expect(script).toContain(`http://${listened}/healthz`);
    const server = createServer((request, response) => {
      response.statusCode = request.url === "/healthz" && isWell ? 200 : 503;
      response.end();
    });
    let isWell = true;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const here = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const asked = () =>
      command(process.execPath, ["-e", script.replace(listened, here)]).then(
        () => 0,
        ({ code }) => code,
      );
    expect(await asked()).toBe(0);
    isWell = false;
    expect(await asked()).toBe(1);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await asked()).toBe(1);
  });
});

describe("the CronJob", () => {
  it("never lets two nights overlap, tries only an outage again, and runs as nobody in particular", async () => {
    const documents = parseAllDocuments(await template("kubernetes/cronjob.yaml"));
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    const [claim, cronJob] = documents.map((document) => document.toJS());
    expect(claim).toMatchObject({ kind: "PersistentVolumeClaim", spec: { accessModes: ["ReadWriteOnce"] } });
    expect(cronJob).toMatchObject({ apiVersion: "batch/v1", kind: "CronJob", spec: { concurrencyPolicy: "Forbid" } });
    expect(cronJob.spec.schedule).toMatch(/^([\d*/,-]+ ){4}[\d*/,-]+$/);
    const { template: pod, podFailurePolicy } = cronJob.spec.jobTemplate.spec;
    const [container] = pod.spec.containers;
    expect(podFailurePolicy.rules).toEqual([
      {
        action: "FailJob",
        onExitCodes: { containerName: container.name, operator: "In", values: [1, 2, 3, 5] },
      },
    ]);
    // What Kubernetes asks for where a policy of failures is said.
    expect(pod.spec.restartPolicy).toBe("Never");
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: expect.any(Number) });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    const volumes = new Map(pod.spec.volumes.map((each: { name: string }) => [each.name, each]));
    expect(container.volumeMounts.map(({ name }: { name: string }) => volumes.has(name))).not.toContain(false);
    expect(volumes.get("import")).toMatchObject({ persistentVolumeClaim: { claimName: claim.metadata.name } });
    const paths = container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath);
    expect(paths).toContain(await only("WORKDIR"));
    expect(paths).toEqual(expect.arrayContaining(["/tmp", "/var/tmp"]));
    expect(JSON.stringify(cronJob)).not.toContain("API_KEY");
  });
});

it("every option in a template is one of the command", async () => {
  const drop = buildProgram({} as CommandWorld, () => {}).commands.find((each) => each.name() === "drop");
  const known = drop?.options.map(({ long }) => long);
  const names = (await readdir(join(import.meta.dirname, "../../deploy"), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const used = await Promise.all(
    names.map(async (path) => {
      const lines = (await template(path.split("/deploy/")[1] ?? "")).split("\n");
      return lines
        .filter((line) => /\bdrop\b.*import\.yaml/.test(line))
        .flatMap((line) => line.match(/--[a-z-]+/g) ?? []);
    }),
  );
  const options = [...new Set(used.flat())].filter((option) => !/^--(user|read-only|tmpfs|volume)$/.test(option));
  expect(options.length).toBeGreaterThan(3);
  expect(options.filter((option) => !known?.includes(option))).toEqual([]);
});
