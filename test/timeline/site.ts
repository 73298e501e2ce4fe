import { timelineTexts } from "../../client/src/timeline/view/texts.js";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { parseTarget } from "../../server/src/base/target.js";
import type { TimelineSite } from "../../server/src/lsp/protocol.js";
import { pythonParser } from "../syntax/python-parser.js";

/** The panel's words, in English. */
export const texts = timelineTexts({ t: (message) => message });

const parser = await pythonParser();

/** What the panel is sent for the one site of a program, as it arrives. */
export function siteOf(program: string, targetNamed = "cpython-3.13", cores = 4): TimelineSite {
  const target = parseTarget(targetNamed);
  if (!target) throw new Error(`${targetNamed} is no target`);
  const host = new AnalysisHost(parser, { target, cores, severities: {} });
  host.setFile("/work/main.py", program);
  const [only, other] = host.snapshot().demands("/work/main.py");
  if (!only || other) throw new Error(`the program must have one site:\n${program}`);
  return JSON.parse(JSON.stringify({ ...only, place: { uri: "file:///work/main.py", line: 3, character: 0 }, fileName: "main.py" }));
}

/** Threads of a pool that compute, 12 tasks on 4 workers. */
export const computing = `
from concurrent.futures import ThreadPoolExecutor

def scramble(seed):
    value = seed
    for _ in range(400_000):
        value = (value * 1_103_515_245 + 12_345) % 2_147_483_648
    return value

def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        print(list(pool.map(scramble, range(12))))
`;

/** Threads that are started one by one and wait, 10 of them. */
export const waiting = `
import threading
import time

def fetch():
    time.sleep(0.2)

def main():
    threads = []
    for _ in range(10):
        thread = threading.Thread(target=fetch)
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
`;

/** Work of which nothing is known. */
export const unknown = `
from concurrent.futures import ThreadPoolExecutor
from somewhere import something

def task(item):
    return something(item)

def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        print(list(pool.map(task, range(12))))
`;
