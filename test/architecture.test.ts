import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { build, transform } from "esbuild";
import { globSync } from "tinyglobby";
import { Language, Parser as TreeSitter } from "web-tree-sitter";
import { AnalysisHost } from "../server/src/analysis/analysis.js";
import { newestTarget } from "../server/src/base/target.js";
import { Parser, type ParserBytes } from "../server/src/syntax/parser.js";

/*
 * The invariants of the design, each a function from sources to violations. A violation says where, and what to do instead.
 * Every test first plants a violation and shows that its function finds it.
 */

const root = process.cwd();

/** Path from the project's root → text. */
type Sources = ReadonlyMap<string, string>;

const sources: Sources = new Map(
  globSync(["server/src/**/*.ts", "client/src/**/*.ts", "test/**/*.ts"], { cwd: root })
    .sort()
    .map((path) => [path, readFileSync(join(root, path), "utf8")]),
);

/** Stages from left to right; each may import what stands left of it. `lsp` and `cli` share a place and do not know each other. */
const stages: readonly (readonly string[])[] = [
  ["base"],
  ["pages"],
  ["syntax"],
  ["knowledge"],
  ["simulation"],
  ["program"],
  ["estimate"],
  ["rules"],
  ["analysis"],
  ["lsp", "cli"],
  ["main"],
];

/** Stages that stand on `base` alone, so that each can be read, tested and replaced by itself. */
const independentStages: ReadonlySet<string> = new Set(["pages", "syntax", "knowledge", "simulation"]);

test("stages import only from their left", () => {
  assertFinds(importOrderViolations, "server/src/base/planted.ts", `import { lower } from "../syntax/lower.js";`);
  assertFinds(importOrderViolations, "server/src/knowledge/planted.ts", `import type { Module } from "../syntax/nodes.js";`);
  assertFinds(importOrderViolations, "server/src/simulation/planted.ts", `export * from "../knowledge/knowledge.js";`);
  assertFinds(importOrderViolations, "server/src/cli/planted.ts", `const server = await import("../lsp/server.js");`);
  assertFinds(importOrderViolations, "server/src/lsp/planted.ts", `import "../cli/run.js";`);
  assertFinds(importOrderViolations, "server/src/rules/planted.ts", `import { readFile } from "../main/node-host.js";`);
  assertFinds(importOrderViolations, "server/src/odd/planted.ts", `export const odd = 1;`);
  assertFinds(importOrderViolations, "server/src/base/planted.ts", `import { extension } from "../../../client/src/extension.js";`);
  assert.deepEqual(importOrderViolations(sources), []);
});

function importOrderViolations(files: Sources): string[] {
  return serverFiles(files).flatMap(({ path, stage, text }) => {
    const place = placeOf(stage);
    if (place === -1) {
      return [`${path}: \`${stage}\` is not a stage. Put the file into the stage it belongs to: ${stages.flat().join(", ")}.`];
    }
    return importsOf(text).flatMap((specifier) => {
      if (!specifier.startsWith(".")) return [];
      const target = resolved(path, specifier);
      if (target === "package.json" && stage === "main") return [];
      const other = stageOf(target);
      if (other === undefined) return [`${path} imports ${target}. The server imports only from server/src; hand it in from main.`];
      if (other === stage) return [];
      if (placeOf(other) === -1 || placeOf(other) >= place) {
        return [
          `${path} imports ${target}. \`${stage}\` stands left of \`${other}\`: move what both need to the left, or hand it in as an argument.`,
        ];
      }
      if (independentStages.has(stage) && other !== "base") {
        return [`${path} imports ${target}. \`${stage}\` imports only \`base\`: describe what it needs as a type of its own.`];
      }
      return [];
    });
  });
}

