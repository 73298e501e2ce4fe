import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { globSync } from "tinyglobby";

/* Every string that the editor shows of the client's own has its translation, with the same values in it. */

const languages = ["de"] as const;

function textsOf(path: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** The strings that sources give to `l10n.t`. */
function translatedIn(source: string): readonly string[] {
  return [...source.matchAll(/l10n\.t\(\s*("(?:[^"\\]|\\.)*")/g)].map(([, text]) => JSON.parse(text as string));
}

/** The values of a text, and the commands that its links run. */
function holesOf(text: string): readonly string[] {
  return [...text.matchAll(/\{\d\}|\(command:[^)]*\)|`[^`]*`|\$\([a-z-]+\)/g)].map(([hole]) => hole).sort();
}

test("the client's strings are complete in every language", () => {
  assert.deepEqual(translatedIn('l10n.t("a {0}", 1); l10n.t(\n "b\\"c")'), ["a {0}", 'b"c']);
  const sources = globSync("client/src/**/*.ts").map((path) => readFileSync(path, "utf8"));
  const used = [...new Set(sources.flatMap(translatedIn))].sort();
  assert.ok(used.length > 80);
  assert.equal(
    sources.flatMap((source) => source.match(/l10n\.t\(/g) ?? []).length,
    sources.flatMap(translatedIn).length,
    "l10n.t takes a string as it stands, or nobody can translate it",
  );
  for (const language of languages) {
    const texts = textsOf(`l10n/bundle.l10n.${language}.json`);
    assert.deepEqual(Object.keys(texts).sort(), used, `l10n/bundle.l10n.${language}.json has what is used, and nothing else`);
    for (const [text, translation] of Object.entries(texts)) assert.deepEqual(holesOf(translation), holesOf(text), text);
  }
});

test("messages of the client are translated", () => {
  for (const path of globSync("client/src/**/*.ts")) {
    const plain = readFileSync(path, "utf8").match(/show(?:Information|Warning|Error)Message\(\s*["`][^"`]*/g) ?? [];
    assert.deepEqual(plain, [], `${path} says this in English only`);
  }
});

test("the manifest's strings are complete in every language", () => {
  const manifest = readFileSync("package.json", "utf8");
  const used = [...new Set([...manifest.matchAll(/"%([\w.-]+)%"/g)].map(([, key]) => key as string))].sort();
  const english = textsOf("package.nls.json");
  assert.deepEqual(Object.keys(english).sort(), used);
  const { contributes } = JSON.parse(manifest);
  for (const { title } of contributes.commands) assert.match(title, /^%.+%$/);
  for (const language of languages) {
    const texts = textsOf(`package.nls.${language}.json`);
    assert.deepEqual(Object.keys(texts).sort(), used);
    for (const [key, text] of Object.entries(english)) {
      assert.ok(texts[key]);
      // A command line's argument has a name in each language.
      if (key !== "setting.knowledge") assert.deepEqual(holesOf(texts[key] as string), holesOf(text), key);
      if (key.endsWith(".media")) for (const path of [text, texts[key]]) assert.ok(existsSync(path as string), path);
    }
  }
});
