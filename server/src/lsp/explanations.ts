import type { Target } from "../base/target.js";
import { findPage, pages } from "../pages/index.js";
import { pageFor, pageSummary, pageTitle } from "../pages/page.js";
import { findRule, rules } from "../rules/index.js";
import type { Words } from "./language.js";
import type { Explanation, Topic } from "./protocol.js";

/** The page of that name, told for the interpreter, or the page of the rule of that name or code. */
export function explanation(name: string, target: Target): Explanation | null {
  const page = findPage(name);
  if (page) return { path: `pages/${page.name}.md`, markdown: pageFor(page, target) };
  const rule = findRule(name);
  return rule ? { path: `rules/${rule.name}.md`, markdown: rule.docs } : null;
}

/** All that can be explained: first what the GIL is and does, then the rules by code. */
export function topics({ said }: Words): readonly Topic[] {
  return [
    ...pages.map((page): Topic => ({ kind: "page", name: page.name, title: said(pageTitle(page)), detail: said(pageSummary(page)) })),
    ...rules.map(({ code, name }): Topic => ({ kind: "rule", name, title: code, detail: "" })),
  ];
}
