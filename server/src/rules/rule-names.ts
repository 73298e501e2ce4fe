import { rules } from "./index.js";

/** Whether a word means the rule: its name, its code, or how its code begins (`GIL2`). */
export function isNamed(ruleName: string, code: string, word: string): boolean {
  return ruleName === word || (/^GIL\d*$/i.test(word) && code.startsWith(word.toUpperCase()));
}

/** Whether a word means any rule. */
export function isKnownName(word: string): boolean {
  return rules.some((rule) => isNamed(rule.name, rule.code, word));
}
