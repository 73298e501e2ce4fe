import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import {
  CancellationTokenSource,
  type ChangeAnnotation,
  type CodeAction,
  type CodeLens,
  type Diagnostic,
  DiagnosticSeverity,
  ErrorCodes,
  type Hover,
  LSPErrorCodes,
  type MarkupContent,
  type PublishDiagnosticsParams,
  type TextDocumentEdit,
  TextDocumentSyncKind,
  type TextEdit,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import {
  type ClientIntroduction,
  type Explanation,
  explainCommand,
  explanationRequest,
  type IntroducedDocument,
  type Page,
  predictionRequest,
  reportRequest,
  showPredictionCommand,
  showTimelineCommand,
  type TimelineSite,
  timelineRequest,
  trustNotification,
} from "../../server/src/lsp/protocol.js";
import { uriNamed, withFailingServer } from "../faults/failing-server.js";
import { pythonParser } from "../syntax/python-parser.js";
import { documentOf, type Editor, failuresIn, placeOf, textAt, withEditor } from "./editor.js";

/* The real server process, spoken to over standard input and output. */

/** Threads that compute: GIL101, with a fix. */
const primes = readFileSync("test/e2e/workspace/prime_sums.py", "utf8");
/** Threads that change one counter without a lock: GIL201. */
const visits = readFileSync("test/e2e/workspace/visit_counter.py", "utf8");

/** The one finding of that code. */
function finding(diagnostics: readonly Diagnostic[], code: string): Diagnostic {
  const found = diagnostics.filter((diagnostic) => diagnostic.code === code);
  assert.equal(found.length, 1, `one ${code} in ${JSON.stringify(diagnostics)}`);
  return found[0] as Diagnostic;
}

/** Messages are plain text: editors show Markdown there only since LSP 3.18. */
function messageOf({ message }: Diagnostic): string {
  assert.equal(typeof message, "string");
  return String(message);
}

const has =
  (code: string) =>
  (diagnostics: readonly Diagnostic[]): boolean =>
    diagnostics.some((diagnostic) => diagnostic.code === code);
const hasNo =
  (code: string) =>
  (diagnostics: readonly Diagnostic[]): boolean =>
    !diagnostics.some((diagnostic) => diagnostic.code === code);

test("says what it can do", () =>
  withEditor({}, async ({ initialized: { capabilities, serverInfo } }) => {
    assert.equal(serverInfo?.name, "gilscope");
    assert.deepEqual(capabilities.textDocumentSync, { openClose: true, change: TextDocumentSyncKind.Incremental });
    assert.equal(capabilities.hoverProvider, true);
    assert.ok(capabilities.codeActionProvider);
    assert.ok(capabilities.codeLensProvider);
  }));

test("a file is diagnosed when it is opened and as it is edited, and cleared when it is closed", () =>
  withEditor({}, async (editor) => {
    await editor.open("primes.py", primes);
    const first = finding(await editor.diagnostics("primes.py", has("GIL101")), "GIL101");
    assert.equal(first.source, "gilscope");
    assert.equal(first.severity, DiagnosticSeverity.Warning);
    assert.match(messageOf(first), /`count_primes`.*×/);
    assert.doesNotMatch(messageOf(first), /\n/);
    const marked = textAt(primes, first.range);

    await editor.change("primes.py", [
      { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "# one\n# two\n" },
    ]);
    const second = finding(await editor.diagnostics("primes.py"), "GIL101");
    assert.equal(second.range.start.line, first.range.start.line + 2);
    assert.equal(textAt(editor.text("primes.py"), second.range), marked);

    const pool = placeOf(editor.text("primes.py"), "with Thread", "with ".length);
    const imported = placeOf(editor.text("primes.py"), "import Thread", "import ".length);
    const replaceThread = (start: typeof pool) => ({
      range: { start, end: { ...start, character: start.character + "Thread".length } },
      text: "Process",
    });
    await editor.change("primes.py", [replaceThread(pool), replaceThread(imported)]);
    assert.match(editor.text("primes.py"), /import ProcessPoolExecutor[\s\S]*with ProcessPoolExecutor/);
    assert.ok(hasNo("GIL101")(await editor.diagnostics("primes.py")));

    await editor.close("primes.py");
    assert.deepEqual(await editor.diagnostics("primes.py"), []);
  }));

test("a hover on the spawn shows what each way of running would take", () =>
  withEditor({}, async (editor) => {
    await editor.open("primes.py", primes);
    const place = placeOf(primes, "pool.map", "pool.".length);
    const hover = await editor.request<Hover | null>("textDocument/hover", {
      textDocument: { uri: editor.uri("primes.py") },
      position: place,
    });
    assert.ok(hover);
    const { kind, value } = hover.contents as MarkupContent;
    assert.equal(kind, "markdown");
    assert.match(value, /count_primes/);
    for (const strategy of ["serial", "threads", "processes", "free-threaded"])
      assert.ok(value.includes(strategy), `${strategy} in ${value}`);
    const { start, end } = documentOffsets(primes, hover);
    assert.ok(start <= documentOf(primes).offsetAt(place) && documentOf(primes).offsetAt(place) <= end);

    const nothing = await editor.request("textDocument/hover", {
      textDocument: { uri: editor.uri("primes.py") },
      position: placeOf(primes, "candidate % divisor"),
    });
    assert.equal(nothing, null);
  }));

function documentOffsets(text: string, hover: Hover | null): { readonly start: number; readonly end: number } {
  assert.ok(hover?.range);
  return { start: documentOf(text).offsetAt(hover.range.start), end: documentOf(text).offsetAt(hover.range.end) };
}

test("the fix switches to processes, for the version it was asked of", () =>
  withEditor({}, async (editor) => {
    await editor.open("primes.py", primes);
    await editor.change("primes.py", [{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "#\n" }]);
    const shown = finding(await editor.diagnostics("primes.py"), "GIL101");
    const actions = await codeActions(editor, "primes.py", shown);
    const fix = actions.find(({ title }) => title.includes("ProcessPoolExecutor"));
    assert.ok(fix, JSON.stringify(actions));
    assert.equal(fix.kind, "quickfix");
    assert.equal(fix.disabled, undefined);
    assert.deepEqual(
      fix.diagnostics?.map(({ code }) => code),
      ["GIL101"],
    );
    const changes = (fix.edit?.documentChanges ?? []) as readonly TextDocumentEdit[];
    assert.equal(changes.length, 1);
    const [change] = changes;
    assert.deepEqual(change?.textDocument, { uri: editor.uri("primes.py"), version: 2 });

    const edits = change?.edits as TextEdit[];
    const fixed = TextDocument.applyEdits(documentOf(editor.text("primes.py")), edits);
    assert.match(fixed, /from concurrent\.futures import ProcessPoolExecutor\n/);
    assert.doesNotMatch(fixed, /ThreadPoolExecutor/);
    // Changes are applied one after the other, edits all at once: from the last to the first they come to the same.
    const start = (edit: TextEdit): number => documentOf(editor.text("primes.py")).offsetAt(edit.range.start);
    const backwards = edits.toSorted((a, b) => start(b) - start(a));
    await editor.change(
      "primes.py",
      backwards.map(({ range, newText }) => ({ range, text: newText })),
    );
    assert.equal(editor.text("primes.py"), fixed);
    assert.ok(hasNo("GIL101")(await editor.diagnostics("primes.py")));
  }));

test("only the kinds that were asked for are offered", () =>
  withEditor({}, async (editor) => {
    await editor.open("primes.py", primes);
    const shown = finding(await editor.diagnostics("primes.py", has("GIL101")), "GIL101");
    assert.deepEqual(await codeActions(editor, "primes.py", shown, ["source.organizeImports"]), []);
    assert.notDeepEqual(await codeActions(editor, "primes.py", shown, ["quickfix"]), []);
    assert.deepEqual(
      await codeActions(editor, "primes.py", { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } }),
      [],
    );
  }));

