import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { CancellationTokenSource } from "vscode-languageserver/node";
import {
  explanationRequest,
  knowledgeFilesRequest,
  predictionRequest,
  releasingCallsRequest,
  reportRequest,
  threadsRequest,
  timelineRequest,
  topicsRequest,
} from "../../server/src/lsp/protocol.js";
import { type Editor, failuresIn, withEditor } from "../lsp/editor.js";
import type { Chance } from "./chance.js";
import { editOf } from "./edits.js";
import { grammarText, realFiles } from "./texts.js";

/* The real server process, and an editor that has gone mad. */

const names = ["a.py", "b.py", "c.py", "untitled:d"];

/** How long an answer may take on a machine that does other things too, in milliseconds. */
const answerTime = 20_000;

/**
 * Sends what an editor may send in any order, many requests at a time, some of them cancelled, with places inside and outside the text. In the end
 * each request has its answer, the log tells of no failure, and the diagnostics are those of an editor that has just opened the same texts.
 */
export async function playMessages(chance: Chance, count: number): Promise<number> {
  await withEditor({}, async (editor) => {
    const open = new Set<string>();
    const pending: Promise<unknown>[] = [];
    let bookVersion = 0;
    for (let i = 0; i < count; i++) {
      const name = chance.of(names);
      const draw = chance.below(20);
      if (draw < 3 && !open.has(name)) {
        await editor.open(name, chance.happens(0.5) ? chance.of([...realFiles.values()]) : grammarText(chance, 3));
        open.add(name);
      } else if (draw < 4 && open.has(name)) {
        await editor.close(name);
        open.delete(name);
      } else if (draw < 11 && open.has(name)) {
        await change(editor, name, chance);
      } else if (draw < 12) {
        await editor.notify("workspace/didChangeWatchedFiles", {
          changes: [{ uri: editor.uri(name.replace(":", "_")), type: 1 + chance.below(3) }],
        });
      } else if (draw < 13) {
        await editor.configure(
          chance.of([{}, { cores: 8 }, { target: "cpython-3.14t" }, { rules: { "cpu-bound-in-thread": "off" } }, null, 7]),
        );
      } else if (draw < 14) {
        const uri = editor.uri("sub");
        const event = chance.happens(0.5) ? { added: [{ uri, name: "sub" }], removed: [] } : { added: [], removed: [{ uri, name: "sub" }] };
        await editor.notify("workspace/didChangeWorkspaceFolders", { event });
      } else if (draw < 15) {
        bookVersion = await playNotebook(editor, bookVersion, chance);
      } else pending.push(...ask(editor, name, chance));
      if (chance.happens(0.1)) await pause(chance.below(15));
    }
    const late = pause(answerTime, "late", { ref: false });
    assert.notEqual(await Promise.race([Promise.all(pending), late]), "late", "a request was not answered");
    await editor.configure({});
    for (const name of names) if (!open.has(name)) await editor.open(name, "");
    const said = new Map<string, string>();
    for (const name of names) said.set(name, JSON.stringify(await settled(editor, name)));
    const texts = new Map(names.map((name) => [name, editor.text(name)]));
    for (const name of names) await editor.close(name);
    for (const [name, text] of texts) await editor.open(name, text);
    for (const name of names) assert.equal(JSON.stringify(await settled(editor, name)), said.get(name), `diagnostics of ${name}`);
  });
  return count;
}

/** The diagnostics once nothing more is said: a change in one file can change what is said of another. */
async function settled(editor: Editor, name: string): Promise<unknown> {
  await editor.request(topicsRequest, {});
  await editor.diagnostics(name);
  await pause(150);
  await editor.request(topicsRequest, {});
  return editor.diagnostics(name);
}

async function change(editor: Editor, name: string, chance: Chance): Promise<void> {
  const text = editor.text(name);
  if (chance.happens(0.1)) return editor.change(name, [{ text: grammarText(chance, 2) }]);
  const { range, newText } = editOf(text, chance);
  const place = (offset: number) => {
    const before = text.slice(0, offset).split(/\r\n|\r|\n/);
    return { line: before.length - 1, character: before[before.length - 1]?.length ?? 0 };
  };
  await editor.change(name, [{ range: { start: place(range.start), end: place(range.end) }, text: newText }]);
}

/** Opens a notebook of which nothing else depends, changes one of its cells, or closes it: version 0 is none. Returns the version now. */
async function playNotebook(editor: Editor, version: number, chance: Chance): Promise<number> {
  const uri = editor.uri("book.ipynb");
  const cell = (index: number): string => `vscode-notebook-cell:${uri.slice("file://".length)}#W${index}`;
  const cells = [0, 1].map((index) => ({ uri: cell(index), languageId: "python", version: 1, text: grammarText(chance, 1) }));
  if (version === 0) {
    await editor.notify("notebookDocument/didOpen", {
      notebookDocument: {
        uri,
        notebookType: "jupyter-notebook",
        version: 1,
        cells: cells.map((each) => ({ kind: 2, document: each.uri })),
      },
      cellTextDocuments: cells,
    });
    return 1;
  }
  if (chance.happens(0.3)) {
    await editor.notify("notebookDocument/didClose", {
      notebookDocument: { uri },
      cellTextDocuments: cells.map((each) => ({ uri: each.uri })),
    });
    return 0;
  }
  const document = { uri: cell(chance.below(2)), version: version + 1 };
  await editor.notify("notebookDocument/didChange", {
    notebookDocument: { uri, version: version + 1 },
    change: { cells: { textContent: [{ document, changes: [{ text: grammarText(chance, 1) }] }] } },
  });
  return version + 1;
}

