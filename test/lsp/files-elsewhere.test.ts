import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Diagnostic } from "vscode-languageserver/node";
import { analysedNotification, reportRequest, trustNotification } from "../../server/src/lsp/protocol.js";
import { type Editor, withEditor } from "./editor.js";

/* What happens on the disk while nobody edits: branches are switched, files renamed, links made, folders added. Over the real server process. */

const counter = "total = 0\n\n\ndef price():\n    return 1\n\n\ndef add():\n    global total\n    total += price()\n";
/** Makes `add` of the counter run in several threads, so that it is a race. */
const starter = "import threading\n\nfrom counter import add\n\nfor _ in range(4):\n    threading.Thread(target=add).start()\n";

const races = (diagnostics: readonly Diagnostic[]): boolean => diagnostics.some(({ code }) => code === "GIL201");
const noRace = (diagnostics: readonly Diagnostic[]): boolean => !races(diagnostics);

const created = 1;
const changed = 2;
const deleted = 3;

const tell = (editor: Editor, events: readonly (readonly [name: string, type: number])[]): Promise<void> =>
  editor.notify("workspace/didChangeWatchedFiles", { changes: events.map(([name, type]) => ({ uri: editor.uri(name), type })) });

/** How many files the server knows, once nothing is being read. */
async function fileCount(editor: Editor): Promise<number> {
  await editor.status(({ indexing }) => indexing === "done");
  const report = await editor.request<string>(reportRequest, {});
  return Number(/ in (\d+) files?/.exec(report)?.[1]);
}

/** Waits until the server knows so many files. */
async function untilFiles(editor: Editor, count: number): Promise<void> {
  let last = -1;
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; ) {
    last = await fileCount(editor);
    if (last === count) return;
  }
  assert.equal(last, count);
}

test("a branch switch that touches a thousand files is one change", () => {
  const module = (index: number, text = "") => `def function_${index}(value):\n    return value + ${index}\n${text}`;
  return withEditor(
    {
      prepare: async (folder) => {
        await writeFile(join(folder, "counter.py"), counter);
        await writeFile(join(folder, "starter.py"), starter);
        await mkdir(join(folder, "old"));
        for (let i = 0; i < 700; i++) await writeFile(join(folder, `${i < 300 ? "old/" : ""}part_${i}.py`), module(i));
      },
    },
    async (editor) => {
      await editor.open("counter.py", counter);
      await editor.diagnostics("counter.py", races);
      await untilFiles(editor, 702);
      let analysed = 0;
      editor.connection.onNotification(analysedNotification, () => {
        analysed++;
      });

      const events: (readonly [string, number])[] = [];
      await rm(join(editor.folder, "old"), { recursive: true });
      for (let i = 0; i < 300; i++) events.push([`old/part_${i}.py`, deleted]);
      events.push(["old", deleted]);
      for (let i = 300; i < 700; i++) {
        await writeFile(join(editor.folder, `part_${i}.py`), module(i, "# another branch\n"));
        events.push([`part_${i}.py`, changed]);
      }
      for (let i = 700; i < 1000; i++) {
        await writeFile(join(editor.folder, `part_${i}.py`), module(i));
        events.push([`part_${i}.py`, created]);
      }
      await writeFile(join(editor.folder, "starter.py"), "from counter import add\n\nadd()\n");
      events.push(["starter.py", changed]);
      // Editors tell in portions.
      for (let i = 0; i < events.length; i += 350) await tell(editor, events.slice(i, i + 350));

      await editor.diagnostics("counter.py", noRace);
      await untilFiles(editor, 702);
      assert.ok(analysed <= 2, `the program was analysed ${analysed} times`);
    },
  );
});

test("files that go, by thousands, cost no look at each other", () =>
  withEditor(
    {
      prepare: async (folder) => {
        await writeFile(join(folder, "counter.py"), counter);
        await writeFile(join(folder, "starter.py"), starter);
        for (let i = 0; i < 500; i++) await writeFile(join(folder, `part_${i}.py`), "");
      },
    },
    async (editor) => {
      await editor.open("counter.py", counter);
      await editor.diagnostics("counter.py", races);
      await untilFiles(editor, 502);
      // Somebody takes a folder of built things away, none of them known.
      await tell(
        editor,
        Array.from({ length: 20_000 }, (_, index) => [`build/lib/thing_${index}.o`, deleted] as const),
      );
      await tell(editor, [["starter.py", deleted]]);
      await editor.diagnostics("counter.py", noRace);
      await untilFiles(editor, 501);
    },
  ));

