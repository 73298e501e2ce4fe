// Runs the built tests, all or those whose path holds one of the arguments: `npm test -- cli markdown`. Node 20's runner takes no patterns, and
// given the folder it would run every chunk in it; of its own accord it leaves a core idle, which is half of the machine where there are two.
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
const wanted = process.argv.slice(2);

/** Tests that take long come first: one of them that starts last leaves the other cores idle. */
const longest = [
  "analysis/changes",
  "fixes/fixes",
  "metamorphic/metamorphic",
  "lsp/languages",
  "faults/faults",
  "cli/cache",
  "fuzz/fuzz",
  "cli/process",
];
const rank = (file) => {
  const at = longest.findIndex((name) => file.endsWith(`${name}.test.mjs`));
  return at === -1 ? longest.length : at;
};

const files = globSync(["out/test/**/*.test.mjs"], { cwd: root, ignore: ["out/test/{e2e,bench}/**"] })
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  .map((file) => join(root, file));
if (files.length === 0) {
  console.error(`no test matches ${wanted.join(" ")}`);
  process.exit(1);
}
// Most tests run a little of everything once. To optimise code as eagerly as V8 does for programs that go on for long takes them up to a quarter more of the
// processor than it saves, on the core that runs another test beside them. `run` hands this process's own flags on; not every version of V8 has this one.
const flag = "--interrupt-budget";
if (spawnSync(process.execPath, ["--v8-options"], { encoding: "utf8" }).stdout.includes(`${flag} (`))
  process.execArgv.push(`${flag}=1000000`);
// Two of them may write to the same file what they keep there: one at a time.
run({ files, concurrency: process.env.UPDATE ? 1 : availableParallelism() })
  .on("test:fail", () => {
    process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
