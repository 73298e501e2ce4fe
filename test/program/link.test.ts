import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Program } from "../../server/src/program/link/link.js";
import type { Spawn } from "../../server/src/program/link/threads/spawn.js";
import { pythonParser } from "../syntax/python-parser.js";
import { programOf } from "./program.js";

const parser = await pythonParser();

function spawnsOf(text: string): readonly Spawn[] {
  return programOf(parser, { "/main.py": text }).spawns;
}

/** A spawn in one line: what starts it, in which kind of worker, what runs, how many. */
function line(spawn: Spawn): string {
  const targets = [...spawn.targets.map(({ function: node }) => node.facts.qualifiedName), ...spawn.externalTargets].join("+");
  return `${spawn.spawner} ${spawn.worker} ${targets} ${spawn.instances}`;
}

const work = "def work(*a, **k): pass\n";

describe("spawns", () => {
  const cases: readonly (readonly [text: string, expected: string])[] = [
    ["import threading\nthreading.Thread(target=work)", "threading.Thread thread work one"],
    ["import threading as t\nt.Thread(None, work)", "threading.Thread thread work one"],
    ["from threading import Thread as T\nfor x in range(3): T(target=work)", "threading.Thread thread work several"],
    ["import threading\nwhile True: threading.Timer(1, work)", "threading.Timer thread work several"],
    ["import _thread\n_thread.start_new_thread(work, ())", "_thread.start_new_thread thread work one"],
    [
      "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor() as p: p.map(work, [1, 2])",
      "concurrent.futures.ThreadPoolExecutor.map thread work several",
    ],
    [
      "import concurrent.futures as c\np = c.ThreadPoolExecutor()\np.submit(work)",
      "concurrent.futures.ThreadPoolExecutor.submit thread work one",
    ],
    [
      "from concurrent.futures import ThreadPoolExecutor\np = ThreadPoolExecutor(1)\nfor x in y: p.submit(work)",
      "concurrent.futures.ThreadPoolExecutor.submit thread work one",
    ],
    [
      "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor() as p: p.map(work, [1, 2])",
      "concurrent.futures.ProcessPoolExecutor.map process work several",
    ],
    ["import multiprocessing\nmultiprocessing.Process(target=work)", "multiprocessing.Process process work one"],
    ["from multiprocessing import Pool\nPool(2).map(work, [1])", "multiprocessing.pool.Pool.map process work several"],
    ["import asyncio\nasync def f(): await asyncio.to_thread(work, 1)", "asyncio.to_thread thread work one"],
    ["from functools import partial\nimport threading\nthreading.Thread(target=partial(work, 1))", "threading.Thread thread work one"],
    ["import threading\nthreading.Thread(target=lambda: 0)", "threading.Thread thread <lambda> one"],
    ["import threading, time\nthreading.Thread(target=time.sleep)", "threading.Thread thread time.sleep one"],
    ["import threading\nclass A:\n    def run(self): pass\nthreading.Thread(target=A().run)", "threading.Thread thread A.run one"],
    ["import threading\nclass A:\n    def __call__(self): pass\nthreading.Thread(target=A())", "threading.Thread thread A.__call__ one"],
    ["import threading\nclass W(threading.Thread):\n    def run(self): pass\nfor x in y: W()", "threading.Thread thread W.run several"],
    [
      "import threading\ndef outer():\n    def inner(): pass\n    threading.Thread(target=inner)",
      "threading.Thread thread outer.<locals>.inner one",
    ],
    [
      "import queue, threading\nq = queue.Queue()\nq.put(work)\njob = q.get()\nthreading.Thread(target=job)",
      "threading.Thread thread work one",
    ],
    [
      "import threading\nfrom collections import deque\nq = deque()\nq.append(work)\nthreading.Thread(target=q.popleft())",
      "threading.Thread thread work one",
    ],
    ["import threading\nq = []\nq.append(work)\nthreading.Thread(target=q.pop())", "threading.Thread thread work one"],
    ["import threading\ntarget = work if x else len\nthreading.Thread(target=target)", "threading.Thread thread work+builtins.len one"],
  ];
  for (const [text, expected] of cases)
    test(text.replaceAll("\n", "⏎"), () => assert.deepEqual(spawnsOf(work + text).map(line), [expected]));

  const nothing: readonly string[] = [
    "work()",
    "import threading\nthreading.Thread()",
    "import threading\nthreading.Lock()",
    "class Thread:\n    def __init__(self, target): pass\nThread(target=work)",
    "import threading\nthreading = fake\nmap(work, [1])",
    "p.submit(work)",
    "import threading\nthreading.Thread(target=unknown())",
  ];
  for (const text of nothing) test(`nothing in ${text.replaceAll("\n", "⏎")}`, () => assert.deepEqual(spawnsOf(work + text).map(line), []));

  test("hand over what they are given", () => {
    const [thread] = spawnsOf("import threading\ndef work(a, b, c=0): pass\nthreading.Thread(target=work, args=(1, x), kwargs={'c': 3})\n");
    const given = [...(thread?.targets[0]?.arguments ?? [])].map(([name, { value, how }]) => `${name} ${value.op} ${how}`);
    assert.deepEqual(given, ["a constant whole", "b read whole", "c constant whole"]);
  });

  test("of `map` hand over elements, and make a task of each", () => {
    const [map] = spawnsOf(
      "from concurrent.futures import ThreadPoolExecutor\ndef work(a, b): pass\nwith ThreadPoolExecutor(3) as p: p.map(work, [1, 2], 'xy')\n",
    );
    assert.deepEqual(
      [...(map?.targets[0]?.arguments ?? [])].map(([name, { how }]) => `${name} ${how}`),
      ["a element", "b element"],
    );
    assert.equal(map?.items.length, 2);
    assert.equal(map?.pool?.size?.value.op, "constant");
    assert.equal(map?.width, "pool");
  });

  test("know their receiver", () => {
    const text = "import threading\nclass A:\n    def run(self): pass\na = A()\nthreading.Thread(target=a.run)\n";
    const receiver = spawnsOf(text)[0]?.targets[0]?.receiverValue;
    assert.equal(text.slice(receiver?.value.start, receiver?.value.end), "a");
  });

  test("of one file stand in order", () => {
    const spawns = spawnsOf(
      `import threading, _thread\n${work}threading.Timer(1, work)\n_thread.start_new_thread(work, ())\nthreading.Thread(target=work)\n`,
    );
    assert.deepEqual(
      spawns.map(({ spawner }) => spawner),
      ["threading.Timer", "_thread.start_new_thread", "threading.Thread"],
    );
  });

  test("in a function that is called from several places are several", () => {
    const start = "import threading\ndef work(): pass\ndef start():\n    threading.Thread(target=work).start()\n";
    assert.equal(spawnsOf(`${start}start()\n`)[0]?.instances, "one");
    assert.equal(spawnsOf(`${start}start()\nstart()\n`)[0]?.instances, "several");
    assert.equal(spawnsOf(`${start}for x in y: start()\n`)[0]?.instances, "several");
  });
});