test("no I/O, clock, randomness, console, process or timer outside main", async () => {
  const forbidden: readonly string[] = [
    `const now = Date.now();`,
    `const now = performance.now();`,
    `const seed = Math.random();`,
    `console.log("here");`,
    `if (process.env.DEBUG) debug();`,
    `setTimeout(work, 10);`,
    `const text = await fetch("https://example.org");`,
    `const bytes = Buffer.from("text");`,
    `const now = globalThis.performance.now();`,
    `import { readFile } from "node:fs/promises";`,
    `import type { Stats } from "fs";`,
  ];
  for (const text of forbidden) {
    assert.notDeepEqual(await worldViolations(new Map([["server/src/rules/planted.ts", text]])), [], `${text} is not found`);
    assert.deepEqual(await worldViolations(new Map([["server/src/main/planted.ts", text]])), [], `${text} is allowed in main`);
  }
  const allowed = `// console.log\nconst process = (Date: string) => "Math.random() " + Date; process(connection.console.name);`;
  assert.deepEqual(await worldViolations(new Map([["server/src/lsp/planted.ts", allowed]])), []);
  assert.deepEqual(await worldViolations(sources), []);
});

const worldlyGlobals: Readonly<Record<string, string>> = {
  console: "write through `Host.log`, or return what is to be said",
  process: "take the value as an argument; `main` reads it",
  Date: "take the time from `Host.now`",
  performance: "take the time from `Host.now`",
  "Math.random": "take a seed as an argument",
  crypto: "take a seed as an argument",
  setTimeout: "wait through the host that `main` hands in",
  setInterval: "wait through the host that `main` hands in",
  setImmediate: "wait through the host that `main` hands in",
  fetch: "read through `Host.readFile`",
  XMLHttpRequest: "read through `Host.readFile`",
  WebSocket: "read through `Host`",
  Buffer: "use `Uint8Array`, which every platform has",
  require: "import it, in `main` if it is a part of Node",
  globalThis: "take the value as an argument; `main` reads it",
  self: "take the value as an argument; `main` reads it",
  navigator: "take the value as an argument; `main` reads it",
};

/** esbuild's `define` replaces a name only where it means the global, so comments, strings, properties and local names do not count. */
async function worldViolations(files: Sources): Promise<string[]> {
  const names = Object.keys(worldlyGlobals);
  const define = Object.fromEntries(names.map((name) => [name, `$$world_${name.replace(".", "_")}`]));
  const found: string[] = [];
  for (const { path, stage, text } of serverFiles(files)) {
    if (stage === "main") continue;
    const { code } = await transform(text, { loader: "ts", define });
    for (const name of names) {
      if (code.includes(define[name] as string)) found.push(`${path} uses \`${name}\`. Instead, ${worldlyGlobals[name]}.`);
    }
    for (const specifier of importsOf(text)) {
      if (isNodeModule(specifier)) found.push(`${path} imports ${specifier}. Only \`main\` touches Node: add what is needed to \`Host\`.`);
    }
  }
  return found;
}

test("each border has one keeper: packages that only one stage may import", () => {
  assertFinds(packageViolations, "server/src/program/planted.ts", `import type { Node } from "web-tree-sitter";`);
  assertFinds(packageViolations, "server/src/analysis/planted.ts", `import { DiagnosticSeverity } from "vscode-languageserver";`);
  assertFinds(packageViolations, "server/src/cli/planted.ts", `import { createConnection } from "vscode-languageserver/node";`);
  assertFinds(packageViolations, "server/src/main/planted.ts", `import { Command } from "commander";`);
  assert.deepEqual(packageViolations(sources), []);
});

