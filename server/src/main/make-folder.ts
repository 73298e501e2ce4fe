import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** Folders of what a user's programs keep for that user alone. */
export const privateFolder = 0o700;

/**
 * Makes a folder and those above it that are missing. Node's own way of doing that never ends where a file system says of a folder that it does not
 * exist although it does, as `/proc` does when something is to be made in it.
 */
export function makeFolder(path: string, mode?: number): void {
  if (isMade(path, mode)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent, mode);
  if (!isMade(path, mode)) throw new Error(`${path} cannot be made`);
}

/** False where the folder above is missing. */
function isMade(path: string, mode: number | undefined): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // Made before, or by another thread or process meanwhile; a file in its place is met by whoever writes into it.
    if (code === "EEXIST") return true;
    if (code === "ENOENT") return false;
    throw error;
  }
}
