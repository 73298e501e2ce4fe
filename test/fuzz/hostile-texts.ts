/* Texts that nobody writes and a file may hold all the same: nesting without end, long lines, long chains of names, and characters that no editor shows. */

/** Python, or something like it, of about `size` parts. */
export type HostileText = (size: number) => string;

const each = (count: number, part: (index: number) => string): string => Array.from({ length: count }, (_, index) => part(index)).join("");

/** Statements nested in one another, each a space further in; the text grows with the square of the depth. */
const nested = (depth: number, head: string, innermost = "x += 1"): string =>
  `${each(depth, (i) => `${" ".repeat(i)}${head}\n`)}${" ".repeat(depth)}${innermost}\n`;

const started = "threading.Thread(target=f0).start()\nthreading.Thread(target=f0).start()\n";

/** Expressions in expressions. */
const deepExpressions: Readonly<Record<string, HostileText>> = {
  parentheses: (n) => `x = ${"(".repeat(n)}1${")".repeat(n)}`,
  "open parentheses": (n) => `x = ${"(".repeat(n)}`,
  lists: (n) => `x = ${"[".repeat(n)}${"]".repeat(n)}`,
  dictionaries: (n) => `x = ${"{1:".repeat(n)}1${"}".repeat(n)}`,
  calls: (n) => `${"f(".repeat(n)}${")".repeat(n)}`,
  "calls of calls": (n) => `f${"()".repeat(n)}`,
  attributes: (n) => `x = a${".b".repeat(n)}`,
  subscripts: (n) => `x = a${"[0]".repeat(n)}`,
  "subscripts in subscripts": (n) => `x = ${"a[".repeat(n)}0${"]".repeat(n)}`,
  sums: (n) => `x = a${" + a".repeat(n)}`,
  powers: (n) => `x = 1${" ** 1".repeat(n)}`,
  negations: (n) => `x = ${"not ".repeat(n)}1`,
  conjunctions: (n) => `x = a${" and a".repeat(n)}`,
  comparisons: (n) => `x = a${" < a".repeat(n)}`,
  lambdas: (n) => `x = ${"lambda: ".repeat(n)}1`,
  conditionals: (n) => `x = ${"1 if a else ".repeat(n)}2`,
  comprehensions: (n) => `x = ${"[".repeat(n / 10)}1${" for x in y]".repeat(n / 10)}`,
  "formatted strings": (n) => `x = ${"f'{".repeat(n / 50)}1${"}'".repeat(n / 50)}`,
  assignments: (n) => `x = ${"(a := ".repeat(n / 3)}1${")".repeat(n / 3)}`,
  awaits: (n) => `async def f():\n x = ${"await ".repeat(n)}y`,
  yields: (n) => `def f():\n x = ${"(yield ".repeat(n)}1${")".repeat(n)}`,
  types: (n) => `x: ${"a[".repeat(n)}b${"]".repeat(n)} = 1`,
  unions: (n) => `x: ${"a | ".repeat(n)}a = 1`,
  patterns: (n) => `match a:\n  case ${"[".repeat(n)}${"]".repeat(n)}: pass`,
  "context managers in parentheses": (n) => `with ${"(".repeat(n)}a as b${")".repeat(n)}: pass`,
  "defaults in defaults": (n) => `def f(a=${"(lambda b=".repeat(n / 10)}1${": 1)".repeat(n / 10)}): pass`,
};

/** Statements in statements. */
const deepStatements: Readonly<Record<string, HostileText>> = {
  "elif after elif": (n) => `if a:\n  pass\n${"elif a:\n  x += 1\n".repeat(n)}`,
  ifs: (n) => nested(n / 10, "if a:"),
  functions: (n) => nested(n / 10, "def f():"),
  classes: (n) => nested(n / 10, "class A:"),
  withs: (n) => nested(n / 10, "with lock:"),
  loops: (n) => nested(n / 10, "for x in range(9):"),
  "while loops": (n) => nested(n / 10, "while x:"),
  tries: (n) => nested(n / 10, "try:"),
  "context managers": (n) => `with ${each(n, (i) => `l${i} as a${i}, `)} z: pass`,
  decorators: (n) => `${"@d\n".repeat(n)}def f(): pass`,
  "tabs and spaces": (n) => "if a:\n\tx\n        y\n".repeat(n / 10),
  "indentation that only falls": (n) => each(n / 10, (i) => `${" ".repeat(n / 10 - i)}if x:\n`),
  "locks in locks": (n) =>
    `${each(n / 40, (i) => `l${i} = threading.Lock()\n`)}def f0():\n${each(n / 40, (i) => `${" ".repeat(i + 1)}with l${i}:\n`)}${" ".repeat(n / 40 + 1)}f0()\n${started}`,
};

