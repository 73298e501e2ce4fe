import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { applyEdits } from "../../server/src/base/edit.js";
import { topicsRequest } from "../../server/src/lsp/protocol.js";
import { askAll, settings } from "../fuzz/analyse.js";
import { chanceOf } from "../fuzz/chance.js";
import { editOf } from "../fuzz/edits.js";
import { realFiles } from "../fuzz/texts.js";
import { withEditor } from "../lsp/editor.js";
import { pythonParser } from "../syntax/python-parser.js";

/*
 * `npm run soak [-- --edits N]`: memory over many edits, documents and folders, in the analysis alone (collected, with the parser's memory) and in the real
 * server process.
 */

/** The part of what runs WebAssembly that is needed here; the project is compiled without the browser's types. */
interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}
const wasm = (globalThis as unknown as { readonly WebAssembly: { Memory: new (descriptor: object) => WasmMemory } }).WebAssembly;

const memories: WasmMemory[] = [];
wasm.Memory = class extends wasm.Memory {
  constructor(descriptor: object) {
    super(descriptor);
    memories.push(this);
  }
};

const index = process.argv.indexOf("--edits");
const edits = index === -1 ? 10_000 : Number(process.argv[index + 1]);
const rows: string[] = [];
const say = (what: string, ...megabytes: readonly number[]): void => {
  rows.push(`| ${what} | ${megabytes.map((each) => `${each.toFixed(1)} MB`).join(" | ")} |`);
  console.log(rows[rows.length - 1]);
};

console.log("| the analysis alone, after | JavaScript, collected | parser (WASM) |\n|---|---|---|");
const parser = await pythonParser();
const chance = chanceOf(1);
const files = [...realFiles].slice(0, 8);
const host = new AnalysisHost(parser, settings);
for (const [path, text] of files) host.openFile(path, text);
const texts = new Map(files);
for (let edit = 0; edit <= edits; edit++) {
  if (edit % Math.ceil(edits / 10) === 0) {
    gc?.();
    const ofParser = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    say(`${edit} edits`, process.memoryUsage().heapUsed / 1e6, ofParser / 1e6);
  }
  const [path, original] = chance.of(files);
  const text = texts.get(path) ?? "";
  // A text that chance has torn to pieces is no longer like what people edit.
  const isOver = chance.happens(0.1);
  const next = isOver ? { range: { start: 0, end: text.length }, newText: original } : editOf(text, chance);
  host.editFile(path, [next]);
  texts.set(path, applyEdits(text, [next]));
  askAll(host.snapshot(), path, [0]);
}

console.log("\n| the server process, after | resident |\n|---|---|");
await withEditor(
  {
    workspaceFolders: ["base"],
    prepare: async (folder) => {
      for (const name of ["base", ...Array.from({ length: 20 }, (_, number) => `folder_${number}`)]) {
        await mkdir(join(folder, name));
        for (const [path, text] of files) await writeFile(join(folder, name, path.slice(path.lastIndexOf("/") + 1)), text);
      }
    },
  },
  async (editor) => {
    const resident = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${editor.pid}/status`, "utf8"))?.[1]) / 1000;
    const answered = async (): Promise<void> => void (await editor.request(topicsRequest, {}));
    const text = files[0]?.[1] ?? "";
    await editor.open("base/app.py", text);
    await editor.diagnostics("base/app.py");
    for (let edit = 0; edit <= edits; edit++) {
      if (edit % Math.ceil(edits / 5) === 0) say(`${edit} edits`, resident());
      await editor.change(
        "base/app.py",
        edit % 10 === 9 ? [{ text }] : [{ range: lineStart(edit % 40), text: `value_${edit} = ${edit}\n` }],
      );
      if (edit % 5 === 0) await editor.diagnostics("base/app.py");
    }
    for (let document = 0; document <= 1000; document++) {
      if (document % 250 === 0) say(`${document} documents opened and closed`, resident());
      await editor.open(`base/document_${document}.py`, `${text}\nvalue = ${document}\n`);
      await editor.diagnostics(`base/document_${document}.py`);
      await editor.close(`base/document_${document}.py`);
    }
    for (let round = 0; round <= 100; round++) {
      if (round % 25 === 0) say(`${round} times 20 folders added and removed`, resident());
      const named = Array.from({ length: 20 }, (_, number) => ({ uri: editor.uri(`folder_${number}`), name: "" }));
      await editor.notify("workspace/didChangeWorkspaceFolders", { event: { added: named, removed: [] } });
      await answered();
      await editor.status(({ indexing }) => indexing === "done");
      await editor.notify("workspace/didChangeWorkspaceFolders", { event: { added: [], removed: named } });
      await answered();
    }
  },
);

function lineStart(line: number) {
  return { start: { line, character: 0 }, end: { line, character: 0 } };
}
