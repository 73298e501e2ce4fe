import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { globSync } from "tinyglobby";
import { type Words, wordsFor } from "../../server/src/lsp/language.js";
import { pythonParser } from "../syntax/python-parser.js";
import { saidTexts } from "./said-texts.js";

/* What the server says outside of rules' messages, hovers and pages is complete in every language: its own words, and the analysis's. */

const languages = ["de"] as const;

/** The words that sources give to `t`, where these are the server's. */
function ownWords(): readonly string[] {
  const sources = globSync("server/src/lsp/*.ts").map((path) => readFileSync(path, "utf8"));
  const calls = sources.flatMap((source) => [...source.matchAll(/\bt\(\s*("(?:[^"\\]|\\.)*")/g)]);
  return [...new Set(calls.map(([, text]) => JSON.parse(text as string) as string))];
}

type Texts = Readonly<Record<string, string>>;

function tableOf(language: string): { readonly own: Texts; readonly said: Texts } {
  return JSON.parse(readFileSync(`server/src/lsp/languages/${language}.json`, "utf8"));
}

test("texts are found by their form, the more exact first; what is not known stays as it is", () => {
  const german = wordsFor("de-AT");
  assert.equal(german.said("processes help above 4 ms a task"), "Prozesse helfen ab 4 ms je Aufgabe");
  assert.equal(german.said("processes 3.4×"), "Prozesse 3.4×");
  assert.equal(german.saidInParts("≈ 2 ms (1 000 × 2 µs), holds GIL", ", "), "≈ 2 ms (1 000 × 2 µs), hält GIL");
  assert.equal(german.said("toString"), "toString");
  assert.equal(german.t("{0} of {1}", 3, 5), "3 von 5");
  assert.equal(wordsFor("fr").t("{0} of {1}", 3, 5), "3 of 5");
  assert.equal(wordsFor(undefined).said("holds GIL"), "holds GIL");
  assert.equal(wordsFor("__proto__").said("holds GIL"), "holds GIL");
});

test("the server's own words are complete in every language, with the same values in them", () => {
  const used = [...ownWords()].sort();
  assert.ok(used.length > 20);
  for (const language of languages) {
    const { own, said } = tableOf(language);
    assert.deepEqual(Object.keys(own).sort(), used);
    for (const [text, translation] of [...Object.entries(own), ...Object.entries(said)])
      assert.deepEqual(holesOf(translation), holesOf(text), text);
  }
});

function holesOf(text: string): readonly string[] {
  return (text.match(/\{\d\}/g) ?? []).sort();
}

test("what the analysis says of all the tests' programs is known in every language", async () => {
  const { titles, lenses, notes, workers, deeds, links, cells } = saidTexts(await pythonParser());
  assert.ok(
    titles.size > 100 && lenses.size > 20 && notes.size > 20 && workers.size > 10 && deeds.size > 5 && links.size > 5 && cells.size > 10,
  );
  const tableCells = [...cells].filter((cell) => cell !== "" && !/^CPython [\d.t]+$/.test(cell));
  const notesParts = [...notes].flatMap((note) => note.split(", ")).filter((part) => /[a-z]{3}/.test(part.replaceAll(/\bms\b/g, "")));
  const lensParts = [...lenses].flatMap((title) => title.replace(/ {2}\(.*$/, "").split(" · "));
  const parts = [
    ...[...workers].flatMap((each) => each.split(", ")),
    ...lensParts,
    ...notesParts,
    ...titles,
    ...deeds,
    ...links,
    ...tableCells,
  ];
  for (const language of languages) {
    const words = wordsFor(language);
    assert.deepEqual(
      parts.filter((part) => !isKnown(part, words, tableOf(language).said)),
      [],
    );
  }
});

function isKnown(text: string, words: Words, table: Texts): boolean {
  return Object.hasOwn(table, text) || words.said(text) !== text;
}
