import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Parser } from "../../server/src/syntax/parser.js";

/** A parser with its own WASM memory, read from the installed packages. */
export async function pythonParser(): Promise<Parser> {
  const require = createRequire(import.meta.url);
  return Parser.create({
    runtime: readFileSync(require.resolve("web-tree-sitter/web-tree-sitter.wasm")),
    python: readFileSync(require.resolve("tree-sitter-python/tree-sitter-python.wasm")),
  });
}
