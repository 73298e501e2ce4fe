import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { indentableLines, layoutOf, type Statement, stretchOver } from "../../server/src/syntax/layout.js";

/* How a text is divided into statements, by which fixes find what to put under a lock or a guard. */

/** The statements as text, those inside others behind them in brackets. */
function outline(text: string, statements: readonly Statement[] = layoutOf(text).statements): unknown[] {
  return statements.map((each) => {
    const inner = each.blocks.map((block) => [text.slice(block.header.start, block.header.end), ...outline(text, block.statements)]);
    return inner.length > 0 ? inner : text.slice(each.start, each.end);
  });
}

describe("statements", () => {
  test("hold their clauses and what is in them", () => {
    const text =
      "if a:\n    b\nelif c:\n    d\n    e\nelse:\n    f\nfor x in y:\n    try:\n        g\n    finally:\n        h\nelse:\n    i\n";
    assert.deepEqual(outline(text), [
      [
        ["if a:", "b"],
        ["elif c:", "d", "e"],
        ["else:", "f"],
      ],
      [
        [
          "for x in y:",
          [
            ["try:", "g"],
            ["finally:", "h"],
          ],
        ],
        ["else:", "i"],
      ],
    ]);
  });

  test("go on in brackets, behind backslashes and in strings", () => {
    const text = 'a = (1,\n2)\nb = 3 + \\\n  4\nc = """\nif x:\n  y\n"""\nd = f"{x["a"]}" "#"  # e\n';
    assert.deepEqual(outline(text), ["a = (1,\n2)", "b = 3 + \\\n  4", 'c = """\nif x:\n  y\n"""', 'd = f"{x["a"]}" "#"']);
  });

  test("have text that is no code: comments, and strings but for their fields", () => {
    const text = "a = 'b' + f'c {d} {{e}} {f!r:>{g}} h' # i\n";
    const { notCode, quote } = layoutOf(text);
    const names = [...text.matchAll(/[a-i]/g)].filter(({ index }) => !notCode.some(({ start, end }) => start <= index && index < end));
    assert.deepEqual(
      names.map(([name]) => name),
      ["a", "d", "f", "g"],
    );
    assert.equal(quote, "'");
  });

  test("of one line are one, and so is a body on its header's line", () => {
    const { statements } = layoutOf("a = 1; b = 2\nif a: b\nc = ';'\nasync def f(): pass\n");
    assert.deepEqual(
      statements.map(({ form, keyword }) => [form, keyword]),
      [
        ["several on one line", "a"],
        ["compound", "if"],
        ["simple", "c"],
        ["compound", "def"],
      ],
    );
  });

  test("are the same with any line ends, tabs, a byte order mark and half a string", () => {
    const text = "if a:\n    b\n    if c:\n        d = 'e\nf\n";
    const expected = [[["if a:", "b", [["if c:", "d = 'e"]]]], "f"];
    assert.deepEqual(outline(text), expected);
    assert.deepEqual(outline(text.replaceAll("\n", "\r\n")), expected);
    assert.deepEqual(outline(text.replaceAll("\n", "\r")), expected);
    assert.deepEqual(outline(text.replaceAll("    ", "\t")), expected);
    assert.deepEqual(outline(`\uFEFF${text}`), expected);
  });

  test("are found by what lies in them: the fewest of one block", () => {
    const text = "def f():\n    a\n    if b:\n        c\n    d\n";
    const over = (first: string, last: string): string[] => {
      const stretch = stretchOver(layoutOf(text), { start: text.indexOf(first), end: text.indexOf(last) + last.length });
      return stretch?.statements.map((each) => text.slice(each.start, each.end)) ?? [];
    };
    assert.deepEqual(over("c", "c"), ["c"]);
    assert.deepEqual(over("b", "c"), ["if b:\n        c"]);
    assert.deepEqual(over("a", "c"), ["a", "if b:\n        c"]);
    assert.deepEqual(over("f()", "d"), ["def f():\n    a\n    if b:\n        c\n    d"]);
    assert.equal(stretchOver(layoutOf(text), { start: text.length + 5, end: text.length + 6 }), undefined);
  });

  test("leave the lines of strings where they are", () => {
    const text = 'a = """\n  one\n"""\n\nb(\n  c,\n)\n';
    const starts = indentableLines(text, layoutOf(text), { start: 0, end: text.length });
    assert.deepEqual(
      starts.map((start) => text.slice(start, start + 4).trim()),
      ["a = ", "b(\n", "c,", ")"].map((line) => line.trim()),
    );
  });
});
