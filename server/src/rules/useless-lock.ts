import docs from "./useless-lock.md";
import { noFix, type Rule } from "./rule.js";
export const uselessLock: Rule<undefined> = {
  code: "GIL206",
  name: "useless-lock",
  since: "0.1.0",
  group: "races",
  severity: "warning",
  docs,
  find: () => [],
  message: () => "",
  fix: () => noFix,
};
