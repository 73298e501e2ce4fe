import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { globSync } from "tinyglobby";
import { projectTarget } from "../server/src/base/project-target.js";
import { readConfiguration } from "../server/src/lsp/configuration.js";

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
  for (const bundle of ["dist/cli.js", "dist/server.js", "dist/extension.js"])
    assert.doesNotMatch(readFileSync(bundle, "utf8"), /require\("(?:node:)?(?:https?|http2|tls|dgram|dns)"\)/, bundle);
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
