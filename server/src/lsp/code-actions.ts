import {
  CodeActionKind,
  type CodeActionParams,
  type Diagnostic,
  type CodeAction as LspCodeAction,
  Command as LspCommand,
} from "vscode-languageserver";
import type { Analysis, AnalysisHost } from "../analysis/analysis.js";
import { applyFixes } from "../analysis/apply-fixes.js";
import { lineEdits } from "../base/line-difference.js";
import { overlaps } from "../base/range.js";
import type { Finding } from "../rules/rule.js";
import type { ClientAbilities, Renderer } from "./convert.js";
import type { Words } from "./language.js";
import { explainCommand } from "./protocol.js";

/** All safe fixes of a file at once. */
const fixAllKind = `${CodeActionKind.SourceFixAll}.gilscope`;

/** The kinds of actions that the server may offer. */
export const codeActionKinds: readonly string[] = [CodeActionKind.QuickFix, fixAllKind];

/** What the user can do about the findings in a range of a file. */
export function codeActionsAt(
  path: string,
  { range: place, context }: CodeActionParams,
  state: Analysis,
  renderer: Renderer,
  abilities: ClientAbilities,
  words: Words,
): LspCodeAction[] {
  const range = place ? renderer.range(path, place) : undefined;
  if (!range || !isWanted(CodeActionKind.QuickFix, context?.only)) return [];
  const findings = state.findings(path).filter((finding) => overlaps(finding.range, range));
  const shown = findings.map((finding) => ({ finding, diagnostic: renderer.diagnostic(finding) }));
  const diagnostics = shown.map(({ diagnostic }) => diagnostic);
  const actions: LspCodeAction[] = [];
  for (const action of state.codeActions(path, range)) {
    const rendered = renderer.codeAction(path, action, diagnostics);
    if (!rendered.disabled || abilities.disabledActions) actions.push(rendered);
    const refused = rendered.disabled && findings.find(({ rule }) => rule === action.rule);
    if (refused) actions.push(refusalAction(rendered, refused, words));
  }
  return [...actions, ...shown.map(({ finding, diagnostic }) => explainAction(finding, diagnostic, words))];
}

/**
 * The safe fixes of a file, as one change: fixes that meet in the same lines follow one another, each made for what the others left. Only where
 * the editor asks for such actions by their kind, as it does when it saves a file. The host is as it was afterwards, but for its states.
 */
export function fixAllActions(
  path: string,
  { context }: CodeActionParams,
  state: Analysis,
  renderer: Renderer,
  host: Pick<AnalysisHost, "editFile" | "snapshotForNow">,
  words: Words,
): LspCodeAction[] {
  const only = context?.only;
  const text = state.text(path);
  if (only === undefined || !isWanted(fixAllKind, only) || text === undefined) return [];
  const isFixable = ({ fixes }: Finding): boolean => fixes.some(({ safety }) => safety === "safe");
  if (!state.findings(path).some(isFixable)) return [];
  let current = text;
  const setFile = (_: string, changed: string): void => {
    // From the last to the first, edits made one after the other come to the same as all at once.
    host.editFile(path, [...lineEdits(current, changed)].reverse());
    current = changed;
  };
  try {
    applyFixes({ setFile, snapshot: () => host.snapshotForNow() }, [path], (analysis) => analysis.findings(path), ["safe"]);
  } finally {
    const fixed = current;
    if (fixed !== text) setFile(path, text);
    current = fixed;
  }
  if (current === text) return [];
  const edit = renderer.workspaceEdit([{ path, edits: lineEdits(text, current) }]);
  return [{ title: words.t("Apply all safe fixes of Gilscope"), kind: fixAllKind, edit }];
}

/** Whether an editor that asks for some kinds wants this one; a kind stands for those below it. */
function isWanted(kind: string, only: readonly string[] | undefined): boolean {
  return only === undefined || only.some((each) => kind === each || kind.startsWith(`${each}.`));
}

/**
 * A refused fix as an entry that can be chosen, and opens the rule's page: some editors never show disabled quick fixes, and the user
 * would not learn the reason.
 */
function refusalAction(refused: LspCodeAction, finding: Finding, words: Words): LspCodeAction {
  const title = words.t("Not possible: {0} ({1})", refused.title, refused.disabled?.reason ?? "");
  return {
    title,
    kind: CodeActionKind.QuickFix,
    ...(refused.diagnostics ? { diagnostics: refused.diagnostics } : {}),
    command: LspCommand.create(title, explainCommand, finding.code),
  };
}

/** The entry under the fixes that opens a rule's page. */
function explainAction(finding: Finding, diagnostic: Diagnostic, words: Words): LspCodeAction {
  const title = words.t("Explain {0} ({1})", finding.code, finding.rule);
  return {
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    command: LspCommand.create(title, explainCommand, finding.code),
  };
}
