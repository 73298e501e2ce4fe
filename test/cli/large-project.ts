import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A program: two threads add to a global without a lock. */
export const race = `import threading

counter = 0

def work():
    global counter
    for _ in range(100_000):
        counter += 1

threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(counter)
`;

/** Makes a project that is large enough for threads to read it: so many files with a race each, and with so long a comment. */
export function writeLargeProject(folder: string, files: number, commentLength: number): void {
  mkdirSync(folder);
  const functions = Array.from(
    { length: 300 },
    (_, index) => `def function_${index}(value):\n    return [each * ${index} for each in value if each]\n`,
  );
  for (let file = 0; file < files; file++) {
    const text = `# part ${file}\n${race}\n${functions.join("\n")}\n# ${"x".repeat(commentLength)}\n`;
    writeFileSync(join(folder, `part_${file}.py`), text);
  }
}

/** All files in a folder and below it, sorted. */
export function filesBelow(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