/** One to four requests at a time; each promise settles with the answer, or with the word that it was cancelled. */
function ask(editor: Editor, name: string, chance: Chance): Promise<unknown>[] {
  const textDocument = { uri: editor.uri(name) };
  const position = { line: chance.of([0, 1, 5, 20, 1e6, -1]), character: chance.of([0, 3, 12, 1e6, -5, 0.5]) };
  const range = { start: position, end: { line: chance.of([0, 3, 30, 1e7]), character: chance.of([0, 7, 1e7]) } };
  return Array.from({ length: 1 + chance.below(4) }, () => {
    const [method, params] = chance.of<[string, unknown]>([
      ["textDocument/hover", { textDocument, position }],
      ["textDocument/codeAction", { textDocument, range, context: { diagnostics: [] } }],
      ["textDocument/codeLens", { textDocument }],
      [predictionRequest, { ...textDocument, ...position }],
      [explanationRequest, { name: "GIL201" }],
      [topicsRequest, {}],
      [releasingCallsRequest, textDocument],
      [threadsRequest, {}],
      [reportRequest, {}],
      [timelineRequest, { ...textDocument, ...position }],
      [knowledgeFilesRequest, {}],
      ["textDocument/inlayHint", { textDocument, range }],
      ["codeLens/resolve", { range, data: { ...textDocument, ...position } }],
    ]);
    const source = new CancellationTokenSource();
    const answer = editor.connection.sendRequest(method, params, source.token);
    if (chance.happens(0.2)) source.cancel();
    return answer.catch((error: { code?: number }) => {
      // RequestCancelled of the protocol.
      if (error.code !== -32800) throw error;
    });
  });
}

/** What is no message, or no message that makes sense; the server goes on, and says each failure once. */
export async function playMalformed(chance: Chance, count: number): Promise<number> {
  await withEditor({ failures: "expected" }, async (editor) => {
    const race = realFiles.get("test/e2e/workspace/visit_counter.py") ?? "";
    await editor.open("a.py", race);
    const wanted = await editor.diagnostics("a.py", (diagnostics) => diagnostics.length > 0);
    for (let i = 0; i < count; i++) {
      const body = malformed(editor.uri("a.py"), chance);
      editor.writeRaw(
        `Content-Length: ${Buffer.byteLength(body)}\r\n${chance.happens(0.2) ? "Content-Type: text/plain; x=y\r\n" : ""}\r\n${body}`,
      );
    }
    await editor.change("a.py", [{ text: "" }]);
    await editor.change("a.py", [{ text: race }]);
    const again = await editor.diagnostics("a.py", (diagnostics) => diagnostics.length > 0);
    assert.deepEqual(again, wanted);
    // Of what it cannot take at all the protocol's library tells each time.
    const failures = failuresIn(editor.log).filter((line) => !line.startsWith("Processing message queue failed"));
    assert.deepEqual(failures, [...new Set(failures)], "each failure is logged once");
  });
  return count;
}

function malformed(uri: string, chance: Chance): string {
  const thing = (): unknown =>
    chance.of<unknown>([
      null,
      true,
      0,
      -1,
      1e308,
      "",
      "text",
      "\ud800",
      [],
      {},
      [[]],
      { uri },
      { textDocument: { uri } },
      { __proto__: null },
    ]);
  const method = chance.of([
    "textDocument/hover",
    "textDocument/codeAction",
    "textDocument/codeLens",
    "textDocument/didOpen",
    "textDocument/didSave",
    "workspace/didChangeWatchedFiles",
    "workspace/didChangeWorkspaceFolders",
    "workspace/didChangeConfiguration",
    "workspace/executeCommand",
    "$/cancelRequest",
    "$/setTrace",
    "$/progress",
    "no/such/thing",
    predictionRequest,
    explanationRequest,
    timelineRequest,
    releasingCallsRequest,
    threadsRequest,
    "gilscope/interpreter",
    "",
  ]);
  const deep = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  return chance.of<() => string>([
    () => JSON.stringify({ jsonrpc: "2.0", id: 1_000_000 + chance.below(1000), method, params: thing() }),
    () => JSON.stringify({ jsonrpc: "2.0", id: `text ${chance.below(1000)}`, method, params: thing() }),
    () => JSON.stringify({ jsonrpc: "2.0", method, params: thing() }),
    () => JSON.stringify({ jsonrpc: "1.0", id: null, method, params: [thing(), thing()] }),
    () => JSON.stringify({ id: thing(), method: thing(), params: thing() }),
    () => JSON.stringify({ jsonrpc: "2.0", id: 999_999, result: thing() }),
    () => JSON.stringify({ jsonrpc: "2.0", id: 999_999, error: thing() }),
    () => JSON.stringify([thing(), thing()]),
    () => JSON.stringify(thing()),
    () => "{",
    () => "{bad}",
    () => deep(chance.of([10, 5000])),
    () =>
      `{"jsonrpc":"2.0","method":"textDocument/hover","id":1000001,"params":{"__proto__":{"polluted":true},"textDocument":{"uri":"${uri}"}}}`,
    () =>
      JSON.stringify({
        jsonrpc: "2.0",
        id: 1_000_002,
        method: "textDocument/hover",
        params: { textDocument: { uri }, position: { line: "0", character: null } },
      }),
    () =>
      JSON.stringify({
        jsonrpc: "2.0",
        method: "textDocument/didChange",
        params: { textDocument: { uri: `${uri}x`, version: thing() }, contentChanges: thing() },
      }),
  ])();
}
