import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { Diagnostic } from "vscode-languageserver/node";
import { environmentTarget } from "../../server/src/base/project-target.js";
import { targetName } from "../../server/src/base/target.js";
import { type Editor, withEditor } from "./editor.js";

const scramble = readFileSync("test/e2e/workspace/scramble_seeds.py", "utf8");

const files =
  (texts: Readonly<Record<string, string>>) =>
  async (folder: string): Promise<void> => {
    for (const [name, text] of Object.entries(texts)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
  };

const severityOf =
  (severity: number | undefined) =>
  (diagnostics: readonly Diagnostic[]): boolean =>
    diagnostics.find(({ code }) => code === "GIL101")?.severity === severity;

async function rewrite(editor: Editor, name: string, text: string): Promise<void> {
  await writeFile(join(editor.folder, name), text);
  await editor.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: editor.uri(name), type: 2 }] });
}

test("pyproject.toml says how rules are reported, and is heard when it changes or goes", () =>
  withEditor(
    {
      prepare: files({
        "pyproject.toml": "[tool.gilscope]\ntarget = 'cpython-3.12'\ncores = 3\nrules = { cpu-bound-in-thread = 'error' }\n",
      }),
    },
    async (editor) => {
      await editor.open("scramble.py", scramble);
      await editor.diagnostics("scramble.py", severityOf(1));
      const status = await editor.status(({ cores }) => cores === 3);
      assert.deepEqual([status.target, status.targetFrom], ["CPython 3.12", "project"]);
      await rewrite(
        editor,
        "pyproject.toml",
        "[tool.gilscope]\nrules = { cpu-bound-in-thread = 'loud', }\ncolour = 'red'\nexclude = ['other.py']\n",
      );
      await editor.diagnostics("scramble.py", severityOf(2));
      await editor.logged(/pyproject\.toml:2: `rules\.cpu-bound-in-thread` of `\[tool\.gilscope\]`: "loud" is not one of error, /);
      await editor.logged(/pyproject\.toml:3: `colour` of `\[tool\.gilscope\]` is not known/);
      await rewrite(editor, "pyproject.toml", "[tool.gilscope.per-file-ignores]\n'scr*.py' = ['GIL1']\n");
      await editor.diagnostics("scramble.py", (diagnostics) => diagnostics.every(({ code }) => !String(code).startsWith("GIL1")));
      await rewrite(editor, "pyproject.toml", "[tool.gilscope]\nselect = ['cpu-bound-in-thread']\n");
      await editor.diagnostics(
        "scramble.py",
        (diagnostics) => diagnostics.length > 0 && diagnostics.every(({ code }) => code === "GIL101"),
      );
      await rewrite(editor, "pyproject.toml", "[tool.gilscope]\nexclude = ['scramble.py']\n");
      await editor.diagnostics("scramble.py", (diagnostics) => diagnostics.length === 0);
      await rm(join(editor.folder, "pyproject.toml"));
      await editor.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: editor.uri("pyproject.toml"), type: 3 }] });
      await editor.diagnostics("scramble.py", severityOf(2));
    },
  ));

test("what the user sets comes before pyproject.toml", () =>
  withEditor(
    {
      prepare: files({ "pyproject.toml": "[tool.gilscope]\ntarget = 'cpython-3.12'\n" }),
      settings: { target: "cpython-3.11", rules: { "cpu-bound-in-thread": "information" } },
    },
    async (editor) => {
      await editor.open("scramble.py", scramble);
      await editor.diagnostics("scramble.py", severityOf(3));
      const { target, targetFrom } = await editor.status((status) => status.target === "CPython 3.11");
      assert.deepEqual([target, targetFrom], ["CPython 3.11", "setting"]);
    },
  ));

test("each folder of a workspace has its settings", () =>
  withEditor(
    {
      prepare: files({ "a/pyproject.toml": "[tool.gilscope.rules]\ncpu-bound-in-thread = 'hint'\n", "b/other.py": "x = 1\n" }),
      workspaceFolders: ["a", "b"],
      folderSettings: { b: { rules: { "cpu-bound-in-thread": "error" }, exclude: ["left_out.py"] } },
    },
    async (editor) => {
      for (const name of ["a/scramble.py", "b/scramble.py", "b/left_out.py", "a/left_out.py"]) await editor.open(name, scramble);
      await editor.diagnostics("a/scramble.py", severityOf(4));
      await editor.diagnostics("b/scramble.py", severityOf(1));
      await editor.diagnostics("a/left_out.py", severityOf(4));
      await editor.diagnostics("b/left_out.py", (diagnostics) => diagnostics.length === 0);
    },
  ));