/** The same program, but the work uses an open file, which cannot be sent to another process. */
const unpicklable = primes
  .replace("pool.map(count_primes, LIMITS)", "pool.map(lambda limit: print(count_primes(limit), file=log), LIMITS)")
  .replace(/^( +)(with ThreadPoolExecutor)/m, '$1log = open("log.txt", "w")\n$1$2');

test("a fix that is not possible is shown with its reason where the editor can show it", async () => {
  await withEditor({}, async (editor) => {
    await editor.open("primes.py", unpicklable);
    const shown = finding(await editor.diagnostics("primes.py", has("GIL101")), "GIL101");
    const refused = (await codeActions(editor, "primes.py", shown)).find(({ title }) => title.includes("ProcessPoolExecutor"));
    assert.match(refused?.disabled?.reason ?? "", /pickle/);
    assert.equal(refused?.edit, undefined);
  });
  await withEditor({ capabilities: {} }, async (editor) => {
    await editor.open("primes.py", unpicklable);
    const shown = finding(await editor.diagnostics("primes.py", has("GIL101")), "GIL101");
    const actions = await codeActions(editor, "primes.py", shown);
    assert.ok(
      actions.every(({ disabled, edit, title }) => disabled === undefined && (edit === undefined || title.startsWith("Ignore "))),
      JSON.stringify(actions),
    );
  });
});

test("an editor that knows only the basics gets plain changes", () =>
  withEditor({ capabilities: {} }, async (editor) => {
    await editor.open("primes.py", primes);
    const shown = finding(await editor.diagnostics("primes.py", has("GIL101")), "GIL101");
    assert.equal(shown.relatedInformation, undefined);
    const fix = (await codeActions(editor, "primes.py", shown)).find(({ title }) => title.includes("ProcessPoolExecutor"));
    assert.deepEqual(Object.keys(fix?.edit ?? {}), ["changes"]);
    assert.deepEqual(Object.keys(fix?.edit?.changes ?? {}), [editor.uri("primes.py")]);
  }));

test("a fix that needs a reader is shown before it is done, with what it changes in words", () =>
  withEditor({}, async (editor) => {
    await editor.open("primes.py", primes);
    const shown = finding(await editor.diagnostics("primes.py", has("GIL101")), "GIL101");
    const actions = await codeActions(editor, "primes.py", shown);
    const edit = actions.find(({ title }) => title.includes("ProcessPoolExecutor"))?.edit;
    const annotations = Object.entries(edit?.changeAnnotations ?? {});
    assert.equal(annotations.length, 1, JSON.stringify(edit));
    const [[id, annotation]] = annotations as [[string, ChangeAnnotation]];
    assert.equal(annotation.needsConfirmation, true);
    assert.match(annotation.label, /ProcessPoolExecutor/);
    assert.match(annotation.description ?? "", /pickled/);
    const edits = ((edit?.documentChanges ?? []) as readonly TextDocumentEdit[]).flatMap((change) => change.edits);
    assert.ok(edits.length > 0 && edits.every((each) => "annotationId" in each && each.annotationId === id));
    const ignore = actions.find(({ title }) => title.startsWith("Ignore "))?.edit;
    assert.equal(ignore?.changeAnnotations, undefined, "a comment changes nothing");
  }));

/** Two counters whose locks are made in the same place, and a pool that only an unsafe fix changes. */
const counters = `import threading

first = 0
second = 0


def count():
    global first, second
    first += int("1")
    print(first)
    second += int("1")


for _ in range(4):
    threading.Thread(target=count).start()
`;

