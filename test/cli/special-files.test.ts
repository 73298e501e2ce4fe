import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

/*
 * What stands where a file is expected and is none: pipes that nobody writes to, devices that never end, folders, links into all of them. The command
 * line says what it met and goes on or ends; it never waits.
 */

const cli = join(process.cwd(), "dist/cli.js");
let folder: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "gilscope-special-"));
  writeFileSync(join(folder, "app.py"), "x = 1\n");
  execFileSync("mkfifo", ["pipe", "pipe.py"], { cwd: folder });
  mkdirSync(join(folder, "folder"));
  mkdirSync(join(folder, "folder.py"));
  writeFileSync(join(folder, "folder.py/inside.py"), "y = 2\n");
  symlinkSync("/dev/zero", join(folder, "zeros.py"));
  symlinkSync("pipe", join(folder, "piped.py"));
  symlinkSync("nowhere.py", join(folder, "dangling.py"));
  symlinkSync("round.py", join(folder, "round.py"));
  writeFileSync(join(folder, "endless.json"), "");
  // No disk holds it, and no memory needs to.
  truncateSync(join(folder, "endless.json"), 8e9);
});
after(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function gilscope(args: readonly string[], input: "nothing" | number = "nothing"): Outcome {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    stdio: [input === "nothing" ? "ignore" : input, "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", XDG_CONFIG_HOME: join(folder, "settings"), APPDATA: join(folder, "settings") },
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  assert.equal(signal, null, `${args.join(" ")} waits for what never comes`);
  return { code: status, output: stdout.toString(), errors: stderr.toString() };
}

test("below a folder only files are read, and a folder may be called as it likes", () => {
  const { code, output, errors } = gilscope(["check", "--format", "json"]);
  assert.deepEqual([code, errors], [0, ""]);
  const { problems, summary } = JSON.parse(output);
  assert.deepEqual([problems, summary.files], [[], 2]);
  assert.equal(JSON.parse(gilscope(["check", "folder.py", "--format", "json"]).output).summary.files, 1);
});

test("what is named and is no file is a problem, and the others are checked", () => {
  const paths = ["pipe.py", "zeros.py", "piped.py", "round.py", "dangling.py", "app.py"];
  const { code, output, errors } = gilscope(["check", ...paths, "--format", "json"]);
  const { problems, summary } = JSON.parse(output);
  assert.deepEqual(
    problems.map(({ path, message }: { path: string; message: string }) => `${path} ${message}`),
    [
      "dangling.py does not exist",
      "pipe.py is not a regular file",
      "piped.py is not a regular file",
      "round.py cannot be read: its links go round in a circle",
      "zeros.py is not a regular file",
    ],
  );
  assert.equal(summary.files, 1);
  assert.deepEqual([code, errors], [2, "gilscope: there is no file or folder `dangling.py`\n"]);
});

const reasons = {
  pipe: "is a pipe that nobody writes to",
  folder: "is a folder",
  "/dev/zero": "is not a regular file",
  none: "does not exist",
  "endless.json": "is too large (at most 500 MB are read)",
};

for (const [what, args] of [
  ["the baseline FILE", ["check", "app.py", "--baseline"]],
  ["FILE", ["check", "app.py", "--costs"]],
  ["FILE", ["check", "app.py", "--profile"]],
  ["FILE", ["simulate", "--workload"]],
] as const) {
  test(`\`${args.join(" ")}\` ends with the reason for what is no file`, () => {
    for (const [path, reason] of Object.entries(reasons)) {
      const { code, output, errors } = gilscope([...args, path]);
      const hint = what === "FILE" ? "" : `; \`gilscope check --write-baseline ${path}\` makes one`;
      assert.deepEqual([code, output, errors], [2, "", `gilscope: ${what.replace("FILE", path)} cannot be read: ${reason}${hint}\n`]);
    }
  });
}

test("a knowledge file that is none is a problem", () => {
  for (const [path, reason] of [
    ["pipe", "is not a regular file"],
    ["folder", "is a folder"],
    ["endless.json", "is too large for a knowledge file: more than 5 MB"],
  ] as const) {
    assert.match(gilscope(["check", "app.py", "--knowledge", path]).output, new RegExp(`^${path}: problem: ${reason}\n`));
    const { code, output } = gilscope(["knowledge", "check", path]);
    assert.deepEqual([code, output], [1, `${path}: ${reason}\n`]);
  }
});

test("settings that cannot be read end the command, since nobody would miss them", () => {
  const path = join(folder, "pyproject.toml");
  const refused = (reason: string): void => {
    const { code, output, errors } = gilscope(["check", "app.py"]);
    assert.deepEqual([code, output, errors], [2, "", `gilscope: pyproject.toml:1: ${reason}\n`]);
  };
  execFileSync("mkfifo", [path]);
  refused("is not a regular file");
  unlinkSync(path);
  mkdirSync(path);
  refused("is a folder");
  rmdirSync(path);
  symlinkSync("/dev/zero", path);
  refused("is not a regular file");
  unlinkSync(path);
  symlinkSync("endless.json", path);
  refused("is too large (at most 5 MB are read)");
  unlinkSync(path);
});

test("other files that the project may have are passed over when they are none", () => {
  for (const name of [".python-version", ".gitignore"]) {
    execFileSync("mkfifo", [join(folder, name)]);
    assert.deepEqual(gilscope(["check", "app.py"]), { code: 0, output: "No findings in 1 file.\n", errors: "" });
    unlinkSync(join(folder, name));
  }
});

test("a report goes nowhere where nobody reads it", () => {
  for (const [path, reason] of [
    ["pipe", "is a pipe that nobody reads"],
    ["folder", "is a folder"],
    ["/dev/full", "its disk is full"],
    ["app.py/report", "what stands above it is no folder"],
  ] as const) {
    for (const option of ["--output", "--write-baseline"]) {
      const { code, output, errors } = gilscope(["check", "app.py", option, path]);
      assert.deepEqual([code, output, errors], [2, "", `gilscope: ${path} could not be written: ${reason}\n`]);
    }
  }
});

test("pipes that a shell makes are read and written", () => {
  const command = `"${process.execPath}" "${cli}" check app.py --baseline <(sleep 1; echo '{"version": 1, "findings": []}') --output >(cat)`;
  assert.equal(execFileSync("bash", ["-c", `${command} | cat`], { cwd: folder, encoding: "utf8" }), "No findings in 1 file.\n");
});

test("standard input that does not end is not read to its end", () => {
  const zeros = openSync("/dev/zero", "r");
  const { code, output } = gilscope(["check", "-"], zeros);
  assert.deepEqual([code, output], [0, "-: problem: is too large (at most 5 MB are read)\n\nNo Python files. 1 problem.\n"]);
});
