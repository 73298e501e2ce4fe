import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { applyFixes } from "../../server/src/analysis/apply-fixes.js";
import { applyEdits, type TextEdit } from "../../server/src/base/edit.js";
import { newestTarget, parseTarget } from "../../server/src/base/target.js";
import { fewSteps } from "../../server/src/estimate/trial/follow.js";
import { rules } from "../../server/src/rules/index.js";
import type { Finding, Fix } from "../../server/src/rules/rule.js";
import { pythonParser } from "../syntax/python-parser.js";

/*
 * Programs that are run before and after their fix. Each is a file in `programs`, or a folder with a `main.py`; its first lines say, as comments,
 *
 *     # fix: rule-name            whose fixes are applied, until none is left
 *     # safety: safe              what the fixes claim
 *     # title: part of a title    takes only fixes whose title holds it
 *     # refused: part of reason   in place of all below: no fix is offered, and this is why
 *     # before: pattern           what the program prints before the fix; without it, the same as after
 *     # after: pattern            what it prints after it; without it, the same as before
 *     # run: never                for what needs packages that need not be there: nothing is run
 *     # target: cpython-3.13      for which interpreter it is judged, and `# python: 3.9` the oldest that can run it
 *     # start: spawn              how it starts processes before the fix, in place of fork; after it, in every way that the interpreter has
 *
 * For every program: the fixed text parses, the finding is gone and none is new, nothing is left to apply, the edits undone give the text back,
 * and the same text with CRLF, with tabs, with the other quotes and without a last line end is fixed in the same way. Then it is run, before and
 * after, by `python3` and by every interpreter in GILSCOPE_TEST_PYTHONS (paths, separated by colons).
 */

