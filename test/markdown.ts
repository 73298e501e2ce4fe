import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { AnalysisHost } from "../server/src/analysis/analysis.js";
import type { Settings } from "../server/src/analysis/answers.js";
import { applyEdits } from "../server/src/base/edit.js";
import { LineIndex } from "../server/src/base/line-index.js";
import { newestTarget, parseTarget } from "../server/src/base/target.js";
import { fewSteps } from "../server/src/estimate/trial/follow.js";
import type { Finding, Fix } from "../server/src/rules/rule.js";
import { Parser } from "../server/src/syntax/parser.js";

/*
 * Cases written as Markdown: the pages of the rules, and the collections beside the tests.
 *
 * A heading opens a case; its ```python fences are the files. An info string may carry `path=pkg/mod.py` (else `main.py`; a second fence
 * without a path opens a case of its own), `target=cpython-3.14t` and `cores=8`. At the end of a line, or alone on the line above it,
 *
 *     # error: [rule-name] "part of the message"     expects a finding that starts on the line, of which the rule is fairly sure
 *     # possible: [rule-name] "part of the message"  the same with confidence `possible`, which is shown as a hint
 *     # miss: [rule-name]                            names a finding that should be there and is known not to be
 *
 * A finding that no annotation expects fails the case. A ```python fix fence is the code after the first fix of the first finding that has
 * one. Annotations are taken out before the code is analysed.
 */

/** A file of a case, without annotations. */
export interface CaseFile {
  readonly path: string;
  readonly text: string;
}

export interface Annotation {
  readonly kind: "error" | "possible" | "miss";
  readonly path: string;
  /** Zero-based, in the file without annotations. */
  readonly line: number;
  readonly rule: string;
  /** A part of the message; empty where any message will do. */
  readonly message: string;
}

export interface MarkdownCase {
  readonly name: string;
  readonly files: readonly CaseFile[];
  readonly annotations: readonly Annotation[];
  readonly fixed: CaseFile | undefined;
  readonly settings: Settings;
  /** What is wrong with the way the case is written. */
  readonly mistakes: readonly string[];
}

/** What an analysis says about the files of a case. */
export interface CaseResult {
  /** Of all files, in the order of files, each sorted as `Analysis.findings` is. */
  readonly findings: readonly Finding[];
  /** How many places of all files do not parse. */
  readonly syntaxErrors: number;
}

export type Analyse = (files: readonly CaseFile[], settings: Settings) => CaseResult;

/** Registers one test for each case of a Markdown file. */
export function describeMarkdown(path: string): void {
  const cases = casesOf(readFileSync(path, "utf8"));
  const analysis = realAnalysis();
  test(`${path} holds cases`, () => assert.notEqual(cases.length, 0, "a page without a ```python fence tests nothing"));
  for (const [index, each] of cases.entries()) {
    test(`${path}: ${each.name}`, async () => {
      // One for each case: what does not matter is tried with other changes beside this.
      const failures = checkCase(each, await analysis, [textChanges[index % 2] ?? "line ends"]);
      assert.ok(failures.length === 0, `\n${failures.map((failure) => `  - ${failure}`).join("\n")}`);
    });
  }
}

/** The cases of a Markdown text, in order. */
export function casesOf(markdown: string): MarkdownCase[] {
  const cases: CaseDraft[] = [];
  const headings: string[] = [];
  let isNewSection = true;
  for (const block of blocksOf(markdown)) {
    if (block.kind === "heading") {
      headings.length = Math.min(headings.length, Math.max(0, block.level - 2));
      if (block.level >= 2) headings.push(block.title);
      isNewSection = true;
      continue;
    }
    const info = readInfo(block.info);
    if (info === undefined) continue;
    let current = cases[cases.length - 1];
    const isSecondUnnamed = info.path === undefined && current?.files.some((file) => file.path === defaultPath);
    if (!current || isNewSection || (isSecondUnnamed && !info.isFix)) {
      current = draft(caseName(headings, cases), block.line);
      cases.push(current);
      isNewSection = false;
    }
    addFence(current, info, block.text, block.line);
  }
  return cases;
}

