/** How many files that were closed stay as they were. Each keeps what was parsed and read of it: some megabytes for thousands of lines. */
const mostKept = 4;

/**
 * Files that an editor has closed of late, as they were while they were open. Who looks into a file and comes back finds it with all that is known
 * about it: opened anew, it would be another file to whatever rests on it.
 */
export class JustClosed<File> {
  /** By path, those that were closed first come first. */
  private readonly files = new Map<string, File>();

  /** `letGo` is told of each path whose file is no longer kept and was not taken. */
  constructor(private readonly letGo: (path: string) => void) {}

  keep(path: string, file: File): void {
    this.files.delete(path);
    this.files.set(path, file);
    for (const oldest of this.files.keys()) if (this.files.size > mostKept) this.drop(oldest);
  }

  has(path: string): boolean {
    return this.files.has(path);
  }

  /** The file, to go on with. */
  take(path: string): File | undefined {
    const file = this.files.get(path);
    this.files.delete(path);
    return file;
  }

  drop(path: string): void {
    if (this.files.delete(path)) this.letGo(path);
  }

  dropAll(): void {
    for (const path of this.files.keys()) this.drop(path);
  }
}
