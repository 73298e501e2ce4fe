import { findPage } from "../pages/index.js";
import { pageSummary } from "../pages/page.js";
import { findRule } from "../rules/index.js";
import type { Words } from "./language.js";
import { explainCommand, showPredictionCommand, showTimelineCommand } from "./protocol.js";

/** The commands of code actions and lenses, for editors that have none of their own for them. */
export const serverCommands: readonly string[] = [explainCommand, showPredictionCommand, showTimelineCommand];

/** What an editor without pages is told instead of being shown one. */
export function commandMessage(command: string, argument: unknown, { t, said }: Words): string | undefined {
  if (command === explainCommand && typeof argument === "string") {
    const rule = findRule(argument);
    const page = findPage(argument);
    const summary = rule ? (/^# .*\n+([^\n]+)/.exec(rule.docs)?.[1] ?? rule.name) : page ? pageSummary(page) : undefined;
    return summary === undefined ? undefined : `${said(summary)} ${t("`gilscope explain {0}` shows the page.", argument)}`;
  }
  const { line } = (typeof argument === "object" && argument !== null ? argument : {}) as { readonly line?: unknown };
  if (typeof line !== "number") return undefined;
  if (command === showPredictionCommand) return t("`gilscope simulate FILE:{0}` shows the table.", line + 1);
  if (command === showTimelineCommand) return t("`gilscope simulate FILE:{0} --format trace` writes the run; Perfetto shows it.", line + 1);
  return undefined;
}
