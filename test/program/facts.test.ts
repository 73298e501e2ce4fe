import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Facts, FunctionFacts } from "../../server/src/program/facts.js";
import type { Operation, Value } from "../../server/src/program/operation.js";
import { pythonParser } from "../syntax/python-parser.js";
import { factsOf } from "./program.js";

const parser = await pythonParser();
const facts = (text: string): Facts => factsOf(parser, text);

function named(found: Facts, name: string): FunctionFacts {
  const result = found.functions.find((each) => each.qualifiedName === name);
  assert.ok(result, `no ${name} among ${found.functions.map((each) => each.qualifiedName).join(", ")}`);
  return result;
}

/** The operations of a list with those inside them, in order, as `op` or `op name`. */
function trace(operations: readonly Operation[]): string[] {
  return operations.flatMap((operation): string[] => {
    switch (operation.op) {
      case "read":
      case "write":
        return [`${operation.op} ${placeText(operation)}`];
      case "call":
        return [`call ${valueText(operation.callee)}`];
      case "loop":
        return [`${operation.form} {`, ...trace(operation.body), "}"];
      case "with":
        return [`with ${valueText(operation.context)} {`, ...trace(operation.body), "}"];
      case "branch":
        return operation.arms.flatMap((arm, i) => [i === 0 ? "if {" : "or {", ...trace(arm), "}"]);
      case "attempt":
        return [
          "try {",
          ...trace(operation.body),
          "}",
          ...operation.handlers.flatMap((handler) => ["except {", ...trace(handler), "}"]),
          ...(operation.final.length > 0 ? ["finally {", ...trace(operation.final), "}"] : []),
        ];
      default:
        return [operation.op];
    }
  });
}

function placeText({ place }: { readonly place: Extract<Value, { op: "read" }>["place"] }): string {
  switch (place.kind) {
    case "name":
      return place.name;
    case "attribute":
      return `${valueText(place.object)}.${place.name}`;
    case "element":
      return `${valueText(place.object)}[]`;
  }
}

function valueText(value: Value): string {
  return value.op === "read" ? placeText(value) : value.op === "call" ? `${valueText(value.callee)}()` : value.op;
}

describe("scopes", () => {
  const owners = (text: string, name: string): readonly number[] => {
    const found: number[] = [];
    for (const node of facts(text).functions) {
      (function visit(operations: readonly Operation[]): void {
        for (const operation of operations) {
          if (operation.op === "write" && operation.place.kind === "name" && operation.place.name === name)
            found.push(operation.place.owner);
          if (operation.op === "loop" || operation.op === "with") visit(operation.body);
          if (operation.op === "branch") operation.arms.forEach(visit);
        }
      })(node.body);
    }
    return found;
  };

  test("`global` in a function belongs to the module", () => {
    assert.deepEqual(owners("def f():\n    global x\n    x += 1\n", "x"), [0]);
  });

  test("`nonlocal` belongs to the function around", () => {
    const found = facts("def f():\n    x = 0\n    def g():\n        nonlocal x\n        x += 1\n");
    const f = named(found, "f").index;
    assert.deepEqual(owners("def f():\n    x = 0\n    def g():\n        nonlocal x\n        x += 1\n", "x"), [f, f]);
    assert.ok(named(found, "f").rebound.has("x"));
  });

  test("an assignment makes a local, and local updates are no shared writes", () => {
    assert.deepEqual(owners("def f():\n    x = 1\n    x += 1\n", "x"), []);
    assert.deepEqual(owners("x = 0\ndef f():\n    print(x)\n", "x"), [0]);
  });

  test("a class body's names are not seen by its methods", () => {
    const [use] = facts("x = 1\nclass A:\n    x = 2\n    def f(self):\n        return g(x)\n").callsByName.get("g") ?? [];
    const argument = use?.call.arguments[0]?.value;
    assert.ok(argument?.op === "read" && argument.place.kind === "name");
    assert.equal(argument.place.owner, 0);
  });

  test("every way to bind a name is a binding", () => {
    const text = `import a
from b import c as d
def e(): pass
class F: pass
g = 1
h, (i, *j) = k
for l in m: pass
with n as o: pass
try: pass
except E as p: pass
if (q := 1): pass
r: int = 2
match s:
    case [t, {"u": u}]: pass
`;
    const [module] = facts(text).functions;
    const bound = [...(module?.bindings.keys() ?? [])].sort().join(" ");
    assert.equal(bound, "F a d e g h i j l o p q r t u");
  });

  test("every scope has facts, also a lambda in an annotation", () => {
    const { functions } = facts(
      "def f(x: Check[lambda v: v > 0] = 1) -> Check[lambda v: (lambda w: w)]:\n    y: Check[lambda v: v] = x\n    return y\n",
    );
    assert.deepEqual(
      Array.from(functions, (each) => each?.name),
      ["<module>", "f", ...Array.from({ length: functions.length - 2 }, () => "<lambda>")],
    );
    assert.ok(functions.every((each, index) => each.index === index));
  });

  test("parameters, decorators, qualified names", () => {
    const found = facts(
      "@a.b\nclass A:\n    @staticmethod\n    async def f(x, *, y=1):\n        def g(): yield\n        return lambda: 0\n",
    );
    const f = named(found, "A.f");
    assert.deepEqual(
      f.parameters.map(({ name, form }) => `${form} ${name}`),
      ["plain x", "keyword-only y"],
    );
    assert.equal(f.isAsync, true);
    assert.equal(f.class, 0);
    assert.equal(named(found, "A.f.<locals>.g").isGenerator, true);
    assert.equal(named(found, "A.f.<locals>.<lambda>").kind, "lambda");
    assert.deepEqual(found.classes[0]?.decorators.map(valueText), ["a.b"]);
    assert.deepEqual(f.decorators.map(valueText), ["staticmethod"]);
  });
});

