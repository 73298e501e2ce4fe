import { atLeast, hasGil, type Target } from "../base/target.js";

/** A matter that is told on a page of its own, as its file in Markdown has it: with parts that hold for some interpreters only. */
export interface Page {
  /** The name of the file, and what `gilscope explain` is asked for. */
  readonly name: string;
  readonly markdown: string;
}

/** The page's title: its first heading. */
export function pageTitle({ markdown }: Page): string {
  return /^# (.+)$/m.exec(markdown)?.[1] ?? "";
}

/** The paragraph below the title. */
export function pageSummary({ markdown }: Page): string {
  return (
    markdown
      .split(/\n\s*\n/)[1]
      ?.replace(/\s+/g, " ")
      .trim() ?? ""
  );
}

const openingMark = /^<!-- for: (.+) -->$/;
const closingMark = "<!-- end -->";

/**
 * The page for one interpreter. What stands between `<!-- for: … -->` and the next such line, or `<!-- end -->`, is left out where the words
 * do not hold: the names of implementations, of which one must be the target's; `gil` or `no-gil`; versions (`3.12`, `3.12+`,
 * `before-3.10`), of which one must be.
 */
export function pageFor({ markdown }: Page, target: Target): string {
  const kept: string[] = [];
  let isKept = true;
  for (const line of markdown.split("\n")) {
    const opening = openingMark.exec(line);
    if (opening) isKept = holds((opening[1] as string).split(" "), target);
    else if (line === closingMark) isKept = true;
    else if (isKept) kept.push(line);
  }
  return kept.join("\n").replace(/\n{3,}/g, "\n\n");
}

/** The words of a mark that say nothing, which are mistakes. */
export function unknownWords({ markdown }: Page): readonly string[] {
  const words = [...markdown.matchAll(/^<!-- for: (.+) -->$/gm)].flatMap(([, all]) => (all as string).split(" "));
  return words.filter((word) => !implementations.some((name) => name === word) && !/^(no-)?gil$/.test(word) && !version.test(word));
}

const implementations: readonly Target["implementation"][] = ["cpython", "pypy", "jython", "ironpython"];
const version = /^(before-)?(\d)\.(\d+)(\+)?$/;

function holds(words: readonly string[], target: Target): boolean {
  const named = words.filter((word) => implementations.some((name) => name === word));
  const versions = words.filter((word) => version.test(word));
  return (
    (named.length === 0 || named.includes(target.implementation)) &&
    (!words.includes("gil") || hasGil(target)) &&
    (!words.includes("no-gil") || !hasGil(target)) &&
    (versions.length === 0 || versions.some((word) => isOf(word, target)))
  );
}

function isOf(word: string, target: Target): boolean {
  const [, before, major, minor, later] = version.exec(word) ?? [];
  const reached = atLeast(target, Number(major), Number(minor));
  if (before) return !reached;
  return later ? reached : target.major === Number(major) && target.minor === Number(minor);
}
