import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { newestTarget } from "../../server/src/base/target.js";
import { fewSteps } from "../../server/src/estimate/trial/follow.js";
import { makePackedFacts } from "../../server/src/program/packed-facts.js";
import { pythonParser } from "../syntax/python-parser.js";
import { shapes } from "./shapes.js";

/*
 * `npm run check:scale [-- LINES]`: how time and memory grow with the size of a program, up to so many lines (1,000,000 if none are given). Each step
 * has four times the files of the one before. A file has classes with a lock whose methods threads run, functions that call those of the next few files,
 * and coroutines; so each function is called by three others, and the graph of calls is one circle through all files. A stage that grows as its
 * input does takes as many microseconds a line at each step; one that grows with its square takes four times as many.
 *
 * Then single files in which one thing stands hundreds of times, with all findings and fixes, and again with four times as many: what takes more than eight times as long
 * grows faster than its input, and the command ends with an error.
 */

/** In the first of two measurements of a file. */
const timesOfShape = 250;

/** Four for what grows with its input; the rest is for what else the machine does, and what few of something cost less. */
const mostGrowth = 8;

const parser = await pythonParser();
const mostLines = Number(process.argv[2] ?? 1_000_000);
const linesOfFile = pythonFile(0, 1).split("\n").length;

console.log(
  `${"lines".padStart(10)} ${"files".padStart(7)}   ${["facts", "link and rules", "median edit"].map((name) => name.padStart(15)).join(" ")}   heap`,
);
for (let files = Math.ceil(1000 / linesOfFile); files * linesOfFile <= mostLines; files *= 4) measure(files);

console.log(`\n${"one file with".padStart(44)} ${"times".padStart(7)}   check   × for four times as many`);
let failed = false;
for (const [what, text] of Object.entries(shapes)) measureShape(what, text);
if (failed) process.exitCode = 1;

function measureShape(what: string, text: (count: number) => string): void {
  checkOf(text(50));
  const [few, many] = [timesOfShape, 4 * timesOfShape].map((count) => Math.min(checkOf(text(count)), checkOf(text(count)))) as [
    number,
    number,
  ];
  const ratio = many / few;
  failed ||= ratio > mostGrowth;
  const verdict = ratio > mostGrowth ? "   grows faster than its input" : "";
  console.log(
    `${what.padStart(44)} ${(4 * timesOfShape).toString().padStart(7)} ${`${many.toFixed(0)} ms`.padStart(9)}   ${ratio.toFixed(1)} ×${verdict}`,
  );
}

/** How long all that is said of a file takes, with its fixes, in milliseconds. */
function checkOf(text: string): number {
  const host = new AnalysisHost(parser, { target: newestTarget, cores: 4, severities: {}, mostSteps: fewSteps });
  return timed(() => {
    host.setFile("/scale/shape.py", text);
    for (const { fixes, refusedFixes } of host.snapshot().findings("/scale/shape.py")) if (fixes.length + refusedFixes.length < 0) break;
  });
}

function measure(count: number): void {
  const host = new AnalysisHost(parser, { target: newestTarget, cores: 4, severities: {}, mostSteps: fewSteps });
  const lines = count * linesOfFile;
  const facts = timed(() => {
    for (let i = 0; i < count; i++) {
      const text = pythonFile(i, count);
      host.setFacts(pathOf(i), text, makePackedFacts(text, parser));
    }
  });
  let found = 0;
  const rules = timed(() => {
    for (let i = 0; i < count; i++) found += host.snapshot().findings(pathOf(i)).length;
  });
  const text = pythonFile(0, count);
  host.openFile(pathOf(0), text);
  host.snapshot().findings(pathOf(0));
  const place = text.indexOf("self.note(row)") + "self.note(row)".length;
  const edits = [..."\n            value = self.count"].map((newText, index) =>
    timed(() => {
      host.editFile(pathOf(0), [{ range: { start: place + index, end: place + index }, newText }]);
      host.snapshot().findings(pathOf(0));
    }),
  );
  const edit = edits.sort((a, b) => a - b)[Math.floor(edits.length / 2)] ?? 0;
  const perLine = [facts, rules].map((milliseconds) => `${((1000 * milliseconds) / lines).toFixed(1)} µs a line`.padStart(15));
  const heap = process.memoryUsage().heapUsed / 1024 / 1024;
  console.log(
    `${lines.toLocaleString("en").padStart(10)} ${count.toLocaleString("en").padStart(7)}   ${perLine.join(" ")} ${`${edit.toFixed(1)} ms`.padStart(15)}   ${heap.toFixed(0)} MB   ${found} findings`,
  );
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function pathOf(index: number): string {
  return `/scale/package_${Math.floor(index / 100)}/module_${index}.py`;
}

function pythonFile(index: number, count: number): string {
  const next = [1, 2, 3].map((step) => (index + step) % count);
  const imports = next.map((each) => `from package_${Math.floor(each / 100)}.module_${each} import price as price_of_${each}`);
  const calls = next.map((each) => `price_of_${each}(row)`);
  return `import asyncio
import threading
${imports.join("\n")}

total_${index} = 0

class Store_${index}:
    def __init__(self, rows):
        self.rows = rows
        self.count = 0
        self.lock = threading.Lock()

    def work(self):
        for row in self.rows:
            with self.lock:
                self.count += 1
            self.note(row)

    def note(self, row):
        global total_${index}
        total_${index} += price(row)
        return row

def price(row):
    if row is None:
        return ${calls.join(" + ")}
    return sum(value * ${index + 2} for value in row)

async def serve(rows):
    for row in rows:
        await asyncio.sleep(0)
        price(row)

def main():
    store = Store_${index}([[1, 2], [3]])
    threads = [threading.Thread(target=store.work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asyncio.run(serve(store.rows))
    return store.count
`;
}
