import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ErrorCodes } from "vscode-languageserver/node";
import {
  explainCommand,
  explanationRequest,
  knowledgeFilesRequest,
  predictionRequest,
  releasingCallsRequest,
  reportRequest,
  threadsRequest,
  timelineRequest,
  topicsRequest,
} from "../../server/src/lsp/protocol.js";
import { rules } from "../../server/src/rules/index.js";
import type { Rule } from "../../server/src/rules/rule.js";
import type { Parser } from "../../server/src/syntax/parser.js";
import { type Chance, chanceOf } from "../fuzz/chance.js";
import { injected, uriNamed, withFailingServer } from "./failing-server.js";

/* What is thrown in the midst of the server's work. */

const race = readFileSync("test/e2e/workspace/visit_counter.py", "utf8");
const threads = readFileSync("test/e2e/workspace/prime_sums.py", "utf8");
const uri = uriNamed("app.py");
const textDocument = { uri };
const position = { line: 14, character: 10 };
const range = { start: { line: 0, character: 0 }, end: { line: 60, character: 0 } };

/** A request of each kind that looks at the analysis, so that it fails when that does. */
const failing: readonly (readonly [method: string, params: unknown])[] = [
  ["textDocument/hover", { textDocument, position }],
  ["textDocument/codeAction", { textDocument, range, context: { diagnostics: [] } }],
  ["textDocument/codeLens", { textDocument }],
  ["codeLens/resolve", { range, data: { uri, ...position } }],
  ["textDocument/inlayHint", { textDocument, range }],
  [predictionRequest, { uri, ...position }],
  [timelineRequest, { uri, ...position }],
  [releasingCallsRequest, { uri }],
  [threadsRequest, {}],
  [reportRequest, {}],
];

/** Those that do not. */
const others: readonly (readonly [method: string, params: unknown])[] = [
  [topicsRequest, {}],
  [explanationRequest, { name: "GIL201" }],
  [knowledgeFilesRequest, {}],
  ["workspace/executeCommand", { command: explainCommand, arguments: ["GIL201"] }],
];

/** The kinds of request that the rounds below make fail. */
export const failingMethods: readonly string[] = [...failing, ...others].map(([method]) => method);

/**
 * Each request fails several times: each time it is answered with an error, and the log tells of it once. The other requests are answered as ever, and so is it
 * when nothing is thrown any more. Returns how often something was thrown.
 */
export async function failRequests(parser: Parser, times: number): Promise<number> {
  let count = 0;
  await withFailingServer(parser, async ({ connection, log, diagnostics, whileAnswersThrow }) => {
    await connection.sendNotification("workspace/didChangeConfiguration", {
      settings: { gilscope: { inlayHints: { loops: true, calls: true } } },
    });
    await connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "python", version: 1, text: race } });
    const told = await diagnostics(uri, (last) => last.diagnostics.length > 0);
    const ask = ([method, params]: readonly [string, unknown]): Promise<unknown> => connection.sendRequest(method, params);
    const answersBefore = await Promise.all([...failing, ...others].map(ask));
    for (const request of failing) {
      await whileAnswersThrow(async () => {
        for (let i = 0; i < times; i++) {
          await assert.rejects(ask(request), (error: { code?: number; message: string }) => {
            assert.equal(error.code, ErrorCodes.InternalError, request[0]);
            assert.match(error.message, new RegExp(injected));
            return true;
          });
          count++;
        }
        for (const other of others) await ask(other);
      });
    }
    for (const [method] of failing) {
      const lines = log.filter((line) => line.includes(injected) && line.includes(nameOf(method)));
      assert.equal(lines.length, 1, `${method} is logged once: ${log.join("\n")}`);
    }
    const answersAfter = await Promise.all([...failing, ...others].map(ask));
    assert.deepEqual(answersAfter, answersBefore);
    assert.deepEqual(await diagnostics(uri, (last) => last.diagnostics.length > 0), told);
  });
  return count;
}

/** How the log calls a request. */
function nameOf(method: string): string {
  return method.replace("gilscope/", "").replace("releasingCalls", "releasing calls");
}

/**
 * What an editor tells of a file fails in the analysis, before or after it has done its work: the file is read anew, and in the end its diagnostics are those of
 * its text. Returns how often something was thrown.
 */
