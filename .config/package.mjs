// Makes gilscope.vsix, or the file that is named: the same bytes from the same sources, whenever and by whomever it is made.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const vsce = createRequire(import.meta.url).resolve("@vscode/vsce/vsce");
const [out = "gilscope.vsix"] = process.argv.slice(2);

/** Some time for all files, in UTC: ZIP files hold local times. In seconds; with it, the packager sorts the files, too. */
const reproducible = { SOURCE_DATE_EPOCH: String(Date.UTC(2020, 0, 1) / 1000), TZ: "UTC" };

// The modes of built files are in the package.
process.umask(0o022);
for (const words of [
  [join(root, ".config/build.mjs"), "--production"],
  [vsce, "package", "--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links", "--out", out],
]) {
  const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: "inherit", env: { ...process.env, ...reproducible } });
  if (status !== 0) process.exit(status ?? 1);
}
