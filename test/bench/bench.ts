import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { findSources, readSource } from "../../server/src/base/source-files.js";
import { newestTarget } from "../../server/src/base/target.js";
import { fewSteps } from "../../server/src/estimate/trial/follow.js";
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
import { strokesIn } from "./strokes.js";

/*
 * `npm run bench [-- FOLDER]`: what Gilscope costs, as ratios against what the parser alone costs in the same run on the same machine.
 * FOLDER defaults to the standard library of `python3`; folders of tests are left out. `-- . --simulations` measures the simulator alone,
 * `-- . --panel` what the timeline needs to follow a slider, `-- FOLDER --peers` what other tools need for the same files, where they are installed.
 * `-- FOLDER --strokes` tells the processor time of a thousand strokes of chance for each of some files, and of the dearest what was typed.
 * `-- FOLDER --profile` leaves a CPU profile of a check, of all its threads, in `out/profiles`.
 */

const root = process.cwd();
const host = createNodeHost((message) => console.error(message));
const settings = { target: newestTarget, cores: 4, severities: {}, mostSteps: fewSteps };

/** Each measurement is repeated and the least time counts: everything that disturbs makes it longer. */
const repetitions = 3;

/** What is typed to measure edits. */
const statement = "value = self.total + len(items)";

/** A call of a method that many classes have, typed likewise. */
const typedCall = "self.close()";

/** Files of the standard library that are typed into where they are part of the corpus: code of event loops and threads, and a long file. */
const typedFiles = ["asyncio/base_events.py", "logging/__init__.py", "_pydecimal.py"];

/** Files that are typed into at places of chance, and at how many. */
const strokeFiles = ["asyncio/base_events.py", "logging/__init__.py", "argparse.py"];
const placesOfStrokes = 12;

/** How many functions it is typed into. */
const functionsTypedInto = 6;