for (const order of ["the old name first", "the new name first"] as const) {
  test(`files and folders that are renamed count under their new names, ${order}`, () =>
    withEditor(
      {
        prepare: async (folder) => {
          await mkdir(join(folder, "package"));
          await writeFile(join(folder, "package/counter.py"), counter);
          await writeFile(join(folder, "package/other_starter.py"), starter.replace("from counter", "from package.counter"));
        },
      },
      async (editor) => {
        const sorted = (...events: (readonly [string, number])[]) => (order === "the old name first" ? events : events.reverse());
        await editor.open("package/counter.py", counter);
        await editor.diagnostics("package/counter.py", races);
        await rename(join(editor.folder, "package/other_starter.py"), join(editor.folder, "package/starter.py"));
        await tell(editor, sorted(["package/other_starter.py", deleted], ["package/starter.py", created]));
        await untilFiles(editor, 2);
        await editor.diagnostics("package/counter.py", races);
        await editor.close("package/counter.py");

        // A folder is told as one event, whatever is in it.
        await rename(join(editor.folder, "package"), join(editor.folder, "renamed"));
        await tell(editor, sorted(["package", deleted], ["renamed", created]));
        await editor.open("renamed/counter.py", counter);
        await editor.diagnostics("renamed/counter.py", noRace);
        await writeFile(join(editor.folder, "renamed/starter.py"), starter.replace("from counter", "from renamed.counter"));
        await tell(editor, [["renamed/starter.py", changed]]);
        await editor.diagnostics("renamed/counter.py", races);
        await untilFiles(editor, 2);
        assert.deepEqual(editor.log, []);
      },
    ));
}

test("files that are gone before they are read, or come back meanwhile, are told to nobody", () =>
  withEditor({ prepare: async (folder) => writeFile(join(folder, "counter.py"), counter) }, async (editor) => {
    await editor.open("counter.py", counter);
    await editor.diagnostics("counter.py", noRace);
    await tell(editor, [
      ["never.py", created],
      ["starter.py", changed],
      ["starter.py", deleted],
    ]);
    await writeFile(join(editor.folder, "starter.py"), starter);
    await tell(editor, [
      ["starter.py", deleted],
      ["starter.py", created],
    ]);
    await editor.diagnostics("counter.py", races);
    await rm(join(editor.folder, "starter.py"));
    await tell(editor, [["starter.py", changed]]);
    await editor.diagnostics("counter.py", noRace);
    assert.deepEqual(editor.log, []);
  }));

test("what git leaves out is left out as soon as it says so, and no longer", () =>
  withEditor(
    {
      prepare: async (folder) => {
        await mkdir(join(folder, ".git"));
        await mkdir(join(folder, "generated"));
        await writeFile(join(folder, "counter.py"), counter);
        await writeFile(join(folder, "generated/starter.py"), starter);
      },
    },
    async (editor) => {
      await editor.open("counter.py", counter);
      await editor.diagnostics("counter.py", races);
      await writeFile(join(editor.folder, ".gitignore"), "generated/\n");
      await tell(editor, [[".gitignore", created]]);
      await editor.diagnostics("counter.py", noRace);
      await writeFile(join(editor.folder, "generated/more.py"), starter);
      await tell(editor, [["generated/more.py", created]]);
      await untilFiles(editor, 1);
      await rm(join(editor.folder, ".gitignore"));
      await tell(editor, [[".gitignore", deleted]]);
      await editor.diagnostics("counter.py", races);
      await untilFiles(editor, 3);
    },
  ));

test("links that go round in a circle end", () =>
  withEditor(
    {
      prepare: async (folder) => {
        await mkdir(join(folder, "a/b"), { recursive: true });
        await writeFile(join(folder, "counter.py"), counter);
        await writeFile(join(folder, "a/starter.py"), starter);
        await symlink("..", join(folder, "a/b/up"));
        await symlink(".", join(folder, "here"));
        await symlink("itself.py", join(folder, "itself.py"));
        await symlink("two.py", join(folder, "one.py"));
        await symlink("one.py", join(folder, "two.py"));
        await symlink("pyproject.toml", join(folder, "pyproject.toml"));
        await symlink("nowhere.py", join(folder, "dangling.py"));
      },
    },
    async (editor) => {
      await editor.open("counter.py", counter);
      await editor.diagnostics("counter.py", races);
      await tell(editor, [
        ["itself.py", created],
        ["one.py", changed],
        ["here", created],
        ["a/b/up", created],
      ]);
      await untilFiles(editor, 2);
    },
  ));

