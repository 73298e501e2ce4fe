import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { describe, test } from "node:test";
import { temporaryProject } from "./temporary-project.js";

/* A file that is named alone is analysed with what it imports. */

const { path, write, gilscope } = temporaryProject("imports");

/** What is found, as `path code`, and how many files are said to have been checked. */
function check(args: readonly string[], options?: Parameters<typeof gilscope>[1]) {
  const { output, errors } = gilscope(["check", "--format", "json", "--select", "GIL101,GIL201", ...args], options);
  assert.equal(errors, "");
  const { findings, problems, summary } = JSON.parse(output);
  return {
    found: findings.map(({ path, code }: Record<string, string>) => `${path} ${code}`) as readonly string[],
    files: summary.files as number,
    problems: problems as readonly unknown[],
  };
}

const heavy = `def heavy(n):
    total = 0
    for i in range(10_000_000):
        total += i * n % 7
    return total
`;
const race = `import threading

count = 0

def add(amount):
    global count
    count += int(amount)

for _ in range(4):
    threading.Thread(target=add, args=("1",)).start()
`;
const pool = (imports: string, name: string): string => `from concurrent.futures import ThreadPoolExecutor
${imports}

with ThreadPoolExecutor(4) as pool:
    print(list(pool.map(${name}, range(8))))
`;

test("what a named file imports is known, and nothing is said of it", () => {
  write("app.py", pool("from tools import heavy", "heavy"));
  write("tools.py", heavy + race);
  assert.deepEqual(check(["app.py"]), { found: ["app.py GIL101"], files: 1, problems: [] });
  // With what was kept of that run.
  assert.deepEqual(check(["app.py"]), { found: ["app.py GIL101"], files: 1, problems: [] });
  assert.deepEqual(check(["app.py", "tools.py"]).found, ["app.py GIL101", "tools.py GIL201"]);
  write("tools.py", "def heavy(n):\n    return n\n");
  assert.deepEqual(check(["app.py"]).found, []);
});

test("a simulation of one file takes the time of what it imports", () => {
  write("app.py", pool("import tools", "tools.heavy"));
  write("tools.py", heavy);
  const { output } = gilscope(["simulate", "app.py", "--format", "json"]);
  const [{ work }] = JSON.parse(output).sites;
  assert.ok(work.interpreterNs.low > 50_000_000, JSON.stringify(work));
});

describe("imports are found as the interpreter finds them", () => {
  const forms: Readonly<Record<string, { readonly imports: string; readonly name: string; readonly at: string }>> = {
    "a module of a package": { imports: "import lib.tools", name: "lib.tools.heavy", at: "lib/tools.py" },
    "a module out of a package": { imports: "from lib import other, tools", name: "tools.heavy", at: "lib/tools.py" },
    "several lines in parentheses": {
      imports: "from lib import (\n    other,  # unused\n    tools,\n)",
      name: "tools.heavy",
      at: "lib/tools.py",
    },
    "lines that go on": { imports: "import os, \\\n    tools as t", name: "t.heavy", at: "tools.py" },
    "a package itself": { imports: "from lib import heavy", name: "heavy", at: "lib/__init__.py" },
    "a folder named src": { imports: "from tools import heavy", name: "heavy", at: "src/tools.py" },
    "an import inside a function": {
      imports: "def run(n):\n    from tools import heavy\n    return heavy(n)",
      name: "run",
      at: "tools.py",
    },
  };
  for (const [what, { imports, name, at }] of Object.entries(forms)) {
    test(what, () => {
      write("app.py", pool(imports, name));
      if (at.startsWith("lib/")) write("lib/__init__.py", "");
      write(at, heavy);
      assert.deepEqual(check(["app.py"]).found, ["app.py GIL101"]);
    });
  }

  test("from within a package, with dots and from its top", () => {
    for (const imports of [
      "from .tools import heavy",
      "from ..deep.tools import heavy",
      "from . import tools\nheavy = tools.heavy",
      "from lib.deep.tools import heavy",
    ]) {
      write("lib/__init__.py", "");
      write("lib/deep/__init__.py", "");
      write("lib/deep/app.py", pool(imports, "heavy"));
      write("lib/deep/tools.py", heavy);
      assert.deepEqual(check(["lib/deep/app.py"]).found, ["lib/deep/app.py GIL101"], imports);
    }
  });

  test("through other modules", () => {
    write("app.py", pool("from api import heavy", "heavy"));
    write("api.py", "from inner.tools import heavy\n");
    write("inner/tools.py", heavy);
    assert.deepEqual(check(["app.py"]).found, ["app.py GIL101"]);
  });

  test("of standard input, whose name tells where it stands", () => {
    write("lib/tools.py", heavy);
    const input = pool("from tools import heavy", "heavy");
    assert.deepEqual(check(["-", "--stdin-filename", "lib/app.py"], { input }).found, ["lib/app.py GIL101"]);
  });
});

test("what is not the program's own, excluded or not to be read is left alone", () => {
  write("work/app.py", pool("from tools import heavy", "heavy"));
  // Above the folder where one works.
  write("tools.py", heavy);
  assert.deepEqual(check(["app.py"], { at: "work" }).found, []);
  assert.deepEqual(check(["work/app.py"]).found, ["work/app.py GIL101"]);
  write("work/pyproject.toml", "[project]\nname = 'work'\n");
  assert.deepEqual(check(["work/app.py"]).found, [], "above the top of a project");
  write("work/pyproject.toml", '[tool.gilscope]\nexclude = ["tools.py"]\n');
  write("work/tools.py", heavy);
  assert.deepEqual(check(["app.py"], { at: "work" }).found, [], "excluded");
  rmSync(path("work/pyproject.toml"));
  write("work/tools.py", new Uint8Array([0, 1, 2, 255]));
  assert.deepEqual(check(["app.py"], { at: "work" }), { found: [], files: 1, problems: [] });
});

test("modules that import each other are read once", () => {
  write("app.py", `import other\n${pool("from tools import heavy", "heavy")}`);
  write("other.py", "import app\nimport tools\n");
  write("tools.py", `import app, other\n${heavy}`);
  assert.deepEqual(check(["app.py"]), { found: ["app.py GIL101"], files: 1, problems: [] });
});