test("fix all applies the safe fixes of a file, those that meet included, and only where it is asked for", () =>
  withEditor({}, async (editor) => {
    await editor.open("counters.py", counters);
    await editor.diagnostics("counters.py", has("GIL201"));
    const everywhere = { range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } } };
    const isFixAll = ({ kind }: CodeAction): boolean => kind === "source.fixAll.gilscope";
    assert.ok(!(await codeActions(editor, "counters.py", everywhere)).some(isFixAll));
    assert.ok(!(await codeActions(editor, "counters.py", everywhere, ["quickfix"])).some(isFixAll));
    for (const only of ["source", "source.fixAll", "source.fixAll.gilscope"]) {
      const actions = await codeActions(editor, "counters.py", everywhere, [only]);
      assert.deepEqual(actions.map(isFixAll), [true], only);
      const [change] = (actions[0]?.edit?.documentChanges ?? []) as readonly TextDocumentEdit[];
      assert.deepEqual(change?.textDocument, { uri: editor.uri("counters.py"), version: 1 });
      const fixed = TextDocument.applyEdits(documentOf(counters), change?.edits as TextEdit[]);
      assert.match(fixed, /with \w+:\n {8}first \+= int\("1"\)/);
      assert.match(fixed, /with \w+:\n {8}second \+= int\("1"\)/);
      assert.equal(actions[0]?.edit?.changeAnnotations, undefined);
    }
    // What was tried out is not there for anybody else.
    await editor.change("counters.py", [{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "#\n" }]);
    const moved = (await editor.diagnostics("counters.py")).filter(({ code }) => code === "GIL201");
    assert.deepEqual(
      moved.map(({ range }) => range.start.line),
      [9, 11],
    );
  }));

test("fix all leaves a file alone that only unsafe fixes would change", () =>
  withEditor({}, async (editor) => {
    await editor.open("primes.py", primes);
    const shown = finding(await editor.diagnostics("primes.py", has("GIL101")), "GIL101");
    assert.deepEqual(await codeActions(editor, "primes.py", shown, ["source.fixAll"]), []);
  }));

function codeActions(editor: Editor, name: string, at: Pick<Diagnostic, "range">, only?: readonly string[]): Promise<CodeAction[]> {
  return editor.request("textDocument/codeAction", {
    textDocument: { uri: editor.uri(name) },
    range: at.range,
    context: { diagnostics: [], ...(only ? { only } : {}) },
  });
}

test("a lens leads to the prediction, a finding to its rule's page", () =>
  withEditor({}, async (editor) => {
    await editor.open("primes.py", primes);
    const lenses = await editor.request<CodeLens[]>("textDocument/codeLens", { textDocument: { uri: editor.uri("primes.py") } });
    assert.equal(lenses.length, 2, JSON.stringify(lenses));
    assert.equal(lenses[0]?.command, undefined);
    const { range, command } = await editor.request<CodeLens>("codeLens/resolve", lenses[0]);
    assert.deepEqual(range, lenses[0]?.range);
    assert.equal(range.start.line, placeOf(primes, "pool.map").line);
    assert.equal(command?.command, showPredictionCommand);
    assert.match(command?.title ?? "", /threads .*processes /);
    const prediction = await editor.request<Page | null>(predictionRequest, command?.arguments?.[0]);
    assert.match(prediction?.markdown ?? "", /count_primes[\s\S]*\| .*processes/);
    assert.match(prediction?.markdown ?? "", /## Beside it[\s\S]*\| threads \| [\d.]+\u00a0ms/);
    assert.equal(await editor.request(predictionRequest, { uri: editor.uri("primes.py"), line: 0, character: 0 }), null);

    const beside = lenses[1] as CodeLens;
    assert.deepEqual(beside.range, range);
    assert.equal(beside.command?.command, showTimelineCommand);
    const site = await editor.request<TimelineSite | null>(timelineRequest, beside.command?.arguments?.[0]);
    assert.deepEqual(site?.place, { uri: editor.uri("primes.py"), ...placeOf(primes, "pool.map") });
    assert.equal(site?.fileName, "primes.py");
    assert.equal(site?.prediction.task, "count_primes");
    assert.ok((site?.demand.interpreterNs.likely ?? 0) > 0);
    assert.equal(await editor.request(timelineRequest, { uri: editor.uri("primes.py"), line: 0, character: 0 }), null);

    const shown = finding(await editor.diagnostics("primes.py", has("GIL101")), "GIL101");
    const explain = (await codeActions(editor, "primes.py", shown)).find((action) => action.command?.command === explainCommand);
    const rule = await editor.request<Explanation | null>(explanationRequest, { name: explain?.command?.arguments?.[0] });
    assert.match(rule?.markdown ?? "", /^# cpu-bound-in-thread \(GIL101\)/);
    assert.equal(rule?.path, "rules/cpu-bound-in-thread.md");
    assert.equal(await editor.request(explanationRequest, { name: "no-such-rule" }), null);
  }));

test("what was measured of this machine's interpreter is used, and a file that cannot be is told to the log", () => {
  const measured = {
    gilscope: "costs",
    format: 1,
    implementation: "CPython",
    version: "3.13.1",
    freeThreaded: false,
    measured: "2026-11-26",
    operations: { intAdd: [20, 21, 22] },
    native: {},
    handOver: {},
  };
  const prepare = async (folder: string): Promise<void> => {
    await mkdir(join(folder, ".settings/gilscope"), { recursive: true });
    await writeFile(join(folder, ".settings/gilscope/costs-cpython-3.13.json"), JSON.stringify(measured));
    await writeFile(join(folder, ".settings/gilscope/costs-cpython-3.12.json"), "no JSON");
  };
  return withEditor({ prepare, settings: { target: "cpython-3.13" } }, async (editor) => {
    await editor.open("primes.py", primes);
    await editor.diagnostics("primes.py", has("GIL101"));
    const page = (): Promise<Page | null> =>
      editor.request(predictionRequest, { uri: editor.uri("primes.py"), ...placeOf(primes, "pool.map") });
    assert.match((await page())?.markdown ?? "", /cost of each operation: \*\*measured on this machine, 2026-11-26/);
    await editor.configure({ target: "cpython-3.12" });
    await editor.logged(/costs-cpython-3\.12\.json is not JSON; run `gilscope calibrate` again/);
    assert.match((await page())?.markdown ?? "", /cost of each operation: \*\*the table measured on CPython 3\.12/);
  });
});

/** A counter in one module, the threads that change it in another. */
const counter = [
  "total = 0",
  "",
  "",
  "def price():",
  "    return 1",
  "",
  "",
  "def add():",
  "    global total",
  "    total += price()",
  "",
].join("\n");
const starter = [
  "import threading",
  "",
  "from counter import add",
  "",
  "for _ in range(4):",
  "    threading.Thread(target=add).start()",
  "",
].join("\n");

async function prepareCounter(folder: string): Promise<void> {
  await writeFile(join(folder, "counter.py"), counter);
  await writeFile(join(folder, "starter.py"), starter);
}

test("files that no editor shows count: on disk, changed there, open, closed and deleted", () =>
  withEditor({ prepare: prepareCounter }, async (editor) => {
    await editor.open("counter.py", counter);
    const shown = finding(await editor.diagnostics("counter.py", has("GIL201")), "GIL201");
    assert.equal(textAt(counter, shown.range).split("\n").length, 1);
    assert.equal(shown.range.start.line, placeOf(counter, "total += ").line);
    const elsewhere = shown.relatedInformation?.find(({ location }) => location.uri === editor.uri("starter.py"));
    assert.ok(elsewhere, JSON.stringify(shown));
    assert.match(textAt(starter, elsewhere.location.range), /Thread|add/);

    await editor.open("starter.py", "");
    await editor.diagnostics("counter.py", hasNo("GIL201"));
    await editor.close("starter.py");
    await editor.diagnostics("counter.py", has("GIL201"));

    await writeFile(join(editor.folder, "starter.py"), "from counter import add\n\nadd()\n");
    await editor.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: editor.uri("starter.py"), type: 2 }] });
    await editor.diagnostics("counter.py", hasNo("GIL201"));

    await writeFile(join(editor.folder, "other.py"), starter);
    await editor.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: editor.uri("other.py"), type: 1 }] });
    await editor.diagnostics("counter.py", has("GIL201"));

    await rm(join(editor.folder, "other.py"));
    await editor.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: editor.uri("other.py"), type: 3 }] });
    await editor.diagnostics("counter.py", hasNo("GIL201"));
  }));