const keepers: readonly { readonly packages: RegExp; readonly stages: readonly string[]; readonly instead: string }[] = [
  { packages: /^web-tree-sitter(\/|$)/, stages: ["syntax"], instead: "read the plain nodes of syntax/nodes.ts" },
  { packages: /^tree-sitter-/, stages: ["syntax"], instead: "read the plain nodes of syntax/nodes.ts" },
  {
    packages: /^vscode-languageserver/,
    stages: ["lsp", "main"],
    instead: "answer in plain values and offsets, and let lsp/convert.ts render",
  },
  { packages: /^vscode-languageclient/, stages: [], instead: "speak to the client through lsp/protocol.ts" },
  { packages: /^commander(\/|$)/, stages: ["cli"], instead: "take plain values; cli reads the arguments" },
  { packages: /^picocolors(\/|$)/, stages: ["cli"], instead: "return plain text; cli/formats colours it" },
];

function packageViolations(files: Sources): string[] {
  return serverFiles(files).flatMap(({ path, stage, text }) =>
    importsOf(text).flatMap((specifier) => {
      const keeper = keepers.find(({ packages }) => packages.test(specifier));
      return !keeper || keeper.stages.includes(stage) ? [] : [`${path} imports ${specifier}. Instead, ${keeper.instead}.`];
    }),
  );
}

test("the client imports one file of the server; the timeline's page also what simulates", () => {
  assertFinds(clientViolations, "client/src/planted.ts", `import { LineIndex } from "../../server/src/base/line-index.js";`);
  assertFinds(clientViolations, "client/src/timeline/planted.ts", `import { machine } from "../../../server/src/simulation/machine.js";`);
  assertFinds(
    clientViolations,
    "client/src/timeline/view/planted.ts",
    `import { link } from "../../../../server/src/program/link/link.js";`,
  );
  assertFinds(clientViolations, "client/src/timeline/view/planted.ts", `import { Uri } from "vscode";`);
  assert.deepEqual(
    clientViolations(new Map([["client/src/planted.ts", `import { statusNotification } from "../../server/src/lsp/protocol.js";`]])),
    [],
  );
  assert.deepEqual(clientViolations(sources), []);
});

/** The panel's own script: it simulates in the page itself, since an answer from the server would come too late for a slider. */
const timelinePage = "client/src/timeline/view/";

/** What that takes, and nothing that knows of programs: work as data, the ways to run it, and how they are written out. */
const simulating = /^server\/src\/(?:base|simulation|estimate)\/|^server\/src\/cli\/formats\/(?:svg|trace)\.ts$/;

function clientViolations(files: Sources): string[] {
  return [...files].flatMap(([path, text]) => {
    if (!path.startsWith("client/")) return [];
    const isPage = path.startsWith(timelinePage);
    return importsOf(text).flatMap((specifier) => {
      const target = resolved(path, specifier);
      if (isPage && /^vscode/.test(specifier)) return [`${path} imports ${specifier}. A page speaks to the extension by messages.`];
      if (!specifier.startsWith(".") || target.startsWith("client/") || target === "server/src/lsp/protocol.ts") return [];
      if (isPage && simulating.test(target)) return [];
      return [`${path} imports ${target}. The client asks the server: add a request to server/src/lsp/protocol.ts.`];
    });
  });
}

test("the timeline's page carries nothing of what reads programs", async () => {
  const { metafile } = await build({
    entryPoints: [join(root, timelinePage, "main.ts")],
    bundle: true,
    write: false,
    metafile: true,
    platform: "browser",
    logLevel: "silent",
  });
  const [output] = Object.values(metafile.outputs);
  const carried = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const stagesCarried = new Set(carried.flatMap(([path]) => stageOf(path) ?? []));
  assert.ok(stagesCarried.has("simulation"), "the simulator is in the page");
  assert.deepEqual(
    [...stagesCarried].filter((stage) => !["base", "simulation", "estimate", "cli"].includes(stage)),
    [],
    "import from files that know nothing of Python source, or move what the page needs into one",
  );
});

test("lines and columns exist only at the borders", () => {
  assertFinds(positionViolations, "server/src/rules/planted.ts", `import { LineIndex } from "../base/line-index.js";`);
  assert.deepEqual(positionViolations(sources), []);
});

