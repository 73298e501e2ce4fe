import assert from "node:assert/strict";
import { test } from "node:test";
import { applyEdits, type TextEdit } from "../../server/src/base/edit.js";
import { LineIndex } from "../../server/src/base/line-index.js";
import type { Finding } from "../../server/src/rules/rule.js";
import { type Change, changes, mapped } from "./changes.js";
import { findingsOf, type Program, programs } from "./programs.js";

/*
 * What is found does not depend on what a program's text has beside the program: over every case of the rules and every example, comments, blank
 * lines, other names, parentheses and the rest change where findings are and nothing else.
 */

/** Each change is tried on every so-manieth program, each time on others; `METAMORPHIC_SHARE=1` tries all on all, in minutes. */
const share = Number(process.env.METAMORPHIC_SHARE ?? "8");

const unchanged = new Map<Program, readonly Finding[]>();

/** Each finding with what it is about, by lines. */
function outline(
  findings: readonly Finding[],
  files: Program["files"],
  place: (path: string, offset: number) => number,
  messages: Change["messages"],
): readonly string[] {
  const indexes = new Map(files.map(({ path, text }) => [path, new LineIndex(text)]));
  const lineOf = (path: string, offset: number): string => `${path}:${(indexes.get(path)?.position(place(path, offset)).line ?? 0) + 1}`;
  return findings
    .map(({ rule, severity, confidence, path, range, related, message, targets }) =>
      [
        lineOf(path, range.start),
        `[${rule}]`,
        severity,
        confidence,
        `(${related
          .map((each) => lineOf(each.path, each.range.start))
          .sort()
          .join(" ")})`,
        targets.map(({ target, verdict }) => `${target}=${verdict}`).join(" "),
        messages === "stay" ? message.replace(/(\blines? |:)\d+/g, "$1…") : "",
      ].join(" "),
    )
    .sort();
}

for (const [changeIndex, change] of changes.entries()) {
  test(`findings stay as they are with ${change.name}`, () => {
    const failures: string[] = [];
    let changed = 0;
    for (const [index, program] of programs.entries()) {
      if ((index + changeIndex) % share !== 0) continue;
      const { name, files, settings } = program;
      if (change.reach === "file" && files.length > 1) continue;
      const edits = new Map<string, readonly TextEdit[]>();
      for (const { path, text } of files) edits.set(path, change.edits(text) ?? []);
      const after = files.map(({ path, text }) => ({ path, text: applyEdits(text, edits.get(path) ?? []) }));
      if (after.every(({ text }, at) => text === files[at]?.text)) continue;
      changed++;
      const placeOf = (path: string, offset: number): number =>
        change.place?.(offset, files.find((file) => file.path === path)?.text ?? "") ?? mapped(offset, edits.get(path) ?? []);
      const before = unchanged.get(program) ?? findingsOf(files, settings);
      unchanged.set(program, before);
      // It marks the first import of each package, whichever that is.
      if (change.name.startsWith("imports") && before.some(({ rule }) => rule === "reenables-gil")) continue;
      const expected = outline(before, after, placeOf, change.messages);
      const found = outline(findingsOf(after, settings), after, (_, offset) => offset, change.messages);
      const gone = expected.filter((line) => !found.includes(line));
      const added = found.filter((line) => !expected.includes(line));
      if (gone.length + added.length === 0) continue;
      failures.push([name, ...gone.map((line) => `  - ${line}`), ...added.map((line) => `  + ${line}`)].join("\n"));
    }
    assert.ok(changed > 10, `the change applies to ${changed} programs`);
    assert.equal(failures.length, 0, `${failures.length} of ${changed} programs:\n${failures.join("\n")}`);
  });
}
