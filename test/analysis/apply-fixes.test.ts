import assert from "node:assert/strict";
import { test } from "node:test";
import type { Analysis } from "../../server/src/analysis/analysis.js";
import { applyFixes } from "../../server/src/analysis/apply-fixes.js";
import type { Finding, Safety } from "../../server/src/rules/rule.js";
import { findingAt } from "../cli/findings.js";

/** An analysis host whose one rule finds the first `bad` of each file. */
function hostOf(texts: Map<string, string>, fixOf: (path: string, text: string) => Finding["fixes"]) {
  return {
    setFile: (path: string, text: string) => void texts.set(path, text),
    snapshot: (): Analysis => {
      const now = new Map(texts);
      return {
        paths: () => [...now.keys()],
        text: (path) => now.get(path),
        findings: (path) => {
          const text = now.get(path) ?? "";
          return text.includes("bad") ? [findingAt(path, text, "bad", { fixes: fixOf(path, text) })] : [];
        },
        failedRules: () => [],
        hover: () => undefined,
        codeActions: () => [],
        lenses: () => [],
        codeNotes: () => [],
        releasingCalls: () => [],
        threadStarts: () => [],
        predictions: () => [],
        scalings: () => [],
        delays: () => [],
        demands: () => [],
        runs: () => [],
      };
    },
  };
}

function replaceBad(safety: Safety, newText = "good") {
  return (path: string, text: string): Finding["fixes"] => {
    const start = text.indexOf("bad");
    return [{ title: "Write it well", safety, edits: [{ path, edits: [{ range: { start, end: start + 3 }, newText }] }] }];
  };
}

const findingsOf = (analysis: Analysis, path: string): readonly Finding[] => analysis.findings(path);

test("fixes are applied round by round until none is left", () => {
  const texts = new Map([
    ["a", "bad bad"],
    ["b", "fine"],
    ["c", "bad"],
  ]);
  const result = applyFixes(hostOf(texts, replaceBad("safe")), ["a", "b", "c"], findingsOf, ["safe"]);
  assert.deepEqual(
    [...result.texts],
    [
      ["a", "good good"],
      ["c", "good"],
    ],
  );
  assert.equal(result.fixed, 3);
  assert.equal(result.analysis.text("a"), "good good");
});

test("a fix that needs a reader waits to be allowed", () => {
  const texts = new Map([["a", "bad"]]);
  assert.equal(applyFixes(hostOf(texts, replaceBad("unsafe")), ["a"], findingsOf, ["safe"]).fixed, 0);
  assert.equal(applyFixes(hostOf(texts, replaceBad("unsafe")), ["a"], findingsOf, ["safe", "unsafe"]).fixed, 1);
});

test("a fix that brings its finding back ends", () => {
  const result = applyFixes(hostOf(new Map([["a", "bad"]]), replaceBad("safe", "bad ")), ["a"], findingsOf, ["safe"]);
  assert.equal(result.fixed, 10);
});

test("a fix of a file that was not named is not applied", () => {
  const fixOther = (): Finding["fixes"] => [
    { title: "Elsewhere", safety: "safe", edits: [{ path: "other", edits: [{ range: { start: 0, end: 0 }, newText: "x" }] }] },
  ];
  assert.equal(applyFixes(hostOf(new Map([["a", "bad"]]), fixOther), ["a"], findingsOf, ["safe"]).fixed, 0);
});

test("a file keeps its line ends", () => {
  const result = applyFixes(hostOf(new Map([["a", "x\r\nbad\r\n"]]), replaceBad("safe", "y\nz")), ["a"], findingsOf, ["safe"]);
  assert.equal(result.texts.get("a"), "x\r\ny\r\nz\r\n");
});
