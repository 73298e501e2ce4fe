import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outline } from "./outline.js";
import { pythonParser } from "./python-parser.js";

const parser = await pythonParser();

/** Each source and what it is lowered to; a source of one line by itself, or several lines. */
function lowersTo(cases: readonly (readonly [source: string, expected: string])[]): void {
  for (const [source, expected] of cases) {
    test(source.replaceAll("\n", "⏎"), () => {
      const module = parser.parse(source);
      assert.deepEqual(module.errors, []);
      assert.equal(outline(module), expected);
    });
  }
}

describe("statements", () => {
  lowersTo([
    ["a", "a"],
    ["a; b", "a\nb"],
    ["a = b = 1", "a = b = int<1>"],
    ["a: int", "a: int"],
    ["a: int = 1", "a: int = int<1>"],
    ["a, *b = c", "tuple[a, *b] = c"],
    ["[a, (b, c)] = d", "list[a, tuple[b, c]] = d"],
    ["a.b[0] = 1", "a.b[int<0>] = int<1>"],
    ["a = 1, 2", "a = tuple[int<1>, int<2>]"],
    ["a = yield b", "a = (yield b)"],
    ["a += 1", "a += int<1>"],
    ["a **= b\na //= b\na >>= b\na @= b\na |= b", "a **= b\na //= b\na >>= b\na @= b\na |= b"],
    ["a.b[c] -= d", "a.b[c] -= d"],
    ["return", "return"],
    ["return a, b", "return tuple[a, b]"],
    ["raise", "raise"],
    ["raise A from b", "raise A"],
    ["assert a, b", "assert a, b"],
    ["del a, b[0], c.d", "delete a, b[int<0>], c.d"],
    ["pass", "pass"],
    ["if a: b", "if a\n  b"],
    ["if a:\n  b\nelif c:\n  d\nelif e:\n  f\nelse:\n  g", "if a\n  b\nelse\n  if c\n    d\n  else\n    if e\n      f\n    else\n      g"],
    ["while a:\n  break\nelse:\n  b", "while a\n  break\nelse\n  b"],
    ["for a, b in c:\n  continue\nelse:\n  d", "for tuple[a, b] in c\n  continue\nelse\n  d"],
    ["for a in b, c: d", "for a in tuple[b, c]\n  d"],
    ["async def f():\n  async for a in b: c", "async def f()\n  async for a in b\n    c"],
    ["with a: b", "with a\n  b"],
    ["with a as b, c() as (d, e): f", "with a as b, c() as tuple[d, e]\n  f"],
    ["with (a as b, c as d,):\n  e", "with a as b, c as d\n  e"],
    ["async def f():\n  async with a as b: c", "async def f()\n  async with a as b\n    c"],
    [
      "try:\n  a\nexcept A:\n  b\nexcept (B, C) as e:\n  c\nexcept:\n  d\nelse:\n  f\nfinally:\n  g",
      "try\n  a\nexcept A\n  b\nexcept tuple[B, C] as e\n  c\nexcept\n  d\nelse\n  f\nfinally\n  g",
    ],
    ["try:\n  a\nexcept* A as e:\n  b", "try\n  a\nexcept A as e\n  b"],
    ["match a:\n  case 1: b\n  case _: c", "match a\ncase []\n  b\ncase []\n  c"],
    ["match a:\n  case [b, *c] if d: e", "match a\ncase [b, c] if d\n  e"],
    ["match a:\n  case P(x=b) as c: d", "match a\ncase [b, c]\n  d"],
    ["match a:\n  case {'k': b, **c}: d", "match a\ncase [b, c]\n  d"],
    ["def f(): pass", "def f()\n  pass"],
    [
      "def f(a, b: int, /, c=1, d: int = 2, *e, g, h=3, **i) -> j: pass",
      "def f(pos a, pos b: int, c = int<1>, d: int = int<2>, *e, kw g, kw h = int<3>, **i) -> j\n  pass",
    ],
    ["def f(*, a): pass", "def f(kw a)\n  pass"],
    ["def f[T](a: T): pass", "def f(a: T)\n  pass"],
    ["@a\n@b.c(1)\ndef f(): pass", "@a\n@b.c(int<1>)\ndef f()\n  pass"],
    ["class A: pass", "class A()\n  pass"],
    ["@a\nclass A(B, c.D, metaclass=E):\n  x = 1", "@a\nclass A(B, c.D, metaclass=E)\n  x = int<1>"],
    ["import a, b.c, d as e", "import a, b.c, d as e"],
    ["from a.b import c, d as e", "from a.b import c, d as e"],
    ["from . import a", "from . import a"],
    ["from ...a import (b,\n  c)", "from ...a import b, c"],
    ["from a import *", "from a import *"],
    ["from __future__ import annotations\na", "a"],
    ["def f():\n  global a, b\n  nonlocal c", "def f()\n  global a, b\n  nonlocal c"],
  ]);
});

