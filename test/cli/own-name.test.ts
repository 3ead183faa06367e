// How the program says that it is called: what it prints has to work when somebody pastes it.
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ownName } from "../../src/cli/world/own-name.ts";
import { jobFolder } from "../staging/job-folder.ts";

const npm = { npm_command: "exec" };

it("is the name on the path, npx, or node with the file", async () => {
  await using folder = await jobFolder({ "package/dist/cli/bin.js": "", "work/a.csv": "", "global/other": "" });
  const at = (path: string): string => join(folder.path, path);
  const script = at("package/dist/cli/bin.js");
  const link = async (path: string): Promise<string> => {
    await mkdir(join(at(path), ".."), { recursive: true });
    await symlink(script, at(path));
    return at(path);
  };
  const cwd = at("work");
  expect(ownName({ script, cwd, env: { PATH: at("global") } })).toBe("node ../package/dist/cli/bin.js");
  expect(ownName({ script, cwd: at("package"), env: {} })).toBe("node dist/cli/bin.js");
  expect(ownName({ script: undefined, cwd, env: {} })).toBe("luminous-import");

  const named = await link("global/luminous-import");
  expect(ownName({ script: named, cwd, env: { PATH: `${at("none")}:${at("global")}` } })).toBe("luminous-import");

  // npm puts the folder of a project's commands before the path, for what it starts itself.
  const local = await link("work/node_modules/.bin/luminous-import");
  const path = { PATH: at("work/node_modules/.bin"), ...npm };
  expect(ownName({ script: local, cwd, env: path })).toBe("npx luminous-import");
  expect(ownName({ script: local, cwd: at("work/sub"), env: path })).toBe("npx luminous-import");

  const cached = await link("cache/_npx/12ab/node_modules/.bin/luminous-import");
  const asked = JSON.stringify({ _npx: { packages: ["/tmp/my files/luminous-import-0.2.0.tgz"] } });
  await writeFile(at("cache/_npx/12ab/package.json"), asked);
  expect(ownName({ script: cached, cwd: at("package"), env: npm })).toBe(
    "npx '/tmp/my files/luminous-import-0.2.0.tgz'",
  );
});

it("is not another program of that name", async () => {
  await using folder = await jobFolder({ "a/luminous-import": "", "dist/bin.js": "" });
  const script = join(folder.path, "dist/bin.js");
  expect(ownName({ script, cwd: folder.path, env: { PATH: join(folder.path, "a") } })).toBe("node dist/bin.js");
});
