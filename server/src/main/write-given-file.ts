import { constants } from "node:fs";
import { open, writeFile } from "node:fs/promises";

/** Writes a file that the user names, which may be a pipe, as a shell makes it of `>(command)`; a pipe that nobody reads is not waited for. */
export async function writeGivenFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    // Opening such a pipe as it is would wait for a reader; this way it is refused, and what is not a pipe opens all the same.
    const probe = await open(path, constants.O_WRONLY | constants.O_CREAT | (constants.O_NONBLOCK ?? 0));
    await probe.close();
    await writeFile(path, bytes);
  } catch (error) {
    const reason = reasons[error instanceof Error && "code" in error ? String(error.code) : ""];
    throw reason === undefined ? error : new Error(reason, { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "its disk can only be read",
  ENOSPC: "its disk is full",
  EISDIR: "is a folder",
  ENOTDIR: "what stands above it is no folder",
  ENXIO: "is a pipe that nobody reads",
};
