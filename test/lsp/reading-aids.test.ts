import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { InlayHint } from "vscode-languageserver/node";
import {
  analysedNotification,
  type ReleasingRange,
  releasingCallsRequest,
  reportRequest,
  type ThreadNode,
  threadsRequest,
} from "../../server/src/lsp/protocol.js";
import { type Editor, textAt, withEditor } from "./editor.js";

const scramble = readFileSync("test/e2e/workspace/scramble_seeds.py", "utf8");

/** Two threads that wait, one place where both change something. */
const shared = `import threading
import time
import zlib

lock = threading.Lock()
jobs = []
done = 0


def work(data):
    global done
    for _ in range(1_000):
        time.sleep(0.1)
    packed = zlib.compress(data)
    with lock:
        jobs.append(packed)
    done += 1


def watch():
    with lock:
        jobs.clear()


def main():
    threads = [threading.Thread(target=work, args=(b"",)) for _ in range(4)]
    threads.append(threading.Thread(target=watch))
    for thread in threads:
        thread.start()
    open("log.txt").read()
`;

async function hintsIn(editor: Editor, name: string, text: string): Promise<readonly string[]> {
  const range = { start: { line: 0, character: 0 }, end: { line: text.split("\n").length, character: 0 } };
  const hints = await editor.request<InlayHint[]>("textDocument/inlayHint", { textDocument: { uri: editor.uri(name) }, range });
  const lines = text.split("\n");
  return hints.map(({ position, label }) => `${lines[position.line]?.slice(0, position.character).trim()} ‹${label}›`);
}

test("hints in the code are off, and say what is asked for once they are on", () =>
  withEditor({ settings: { target: "cpython-3.13" } }, async (editor) => {
    await editor.status(({ target }) => target === "CPython 3.13");
    await editor.open("scramble.py", scramble);
    await editor.open("shared.py", shared);
    assert.deepEqual(await hintsIn(editor, "scramble.py", scramble), []);

    const settle = async (inlayHints: unknown): Promise<void> => {
      await editor.configure({ target: "cpython-3.12", inlayHints });
      await editor.status(({ target }) => target === "CPython 3.12");
    };
    await settle({ loops: true });
    const [loop, ...others] = await hintsIn(editor, "scramble.py", scramble);
    assert.deepEqual(others, []);
    assert.match(loop ?? "", /^for _ in range\(ROUNDS\): ‹≈ \d+ ms \(1\u202f000\u202f000 × \d+ ns\), holds GIL›$/);
    assert.ok((await hintsIn(editor, "shared.py", shared)).includes("for _ in range(1_000): ‹≈ 100 s (1\u202f000 × 100 ms), without GIL›"));

    await editor.configure({ target: "cpython-3.13", inlayHints: { calls: true } });
    await editor.status(({ target }) => target === "CPython 3.13");
    const calls = await hintsIn(editor, "shared.py", shared);
    assert.ok(calls.includes("time.sleep(0.1) ‹releases GIL›"), calls.join("\n"));
    assert.ok(calls.includes("packed = zlib.compress(data) ‹releases GIL›"), calls.join("\n"));
    assert.ok(!calls.some((hint) => /append|range/.test(hint)), "small calls that hold the GIL are not worth a word");
    await editor.configure({ target: "cpython-3.14t", inlayHints: { calls: true } });
    await editor.status(({ target }) => target === "CPython 3.14t");
    assert.deepEqual(await hintsIn(editor, "shared.py", shared), [], "nothing is released where there is no GIL");
  }));

test("calls that release the GIL are told apart by whether threads run them", () =>
  withEditor({ settings: { target: "cpython-3.13" } }, async (editor) => {
    await editor.open("shared.py", shared);
    const calls = await editor.request<readonly ReleasingRange[]>(releasingCallsRequest, { uri: editor.uri("shared.py") });
    const told = calls.map(({ range, runs }) => `${textAt(shared, range)} ${runs}`);
    assert.ok(told.includes("time.sleep in-threads"), told.join());
    assert.ok(told.includes("open elsewhere"), told.join());
  }));

test("the tree tells who starts threads, what they share, and under which locks", () =>
  withEditor({}, async (editor) => {
    let analysed = 0;
    editor.connection.onNotification(analysedNotification, () => {
      analysed++;
    });
    assert.deepEqual(await editor.request(threadsRequest, undefined), []);
    await editor.open("shared.py", shared);
    await editor.diagnostics("shared.py");
    const nodes = await editor.request<readonly ThreadNode[]>(threadsRequest, undefined);
    assert.deepEqual(
      nodes.map(({ label, kind, detail }) => [label, kind, detail]),
      [
        ["work", "thread", "In 4 threads · shared.py:10"],
        ["watch", "thread", "In one thread · shared.py:20"],
      ],
    );
    const [work] = nodes;
    assert.deepEqual(
      work?.children.map(({ label, kind }) => [label, kind]),
      [
        ["started here", "start"],
        ["done", "unguarded"],
        ["jobs", "guarded"],
      ],
    );
    const [start, done, jobs] = work?.children ?? [];
    assert.match(
      textAt(shared, start?.place.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }),
      /^threading\.Thread\(/,
    );
    assert.equal(done?.detail, "under no lock");
    assert.equal(jobs?.detail, "always under lock; also touched by watch");
    assert.equal(jobs?.children[0]?.label, "changed with lock");
    assert.match(jobs?.spoken ?? "", /shares jobs, always under lock/);
    await editor.change("shared.py", [{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "# one\n" }]);
    const later = await editor.request<readonly ThreadNode[]>(threadsRequest, undefined);
    assert.equal(later[0]?.place.range.start.line, (work?.place.range.start.line ?? 0) + 1);
    await editor.diagnostics("shared.py");
    assert.ok(analysed > 0, "the editor hears when there may be something new");
  }));

test("the report counts findings by rule and names their places", () =>
  withEditor({ settings: { target: "cpython-3.13", cores: 4 } }, async (editor) => {
    await editor.status(({ target }) => target === "CPython 3.13");
    await editor.open("scramble.py", scramble);
    const report = await editor.request<string>(reportRequest, undefined);
    assert.match(report, /^# Gilscope report\n\n1 finding in 1 file, judged for CPython 3\.13 on 4 cores\.\n/);
    assert.match(report, /\| GIL101 cpu-bound-in-thread \| warning \| 1 \|/);
    assert.match(report, /## scramble\.py\n\n- line 17: \*\*GIL101\*\*/);
  }));
