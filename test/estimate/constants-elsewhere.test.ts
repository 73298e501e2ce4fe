import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { parseTarget } from "../../server/src/base/target.js";
import { pythonParser } from "../syntax/python-parser.js";

/* Numbers that stand in a class, in a class that it derives from, or in another module. */

const parser = await pythonParser();

/** How long the only task of a program waits, likely, ms. */
function waitMs(files: Readonly<Record<string, string>>): number {
  const target = parseTarget("cpython-3.13");
  if (!target) throw new Error("no target");
  const host = new AnalysisHost(parser, { target, cores: 4, calibrations: [], severities: {} });
  for (const [path, text] of Object.entries(files)) host.setFile(path, text);
  const [only, ...others] = host.snapshot().predictions("/main.py");
  if (!only || others.length > 0) throw new Error("not one prediction");
  return only.work.waitNs.likely / 1e6;
}

const about = (found: number, ms: number): void => assert.ok(Math.abs(found - ms) < 1, `${found} ms, not ${ms}`);

const pool = "import threading, time\nfrom concurrent.futures import ThreadPoolExecutor\n";

/** A program whose pool runs a method that sleeps for so long. */
function poller(body: string, seconds: string, header = "class Poller(Base):", before = ""): string {
  return `${pool}${before}class Base:
    REST = 0.25
    def __init__(self, pause=None):
        self.interval = 0.75
        self.pause = pause or 0.125
${header}
    POLL = 0.5
${body}
    def look(self, number):
        time.sleep(${seconds})
    def run(self):
        with ThreadPoolExecutor(4) as executor:
            list(executor.map(self.look, range(8)))
`;
}

describe("a number is read where it stands", () => {
  for (const [seconds, ms] of [
    ["self.POLL", 500],
    ["Poller.POLL", 500],
    ["self.REST", 250],
    ["self.interval", 750],
    ["self.pause", 125],
    ["type(self).POLL", 500],
  ] as const)
    test(seconds, () => about(waitMs({ "/main.py": poller("", seconds) }), ms));

  const settings = "PAUSE = 0.375\n";
  for (const [imports, read] of [
    ["import settings\n", "settings.PAUSE"],
    ["from settings import PAUSE\n", "PAUSE"],
    ["from settings import PAUSE as rest\n", "rest"],
    ["from given import PAUSE\n", "PAUSE"],
    ["import given\n", "given.PAUSE"],
  ] as const)
    test(`${imports.trim()}: ${read}`, () => {
      const files = { "/settings.py": settings, "/given.py": "from settings import PAUSE\n" };
      about(waitMs({ ...files, "/main.py": poller("", read, undefined, imports) }), 375);
    });
});

test("what is stored in several places, or set by others, is not known", () => {
  const set = "    def set(self, interval):\n        self.interval = interval\n    def __init__(self):\n        self.interval = 5\n";
  assert.ok(Math.abs(waitMs({ "/main.py": poller(set, "self.interval") }) - 5_000) > 100);
});

test("modules that import a name from each other say nothing", () => {
  const files = { "/a.py": "from b import PAUSE\n", "/b.py": "from a import PAUSE\n" };
  assert.ok(waitMs({ ...files, "/main.py": poller("", "PAUSE", undefined, "from a import PAUSE\n") }) < 1_000);
});

test("what tests call a function with is not what the program does", () => {
  const files = (name: string): Readonly<Record<string, string>> => ({
    "/main.py": `${pool}def run(pause=0.5):
    def rest(number):
        time.sleep(pause)
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(rest, range(8)))
`,
    [`/${name}.py`]: "from main import run\nrun(pause=0.005)\n",
  });
  about(waitMs(files("start")), 5);
  about(waitMs(files("test_main")), 500);
});
