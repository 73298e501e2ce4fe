import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { findSources, readSource } from "../../server/src/base/source-files.js";
import { newestTarget } from "../../server/src/base/target.js";
import { bareCall } from "../../server/src/knowledge/call-facts.js";
import { evaluate } from "../../server/src/knowledge/evaluate.js";
import { builtInKnowledge } from "../../server/src/knowledge/knowledge.js";
import { createNodeHost } from "../../server/src/main/node-host.js";
import { makePackedFacts } from "../../server/src/program/packed-facts.js";
import { rules } from "../../server/src/rules/index.js";
import type { Parser } from "../../server/src/syntax/parser.js";
import { pythonParser } from "../syntax/python-parser.js";
import { largeProgram } from "./large-program.js";
import { measurePanel } from "./panel.js";
import { measureServer, type TypedText } from "./server-session.js";
import { madeUpFile, measurePredictions, measureSimulations } from "./simulations.js";

/*
 * `npm run bench [-- FOLDER]`: what Gilscope costs, as ratios against what the parser alone costs in the same run on the same machine.
 * FOLDER defaults to the standard library of `python3`; folders of tests are left out. `-- . --simulations` measures the simulator alone,
 * `-- . --panel` what the timeline needs to follow a slider.
 */

const root = process.cwd();
const host = createNodeHost((message) => console.error(message));
const settings = { target: newestTarget, cores: 4, severities: {} };

/** Each measurement is repeated and the least time counts: everything that disturbs makes it longer. */
const repetitions = 3;

/** What is typed to measure edits, with its indentation. */
const statement = "        value = self.total + len(items)";

/** How many functions it is typed into. */
const functionsTypedInto = 6;

const [folderArgument, mode] = process.argv.slice(2);
const folder = folderArgument ? resolve(folderArgument) : standardLibrary();
if (mode === "--parse-only") await parseOnly();
else if (mode === "--simulations") reportSimulations(await pythonParser());
else if (mode === "--panel") reportPanel(await pythonParser());
else await bench();

async function bench(): Promise<void> {
  const files = await corpus();
  const lines = files.reduce((sum, { text }) => sum + text.split("\n").length, 0);
  console.log(`${files.length} files, ${lines} lines of ${folder}; Node ${process.version}, ${cpus().length} cores`);

  const cache = mkdtempSync(join(tmpdir(), "gilscope-bench-cache-"));
  process.env.XDG_CACHE_HOME = cache;
  process.env.LOCALAPPDATA = cache;
  const paths = files.map(({ path }) => path);
  const floors: number[] = [];
  const cold: Run[] = [];
  const unlinked: Run[] = [];
  const warm: Run[] = [];
  for (let i = 0; i < repetitions; i++) {
    floors.push(Number(runNode([fileURLToPath(import.meta.url), folder, "--parse-only"]).output));
    rmSync(cache, { recursive: true });
    cold.push(check(paths));
    rmSync(join(cache, "gilscope", "reports"), { recursive: true });
    unlinked.push(check(paths));
    warm.push(check(paths));
  }
  const floor = Math.min(...floors);
  console.log(`parse only, one thread      ${floor.toFixed(0)} ms`);
  const tell = (name: string, runs: readonly Run[], goal: string): void => {
    const milliseconds = Math.min(...runs.map((run) => run.milliseconds));
    const megabytes = Math.max(...runs.map((run) => run.megabytes));
    console.log(
      `${name.padEnd(27)} ${milliseconds.toFixed(0)} ms   ${(milliseconds / floor).toFixed(2)} × parse only   peak RSS ${megabytes.toFixed(0)} MB   ${goal}`,
    );
  };
  tell("check, nothing kept", cold, "(goal ≤ 1.2)");
  tell("check, only files are kept", unlinked, "");
  tell("check, nothing is new", warm, "(goal ≤ 0.35)");

  const parser = await pythonParser();
  const races = raceTimes(parser, files);
  console.log(`linking, races and locks    ${races.toFixed(0)} ms   ${(races / floor).toFixed(2)} × parse only   (goal ≤ 1)`);
  for (const [name, others] of [
    ["alone", []],
    ["beside the corpus", files],
  ] as const) {
    const times = editTimes(parser, others);
    console.log(
      `edit → findings, 2,000 lines ${name}: p50 ${percentile(times, 0.5).toFixed(1)} ms, p95 ${percentile(times, 0.95).toFixed(1)} ms   (goal p95 ≤ 50)`,
    );
  }
  benchLookup();
  const hovers = hoverTimes(parser, files);
  console.log(
    `hover on a call            p50 ${percentile(hovers, 0.5).toFixed(2)} ms, p95 ${percentile(hovers, 0.95).toFixed(2)} ms   (${hovers.length} calls, goal p95 ≤ 10)`,
  );
  console.log(`this process, peak RSS      ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB with the corpus open`);
  reportSimulations(parser);
  reportPanel(parser);
  await benchServer(files, floor);
  rmSync(cache, { recursive: true });
}

