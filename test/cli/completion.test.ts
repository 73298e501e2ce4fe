import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Command, Option } from "commander";
import { completionTree } from "../../server/src/cli/completion/tree.js";

/* What real shells offer after they have read the script of `gilscope completion`. */

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "gilscope-completion-"));
  mkdirSync(join(folder, "work"));
  writeFileSync(join(folder, "work/app.py"), "");
  for (const shell of ["bash", "zsh", "fish"]) {
    const { status, stdout } = spawnSync(process.execPath, [join(process.cwd(), "dist/cli.js"), "completion", shell]);
    assert.equal(status, 0);
    writeFileSync(join(folder, shell), stdout);
  }
});
after(() => rmSync(folder, { recursive: true }));

function run(shell: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(shell, args, { cwd: join(folder, "work"), encoding: "utf8" });
  assert.deepEqual([stderr, status], ["", 0]);
  return stdout;
}

/** What bash offers for the last of the words; nothing leaves the field to its own completion of files. */
function inBash(...words: readonly string[]): readonly string[] {
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gilscope; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run("bash", ["--norc", "-c", script, "bash", join(folder, "bash"), "gilscope", ...words])
    .split("\n")
    .filter((line) => line !== "");
}

/** What fish offers at the end of a line, without descriptions. */
function inFish(line: string): readonly string[] {
  return run("fish", ["--no-config", "-c", `source ${join(folder, "fish")}; complete -C '${line}'`])
    .split("\n")
    .filter((each) => each !== "")
    .map((each) => each.split("\t")[0] ?? "");
}

test("bash offers commands, options, values and parts of lists", () => {
  assert.deepEqual(inBash("ch"), ["check"]);
  assert.deepEqual(inBash("knowledge", ""), ["list", "show", "check"]);
  assert.deepEqual(inBash("check", "--fo"), ["--format"]);
  assert.deepEqual(inBash("check", "src", "--format", ""), ["text", "json", "sarif", "github"]);
  assert.deepEqual(inBash("check", "--format", "=", "sa"), ["sarif"]);
  assert.deepEqual(inBash("check", "--format", "="), ["text", "json", "sarif", "github"]);
  assert.deepEqual(inBash("check", "--select", "GIL201,GIL40").slice(0, 2), ["GIL201,GIL401", "GIL201,GIL402"]);
  assert.deepEqual(inBash("check", "--target", "cpython-3.14"), ["cpython-3.14", "cpython-3.14t"]);
  assert.deepEqual(inBash("explain", "why"), ["why-the-gil"]);
  assert.deepEqual(inBash("knowledge", "check", "--"), ["--help"], "the options of this command, not of its namesake");
  assert.deepEqual(inBash("check", "--output", ""), [], "files");
  assert.deepEqual(inBash("completion", "z"), ["zsh"]);
});

const isInstalled = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;

// Where they are not installed there is nothing that could read what is written for them.
if (isInstalled("fish")) {
  test("fish offers the same, with what it means", () => {
    assert.deepEqual(inFish("gilscope ch"), ["check"]);
    assert.deepEqual([...inFish("gilscope knowledge ")].sort(), ["check", "list", "show"]);
    assert.deepEqual([...inFish("gilscope check src --format ")].sort(), ["github", "json", "sarif", "text"]);
    assert.ok(inFish("gilscope check --select GIL201,GIL40").includes("GIL201,GIL401"));
    assert.deepEqual(inFish("gilscope check --cores "), []);
    assert.deepEqual(inFish("gilscope check a"), ["app.py"]);
  });
}
if (isInstalled("zsh")) {
  test("zsh takes the script", () => {
    assert.equal(run("zsh", ["-f", "-n", join(folder, "zsh")]), "");
    const script = `autoload -U compinit && compinit -u -D; source ${join(folder, "zsh")}; print $_comps[gilscope]`;
    assert.equal(run("zsh", ["-f", "-c", script]), "_gilscope\n");
  });

  test("zsh completes options, rules and files as somebody types", () => {
    // A shell of its own at a terminal of its own; what it shows is read until what is awaited comes.
    const script = `
      zmodload zsh/zpty; zpty typed zsh -f -i
      zpty -w typed "stty columns 200; autoload -U compinit && compinit -u -D; source $1; PS1='> '; print loa''ded"
      zpty -r typed shown '*loaded*' || exit 3
      while [[ $# -gt 1 ]]; do
        zpty -w -n typed $'\\x15'"$2"$'\\t'
        zpty -r typed shown "*$3*" || exit 4
        shift 2
      done
      zpty -d typed; print done`;
    const typed = [
      ["gilscope check --forma", "--format="],
      ["gilscope check --select lock-o", "--select lock-order-inversion"],
      ["gilscope check a", "check app.py"],
      ["gilscope check --format=sa", "--format=sarif"],
      ["gilscope know", "gilscope knowledge"],
    ];
    const { status, stdout, stderr } = spawnSync("zsh", ["-f", "-c", script, "zsh", join(folder, "zsh"), ...typed.flat()], {
      cwd: join(folder, "work"),
      encoding: "utf8",
      timeout: 60_000,
      env: { ...process.env, TERM: "dumb" },
    });
    assert.deepEqual([stderr, status, stdout], ["", 0, "done\n"]);
  });
}

test("what shells are told follows from the command line itself", () => {
  const program = new Command("p").addOption(new Option("--level <level>", "how much; may be given several times").choices(["a", "b"]));
  program.command("run").argument("<file>").option("-q, --quiet", "say nothing").option("--rules <names>", "which");
  const tree = completionTree(program, { "--rules": { kind: "list", words: ["x"] } });
  const [level, help] = tree.options;
  assert.deepEqual([level?.long, level?.value, level?.times], ["--level", { kind: "word", words: ["a", "b"] }, "often"]);
  assert.equal(help?.long, "--help");
  const [run] = tree.commands;
  assert.deepEqual([run?.path, run?.arguments], [["run"], { kind: "file" }]);
  assert.deepEqual(
    run?.options.map(({ long, short, value }) => [long, short, value?.kind]),
    [
      ["--quiet", "-q", undefined],
      ["--rules", undefined, "list"],
      ["--help", "-h", undefined],
    ],
  );
});