/** `# gil:` comments belong to lines, so whoever reads or applies them counts lines. */
const linesOfDirectives: readonly string[] = ["server/src/program/extract/", "server/src/rules/run.ts"];

/** Everything in between counts UTF-16 offsets; a message that names a line is written by the one place that knows it. */
function positionViolations(files: Sources): string[] {
  return serverFiles(files).flatMap(({ path, stage, text }) => {
    const isBorder = ["base", "analysis", "lsp", "cli", "main"].includes(stage);
    if (isBorder || linesOfDirectives.some((reader) => path.startsWith(reader))) return [];
    const uses = importsOf(text).some((specifier) => resolved(path, specifier) === "server/src/base/line-index.ts");
    return uses ? [`${path} imports base/line-index.ts. Keep offsets; lsp/convert.ts and cli/formats make lines and columns of them.`] : [];
  });
}

test("facts are made of one file's syntax alone", () => {
  assertFinds(extractViolations, "server/src/program/extract/planted.ts", `import { knowledge } from "../../knowledge/knowledge.js";`);
  assertFinds(extractViolations, "server/src/program/extract/planted.ts", `import { link } from "../link/link.js";`);
  assert.deepEqual(extractViolations(sources), []);
});

function extractViolations(files: Sources): string[] {
  return serverFiles(files).flatMap(({ path, text }) => {
    if (!path.startsWith("server/src/program/extract/")) return [];
    return importsOf(text).flatMap((specifier) => {
      const target = resolved(path, specifier);
      if (/^server\/src\/(?:base\/|syntax\/|program\/extract\/|program\/[^/]+$)/.test(target)) return [];
      return [
        `${path} imports ${target}. Facts depend on one file's text alone: resolve against other files or knowledge in program/link.`,
      ];
    });
  });
}

test("no module keeps state between calls", () => {
  assertFinds(stateViolations, "server/src/rules/planted.ts", `let lastFindings = [];`);
  assertFinds(stateViolations, "server/src/lsp/planted.ts", `const cache = new Map<string, string>();`);
  assertFinds(stateViolations, "server/src/program/planted.ts", `export const seen: Set<string> = new Set();`);
  assert.deepEqual(stateViolations(new Map([["server/src/rules/planted.ts", `const known = new Map([["a", 1]]);\n  let inner = 1;`]])), []);
  assert.deepEqual(stateViolations(sources), []);
});

/**
 * Files are formatted, so what stands at the start of a line is at the top level. A `WeakMap` keyed by an immutable value is a memo, not state;
 * `base`, `syntax` and `knowledge` know nothing of the analysed program that they could keep.
 */
function stateViolations(files: Sources): string[] {
  return serverFiles(files).flatMap(({ path, stage, text }) => {
    if (["base", "syntax", "knowledge", "main"].includes(stage)) return [];
    const kept = /^(?:export )?(?:let|var) \w+|^(?:export )?const \w+(?:: [^=]+)? = new (?:Map|Set)(?:<.*>)?\(\);/gm;
    return [...text.matchAll(kept)].map(
      ([found]) =>
        `${path}: \`${found}\` outlives the call. Keep state in AnalysisHost (texts, settings, facts), or memoise by value in a WeakMap.`,
    );
  });
}

test("nothing is remembered by a part of the program that an edit changes in place", () => {
  const planted = (key: string): Sources =>
    new Map([["server/src/program/link/planted.ts", `const known = new WeakMap<${key}, boolean>();`]]);
  for (const key of ["LinkedFile", "FunctionNode", "ClassNode"]) assert.equal(changingKeys(planted(key)).length, 1);
  for (const key of ["FunctionFacts", "Program"]) assert.deepEqual(changingKeys(planted(key)), []);
  assert.deepEqual(changingKeys(sources), []);
});

