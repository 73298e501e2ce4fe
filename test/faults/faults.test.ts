import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { globSync } from "tinyglobby";
import { pythonParser } from "../syntax/python-parser.js";
import { faultCampaigns } from "./campaigns.js";
import { failingMethods } from "./requests.js";

/* The faults of `npm run faults`, few of each and always the same. */

const parser = await pythonParser();

for (const { name, inject } of faultCampaigns) {
  test(`survived: ${name}`, async () => {
    assert.ok((await inject(4, 1, parser)) > 0);
  });
}

test("every kind of request and notice has its failure caught", () => {
  const sources = globSync(["server/src/lsp/*.ts"]).map((path) => readFileSync(path, "utf8"));
  const methods: string[] = [];
  for (const source of sources) {
    for (const [registration, , caught, what] of source.matchAll(
      /\b(?:connection|synchronization)\.(?:[\w.]+\.)?(on[A-Z]\w*|onRequest|onNotification|on)(?:<[^>]*>)?\(\s*(?:\w+(?:Request|Notification)(?:\.method)?,\s*)?(answering|noticing)?\(?(?:"([^"]+)")?/g,
    )) {
      if (/onInitialized?\b/.test(registration)) continue;
      assert.ok(caught === "answering" || caught === "noticing", `${registration} is not wrapped`);
      // Editors that ask for diagnostics get those that the others are told, which fail below, too.
      if (caught === "answering" && what !== "textDocument/diagnostic") methods.push(what as string);
    }
  }
  assert.deepEqual(
    methods.sort(),
    failingMethods
      .map((method) =>
        method
          .replace("gilscope/", "")
          .replace(/[A-Z]/g, (letter) => (method.startsWith("gilscope/") ? ` ${letter.toLowerCase()}` : letter)),
      )
      .sort(),
    "each request is made to fail",
  );
});
