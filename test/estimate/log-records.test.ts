import assert from "node:assert/strict";
import { describe, test } from "node:test";
import record from "../knowledge/measured-log-records.json";
import { pythonParser } from "../syntax/python-parser.js";
import { compared, farthest, summaryOf, targetOf } from "./measured-speedups.js";
import { predictionOf, strategyOf } from "./predictions.js";

/*
 * Threads that log through one handler, as `test/measure/log_records.py` measured them, and what decides which records come to one.
 */

const parser = await pythonParser();

const inMemory = "logging.basicConfig(stream=io.StringIO(), level=logging.INFO)";
const nowhere = "logging.basicConfig(handlers=[logging.NullHandler()], level=logging.INFO)";

interface Logging {
  /** Before the logger is made. */
  readonly setup?: string;
  readonly call?: string;
  readonly between?: number;
  readonly threads?: number;
  readonly target?: string;
}

function logging({
  setup = "logging.basicConfig(filename='own.log', level=logging.INFO)",
  call = "log.info('item %d', n)",
  ...rest
}: Logging) {
  const { between = 0, threads = 2, target = "cpython-3.14" } = rest;
  const text = `import io
import logging
import threading
${setup}
log = logging.getLogger(__name__)
def task(number):
    value = number
    for n in range(20_000):
        ${call}
        for _ in range(${between}):
            value = (value * 75 + 74) % 251
if __name__ == "__main__":
    threads = [threading.Thread(target=task, args=(n,)) for n in range(${threads})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
`;
  const prediction = predictionOf(parser, text, target, 2);
  const strategy = target.endsWith("t") ? "free-threaded" : "threads";
  return { ...prediction.work, prediction, speedup: strategyOf(prediction, strategy).speedup };
}

const recordNs = (program: Logging): number => {
  const { interpreterNs, nativeNs } = logging(program);
  return (interpreterNs.likely + nativeNs.likely) / 20_000;
};

describe("threads that log through one handler", () => {
  const setups: Readonly<Record<string, Pick<Logging, "setup" | "call">>> = {
    "/dev/null": {},
    file: {},
    "text in memory": { setup: inMemory },
    NullHandler: { setup: nowhere },
    "exception to a file": { call: "log.exception('item failed')" },
    "below the level": { call: "log.debug('item %d', n)" },
  };

  test("lose about what was measured", (context) => {
    const rows = record.rows.flatMap(({ name, python, between_ns: betweenNs, ...row }) => {
      const program = setups[name];
      if (!program) return [];
      const target = targetOf(python);
      const between = betweenNs > 8_000 ? 400 : betweenNs > 800 ? 40 : 0;
      return ([2, 4] as const).map((threads) => {
        const { speedup } = logging({ ...program, between, threads, target });
        return { name, target, ...compared(speedup, row[`speedup_${threads}`]) };
      });
    });
    const { median, p90, inside, said: summary } = summaryOf(rows);
    const said = `${summary}; ${farthest(rows, 6).map(({ name, target, error }) => `${name} ${target} ${error.toFixed(2)}`)}`;
    context.diagnostic(said);
    assert.ok(median <= 0.25, said);
    assert.ok(p90 <= 0.9, said);
    assert.ok(inside >= 0.7, said);
  });

  test("are never faster than one, and lose more where the handler writes", () => {
    for (const target of ["cpython-3.11", "cpython-3.14"]) {
      const written = logging({ target }).speedup.likely;
      assert.ok(written < 0.8, `${target} ${written}`);
      assert.ok(written < logging({ target, setup: inMemory }).speedup.likely, target);
      assert.ok(logging({ target, threads: 4 }).speedup.likely < 0.8, target);
    }
  });

  test("gain without a GIL where the record comes to no lock", () => {
    const target = "cpython-3.13t";
    const ignored = logging({ target, setup: nowhere }).speedup.likely;
    assert.ok(ignored > logging({ target }).speedup.likely, String(ignored));
  });

  test("meet at no lock in processes, of which nothing is said", () => {
    assert.ok(!logging({}).prediction.assumptions.some(({ what }) => what === "locks in processes"));
  });
});

describe("which records are written", () => {
  test("those below the level cost a call, and no lock", () => {
    const { interpreterNs, nativeNs } = logging({ call: "log.debug('item %d', n)" });
    assert.ok(interpreterNs.likely / 20_000 < 400 && nativeNs.likely === 0);
    assert.ok(logging({ call: "log.debug('item %d', n)" }).speedup.likely > 0.9);
  });

  test("a program that sets nothing up has warnings written and no more", () => {
    assert.ok(recordNs({ setup: "", call: "log.info('item')" }) < 400);
    assert.ok(recordNs({ setup: "", call: "log.warning('item')" }) > 5_000);
  });

  test("the level may be set on the logger, its parent, or by name", () => {
    assert.ok(recordNs({ setup: "logging.basicConfig(level='DEBUG')", call: "log.debug('item')" }) > 5_000);
    assert.ok(
      recordNs({ setup: "logging.basicConfig()\nlogging.getLogger(__name__).setLevel(logging.ERROR)", call: "log.warning('item')" }) < 400,
    );
    assert.ok(recordNs({ setup: "logging.basicConfig()\nlogging.getLogger().setLevel(10)", call: "log.debug('item')" }) > 5_000);
    const ofOther = "logging.basicConfig(level=logging.INFO)\nlogging.getLogger('urllib3').setLevel(logging.ERROR)";
    assert.ok(recordNs({ setup: ofOther }) > 5_000);
  });

  test("it may be set in a function, and every handler writes", () => {
    const inMain = (more: string): string =>
      `def main():\n    logging.getLogger().setLevel(logging.INFO)\n    logging.getLogger().addHandler(logging.FileHandler("one.log"))\n${more}`;
    const one = recordNs({ setup: inMain("") });
    const two = recordNs({ setup: inMain(`    logging.getLogger().addHandler(logging.StreamHandler())\n`) });
    assert.ok(one > 5_000 && two > one + 2_000, `${one} ${two}`);
  });

  test("a file of settings may say anything", () => {
    const { interpreterNs } = logging({ setup: "import logging.config\nlogging.config.fileConfig('logging.ini')" });
    assert.ok(interpreterNs.likely / 20_000 > 400);
  });
});