function reportSimulations(parser: Parser): void {
  const { eventsPerSecond, longWorkload, longWorkloadCold } = measureSimulations();
  console.log(`simulator                   ${(eventsPerSecond / 1e6).toFixed(1)} million events/s   (goal ≥ 2)`);
  console.log(
    `10 s of 64 threads          ${longWorkload.toFixed(1)} ms, ${longWorkloadCold.toFixed(1)} ms for the first time   (goal ≤ 100)`,
  );
  // Of the library's files of 1,600 to 2,500 lines, its tests included, the one with the most places.
  const densest = join(standardLibrary(), "test/test_threading.py");
  if (existsSync(densest)) reportPredictions(parser, "test_threading.py", readFileSync(densest, "utf8"));
  reportPredictions(parser, "made up", madeUpFile);
}

function reportPredictions(parser: Parser, name: string, text: string): void {
  const { sites, places, inView, all } = measurePredictions(parser, text);
  const lines = text.split("\n").length;
  const parts = `${places.toFixed(1)} ms for their places, ${inView.toFixed(1)} ms for ten in view, ${all.toFixed(1)} ms for all ways of all`;
  console.log(`${sites} sites of ${lines} lines, ${name}   ${parts}   (goal ≤ 20)`);
}

function reportPanel(parser: Parser): void {
  const { schedules, numbers } = measurePanel(parser, "test/measure/programs");
  const [half, most, all] = [0.5, 0.95, 1].map((share) => percentile(schedules, share).toFixed(2));
  console.log(`timeline, one re-simulation p50 ${half} ms, p95 ${most} ms, longest ${all} ms   (${schedules.length} schedules, goal ≤ 16)`);
  console.log(
    `timeline, all its numbers   p50 ${percentile(numbers, 0.5).toFixed(0)} ms, p95 ${percentile(numbers, 0.95).toFixed(0)} ms, in pieces between frames`,
  );
}

/** Finding the entry of a call by its name, and deciding it: of all that is known, and of as many names that nothing is known of. */
function benchLookup(): void {
  const knowledge = builtInKnowledge();
  const known = knowledge.callables().map(({ name }) => name);
  const names = known.flatMap((name) => [name, `${name}_of_ours`]);
  const facts = { ...bareCall(newestTarget), positional: [], keywords: [] };
  let decided = 0;
  const perCall = (work: (name: string) => void): number => {
    const times: number[] = [];
    for (let round = 0; round < 20; round++) {
      const start = performance.now();
      for (const name of names) work(name);
      times.push((1e6 * (performance.now() - start)) / names.length);
    }
    return Math.min(...times);
  };
  const lookup = perCall((name) => {
    if (knowledge.callable(name)) decided++;
  });
  const verdict = perCall((name) => {
    const entry = knowledge.callable(name);
    if (entry && evaluate(entry, facts).gil !== "depends") decided++;
  });
  if (decided === 0) throw new Error("nothing was found");
  console.log(
    `knowledge of a call        ${lookup.toFixed(0)} ns to find, ${verdict.toFixed(0)} ns to find and decide   (${names.length} names, goal ≤ 1000)`,
  );
}

