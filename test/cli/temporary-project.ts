import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach } from "node:test";

/** A project of its own for each test of the file, in which the built command line runs without the user's settings. */
export function temporaryProject(name: string) {
  let folder: string;
  beforeEach(() => {
    if (folder) rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), `gilscope-${name}-`));
    // The top of a repository: nothing above it counts.
    mkdirSync(join(folder, ".git"));
  });
  after(() => rmSync(folder, { recursive: true }));

  return {
    path: (inside: string): string => join(folder, inside),

    write(path: string, content: string | Uint8Array): void {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    },

    gilscope(args: readonly string[], options: { readonly input?: string; readonly at?: string; readonly variables?: object } = {}) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(process.cwd(), "dist/cli.js"), ...args], {
        cwd: join(folder, options.at ?? ""),
        input: options.input ?? "",
        encoding: "utf8",
        env: {
          ...process.env,
          NO_COLOR: "1",
          XDG_CONFIG_HOME: join(folder, ".settings"),
          XDG_CACHE_HOME: join(folder, ".cache"),
          APPDATA: join(folder, ".settings"),
          ...options.variables,
        },
      });
      return { code: status, output: stdout, errors: stderr };
    },
  };
}