/** Many parts beside one another. */
const wide: Readonly<Record<string, HostileText>> = {
  "a long list": (n) => `x = [${"1, ".repeat(n * 10)}]`,
  "a long tuple of targets": (n) => `${each(n, (i) => `a${i}, `)} = x`,
  "targets of targets": (n) => `${each(n, (i) => `a${i} = `)}x`,
  "arguments by name": (n) => `f(${each(n, (i) => `a${i}=1, `)})`,
  "starred arguments": (n) => `f(${"*a, ".repeat(n)})`,
  parameters: (n) => `def f(${each(n, (i) => `a${i}, `)}): pass`,
  "statements on one line": (n) => "a=1;".repeat(n),
  "statements in a block": (n) => `if a:\n${"  x\n".repeat(n * 15)}`,
  "calls in a block": (n) => `if a:\n${"  Thread()\n".repeat(n * 5)}`,
  handlers: (n) => `try: pass\n${"except A: pass\n".repeat(n)}`,
  cases: (n) => `match a:\n${"  case 1: pass\n".repeat(n)}`,
  globals: (n) => `def work():\n global ${each(n, (i) => `a${i}, `)}z\n`,
  "one name many times": (n) => `${"def f0():\n  global c\n  c += 1\n".repeat(n / 5)}${started}`,
  updates: (n) => `def f0():\n  global c\n${"  c += 1\n".repeat(n)}${started}`,
  tests: (n) => `def f0():\n  global c\n${"  if c: c = c + 1\n".repeat(n / 2)}${started}`,
  "locks taken and given back": (n) => `def f0():\n${"  if c: l.acquire()\n  else: l.release()\n".repeat(n / 4)}${started}`,
  "locks taken": (n) => `def f0():\n${each(n / 4, (i) => `  l${i}.acquire()\n`)}${started}`,
  "returns between": (n) =>
    `def f0():\n l.acquire()\n${" try:\n  if a: return\n finally:\n  x = 1\n".repeat(n / 4)} l.release()\n${started}`,
  "loops one after the other": (n) => `def f0():\n${"  while c: pass\n".repeat(n / 2)}${started}`,
  threads: (n) => `def f0(): pass\n${"threading.Thread(target=f0).start()\n".repeat(n / 4)}`,
  "threads of their own": (n) => each(n / 10, (i) => `def g${i}():\n    global c\n    c += 1\nthreading.Thread(target=g${i}).start()\n`),
  "classes of threads": (n) => each(n / 10, (i) => `class T${i}(threading.Thread):\n  def run(self):\n    self.x += 1\nT${i}().start()\n`),
  submissions: (n) =>
    `from concurrent.futures import ThreadPoolExecutor\ndef w(x): pass\nwith ThreadPoolExecutor() as e:\n${"  e.submit(w, 1)\n".repeat(n / 2)}`,
  locks: (n) => `${each(n / 5, (i) => `l${i} = threading.Lock()\n`)}def f0():\n${each(n / 5, (i) => `    with l${i}: pass\n`)}${started}`,
  "locks in a dictionary": (n) => `x = {${each(n, (i) => `"k${i}": threading.Lock(), `)}}`,
  imports: (n) => each(n / 2, (i) => `import m${i}.n${i}\nm${i}.n${i}.f()\n`),
  suppressions: (n) => "x = 1 # gil: ignore[GIL201] x\n".repeat(n),
  "suppressions that say nothing": (n) => "# gil: ignore\n".repeat(n),
  "names of locks": (n) => "x = 1 # gil: guarded-by(self.a.b)\n".repeat(n),
};

