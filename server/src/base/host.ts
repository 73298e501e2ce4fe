/** One entry of a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "other";
}

/**
 * The only way to the world outside: files, clock and log. `main` makes one for Node and one for the browser; tests make their own.
 * Paths are absolute and use `/`.
 */
export interface Host {
  /** The bytes of a file. Rejects when it cannot be read. */
  readFile(path: string): Promise<Uint8Array>;
  /** The entries of a folder. Rejects when it cannot be listed. */
  listFolder(path: string): Promise<readonly FolderEntry[]>;
  /** Milliseconds from an arbitrary start; never goes back. */
  now(): number;
  /** How many cores this machine offers. */
  cores(): number;
  /** A line for whoever looks after the program, never for its user. */
  log(message: string): void;
}
