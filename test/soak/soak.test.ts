import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Tree, Parser as TreeSitter } from "web-tree-sitter";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { applyEdits } from "../../server/src/base/edit.js";
import { askAll, settings } from "../fuzz/analyse.js";
import { chanceOf } from "../fuzz/chance.js";
import { editOf } from "../fuzz/edits.js";
import { grammarText, realFiles } from "../fuzz/texts.js";
import { pythonParser } from "../syntax/python-parser.js";
import { reachableFrom } from "./reachable.js";

/* What `npm run soak` measures in bytes, counted: what is remembered, and the parser's trees. */

const parser = await pythonParser();

/** How many trees of the parser there are that nobody has freed. */
let trees = 0;
{
  const { parse } = TreeSitter.prototype;
  TreeSitter.prototype.parse = function (...args) {
    const tree = parse.apply(this, args);
    if (tree) trees++;
    return tree;
  };
  const remove = Tree.prototype.delete;
  Tree.prototype.delete = function () {
    trees--;
    remove.call(this);
  };
}

/** What a host holds, but for outcomes of simulations, of which it keeps the last few thousand. */
function remembered(host: AnalysisHost): number {
  const { simulations } = host as unknown as { readonly simulations: object };
  assert.ok(simulations);
  return reachableFrom(host, [simulations]);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

test("edits leave nothing behind: no tree, and nothing that is remembered of texts that are gone", () => {
  const chance = chanceOf(7);
  const paths = ["/soak/a.py", "/soak/b.py", "/soak/c.py"];
  const originals = new Map(paths.map((path) => [path, chance.of([...realFiles.values()])]));
  originals.set("/soak/made.py", grammarText(chance, 5));
  const host = new AnalysisHost(parser, settings);
  for (const [path, text] of originals) host.openFile(path, text);
  const round = (): number => {
    for (const [path, original] of originals) {
      let text = original;
      for (let i = 0; i < 4; i++) {
        const edit = editOf(text, chance);
        host.editFile(path, [edit]);
        text = applyEdits(text, [edit]);
        askAll(host.snapshot(), path, [0, text.length >> 1]);
      }
      // The editor's own way back to the text: what is remembered is of this state again.
      host.editFile(path, [{ range: { start: 0, end: text.length }, newText: original }]);
      askAll(host.snapshot(), path, [0]);
    }
    return remembered(host);
  };
  const counts = Array.from({ length: 48 }, round);
  // What is known of earlier states goes now and then, in a cycle longer than this: it grows to 1.8 times in 160 rounds and is as small as at first 20 rounds
  // later. A text that is kept in each round would be many times as much.
  const [early, late] = [mean(counts.slice(8, 20)), mean(counts.slice(-12))];
  assert.ok(late <= early * 1.35, `what is remembered grows: ${counts.join(", ")}`);
  assert.equal(trees, 0, "trees that nobody freed");
});

test("files that are opened and closed, or come and go, are forgotten", () => {
  const host = new AnalysisHost(parser, settings);
  const text = readFileSync("test/e2e/workspace/visit_counter.py", "utf8");
  host.openFile("/soak/stays.py", text);
  const visit = (index: number): void => {
    const path = `/soak/module_${index}.py`;
    host.openFile(path, `${text}\nvalue_${index} = ${index}\n`);
    host.snapshot().findings(path);
    host.closeFile(path);
    host.snapshot().findings("/soak/stays.py");
    host.removeFile(path);
    host.snapshot().findings("/soak/stays.py");
  };
  for (let index = 0; index < 50; index++) visit(index);
  const before = remembered(host);
  for (let index = 50; index < 350; index++) visit(index);
  assert.ok(remembered(host) <= before * 1.02, `${before} before, ${remembered(host)} after`);
  assert.equal(trees, 0);
});
