import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";

/*
 * `gilscope lsp --stdio` as editors other than VS Code start it, over a client that shares no line with any library of the protocol: bytes on a pipe.
 */

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what the tests are about
  readonly result?: any;
  readonly error?: { readonly code: number; readonly message: string };
}

interface Client {
  readonly folder: string;
  uri(name: string): string;
  request(method: string, params?: unknown): Promise<Message>;
  notify(method: string, params?: unknown): void;
  /** The first message of the server that fits, of those that came and those to come; asked for again, the next one. */
  heard(method: string, fits?: (params: never) => boolean): Promise<Message>;
  /** All that the server asked of the client or told it. */
  readonly messages: readonly Message[];
}

interface Opening {
  readonly capabilities: object;
  readonly parameters?: (folder: string) => object;
  readonly settings?: unknown;
  readonly files?: Readonly<Record<string, string>>;
}

const patience = 20_000;

async function withClient(opening: Opening, play: (client: Client, initialized: Message["result"]) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gilscope-editors-"));
  for (const [name, text] of Object.entries(opening.files ?? {})) writeFileSync(join(folder, name), text);
  const env = { ...process.env, XDG_CONFIG_HOME: join(folder, ".settings"), APPDATA: join(folder, ".settings") };
  const server = spawn(process.execPath, [join(process.cwd(), "dist/cli.js"), "lsp", "--stdio"], { cwd: folder, env });
  let errors = "";
  server.stderr.on("data", (data) => (errors += data));
  try {
    const client = clientOf(server, folder, opening.settings);
    const { result } = await client.request("initialize", {
      processId: process.pid,
      capabilities: opening.capabilities,
      ...(opening.parameters?.(folder) ?? { rootUri: pathToFileURL(folder).href }),
    });
    client.notify("initialized", {});
    await play(client, result);
    assert.equal((await client.request("shutdown")).result, null);
    client.notify("exit");
    assert.deepEqual(await once(server, "exit"), [0, null]);
    assert.equal(errors, "");
    const failures = client.messages.filter(
      ({ method, params }) => method === "window/logMessage" && JSON.stringify(params).includes(" failed: "),
    );
    assert.deepEqual(failures, []);
    const strange = client.messages.filter(
      ({ method }) => method !== undefined && !/^(\$\/|window\/|workspace\/|client\/|textDocument\/)/.test(method),
    );
    assert.deepEqual(strange, [], "what the protocol does not know is marked as what may be ignored");
  } finally {
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

function clientOf(server: ChildProcessWithoutNullStreams, folder: string, settings: unknown): Client {
  const answers = new Map<number, (message: Message) => void>();
  const messages: Message[] = [];
  const given = new Set<Message>();
  const listeners = new Set<() => void>();
  let bytes = Buffer.alloc(0);
  let last = 0;
  const send = (message: object): void => {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }), "utf8");
    server.stdin.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`, "ascii"), body]));
  };
  const take = (message: Message): void => {
    if (message.method === undefined) {
      answers.get(message.id as number)?.(message);
      return;
    }
    messages.push(message);
    if (message.id !== undefined) {
      const result =
        message.method === "workspace/configuration" ? (message.params as { items: unknown[] }).items.map(() => settings ?? null) : null;
      send({ id: message.id, result });
    }
    for (const listener of [...listeners]) listener();
  };
  server.stdout.on("data", (data: Buffer) => {
    bytes = Buffer.concat([bytes, data]);
    for (;;) {
      const end = bytes.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/i.exec(bytes.subarray(0, Math.max(0, end)).toString("ascii"))?.[1]);
      if (end === -1 || bytes.length < end + 4 + length) return;
      take(JSON.parse(bytes.subarray(end + 4, end + 4 + length).toString("utf8")));
      bytes = bytes.subarray(end + 4 + length);
    }
  });
  return {
    folder,
    messages,
    uri: (name) => pathToFileURL(join(folder, name)).href,
    notify: (method, params) => send({ method, params }),
    request(method, params) {
      const id = ++last;
      send({ id, method, params });
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no answer to ${method}`)), patience);
        answers.set(id, (message) => {
          clearTimeout(timer);
          resolve(message);
        });
      });
    },
    heard(method, fits = () => true) {
      const look = (): Message | undefined =>
        messages.find((message) => message.method === method && !given.has(message) && fits(message.params as never));
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`waited in vain for ${method}`)), patience);
        const listener = (): void => {
          const found = look();
          if (!found) return;
          given.add(found);
          clearTimeout(timer);
          listeners.delete(listener);
          resolve(found);
        };
        listeners.add(listener);
        listener();
      });
    },
  };
}

