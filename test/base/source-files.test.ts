import assert from "node:assert/strict";
import { test } from "node:test";
import { findSources, largestSourceBytes, readSource, type SourceHost } from "../../server/src/base/source-files.js";

/** A disk in memory: absolute path → text, bytes, or how it fails. Folders are those that files lie in. */
type Disk = Readonly<Record<string, string | Uint8Array | Error | { readonly size: number } | "link to a folder">>;

function hostOf(disk: Disk): SourceHost {
  const paths = Object.keys(disk);
  const isFolder = (path: string): boolean => paths.some((file) => file.startsWith(path === "/" ? "/" : `${path}/`));
  const at = (path: string): Disk[string] | undefined => disk[path];
  return {
    readFile: async (path) => {
      const content = at(path);
      if (content instanceof Error) throw content;
      if (content instanceof Uint8Array) return content;
      assert.equal(typeof content, "string", `${path} was read`);
      return new TextEncoder().encode(String(content));
    },
    listFolder: async (path) => {
      if (at(path) instanceof Error) throw at(path);
      const names = new Set(
        paths.filter((file) => file.startsWith(`${path}/`)).map((file) => file.slice(path.length + 1).split("/")[0] ?? ""),
      );
      return [...names].map((name) => {
        const whole = `${path}/${name}`;
        return { name, kind: at(whole) === "link to a folder" ? "other" : isFolder(whole) ? "folder" : "file" };
      });
    },
    describe: async (path) => {
      const content = at(path);
      if (isFolder(path)) return { kind: "folder", size: 0 };
      if (content === undefined) return undefined;
      if (content === "link to a folder") return { kind: "folder", size: 0 };
      return { kind: "file", size: typeof content === "object" && "size" in content ? content.size : 1 };
    },
  };
}

async function filesIn(folder: string, disk: Disk): Promise<string[]> {
  const { files, problems } = await findSources(folder, hostOf(disk));
  assert.deepEqual(problems, []);
  return files.map((path) => path.slice(folder.length + 1));
}

test("a walk finds Python files, sorted", async () => {
  const disk = { "/p/b.py": "", "/p/a/z.pyw": "", "/p/a/y.PY": "", "/p/a.py": "", "/p/stub.pyi": "", "/p/notes.txt": "", "/p/py": "" };
  assert.deepEqual(await filesIn("/p", disk), ["a.py", "a/y.PY", "a/z.pyw", "b.py"]);
});

test("a walk leaves out what is not the project's source", async () => {
  const disk = {
    "/p/app.py": "",
    "/p/.git/hook.py": "",
    "/p/.hidden/x.py": "",
    "/p/.venv/lib/x.py": "",
    "/p/node_modules/gyp/x.py": "",
    "/p/__pycache__/x.py": "",
    "/p/venv/lib/x.py": "",
    "/p/lib/site-packages/x.py": "",
    "/p/my-environment/pyvenv.cfg": "",
    "/p/my-environment/lib/x.py": "",
    "/p/loop": "link to a folder",
  } as const;
  assert.deepEqual(await filesIn("/p", disk), ["app.py"]);
});

test("the folder the user named is walked whatever it is called", async () => {
  assert.deepEqual(await filesIn("/e/lib/site-packages", { "/e/lib/site-packages/pkg/x.py": "", "/e/pyvenv.cfg": "" }), ["pkg/x.py"]);
  assert.deepEqual(await filesIn("/e/.venv", { "/e/.venv/pyvenv.cfg": "", "/e/.venv/lib/x.py": "" }), ["lib/x.py"]);
});

test("what git ignores is left out, the innermost rule deciding", async () => {
  const disk = {
    "/p/.gitignore": "build/\n*_generated.py\n/top.py\n",
    "/p/build/x.py": "",
    "/p/a_generated.py": "",
    "/p/top.py": "",
    "/p/sub/top.py": "",
    "/p/sub/b_generated.py": "",
    "/p/sub/.gitignore": "!b_generated.py\nprivate.py\n",
    "/p/sub/private.py": "",
    "/p/private.py": "",
  };
  assert.deepEqual(await filesIn("/p", disk), ["private.py", "sub/b_generated.py", "sub/top.py"]);
});

test("rules above the folder count up to the top of the git work tree", async () => {
  const disk = { "/w/.gitignore": "*.py\n", "/w/p/.git/HEAD": "", "/w/p/.gitignore": "x.py\n", "/w/p/sub/x.py": "", "/w/p/sub/y.py": "" };
  assert.deepEqual(await filesIn("/w/p/sub", disk), ["y.py"]);
  assert.deepEqual(await filesIn("/w/p", disk), ["sub/y.py"]);
});

test("an ignored folder is walked when the user names it", async () => {
  const disk = { "/p/.git/HEAD": "", "/p/.gitignore": "build/\n", "/p/build/x.py": "", "/p/build/sub/y.py": "" };
  assert.deepEqual(await filesIn("/p/build", disk), ["sub/y.py", "x.py"]);
  assert.deepEqual(await filesIn("/p", disk), []);
});

test("a folder that cannot be listed is a problem and does not end the walk", async () => {
  const disk = { "/p/secret": new Error("permission denied"), "/p/secret/x.py": "", "/p/app.py": "" };
  const found = await findSources("/p", hostOf(disk));
  assert.deepEqual(found, {
    files: ["/p/app.py"],
    problems: [{ path: "/p/secret", message: "cannot be listed: permission denied" }],
  });
});

test("a file is read or says why not", async () => {
  const host = hostOf({
    "/p/good.py": "x = 1\n",
    "/p/secret.py": new Error("permission denied"),
    "/p/binary.py": Uint8Array.of(1, 0, 1),
    "/p/huge.py": { size: largestSourceBytes + 1 },
    "/p/folder/x.py": "",
  });
  const good = await readSource("/p/good.py", host);
  assert.equal(good.kind === "source" && good.text, "x = 1\n");
  const message = async (path: string): Promise<string | undefined> => {
    const result = await readSource(path, host);
    return result.kind !== "source" ? result.message : undefined;
  };
  assert.equal(await message("/p/secret.py"), "cannot be read: permission denied");
  assert.equal(await message("/p/binary.py"), "looks binary: it contains NUL bytes");
  assert.equal(await message("/p/huge.py"), "is too large (5.0 MB; at most 5 MB are read)");
  assert.equal(await message("/p/folder"), "is not a regular file");
  assert.equal(await message("/p/nothing.py"), "does not exist");
});
