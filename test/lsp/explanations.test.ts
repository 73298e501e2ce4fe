import assert from "node:assert/strict";
import { test } from "node:test";
import { type Explanation, explanationRequest, type Topic, topicsRequest } from "../../server/src/lsp/protocol.js";
import { rules } from "../../server/src/rules/index.js";
import { withEditor } from "./editor.js";

test("everything in the list of topics can be explained", () =>
  withEditor({}, async (editor) => {
    const topics = await editor.request<readonly Topic[]>(topicsRequest, {});
    assert.equal(topics[0]?.name, "why-the-gil");
    assert.equal(topics.filter(({ kind }) => kind === "rule").length, rules.length);
    for (const { kind, name, title } of topics) {
      const found = await editor.request<Explanation | null>(explanationRequest, { name });
      assert.equal(found?.path, `${kind}s/${name}.md`);
      assert.ok(found.markdown.split("\n")[0]?.includes(title), `${name} begins with ${title}`);
    }
  }));

test("a page is told for the target", () =>
  withEditor({ settings: { target: "cpython-3.9" } }, async (editor) => {
    const page = async (): Promise<string> => (await editor.request<Explanation>(explanationRequest, { name: "atomicity" })).markdown;
    await editor.status(({ target }) => target === "CPython 3.9");
    assert.match(await page(), /\*\*Your version\*\* can switch inside/);
    await editor.configure({ target: "cpython-3.14t" });
    await editor.status(({ target }) => target === "CPython 3.14t");
    assert.match(await page(), /\*\*Your build\*\* loses updates/);
  }));
