// Builds what runs into dist/ and, with `--test`, the tests into out/test/. One place, so that every bundle is made the same way.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { globSync } from "tinyglobby";
import { licencesOf } from "./licences.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const withTests = process.argv.includes("--test");
const production = process.argv.includes("--production");

/** Changes with the files that something is made by, so that what another build kept on disk is never taken for this one's. */
async function versionOf(patterns) {
  const hash = createHash("sha256");
  for (const path of [...globSync(patterns, { cwd: root }), "package-lock.json"].sort())
    hash.update(path).update(await readFile(join(root, path)));
  return JSON.stringify(hash.digest("hex").slice(0, 16));
}
const versions = {
  factsVersion: await versionOf(["server/src/{base,syntax,program}/**/*.ts"]),
  programVersion: await versionOf(["server/src/**/*"]),
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  metafile: true,
  target: "node20",
  sourcemap: production ? false : "linked",
  // Names stay, for stack traces that users report; esbuild's `keepNames` would set them anew each time that a function is made.
  minifyWhitespace: production,
  minifySyntax: production,
  loader: { ".md": "text", ".py": "text" },
  logLevel: "warning",
};
const node = {
  ...shared,
  platform: "node",
  format: "cjs",
  outdir: "dist",
  // web-tree-sitter asks for its own address when it loads; a CommonJS bundle has none, and the bytes are passed in anyway.
  define: { "import.meta.url": "__filenameUrl", ...versions },
  banner: { js: 'const __filenameUrl = require("node:url").pathToFileURL(__filename).href;' },
};

/** web-tree-sitter asks at run time whether it is in Node; in a browser's bundle the answer is known, and what follows from it can go. */
const withoutNodeBranches = {
  name: "without-node-branches",
  setup(build) {
    build.onLoad({ filter: /[\\/]web-tree-sitter\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const [before, after] = text.split(/var ENVIRONMENT_IS_NODE = [^;]+;/);
      if (after === undefined) throw new Error("web-tree-sitter asks for Node in another way now");
      return { contents: before + after.replaceAll("ENVIRONMENT_IS_NODE", "false") };
    });
  },
};

rmSync(join(root, "dist"), { recursive: true, force: true });
mkdirSync(join(root, "dist"), { recursive: true });
cpSync(require.resolve("web-tree-sitter/web-tree-sitter.wasm"), join(root, "dist/web-tree-sitter.wasm"));
cpSync(require.resolve("tree-sitter-python/tree-sitter-python.wasm"), join(root, "dist/tree-sitter-python.wasm"));

mkdirSync(join(root, "dist/languages"));
for (const name of globSync("*.json", { cwd: join(root, "server/src/lsp/languages") })) {
  const text = await readFile(join(root, "server/src/lsp/languages", name), "utf8");
  await writeFile(join(root, "dist/languages", name), JSON.stringify(JSON.parse(text)));
}

const shipped = [];
const ship = async (options) => shipped.push((await build(options)).metafile);
await ship({
  ...node,
  entryPoints: {
    cli: "server/src/main/cli.ts",
    server: "server/src/main/start-server.ts",
    programs: "server/src/main/programs.ts",
    "facts-worker": "server/src/main/facts-worker.ts",
  },
  external: ["*/programs.js"],
});
await ship({
  ...node,
  entryPoints: { extension: "client/src/node.ts", desktop: "client/src/desktop.ts" },
  external: ["vscode", "*/desktop.js"],
});

// The extension in a browser, and its server as a worker. `platform: browser` makes an import of a Node module an error.
const web = { ...shared, platform: "browser", minifySyntax: true, outdir: "dist/web", define: { "import.meta.url": '""' } };
await ship({ ...web, format: "cjs", entryPoints: { extension: "client/src/browser.ts" }, external: ["vscode"] });
await ship({ ...web, format: "iife", entryPoints: { server: "server/src/main/browser.ts" }, plugins: [withoutNodeBranches] });

// The timeline's panel is a page of its own in the editor, on the desktop and on the web.
await ship({
  ...web,
  format: "iife",
  outdir: "dist/timeline",
  entryPoints: { view: "client/src/timeline/view/main.ts", style: "client/src/timeline/view/view.css" },
});

// A bundle with one character beyond Latin-1, as comments and patterns have them, would take two bytes for each of its characters as long as it runs.
for (const name of globSync("*.js", { cwd: join(root, "dist") })) {
  const text = await readFile(join(root, "dist", name), "utf8");
  await writeFile(
    join(root, "dist", name),
    text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}

await writeFile(join(root, "dist/third-party-licences.txt"), licencesOf(shipped, ["web-tree-sitter", "tree-sitter-python"], root));

if (withTests) {
  rmSync(join(root, "out"), { recursive: true, force: true });
  await build({
    ...shared,
    platform: "node",
    format: "esm",
    packages: "external",
    entryPoints: globSync(["test/**/*.ts"], { cwd: root }),
    outbase: "test",
    outdir: "out/test",
    outExtension: { ".js": ".mjs" },
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
  });
}
