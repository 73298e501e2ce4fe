import type { Range } from "../base/range.js";
import type { Source } from "../base/source.js";
import { targetTitle } from "../base/target.js";
import type { Fix, Match, OtherRules, Rule, RuleContext } from "./rule.js";
import { filesWithDirectives, type IgnoreDirective, isSuppressedBy, means, rangesOfNames } from "./suppression.js";
import docs from "./unused-suppression.md";

interface Data {
  readonly path: string;
  readonly rule: Rule;
  readonly directive: IgnoreDirective;
  /** Which of the comment's names it is. */
  readonly index: number;
}

/** GIL901: a comment that ignores a rule where it finds nothing. */
export const unusedSuppression: Rule<Data> = {
  code: "GIL901",
  name: "unused-suppression",
  since: "0.1.0",
  group: "comments",
  severity: "hint",
  docs,
  find,
  message,
  fix: (data, context) => ({ fixes: [removal(data, context.source(data.path))], refused: [] }),
};

function find(context: RuleContext, { rules, found, isJudged }: OtherRules): readonly Match<Data>[] {
  return filesWithDirectives(context.program).flatMap(({ path, facts }) => {
    const ignoring = facts.directives.filter((directive) => directive.kind === "ignore");
    if (ignoring.length === 0) return [];
    const here = found.filter(({ match }) => match.path === path);
    return ignoring.flatMap((directive) => {
      const ranges = rangesOfNames(directive, context.source(path));
      return directive.names.flatMap((name, index): readonly Match<Data>[] => {
        const rule = rules.find((each) => means(name, each));
        // Of what is switched off nobody knows, and rules about comments come after this one.
        if (!rule || rule.group === "comments" || !isJudged(rule, path)) return [];
        if (here.some((each) => each.rule === rule && isSuppressedBy(directive, rule, each.match))) return [];
        const range = ranges.length === 1 ? directive.range : (ranges[index] ?? directive.range);
        const data = { path, rule, directive, index };
        return [{ path, range, confidence: "proved", related: [], targets: [], prediction: undefined, data }];
      });
    });
  });
}

function message({ rule, directive }: Data, { target }: RuleContext): string {
  const where = directive.scope === "file" ? "in this file" : "on the line that this comment speaks of";
  return `\`${rule.name}\` finds nothing ${where} for ${targetTitle(target)}, so there is nothing to ignore.`;
}

/** Takes the name out, or the comment with it if it is the only one. */
function removal({ path, directive, index }: Data, source: Source): Fix {
  const names = rangesOfNames(directive, source).map((range) => source.range(range));
  const name = names[index];
  const [before, after] = [names[index - 1], names[index + 1]];
  const removed =
    name && after
      ? { start: name.start, end: after.start }
      : name && before
        ? { start: before.end, end: name.end }
        : wholeOf(directive, source);
  return {
    title: names.length > 1 ? `Remove \`${directive.names[index]}\` from the comment` : "Remove the comment",
    safety: "unsafe",
    caution: "For another interpreter, or with other settings, the rule may find something there.",
    edits: [{ path, edits: [{ range: removed, newText: "" }] }],
  };
}

/** The comment with the space before it, or with its line where it stands alone; what another tool reads behind it stays. */
function wholeOf(directive: IgnoreDirective, source: Source): Range {
  const { text } = source;
  const { start, end: last } = source.range(directive.range);
  const end = start + text.slice(start, last).trimEnd().length;
  const other = /(?<=\])[^#]*(?=#)/.exec(text.slice(start, end));
  if (other) return { start, end: start + other.index + other[0].length };
  const space = /[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  const isAlone = start - space === 0 || /[\r\n]/.test(text[start - space - 1] ?? "");
  const lineEnd = isAlone ? (/^[ \t]*(?:\r\n|\r|\n)?/.exec(text.slice(end, end + 200))?.[0].length ?? 0) : 0;
  return { start: start - space, end: end + lineEnd };
}