const folder = join(process.cwd(), "test/fixes/programs");
const parser = await pythonParser();
const run = promisify(execFile);
const pythons = await Promise.all(
  ["python3", ...(process.env.GILSCOPE_TEST_PYTHONS ?? "").split(":").filter((path) => path !== "")].map(askedFor),
);
const scratch = mkdtempSync(join(tmpdir(), "gilscope-fixes-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

interface Python {
  readonly path: string;
  readonly version: readonly [number, number];
  /** How it can start processes, its own choice first. */
  readonly startMethods: readonly string[];
}

/** The interpreter itself, whatever finds it under that name. */
async function askedFor(name: string): Promise<Python> {
  const question =
    "import multiprocessing, sys; print(sys.executable); print(*sys.version_info[:2]); print(*multiprocessing.get_all_start_methods())";
  const { stdout } = await run(name, ["-c", question]);
  const [path = name, version = "", methods = ""] = stdout.trim().split(/\r?\n/);
  const [major = 0, minor = 0] = version.split(" ").map(Number);
  return { path, version: [major, minor], startMethods: methods.split(" ") };
}

/** Imported by every interpreter that is run here: has it start processes in the way that the environment names. */
const startMethodChoice = `import os

if "GILSCOPE_START_METHOD" in os.environ:
    from multiprocessing import context

    context._default_context._default_context = context._concrete_contexts[os.environ["GILSCOPE_START_METHOD"]]
`;
const customization = join(scratch, "customization");
mkdirSync(customization);
writeFileSync(join(customization, "sitecustomize.py"), startMethodChoice);

type Files = ReadonlyMap<string, string>;

interface Program {
  readonly name: string;
  readonly files: Files;
  readonly says: ReadonlyMap<string, string>;
}

const programs = readdirSync(folder)
  .filter((name) => !name.startsWith("_") && !name.startsWith("."))
  .sort()
  .map(readProgram);

function readProgram(name: string): Program {
  const path = join(folder, name);
  const names = statSync(path).isDirectory() ? readdirSync(path).filter((each) => each.endsWith(".py")) : undefined;
  const files = new Map(
    names ? names.map((each) => [each, readFileSync(join(path, each), "utf8")]) : [["main.py", readFileSync(path, "utf8")]],
  );
  const says = new Map<string, string>();
  for (const line of (files.get("main.py") ?? "").split("\n")) {
    const found = /^# (\w+): (.*)$/.exec(line);
    if (!found) break;
    says.set(found[1] as string, found[2] as string);
  }
  return { name, files, says };
}

/** What the analysis says about the files. */
function findingsOf(program: Program, files: Files): readonly Finding[] {
  const host = hostOf(program, files);
  const state = host.snapshot();
  return [...files.keys()].flatMap((path) => state.findings(`/${path}`));
}

function hostOf({ says }: Program, files: Files): AnalysisHost {
  const target = parseTarget(says.get("target") ?? "") ?? newestTarget;
  const host = new AnalysisHost(parser, { target, cores: 4, severities: {}, mostSteps: fewSteps });
  for (const [path, text] of files) host.setFile(`/${path}`, text);
  return host;
}

function isWanted({ says }: Program, finding: Finding): boolean {
  return finding.rule === says.get("fix");
}

function wantedFix({ says }: Program, { fixes }: Finding): Fix | undefined {
  return fixes.find(({ title }) => title.includes(says.get("title") ?? ""));
}

/** The files after all fixes that the program names. */
function fixed(program: Program, files: Files): Files {
  const paths = [...files.keys()].map((path) => `/${path}`);
  const wanted = (finding: Finding): Finding => {
    const fix = wantedFix(program, finding);
    return { ...finding, fixes: fix ? [fix] : [] };
  };
  const { texts } = applyFixes(
    hostOf(program, files),
    paths,
    (analysis, path) =>
      analysis
        .findings(path)
        .filter((finding) => isWanted(program, finding))
        .map(wanted),
    ["safe", "unsafe"],
  );
  return new Map([...files].map(([path, text]) => [path, texts.get(`/${path}`) ?? text]));
}

/** Edits that take edits back. */
function inverse(text: string, edits: readonly TextEdit[]): TextEdit[] {
  let shift = 0;
  return [...edits]
    .sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end)
    .map(({ range, newText }) => {
      const start = range.start + shift;
      shift += newText.length - (range.end - range.start);
      return { range: { start, end: start + newText.length }, newText: text.slice(range.start, range.end) };
    });
}

/** That threads help where a call releases the GIL is good news. */
function isComplaint({ rule }: Finding): boolean {
  return rule !== "gil-releasing-call";
}

/** A finding without what a fix may change: places in the text, and what a further sentence says of processes and locks. */
function outline({ rule, message }: Finding): string {
  return `${rule}: ${message.replace(/\bline \d+|:\d+/g, "").replace(/\. (Most of it|Processes) .*/s, "")}`;
}

const otherForms: readonly { readonly name: string; readonly of: (text: string) => string }[] = [
  { name: "CRLF", of: (text) => text.replaceAll("\n", "\r\n") },
  { name: "tabs", of: (text) => text.replace(/^( {4})+/gm, (spaces) => "\t".repeat(spaces.length / 4)) },
  { name: "the other quotes", of: (text) => text.replace(/(?<=^|[\s([{=,])"(?!"")([^"'\\\n]*)"(?!")/gm, "'$1'") },
  { name: "no line end at the end", of: (text) => text.replace(/\n+$/, "") },
];

describe("programs do after their fix what they should", { concurrency: Math.max(2, availableParallelism()) }, () => {
  for (const program of programs) {
    test(program.name, async () => {
      const { files, says } = program;
      assert.ok(says.has("fix"), "the first line names the rule: `# fix: rule-name`");
      const findings = findingsOf(program, files);
      const wanted = findings.filter((finding) => isWanted(program, finding));
      assert.notDeepEqual(wanted, [], `nothing is found but ${JSON.stringify(findings.map(outline))}`);
      const reason = says.get("refused");
      if (reason !== undefined) {
        const refusals = wanted.flatMap(({ refusedFixes }) => refusedFixes.map((refused) => refused.reason));
        assert.deepEqual(
          wanted.flatMap(({ fixes }) => fixes.map(({ title }) => title)),
          [],
        );
        assert.ok(
          refusals.some((each) => each.includes(reason)),
          `refused because ${JSON.stringify(refusals)}`,
        );
        return;
      }
      const fixes = wanted.flatMap((finding) => wantedFix(program, finding) ?? []);
      assert.notDeepEqual(fixes, [], `no fix; refused: ${JSON.stringify(wanted.flatMap(({ refusedFixes }) => refusedFixes))}`);
      assert.deepEqual([...new Set(fixes.map(({ safety }) => safety))], [says.get("safety")]);
      for (const { edits } of fixes.flatMap((fix) => fix.edits)) assert.ok(edits.length > 0);
      for (const fix of fixes) {
        for (const { path, edits } of fix.edits) {
          const text = files.get(path.slice(1)) as string;
          const changed = applyEdits(text, edits);
          assert.notEqual(changed, text);
          assert.equal(applyEdits(changed, inverse(text, edits)), text);
        }
      }
      const result = fixed(program, files);
      for (const [path, text] of result) assert.deepEqual(parser.parse(text).errors, [], `${path} does not parse:\n${text}`);
      const shown = [...result].map(([path, text]) => `--- ${path}\n${text}`).join("");
      const left = findingsOf(program, result);
      assert.deepEqual(left.filter((finding) => isWanted(program, finding)).map(outline), [], `the finding is still there:\n${shown}`);
      const known = new Set(findings.map(outline));
      assert.deepEqual(
        left
          .filter(isComplaint)
          .map(outline)
          .filter((each) => !known.has(each)),
        [],
        `the fix brings a finding:\n${shown}`,
      );
      for (const { name, of } of otherForms) {
        const otherFiles = new Map([...files].map(([path, text]) => [path, of(text)]));
        if ([...files].every(([path, text]) => otherFiles.get(path) === text)) continue;
        const other = fixed(program, otherFiles);
        for (const [path, text] of other) {
          const expected = result.get(path) as string;
          // A file that shows no style has none to keep.
          const isSame = otherFiles.get(path) === files.get(path);
          assert.equal(text, isSame ? expected : of(expected), `with ${name}, ${path} is fixed in another way`);
        }
      }
      await Promise.all(pythons.map((python) => compareRuns(program, result, python, shown)));
    });
  }
});

test("each rule's page says how many programs prove its fixes, and how many show what is refused", () => {
  const wrong: string[] = [];
  for (const { name, docs } of rules) {
    const own = programs.filter(({ says }) => says.get("fix") === name && says.get("run") !== "never");
    const refused = own.filter(({ says }) => says.has("refused")).length;
    const proved = own.length - refused;
    const more = refused === 0 ? "" : `; ${refused} more ${refused === 1 ? "shows" : "show"} what is refused`;
    const sentence = own.length === 0 ? undefined : `Proved by ${proved} program${proved === 1 ? "" : "s"}${more}.`;
    if (sentence === undefined ? docs.includes("Proved by") : !docs.includes(sentence)) wrong.push(`${name}: ${sentence ?? "none"}`);
  }
  assert.deepEqual(wrong, []);
});

async function compareRuns(program: Program, result: Files, python: Python, shown: string): Promise<void> {
  const { says } = program;
  const [major = 0, minor = 0] = (says.get("python") ?? "3.0").split(".").map(Number);
  const { version, path: name } = python;
  if (says.get("run") === "never" || version[0] < major || (version[0] === major && version[1] < minor)) return;
  const [before, behind] = [says.get("before"), says.get("after")];
  const expected = before === undefined ? undefined : new RegExp(`^${before}$`, "m");
  const first = says.get("start") ?? (python.startMethods.includes("fork") ? "fork" : (python.startMethods[0] ?? ""));
  let old = await output(program, program.files, python, first);
  // Where threads meet by chance, they may miss each other once.
  for (let attempt = 1; attempt < mostAttempts && expected && !expected.test(old); attempt++)
    old = await output(program, program.files, python, first);
  if (expected) assert.match(old, expected, `before the fix, on ${name}`);
  const startsProcesses = [...program.files.values(), ...result.values()].some((text) => /\bmultiprocessing\b|ProcessPool/.test(text));
  const [own = first] = python.startMethods;
  for (const method of startsProcesses ? new Set([own, "fork", "spawn"]) : [own]) {
    if (!python.startMethods.includes(method)) continue;
    const hoped = behind === undefined ? undefined : new RegExp(`^${behind}$`, "m");
    let now = await output(program, result, python, method);
    // One worker can have done all there is before the other is there.
    for (let attempt = 1; attempt < mostAttempts && hoped && !hoped.test(now); attempt++)
      now = await output(program, result, python, method);
    if (hoped) assert.match(now, hoped, `after the fix, on ${name} with ${method}:\n${shown}`);
    if (before === undefined || behind === undefined) assert.equal(now, old, `on ${name} with ${method}, after the fix:\n${shown}`);
  }
}

const mostAttempts = 5;
const patience = 20_000;
let runs = 0;

/** What the program prints; how it ends, where that is with an error. */
async function output({ name }: Program, files: Files, python: Python, startMethod: string): Promise<string> {
  const place = mkdtempSync(join(scratch, `${name.replace(/\W/g, "-")}-${++runs}-`));
  for (const [path, text] of files) writeFileSync(join(place, path), text);
  try {
    const { stdout } = await run(python.path, ["main.py"], {
      cwd: place,
      timeout: patience,
      env: { ...process.env, PYTHONPATH: customization, GILSCOPE_START_METHOD: startMethod },
    });
    return stdout.trimEnd();
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    return `${stdout}${/^(\w+(?:\.\w+)*(?:Error|Exception|Interrupt|Empty)\b.*)$/m.exec(stderr)?.[1] ?? `failed: ${stderr}`}`;
  }
}