describe("resolution across modules", () => {
  /** The qualified names of the functions that the one thread in `/app/main.py` runs, with their files. */
  const targets = (files: Readonly<Record<string, string>>): readonly string[] => {
    const program: Program = programOf(parser, files);
    return program.spawns.flatMap((spawn) => [
      ...spawn.targets.map(({ function: node }) => `${node.file.path}:${node.facts.qualifiedName}`),
      ...spawn.externalTargets,
    ]);
  };
  const start = (imports: string, target: string): string => `import threading\n${imports}\nthreading.Thread(target=${target}).start()\n`;
  const module = "def work(): pass\n";

  const cases: readonly (readonly [name: string, files: Readonly<Record<string, string>>, expected: readonly string[]])[] = [
    ["import module", { "/app/main.py": start("import jobs", "jobs.work"), "/app/jobs.py": module }, ["/app/jobs.py:work"]],
    ["import module as", { "/app/main.py": start("import jobs as j", "j.work"), "/app/jobs.py": module }, ["/app/jobs.py:work"]],
    [
      "from module import name as",
      { "/app/main.py": start("from jobs import work as w", "w"), "/app/jobs.py": module },
      ["/app/jobs.py:work"],
    ],
    [
      "import package.module",
      { "/app/main.py": start("import pkg.jobs", "pkg.jobs.work"), "/app/pkg/__init__.py": "", "/app/pkg/jobs.py": module },
      ["/app/pkg/jobs.py:work"],
    ],
    [
      "from package import module",
      { "/app/main.py": start("from pkg import jobs", "jobs.work"), "/app/pkg/__init__.py": "", "/app/pkg/jobs.py": module },
      ["/app/pkg/jobs.py:work"],
    ],
    [
      "a package without `__init__`",
      { "/app/main.py": start("from pkg import jobs", "jobs.work"), "/app/pkg/jobs.py": module },
      ["/app/pkg/jobs.py:work"],
    ],
    [
      "a re-export in `__init__`",
      { "/app/main.py": start("import pkg", "pkg.work"), "/app/pkg/__init__.py": "from .jobs import work\n", "/app/pkg/jobs.py": module },
      ["/app/pkg/jobs.py:work"],
    ],
    [
      "a re-export under another name, twice",
      {
        "/app/main.py": start("from a import x", "x"),
        "/app/a.py": "from b import y as x\n",
        "/app/b.py": "from c import work as y\n",
        "/app/c.py": module,
      },
      ["/app/c.py:work"],
    ],
    ["a star import", { "/app/main.py": start("from jobs import *", "work"), "/app/jobs.py": module }, ["/app/jobs.py:work"]],
    [
      "a star import of a star import",
      { "/app/main.py": start("from a import *", "work"), "/app/a.py": "from b import *\n", "/app/b.py": module },
      ["/app/b.py:work"],
    ],
    [
      "a relative import of a sibling",
      { "/app/pkg/main.py": start("from .jobs import work", "work"), "/app/pkg/__init__.py": "", "/app/pkg/jobs.py": module },
      ["/app/pkg/jobs.py:work"],
    ],
    [
      "a relative import from the parent",
      {
        "/app/pkg/sub/main.py": start("from ..jobs import work", "work"),
        "/app/pkg/sub/__init__.py": "",
        "/app/pkg/__init__.py": "",
        "/app/pkg/jobs.py": module,
      },
      ["/app/pkg/jobs.py:work"],
    ],
    [
      "from . import module",
      { "/app/pkg/main.py": start("from . import jobs", "jobs.work"), "/app/pkg/__init__.py": "", "/app/pkg/jobs.py": module },
      ["/app/pkg/jobs.py:work"],
    ],
    [
      "a method of an imported class",
      { "/app/main.py": start("from jobs import Job", "Job().run"), "/app/jobs.py": "class Job:\n    def run(self): pass\n" },
      ["/app/jobs.py:Job.run"],
    ],
    [
      "a method inherited from another module",
      {
        "/app/main.py": start("from jobs import Job", "Job().run"),
        "/app/jobs.py": "from base import Base\nclass Job(Base): pass\n",
        "/app/base.py": "class Base:\n    def run(self): pass\n",
      },
      ["/app/base.py:Base.run"],
    ],
    [
      "an instance of another module",
      { "/app/main.py": start("from jobs import job", "job.run"), "/app/jobs.py": "class Job:\n    def run(self): pass\njob = Job()\n" },
      ["/app/jobs.py:Job.run"],
    ],
    ["a module that is not there", { "/app/main.py": start("from jobs import work", "work") }, ["jobs.work"]],
    [
      "an import inside a function",
      {
        "/app/main.py": "import threading\ndef f():\n    from jobs import work\n    threading.Thread(target=work)\n",
        "/app/jobs.py": module,
      },
      ["/app/jobs.py:work"],
    ],
    [
      "`threading` itself re-exported",
      {
        "/app/main.py": "from compat import threading\ndef work(): pass\nthreading.Thread(target=work)\n",
        "/app/compat.py": "import threading\n",
      },
      ["/app/main.py:work"],
    ],
    [
      "a project's module called `threading` shadows the library's",
      { "/app/main.py": `${module}${start("", "work")}`, "/app/threading.py": "class Thread:\n    def __init__(self, target): pass\n" },
      [],
    ],
    [
      "a package's module called `threading` does not shadow it",
      { "/app/pkg/main.py": `${module}${start("", "work")}`, "/app/pkg/__init__.py": "", "/app/pkg/threading.py": "class Thread: pass\n" },
      ["/app/pkg/main.py:work"],
    ],
    [
      "modules that import one another",
      { "/app/main.py": start("from a import work", "work"), "/app/a.py": "from b import work\n", "/app/b.py": "from a import work\n" },
      [],
    ],
  ];
  for (const [name, files, expected] of cases) test(name, () => assert.deepEqual(targets(files), expected));

  test("the order in which files are added does not matter", () => {
    const files = {
      "/app/main.py": start("from jobs import work", "work"),
      "/app/jobs.py": module,
      "/app/a.py": start("import jobs", "jobs.work"),
    };
    const turned = Object.fromEntries(Object.entries(files).reverse());
    assert.deepEqual(programOf(parser, turned).spawns.map(line), programOf(parser, files).spawns.map(line));
    assert.deepEqual(
      programOf(parser, turned).files.map(({ path }) => path),
      ["/app/a.py", "/app/jobs.py", "/app/main.py"],
    );
  });
});
