import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

/* The colours of `# gil:` comments, as the editor's own engine finds them. Both packages are CommonJS that Node cannot see through. */

const require = createRequire(import.meta.url);
const { INITIAL, parseRawGrammar, Registry }: typeof import("vscode-textmate") = require("vscode-textmate");
const { createOnigScanner, createOnigString, loadWASM }: typeof import("vscode-oniguruma") = require("vscode-oniguruma");

/** Enough of Python for an injection: comments, and strings in which there are none. */
const python = JSON.stringify({
  scopeName: "source.python",
  patterns: [
    { name: "string.quoted.single.python", begin: '"', end: '"' },
    {
      name: "comment.line.number-sign.python",
      begin: "#",
      beginCaptures: { 0: { name: "punctuation.definition.comment.python" } },
      end: "$",
    },
  ],
});

const grammars: Readonly<Record<string, string>> = {
  "source.python": python,
  "gilscope.directives": readFileSync("syntaxes/gilscope-directives.tmLanguage.json", "utf8"),
};

async function pythonGrammar() {
  await loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")));
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: async (name) => {
      const text = grammars[name];
      return text === undefined ? null : parseRawGrammar(text, `${name}.json`);
    },
    getInjections: (name) => (name === "source.python" ? ["gilscope.directives"] : []),
  });
  const grammar = await registry.loadGrammar("source.python");
  assert.ok(grammar);
  return grammar;
}

test("directives are coloured, and nothing else is", async () => {
  const grammar = await pythonGrammar();
  /** The parts of a line that have a scope of directives, each with the innermost. */
  const coloured = (line: string): readonly string[] =>
    grammar.tokenizeLine(line, INITIAL).tokens.flatMap(({ startIndex, endIndex, scopes }) => {
      const scope = scopes.at(-1) ?? "";
      return /\.gilscope$/.test(scope) && scope !== "meta.directive.gilscope"
        ? [`${line.slice(startIndex, endIndex)} ${scope.split(".").slice(0, 2).join(".")}`]
        : [];
    });
  assert.deepEqual(coloured("x = 1  # gil: ignore[check-then-act, GIL201] the lock is held"), [
    "gil keyword.other",
    ": punctuation.separator",
    "ignore keyword.control",
    "[ punctuation.definition",
    "check-then-act entity.name",
    "GIL201 entity.name",
    "] punctuation.definition",
  ]);
  const directives = [
    "# gil: ignore-file[busy-wait] generated",
    "# gil: guarded-by(self._lock)",
    "# gil: thread-root",
    "# gil: single-thread",
    "# gil: cost=2ms",
    "# gil: iterations=1e6",
    "# gil: releases",
    "# gil: holds",
  ];
  for (const line of directives)
    assert.ok(
      coloured(line).some((part) => part.endsWith("keyword.control")),
      line,
    );
  assert.ok(coloured("# gil: guarded-by(self._lock)").includes("self._lock variable.other"));
  assert.ok(coloured("# gil: cost=2ms").includes("2 constant.numeric"));
  assert.ok(coloured("# gil: cost=2ms").includes("ms keyword.other"));
  for (const line of ['"# gil: holds"', "# the gil: holds", "# gil holds", "# gilt: holds", "gil: holds", "# an ordinary comment"])
    assert.deepEqual(coloured(line), [], line);
  for (const line of ["# gil: holdsup", "# gil: thread-rooted", "# gil: costs=2"])
    assert.ok(!coloured(line).some((part) => part.endsWith("keyword.control")), `${line} is no directive`);
});