const race = readFileSync("test/e2e/workspace/visit_counter.py", "utf8");
const calm = race.replace(/^\s+.*\+= price.*$/m, "        pass");

function open(client: Client, name: string, text: string): void {
  client.notify("textDocument/didOpen", { textDocument: { uri: client.uri(name), languageId: "python", version: 1, text } });
}

interface Told {
  readonly uri: string;
  readonly version?: number;
  readonly diagnostics: readonly {
    readonly code: string;
    readonly range: { readonly start: { readonly line: number; readonly character: number } };
  }[];
}

const codesOf = (items: readonly { readonly code: string }[]): readonly string[] =>
  items.map(({ code }) => code).filter((code) => code === "GIL201");

test("an editor that can do nothing but show diagnostics is told them", () =>
  withClient({ capabilities: {}, parameters: (folder) => ({ rootPath: folder, rootUri: null }) }, async (client, { capabilities }) => {
    assert.equal(capabilities.diagnosticProvider, undefined);
    assert.equal(capabilities.positionEncoding, undefined);
    open(client, "app.py", race);
    const told = await client.heard("textDocument/publishDiagnostics", ({ diagnostics }: Told) => codesOf(diagnostics).length > 0);
    assert.equal((told.params as Told).uri, client.uri("app.py"));
    client.notify("textDocument/didChange", { textDocument: { uri: client.uri("app.py"), version: 2 }, contentChanges: [{ text: calm }] });
    await client.heard("textDocument/publishDiagnostics", ({ diagnostics }: Told) => codesOf(diagnostics).length === 0);
    assert.deepEqual(
      client.messages.filter(({ id }) => id !== undefined),
      [],
      "nothing is asked of an editor that did not say that it answers",
    );
  }));

test("folders come as rootUri, settings when it starts or when it is asked, and files from disk", () =>
  withClient(
    {
      capabilities: { workspace: { configuration: true } },
      settings: { rules: { "non-atomic-shared-update": "information" } },
      files: { "state.py": "count = 0\n", "pyproject.toml": "[tool.gilscope]\ntarget = 'cpython-3.12'\n" },
    },
    async (client) => {
      const importing =
        "import threading\nimport state\n\ndef work():\n    state.count += price()\n\ndef price():\n    return 1\n\nfor _ in range(4):\n    threading.Thread(target=work).start()\n";
      open(client, "app.py", importing);
      const told = await client.heard("textDocument/publishDiagnostics", ({ diagnostics }: Told) => codesOf(diagnostics).length > 0);
      assert.equal(
        (told.params as { diagnostics: { severity: number; code: string }[] }).diagnostics.find(({ code }) => code === "GIL201")?.severity,
        3,
      );
      const { result: actions } = await client.request("textDocument/codeAction", {
        textDocument: { uri: client.uri("app.py") },
        range: { start: { line: 4, character: 4 }, end: { line: 4, character: 4 } },
        context: { diagnostics: [] },
      });
      const edits = actions.flatMap(({ edit }: { edit?: { changes?: Record<string, unknown[]> } }) =>
        Object.values(edit?.changes ?? {}).flat(),
      );
      assert.ok(edits.length > 0);
      for (const { newText, insertTextFormat } of edits) {
        assert.equal(insertTextFormat, undefined);
        assert.doesNotMatch(newText, /\$\{?\d/, "no snippet");
      }
      const { command } = actions.find((action: { command?: unknown }) => action.command) ?? {};
      assert.equal(command.command, "gilscope.explain");
      assert.equal((await client.request("workspace/executeCommand", command)).result, null);
      const message = await client.heard("window/showMessage");
      assert.match((message.params as { message: string }).message, /`gilscope explain GIL201` shows the page\.$/);
    },
  ));

test("an editor that asks for diagnostics gets them when it asks, and hears when they change", () =>
  withClient(
    {
      capabilities: {
        textDocument: { diagnostic: {}, publishDiagnostics: {} },
        workspace: { diagnostics: { refreshSupport: true }, workspaceFolders: true },
      },
      parameters: (folder) => ({ rootUri: null, workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "work" }] }),
    },
    async (client, { capabilities }) => {
      assert.deepEqual(capabilities.diagnosticProvider, {
        identifier: "gilscope",
        interFileDependencies: true,
        workspaceDiagnostics: false,
      });
      open(client, "app.py", race);
      const ask = async (previousResultId?: string) =>
        (await client.request("textDocument/diagnostic", { textDocument: { uri: client.uri("app.py") }, previousResultId })).result;
      const first = await ask();
      assert.equal(first.kind, "full");
      assert.deepEqual(codesOf(first.items), ["GIL201"]);
      assert.deepEqual(await ask(first.resultId), { kind: "unchanged", resultId: first.resultId });
      client.notify("textDocument/didChange", {
        textDocument: { uri: client.uri("app.py"), version: 2 },
        contentChanges: [{ text: calm }],
      });
      const second = await ask(first.resultId);
      assert.equal(second.kind, "full");
      assert.deepEqual(codesOf(second.items), []);
      // What another file says changes what is found here.
      client.notify("textDocument/didChange", {
        textDocument: { uri: client.uri("app.py"), version: 3 },
        contentChanges: [
          {
            text: "import threading\nimport other\n\ntotal = 0\n\ndef work():\n    global total\n    total += other.price()\n\nother.start(work)\n",
          },
        ],
      });
      assert.deepEqual(codesOf((await ask()).items), []);
      open(
        client,
        "other.py",
        "import threading\n\ndef price():\n    return 1\n\ndef start(work):\n    for _ in range(4):\n        threading.Thread(target=work).start()\n",
      );
      await client.heard("workspace/diagnostic/refresh");
      assert.deepEqual(codesOf((await ask()).items), ["GIL201"]);
      const { result: closed } = await client.request("textDocument/diagnostic", { textDocument: { uri: client.uri("none.py") } });
      assert.deepEqual(closed.items, []);
      assert.equal((await client.request("textDocument/diagnostic", {})).error?.code, -32602);
      await pause(50);
      const told = client.messages.filter(
        ({ method, params }) => method === "textDocument/publishDiagnostics" && (params as Told).diagnostics.length > 0,
      );
      assert.deepEqual(told, [], "nobody is told what they ask for");
    },
  ));

