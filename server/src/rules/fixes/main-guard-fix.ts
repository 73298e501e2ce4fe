import type { TextEdit } from "../../base/edit.js";
import { contains } from "../../base/range.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { Program } from "../../program/link/link.js";
import { mainGuards } from "../../program/link/processes/start-methods.js";
import { someValue, walkOperations } from "../../program/link/walk.js";
import type { Value } from "../../program/operation.js";
import type { Statement } from "../../syntax/layout.js";
import type { FixOffer, RuleContext, Safety } from "../rule.js";
import { type Code, codeOf, indented, isBroken, lineStart, occurrences, quotedString, wrapped } from "./code.js";

/** What puts a module's work under a main guard, or what stands in the way. */
export type MainGuard =
  | {
      readonly edits: readonly TextEdit[];
      readonly safety: Safety;
      /** The names that a process which imports the module does not find any more. */
      readonly bound: readonly string[];
    }
  | { readonly refused: string };

/** Offers to put what the module does from the places on under `if __name__ == "__main__":`. */
export function mainGuardFix(module: FunctionNode, places: readonly number[], context: RuleContext): FixOffer {
  const title = 'Put it under `if __name__ == "__main__":`';
  const found = mainGuard(module, places, context);
  if ("refused" in found) return { fixes: [], refused: [{ title, reason: found.refused }] };
  return {
    fixes: [
      {
        title,
        safety: found.safety,
        caution: "Who imports the module no longer starts the work, and does not find the names that it binds there.",
        edits: [{ path: module.file.path, edits: found.edits }],
      },
    ],
    refused: [],
  };
}

/**
 * Puts the statements of a module from the first that holds one of the places on under a main guard. Definitions stay outside, since worker
 * processes need them; where some come later, only what stands before them goes under it. `places` are those of facts.
 */
export function mainGuard(module: FunctionNode, places: readonly number[], context: RuleContext): MainGuard {
  const { file } = module;
  if (isBroken(file)) return { refused: "the file has a syntax error" };
  const code = codeOf(file.path, context);
  const { statements } = code.layout;
  const offsets = places.map((place) => code.source.offset(place));
  const first = statements.findIndex((each) => offsets.some((offset) => each.start <= offset && offset < each.end));
  if (first === -1) return { refused: "it is not clear which statement starts it" };
  const guards = mainGuards(module).map((each) => code.source.range(each));
  const isGuarded = (each: Statement): boolean => guards.some((range) => contains(range, each));
  const rest = statements.slice(first);
  const end = rest.findIndex((each) => isDefinition(each, code) || isGuarded(each));
  const moved = end === -1 ? rest : rest.slice(0, end);
  const [start] = moved;
  if (!start) return { refused: "a definition starts it" };
  if (moved.some(({ form }) => form === "several on one line")) return { refused: "several statements share a line" };
  const bound = namesBound(moved, code);
  const later = end === -1 ? [] : rest.slice(end);
  const using = later.find((each) => !isGuarded(each) && bound.some((name) => isNamed(each, name, code)));
  if (using)
    return {
      refused: `what comes after it, \`${firstLine(using, code)}\`, needs \`${bound.find((name) => isNamed(using, name, code))}\`; move the definitions up first`,
    };
  const other = later.find(
    (each) => !isDefinition(each, code) && !isGuarded(each) && offsets.some((offset) => each.start <= offset && offset < each.end),
  );
  if (other) return { refused: `the module starts processes again after further definitions, at \`${firstLine(other, code)}\`` };
  const next = later[0];
  const stretch = { statements: moved, siblings: statements, around: [] };
  // A guard that follows takes the statements in.
  if (next && isGuarded(next) && next.blocks.length === 1 && next.keyword === "if" && next.blocks[0]?.statements[0])
    return joinedGuard(moved, next, code, safetyOf(module, bound, context), bound);
  return {
    bound,
    edits: wrapped(code, stretch, `if __name__ == ${quotedString("__main__", code)}:`),
    safety: safetyOf(module, bound, context),
  };
}

function joinedGuard(moved: readonly Statement[], next: Statement, code: Code, safety: Safety, bound: readonly string[]): MainGuard {
  const [first] = moved;
  const header = next.blocks[0]?.header;
  if (!first || !header) return { refused: "it is not clear which statement starts it" };
  const last = moved[moved.length - 1] as Statement;
  const body = { start: first.start, end: last.lines.end };
  const text = code.text.slice(header.start, header.end);
  const bodyStart = next.blocks[0]?.statements[0] as Statement;
  return {
    bound,
    safety,
    edits: [
      { range: { start: first.start, end: first.start }, newText: `${text}\n` },
      ...indented(code, body),
      { range: { start: last.lines.end, end: lineStart(bodyStart) }, newText: "" },
    ],
  };
}

function isDefinition(statement: Statement, { text }: Code): boolean {
  return /^(@|def\b|async\s+def\b|class\b|import\b|from\b)/.test(text.slice(statement.start, statement.end));
}

function firstLine(statement: Statement, { text }: Code): string {
  return /^[^\r\n]*/.exec(text.slice(statement.start, statement.end))?.[0].slice(0, 50) ?? "";
}

function isNamed(statement: Statement, name: string, { text }: Code): boolean {
  return occurrences({ text: text.slice(statement.start, statement.end) }, name).length > 0;
}

/** The names that the statements bind, as far as their lines tell. */
function namesBound(statements: readonly Statement[], { text }: Code): readonly string[] {
  const written = statements.map((each) => text.slice(each.start, each.end)).join("\n");
  const names = new Set<string>();
  for (const [, targets = ""] of written.matchAll(/^[ \t]*([A-Za-z_][\w, \t*()]*?)\s*(?::[^=\n]+)?=(?!=)/gm)) {
    for (const [name] of targets.matchAll(/[A-Za-z_]\w*/g)) names.add(name);
  }
  for (const [, targets = ""] of written.matchAll(/\b(?:as|for)\s+\(?([A-Za-z_][\w, ]*?)\)?\s*(?::|\bin\b|,)/g)) {
    for (const [name] of targets.matchAll(/[A-Za-z_]\w*/g)) names.add(name);
  }
  return [...names];
}

/** Safe for a script: nobody imports it for what it does or binds there. */
function safetyOf(module: FunctionNode, bound: readonly string[], { program }: RuleContext): Safety {
  const { path } = module.file;
  const stem = /([^/]+)\.pyw?$/.exec(path)?.[1] ?? "";
  if (stem === "__init__" || stem === "") return "unsafe";
  return isImported(stem, path, program) || usedByFunctions(module, bound) ? "unsafe" : "safe";
}

function isImported(stem: string, path: string, program: Program): boolean {
  return program.files.some(
    (file) => file.path !== path && file.facts.imports.some(({ module, name }) => module.split(".").pop() === stem || name === stem),
  );
}

/** Whether functions of the module use what is bound there: with a guard, worker processes that import it do not have it. */
function usedByFunctions(module: FunctionNode, bound: readonly string[]): boolean {
  const isMeant = (value: Value): boolean =>
    value.op === "read" && value.place.kind === "name" && value.place.owner === 0 && bound.includes(value.place.name);
  return module.file.functions.some(({ facts }) => {
    let uses = facts.index > 0 && facts.returned.some((value) => someValue(value, isMeant));
    if (facts.index > 0)
      walkOperations(facts.body, (operation) => {
        if (operation.op === "call" || operation.op === "read" || operation.op === "compute") uses ||= someValue(operation, isMeant);
        if (operation.op === "write") uses ||= operation.value !== undefined && someValue(operation.value, isMeant);
      });
    return uses;
  });
}
