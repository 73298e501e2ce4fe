import { spawnSync } from "node:child_process";

/*
 * Asks the registry whether advisories are known of the packages in the lock file. Only findings are a failure: a registry that cannot be reached,
 * or answers no such question, says nothing of the packages, and is said to have said nothing.
 */

const { stdout, stderr } = spawnSync("npm", ["audit", "--json"], { encoding: "utf8", shell: process.platform === "win32" });
const found = countsIn(stdout ?? "");
if (found === undefined) {
  const reason = (stderr ?? "").split("\n").find((line) => /audit|ERR|error/i.test(line)) ?? "npm gave no report";
  console.log(`NOT AUDITED: the registry could not be asked for advisories (${reason.trim()}).`);
} else {
  const total = Object.values(found.counts).reduce((sum, count) => sum + count, 0);
  if (total > 0) {
    for (const { name, severity, range } of found.packages) console.log(`${severity}: ${name} ${range}`);
    process.exitCode = 1;
  }
  console.log(`${found.dependencies} packages audited, ${total} with advisories.`);
}

/** What the report says; undefined where it is none. */
function countsIn(text) {
  try {
    const { metadata, vulnerabilities } = JSON.parse(text);
    const { info, low, moderate, high, critical } = metadata.vulnerabilities;
    return {
      counts: { info, low, moderate, high, critical },
      packages: Object.values(vulnerabilities),
      dependencies: metadata.dependencies.total,
    };
  } catch {
    return undefined;
  }
}