/** Everything that is wrong with the answers to a case; empty where nothing is. */
export function checkCase(given: MarkdownCase, analyse: Analyse, changes: readonly TextChange[] = textChanges): string[] {
  const result = analyse(given.files, given.settings);
  return [
    ...given.mistakes,
    ...annotationFailures(given, result),
    ...fixFenceFailures(given, result),
    ...fixFailures(given, result, analyse),
    ...convergenceFailures(given, result, analyse),
    ...repetitionFailures(given, result, analyse),
    ...(changes.includes("line ends") ? lineEndFailures(given, result, analyse) : []),
    ...(changes.includes("place in the file") ? shiftFailures(given, result, analyse) : []),
  ];
}

/** What does not matter to a program, and is changed to see that nothing else is found. */
const textChanges = ["line ends", "place in the file"] as const;
type TextChange = (typeof textChanges)[number];

const defaultPath = "main.py";

interface CaseDraft extends MarkdownCase {
  readonly files: CaseFile[];
  readonly annotations: Annotation[];
  readonly mistakes: string[];
  fixed: CaseFile | undefined;
  settings: Settings;
}

function draft(name: string, line: number): CaseDraft {
  return {
    name: `${name} (line ${line})`,
    files: [],
    annotations: [],
    mistakes: [],
    fixed: undefined,
    settings: { target: newestTarget, cores: 4, severities: {}, mostSteps: fewSteps },
  };
}

function caseName(headings: readonly string[], cases: readonly CaseDraft[]): string {
  return headings.length === 0 ? `case ${cases.length + 1}` : headings.join(" / ");
}

type Block =
  | { readonly kind: "heading"; readonly level: number; readonly title: string }
  | { readonly kind: "fence"; readonly info: string; readonly text: string; readonly line: number };

function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    const heading = /^(#{1,6})\s+(.*?)\s*$/.exec(line);
    if (heading) blocks.push({ kind: "heading", level: (heading[1] as string).length, title: heading[2] as string });
    const fence = /^(`{3,}|~{3,})\s*([^`]*)$/.exec(line);
    if (!fence) continue;
    const start = i + 1;
    const closing = new RegExp(`^${(fence[1] as string)[0]}{${(fence[1] as string).length},}\\s*$`);
    for (i = start; i < lines.length && !closing.test(lines[i] as string); i++);
    blocks.push({ kind: "fence", info: (fence[2] as string).trim(), text: `${lines.slice(start, i).join("\n")}\n`, line: start });
  }
  return blocks;
}

interface FenceInfo {
  readonly isFix: boolean;
  readonly path: string | undefined;
  readonly settings: Partial<Settings>;
  readonly mistakes: readonly string[];
}

/** Undefined for a fence that holds no Python to check. */
function readInfo(info: string): FenceInfo | undefined {
  const [language, ...words] = info.split(/\s+/);
  if (language !== "python") return undefined;
  let path: string | undefined;
  let settings: Partial<Settings> = {};
  const mistakes: string[] = [];
  for (const word of words) {
    if (word === "fix") continue;
    const [name, value = ""] = word.split("=");
    const target = name === "target" ? parseTarget(value) : undefined;
    if (name === "path" && value !== "") path = value;
    else if (target) settings = { ...settings, target };
    else if (name === "cores" && Number(value) > 0) settings = { ...settings, cores: Number(value) };
    else mistakes.push(`\`${word}\` in the fence's info string is not understood`);
  }
  return { isFix: words.includes("fix"), path, settings, mistakes };
}

function addFence(current: CaseDraft, info: FenceInfo, text: string, line: number): void {
  const path = info.path ?? defaultPath;
  const { code, annotations, mistakes } = withoutAnnotations(path, text, line);
  current.mistakes.push(...info.mistakes, ...mistakes);
  current.settings = { ...current.settings, ...info.settings };
  if (info.isFix) {
    if (current.fixed) current.mistakes.push("a case has one `fix` fence");
    current.fixed = { path, text: code };
    return;
  }
  if (current.files.some((file) => file.path === path)) current.mistakes.push(`two fences are ${path}`);
  current.files.push({ path, text: code });
  current.annotations.push(...annotations);
}

const annotationPattern = /#\s*(error|possible|miss):\s*\[([\w-]+)\](?:\s*"((?:[^"\\]|\\.)*)")?\s*/;