/** One thing that leads to the next. */
const chains: Readonly<Record<string, HostileText>> = {
  calls: (n) => `${each(n, (i) => `def f${i}(): f${i + 1}()\n`)}${started}`,
  "calls backwards": (n) => `${each(n, (i) => `def f${n - i}(): f${n - i + 1}()\n`)}def f0(): f1()\n${started}`,
  "a circle of calls": (n) => `${each(n, (i) => `def f${i}(): f${(i + 1) % n}()\n`)}${started}`,
  "calls twice over": (n) => `${each(n / 30, (i) => `def f${i}():\n  f${i + 1}()\n  f${i + 1}()\n`)}${started}`,
  "calls in loops": (n) => `${each(n / 3, (i) => `def f${i}():\n  for x in range(9): f${i + 1}()\n`)}${started}`,
  "arguments handed on": (n) => `${each(n, (i) => `def f${i}(x): f${i + 1}(x)\n`)}f0(1)\n${started}`,
  results: (n) => `${each(n, (i) => `def f${i}(): return f${i + 1}()\n`)}y = f0()\n${started}`,
  "results backwards": (n) =>
    `def f0(): pass\n${each(n, (i) => `def f${i + 1}(): return f${i}()\n`)}threading.Thread(target=f${n}).start()\n`,
  "sums of names with two values each": (n) =>
    `def f0():\n  a0 = b0 = 1\n${each(n / 20, (i) => `  a${i + 1} = a${i} + b${i}\n  if a0: a${i + 1} = b${i} * a${i}\n  b${i + 1} = a${i} - b${i}\n  if b0: b${i + 1} = b${i} * b${i}\n`)}  for x in range(9): y = a${Math.floor(n / 20)} + x\n${started}`,
  "names that are one of two others each": (n) =>
    `def f0():\n  a${Math.floor(n / 8)} = [(1, 2), (3, 4)]\n${each(n / 8, (i) => `  if c: a${Math.floor(n / 8) - 1 - i} = a${Math.floor(n / 8) - i}\n  else: a${Math.floor(n / 8) - 1 - i} = a${Math.floor(n / 8) - i}\n`)}  for x, y in a0: x += len(a0) + a0[0][1] + sum(z for z in a0[1:])\n  for x in range(a0[x]): subprocess.run(a0)\n${started}`,
  "other names": (n) => each(n, (i) => `a${i + 1} = a${i}\n`),
  "other names backwards": (n) => `${each(n, (i) => `a${i} = a${i + 1}\n`)}threading.Thread(target=a0).start()\n`,
  "imports of imports": (n) => each(n, (i) => `from .x import a${i} as a${i + 1}\n`),
  classes: (n) => `${each(n, (i) => `class A${i + 1}(A${i}): pass\n`)}A${n}().run()\n`,
  "classes backwards": (n) => `${each(n, (i) => `class A${i}(A${i + 1}): pass\n`)}A0().run()\n`,
  attributes: (n) =>
    `class A:\n${each(n / 2, (i) => `  def m${i}(self):\n    self.a${i} = self.a${i + 1}\n    self.m${i + 1}()\n`)}threading.Thread(target=A().m0).start()\n`,
  "locks on the way": (n) => `${each(n / 4, (i) => `l${i} = threading.Lock()\ndef f${i}():\n  with l${i}: f${i + 1}()\n`)}${started}`,
  coroutines: (n) =>
    `import asyncio\n${each(n / 4, (i) => `async def f${i}():\n  await f${i + 1}()\n  c.x = c.x + 1\n`)}asyncio.run(f0())\n`,
  decorators: (n) => each(n / 4, (i) => `@d${i}\ndef d${i + 1}(f): return f\n`),
};