describe("expressions", () => {
  lowersTo([
    ["a.b.c", "a.b.c"],
    ["a[b, c]", "a[tuple[b, c]]"],
    ["a[1:2]", "a[slice<int<1>, int<2>>]"],
    ["a[:]", "a[slice<none<0>, none<0>>]"],
    ["a[i::n]", "a[slice<i, none<0>, n>]"],
    ["a[:n]", "a[slice<none<0>, n>]"],
    ["a[i:]", "a[slice<i, none<0>>]"],
    ["a[::s]", "a[slice<none<0>, none<0>, s>]"],
    ["a[1:2:]", "a[slice<int<1>, int<2>>]"],
    ["a[:, 1]", "a[tuple[slice<none<0>, none<0>>, int<1>]]"],
    ["f()", "f()"],
    ["f(a, *b, c=d, **e)", "f(a, *b, c=d, **e)"],
    ["f(a for a in b)", "f(generator[a for a in b])"],
    ["f(a)(b)[c].d", "f(a)(b)[c].d"],
    ["1_000", "int<1000>"],
    ["0x10 + 0o17 + 0b11", "((int<16> + int<15>) + int<3>)"],
    ["1.5e3", "float<1500>"],
    ["'a'", '"a"'],
    ["'a' \"b\"", '"ab"'],
    ["b'abc'", "bytes<3>"],
    ["f'{a}{b!r:>10}'", "text<a, b>"],
    ["'a' f'{b}'", "text<b>"],
    ["True, False, None, ...", "tuple[bool<1>, bool<0>, none<0>, ellipsis<0>]"],
    ["a + b * c", "(a + (b * c))"],
    ["(a + b) * c", "((a + b) * c)"],
    ["a ** -b", "(a ** (- b))"],
    ["a @ b // c % d", "(((a @ b) // c) % d)"],
    ["a << b >> c & d | e ^ f", "((((a << b) >> c) & d) | (e ^ f))"],
    ["a and b or not c", "((a and b) or (not c))"],
    ["a < b <= c != d", "(a < b <= c != d)"],
    ["a is not b", "(a is not b)"],
    ["a not in b", "(a not in b)"],
    ["a is b in c", "(a is b in c)"],
    ["-a, +a, ~a", "tuple[(- a), (+ a), (~ a)]"],
    ["a if b else c", "(b ? a : c)"],
    ["lambda: a", "(lambda : a)"],
    ["lambda a, *b, c=1: d", "(lambda a, *b, kw c = int<1>: d)"],
    ["[], (), {}", "tuple[list[], tuple[], dict[]]"],
    ["[a, *b]", "list[a, *b]"],
    ["(a,)", "tuple[a]"],
    ["{a, b}", "set[a, b]"],
    ["{a: b, **c}", "dict[a: b, **c]"],
    ["[a for a in b if c if d]", "list[a for a in b if c if d]"],
    ["{a for a in b for c in d}", "set[a for a in b for c in d]"],
    ["{a: b for a, b in c}", "dict[a: b for tuple[a, b] in c]"],
    ["async def f(): return [a async for a in b]", "async def f()\n  return list[a async for a in b]"],
    ["(a := 1)", "(a := int<1>)"],
    ["async def f(): await a", "async def f()\n  (await a)"],
    ["def f(): yield", "def f()\n  (yield)"],
    ["def f(): yield from a", "def f()\n  (yield from a)"],
    ["(((a)))", "a"],
    ["((((a))) + (((b))))", "(a + b)"],
  ]);
});

describe("operators are found among what stands between operands", () => {
  lowersTo([
    ["(a # < comment\n  + b)", "(a + b)"],
    ["a \\\n  - b", "(a - b)"],
    ["(a is # is it\n  not # really\n  b)", "(a is not b)"],
    ["(a\n  not\n  in b)", "(a not in b)"],
    ["(a # and\n  or # or\n  b)", "(a or b)"],
    ["(a # if\n  if b # else\n  else c)", "(b ? a : c)"],
    ["(not # a comment\n  a)", "(not a)"],
    ["(- # a comment\n  a)", "(- a)"],
    ["(a)+(b)", "(a + b)"],
    ["(a<(b)>=c)", "(a < b >= c)"],
    ["a \\\n  += \\\n  1", "a += int<1>"],
    ["(a # - or\n\n  # + maybe\n  // # * or not\n  b)", "(a // b)"],
  ]);
});

describe("places", () => {
  test("every node's range lies in its parent's, in UTF-16 units", () => {
    const text = `# 🐍 ünï
@register("🐍")
class Käse(Base):
    """Doc 🐍."""

    x: int = 1

    async def f(self, *, b=[1, 2]):
        async with self.lock as l, other():
            return {k: v for k, v in b.items() if v} if b else f"{self.x!r}🐍{b[0]}"
`;
    const check = (value: unknown, outer: { start: number; end: number }, path: string): number => {
      if (Array.isArray(value)) return value.reduce((sum: number, item, i) => sum + check(item, outer, `${path}[${i}]`), 0);
      if (typeof value !== "object" || value === null) return 0;
      let range = outer;
      if ("start" in value && "end" in value) {
        range = { start: value.start as number, end: value.end as number };
        assert.ok(outer.start <= range.start && range.start <= range.end && range.end <= outer.end, path);
        if ("name" in value && "kind" in value && value.kind === "name") assert.equal(text.slice(range.start, range.end), value.name, path);
      }
      return Object.entries(value).reduce(
        (sum, [key, item]) => sum + check(item, key === "decorators" ? outer : range, `${path}.${key}`),
        1,
      );
    };
    assert.ok(check(parser.parse(text).body, { start: 0, end: text.length }, "body") >= 50);
  });

  test("a `# gil:` comment keeps its place and text", () => {
    const text = "x = 1  # gil: ignore[GIL201] because\n  # gil:   thread-root\n# gill: no\n'# gil: no'\n";
    assert.deepEqual(
      parser.parse(text).directives.map((each) => [text.slice(each.start, each.end), each.text, each.aloneOnLine]),
      [
        ["# gil: ignore[GIL201] because", "ignore[GIL201] because", false],
        ["# gil:   thread-root", "thread-root", true],
      ],
    );
  });

  test("lines are counted", () => {
    assert.deepEqual(
      ["", "a", "a\n", "a\r\nb", "\n\n"].map((text) => parser.parse(text).lineCount),
      [1, 1, 2, 2, 3],
    );
  });
});
