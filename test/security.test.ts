import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { globSync } from "tinyglobby";
import { AnalysisHost } from "../server/src/analysis/analysis.js";
import { projectTarget } from "../server/src/base/project-target.js";
import { newestTarget } from "../server/src/base/target.js";
import { readConfiguration } from "../server/src/lsp/configuration.js";
import { english } from "../server/src/lsp/language.js";
import { predictionPage } from "../server/src/lsp/prediction-page.js";
import { workspaceReport } from "../server/src/lsp/workspace-report.js";
import { pythonParser } from "./syntax/python-parser.js";

/* What a hostile file must not reach. */

const sources = new Map(globSync(["server/src/**/*.ts", "client/src/**/*.ts"]).map((path) => [path, readFileSync(path, "utf8")]));

test("nothing speaks to a network", () => {
  for (const [path, text] of sources) {
    assert.doesNotMatch(text, /from "(?:node:)?(?:https?|http2|net|tls|dgram|dns)(?:\/promises)?"/, path);
    assert.doesNotMatch(text, /\bnew (?:WebSocket|XMLHttpRequest|EventSource)\b/, path);
  }
  // A worker of a browser has no other way to the parser's code, which is part of the extension.
  const fetches = (text: string): boolean => text.split("\n").some((line) => /\bfetch\(/.test(line) && !/^\s*[/*]/.test(line));
  const fetching = [...sources].filter(([, text]) => fetches(text)).map(([path]) => path);
  assert.deepEqual(fetching, ["server/src/main/browser.ts"]);
  for (const bundle of ["dist/cli.js", "dist/server.js", "dist/programs.js", "dist/extension.js", "dist/desktop.js"])
    assert.doesNotMatch(readFileSync(bundle, "utf8"), /require\("(?:node:)?(?:https?|http2|tls|dgram|dns)"\)/, bundle);
});

describe("what stands in a file is shown, and does nothing", () => {
  const image = "![x](https://example.invalid/x.png)";
  const evil = (before: string): string => `"${before}${image}"`;
  const program = `import threading, concurrent.futures
counts = {}
total = 0
lock = threading.Lock()
def work(item=${evil("`")}):
    global total
    counts[${evil("`")}] += 1
    counts['''\`\`\`
${image}
\`\`\`'''] += len(${evil("``")})
    if ${evil("`")} not in counts:
        counts[${evil("`")}] = []
    for name in counts:
        total += len(${evil("`")})
    for i in range(10**7):
        total += i * len(${evil("`")})
def other():
    with lock:
        counts[${evil("`")}] = 2
for _ in range(4):
    threading.Thread(target=work, name=${evil("`")}, args=(${evil("`")},)).start()
    threading.Thread(target=other).start()
with concurrent.futures.ThreadPoolExecutor(max_workers=len(${evil("`")})) as pool:
    list(pool.map(work, [${evil("`")}] * 8))
    pool.submit(lambda: len(${evil("`")}))
with concurrent.futures.ProcessPoolExecutor() as pool:
    pool.submit(lambda: len(${evil("`")}))
`;
  const path = `/p/${image.replaceAll("/", "\\")}.py`;

  /** What is neither in a block of code, nor between backticks, nor escaped. */
  const outsideCode = (markdown: string): string =>
    markdown
      .replace(/^```.*?^```$/gms, "")
      .replace(/`[^`\n]*`/g, "")
      .replace(/\\./g, "");

  test("hovers, predictions and reports load no image and lead nowhere", async () => {
    assert.match(outsideCode(`\`a\` ${image}`), /example/);
    const settings = { target: newestTarget, cores: 4, severities: {} };
    const host = new AnalysisHost(await pythonParser(), settings);
    host.setFile(path, program);
    const state = host.snapshot();
    const shown = new Set<string>([workspaceReport(state, { ...settings, folders: [] }, english)]);
    for (let offset = 0; offset < program.length; offset++) {
      const hover = state.hover(path, offset);
      if (hover) shown.add(hover.markdown);
    }
    for (const prediction of state.predictions(path))
      shown.add(predictionPage(prediction, state.delays(path, prediction.range), 1, english).markdown);
    assert.ok([...shown].filter((markdown) => markdown.includes("example")).length > 8);
    for (const markdown of shown) assert.doesNotMatch(outsideCode(markdown), /!\[|\]\([^)]*example/, markdown);
    for (const { message } of state.findings(path)) assert.doesNotMatch(outsideCode(message), /!\[|\]\([^)]*example/, message);
  });

  test("control characters reach no terminal, not from a text and not from a name", () => {
    const folder = mkdtempSync(join(tmpdir(), "gilscope-terminal-"));
    try {
      writeFileSync(join(folder, "a\u001b]0;x\u0007\u202e.py"), program.replaceAll("![x]", "\u001b[31m\u009b0m\u202e\u2066"));
      writeFileSync(join(folder, "b\u001b[2J.py"), "\0");
      for (const command of ["check", "simulate"]) {
        const { stdout, stderr } = spawnSync(process.execPath, ["dist/cli.js", command, folder, "--target", "cpython-3.13"], {
          env: { ...process.env, NO_COLOR: "1" },
        });
        assert.match(stdout.toString(), /a·\]0;x··\.py/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
        assert.doesNotMatch(`${stdout}${stderr}`, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/, command);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("the timeline's page runs its own script and loads its own style, and nothing else", () => {
    const panel = sources.get("client/src/timeline/panel.ts") ?? "";
    const policies = [...panel.matchAll(/Content-Security-Policy" content="([^"]*)"/g)].map(([, policy]) => policy);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a template
    assert.deepEqual(policies, ["default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}';"]);
    assert.match(panel, /const nonce = .*crypto\.getRandomValues/);
    assert.match(panel, /localResourceRoots: \[folder\]/);
    for (const [path, text] of sources) {
      if (path !== "client/src/timeline/panel.ts")
        assert.doesNotMatch(text, /createWebviewPanel|registerWebviewViewProvider|registerCustomEditor/, path);
      assert.doesNotMatch(text, /\b(?:innerHTML|outerHTML|insertAdjacentHTML|srcdoc|eval)\b\s*[=(]|document\.write|new Function\b/, path);
      assert.doesNotMatch(text, /supportHtml|isTrusted: true/, path);
    }
  });
});

test("the code of others that is shipped may be shipped, and its licences are shipped with it", () => {
  const text = readFileSync("dist/third-party-licences.txt", "utf8");
  const listed = text.split("=".repeat(100))[0]?.split("\n").slice(2).filter(Boolean) ?? [];
  const permissive = ["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "BlueOak-1.0.0"];
  assert.ok(listed.length > 10);
  for (const line of listed) assert.ok(permissive.includes(/\(([^()]+)\)$/.exec(line)?.[1] ?? ""), line);
  const { files, devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.ok(files.includes("dist"), "the folder with the list is in both packages");
  for (const name of ["web-tree-sitter", "tree-sitter-python", "vscode-languageserver", "vscode-languageclient", "valibot"]) {
    assert.ok(name in devDependencies && listed.some((line) => line.startsWith(`${name} `)), name);
  }
});

describe("regular expressions end soon, whatever they are given", () => {
  const units = [
    "a",
    "0",
    " ",
    "\t",
    "\n",
    "\r\n",
    "#",
    "(",
    "[",
    '"',
    "'",
    ".",
    "_",
    "-",
    ",",
    "/",
    "*",
    "\\",
    "a ",
    "a.",
    "# ",
    "a,",
    "0.",
    '"" ',
  ];
  const literal = /(?<=[(,=:!&|?[{;]\s*|return )\/(?![*/\s])(?:\[(?:\\.|[^\]\\\n])*\]|\\.|[^/\\\n[])+\/[dgimsuy]*/g;
  for (const [path, text] of sources) {
    for (const [found] of text.matchAll(literal)) {
      const end = found.lastIndexOf("/");
      const source = found.slice(1, end);
      // Only what repeats can take long.
      if (!/[*+{]/.test(source)) continue;
      test(`${path}: ${found}`, () => {
        const expression = new RegExp(source, found.slice(end + 1).replace(/[gy]/g, ""));
        const prefix = /^\^?((?:\\?[\w#@"' -])*)/.exec(source)?.[1]?.replaceAll("\\", "") ?? "";
        const before = process.cpuUsage();
        for (const unit of units) for (const tail of ["", "\0!"]) expression.test(`${prefix}${unit.repeat(1500)}${tail}`);
        const { user } = process.cpuUsage(before);
        assert.ok(user < 2_000_000, `${user / 1e6} s`);
      });
    }
  }
});

test("names of prototypes in settings and projects are names like any other", async () => {
  const hostile = JSON.parse(
    '{"__proto__": {"polluted": "off"}, "rules": {"__proto__": "off", "constructor": "off"}, "exclude": [{"__proto__": {}}]}',
  );
  readConfiguration(hostile);
  const files: Readonly<Record<string, string>> = {
    "/p/pyproject.toml":
      '[tool.gilscope]\nknowledge = ["a.json"]\n[tool.gilscope.__proto__]\npolluted = "yes"\n[__proto__]\npolluted = "yes"\n',
  };
  const host = {
    readFile: async (path: string) => {
      const text = files[path];
      if (text === undefined) throw new Error("does not exist");
      return new TextEncoder().encode(text);
    },
  };
  await projectTarget("/p", host);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});
