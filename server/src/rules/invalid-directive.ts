import type { Range } from "../base/range.js";
import type { Source } from "../base/source.js";
import type { Directive } from "../program/facts.js";
import docs from "./invalid-directive.md";
import { type Match, noFix, type OtherRules, type Rule, type RuleContext } from "./rule.js";
import { filesWithDirectives, means, rangesOfNames } from "./suppression.js";

interface Data {
  /** A sentence without a full stop. */
  readonly reason: string;
}

/** GIL902: a comment for this tool that says nothing to it. */
export const invalidDirective: Rule<Data> = {
  code: "GIL902",
  name: "invalid-directive",
  since: "0.1.0",
  group: "comments",
  severity: "warning",
  docs,
  find,
  message: ({ reason }) => `This comment has no effect: ${reason}.`,
  fix: () => noFix,
};

function find(context: RuleContext, { rules }: OtherRules): readonly Match<Data>[] {
  return filesWithDirectives(context.program).flatMap(({ path, facts }) =>
    facts.directives.flatMap((directive) =>
      faultsOf(directive, context.source(path), rules).map(
        ({ range, reason }): Match<Data> => ({
          path,
          range,
          confidence: "proved",
          related: [],
          targets: [],
          prediction: undefined,
          data: { reason },
        }),
      ),
    ),
  );
}

function faultsOf(directive: Directive, source: Source, rules: readonly Rule[]): readonly (Data & { readonly range: Range })[] {
  switch (directive.kind) {
    case "invalid":
      return [{ range: directive.range, reason: directive.reason }];
    case "ignore": {
      const ranges = rangesOfNames(directive, source);
      return directive.names.flatMap((name, index) =>
        rules.some((rule) => means(name, rule))
          ? []
          : [{ range: ranges[index] ?? directive.range, reason: `there is no rule \`${name}\`` }],
      );
    }
    case "note":
      return [];
  }
}