test("workspace folders come and go", () =>
  withEditor(
    {
      workspaceFolders: ["a"],
      prepare: async (folder) => {
        await mkdir(join(folder, "a"));
        await mkdir(join(folder, "b"));
        await writeFile(join(folder, "a/counter.py"), counter);
        await writeFile(join(folder, "b/starter.py"), starter);
        await writeFile(join(folder, "b/counter.py"), counter);
      },
    },
    async (editor) => {
      const event = (added: readonly string[], removed: readonly string[]) => {
        const folders = (names: readonly string[]) => names.map((name) => ({ uri: editor.uri(name), name }));
        return editor.notify("workspace/didChangeWorkspaceFolders", { event: { added: folders(added), removed: folders(removed) } });
      };
      await editor.open("b/counter.py", counter);
      await editor.diagnostics("b/counter.py", hasNo("GIL201"));
      await event(["b"], []);
      await editor.diagnostics("b/counter.py", has("GIL201"));
      await event([], ["b"]);
      await editor.diagnostics("b/counter.py", hasNo("GIL201"));
    },
  ));

test("settings change severities, the interpreter and what is left out, at once; nonsense is logged and ignored", () =>
  withEditor({ prepare: prepareCounter, settings: { target: "cpython-3.9", cores: 4 } }, async (editor) => {
    await editor.open("primes.py", primes);
    await editor.open("counter.py", counter);
    const first = finding(await editor.diagnostics("primes.py", has("GIL101")), "GIL101");
    assert.match(messageOf(first), /CPython 3\.9/);
    assert.equal((await editor.status(({ target }) => target === "CPython 3.9")).cores, 4);
    await editor.diagnostics("counter.py", has("GIL201"));

    await editor.configure({ target: "cpython-3.13", cores: 8, rules: { "cpu-bound-in-thread": "error" } });
    const second = finding(
      await editor.diagnostics("primes.py", (all) => all.some(({ severity }) => severity === DiagnosticSeverity.Error)),
      "GIL101",
    );
    assert.match(messageOf(second), /CPython 3\.13.*8 cores/);

    await editor.configure({ rules: { "cpu-bound-in-thread": "off" }, exclude: ["starter.py"] });
    await editor.diagnostics("primes.py", hasNo("GIL101"));
    await editor.diagnostics("counter.py", hasNo("GIL201"));

    await editor.configure({ target: "cpython-1.0", cores: "many", rules: { "cpu-bound-in-thread": 3 }, exclude: "all" });
    await editor.logged(/gilscope\.target.*cpython-1\.0/);
    await editor.logged(/gilscope\.cores.*many/);
    await editor.logged(/gilscope\.rules\.cpu-bound-in-thread/);
    await editor.diagnostics("primes.py", has("GIL101"));
    await editor.diagnostics("counter.py", has("GIL201"));

    await editor.configure(null);
    await editor.diagnostics("primes.py", has("GIL101"));
  }));

