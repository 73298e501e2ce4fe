import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Diagnostic, Hover, MarkupContent } from "vscode-languageserver/node";
import { type ClientIntroduction, explainCommand, type Theme, themeNotification } from "../../server/src/lsp/protocol.js";
import { findPage } from "../../server/src/pages/index.js";
import { findRule } from "../../server/src/rules/index.js";
import { type Editor, placeOf, withEditor } from "./editor.js";

const primes = readFileSync("test/e2e/workspace/prime_sums.py", "utf8");
const visits = readFileSync("test/e2e/workspace/visit_counter.py", "utf8");

const introduction: ClientIntroduction = { commands: [explainCommand], theme: "dark", trust: "given" };

async function hoverOn(editor: Editor, name: string, text: string, needle: string, plus = 0): Promise<string> {
  await editor.open(name, text);
  return hoverAt(editor, name, text, needle, plus);
}

async function hoverAt(editor: Editor, name: string, text: string, needle: string, plus = 0): Promise<string> {
  const position = placeOf(text, needle, plus);
  const hover = await editor.request<Hover | null>("textDocument/hover", { textDocument: { uri: editor.uri(name) }, position });
  assert.ok(hover);
  return (hover.contents as MarkupContent).value;
}

/** The pictures of a hover: what is said instead of them, and their text. */
function imagesIn(markdown: string): readonly { readonly text: string; readonly svg: string }[] {
  return [...markdown.matchAll(/!\[([^\]]*)\]\(data:image\/svg\+xml,([^)\s]+)\)/g)].map(([, text, svg]) => ({
    text: text as string,
    svg: decodeURIComponent(svg as string),
  }));
}

/** The names that the links of a text explain. */
function explainedIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/\(command:gilscope\.explain\?([^)\s]+)\)/g)].map(
    ([, values]) => JSON.parse(decodeURIComponent(values as string))[0],
  );
}

test("a hover on a spawn draws what its table says, in the colours of the editor", () =>
  withEditor({ introduction, settings: { target: "cpython-3.13", cores: 4 } }, async (editor) => {
    await editor.status(({ target, cores }) => target === "CPython 3.13" && cores === 4);
    const markdown = await hoverOn(editor, "primes.py", primes, "pool.map", "pool.".length);
    assert.match(markdown, /^\*\*4 threads run `count_primes`\*\* · CPython 3\.13 \(GIL\) · 4 cores\n\nHolds the GIL \d+ % of the time/);
    const [chart, ...others] = imagesIn(markdown);
    assert.ok(chart);
    assert.deepEqual(others, []);
    const rows = [...markdown.matchAll(/^\| \**([a-z-]+)\** \| .+ \| (.+×) \|/gm)].filter(([, strategy]) => strategy !== "serial");
    assert.ok(rows.length >= 3);
    for (const [, strategy, speedup] of rows) {
      assert.ok(chart.text.includes(`${strategy} ${speedup}`), `${strategy} ${speedup} in ${chart.text}`);
      assert.match(chart.svg, new RegExp(`>${strategy}</text><rect [^>]*/><line [^>]*/><text [^>]*>${speedup}</text>`));
    }
    assert.match(chart.svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[\s\S]*<\/svg>$/);
    for (const [, number] of chart.svg.matchAll(/ (?:x|y|width|height)\d?="([^"]*)"/g)) assert.match(number as string, /^\d+(\.\d)?$/);

    const drawn = new Set([chart.svg]);
    for (const theme of ["light", "high-contrast-light", "high-contrast-dark"] satisfies readonly Theme[]) {
      await editor.notify(themeNotification, { theme });
      drawn.add(imagesIn(await hoverAt(editor, "primes.py", primes, "pool.map", "pool.".length))[0]?.svg ?? "");
    }
    assert.equal(drawn.size, 4, "each theme has its colours");
  }));

test("hovers lead to pages that exist", () =>
  withEditor({ introduction, settings: { target: "cpython-3.13" } }, async (editor) => {
    const onSpawn = explainedIn(await hoverOn(editor, "primes.py", primes, "pool.map", "pool.".length));
    const onUpdate = explainedIn(await hoverOn(editor, "visits.py", visits, "visits +="));
    const onCall = explainedIn(await hoverOn(editor, "call.py", "import zlib\nzlib.compress(b'')\n", "compress("));
    assert.deepEqual(onSpawn, ["why-the-gil", "which-model"]);
    assert.deepEqual(onUpdate, ["atomicity", "non-atomic-shared-update"]);
    assert.deepEqual(onCall, ["native-code"]);
    for (const name of [...onSpawn, ...onUpdate, ...onCall]) assert.ok(findPage(name) ?? findRule(name), name);
    await editor.configure({ target: "cpython-3.14t" });
    await editor.status(({ target }) => target === "CPython 3.14t");
    assert.deepEqual(explainedIn(await hoverAt(editor, "primes.py", primes, "pool.map", "pool.".length)), [
      "free-threading",
      "which-model",
    ]);
  }));

test("a diagnostic's code leads to its rule's page", () =>
  withEditor({ introduction }, async (editor) => {
    await editor.open("primes.py", primes);
    const diagnostics = await editor.diagnostics("primes.py", (all) => all.some(({ code }) => code === "GIL101"));
    assert.equal(diagnostics.find(({ code }) => code === "GIL101")?.codeDescription?.href, "gilscope:/rules/cpu-bound-in-thread.md");
  }));

test("an editor that says nothing of itself gets no commands and no pictures", () =>
  withEditor({}, async (editor) => {
    const markdown = await hoverOn(editor, "primes.py", primes, "pool.map", "pool.".length);
    assert.match(markdown, /\| processes \|/);
    assert.doesNotMatch(markdown, /command:|data:/);
    const diagnostics: readonly Diagnostic[] = await editor.diagnostics("primes.py");
    for (const { codeDescription } of diagnostics) assert.equal(codeDescription, undefined);
  }));
