import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { createMessageFraming, type Framed, longestMessage } from "../../server/src/lsp/message-framing.js";

/*
 * Bytes that no editor should send, to `gilscope lsp --stdio` and to what finds messages in them.
 */

const bytesOf = (text: string): Buffer => Buffer.from(text, "utf8");

function framed(message: object | string): string {
  const text = typeof message === "string" ? message : JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

test("messages are found however their bytes are cut", () => {
  const stream = bytesOf(
    `${framed("{}")}Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:  8 \r\n\r\n"🐍é"${framed("")}${framed("[1]")}`,
  );
  const expected = ["{}", '"🐍é"', "", "[1]"].map((text): Framed => ({ kind: "message", text }));
  for (let size = 1; size <= stream.length; size++) {
    const framing = createMessageFraming();
    const found: Framed[] = [];
    for (let at = 0; at < stream.length; at += size) found.push(...framing.take(stream.subarray(at, at + size)));
    assert.deepEqual(found, expected, `in pieces of ${size} bytes`);
    assert.equal(framing.unfinished(), undefined);
  }
});

const broken: readonly (readonly [string, RegExp])[] = [
  ["Content-Length: none\r\n\r\n{}", /^Content-Length is no number: "none"$/],
  ["Content-Length: -2\r\n\r\n{}", /^Content-Length is no number: "-2"$/],
  ["Content-Length: 2e9\r\n\r\n{}", /^Content-Length is no number: "2e9"$/],
  ["Content-Length:\r\n\r\n{}", /^Content-Length is no number: ""$/],
  ["Content-Length: 1073741824\r\n\r\n", /^Content-Length is 1073741824, and messages of more than 268435456 bytes are not read$/],
  [`Content-Length: ${"9".repeat(400)}\r\n\r\n`, /^Content-Length is no number: "9{80}…"$/],
  ["Content-Type: application/json\r\n\r\n{}", /^a message's head has no Content-Length: "Content-Type: application\/json"$/],
  ["\r\n\r\n", /^a line of a message's head is no header: ""$/],
  ["GET / HTTP/1.1\r\nHost: here\r\n\r\n", /^a line of a message's head is no header: "GET \/ HTTP\/1\.1"$/],
  [`{"jsonrpc":"2.0","id":1}\n`.repeat(400), /^a message's head goes on after 4096 bytes: "\{/],
  ["\0".repeat(5000), /^a message's head goes on after 4096 bytes: "(\\u0000){80}…"$/],
];

for (const [bytes, reason] of broken) {
  test(`no message is looked for after ${JSON.stringify(bytes.slice(0, 40))}`, () => {
    const framing = createMessageFraming();
    const found = framing.take(bytesOf(`${framed("{}")}${bytes}`));
    assert.deepEqual(found[0], { kind: "message", text: "{}" });
    assert.equal(found.length, 2);
    assert.equal(found[1]?.kind, "broken");
    assert.match((found[1] as { readonly reason: string }).reason, reason);
    assert.deepEqual(framing.take(bytesOf(framed("{}"))), [], "what comes after may be a part of anything");
  });
}

test("a length beyond the limit is refused as soon as it is read, the largest one is awaited and nothing is set aside for it", () => {
  const before = process.memoryUsage().arrayBuffers;
  const framing = createMessageFraming();
  assert.deepEqual(framing.take(bytesOf(`Content-Length: ${longestMessage}\r\n\r\n{`)), []);
  assert.equal(framing.unfinished(), `1 of the ${longestMessage} bytes of a message`);
  assert.ok(process.memoryUsage().arrayBuffers - before < longestMessage / 4);
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { processId: process.pid, rootUri: null, capabilities: {} },
};

/** What a server says that is introduced, is sent the bytes once it has answered, and is left alone then; `last` closes the channel. */
async function sendAfterIntroduction(bytes: string, last: "stays open" | "is closed" = "stays open"): Promise<Ended> {
  const server = spawn(process.execPath, [join(process.cwd(), "dist/cli.js"), "lsp", "--stdio"]);
  try {
    let output = "";
    let errors = "";
    server.stdin.on("error", () => {
      // It has ended already.
    });
    server.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    server.stdout.setEncoding("utf8").on("data", (text: string) => {
      const isFirst = output === "";
      output += text;
      if (!isFirst) return;
      server.stdin.write(bytes);
      if (last === "is closed") server.stdin.end();
    });
    server.stdin.write(framed(initialize));
    const [code] = await once(server, "close");
    return { code, output, errors };
  } finally {
    server.kill("SIGKILL");
  }
}

const shutdown = framed({ jsonrpc: "2.0", id: 2, method: "shutdown" });
const exit = framed({ jsonrpc: "2.0", method: "exit" });

for (const [what, bytes] of [
  ["a length that is no number", "Content-Length: nonsense\r\n\r\n{}"],
  ["a length of a gigabyte", "Content-Length: 1073741824\r\n\r\n{"],
  ["something between two messages", `${framed({ jsonrpc: "2.0", method: "initialized", params: {} })}hello\r\n\r\n${shutdown}${exit}`],
  ["a length that is too small", `Content-Length: 10\r\n\r\n${JSON.stringify(initialize)}${shutdown}${exit}`],
] as const) {
  test(`${what} ends the server with a reason, so that the editor starts it anew`, async () => {
    const { code, errors } = await sendAfterIntroduction(bytes);
    assert.equal(code, 1);
    const lines = errors.split("\n").filter((line) => line.includes("what came on standard input is no message of the protocol"));
    assert.equal(lines.length, 1, errors);
    assert.ok(errors.split("\n").length <= 3, errors);
  });
}

test("a message that is no JSON is answered with an error, said once, and the rest goes on", async () => {
  const { code, output, errors } = await sendAfterIntroduction(`${framed("{nonsense")}${framed("[")}${shutdown}${exit}`);
  assert.equal(code, 0);
  assert.equal(errors.match(/^gilscope: a message is no JSON: .*$/gm)?.length, 1, errors);
  assert.equal(output.match(/"id":null,"error":\{"code":-32700,/g)?.length, 2);
});

test("messages that are none of the protocol are refused, said once, and the rest goes on", async () => {
  const nonsense = [
    "null",
    "5",
    '"text"',
    "[]",
    "{}",
    '{"jsonrpc":"2.0","id":{}}',
    '{"jsonrpc":"2.0","method":7}',
    '{"id":null}',
    '{"result":1}',
  ];
  const { code, output, errors } = await sendAfterIntroduction(`${nonsense.map(framed).join("")}${shutdown}${exit}`);
  assert.equal(code, 0, errors);
  assert.equal(errors, "gilscope: a message is no object\n");
  assert.ok((output.match(/"id":null,"error":\{"code":-32600,/g)?.length ?? 0) >= 3, output);
});

test("an end of the input inside a message is told, after a shutdown it is none", async () => {
  const cut = await sendAfterIntroduction("Content-Length: 40\r\n\r\n{", "is closed");
  assert.deepEqual([cut.code, cut.errors], [1, "gilscope: standard input ended after 1 of the 40 bytes of a message\n"]);
  const rude = await sendAfterIntroduction("", "is closed");
  assert.deepEqual([rude.code, rude.errors], [1, ""]);
  const polite = await sendAfterIntroduction(shutdown, "is closed");
  assert.deepEqual([polite.code, polite.errors], [0, ""]);
});