/** A knowledge file that says of a decorator of a library that threads run what it decorates. */
function framework(decorator: string): string {
  const evidence = [{ kind: "docs", place: "https://example.org", says: "tasks run in threads", date: "2026-11-21" }];
  const spawner = {
    names: [decorator],
    worker: "thread",
    startedBy: "library",
    target: { at: "decorated" },
    passing: { pass: "from-library" },
    concurrency: { width: "unbounded" },
    evidence,
  };
  return JSON.stringify({ package: { name: "acme", modules: ["acme"], evidence }, spawners: [spawner] });
}

const tasks = "from acme.tasks import task\n\ntotal = 0\n\n\n@task\ndef count():\n    global total\n    total += 1\n";

test("knowledge files of the user's own count, and count again when they change", () => {
  const settings = { knowledge: ["knowledge/acme.json"] };
  const prepare = async (folder: string): Promise<void> => {
    await mkdir(join(folder, "knowledge"));
    await writeFile(join(folder, "knowledge/acme.json"), framework("acme.tasks.task"));
  };
  return withEditor({ settings, prepare }, async (editor) => {
    await editor.open("tasks.py", tasks);
    await editor.diagnostics("tasks.py", has("GIL201"));

    const write = async (text: string): Promise<void> => {
      await writeFile(join(editor.folder, "knowledge/acme.json"), text);
      await editor.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: editor.uri("knowledge/acme.json"), type: 2 }] });
    };
    await write(framework("acme.tasks.other"));
    await editor.diagnostics("tasks.py", hasNo("GIL201"));
    await write(framework("acme.tasks.task"));
    await editor.diagnostics("tasks.py", has("GIL201"));
    await write('{"package": ');
    await editor.logged(/knowledge\/acme\.json is not JSON/);
    const [fault] = await editor.diagnostics("knowledge/acme.json", (all) => all.length === 1);
    assert.deepEqual(fault?.range.start, { line: 0, character: 12 });
    await editor.diagnostics("tasks.py", hasNo("GIL201"));
    await write(framework("acme.tasks.task"));
    await editor.diagnostics("tasks.py", has("GIL201"));

    await editor.diagnostics("knowledge/acme.json", (all) => all.length === 0);

    await editor.configure({ knowledge: [] });
    await editor.diagnostics("tasks.py", hasNo("GIL201"));
    await writeFile(join(editor.folder, "pyproject.toml"), '[tool.gilscope]\nknowledge = ["knowledge/acme.json"]\n');
    await editor.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: editor.uri("pyproject.toml"), type: 1 }] });
    await editor.diagnostics("tasks.py", has("GIL201"));
    await write(framework("acme.tasks.other").replace('"thread"', '"threat"'));
    const [misspelt] = await editor.diagnostics("knowledge/acme.json", (all) => all.length === 1);
    assert(misspelt);
    assert.match(String(misspelt.message), /"thread"/);
    assert.equal(textAt(framework("acme.tasks.other").replace('"thread"', '"threat"'), misspelt.range), '"threat"');
    await writeFile(join(editor.folder, "pyproject.toml"), "");
    await editor.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: editor.uri("pyproject.toml"), type: 2 }] });
    await editor.diagnostics("knowledge/acme.json", (all) => all.length === 0);
    await editor.diagnostics("tasks.py", hasNo("GIL201"));
    await editor.configure({ knowledge: ["missing.json", 3] });
    await editor.logged(/missing\.json does not exist/);
    await editor.logged(/gilscope\.knowledge: 3 is not a path/);
    await editor.configure({ knowledge: "acme.json" });
    await editor.logged(/gilscope\.knowledge: "acme\.json" is not a list of files/);
  });
});

test("knowledge files that a workspace names count once the workspace is trusted", () => {
  const prepare = async (folder: string): Promise<void> => {
    await writeFile(join(folder, "acme.json"), framework("acme.tasks.task"));
    await writeFile(join(folder, "pyproject.toml"), '[tool.gilscope]\nknowledge = ["acme.json"]\n');
  };
  const introduction = { commands: [], theme: "light", trust: "withheld" } as const;
  return withEditor({ introduction, prepare }, async (editor) => {
    await editor.status(({ indexing }) => indexing === "done");
    await editor.open("tasks.py", tasks);
    await editor.diagnostics("tasks.py", hasNo("GIL201"));
    await editor.configure({ cores: 3 });
    await editor.status(({ cores }) => cores === 3);
    await editor.diagnostics("tasks.py", hasNo("GIL201"));
    await editor.notify(trustNotification, { trust: "given" });
    await editor.diagnostics("tasks.py", has("GIL201"));
  });
});

test("what the settings turn off does not flash up before they are known", () =>
  withEditor({ settings: { rules: { "cpu-bound-in-thread": "off" } } }, async (editor) => {
    const told: Diagnostic[] = [];
    editor.connection.onNotification("textDocument/publishDiagnostics", ({ diagnostics }: PublishDiagnosticsParams) => {
      told.push(...diagnostics);
    });
    await editor.open("primes.py", primes);
    await editor.status(({ findings }) => editor.uri("primes.py") in findings);
    assert.deepEqual(told, []);
  }));

const introduced = (documents: readonly IntroducedDocument[], settings: unknown): ClientIntroduction => ({
  commands: [],
  theme: "dark",
  trust: "given",
  settings,
  documents,
});

