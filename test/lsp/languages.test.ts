import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { globSync } from "tinyglobby";
import { knownTargets, type Target } from "../../server/src/base/target.js";
import { costsFor } from "../../server/src/estimate/costs/operation-costs.js";
import { furtherSentences, ruleSentences, verdictText } from "../../server/src/knowledge/call-text.js";
import type { CallableEntry } from "../../server/src/knowledge/entry.js";
import { evaluate } from "../../server/src/knowledge/evaluate.js";
import { builtInKnowledge } from "../../server/src/knowledge/knowledge.js";
import { readKnowledgeFile } from "../../server/src/knowledge/read-file.js";
import { topics } from "../../server/src/lsp/explanations.js";
import { english, languageOf, type Translations, wordsOf } from "../../server/src/lsp/language.js";
import { phrasesOf } from "../../server/src/lsp/phrases.js";
import { rules } from "../../server/src/rules/index.js";
import type { Severity } from "../../server/src/rules/rule.js";
import { pythonParser } from "../syntax/python-parser.js";
import { saidTexts } from "./said-texts.js";

/* All that the server shows in an editor, but for the pages, is complete in every language: its own words, and what the analysis says. */

const languages = ["de"] as const;

/** Words of which a text in the language has none, if it is all in the language: those of grammar, and those that our texts are full of. */
const englishWords =
  /(?<![\p{L}\d_-])(?:the|of|and|is|are|which|that|with|for|to|by|its?|this|not|from|on|at|or|a|be|been|has|have|other|when|where|while|until|only|it|than|takes?|runs?|holds?|waits?|there|here|no)(?![\p{L}\d_-])/iu;