/** Lines and tokens of great length. */
const long: Readonly<Record<string, HostileText>> = {
  string: (n) => `x = "${"a".repeat(n * 100)}"`,
  name: (n) => `${"a".repeat(n * 100)} = 1`,
  comment: (n) => `# ${"a".repeat(n * 100)}`,
  "white space": (n) => `x = 1${" ".repeat(n * 100)}`,
  "white space in a comment": (n) => `x = 1 #${" ".repeat(n * 10)}x`,
  "brackets in a directive": (n) => `x = 1 # gil: ${"[".repeat(n * 10)}`,
  "names in a directive": (n) => `x = 1 # gil: ignore[${"a,".repeat(n * 10)}`,
  "strings side by side": (n) => `x = ${"'a' ".repeat(n)}`,
  "a formatted string": (n) => `x = f"${"{a}".repeat(n * 5)}"`,
  "a number": (n) => `x = ${"9".repeat(n * 30)}`,
  "a hexadecimal number": (n) => `x = 0x${"f".repeat(n * 10)}`,
  "a number with underscores": (n) => `x = 1${"_0".repeat(n * 10)}`,
  "a fraction": (n) => `x = ${"9".repeat(n)}.${"9".repeat(n)}e${"9".repeat(n)}`,
  "lines that go on": (n) => `x = 1 ${"\\\n".repeat(n)} + 1`,
  "dots of an import": (n) => `from ${".".repeat(n)} import a`,
  "a string without an end": (n) => `x = "${"\\".repeat(n * 10 + 1)}`,
};

/** Nothing that Python would take. */
const broken: Readonly<Record<string, HostileText>> = {
  NULs: (n) => `x = 1\n\0\0y = 2\n${"\0".repeat(n)}`,
  "half of surrogate pairs": (n) => `${"\ud800".repeat(n)}\n\ude00 = "\ud83d" + \ud83d\ude00\n`,
  "surrogate pairs": (n) => `${"\ud83d\ude00".repeat(n)} = 1\n"\ud83d\ude00"; c += 1\n`,
  "controls of direction": (n) => `x = "\u202e${"\u2066".repeat(n)}" # \u2069\n`,
  "spaces without width": (n) => "\u200b".repeat(n),
  "a byte order mark": () => "\ufeffx = 1",
  "carriage returns": (n) => "x = 1\r".repeat(n),
  "both line ends": (n) => "x = 1\r\n".repeat(n),
  "separators of lines": (n) => "x = 1\u2028\u2029\u0085\v\f".repeat(n),
  quotes: (n) => "'''".repeat(n),
  "long strings that open": (n) => '"""x\n'.repeat(n),
  "long strings in functions": (n) => "def f():\n  '''\n".repeat(n / 2),
  "quotes in a long string": (n) => `"""${'\n""'.repeat(n)}`,
  ats: (n) => "@".repeat(n),
  "decorators of nothing": (n) => "@a\n".repeat(n),
  "decorators that open": (n) => "@a(\n".repeat(n / 4),
  "definitions of nothing": (n) => "def ".repeat(n),
  "functions that open": (n) => "def f(\n".repeat(n / 4),
  "functions in functions that open": (n) => "def f(".repeat(n / 4),
  "classes that open": (n) => "class A(\n".repeat(n / 4),
  "lists that open": (n) => "x = [\ndef f():\n  pass\n".repeat(n / 4),
  "closing brackets": (n) => ")".repeat(n),
  colons: (n) => ":".repeat(n),
  semicolons: (n) => ";".repeat(n),
  dots: (n) => ".".repeat(n),
  "ifs without an end": (n) => "if ".repeat(n),
  "elses without an if": (n) => "else:\n".repeat(n / 2),
};

/** All of them, by name. */
export const hostileTexts: ReadonlyMap<string, HostileText> = new Map(
  Object.entries({ deepExpressions, deepStatements, wide, chains, long, broken }).flatMap(([group, texts]) =>
    Object.entries(texts).map(([name, text]): [string, HostileText] => [
      `${group.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}: ${name}`,
      text,
    ]),
  ),
);

/** The text at the top of a program that has threads, and inside a function that runs in them. */
export function hostilePrograms(text: string): readonly string[] {
  const start = "import threading\ndef work():\n    global c\n    c += 1\n";
  const end = "for _ in range(3): threading.Thread(target=work).start()\n";
  return [`${start}${end}${text}\n`, `${start}${text.replace(/^/gm, "    ")}\n${end}`];
}
