import type { Finding } from "../../server/src/rules/rule.js";

/** A finding at the first place where `code` stands in `text`; what is not given is empty. */
export function findingAt(path: string, text: string, code: string, rest: Partial<Finding> = {}): Finding {
  const start = text.indexOf(code);
  return {
    code: "GIL201",
    rule: "non-atomic-shared-update",
    severity: "warning",
    confidence: "likely",
    path,
    range: { start, end: start + code.length },
    message: `\`${code}\` can lose updates.`,
    related: [],
    targets: [],
    prediction: undefined,
    fixes: [],
    refusedFixes: [],
    ...rest,
  };
}