/** Times of a hover on calls of library functions, in milliseconds: the largest files of the corpus are open, and their findings are known. */
function hoverTimes(parser: Parser, files: readonly { readonly path: string; readonly text: string }[]): number[] {
  const analysisHost = new AnalysisHost(parser, settings);
  for (const { path, text } of files) analysisHost.setFile(path, text);
  const largest = [...files].sort((a, b) => b.text.length - a.text.length).slice(0, 20);
  const analysis = analysisHost.snapshot();
  const times: number[] = [];
  for (const { path, text } of largest) {
    analysis.findings(path);
    const calls = [...text.matchAll(/\b(?:len|isinstance|open|sorted|print|time\.\w+|os\.\w+|re\.\w+|self\.\w+)\(/g)].filter(
      (_, index) => index % 7 === 0,
    );
    for (const { index } of calls.slice(0, 60)) {
      const start = performance.now();
      analysis.hover(path, index + 1);
      times.push(performance.now() - start);
    }
  }
  return times;
}

/** The same through a real server process that has the corpus as its workspace. */
async function benchServer(files: readonly { readonly path: string; readonly text: string }[], floor: number): Promise<void> {
  // A smaller workspace is read before the server would say that it reads it.
  if (files.length < 100) return console.log("server                      not measured: the folder has fewer than 100 files");
  const workspace = mkdtempSync(join(tmpdir(), "gilscope-bench-"));
  try {
    for (const { path, text } of files) {
      const copy = join(workspace, path.slice(folder.length));
      mkdirSync(dirname(copy), { recursive: true });
      writeFileSync(copy, text);
    }
    const text = largeProgram(2000);
    for (const kept of ["nothing", "files"]) {
      if (kept === "nothing") rmSync(join(process.env.XDG_CACHE_HOME as string, "gilscope"), { recursive: true });
      const { indexed, editTimes, peakMemory } = await measureServer(
        join(root, "dist/server.js"),
        workspace,
        join(workspace, "large.py"),
        text,
        typedInto(text),
      );
      const name = `server, ${kept} kept`.padEnd(21);
      console.log(`${name} start to indexed    ${indexed.toFixed(0)} ms   ${(indexed / floor).toFixed(2)} × parse only`);
      console.log(
        `${name} edit → diagnostics  p50 ${percentile(editTimes, 0.5).toFixed(1)} ms, p95 ${percentile(editTimes, 0.95).toFixed(1)} ms   (goal p95 ≤ 50)`,
      );
      console.log(`${name} peak RSS            ${(peakMemory / 1024 / 1024).toFixed(0)} MB   (goal ≤ 250)`);
    }
  } finally {
    rmSync(workspace, { recursive: true });
  }
}

/** A statement typed below the headers of functions in the middle of the file, character by character, after a new line. */
function typedInto(text: string): readonly TypedText[] {
  const lines = text.split("\n");
  const headers = lines.flatMap((line, index) => (index > 1000 && line.startsWith("    def work_") ? [index] : []));
  return headers
    .slice(0, functionsTypedInto)
    .flatMap((header, before) => [
      { line: header + before, character: lines[header]?.length ?? 0, text: "\n" },
      ...[...statement].map((character, index) => ({ line: header + before + 1, character: index, text: character })),
    ]);
}

/** Prints how long the parser alone takes for all files, in milliseconds. */
async function parseOnly(): Promise<void> {
  const files = await corpus();
  const parser = await pythonParser();
  const start = performance.now();
  for (const { text } of files) parser.parseOnly(text);
  console.log(performance.now() - start);
}

/** What a run of the command line took. */
interface Run {
  readonly milliseconds: number;
  readonly megabytes: number;
}

function check(paths: readonly string[]): Run {
  const start = performance.now();
  const { errors } = runNode([join(root, "dist/cli.js"), "check", "--fail-on", "never", "--format", "json", ...paths]);
  const milliseconds = performance.now() - start;
  return { milliseconds, megabytes: Number(/peak=(\d+)/.exec(errors)?.[1]) / 1024 };
}

/** Runs Node on the arguments; its last words on stderr are its peak memory in KB. */
function runNode(args: readonly string[]): { output: string; errors: string } {
  const report = `data:text/javascript,process.on("exit",()=>process.stderr.write("peak="+process.resourceUsage().maxRSS))`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", report, ...args], { encoding: "utf8", maxBuffer: 1 << 30 });
  if (status !== 0) throw new Error(`exit code ${status}: ${stderr}`);
  return { output: stdout, errors: stderr };
}

/** The least time that linking all files and running the rules about races and locks takes, in milliseconds. */
function raceTimes(parser: Parser, files: readonly { readonly path: string; readonly text: string }[]): number {
  const others = rules.filter(({ group }) => group !== "races" && group !== "locks");
  const severities = Object.fromEntries(others.map(({ name }) => [name, "off" as const]));
  const times: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const analysisHost = new AnalysisHost(parser, { ...settings, severities });
    for (const { path, text } of files) analysisHost.setFile(path, text);
    const start = performance.now();
    analysisHost.snapshot().findings(files[0]?.path ?? "");
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}

/** Times from a keystroke to the findings of the file, in milliseconds, while a user types a statement into each of its functions. */
function editTimes(parser: Parser, others: readonly { readonly path: string; readonly text: string }[]): number[] {
  const analysisHost = new AnalysisHost(parser, settings);
  for (const { path, text } of others) analysisHost.setFacts(path, text, makePackedFacts(text, parser));
  const path = "/bench/large.py";
  const text = largeProgram(2000);
  analysisHost.openFile(path, text);
  analysisHost.snapshot().findings(path);

  const times: number[] = [];
  const typed = `\n${statement}`;
  const places = [...text.matchAll(/def work_\d+\(.*\):/g)].map((match) => match.index + match[0].length);
  let shift = 0;
  for (const place of places.slice(0, functionsTypedInto)) {
    for (const character of typed) {
      const range = { start: place + shift, end: place + shift };
      const start = performance.now();
      analysisHost.editFile(path, [{ range, newText: character }]);
      analysisHost.snapshot().findings(path);
      times.push(performance.now() - start);
      shift++;
    }
  }
  analysisHost.closeFile(path);
  return times;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function corpus(): Promise<{ readonly path: string; readonly text: string }[]> {
  const { files } = await findSources(folder, host);
  const wanted = files.filter((path) => !/\/(?:tests?|idle_test)\//.test(path.slice(folder.length)));
  const sources = await Promise.all(wanted.map((path) => readSource(path, host)));
  return sources.flatMap((source) => (source.kind === "source" ? [{ path: source.path, text: source.text }] : []));
}

function standardLibrary(): string {
  const { stdout } = spawnSync("python3", ["-c", "import os; print(os.path.dirname(os.__file__))"], { encoding: "utf8" });
  const found = stdout?.trim();
  if (!found) throw new Error("python3 is not installed; name a folder of Python files: npm run bench -- FOLDER");
  return found;
}
