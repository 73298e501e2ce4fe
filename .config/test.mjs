// Runs the built tests, all or those whose path holds one of the arguments: `npm test -- cli markdown`. Node 20's runner takes no patterns, and
// given the folder it would run every chunk in it.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const wanted = process.argv.slice(2);
const files = globSync(["out/test/**/*.test.mjs"], { cwd: root, ignore: ["out/test/{e2e,bench}/**"] })
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) {
  console.error(`no test matches ${wanted.join(" ")}`);
  process.exit(1);
}
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", "--test-reporter=spec", ...files], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