describe("imports", () => {
  test("with aliases, relative forms and stars", () => {
    const found = facts("import a.b, c as d\nfrom . import e\nfrom ..f.g import h as i, j\nfrom k import *\ndef l():\n    import m\n");
    assert.deepEqual(
      found.imports.map(({ level, module, name, bound, function: at }) => `${".".repeat(level)}${module}:${name ?? "-"}:${bound}@${at}`),
      ["a.b:-:a@0", "c:-:d@0", ".:e:e@0", "..f.g:h:i@0", "..f.g:j:j@0", "k:*:*@0", "m:-:m@1"],
    );
  });
});

describe("classes", () => {
  test("have bases, methods and the attributes that methods set on `self`", () => {
    const found = facts(`class A(B, c.D, metaclass=E):
    x = 1

    def __init__(self, n):
        self.n = n
        self.m = self.n = 2

    def f(this):
        this.k = 1
        other.z = 1
`);
    const [a] = found.classes;
    assert.deepEqual(a?.bases.map(valueText), ["B", "c.D"]);
    assert.deepEqual([...(a?.instanceAttributes.keys() ?? [])].sort(), ["k", "m", "n"]);
    assert.equal(a?.instanceAttributes.get("n")?.length, 2);
    assert.deepEqual([...(found.functions[a?.body ?? -1]?.bindings.keys() ?? [])], ["x", "__init__", "f"]);
  });
});

describe("calls", () => {
  test("are found by the last name of the callee, wherever they stand", () => {
    const text = `f(a.f(), b=[f() for x in f()])
def g(x=f()):
    with a.b.f() as y:
        return f"{f()}" if f() else lambda: f()
`;
    const calls = facts(text).callsByName.get("f") ?? [];
    assert.equal(calls.length, 9);
    for (const { call } of calls) assert.match(text.slice(call.start, call.end), /f\(.*\)$/s);
  });

  test("name the function that holds them", () => {
    const found = facts("def g():\n    f()\nclass A:\n    f()\n    def h(self):\n        f()\nf()\n");
    const holders = (found.callsByName.get("f") ?? []).map((site) => found.functions[site.function]?.qualifiedName).sort();
    assert.deepEqual(holders, ["<module>", "A", "A.h", "g"]);
  });
});

