import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { globSync } from "tinyglobby";

/*
 * Applies every fix, unsafe ones included, to copies of real packages, and compiles what comes out: `npm run fix-packages -- FOLDER…`. `PYTHON` names
 * the interpreter that compiles, `python3` without it. Prints a line for each folder, and every file that compiled before and does not any more.
 */

const run = promisify(execFile);
const python = process.env.PYTHON ?? "python3";

/** Compiles the files that it is given the names of, and prints those that do not. */
const compiler = `import sys, warnings
warnings.simplefilter("ignore")
for path in sys.stdin.read().splitlines():
    try:
        with open(path, "rb") as file:
            compile(file.read(), path, "exec", dont_inherit=True)
    except Exception as error:
        print(path, type(error).__name__, error, sep="\\t")
`;

async function main(folders: readonly string[]): Promise<void> {
  let broken = 0;
  for (const folder of folders) broken += await fixFolder(resolve(folder));
  if (broken > 0) process.exitCode = 1;
}

async function fixFolder(folder: string): Promise<number> {
  const work = await mkdtemp(join(tmpdir(), "gilscope-fix-packages-"));
  try {
    const copy = join(work, basename(folder));
    await cp(folder, copy, { recursive: true, filter: (path) => !/[\\/](__pycache__|site-packages|node_modules)$/.test(path) });
    const { stdout } = await run(
      process.execPath,
      ["dist/cli.js", "check", copy, "--fix", "--unsafe-fixes", "--format", "json", "--fail-on", "never", "--no-cache"],
      { maxBuffer: 1 << 30 },
    );
    const { summary } = JSON.parse(stdout) as {
      readonly summary: { readonly files: number; readonly lines: number; readonly fixed?: number };
    };
    const paths = globSync(["**/*.py", "**/*.pyi"], { cwd: copy, dot: true });
    const changed: string[] = [];
    for (const path of paths) {
      const [before, after] = await Promise.all([readFile(join(folder, path)), readFile(join(copy, path))]);
      if (!before.equals(after)) changed.push(path);
    }
    const old = await failures(
      changed.map((path) => join(folder, path)),
      folder,
    );
    const now = await failures(
      changed.map((path) => join(copy, path)),
      copy,
    );
    const broken = [...now].filter(([path]) => !old.has(path));
    console.log(
      `${basename(folder)}: ${summary.files} files, ${summary.lines} lines, ${summary.fixed ?? 0} fixes in ${changed.length} files, ${broken.length} broken`,
    );
    for (const [path, error] of broken) console.log(`  ${path}: ${error}`);
    return broken.length;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The files that do not compile, with the reason. */
async function failures(paths: readonly string[], folder: string): Promise<ReadonlyMap<string, string>> {
  if (paths.length === 0) return new Map();
  const compiling = run(python, ["-c", compiler], { maxBuffer: 1 << 26 });
  compiling.child.stdin?.end(paths.join("\n"));
  const { stdout } = await compiling;
  return new Map(
    stdout
      .split(/\r?\n/)
      .filter((line) => line !== "")
      .map((line) => {
        const [path = "", ...error] = line.split("\t");
        return [relative(folder, path), error.join(": ")];
      }),
  );
}

await main(process.argv.slice(2));