test("what the client introduces itself with is answered at once, by the settings it names, and opened only once", () => {
  const uri = "untitled:primes";
  const introduction = introduced([{ uri, version: 1, text: primes }], { target: "cpython-3.12", cores: 3 });
  return withEditor({ introduction }, async (editor) => {
    const { findings, target, cores } = await editor.status((status) => uri in status.findings);
    assert.deepEqual([findings[uri], target, cores], [1, "CPython 3.12", 3]);
    let told = 0;
    editor.connection.onNotification("textDocument/publishDiagnostics", () => {
      told++;
    });
    await editor.open(uri, primes);
    await editor.request("textDocument/hover", { textDocument: { uri }, position: placeOf(primes, "import") });
    assert.equal(told, 0, "nothing new is told of what is opened as it was introduced");
  });
});

test("a document that is opened otherwise than it was introduced is judged as it was opened", () => {
  const introduction = introduced([{ uri: "untitled:one", version: 1, text: primes }], { rules: { "cpu-bound-in-thread": "off" } });
  return withEditor({ introduction }, async (editor) => {
    await editor.open("untitled:one", visits);
    finding(await editor.diagnostics("untitled:one", has("GIL201")), "GIL201");
    await editor.change("untitled:one", [{ text: "x = 1\n" }]);
    assert.deepEqual(await editor.diagnostics("untitled:one"), []);
  });
});

test("a document that is introduced and never opened is forgotten", () => {
  const introduction = introduced([{ uri: "untitled:gone", version: 1, text: primes }], {});
  return withEditor({ introduction }, async (editor) => {
    await editor.status(({ findings }) => "untitled:gone" in findings);
    await editor.status(({ findings }) => !("untitled:gone" in findings));
  });
});

test("settings of folders are asked for once the editor answers, though documents were introduced", () => {
  const text = primes;
  return withEditor(
    {
      introduction: introduced([{ uri: "untitled:one", version: 1, text }], {}),
      workspaceFolders: ["a", "b"],
      folderSettings: { b: { target: "cpython-3.14t" } },
    },
    async (editor) => {
      await editor.open("b/primes.py", primes);
      await editor.status(({ otherTargets }) => otherTargets[editor.uri("b/primes.py")]?.target === "CPython 3.14t");
    },
  );
});

test("the project says which Python it is for, until the settings do", () =>
  withEditor(
    { prepare: (folder) => writeFile(join(folder, "pyproject.toml"), '[project]\nname = "x"\nrequires-python = ">=3.10"\n') },
    async (editor) => {
      await editor.status(({ target }) => target === "CPython 3.10");
      await writeFile(join(editor.folder, ".python-version"), "3.14t\n");
      await editor.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: editor.uri(".python-version"), type: 1 }] });
      await editor.status(({ target }) => target === "CPython 3.14t");
      await editor.configure({ target: "pypy-3.11" });
      await editor.status(({ target }) => target === "PyPy 3.11");
    },
  ));

test("columns count UTF-16 units, with any line ends that an editor sends", () =>
  withEditor({}, async (editor) => {
    await editor.open("plain.py", primes);
    const plain = finding(await editor.diagnostics("plain.py", has("GIL101")), "GIL101");
    const marked = textAt(primes, plain.range);
    const spellings = {
      "crlf.py": primes.replaceAll("\n", "\r\n"),
      "crab.py": primes.replace("        counts = ", '        crab = "🦀é"; counts = '),
      "mark.py": `\ufeff${primes}`,
    };
    for (const [name, text] of Object.entries(spellings)) {
      await editor.open(name, text);
      const found = finding(await editor.diagnostics(name, has("GIL101")), "GIL101");
      assert.equal(textAt(text, found.range), marked, name);
      assert.equal(found.range.start.line, plain.range.start.line, name);
      await editor.close(name);
    }
  }));

test("a broken statement costs only itself", () =>
  withEditor({}, async (editor) => {
    for (const broken of [
      "def (:\n",
      "x = [1, 2\n\n",
      "    return return\n",
      "print 'two'\n",
      "class\n",
      'text = """\n"""; )\n',
      "@\n",
      "\0\n",
    ]) {
      await editor.open("primes.py", `${primes}\n\n${broken}`);
      assert.ok(has("GIL101")(await editor.diagnostics("primes.py")), JSON.stringify(broken));
    }
  }));

test("every half of a file is answered while it is typed", () =>
  withEditor({}, async (editor) => {
    await editor.open("primes.py", primes);
    const wanted = await editor.diagnostics("primes.py", has("GIL101"));
    await editor.close("primes.py");
    await editor.open("primes.py", "");
    const answers: Promise<unknown>[] = [];
    for (let i = 0; i < primes.length; i++) {
      const place = documentOf(editor.text("primes.py")).positionAt(i);
      await editor.change("primes.py", [{ range: { start: place, end: place }, text: primes.charAt(i) }]);
      answers.push(editor.request("textDocument/hover", { textDocument: { uri: editor.uri("primes.py") }, position: place }));
    }
    await Promise.all(answers);
    assert.equal(editor.text("primes.py"), primes);
    assert.deepEqual(await editor.diagnostics("primes.py"), wanted);
  }));

test("after any edits the answers are those of the text, as if it had just been opened", () =>
  withEditor({}, async (editor) => {
    const pieces = fc.constantFrom(
      "",
      "\n",
      "\r\n",
      "    ",
      "🦀",
      '"""',
      "(",
      ")",
      "def f():\n",
      "#",
      "ThreadPoolExecutor",
      "visits += price()\n",
    );
    const position = fc.record({ line: fc.integer({ min: 0, max: 45 }), character: fc.integer({ min: 0, max: 60 }) });
    const change = fc.record({ range: fc.record({ start: position, end: position }), text: pieces });
    const insertion = fc.tuple(position, pieces).map(([place, text]) => ({ range: { start: place, end: place }, text }));
    const edits = fc.array(fc.array(fc.oneof({ weight: 3, arbitrary: insertion }, change), { minLength: 1, maxLength: 3 }), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(primes, visits), edits, async (text, rounds) => {
        await editor.open("edited.py", text);
        for (const changes of rounds) await editor.change("edited.py", changes);
        const edited = editor.text("edited.py");
        const incremental = await editor.diagnostics("edited.py");
        await editor.close("edited.py");
        await editor.open("edited.py", edited);
        const fresh = await editor.diagnostics("edited.py");
        await editor.close("edited.py");
        assert.deepEqual(incremental, fresh);
      }),
      { numRuns: 60, seed: 20 },
    );
  }));

