import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf } from "./predictions.js";
import { between, told } from "./statement-times.js";

const parser = await pythonParser();

describe("functions that say what takes the place of a match", () => {
  const words = `import re\ntext = " ".join("word%d" % i for i in range(300))`;

  test("one is called for each match, and takes longer than a text", () => {
    const call = told(words, `re.sub(r"\\d+", lambda found: found.group(0) * 2, text)`);
    // 100 µs, CPython 3.11 and 3.13.
    between(call.likely, 60_000, 170_000);
    assert.ok(call.likely > 2 * told(words, `re.sub(r"\\d+", "x", text)`).likely);
    assert.ok(call.high < 20 * call.likely, "nothing in it is unknown");
  });

  test("what it does to the match is known wherever it is defined", () => {
    const named = `${words}\nTABLE = {"1": "one"}\npattern = re.compile(r"\\d+")\n\n\ndef longer(found):\n    return TABLE.get(found.group(), "many")`;
    for (const statement of ["pattern.sub(longer, text)", `re.sub(r"\\d+", repl=longer, string=text)`, "pattern.subn(longer, text)"]) {
      const { likely, high } = told(named, statement);
      assert.ok(high < 40 * likely, `${statement}: ${likely} to ${high}`);
    }
  });

  test("a function of which others know what it is given is not taken for one of them", () => {
    const text = `import re
from concurrent.futures import ThreadPoolExecutor


def shorter(found):
    return found.group(0)[:2]


def work(number):
    return re.sub("a+", "b", "text" * number) + shorter(number)


with ThreadPoolExecutor(2) as pool:
    list(pool.map(work, range(4)))
`;
    assert.ok(predictionOf(parser, text, "cpython-3.13").assumptions.some(({ what }) => what.includes("nothing is known")));
  });
});