describe("operations stand in evaluation order", () => {
  const operations = (body: string): string[] => {
    const text = `def f(a, b, c):\n${body.replace(/^/gm, "    ")}\n`;
    return trace(named(facts(text), "f").body).filter((line) => !/^read [abc]$/.test(line));
  };
  const cases: readonly (readonly [body: string, expected: readonly string[]])[] = [
    ["g(h(a), i(b))", ["call h", "call i", "call g"]],
    ["a.x = g()", ["call g", "write a.x"]],
    ["a.x += g()", ["read a.x", "call g", "compute", "write a.x"]],
    ["a.x = a.x + g()", ["read a.x", "call g", "compute", "write a.x"]],
    ["a.x = g() + a.x", ["call g", "read a.x", "compute", "write a.x"]],
    ["a[g()] = h()", ["call h", "call g", "write a[]"]],
    ["del a.x", ["write a.x"]],
    ["for x in g():\n    h(x)", ["call g", "for {", "call h", "}"]],
    ["while g():\n    h()", ["while {", "call g", "call h", "}"]],
    ["with g() as x, h():\n    i()", ["call g", "with g() {", "call h", "with h() {", "call i", "}", "}"]],
    ["if g():\n    h()\nelse:\n    i()", ["call g", "if {", "call h", "}", "or {", "call i", "}"]],
    [
      "try:\n    g()\nexcept E:\n    h()\nfinally:\n    i()",
      ["try {", "call g", "}", "except {", "call h", "}", "finally {", "call i", "}"],
    ],
    ["return g()", ["call g", "return"]],
    ["[g(x) for x in h()]", ["call h", "comprehension {", "call g", "}"]],
  ];
  for (const [body, expected] of cases)
    test(body.replaceAll("\n", "⏎"), () => {
      const unread = operations(body).filter((line) => !/^read (E|g|h|i)$/.test(line));
      assert.deepEqual(unread, expected);
    });
});

describe("loops", () => {
  const loop = (text: string): Extract<Operation, { op: "loop" }> => {
    const found = facts(`def f(rows):\n${text.replace(/^/gm, "    ")}\n`).functions[1]?.body.find((each) => each.op === "loop");
    assert.ok(found?.op === "loop");
    return found;
  };

  test("end early by `break` or `return` of their own", () => {
    assert.equal(loop("for x in rows:\n    g(x)").endsEarly, false);
    assert.equal(loop("for x in rows:\n    if x: break").endsEarly, true);
    assert.equal(loop("for x in rows:\n    if x: return").endsEarly, true);
    assert.equal(loop("for x in rows:\n    for y in x:\n        break").endsEarly, false);
    assert.equal(loop("for x in rows:\n    def g():\n        return 1\n    g()").endsEarly, false);
  });

  test("know their header", () => {
    const text = "def f(rows):\n    for x in rows:\n        g(x)\n";
    const found = facts(text).functions[1]?.body.find((each) => each.op === "loop");
    assert.ok(found?.op === "loop");
    assert.equal(text.slice(found.header.start, found.header.end), "for x in rows");
  });
});

describe("directives", () => {
  test("say what, and of which code", () => {
    const text = `# gil: ignore-file[GIL101, gil-releasing-call] why
x = 1  # gil: ignore[GIL201]
# gil: thread-root
def f(): pass
g()  # gil: cost=2ms
y = 1  # gil: guarded-by(self._lock)
# gil: ignore
# gil: nonsense
`;
    assert.deepEqual(
      facts(text).directives.map((each) =>
        each.kind === "ignore"
          ? `${each.stands} ignore ${each.scope} ${each.names.join("+")}`
          : each.kind === "note"
            ? `${each.stands} ${each.name}(${each.argument})`
            : `${each.stands} invalid ${each.reason}`,
      ),
      [
        "above ignore file GIL101+gil-releasing-call",
        "after ignore line GIL201",
        "above thread-root()",
        "after cost(2ms)",
        "after guarded-by(self._lock)",
        "above invalid it names no rule, as `# gil: ignore[rule-name] reason` does",
        "above invalid `nonsense` is none of ignore, ignore-file, guarded-by, thread-root, single-thread, cost, iterations, releases, holds",
      ],
    );
  });
});

describe("facts are plain data", () => {
  const text = `import threading
class A(threading.Thread):
    def run(self):
        self.n += [x for x in rows if x][0]
        with lock:
            d[k] = d.get(k, 0) + 1
threading.Thread(target=lambda: A().run()).start()  # gil: ignore[GIL201]
def broken(:
`;

  test("that survive structuredClone", () => {
    const found = facts(text);
    assert.deepEqual(structuredClone(found), found);
  });

  test("that depend on the text alone", () => {
    const first = facts(text);
    facts("something = 'else'\n");
    assert.deepEqual(facts(text), first);
  });

  test("of a file of no text", () => {
    const found = facts("");
    assert.equal(found.functions.length, 1);
    assert.deepEqual([found.classes, found.imports, found.directives, found.callsByName.size], [[], [], [], 0]);
  });
});
