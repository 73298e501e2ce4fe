import type { Range } from "../base/range.js";
import type { Source } from "../base/source.js";
import type { Directive } from "../program/facts.js";
import type { LinkedFile } from "../program/link/entity.js";
import type { Program } from "../program/link/link.js";
import { overviewOf } from "../program/link/memory/overviews.js";
import type { Match, Rule } from "./rule.js";

/** A comment that names rules to ignore. */
export type IgnoreDirective = Extract<Directive, { readonly kind: "ignore" }>;

/** Whether a name in a comment means the rule. */
export function means(name: string, rule: Rule): boolean {
  return name === rule.name || name.toUpperCase() === rule.code;
}

/** Whether the comment keeps what the rule found from being reported. */
export function isSuppressedBy(directive: Directive, rule: Rule, match: Match<unknown>): boolean {
  if (directive.kind !== "ignore" || !directive.names.some((name) => means(name, rule))) return false;
  return directive.scope === "file" || (directive.subject.start <= match.range.start && match.range.start < directive.subject.end);
}

function hasDirectives(file: LinkedFile): boolean {
  return file.derive("has directives", () => file.facts.directives.length > 0);
}

/** The files in which a comment speaks to this tool, of which there are few. */
export function filesWithDirectives(program: Program): readonly LinkedFile[] {
  return overviewOf(program, "files with directives", ({ files }) => files.filter(hasDirectives));
}

/** Where the names of such a comment stand, in the order of `names`, in places. */
export function rangesOfNames(directive: IgnoreDirective, source: Source): readonly Range[] {
  const start = source.offset(directive.range.start);
  const text = source.slice(directive.range);
  let from = text.indexOf("[") + 1;
  return directive.names.map((name) => {
    const at = text.indexOf(name, from);
    from = at + name.length;
    return { start: source.place(start + at), end: source.place(start + from) };
  });
}