test("files that cannot be used are told once, and the others count", () =>
  withEditor(
    {
      prepare: async (folder) => {
        await prepareCounter(folder);
        await writeFile(join(folder, "binary.py"), Buffer.from([0, 1, 2, 0xff]));
        await writeFile(join(folder, "latin.py"), Buffer.from("name = 'caf\u00e9'\n", "latin1"));
        await writeFile(join(folder, "huge.py"), `${"x = 1\n".repeat(500_000)}`);
        await writeFile(join(folder, "empty.py"), "");
        await mkdir(join(folder, "folder.py"));
      },
    },
    async (editor) => {
      for (const name of ["binary.py", "latin.py", "huge.py"]) await editor.logged(new RegExp(name.replace(".", "\\.")));
      await editor.open("counter.py", counter);
      await editor.diagnostics("counter.py", has("GIL201"));
      await editor.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: editor.uri("binary.py"), type: 2 }] });
      await editor.open("empty.py", "");
      assert.deepEqual(await editor.diagnostics("empty.py"), []);
      assert.equal(editor.log.filter((line) => line.includes("binary.py")).length, 1, editor.log.join("\n"));
      assert.equal(editor.log.filter((line) => /empty|folder\.py/.test(line)).length, 0, editor.log.join("\n"));
    },
  ));

test("a huge file in the editor is left alone, and takes part again once it is small", () =>
  withEditor({}, async (editor) => {
    await editor.open("huge.py", `${primes}${"x = 1\n".repeat(500_000)}`);
    await editor.logged(/huge\.py.*too large/);
    const place = { textDocument: { uri: editor.uri("huge.py") }, position: placeOf(primes, "pool.map", 5) };
    assert.equal(await editor.request("textDocument/hover", place), null);
    await editor.change("huge.py", [{ text: primes }]);
    await editor.diagnostics("huge.py", has("GIL101"));
  }));

test("unsaved documents and notebook cells are diagnosed too", () =>
  withEditor({}, async (editor) => {
    for (const uri of ["untitled:Untitled-1", "vscode-notebook-cell:/work/a%20b.ipynb#W0sZmlsZQ%3D%3D"]) {
      await editor.open(uri, primes);
      const shown = finding(await editor.diagnostics(uri, has("GIL101")), "GIL101");
      const fix = (await codeActions(editor, uri, shown)).find(({ title }) => title.includes("ProcessPoolExecutor"));
      const change = fix?.edit?.documentChanges?.[0] as TextDocumentEdit | undefined;
      assert.equal(change?.textDocument.uri, uri);
      await editor.close(uri);
    }
  }));

test("requests that make no sense are answered with an error or with nothing, and the next one as ever", () =>
  withEditor({ failures: "expected" }, async (editor) => {
    await editor.open("primes.py", primes);
    const wanted = await editor.diagnostics("primes.py", has("GIL101"));
    const textDocument = { uri: editor.uri("primes.py") };

    for (const method of ["textDocument/hover", "textDocument/codeAction", "textDocument/codeLens", predictionRequest]) {
      for (const params of [{}, { textDocument: null }, { textDocument: { uri: 7 } }]) {
        await assert.rejects(
          editor.request(method, params),
          (error) => codeOf(error) === ErrorCodes.InvalidParams,
          `${method} ${JSON.stringify(params)}`,
        );
      }
    }
    await assert.rejects(editor.request("textDocument/hover", { textDocument }), (error) => codeOf(error) === ErrorCodes.InvalidParams);
    await assert.rejects(editor.request("textDocument/noSuchThing", {}), (error) => codeOf(error) === ErrorCodes.MethodNotFound);

    const outside = [
      { line: 1e9, character: 0 },
      { line: 0, character: 1e9 },
      { line: -1, character: -1 },
      { line: 0.5, character: 0.5 },
    ];
    for (const position of outside) {
      assert.equal(await editor.request("textDocument/hover", { textDocument, position }), null, JSON.stringify(position));
      await editor.request("textDocument/codeAction", {
        textDocument,
        range: { start: position, end: position },
        context: { diagnostics: [] },
      });
    }
    for (const uri of ["file:///no/such/file.py", "not a uri", "file://", "", "file:///%E0%A4%A"]) {
      assert.equal(await editor.request("textDocument/hover", { textDocument: { uri }, position: { line: 0, character: 0 } }), null, uri);
      assert.deepEqual(await editor.request("textDocument/codeLens", { textDocument: { uri } }), [], uri);
    }

    await editor.notify("textDocument/didChange", {
      textDocument: { uri: "file:///never/opened.py", version: 2 },
      contentChanges: [{ text: "" }],
    });
    await editor.notify("textDocument/didClose", { textDocument: { uri: "file:///never/opened.py" } });
    await editor.notify("textDocument/didOpen", { textDocument: null });
    await editor.notify("textDocument/didChange", { textDocument: { ...textDocument, version: 2 }, contentChanges: "all" });
    await editor.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: 5, type: "gone" }] });
    await editor.notify("workspace/didChangeConfiguration", null);
    await editor.notify("no/such/notification", {});
    editor.writeRaw("Content-Length: 5\r\n\r\n{bad}");
    editor.writeRaw('Content-Length: 2\r\n\r\n""');

    await editor.change("primes.py", [{ text: visits }]);
    assert.ok(has("GIL201")(await editor.diagnostics("primes.py")));
    await editor.change("primes.py", [{ text: primes }]);
    assert.deepEqual(await editor.diagnostics("primes.py"), wanted);
    assert.ok(failuresIn(editor.log).length > 0, "failures are logged");
    assert.equal(new Set(failuresIn(editor.log)).size, failuresIn(editor.log).length, "each failure is logged once");
  }));

