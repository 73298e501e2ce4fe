import assert from "node:assert/strict";
import { test } from "node:test";
import type { CodeAction, CodeLens, Diagnostic, Hover, PublishDiagnosticsParams, TextDocumentEdit } from "vscode-languageserver/node";
import { moduleTextOf } from "../../server/src/base/notebook-cells.js";
import { type Editor, placeOf, textAt, withEditor } from "./editor.js";

const cells = [
  "%matplotlib inline\nimport threading\nvisits = 0\n",
  "%%bash\necho visits += 1\n",
  "def price():\n    return 1\n\ndef record():\n    global visits\n    for _ in range(1_000):\n        visits += price()",
  "threads = [threading.Thread(target=record) for _ in range(4)]\nfor thread in threads:\n    thread.start()",
];

const cellUri = (editor: Editor, index: number | string): string =>
  `vscode-notebook-cell:${editor.uri("book.ipynb").slice("file://".length)}#W${index}`;

async function openNotebook(editor: Editor, texts: readonly string[]): Promise<Map<string, PublishDiagnosticsParams>> {
  const published = new Map<string, PublishDiagnosticsParams>();
  editor.connection.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) => {
    published.set(params.uri, params);
  });
  await editor.notify("notebookDocument/didOpen", {
    notebookDocument: {
      uri: editor.uri("book.ipynb"),
      notebookType: "jupyter-notebook",
      version: 1,
      cells: texts.map((_, index) => ({ kind: 2, document: cellUri(editor, index) })),
    },
    cellTextDocuments: texts.map((text, index) => ({ uri: cellUri(editor, index), languageId: "python", version: 1, text })),
  });
  return published;
}

async function settled(
  published: ReadonlyMap<string, PublishDiagnosticsParams>,
  isAwaited: (all: ReadonlyMap<string, PublishDiagnosticsParams>) => boolean,
): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (isAwaited(published)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(JSON.stringify([...published.values()]));
}

const found = (published: ReadonlyMap<string, PublishDiagnosticsParams>, uri: string, code: string): Diagnostic | undefined =>
  published.get(uri)?.diagnostics.find((diagnostic) => diagnostic.code === code);

test("the cells of a notebook are one module, and each has what is said of it", () =>
  withEditor({ settings: { target: "cpython-3.13" } }, async (editor) => {
    const published = await openNotebook(editor, cells);
    const [, , third = "", fourth = ""] = cells;
    await settled(published, (all) => found(all, cellUri(editor, 2), "GIL201") !== undefined);
    const race = found(published, cellUri(editor, 2), "GIL201") as Diagnostic;
    assert.equal(textAt(third, race.range), "visits += price()");
    const [start] = race.relatedInformation ?? [];
    assert.equal(start?.location.uri, cellUri(editor, 3));
    assert.match(textAt(fourth, start.location.range), /^threading\.Thread\(/);
    for (const index of [0, 1]) assert.deepEqual(published.get(cellUri(editor, index))?.diagnostics, []);
    assert.equal(published.has(editor.uri("book.ipynb")), false);

    const position = placeOf(third, "visits += price", 1);
    const hover = await editor.request<Hover | null>("textDocument/hover", { textDocument: { uri: cellUri(editor, 2) }, position });
    assert.ok(hover?.range);
    assert.equal(textAt(third, hover.range), "visits += price()");
    const lenses = await editor.request<CodeLens[]>("textDocument/codeLens", { textDocument: { uri: cellUri(editor, 3) } });
    assert.ok(
      lenses.every(({ range }) => range.start.line === 0),
      JSON.stringify(lenses),
    );
    const [lens] = lenses;
    assert.ok(lens);
    const resolved = await editor.request<CodeLens>("codeLens/resolve", lens);
    assert.match(resolved.command?.title ?? "", /threads|processes/);
    assert.deepEqual(resolved.range, lens.range);
    assert.equal(resolved.command?.arguments?.[0].uri, cellUri(editor, 3));
    assert.deepEqual(await editor.request<CodeLens[]>("textDocument/codeLens", { textDocument: { uri: cellUri(editor, 2) } }), []);

    const actions = await editor.request<CodeAction[]>("textDocument/codeAction", {
      textDocument: { uri: cellUri(editor, 2) },
      range: race.range,
      context: { diagnostics: [] },
    });
    const fix = actions.find(({ title }) => /lock/.test(title) && !title.startsWith("Explain"));
    assert.ok(fix?.edit?.documentChanges, JSON.stringify(actions));
    const edited = (fix.edit.documentChanges as TextDocumentEdit[]).map(({ textDocument }) => textDocument.uri);
    assert.ok(edited.includes(cellUri(editor, 2)), JSON.stringify(fix));
    for (const uri of edited) assert.match(uri, /^vscode-notebook-cell:/);
  }));

test("a notebook is followed as its cells are edited, added and taken out", () =>
  withEditor({ settings: { target: "cpython-3.13" } }, async (editor) => {
    const published = await openNotebook(editor, cells);
    const change = (version: number, parts: unknown): Promise<void> =>
      editor.notify("notebookDocument/didChange", {
        notebookDocument: { uri: editor.uri("book.ipynb"), version },
        change: { cells: parts },
      });
    await settled(published, (all) => found(all, cellUri(editor, 2), "GIL201") !== undefined);
    await change(2, {
      structure: {
        array: { start: 0, deleteCount: 0, cells: [{ kind: 2, document: cellUri(editor, "new") }] },
        didOpen: [{ uri: cellUri(editor, "new"), languageId: "python", version: 1, text: "# one\n# two\n# three" }],
      },
    });
    await change(3, {
      textContent: [
        {
          document: { uri: cellUri(editor, 2), version: 2 },
          changes: [{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "# more\n" }],
        },
      ],
    });
    await settled(published, (all) => found(all, cellUri(editor, 2), "GIL201")?.range.start.line === 7);
    assert.equal(published.get(cellUri(editor, 2))?.version, 2);
    // Without the threads there is no race.
    await change(4, { structure: { array: { start: 4, deleteCount: 1 }, didClose: [{ uri: cellUri(editor, 3) }] } });
    await settled(published, (all) => all.get(cellUri(editor, 2))?.diagnostics.length === 0);
    await editor.notify("notebookDocument/didClose", {
      notebookDocument: { uri: editor.uri("book.ipynb") },
      cellTextDocuments: [0, 1, 2, "new"].map((index) => ({ uri: cellUri(editor, index) })),
    });
  }));

test("what is not Python leaves its place empty", () => {
  assert.equal(moduleTextOf(["%time f()\nx = 1"]), "#time f()\nx = 1");
  assert.equal(moduleTextOf(["files = !ls *.py\n!pip install x\nf?"]), "files = 0#s *.py\n#pip install x\nf ");
  assert.equal(moduleTextOf(["%%time\ny = 2", "%%html\n<b>z = 3</b>"]), "#%time\ny = 2\n      \n            ");
  assert.equal(moduleTextOf(["a = b % c\nif a != b:\n    pass"]), "a = b % c\nif a != b:\n    pass");
  for (const text of ["x = %timeit -o f()", "a\r\n%b\r\nc"])
    assert.equal(moduleTextOf([text]).length, text.replaceAll("\r\n", "\n").length);
});
