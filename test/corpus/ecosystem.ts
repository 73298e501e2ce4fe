import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { runMeasured } from "../bench/measured-process.js";
import {
  type CheckedPackage,
  type EcosystemFinding,
  findingLine,
  readSnapshot,
  snapshotText,
  speedTable,
  totals,
} from "./ecosystem-snapshot.js";

/*
 * Checks the packages that `ecosystem.txt` names and says what is found in them now and was not before, and the other way round:
 *
 *     npm run ecosystem [-- --update] [--only NAME] [--folder FOLDER] [--results FOLDER]
 *
 * A package is copied from the site-packages of `PYTHON` (`python3` without it) or downloaded by its pip, once, and kept in the folder, which is one
 * of the system's temporary folders by default. Nothing of it is run. `--update` writes what is found now to `ecosystem-findings.txt` and what it
 * took to `ecosystem.md`, for packages that are at hand; what it says of others stays. In the folder of results, what was found in each package is kept
 * with its message and line, for whoever reads it, and is not looked for again: a run that was cut off goes on where it was.
 */

const run = promisify(execFile);
const list = resolve("test/corpus/ecosystem.txt");
const snapshotFile = resolve("test/corpus/ecosystem-findings.txt");
const speedFile = resolve("test/corpus/ecosystem.md");
const fetcher = resolve("test/corpus/fetch_package.py");
const cli = resolve("dist/cli.js");

/** The longest that one package may take, ms. */
const patience = 600_000;

async function main(args: readonly string[]): Promise<void> {
  const only = optionOf(args, "only") ?? "";
  const folder = resolve(optionOf(args, "folder") ?? join(tmpdir(), "gilscope-ecosystem"));
  const results = optionOf(args, "results");
  await mkdir(folder, { recursive: true });
  if (results !== undefined) await mkdir(results, { recursive: true });
  const requirements = (await readFile(list, "utf8")).split("\n").filter((line) => line !== "" && line.includes(only));
  const before = existsSync(snapshotFile) ? readSnapshot(await readFile(snapshotFile, "utf8")) : new Map<string, CheckedPackage>();
  const checked: CheckedPackage[] = [];
  const absent: string[] = [];
  const crashed: string[] = [];
  let changes = 0;
  for (const requirement of requirements) {
    const problem = await fetchPackage(requirement, join(folder, requirement));
    if (problem !== undefined) {
      absent.push(problem);
      continue;
    }
    const kept = results === undefined ? undefined : join(results, `${requirement}.json`);
    const isKept = kept !== undefined && existsSync(kept);
    const result = isKept
      ? (JSON.parse(await readFile(kept, "utf8")) as CheckedPackage)
      : await checkPackage(requirement, join(folder, requirement));
    if ("crash" in result) {
      crashed.push(`${requirement}: ${result.crash}`);
      console.log(`${requirement}: CRASH ${result.crash}`);
      continue;
    }
    if (kept !== undefined && !isKept) await writeFile(kept, JSON.stringify(result, undefined, 1));
    checked.push(result);
    const { lines, milliseconds, peakMemory, findings } = result;
    const took = `${(milliseconds / 1000).toFixed(1)} s, ${Math.round(peakMemory / 1e6)} MB`;
    console.log(`${requirement}: ${lines} lines, ${findings.length} findings, ${took}`);
    for (const line of differences(before.get(requirement), result)) {
      console.log(`  ${line}`);
      changes++;
    }
  }
  const sum = totals(checked);
  console.log(
    `\n${checked.length} packages, ${sum.files} files, ${sum.lines} lines, ${sum.findings} findings; ${crashed.length} crashes, ${changes} differences.`,
  );
  if (absent.length > 0) console.log(`${absent.length} packages are not at hand, and nothing is said of them:\n  ${absent.join("\n  ")}`);
  for (const crash of crashed) console.log(`CRASH ${crash}`);
  if (args.includes("--update")) {
    const wanted = new Set((await readFile(list, "utf8")).split("\n"));
    const merged = new Map([...before, ...checked.map((each) => [each.requirement, each] as const)].filter(([name]) => wanted.has(name)));
    await writeFile(snapshotFile, snapshotText([...merged.values()]));
    if (only === "") await writeFile(speedFile, speedTable(checked, new Date().toISOString().slice(0, 10)));
  } else if (changes > 0) console.log("`npm run ecosystem -- --update` takes them over, once somebody has read them.");
  if (crashed.length > 0 || checked.length === 0 || (changes > 0 && !args.includes("--update"))) process.exitCode = 1;
}

/** Why the package cannot be had; undefined where it is in the folder. */
async function fetchPackage(requirement: string, folder: string): Promise<string | undefined> {
  if (existsSync(folder)) return undefined;
  try {
    await run(process.env.PYTHON ?? "python3", [fetcher, requirement, folder]);
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
    return (stderr || message).trim().split("\n").pop() ?? requirement;
  }
}

interface JsonOutput {
  readonly findings: readonly (EcosystemFinding & { readonly start: { readonly line: number }; readonly message: string })[];
  readonly problems: readonly { readonly path: string; readonly message: string }[];
  readonly summary: { readonly files: number; readonly lines: number };
}

async function checkPackage(requirement: string, folder: string): Promise<CheckedPackage | { readonly crash: string }> {
  // What whoever runs this has measured of their machine, or set in their folders, must not count.
  const settings = await mkdtemp(join(tmpdir(), "gilscope-ecosystem-settings-"));
  try {
    const options = ["--format", "json", "--fail-on", "never", "--no-cache", "--cores", "4", "--target", "cpython-3.13,cpython-3.14t"];
    const { exitCode, output, milliseconds, peakMemory } = await runMeasured(cli, ["check", ".", ...options], {
      folder,
      variables: { XDG_CONFIG_HOME: settings, APPDATA: settings },
      patience,
    });
    if (exitCode !== 0) return { crash: exitCode === -1 ? `ended after ${patience / 1000} s` : `exit code ${exitCode}` };
    const { findings, problems, summary } = JSON.parse(output) as JsonOutput;
    const failure = problems.find(({ message }) => message.includes("internal error"));
    if (failure) return { crash: `${failure.path} ${failure.message}` };
    return { requirement, ...summary, problems: problems.length, findings, milliseconds, peakMemory };
  } finally {
    await rm(settings, { recursive: true, force: true });
  }
}

/** What is found now and was not before, with its message, and what was found before. */
function differences(before: CheckedPackage | undefined, { findings, problems }: CheckedPackage): readonly string[] {
  const lines = new Map(findings.map((finding) => [findingLine(finding), finding as JsonOutput["findings"][number]]));
  const known = new Set((before?.findings ?? []).map(findingLine));
  const gone = [...known].filter((line) => !lines.has(line));
  const added = [...lines].filter(([line]) => !known.has(line));
  return [
    ...gone.map((line) => `- ${line}`),
    ...added.map(([line, { start, message }]) => `+ ${line}\n      line ${start.line}: ${message}`),
    ...(before && before.problems !== problems ? [`${problems} problems instead of ${before.problems}`] : []),
  ];
}

function optionOf(args: readonly string[], name: string): string | undefined {
  const index = args.indexOf(`--${name}`);
  return index === -1 ? undefined : args[index + 1];
}

await main(process.argv.slice(2));