function withoutAnnotations(
  path: string,
  text: string,
  firstLine: number,
): { readonly code: string; readonly annotations: Annotation[]; readonly mistakes: string[] } {
  const code: string[] = [];
  const annotations: Annotation[] = [];
  const mistakes: string[] = [];
  for (const [index, line] of text.replace(/\n$/, "").split("\n").entries()) {
    const start = line.search(/#\s*(?:error|possible|miss):/);
    if (start === -1) {
      code.push(line);
      continue;
    }
    let rest = line.slice(start);
    for (let found = annotationPattern.exec(rest); found?.index === 0; found = annotationPattern.exec(rest)) {
      const message = (found[3] ?? "").replace(/\\(.)/g, "$1");
      annotations.push({ kind: found[1] as Annotation["kind"], path, line: code.length, rule: found[2] as string, message });
      rest = rest.slice(found[0].length);
    }
    if (rest !== "")
      mistakes.push(`line ${firstLine + index + 1}: \`${rest}\` is not an annotation; write \`# error: [rule-name] "text"\``);
    const before = line.slice(0, start).trimEnd();
    // Alone on its line, an annotation is about the next line that stays.
    if (before !== "") code.push(before);
  }
  return { code: `${code.join("\n")}\n`, annotations, mistakes };
}

function annotationFailures(given: MarkdownCase, { findings }: CaseResult): string[] {
  const failures: string[] = [];
  const lines = lineIndexes(given.files);
  const open = new Set(findings);
  for (const annotation of given.annotations) {
    const place = `${annotation.path}:${annotation.line + 1}`;
    const onLine = [...open].filter(
      (finding) => finding.path === annotation.path && finding.rule === annotation.rule && lineOf(finding, lines) === annotation.line,
    );
    if (annotation.kind === "miss") {
      if (onLine.length > 0) failures.push(`${place}: [${annotation.rule}] is found now; make its \`miss\` an \`error\``);
      for (const finding of onLine) open.delete(finding);
      continue;
    }
    const found = onLine.find((finding) => finding.message.includes(annotation.message));
    const isSure = found?.confidence !== "possible";
    if (found) open.delete(found);
    if (found && isSure !== (annotation.kind === "error"))
      failures.push(
        `${place}: [${annotation.rule}] has confidence ${found.confidence}; make its \`${annotation.kind}\` ${isSure ? "an `error`" : "a `possible`"}`,
      );
    else if (found) continue;
    else if (onLine[0])
      failures.push(`${place}: [${annotation.rule}] says "${onLine[0].message}", which does not contain "${annotation.message}"`);
    else failures.push(`${place}: [${annotation.rule}] is not found`);
  }
  for (const finding of open) {
    const isNamed = failures.some((failure) => failure.includes(`says "${finding.message}"`));
    if (!isNamed)
      failures.push(`${finding.path}:${lineOf(finding, lines) + 1}: no annotation expects [${finding.rule}] "${finding.message}"`);
  }
  return failures;
}

function fixFenceFailures(given: MarkdownCase, { findings }: CaseResult): string[] {
  if (!given.fixed) return [];
  const fix = findings.flatMap((finding) => finding.fixes.slice(0, 1))[0];
  if (!fix) return ["there is a `fix` fence, but no finding has a fix"];
  const { path, text: expected } = given.fixed;
  const text = withFix(given.files, fix).find((file) => file.path === path)?.text;
  if (text === expected) return [];
  return [`the fix "${fix.title}" gives for ${path}:\n${text ?? "(no such file)"}instead of:\n${expected}`];
}

/** Every fix of every finding: its code parses and its finding is gone. */
function fixFailures(given: MarkdownCase, result: CaseResult, analyse: Analyse): string[] {
  const count = (findings: readonly Finding[], rule: string): number => findings.filter((finding) => finding.rule === rule).length;
  return result.findings.flatMap((finding) =>
    finding.fixes.flatMap((fix) => {
      const after = analyse(withFix(given.files, fix), given.settings);
      const failures: string[] = [];
      if (after.syntaxErrors > result.syntaxErrors)
        failures.push(`the fix "${fix.title}" of [${finding.rule}] gives code that does not parse`);
      if (count(after.findings, finding.rule) >= count(result.findings, finding.rule)) {
        failures.push(`the fix "${fix.title}" of [${finding.rule}] leaves its finding in place`);
      }
      return failures;
    }),
  );
}

const mostFixes = 50;

/** Fixing again and again comes to an end. */
function convergenceFailures(given: MarkdownCase, result: CaseResult, analyse: Analyse): string[] {
  let files = given.files;
  let { findings } = result;
  for (let i = 0; i < mostFixes; i++) {
    const fix = findings.flatMap((finding) => finding.fixes.slice(0, 1))[0];
    if (!fix) return [];
    files = withFix(files, fix);
    ({ findings } = analyse(files, given.settings));
  }
  return [`after ${mostFixes} fixes there is still something to fix`];
}

function repetitionFailures(given: MarkdownCase, result: CaseResult, analyse: Analyse): string[] {
  try {
    assert.deepStrictEqual(analyse(given.files, given.settings), result);
    return [];
  } catch {
    return ["two runs do not agree"];
  }
}

function lineEndFailures(given: MarkdownCase, result: CaseResult, analyse: Analyse): string[] {
  const files = given.files.map(({ path, text }) => ({ path, text: text.replaceAll("\n", "\r\n") }));
  return comparison("CRLF line ends", outline(analyse(files, given.settings).findings, files, 0), outline(result.findings, given.files, 0));
}

function shiftFailures(given: MarkdownCase, result: CaseResult, analyse: Analyse): string[] {
  const files = given.files.map(({ path, text }) => ({ path, text: `# A line more.\n${text}` }));
  return comparison(
    "a comment line before",
    outline(analyse(files, given.settings).findings, files, 1),
    outline(result.findings, given.files, 0),
  );
}

function comparison(what: string, changed: readonly string[], original: readonly string[]): string[] {
  return [
    ...original.filter((line) => !changed.includes(line)).map((line) => `with ${what}, this is no longer found: ${line}`),
    ...changed.filter((line) => !original.includes(line)).map((line) => `with ${what}, this is found in addition: ${line}`),
  ];
}

/** Findings by place and message, with lines counted from `firstLine`; line numbers inside messages are blotted out. */
function outline(findings: readonly Finding[], files: readonly CaseFile[], firstLine: number): string[] {
  const lines = lineIndexes(files);
  return findings.map((finding) => {
    const { line, column } = indexOf(finding.path, lines).position(finding.range.start);
    const message = finding.message.replace(/(\blines? |:)\d+/g, "$1…");
    return `${finding.path}:${line - firstLine + 1}:${column + 1} [${finding.rule}] "${message}"`;
  });
}

function withFix(files: readonly CaseFile[], fix: Fix): CaseFile[] {
  return files.map(({ path, text }) => {
    const edits = fix.edits.filter((edit) => edit.path === path).flatMap((edit) => edit.edits);
    return { path, text: applyEdits(text, edits) };
  });
}

function lineIndexes(files: readonly CaseFile[]): ReadonlyMap<string, LineIndex> {
  return new Map(files.map(({ path, text }) => [path, new LineIndex(text)]));
}

function indexOf(path: string, lines: ReadonlyMap<string, LineIndex>): LineIndex {
  return lines.get(path) ?? new LineIndex("");
}

function lineOf(finding: Finding, lines: ReadonlyMap<string, LineIndex>): number {
  return indexOf(finding.path, lines).position(finding.range.start).line;
}

/** The folder in which the files of a case lie for the analysis. */
const caseFolder = "/case/";

async function realAnalysis(): Promise<Analyse> {
  const require = createRequire(import.meta.url);
  const parser = await Parser.create({
    runtime: readFileSync(require.resolve("web-tree-sitter/web-tree-sitter.wasm")),
    python: readFileSync(require.resolve("tree-sitter-python/tree-sitter-python.wasm")),
  });
  return (files, settings) => {
    const host = new AnalysisHost(parser, settings);
    for (const { path, text } of files) host.setFile(caseFolder + path, text);
    const analysis = host.snapshot();
    const findings = files.flatMap(({ path }) => analysis.findings(caseFolder + path)).map(withCasePaths);
    const syntaxErrors = files.reduce((sum, { text }) => sum + parser.parse(text).errors.length, 0);
    return { findings, syntaxErrors };
  };
}

function withCasePaths(finding: Finding): Finding {
  const shorten = <Item extends { readonly path: string }>(item: Item): Item => ({ ...item, path: item.path.slice(caseFolder.length) });
  return {
    ...shorten(finding),
    related: finding.related.map(shorten),
    fixes: finding.fixes.map((fix) => ({ ...fix, edits: fix.edits.map(shorten) })),
  };
}
