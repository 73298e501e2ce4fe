import type { LinkedFile } from "../program/link/entity.js";
import { importsOf } from "../program/link/linked-file.js";

/** The library whose event loop a file's coroutines most likely run on, by what it imports. */
export function loopLibrary(file: LinkedFile): "asyncio" | "trio" | "anyio" {
  return file.derive("library of its event loop", () => {
    const imported = new Set(importsOf(file).map(({ module }) => module.split(".", 1)[0]));
    if (imported.has("asyncio")) return "asyncio";
    return imported.has("trio") ? "trio" : imported.has("anyio") ? "anyio" : "asyncio";
  });
}

/** Its lock, for sentences, with the article. */
export function loopLock(file: LinkedFile): string {
  const library = loopLibrary(file);
  return `${library === "trio" ? "a" : "an"} \`${library}.Lock\``;
}
