import { sameKeys } from "../base/same-keys.js";

/** A program that answers are about: its files, and what is remembered of it. */
interface KnownProgram<File, Memory> {
  readonly files: ReadonlyMap<string, File>;
  readonly memory: Memory;
}

/**
 * Which program is asked while the whole one is still to be understood, which takes a large one seconds for the first time, and whenever it has other
 * files than before: the one that was understood before, in which files that editors show are as they are now, or where one of them was no part of it,
 * the program of those files alone.
 */
export class Meanwhile<File extends { readonly path: string; readonly open: boolean }, Memory> {
  /** What is remembered of the whole program. */
  memory: Memory;
  /** The files of the whole program as it was last understood; none if it never was. */
  private understood: ReadonlyMap<string, File> = new Map();
  private before: KnownProgram<File, Memory> | undefined;

  constructor(private readonly newMemory: () => Memory) {
    this.memory = newMemory();
  }

  /** Whether the program of these files, as they are or were, has been understood. */
  isUnderstood(files: ReadonlyMap<string, File>): boolean {
    return sameKeys(this.understood, files);
  }

  /** All has been asked about the program of these files. */
  isNowUnderstood(files: ReadonlyMap<string, File>): void {
    this.understood = files;
    this.before = undefined;
  }

  /** Nothing that was remembered is right any more. */
  forget(): void {
    this.memory = this.newMemory();
    this.understood = new Map();
    this.before = undefined;
  }

  /** The program to ask, as long as the one of these files is not understood. */
  program(files: ReadonlyMap<string, File>): KnownProgram<File, Memory> {
    if (!this.before && this.understood.size > 0) {
      this.before = { files: this.understood, memory: this.memory };
      this.understood = new Map();
      this.memory = this.newMemory();
    }
    const open = [...files.values()].filter((file) => file.open);
    const isPart = ({ path }: File): boolean => this.before?.files.has(path) ?? false;
    const { files: known, memory } =
      this.before && open.every(isPart) ? this.before : { files: new Map<string, File>(), memory: this.newMemory() };
    const now = new Map(known);
    for (const file of open) now.set(file.path, file);
    this.before = { files: now, memory };
    return this.before;
  }
}