test("the virtual environment of a folder tells the interpreter, before what the project names", () =>
  withEditor(
    {
      prepare: files({
        ".venv/pyvenv.cfg": "home = /usr/bin\nversion = 3.14.1\nexecutable = /usr/bin/python3.14t\n",
        ".python-version": "3.11\n",
      }),
    },
    async (editor) => {
      const { targetFrom } = await editor.status(({ target }) => target === "CPython 3.14t");
      assert.equal(targetFrom, "environment");
    },
  ));

test("virtual environments of all makers are read", () => {
  const told = (text: string): string | undefined => {
    const target = environmentTarget(text);
    return target && targetName(target);
  };
  assert.equal(
    told("home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.12.3\nexecutable = /usr/bin/python3.12\n"),
    "cpython-3.12",
  );
  assert.equal(told("home = C:\\Python313\r\nimplementation = CPython\r\nversion_info = 3.13.1.final.0\r\n"), "cpython-3.13");
  assert.equal(
    told("home = /uv/python/cpython-3.14.0+freethreaded-linux/bin\nimplementation = CPython\nversion_info = 3.14.0\n"),
    "cpython-3.14t",
  );
  assert.equal(told("home = /opt/pypy3.10/bin\nimplementation = PyPy\nversion_info = 3.10.14\n"), "pypy-3.10");
  assert.equal(told("home = /usr/bin\n"), undefined);
  assert.equal(told("version = 2.7\n"), undefined);
});

test("each folder has the interpreter that is selected for it, that its settings name or that it names itself", () =>
  withEditor(
    {
      workspaceFolders: ["first", "second", "third", "fourth"],
      folderSettings: { third: { target: "pypy-3.11" } },
      prepare: files({
        "first/scramble.py": "",
        "second/scramble.py": "",
        "third/scramble.py": "",
        "fourth/.python-version": "3.9\n",
        "fourth/scramble.py": "",
      }),
    },
    async (editor) => {
      for (const folder of ["first", "second", "third", "fourth"]) await editor.open(`${folder}/scramble.py`, scramble);
      const folders = { [editor.uri("first")]: "3.13.1", [editor.uri("second")]: "3.14t", [editor.uri("fourth")]: null };
      await editor.notify("gilscope/interpreter", { version: "3.13.1", folders });
      const naming =
        (interpreter: string) =>
        (found: readonly Diagnostic[]): boolean =>
          String(found[0]?.message).includes(interpreter);
      // Without a GIL there is nothing to warn of.
      const none = (found: readonly Diagnostic[]): boolean => found.every(({ code }) => code !== "GIL101");
      await editor.diagnostics("first/scramble.py", naming("3.13"));
      await editor.diagnostics("second/scramble.py", none);
      await editor.diagnostics("third/scramble.py", naming("PyPy 3.11"));
      await editor.diagnostics("fourth/scramble.py", naming("3.9"));
      const { target, otherTargets } = await editor.status(({ otherTargets }) => Object.keys(otherTargets).length === 3);
      assert.equal(target, "CPython 3.13");
      assert.deepEqual(otherTargets, {
        [editor.uri("second/scramble.py")]: { target: "CPython 3.14t", targetFrom: "editor" },
        [editor.uri("third/scramble.py")]: { target: "PyPy 3.11", targetFrom: "setting" },
        [editor.uri("fourth/scramble.py")]: { target: "CPython 3.9", targetFrom: "project" },
      });
      // What is typed in one folder is judged for its interpreter.
      await editor.change("second/scramble.py", [{ text: `${scramble}\n` }]);
      await editor.diagnostics("second/scramble.py", none);
      await editor.notify("gilscope/interpreter", { version: "3.12.1", folders: {} });
      await editor.diagnostics("second/scramble.py", naming("3.12"));
    },
  ));