export async function failNotices(parser: Parser, seed: number, count: number): Promise<number> {
  const chance = chanceOf(seed);
  await withFailingServer(parser, async ({ connection, diagnostics, throwNext }) => {
    let version = 0;
    let text = race;
    const open = (): Promise<void> =>
      connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "python", version: ++version, text } });
    await open();
    for (let i = 0; i < count; i++) {
      throwNext(chance.of(["openFile", "editFile", "closeFile", "snapshot"]), chance.of(["before", "after"]));
      if (chance.happens(0.2)) {
        await connection.sendNotification("textDocument/didClose", { textDocument });
        text = chance.of([race, threads]);
        await open();
      } else {
        const edit = lineEdit(text, chance);
        text = edit.text;
        await connection.sendNotification("textDocument/didChange", {
          textDocument: { uri, version: ++version },
          contentChanges: [edit.change],
        });
      }
      await connection.sendRequest("textDocument/hover", { textDocument, position }).catch(() => undefined);
    }
    // What still waits to be thrown is thrown now.
    for (let i = 0; i < 6; i++) {
      await connection.sendNotification("textDocument/didClose", { textDocument });
      await open();
      await connection.sendRequest("textDocument/hover", { textDocument, position }).catch(() => undefined);
    }
    const lineCount = text.split("\n").length;
    await connection.sendNotification("textDocument/didChange", {
      textDocument: { uri, version: ++version },
      contentChanges: [{ range: { start: { line: lineCount, character: 0 }, end: { line: lineCount, character: 0 } }, text: "\n" }],
    });
    text += "\n";
    const edited = await diagnostics(uri, (last) => last.version === version);
    const other = uriNamed("other.py");
    await connection.sendNotification("textDocument/didClose", { textDocument });
    await connection.sendNotification("textDocument/didOpen", { textDocument: { uri: other, languageId: "python", version: 1, text } });
    const fresh = await diagnostics(other, (last) => last.version === 1);
    assert.deepEqual(withUri(edited), withUri(fresh), text);
  });
  return count;
}

/** With one name for the file that they are about. */
function withUri(diagnostics: unknown): unknown {
  return JSON.parse(JSON.stringify(diagnostics).replaceAll(/gilscope-faults\/\w+\.py/g, "file"));
}

/** Takes a line out, or sets another one in. */
function lineEdit(text: string, chance: Chance): { readonly text: string; readonly change: unknown } {
  const lines = text.split("\n");
  const line = chance.below(lines.length);
  const isRemoval = chance.happens(0.5) && line + 1 < lines.length;
  const inserted = isRemoval ? "" : `${chance.of(["x = 1", "def made(): pass", "# gil: ignore", "import threading", "    return"])}\n`;
  const end = isRemoval ? { line: line + 1, character: 0 } : { line, character: 0 };
  return {
    text: [...lines.slice(0, line), ...(isRemoval ? [] : [inserted.trimEnd()]), ...lines.slice(isRemoval ? line + 1 : line)].join("\n"),
    change: { range: { start: { line, character: 0 }, end }, text: inserted },
  };
}

/** Each rule throws in turn: what the other rules find is told all the same, and the log says once which rule it was. */
export async function failRules(parser: Parser): Promise<number> {
  await withFailingServer(parser, async ({ connection, log, diagnostics }) => {
    let version = 0;
    let cores = 2;
    await connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "python", version, text: race } });
    /** What is found, by code and place, when nothing is remembered of before. */
    const find = async (): Promise<readonly unknown[]> => {
      version++;
      await connection.sendNotification("workspace/didChangeConfiguration", { settings: { gilscope: { cores: ++cores } } });
      await connection.sendNotification("textDocument/didChange", { textDocument: { uri, version }, contentChanges: [{ text: race }] });
      const found = await diagnostics(uri, (last) => last.version === version);
      return found.map(({ code, range: place }) => [code, place]);
    };
    const all = await find();
    assert.ok(all.length > 1, "several rules find something");
    for (const rule of rules as readonly { find: Rule["find"]; readonly code: string; readonly name: string }[]) {
      const { find: real } = rule;
      rule.find = () => {
        throw new Error(`${injected} in ${rule.name}`);
      };
      try {
        assert.deepEqual(
          await find(),
          all.filter((each) => (each as readonly unknown[])[0] !== rule.code),
          rule.name,
        );
      } finally {
        rule.find = real;
      }
      assert.equal(log.filter((line) => line.includes(`${injected} in ${rule.name}`)).length, 1, rule.name);
    }
    assert.deepEqual(await find(), all);
  });
  return rules.length;
}
