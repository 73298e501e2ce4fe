import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

/* What `npm pack` makes, installed in an empty folder as whoever is given the file does it: without a network, and without anything of this checkout. */

let folder: string;

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], cwd: string): Outcome {
  const env = { ...process.env, NO_COLOR: "1", npm_config_offline: "true", npm_config_cache: join(folder, "cache") };
  return spawnSync(command, args, { cwd, env, encoding: "utf8", shell: process.platform === "win32", maxBuffer: 16 * 1024 * 1024 });
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), "gilscope-packed-"));
  // The sources stay behind; packing from here would build anew, without maps, while other tests use what is built.
  const source = join(folder, "source");
  mkdirSync(source);
  for (const name of ["dist", "syntaxes", "client", "l10n", "package.json", "README.md", "CHANGELOG.md", "LICENSE"])
    cpSync(name, join(source, name), { recursive: true, filter: (path) => !path.endsWith(".map") });
  for (const name of readdirSync(".").filter((each) => /^package\.nls/.test(each))) cpSync(name, join(source, name));
  const packed = run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], source);
  assert.equal(packed.status, 0, packed.stderr);
  rmSync(source, { recursive: true });
  mkdirSync(join(folder, "app"));
  writeFileSync(join(folder, "app", "package.json"), "{}");
  const file = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  const installed = run("npm", ["install", "--no-audit", "--no-fund", `../${file}`], join(folder, "app"));
  assert.equal(installed.status, 0, installed.stderr);
});
after(() => rmSync(folder, { recursive: true, force: true }));

test("the packed command line runs through npx, and needs no other package", () => {
  const app = join(folder, "app");
  assert.deepEqual(
    readdirSync(join(app, "node_modules")).filter((name) => !name.startsWith(".")),
    ["gilscope"],
  );
  writeFileSync(
    join(app, "a.py"),
    "import threading\n\nx = 0\n\ndef f():\n    return 1\n\ndef work():\n    global x\n    x += f()\n\nfor _ in range(4):\n    threading.Thread(target=work).start()\n",
  );
  const npx = (...args: readonly string[]): Outcome => run("npx", ["--no-install", "gilscope", ...args], app);
  const checked = npx("check", "a.py", "--no-cache");
  assert.equal(checked.status, 1, checked.stderr);
  assert.match(checked.stdout, /^a\.py:10:5 GIL201 /);
  assert.equal(npx("check", "a.py", "--no-cache", "--fail-on", "error").status, 0);
  assert.match(npx("explain", "GIL101").stdout, /cpu-bound-in-thread \(GIL101\)/);
  assert.match(npx("simulate", "a.py").stdout, /4 threads run `work`/);
  assert.equal(npx("check", "--no-such-option").status, 2);
});

test("nothing that only its makers need is packed, and what is packed was built for it", () => {
  assert.match(JSON.parse(readFileSync("package.json", "utf8")).scripts.prepack, /build\.mjs --production$/);
  const root = join(folder, "app", "node_modules", "gilscope");
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  assert.deepEqual(
    names.filter((name) => /\.ts$|^(test|server|node_modules|\.config)/.test(name)),
    [],
  );
});
