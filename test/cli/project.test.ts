import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { lineOfKey } from "../../server/src/base/toml-lines.js";
import type { Environment } from "../../server/src/cli/environment.js";
import { startProgress } from "../../server/src/cli/progress.js";
import { temporaryProject } from "./temporary-project.js";

/* What a project says in pyproject.toml, and what the command line says against it. */

const { path, write, gilscope } = temporaryProject("project");
const race = readFileSync("test/e2e/workspace/visit_counter.py", "utf8");

/** The races that are found, as `path code severity`. */
function found(args: readonly string[] = [], options?: Parameters<typeof gilscope>[1]): readonly string[] {
  const { output, errors } = gilscope(["check", "--format", "json", ...args], options);
  assert.equal(errors, "");
  return JSON.parse(output)
    .findings.filter(({ code }: { code: string }) => code === "GIL201")
    .map(({ path, code, severity }: Record<string, string>) => `${path} ${code} ${severity}`);
}

test("rules are chosen by the project, and by the command line before it", () => {
  write("app.py", race);
  write("extra/app_again.py", race);
  write("extra/deep/more.py", race);
  const all = found();
  const expected = ["app.py", "extra/app_again.py", "extra/deep/more.py"].map((path) => `${path} GIL201 warning`);
  assert.deepEqual(all, expected);
  write("pyproject.toml", '[tool.gilscope]\nignore = ["GIL2"]\n');
  assert.deepEqual(found(), []);
  assert.deepEqual(found(["--ignore", "GIL1"]), expected);
  write("pyproject.toml", '[tool.gilscope]\nselect = ["cpu-bound-in-thread"]\n');
  assert.deepEqual(found(), []);
  assert.deepEqual(found(["--select", "GIL201"]), expected);
  write("pyproject.toml", '[tool.gilscope.per-file-ignores]\n"extra/" = ["GIL201"]\n');
  assert.deepEqual(found(), expected.slice(0, 1));
  assert.deepEqual(found(["--per-file-ignores", "app.py:GIL2,GIL1", "--per-file-ignores", "extra/*.py:non-atomic-shared-update"]), [
    "extra/deep/more.py GIL201 warning",
  ]);
  assert.deepEqual(found([".."], { at: "extra" }), ["../app.py GIL201 warning"], "patterns are relative to the folder of pyproject.toml");
  assert.deepEqual(found(["-", "--stdin-filename", "extra/typed.py"], { input: race }), []);
  write("pyproject.toml", '[tool.gilscope.rules]\nGIL201 = "error"\n');
  assert.deepEqual(found(["app.py"]), ["app.py GIL201 error"]);
  write("pyproject.toml", '[tool.gilscope.rules]\nnon-atomic-shared-update = "off"\n');
  assert.deepEqual(found(), []);
});

test("files are left out below folders, and read where they are named", () => {
  write("app.py", race);
  write("made/app.py", race);
  write("pyproject.toml", '[tool.gilscope]\nexclude = ["made/"]\n');
  assert.deepEqual(found(), ["app.py GIL201 warning"]);
  assert.deepEqual(found(["app.py", "made/app.py"]).length, 2);
});

test("target, cores, the exit code and the baseline are set by the project", () => {
  write("app.py", race);
  write(".python-version", "3.9\n");
  write("pyproject.toml", '[tool.gilscope]\ntarget = "cpython-3.13"\ncores = 3\nfail-on = "error"\n');
  const { output, code } = gilscope(["simulate", "app.py", "--format", "json"]);
  assert.equal(code, 0);
  assert.deepEqual(
    [
      ...new Set(
        JSON.parse(output).sites.flatMap((site: { predictions: { cores: number }[] }) => site.predictions.map(({ cores }) => cores)),
      ),
    ],
    [3],
  );
  assert.match(output, /"cpython-3\.13"/);
  assert.equal(gilscope(["check"]).code, 0);
  assert.equal(gilscope(["check", "--fail-on", "warning"]).code, 1);
  write("pyproject.toml", '[tool.gilscope]\nbaseline = "known.json"\n');
  assert.match(
    gilscope(["check"]).errors,
    /^gilscope: the baseline .*known\.json cannot be read: does not exist; `gilscope check --write-baseline .*known\.json` makes one\n$/,
  );
  assert.equal(gilscope(["check", "--write-baseline", "known.json"]).code, 0);
  assert.equal(gilscope(["check"]).code, 0);
});

