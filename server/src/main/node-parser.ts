import { readFile } from "node:fs/promises";
import { Parser } from "../syntax/parser.js";

/** The parser of this thread; its compiled code stands beside the bundle. */
export async function createParser(): Promise<Parser> {
  const bytesOf = (name: string): Promise<Uint8Array> => readFile(new URL(name, import.meta.url));
  const [runtime, python] = await Promise.all([bytesOf("web-tree-sitter.wasm"), bytesOf("tree-sitter-python.wasm")]);
  return Parser.create({ runtime, python });
}