test("a change that cannot be applied does not shift the changes after it", () =>
  withEditor({ failures: "expected" }, async (editor) => {
    const start = { line: 0, character: 0 };
    const good = { text: "" };
    const bad = [null, {}, { text: 5 }, { range: { start: "here", end: start }, text: "" }, { range: { start }, text: "" }];
    for (const change of bad) {
      await editor.open("primes.py", primes);
      const wanted = await editor.diagnostics("primes.py", has("GIL101"));
      const textDocument = { uri: editor.uri("primes.py"), version: 2 };
      await editor.notify("textDocument/didChange", { textDocument, contentChanges: [good, change] });
      await editor.change("primes.py", [{ text: primes }]);
      await editor.change("primes.py", [{ range: { start, end: start }, text: "" }]);
      assert.deepEqual(await editor.diagnostics("primes.py"), wanted, JSON.stringify(change));
      await editor.close("primes.py");
    }
  }));

test("a request that is no longer wanted is not worked on", () =>
  withEditor({}, async (editor) => {
    await editor.open("primes.py", primes);
    await editor.diagnostics("primes.py", has("GIL101"));
    const params = { textDocument: { uri: editor.uri("primes.py") }, position: placeOf(primes, "pool.map", 5) };
    const ask = async (): Promise<unknown> => {
      const source = new CancellationTokenSource();
      const asked = editor.connection.sendRequest("textDocument/hover", params, source.token);
      source.cancel();
      return asked.then(
        () => "answered",
        (error) => codeOf(error),
      );
    };
    // The server, a process of its own, may have answered before it hears that nobody waits any more; not each time.
    let last = await ask();
    for (let tries = 1; tries < 50 && last === "answered"; tries++) last = await ask();
    assert.equal(last, LSPErrorCodes.RequestCancelled);
    assert.notEqual(await editor.request("textDocument/hover", params), null);
  }));

test("of many requests that are no longer wanted none is worked on, and each is answered", async () =>
  withFailingServer(await pythonParser(), async ({ connection, whileAnswersThrow, diagnostics }) => {
    const uri = uriNamed("primes.py");
    await connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "python", version: 1, text: primes } });
    await diagnostics(uri, (last) => last.diagnostics.length > 0);
    // Whatever is worked on fails.
    await whileAnswersThrow(async () => {
      const asked = Array.from({ length: 100 }, (_, index) => {
        const source = new CancellationTokenSource();
        const method = ["textDocument/codeLens", "textDocument/codeAction", "textDocument/hover", reportRequest][index % 4] as string;
        const range = { start: { line: 0, character: 0 }, end: { line: 40, character: 0 } };
        const params = { textDocument: { uri }, position: range.start, range, context: { diagnostics: [] } };
        const answer = connection.sendRequest(method, params, source.token);
        source.cancel();
        return answer;
      });
      for (const answer of asked) await assert.rejects(answer, (error) => codeOf(error) === LSPErrorCodes.RequestCancelled);
    });
  }));

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

test("questions are answered while a large workspace is read, and the reading is shown", () =>
  withEditor(
    {
      prepare: async (folder) => {
        const lines = Array.from({ length: 60 }, (_, i) => `def work_${i}(items):\n    return [item * ${i} for item in items]\n`).join(
          "\n",
        );
        for (let i = 0; i < 400; i++) await writeFile(join(folder, `module_${i}.py`), lines);
      },
    },
    async (editor) => {
      const events: string[] = [];
      editor.connection.onNotification("$/progress", ({ value }: { value: { kind: string } }) => {
        if (events[events.length - 1] !== value.kind) events.push(value.kind);
      });
      await editor.open("primes.py", primes);
      await editor.status(({ indexing }) => indexing === "busy");
      const place = { textDocument: { uri: editor.uri("primes.py") }, position: placeOf(primes, "pool.map", 5) };
      assert.notEqual(await editor.request("textDocument/hover", place), null);
      events.push("answered");
      await editor.status(({ indexing }) => indexing === "done");
      await editor.diagnostics("primes.py", has("GIL101"));
      await editor.request("textDocument/codeLens", place);
      assert.ok(events.indexOf("answered") < events.lastIndexOf("end"), events.join(" "));
      assert.deepEqual(
        events.filter((event) => event !== "answered").filter((event, i, all) => event !== all[i - 1]),
        ["begin", "report", "end"],
      );
    },
  ));

test("ends when the editor has gone", async () => {
  await withEditor({}, async (editor) => {
    await editor.notify("exit", null);
    assert.equal(await editor.exit, 1, "an exit without shutdown is an error, says the protocol");
  });
});

test("the capabilities of a client without any are enough", () =>
  withEditor({ capabilities: {}, prepare: prepareCounter }, async (editor) => {
    await editor.open("counter.py", counter);
    await editor.diagnostics("counter.py", has("GIL201"));
    await editor.notify("workspace/didChangeConfiguration", { settings: { gilscope: { rules: { "non-atomic-shared-update": "off" } } } });
    await editor.diagnostics("counter.py", hasNo("GIL201"));
  }));