test("a workspace that is not trusted is not left, neither upwards nor by links", async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), "gilscope-elsewhere-"));
  try {
    await writeFile(join(elsewhere, "starter.py"), starter);
    await writeFile(join(elsewhere, "pyproject.toml"), '[tool.gilscope.rules]\nnon-atomic-shared-update = "off"\n');
    await mkdir(join(elsewhere, "venv"));
    await writeFile(join(elsewhere, "venv/pyvenv.cfg"), "version = 3.9.1\n");
    await withEditor(
      {
        introduction: { commands: [], theme: "dark", trust: "withheld" },
        workspaceFolders: ["work"],
        prepare: async (folder) => {
          await mkdir(join(folder, ".git"));
          await mkdir(join(folder, "work"));
          // Above the workspace: git would take it into account, but it is not the workspace's.
          await writeFile(join(folder, ".gitignore"), "ignored.py\n");
          await writeFile(join(folder, "work/counter.py"), counter);
          await writeFile(join(folder, "work/ignored.py"), "");
          await symlink(join(elsewhere, "starter.py"), join(folder, "work/starter.py"));
          await symlink("counter.py", join(folder, "work/link_within.py"));
          await symlink(join(elsewhere, "venv"), join(folder, "work/.venv"));
        },
      },
      async (editor) => {
        await editor.open("work/counter.py", counter);
        await editor.diagnostics("work/counter.py", noRace);
        await untilFiles(editor, 3);
        await editor.diagnostics("work/counter.py", noRace);
        await tell(editor, [["work/starter.py", changed]]);
        await untilFiles(editor, 3);
        const { target } = await editor.status(({ indexing }) => indexing === "done");
        assert.doesNotMatch(target, /3\.9/);
        await editor.logged(/starter\.py cannot be read: leads out of the workspace, which is not trusted/);

        await editor.notify(trustNotification, { trust: "given" });
        await editor.diagnostics("work/counter.py", races);
        await untilFiles(editor, 3);
        await editor.status(({ target: now }) => now.includes("3.9"));
      },
    );
  } finally {
    await rm(elsewhere, { recursive: true });
  }
});

test("devices and pipes in the place of a project's files keep nobody waiting", () =>
  withEditor(
    {
      prepare: async (folder) => {
        await writeFile(join(folder, "counter.py"), counter);
        await writeFile(join(folder, "starter.py"), starter);
        await symlink("/dev/zero", join(folder, "pyproject.toml"));
        await symlink("/dev/zero", join(folder, "endless.py"));
        await symlink("/dev/zero", join(folder, ".gitignore"));
        for (const name of [".python-version", "pipe.py"]) assert.equal(spawnSync("mkfifo", [join(folder, name)]).status, 0);
      },
    },
    async (editor) => {
      await editor.open("counter.py", counter);
      await editor.diagnostics("counter.py", races);
      await tell(editor, [
        ["pyproject.toml", changed],
        [".python-version", changed],
        ["pipe.py", changed],
        [".gitignore", changed],
      ]);
      await untilFiles(editor, 2);
    },
  ));

test("workspace folders in one another come and go", () =>
  withEditor(
    {
      workspaceFolders: ["outer"],
      prepare: async (folder) => {
        await mkdir(join(folder, "outer/.git"), { recursive: true });
        await mkdir(join(folder, "outer/inner"));
        await mkdir(join(folder, "outer/seen"));
        await writeFile(join(folder, "outer/.gitignore"), "inner/\n");
        await writeFile(join(folder, "outer/one.py"), "");
        await writeFile(join(folder, "outer/seen/two.py"), "");
        await writeFile(join(folder, "outer/inner/counter.py"), counter);
        await writeFile(join(folder, "outer/inner/starter.py"), starter);
      },
    },
    async (editor) => {
      const change = (added: readonly string[], removed: readonly string[]): Promise<void> => {
        const named = (names: readonly string[]) => names.map((name) => ({ uri: editor.uri(name), name }));
        return editor.notify("workspace/didChangeWorkspaceFolders", { event: { added: named(added), removed: named(removed) } });
      };
      await untilFiles(editor, 2);
      await editor.open("outer/inner/counter.py", counter);
      await editor.diagnostics("outer/inner/counter.py", noRace);
      await change(["outer/inner", "outer/seen"], []);
      await editor.diagnostics("outer/inner/counter.py", races);
      await untilFiles(editor, 4);
      await change([], ["outer/inner"]);
      await editor.diagnostics("outer/inner/counter.py", noRace);
      await untilFiles(editor, 3);
      await change([], ["outer"]);
      await editor.close("outer/inner/counter.py");
      await untilFiles(editor, 1);
      await change(["outer"], ["outer/seen"]);
      await untilFiles(editor, 2);
      await change(["outer/inner"], ["outer/inner", "outer"]);
      await untilFiles(editor, 2);
    },
  ));
