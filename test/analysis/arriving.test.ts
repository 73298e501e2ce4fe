import assert from "node:assert/strict";
import { test } from "node:test";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { newestTarget } from "../../server/src/base/target.js";
import { makePackedFacts } from "../../server/src/program/packed-facts.js";
import { pythonParser } from "../syntax/python-parser.js";

const parser = await pythonParser();
const settings = { target: newestTarget, cores: 4, severities: {} };

const counting = `total = 0

def count():
    global total
    total += 1
`;
const starting = `import threading
import counting

for _ in range(4):
    threading.Thread(target=counting.count).start()
`;

for (const kind of ["as texts", "as facts"] as const) {
  const packedOf = (text: string): Uint8Array | undefined => (kind === "as facts" ? makePackedFacts(text, parser) : undefined);

  test(`files that are read ${kind} become part of the program together`, () => {
    const host = new AnalysisHost(parser, settings);
    host.openFile("/p/counting.py", counting);
    host.setFile("/p/old.py", "x = 1\n");
    host.readFile("/p/starting.py", starting, packedOf(starting));
    host.goneFile("/p/old.py");
    host.editFile("/p/counting.py", [{ range: { start: 0, end: 0 }, newText: "\n" }]);
    assert.deepEqual(host.snapshot().paths(), ["/p/counting.py", "/p/old.py"]);
    assert.deepEqual(host.snapshot().findings("/p/counting.py"), []);
    host.takeArrived();
    assert.deepEqual(host.snapshot().paths(), ["/p/counting.py", "/p/starting.py"]);
    assert.deepEqual(
      host
        .snapshot()
        .findings("/p/counting.py")
        .map(({ rule }) => rule),
      ["non-atomic-shared-update"],
    );
  });

  test(`a file that is opened after it was read ${kind} stays as the editor has it, closed or not`, () => {
    const host = new AnalysisHost(parser, settings);
    host.readFile("/p/app.py", "x = 1\n", packedOf("x = 1\n"));
    host.openFile("/p/app.py", "x = 2\n");
    host.takeArrived();
    assert.equal(host.snapshot().text("/p/app.py"), "x = 2\n");
    host.editFile("/p/app.py", [{ range: { start: 4, end: 5 }, newText: "3" }]);
    host.closeFile("/p/app.py");
    host.takeArrived();
    assert.equal(host.snapshot().text("/p/app.py"), "x = 3\n");
    host.readFile("/p/app.py", "x = 4\n", packedOf("x = 4\n"));
    host.takeArrived();
    assert.equal(host.snapshot().text("/p/app.py"), "x = 4\n");
  });
}
