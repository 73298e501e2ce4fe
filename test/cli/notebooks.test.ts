import assert from "node:assert/strict";
import { test } from "node:test";
import { checkGithub } from "../../server/src/cli/formats/github.js";
import { checkJson } from "../../server/src/cli/formats/json.js";
import { type CheckReport, reportSources } from "../../server/src/cli/formats/report.js";
import { checkSarif } from "../../server/src/cli/formats/sarif.js";
import { checkText } from "../../server/src/cli/formats/text.js";
import { type Notebook, readNotebook } from "../../server/src/cli/notebook.js";
import { findingAt } from "./findings.js";

const cells = [
  { cell_type: "markdown", source: ["# Title\n", "text"] },
  { cell_type: "code", source: ["import threading\n", "counter = 0"] },
  { cell_type: "code", source: ["%time\n", "def work():\n", "    counter += 1\n"] },
];

function notebookOf(value: unknown): Notebook {
  const read = readNotebook(JSON.stringify(value, undefined, 1));
  assert.ok("text" in read);
  return read;
}

test("the cells of Python are one module, and its lines know their cells and their lines in the file", () => {
  const notebook = notebookOf({ cells, metadata: { language_info: { name: "python" } } });
  const lines = notebook.text.split("\n");
  assert.deepEqual(lines, ["import threading", "counter = 0", "#time", "def work():", "    counter += 1", ""]);
  const file = JSON.stringify({ cells, metadata: { language_info: { name: "python" } } }, undefined, 1).split("\n");
  const { fileLine, ...place } = notebook.placeOf(4);
  assert.deepEqual(place, { cell: 3, line: 3 });
  assert.match(file[fileLine - 1] ?? "", /counter \+= 1/);
});

test("a source in one piece, no cells of code, another language and what is no notebook", () => {
  const whole = notebookOf({ cells: [{ cell_type: "code", source: "a = 1\nb = 2" }] });
  assert.equal(whole.text, "a = 1\nb = 2");
  assert.equal(whole.placeOf(1).fileLine, 5);
  assert.equal(notebookOf({ cells: [] }).text, "");
  assert.deepEqual(notebookOf({ cells: [] }).placeOf(0), { cell: 1, line: 1, fileLine: 1 });
  assert.equal(notebookOf({ cells, metadata: { kernelspec: { language: "julia" } } }).text, "");
  for (const text of ["", "{", "[]", "null", '{"cells": 3}']) assert.ok("reason" in readNotebook(text), text);
});

test("reports say the cell; where only files have places, the line of the file", () => {
  const notebook = notebookOf({ cells });
  const finding = findingAt("/work/a.ipynb", notebook.text, "counter += 1");
  const report: CheckReport = {
    version: "1.2.3",
    findings: [finding],
    problems: [],
    summary: { files: 1, lines: 6, milliseconds: 1, fixed: 0 },
    sources: reportSources(
      (path) => path.slice("/work/".length),
      () => notebook.text,
      () => notebook,
    ),
  };
  assert.match(
    checkText(report, { style: "plain", lowestShown: "hint" }),
    /^a\.ipynb:cell 3:3:5 GIL201.*\n {4}2 \| def work\(\):\n {4}3 \| {5}counter/,
  );
  const [json] = checkJson(report).findings;
  assert.deepEqual([json?.cell, json?.start, json?.end], [3, { line: 3, column: 5 }, { line: 3, column: 17 }]);
  const { fileLine } = notebook.placeOf(4);
  assert.ok(checkGithub(report).includes(`file=a.ipynb,line=${fileLine},endLine=${fileLine},title=`));
  assert.ok(JSON.stringify(checkSarif(report)).includes(`"region":{"startLine":${fileLine},"endLine":${fileLine}}`));
});