test("columns count UTF-16 units for whoever offers other ways to count", () =>
  withClient({ capabilities: { general: { positionEncodings: ["utf-8", "utf-32", "utf-16"] } } }, async (client, { capabilities }) => {
    assert.equal(capabilities.positionEncoding, "utf-16");
    const text =
      "import threading\n\ntotal = 0\n\ndef work():\n    global total\n    '🐍é'; total += price()\n\ndef price():\n    return 1\n\nfor _ in range(4):\n    threading.Thread(target=work).start()\n";
    open(client, "app.py", text);
    const told = await client.heard("textDocument/publishDiagnostics", ({ diagnostics }: Told) => codesOf(diagnostics).length > 0);
    const found = (told.params as Told).diagnostics.find(({ code }) => code === "GIL201");
    assert.deepEqual(found?.range.start, { line: 6, character: "    '🐍é'; ".length });
    client.notify("textDocument/didChange", {
      textDocument: { uri: client.uri("app.py"), version: 2 },
      contentChanges: [{ range: { start: { line: 6, character: 5 }, end: { line: 6, character: 7 } }, text: "" }],
    });
    const after = await client.heard("textDocument/publishDiagnostics", ({ diagnostics }: Told) => codesOf(diagnostics).length > 0);
    assert.deepEqual((after.params as Told).diagnostics.find(({ code }) => code === "GIL201")?.range.start, {
      line: 6,
      character: "    'é'; ".length,
    });
  }));

test("messages that come in pieces, and several at a time, are read as they are", () =>
  withClient({ capabilities: {} }, async (client) => {
    open(client, "app.py", race);
    const hovers = await Promise.all(
      Array.from({ length: 20 }, (_, line) =>
        client.request("textDocument/hover", { textDocument: { uri: client.uri("app.py") }, position: { line, character: 8 } }),
      ),
    );
    assert.equal(hovers.length, 20);
    assert.ok(hovers.every(({ error }) => error === undefined));
    assert.equal((await client.request("textDocument/definition", {})).error?.code, -32601, "what it does not know it says");
  }));