/** The words that sources give to `t`, where these are the server's. */
function ownWords(): readonly string[] {
  const sources = globSync("server/src/lsp/*.ts").map((path) => readFileSync(path, "utf8"));
  const calls = sources.flatMap((source) => [...source.matchAll(/\bt\(\s*("(?:[^"\\]|\\.)*")/g)]);
  return [...new Set(calls.map(([, text]) => JSON.parse(text as string) as string))];
}

function translationsOf(language: string): Translations {
  return JSON.parse(readFileSync(`server/src/lsp/languages/${language}.json`, "utf8"));
}

test("a locale is in the language that it begins with", () => {
  assert.equal(languageOf("de"), "de");
  assert.equal(languageOf("de-AT"), "de");
  assert.equal(languageOf("DE_ch"), "de");
  assert.equal(languageOf("den"), undefined);
  assert.equal(languageOf("fr"), undefined);
  assert.equal(languageOf("__proto__"), undefined);
  assert.equal(languageOf(undefined), undefined);
});

test("texts are found by their form, the more exact first; what is not known stays as it is", () => {
  const german = wordsOf(translationsOf("de"));
  assert.equal(german.said("processes help above 4 ms a task"), "Prozesse helfen ab 4 ms je Aufgabe");
  assert.equal(german.said("processes 3.4×"), "Prozesse 3.4×");
  assert.equal(german.saidInParts("≈ 2 ms (1 000 × 2 µs), holds GIL", ", "), "≈ 2 ms (1 000 × 2 µs), hält GIL");
  assert.equal(german.said("toString"), "toString");
  assert.equal(german.t("{0} of {1}", 3, 5), "3 von 5");
});

test("in Markdown, lines are translated one by one, and evidence is quoted as it stands", () => {
  const { saidInMarkdown } = wordsOf(translationsOf("de"));
  assert.equal(
    saidInMarkdown(
      "**`time.sleep`**: holds the GIL until it returns; no other thread runs.\n\n- Sleeps.\n\nEvidence:\n- docs: [Sleeps.](https://a.b) 2026",
    ),
    "**`time.sleep`**: hält den GIL, bis es zurückkehrt; kein anderer Thread läuft.\n\n- Schläft.\n\nBelege:\n- Dokumentation: [Sleeps.](https://a.b) 2026",
  );
  assert.equal(
    saidInMarkdown("```text\nthread A   read time\nthread B   used\n```"),
    "```text\nThread A   liest time\nThread B   used\n```",
  );
});

test("the server's own words are complete in every language, with the same values in them", () => {
  const used = [...ownWords()].sort();
  assert.ok(used.length > 20);
  for (const language of languages) {
    const { own } = translationsOf(language);
    assert.deepEqual(Object.keys(own).sort(), used);
    for (const [text, translation] of Object.entries(own)) assert.deepEqual(holesOf(translation), holesOf(text), text);
  }
});

test("a translation has the values and the code of its form, and no other words of English", () => {
  for (const language of languages) {
    for (const [form, translation] of Object.entries(translationsOf(language).said)) {
      assert.deepEqual(holesOf(translation), holesOf(form), form);
      if (!isOrder(form) && form !== translation) assert.deepEqual([...englishIn(translation)], [], form);
    }
  }
});

function holesOf(text: string): readonly string[] {
  return (text.match(/`[^`]*`|"[^"]*"|\{\d[^}]*\}/g) ?? []).map((hole) => hole.replace(/^\{(\d).*/, "$1")).sort();
}

/** Whether it is a line of an order of events, in which code stands bare. */
function isOrder(text: string): boolean {
  return /^(?:thread|task) .* {3}/.test(text);
}

function englishIn(text: string): readonly string[] {
  return text.replaceAll(/`[^`]*`|"[^"]*"|\(https?:[^)]*\)/g, "").match(englishWords) ?? [];
}

test("what the analysis says of all the tests' programs is known in every language, to the last clause", async () => {
  const { lenses, notes, workers, hovers, ...others } = saidTexts(await pythonParser());
  const texts = [
    ...Object.values(others).flatMap((each) => [...each]),
    ...[...workers].flatMap((each) => each.split(", ")),
    ...[...lenses].flatMap((title) => title.replace(/ {2}\(.*$/, "").split(" · ")),
    ...[...notes].flatMap((note) => note.split(", ")),
    ...[...hovers].flatMap(linesOf),
  ];
  assert.ok(others.messages.size > 900 && others.related.size > 250 && hovers.size > 1000 && others.refusals.size > 70);
  assertComplete(texts);
});

/** What is translated of a hover, each by itself. */
function linesOf(markdown: string): readonly string[] {
  return (markdown.split("Evidence:", 1)[0] as string)
    .split("\n")
    .filter((line) => !line.startsWith("```"))
    .flatMap((line) => line.replace(/^- /, "").split(" · "));
}

test("what is wrong with a knowledge file is known in every language", () => {
  const said = { kind: "docs", place: "https://example.org/1", says: "so", date: "2026-01-01" };
  const owner = { name: "p", modules: ["p"], evidence: [said] };
  const asleep = { names: ["p.q"], gil: "holds", kind: "sleep", evidence: [said] };
  const wrong: readonly unknown[] = [
    5,
    { package: 5, unknown: 1 },
    { package: { ...owner, modules: 5, unknown: 1 } },
    { package: owner, sources: 5, types: {}, callables: [5, asleep, asleep] },
    {
      package: owner,
      callables: [
        { ...asleep, names: ["a b"] },
        { ...asleep, names: [] },
        { ...asleep, gil: "perhaps" },
        { ...asleep, gil: "conditional" },
        { ...asleep, evidence: [] },
        { ...asleep, evidence: ["nowhere"] },
        { ...asleep, evidence: [{ ...said, date: "yesterday" }] },
        { ...asleep, cost: { terms: [{ term: "fixed", ns: [3, 2, 1] }] } },
      ],
    },
    { package: owner, types: Array.from({ length: 200 }, () => 5) },
    Array.from({ length: 40 }, (_, index) => index).reduce<unknown>((inner) => ({ inner }), 1),
  ];
  const problems = wrong.flatMap((value) => readKnowledgeFile(value, "user").problems);
  assertComplete(problems.map(({ pointer, message }) => (pointer === "" ? `This file ${message}.` : message)));
  const whole = ["is empty", "is not JSON", "does not exist", "is a folder", "is too large for a knowledge file: more than 5 MB"];
  assertComplete(whole.map((message) => `This file ${message}.`));
});

test("the titles and first words of all pages, and the numbers' sources, are known in every language", () => {
  assertComplete([
    ...topics(english).flatMap(({ kind, title, detail }) => (kind === "page" ? [title, detail] : [])),
    ...rules.map(({ docs }) => /^# .*\n+([^\n]+)/.exec(docs)?.[1] ?? ""),
    ...(["error", "warning", "information", "hint"] satisfies Severity[]),
    ...knownTargets.map((target) => `Assumes: cost of each operation = ${costsFor(target).origin.note}.`),
  ]);
});

test("what is known of library calls is known in every language", () => {
  const knowledge = builtInKnowledge();
  const targets: readonly Target[] = [
    { implementation: "cpython", major: 3, minor: 13, freeThreaded: false },
    { implementation: "cpython", major: 3, minor: 14, freeThreaded: true },
  ];
  const sentences = (entry: CallableEntry): readonly string[] => [
    ...ruleSentences(entry),
    ...targets.flatMap((target) => verdictText(entry, evaluate(entry, { keywords: [], target }), target)),
    ...evaluate(entry, { keywords: [], target: targets[0] as Target }).missing.map((condition) => `It depends on this: ${condition}.`),
    ...furtherSentences(entry, knowledge.package(entry.name)),
  ];
  assertComplete(knowledge.callables().flatMap(sentences));
  assertComplete(
    knowledge.types().flatMap(({ sharedByThreads: stated }) => {
      if (!stated || stated.verdict === "safe" || stated.verdict === "serialised") return [];
      return `Not thread-safe: ${stated.because} (${(stated.evidence[0]?.says ?? "").replace(/\.("?)$/, "$1")}).`;
    }),
  );
});

/** That all of each text has a translation, with the same code, quotes and numbers, and with no English words in it. */
function assertComplete(texts: readonly string[]): void {
  for (const language of languages) {
    const { whole } = phrasesOf(translationsOf(language).said);
    const unknown = new Set<string>();
    const foreign = new Set<string>();
    for (const text of new Set(texts)) {
      const translation = whole(text);
      if (translation === undefined) unknown.add(text);
      else if (!isOrder(text)) {
        assert.deepEqual(valuesOf(translation), valuesOf(text), text);
        if (!/^(?:Ignore |This comment has no effect)/.test(text) && englishIn(translation).length > 0) foreign.add(translation);
      }
    }
    assert.deepEqual([...unknown], [], `${language} has no form of these`);
    assert.deepEqual([...foreign], [], `these are not all in ${language}`);
  }
}

function valuesOf(text: string): readonly string[] {
  return (text.match(/`[^`]*`|"[^"]*"|\d+(?:[.,\u202f]\d+)*/g) ?? [])
    .map((value) => value.replaceAll(/(?<=^\d{1,3}|\d{3})[,\u202f](?=\d{3})/g, ""))
    .sort();
}