test("what pyproject.toml says and cannot be used ends the command, with file and line", () => {
  write("app.py", "x = 1\n");
  const said = (text: string, at?: string): string => {
    write("pyproject.toml", text);
    const { code, output, errors } = gilscope(["check"], at === undefined ? {} : { at });
    assert.deepEqual([code, output], [2, ""], text);
    return errors;
  };
  assert.match(
    said('[project]\nname = "a"\n\n[tool.gilscope]\ntarget = "cpython-3.13"\nselct = ["GIL2"]\n'),
    /^gilscope: pyproject\.toml:6: `selct` of `\[tool\.gilscope\]` is not known; there are target, cores, [^\n]*\n$/,
  );
  assert.match(said('[tool.gilscope]\nselect = ["GIL999"]\n'), /^gilscope: pyproject\.toml:2: `select` .* there is no rule `GIL999`\n$/);
  assert.match(said('[tool.gilscope.rules]\nbusy-wait = "off"\nbusy-work = "off"\n'), /^gilscope: pyproject\.toml:3: .*`busy-work`\n$/);
  assert.match(said('[tool.gilscope.rules]\nbusy-wait = "loud"\n'), /^gilscope: pyproject\.toml:2: .*"loud" is not one of error, /);
  assert.match(
    said('[tool.gilscope."per-file-ignores"]\n"a.py" = ["GIL2"]\n"b.py" = "GIL2"\n'),
    /^gilscope: pyproject\.toml:3: .*`b\.py`\n$/,
  );
  assert.match(said('[tool.gilscope.per-file-ignores]\n"a.py" = ["nothing"]\n'), /^gilscope: pyproject\.toml:2: .*no rule `nothing`\n$/);
  assert.match(said('[tool]\ngilscope.fail-on = "panic"\n'), /^gilscope: pyproject\.toml:2: `fail-on` .*is not one of error, warning, /);
  assert.match(said("[tool.gilscope]\ncores = -1\n"), /^gilscope: pyproject\.toml:2: `cores` .*is not a number of cores\n$/);
  assert.match(said("[tool.gilscope]\ntarget = 3.13\n"), /^gilscope: pyproject\.toml:2: `target` .*is not a known interpreter: 3\.13\n$/);
  assert.match(said("[tool]\ngilscope = 3\n"), /^gilscope: pyproject\.toml:2: `tool\.gilscope` is not a table\n$/);
  assert.match(said('[tool.gilscope]\nselect = ["GIL2"\nignore = []\n'), /^gilscope: pyproject\.toml:[23]: is no TOML: [^\n]*\n$/);
  mkdirSync(path("sub"));
  assert.match(
    said("[tool.gilscope]\na = 1\nb = 2\n", "sub"),
    /^gilscope: \.\.\/pyproject\.toml:2: `a` .*\ngilscope: \.\.\/pyproject\.toml:3: `b` .*\n$/,
  );
  write("pyproject.toml", "[project\n");
  assert.equal(gilscope(["check"]).code, 0, "a file without a word on Gilscope is none of its business");
});

test("a bad entry of --per-file-ignores is a usage error", () => {
  for (const entry of ["tests/", ":GIL2", "tests/:nothing"]) {
    const { code, errors } = gilscope(["check", "--per-file-ignores", entry]);
    assert.equal(code, 2);
    assert.match(errors, /^gilscope: option '--per-file-ignores <entry>' argument '[^\n]*\n$/);
  }
});

test("colours are for terminals, unless somebody says otherwise", () => {
  write("app.py", race);
  const isColoured = (args: readonly string[], variables: object): boolean =>
    gilscope(["check", ...args], { variables }).output.includes("\x1b[");
  assert.equal(isColoured([], { NO_COLOR: "" }), false);
  assert.equal(isColoured(["--color", "always"], {}), true, "what is typed comes before what is set");
  assert.equal(isColoured([], { NO_COLOR: "", FORCE_COLOR: "1" }), true);
  assert.equal(isColoured([], { FORCE_COLOR: "1" }), false, "NO_COLOR comes before FORCE_COLOR");
  assert.equal(isColoured(["--color", "never"], { NO_COLOR: "", FORCE_COLOR: "1" }), false);
  assert.equal(gilscope(["simulate", "app.py", "--color", "always"]).output.includes("\x1b["), true);
});

test("progress is shown on a terminal, of long runs, and leaves nothing behind", () => {
  let now = 0;
  const written: string[] = [];
  const environment = (kind: "terminal" | "file"): Environment =>
    ({ errors: { kind, style: "plain", write: (text: string) => written.push(text) }, host: { now: () => now } }) as unknown as Environment;
  const silent = startProgress(environment("file"));
  now = 5000;
  silent.report("read", 1, 2);
  silent.end();
  assert.deepEqual(written, []);
  const shown = startProgress(environment("terminal"));
  shown.report("read", 1, 200);
  assert.deepEqual(written, [], "a short run shows nothing");
  now += 1001;
  shown.report("read", 7, 200);
  now += 50;
  shown.report("read", 8, 200);
  shown.end();
  shown.end();
  assert.deepEqual(written, ["\r\x1b[Kread 7 of 200 files", "\r\x1b[K"]);
});

test("keys of TOML are found in tables, dotted keys and quotes, and else the table around them", () => {
  const text =
    '# gilscope\n[tool.other]\ncores = 1\n\n[tool . "gilscope"]\ncores = 2\nrules = { busy-wait = "off" }\n\n[[tool.x]]\ny.z = 3\n';
  assert.equal(lineOfKey(text, ["tool", "gilscope", "cores"]), 6);
  assert.equal(lineOfKey(text, ["tool", "gilscope", "rules", "busy-wait"]), 7);
  assert.equal(lineOfKey(text, ["tool", "gilscope", "nothing"]), 5);
  assert.equal(lineOfKey(text, ["tool", "x", "y", "z"]), 10);
  assert.equal(lineOfKey("", ["tool"]), 1);
  assert.equal(lineOfKey('tool.gilscope.cores = 3\r\n"tool".x = 1\r\n', ["tool", "x"]), 2);
});

test("a comment that ignores a rule is unused if it is for all targets of the run", () => {
  write("app.py", "import grpc  # gil: ignore[reenables-gil] on purpose\n");
  const unused = (target: string): readonly unknown[] =>
    JSON.parse(gilscope(["check", "--select", "GIL9", "--target", target, "--format", "json"]).output).findings;
  assert.equal(unused("cpython-3.13").length, 1);
  assert.equal(unused("cpython-3.12,cpython-3.13").length, 1);
  assert.equal(unused("cpython-3.13,cpython-3.14t").length, 0);
});