function changingKeys(files: Sources): string[] {
  return serverFiles(files).flatMap(({ path, text }) =>
    [...text.matchAll(/new WeakMap<(LinkedFile|FunctionNode|ClassNode)\b/g)].map(
      ([, key]) =>
        `${path}: a ${key} outlives edits. Remember by its facts, by the Program, with \`derive\` or with \`Resolver.remembered\`.`,
    ),
  );
}

test("plain data is readonly throughout", () => {
  const planted = (member: string): string => `export interface Planted {\n  ${member}\n}\n`;
  for (const member of [`name: string;`, `name?: string;`, `readonly names: string[];`, `readonly names: Map<string, string>;`]) {
    assertFinds(mutableDataViolations, "server/src/rules/rule.ts", planted(member));
  }
  assertFinds(mutableDataViolations, "server/src/rules/rule.ts", `export type Planted =\n  | { kind: "a" }\n  | { readonly kind: "b" };\n`);
  assert.deepEqual(mutableDataViolations(new Map([["server/src/rules/rule.ts", planted(`readonly names: readonly string[];`)]])), []);
  assert.deepEqual(mutableDataViolations(sources), []);
  for (const path of plainDataFiles)
    assert.ok(sources.has(path), `${path} is named here as plain data but does not exist; name its successor`);
});

/** The files whose exported types travel: printed, compared, sent to workers, cached. */
const plainDataFiles: readonly string[] = [
  "server/src/base/edit.ts",
  "server/src/base/interval.ts",
  "server/src/base/range.ts",
  "server/src/base/target.ts",
  "server/src/syntax/nodes.ts",
  "server/src/program/facts.ts",
  "server/src/program/operation.ts",
  "server/src/simulation/workload.ts",
  "server/src/simulation/timeline.ts",
  "server/src/estimate/prediction/prediction.ts",
  "server/src/rules/rule.ts",
  "server/src/analysis/answers.ts",
];

