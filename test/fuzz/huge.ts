import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withEditor } from "../lsp/editor.js";

/* Files of 100 MB: nobody waits for them, and they cost nothing but a word. */

const size = 100_000_000;

/** One on disk, one on standard input or one in an editor, by turns. */
export async function playHuge(seed: number): Promise<number> {
  const plays = [onDisk, onInput, inEditor] as const;
  await (plays[(seed - 1) % plays.length] as (typeof plays)[number])();
  return 1;
}

async function onDisk(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gilscope-huge-"));
  try {
    const file = openSync(join(folder, "huge.py"), "w");
    ftruncateSync(file, size);
    closeSync(file);
    writeFileSync(join(folder, "small.py"), "x = 1\n");
    const { output, code } = await check(folder, ["."], undefined);
    assert.equal(code, 0);
    assert.match(output, /^huge\.py: problem: is too large \(100\.0 MB; at most 5 MB are read\)$/m);
    assert.match(output, /No findings in 1 file\. 1 problem\./);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function onInput(): Promise<void> {
  const { output, code } = await check(tmpdir(), ["-"], Buffer.from("x = 1\n".repeat(size / 6)));
  assert.equal(code, 0);
  assert.match(output, /^-: problem: is too large/m);
}

/** The server takes it, says nothing of it, and answers what is asked of the next document. */
async function inEditor(): Promise<void> {
  await withEditor({}, async (editor) => {
    const small =
      "import threading\n\nx = 0\n\ndef work():\n    global x\n    x += f()\n\ndef f():\n    return 1\n\nfor _ in range(4):\n    threading.Thread(target=work).start()\n";
    await editor.open("huge.py", "x = 1\n".repeat(size / 6));
    await editor.change("huge.py", [{ range: { start: { line: 3, character: 0 }, end: { line: 3, character: 0 } }, text: "y" }]);
    await editor.open("small.py", small);
    await editor.diagnostics("small.py", (diagnostics) => diagnostics.length > 0);
    const textDocument = { uri: editor.uri("huge.py") };
    assert.equal(await editor.request("textDocument/hover", { textDocument, position: { line: 9, character: 0 } }), null);
    await editor.close("huge.py");
  });
}

async function check(
  folder: string,
  paths: readonly string[],
  input: Buffer | undefined,
): Promise<{ output: string; code: number | null }> {
  const child = spawn(process.execPath, [join(process.cwd(), "dist/cli.js"), "check", ...paths], { cwd: folder });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { output, code };
}