const [folderArgument, mode] = process.argv.slice(2);
const folder = folderArgument ? resolve(folderArgument) : standardLibrary();
if (mode === "--parse-only") await parseOnly();
else if (mode === "--simulations") reportSimulations(await pythonParser());
else if (mode === "--panel") reportPanel(await pythonParser());
else if (mode === "--peers") await reportPeers();
else if (mode === "--profile") await profile();
else if (mode === "--strokes") await reportStrokes();
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
  const made = { path: "/bench/large.py", text: largeProgram(2000) };
  const reportEdits = (
    name: string,
    { path, text }: { readonly path: string; readonly text: string },
    analysisHost: AnalysisHost,
  ): void => {
    const goal = text.split("\n").length > 4000 ? 30 : 10;
    const tell = (what: string, times: readonly number[]): void => {
      const [half, most] = [0.5, 0.95].map((share) => percentile(times, share).toFixed(1));
      console.log(`edit → findings, ${name}${what}: p50 ${half} ms, p95 ${most} ms   (goal p95 ≤ ${goal})`);
    };
    tell("", editTimes(analysisHost, path, text, statement));
    tell(", a call typed", editTimes(analysisHost, path, text, typedCall));
    const { definitions, imports } = addedTimes(analysisHost, path, text);
    tell(", a definition added or removed", definitions);
    tell(", an import added or removed", imports);
  };
  reportEdits("2,000 made-up lines alone", made, hostOf(parser, []));
  const beside = hostOf(parser, files);
  reportEdits("beside the corpus", made, beside);
  beside.removeFile(made.path);
  for (const name of typedFiles) {
    const file = files.find(({ path }) => path.endsWith(`/${name}`));
    if (file) reportEdits(`${name}, ${file.text.split("\n").length - 1} lines, beside the corpus`, file, beside);
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

/** What other tools need for the same files, as multiples of what the parser needs. */
async function reportPeers(): Promise<void> {
  const paths = (await corpus()).map(({ path }) => path);
  const floor = Number(runNode([fileURLToPath(import.meta.url), folder, "--parse-only"]).output);
  console.log(`${paths.length} files of ${folder}; parse only, one thread: ${floor.toFixed(0)} ms`);
  const tell = (name: string, milliseconds: number): void =>
    console.log(`${name.padEnd(24)} ${milliseconds.toFixed(0)} ms   ${(milliseconds / floor).toFixed(2)} × parse only`);
  tell("gilscope, nothing kept", check(paths).milliseconds);
  for (const { command, options } of peers) {
    if (spawnSync(command, ["--version"]).status !== 0) {
      console.log(`${command.padEnd(24)} not installed`);
      continue;
    }
    const start = performance.now();
    // What it finds makes its exit status; only one that ran out of time or died has none.
    const { status } = spawnSync(command, [...options, ...paths], { stdio: "ignore", timeout: longestPeer });
    if (status === null) console.log(`${command.padEnd(24)} not done in ${longestPeer / 1000} s`);
    else tell(command, performance.now() - start);
  }
}

const peers = [
  { command: "ruff", options: ["check", "--no-cache", "--quiet"] },
  { command: "pyright", options: ["--threads"] },
  { command: "pylint", options: ["--jobs=0", "--score=n", "--disable=all", "--enable=W,E"] },
] as const;

/** In milliseconds. */
const longestPeer = 600_000;

async function profile(): Promise<void> {
  const paths = (await corpus()).map(({ path }) => path);
  const profiles = join(root, "out/profiles");
  runNode(["--cpu-prof", `--cpu-prof-dir=${profiles}`, ...checkOf(paths), "--no-cache"]);
  console.log(`profiles of the main thread and of those that make facts are in ${profiles}; editors and Chromium's tools open them`);
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
      const { indexed, opened, editTimes, peakMemory } = await measureServer(
        join(root, "dist/server.js"),
        workspace,
        join(workspace, "large.py"),
        text,
        typedInto(text),
      );
      const name = `server, ${kept} kept`.padEnd(21);
      console.log(`${name} start to indexed    ${indexed.toFixed(0)} ms   ${(indexed / floor).toFixed(2)} × parse only`);
      console.log(`${name} open → diagnostics  ${opened.toFixed(0)} ms`);
      const [half, most, all] = [0.5, 0.95, 1].map((share) => percentile(editTimes, share).toFixed(1));
      console.log(
        `${name} edit → diagnostics  p50 ${half} ms, p95 ${most} ms, longest ${all} ms, while all is being understood   (goal p95 ≤ 10)`,
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
      ...[...`        ${statement}`].map((character, index) => ({ line: header + before + 1, character: index, text: character })),
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
  const { errors } = runNode(checkOf(paths));
  const milliseconds = performance.now() - start;
  return { milliseconds, megabytes: Number(/peak=(\d+)/.exec(errors)?.[1]) / 1024 };
}

function checkOf(paths: readonly string[]): readonly string[] {
  return [join(root, "dist/cli.js"), "check", "--fail-on", "never", "--format", "json", ...paths];
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

/** How files answer to strokes that chance chooses, with the corpus beside them. */
async function reportStrokes(): Promise<void> {
  const files = await corpus();
  const beside = hostOf(await pythonParser(), files);
  const made = { path: "/bench/large.py", text: largeProgram(2000) };
  for (const { path, text } of [...files.filter((file) => strokeFiles.some((name) => file.path.endsWith(`/${name}`))), made]) {
    const strokes = strokesIn(beside, path, text, placesOfStrokes);
    if (path === made.path) beside.removeFile(path);
    console.log(`${path}, ${text.split("\n").length - 1} lines, ${strokes.length} strokes`);
    for (const kind of new Set(strokes.map((each) => each.kind))) {
      const times = strokes.filter((each) => each.kind === kind).map(({ milliseconds }) => milliseconds);
      const [half, most] = [0.5, 0.95].map((share) => percentile(times, share).toFixed(1));
      console.log(`  ${kind.padEnd(12)} p50 ${half} ms, p95 ${most} ms, longest ${Math.max(...times).toFixed(0)} ms`);
    }
    for (const { milliseconds, line, typed } of [...strokes].sort((a, b) => b.milliseconds - a.milliseconds).slice(0, 5))
      console.log(`  ${milliseconds.toFixed(0)} ms: ${JSON.stringify(typed)} in line ${line}`);
  }
}

/** A workspace with these files. */
function hostOf(parser: Parser, files: readonly { readonly path: string; readonly text: string }[]): AnalysisHost {
  const analysisHost = new AnalysisHost(parser, settings);
  for (const { path, text } of files) analysisHost.setFacts(path, text, makePackedFacts(text, parser));
  return analysisHost;
}

/** Times from a keystroke to the findings of the file, in milliseconds, while a user types a statement into some of its functions. */
function editTimes(analysisHost: AnalysisHost, path: string, text: string, typed: string): number[] {
  analysisHost.openFile(path, text);
  analysisHost.snapshot().findings(path);
  const functions = functionsOf(text);
  const times: number[] = [];
  let shift = 0;
  for (let k = 0; k < functionsTypedInto; k++) {
    const match = functions[Math.floor((functions.length * (k + 0.5)) / functionsTypedInto)];
    if (!match) throw new Error(`${path} has no functions to type into`);
    const place = match.index + match[0].length;
    for (const character of `\n${match[1]}    ${typed}`) {
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

/** Times from an edit to the findings of the file while functions, and then imports, are put in and taken out again. */
function addedTimes(
  analysisHost: AnalysisHost,
  path: string,
  text: string,
): { readonly definitions: number[]; readonly imports: number[] } {
  analysisHost.openFile(path, text);
  analysisHost.snapshot().findings(path);
  const times = { definitions: [] as number[], imports: [] as number[] };
  const functions = functionsOf(text);
  const firstImport = /^(?:import|from) /m.exec(text)?.index ?? 0;
  for (let k = 0; k < functionsTypedInto; k++) {
    const match = functions[Math.floor((functions.length * (k + 0.5)) / functionsTypedInto)];
    const indent = match?.[1] ?? "";
    const definition = `${indent}def added_${k}(self, one):\n${indent}    return one + 1\n\n`;
    const change = (into: number[], start: number, end: number, newText: string): void => {
      const before = performance.now();
      analysisHost.editFile(path, [{ range: { start, end }, newText }]);
      analysisHost.snapshot().findings(path);
      into.push(performance.now() - before);
    };
    for (const [into, place, added] of [
      [times.definitions, match?.index ?? 0, definition],
      [times.imports, firstImport, `import string as string_${k}\n`],
    ] as const) {
      change(into, place, place, added);
      change(into, place, place + added.length, "");
    }
  }
  analysisHost.closeFile(path);
  return times;
}

/** The first lines of functions whose body starts on the next. */
function functionsOf(text: string): readonly RegExpExecArray[] {
  return [...text.matchAll(/^( *)def \w+\([^)]*\)[^:\n]*:(?=\n *[a-z])/gm)];
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