function mutableDataViolations(files: Sources): string[] {
  return plainDataFiles.flatMap((path) =>
    typeBodies(files.get(path) ?? "").flatMap(({ name, members }) =>
      members.flatMap((member) => {
        const isMethod = /^\w+\??(?:<[^>]*>)?\(/.test(member);
        if (isMethod) return [];
        if (/^\w+\??:/.test(member))
          return [`${path}: ${name} has \`${member}\`. Write \`readonly\` before it; a change makes a new value.`];
        const type = member.slice(member.indexOf(":") + 1);
        const isMutable =
          /(?<!readonly )(?<!readonly \w+\.)\b[\w.]+(?:<[^<>]*>)?\[\]/.test(type) || /\b(?<!Readonly)(?:Map|Set)</.test(type);
        return isMutable ? [`${path}: ${name} has \`${member}\`. Use \`readonly T[]\`, \`ReadonlyMap\` or \`ReadonlySet\`.`] : [];
      }),
    ),
  );
}

/** The members of interfaces and object types, without comments. */
function typeBodies(text: string): { readonly name: string; readonly members: readonly string[] }[] {
  const plain = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  return [
    ...plain.matchAll(
      /^(?:export )?(?:interface|type) (\w+)[\s\S]*?(?=^(?:export )?(?:interface|type|const|function|class)\b|(?![\s\S]))/gm,
    ),
  ].map(([body, name]) => ({
    name: name as string,
    members: [...body.matchAll(/[{;]\s*((?:readonly )?\w+\??(?:<[^>]*>)?[(:][^;{}]*)/g)].map(([, member]) => (member as string).trim()),
  }));
}

test("plain data survives being sent to a worker", async () => {
  const planted = { range: { start: 0, end: 1 }, render: () => "text" };
  assert.notEqual(clonedDifference(planted), undefined);
  class Place {
    constructor(readonly line: number) {}
    next(): Place {
      return new Place(this.line + 1);
    }
  }
  assert.notEqual(clonedDifference({ place: new Place(1) }), undefined);

  const parser = await Parser.create(parserBytes);
  const host = new AnalysisHost(parser, { target: newestTarget, cores: 4, severities: {} });
  host.setFile("/work/app.py", sampleProgram);
  const analysis = host.snapshot();
  assert.equal(clonedDifference(parser.parse(sampleProgram)), undefined);
  assert.equal(clonedDifference(analysis.findings("/work/app.py")), undefined);
  assert.equal(clonedDifference(analysis.predictions("/work/app.py")), undefined);
  assert.equal(clonedDifference(analysis.lenses("/work/app.py")), undefined);
});

/** What differs after a structured clone; undefined where nothing does. */
function clonedDifference(value: unknown): string | undefined {
  try {
    assert.deepStrictEqual(structuredClone(value), value);
    return undefined;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\nMake it plain data: no functions, no classes, no symbols.`;
  }
}

test("trees are freed: many parses leave the parser's memory as it was", async () => {
  const parser = await Parser.create(parserBytes);
  const text = sampleProgram.repeat(100);
  const memory = lastMemory();

  const leaking = new TreeSitter().setLanguage(await Language.load(parserBytes.python));
  const before = memory.buffer.byteLength;
  for (let i = 0; i < 40; i++) leaking.parse(text);
  assert.ok(memory.buffer.byteLength > before, "trees that are never deleted make the memory grow, and this test sees it");

  parser.parse(text);
  parser.open("open", text);
  const start = memory.buffer.byteLength;
  for (let i = 0; i < 12; i++) {
    parser.parse(text);
    parser.parseOnly(text);
    parser.open("open", text);
    parser.edit("open", [{ range: { start: i, end: i }, newText: "x" }]);
  }
  parser.close("open");
  assert.equal(memory.buffer.byteLength, start, "a tree is not deleted: free it in syntax/, in a `finally`");
});

test("bad Python is no reason to throw: every prefix of a program is analysed", async () => {
  assert.throws(() => analyseEveryPrefix("x = 1", () => JSON.parse("{")));
  const parser = await Parser.create(parserBytes);
  const host = new AnalysisHost(parser, { target: newestTarget, cores: 4, severities: {} });
  analyseEveryPrefix(sampleProgram, (text) => {
    host.setFile("/work/app.py", text);
    const analysis = host.snapshot();
    analysis.findings("/work/app.py");
    analysis.predictions("/work/app.py");
    analysis.hover("/work/app.py", text.length);
  });
});

function analyseEveryPrefix(text: string, analyse: (prefix: string) => void): void {
  for (let length = 0; length <= text.length; length++) analyse(text.slice(0, length));
}

test("the bundle for browsers holds no part of Node", () => {
  assert.notDeepEqual(nodeUses("planted", `var fs = require("node:fs");`), []);
  assert.notDeepEqual(nodeUses("planted", `import("fs/promises")`), []);
  assert.deepEqual(nodeUses("planted", `var vscode = require("vscode");`), []);
  for (const path of globSync(["dist/web/*.js"], { cwd: root })) {
    assert.deepEqual(nodeUses(path, readFileSync(join(root, path), "utf8")), []);
  }
  const hasBrowserEntry = sources.has("server/src/main/browser.ts");
  assert.equal(
    existsSync(join(root, "dist/web/server.js")),
    hasBrowserEntry,
    "dist/web is built from main/browser.ts; run `npm run build`",
  );
});

function nodeUses(path: string, bundle: string): string[] {
  return [...bundle.matchAll(/\b(?:require|import)\(\s*["']([^"']+)["']\s*\)/g)]
    .map(([, specifier]) => specifier as string)
    .filter(isNodeModule)
    .map((specifier) => `${path} needs ${specifier}. A browser has none: import it only from main's Node entries.`);
}

test("files are named in kebab-case, by what they hold", () => {
  for (const name of ["LineIndex.ts", "line_index.ts", "utils.ts", "string-utils.ts", "helpers.ts", "tree-manager.ts"]) {
    assertFinds(nameViolations, `server/src/base/${name}`, "");
  }
  assertFinds(nameViolations, "server/src/Helpers/name.ts", "");
  assert.deepEqual(nameViolations(sources), []);
});

function nameViolations(files: Sources): string[] {
  return [...files.keys()].flatMap((path) =>
    path.split("/").flatMap((part) => {
      const stem = part.replace(/(?:\.test|\.d)?\.ts$/, "");
      if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(stem)) return [`${path}: write \`${part}\` in kebab-case.`];
      const vague = /(?:^|-)(?:utils?|helpers?|managers?|common|misc)$/.test(stem);
      return vague
        ? [`${path}: \`${part}\` says nothing of what it holds. Name it after its one concept, or put each thing where it is used.`]
        : [];
    }),
  );
}

/** Python with one of everything that the invariants are tried on. */
const sampleProgram = `import threading
from concurrent.futures import ThreadPoolExecutor

counter = 0

class Worker(threading.Thread):
    def run(self):
        global counter
        for i in range(100_000):
            counter += price(i)

def price(i):
    return sum(k * k for k in range(i % 97))

def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        print(list(pool.map(price, range(1_000))), f"{counter!r:>{10}}")
    workers = [Worker() for _ in range(4)]
    for worker in workers:
        worker.start()

if __name__ == "__main__":
    main()
`;

const require = createRequire(import.meta.url);
const parserBytes: ParserBytes = {
  runtime: readFileSync(require.resolve("web-tree-sitter/web-tree-sitter.wasm")),
  python: readFileSync(require.resolve("tree-sitter-python/tree-sitter-python.wasm")),
};

interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

const memories: WasmMemory[] = [];
// The project is compiled without the browser's types, which are the ones that know WebAssembly.
const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: { Memory: new (descriptor: unknown) => WasmMemory } };
wasm.Memory = class extends wasm.Memory {
  constructor(descriptor: unknown) {
    super(descriptor);
    memories.push(this);
  }
};

/** The memory of the tree-sitter runtime, which is made when the first parser is. */
function lastMemory(): WasmMemory {
  const memory = memories[memories.length - 1];
  assert.ok(memory, "the tree-sitter runtime makes its memory through WebAssembly.Memory");
  return memory;
}

function assertFinds(violations: (files: Sources) => readonly string[], path: string, text: string): void {
  assert.notDeepEqual(violations(new Map([[path, text]])), [], `a planted violation is not found: ${path}: ${text}`);
}

function serverFiles(files: Sources): { readonly path: string; readonly stage: string; readonly text: string }[] {
  return [...files].flatMap(([path, text]) => {
    const stage = stageOf(path);
    return stage === undefined ? [] : [{ path, stage, text }];
  });
}

function stageOf(path: string): string | undefined {
  return /^server\/src\/([^/]+)\//.exec(path)?.[1];
}

function placeOf(stage: string): number {
  return stages.findIndex((names) => names.includes(stage));
}

/** What a file imports, types included. */
function importsOf(text: string): string[] {
  const plain = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const statements =
    /^\s*(?:import|export)\s(?:[^"';()=]*\sfrom\s*)?["']([^"'\n]+)["']|\bimport\(\s*["']([^"'\n]+)["']|\bfrom "([^"\n]+)";$/gm;
  return [...plain.matchAll(statements)].map(([, statement, call, end]) => (statement ?? call ?? end) as string);
}

function resolved(path: string, specifier: string): string {
  return join(path, "..", specifier).replace(/\.js$/, ".ts");
}

function isNodeModule(specifier: string): boolean {
  if (specifier.startsWith("node:")) return true;
  return ["fs", "path", "os", "child_process", "crypto", "url", "util", "worker_threads", "perf_hooks", "process", "net", "http"].includes(
    specifier.split("/")[0] as string,
  );
}
