import assert from "node:assert/strict";
import { test } from "node:test";
import { applyEdits, type TextEdit } from "../../server/src/base/edit.js";
import { LineIndex } from "../../server/src/base/line-index.js";
import type { Finding } from "../../server/src/rules/rule.js";
import { mapped } from "./changes.js";
import { findingsOf, programs } from "./programs.js";
import { nodesOf, parsed, type TreeNode } from "./syntax-tree.js";

/* A lock of its own, held round every use of what an update loses, takes that finding away and brings no other about the same state. */

/** It is tried on every so-manieth program; `METAMORPHIC_SHARE=1` tries all. */
const share = Number(process.env.METAMORPHIC_SHARE ?? "2");

const rulesOfRaces: ReadonlySet<string> = new Set(["GIL201", "GIL202", "GIL203", "GIL204", "GIL205"]);

test("a lock round all uses of what can lose updates takes its finding away, and brings no other", () => {
  const failures: string[] = [];
  let locked = 0;
  for (const [index, { name, files, settings }] of programs.entries()) {
    if (index % share !== 0) continue;
    const [file] = files;
    if (files.length !== 1 || !file || file.text.includes("# gil:")) continue;
    const before = findingsOf(files, settings);
    for (const finding of before.filter(({ code }) => code === "GIL201")) {
      const edits = lockRound(finding, file.text);
      if (!edits) continue;
      locked++;
      const after = { path: file.path, text: applyEdits(file.text, edits) };
      // That a method takes a lock says that several threads call it, so doubts about what else it does may follow.
      const races = findingsOf([after], settings).filter(
        (each) => rulesOfRaces.has(each.code) && (each.severity !== "hint" || each.code === finding.code),
      );
      const place = (each: Finding, offset: number, text: string): string =>
        `${each.code}:${new LineIndex(text).position(offset).line + 1}`;
      const found = races.map((each) => place(each, each.range.start, after.text));
      const old = before.map((each) => place(each, mapped(each.range.start, edits), after.text));
      if (found.includes(place(finding, mapped(finding.range.start, edits), after.text)))
        failures.push(`${name}: ${finding.code} stays in\n${after.text}`);
      for (const each of found) if (!old.includes(each)) failures.push(`${name}: ${each} is new in\n${after.text}`);
    }
  }
  assert.ok(locked > 200 / share, `${locked} races got a lock`);
  assert.equal(failures.length, 0, `${failures.length} of ${locked}:\n${failures.join("\n")}`);
});

/** Edits that make a lock and hold it, in each function, from the first to the last place where the state's name stands. */
function lockRound(finding: Finding, text: string): readonly TextEdit[] | undefined {
  const root = parsed(text);
  const name = /^(?:\w+\.)*(\w+)\s*([-+*/|&^%@<>]|\/\/|\*\*)?=[^=]/.exec(text.slice(finding.range.start))?.[1];
  if (!root || name === undefined || text.startsWith("from __future__")) return undefined;
  const functions = [...nodesOf(root)].filter(({ type }) => type === "function_definition");
  const spans = new Map<TreeNode, { start: number; end: number }>();
  for (const { type, text: word, start, end } of nodesOf(root)) {
    const within =
      type === "identifier" && word === name ? functions.findLast((each) => each.start <= start && end <= each.end) : undefined;
    const isConstructor = within?.children.some(({ field, text: own }) => field === "name" && own === "__init__");
    // A constructor that starts a thread is not alone any more.
    if (isConstructor && within?.text.includes(".start()")) return undefined;
    if (!within || isConstructor) continue;
    const known = spans.get(within);
    spans.set(within, { start: Math.min(known?.start ?? start, start), end: Math.max(known?.end ?? end, end) });
  }
  const edits = new Map<number, TextEdit>([
    [0, { range: { start: 0, end: 0 }, newText: "import threading\nshared_state_lock = threading.RLock()\n" }],
  ]);
  for (const [within, span] of spans) {
    const block = [...nodesOf(within)].findLast(({ type, start, end }) => type === "block" && start <= span.start && span.end <= end);
    const statements = block?.children.filter(({ type, start, end }) => type !== "comment" && start < span.end && span.start < end) ?? [];
    const inside = statements.filter(({ type }) => type !== "global_statement" && type !== "nonlocal_statement");
    const [first] = inside;
    if (!block) return undefined;
    if (!first) continue;
    const last = inside[inside.length - 1] ?? first;
    // What waits or yields must not hold a lock.
    if (/\b(global|nonlocal|yield|await|async)\b/.test(text.slice(first.start, last.end))) return undefined;
    const start = text.lastIndexOf("\n", first.start) + 1;
    const indent = text.slice(start, first.start);
    if (indent.trim() !== "" || edits.has(start)) return undefined;
    edits.set(start, { range: { start, end: start }, newText: `${indent}with shared_state_lock:\n    ` });
    for (let at = text.indexOf("\n", start) + 1; at > 0 && at < last.end; at = text.indexOf("\n", at) + 1)
      edits.set(at, { range: { start: at, end: at }, newText: "    " });
  }
  return [...edits.values()];
}
