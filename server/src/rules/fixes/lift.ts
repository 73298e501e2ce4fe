import type { TextEdit } from "../../base/edit.js";
import type { Range } from "../../base/range.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { Program } from "../../program/link/link.js";
import { obstacleOf } from "../../program/link/processes/picklability.js";
import { someValue, walkOperations } from "../../program/link/walk.js";
import type { Value } from "../../program/operation.js";
import { indentableLines, lineEndAfter, type Statement } from "../../syntax/layout.js";
import type { RuleContext } from "../rule.js";
import { type Code, codeOf, lineStart, statementsAt, unusedName, usesOf } from "./code.js";
import { imported } from "./imports.js";

/** A function at module level in place of one that pickle cannot find by its name. */
export interface Lifted {
  /** The definition, put at module level, and where that needs it, what takes the old one away. */
  readonly edits: readonly TextEdit[];
  /** What the function is called where it was written or named. */
  readonly expression: string;
}

/**
 * Moves a lambda or a function inside another one to module level. What it uses from around it is handed to it by `functools.partial`, if that can
 * be pickled. `uses`: where it is named as the work of a pool.
 */
export function lifted(node: FunctionNode, uses: readonly Range[], context: RuleContext): Lifted | { readonly refused: string } {
  const { file, facts } = node;
  const code = codeOf(file.path, context);
  const captured = capturedBy(node);
  const name = facts.kind === "lambda" ? unusedName(code, "_work", "_task") : facts.name;
  const shown = facts.kind === "lambda" ? "the lambda" : `\`${facts.name}\``;
  for (const each of captured) {
    const reason = reasonAgainst(each, file.functionAt(each.owner), context.program);
    if (reason) return { refused: `${shown} uses \`${each.name}\`, which ${reason}` };
  }
  if (facts.decorators.length > 0) return { refused: `${shown} has a decorator` };
  if (facts.parameters.some(({ default: value }) => value && value.op !== "constant"))
    return { refused: `${shown} has a default value that is made where it stands` };
  const names = captured.map((each) => each.name);
  const definition = facts.kind === "lambda" ? fromLambda(node, name, names, code) : fromDefinition(node, uses, names, code);
  if ("refused" in definition) return definition;
  const partial = names.length > 0 ? imported(file, code, "functools", "partial", "by name") : undefined;
  if (names.length > 0 && !partial) return { refused: `${shown} uses \`${names.join("`, `")}\` from around it` };
  return {
    edits: [...(partial?.edits ?? []), ...definition.edits],
    expression: partial ? `${partial.expression}(${[name, ...names].join(", ")})` : name,
  };
}

interface Captured {
  readonly name: string;
  readonly owner: number;
}

/** The variables of functions around it that a function uses, itself or in functions inside it. */
function capturedBy(node: FunctionNode): readonly Captured[] {
  const { file } = node;
  const inner = file.functions.filter(({ facts }) => node.head.start <= facts.start && facts.end <= node.head.end && facts.index > 0);
  const own = new Set(inner.map(({ facts }) => facts.index));
  const found = new Map<string, Captured>();
  const look = (value: Value): boolean => {
    if (value.op === "read" && value.place.kind === "name") {
      const { name, owner } = value.place;
      if (owner > 0 && !own.has(owner) && file.functionAt(owner)?.head.kind !== "class-body") found.set(name, { name, owner });
    }
    return false;
  };
  for (const { facts } of inner) {
    for (const value of facts.returned) someValue(value, look);
    walkOperations(facts.body, (operation) => {
      if (operation.op === "read" || operation.op === "call" || operation.op === "compute") someValue(operation, look);
      if (operation.op === "write" && operation.value) someValue(operation.value, look);
      if (operation.op === "loop" && operation.iterable) someValue(operation.iterable, look);
      if ((operation.op === "branch" || operation.op === "loop") && operation.test) someValue(operation.test, look);
      if (operation.op === "with") someValue(operation.context, look);
    });
  }
  return [...found.values()];
}

function reasonAgainst({ name, owner }: Captured, holder: FunctionNode | undefined, program: Program): string | undefined {
  if (!holder) return "is not in view";
  if (holder.head.rebound.has(name)) return "another function inside sets anew";
  const value: Value = { op: "read", place: { kind: "name", name, owner }, start: holder.head.start, end: holder.head.start };
  for (const entity of program.resolver.resolve(value, holder)) {
    const obstacle = obstacleOf(entity, "task", program);
    if (obstacle) return `${obstacle.says} and cannot be pickled`;
    if (entity.kind === "instance") return `is an object of \`${entity.class.name}\`, of which each process would get a copy`;
  }
  return undefined;
}

function fromLambda(
  node: FunctionNode,
  name: string,
  captured: readonly string[],
  code: Code,
): { readonly edits: readonly TextEdit[] } | { readonly refused: string } {
  const text = code.source.slice(node.facts);
  const [, parameters = "", body] = /^lambda\s*([\w\s,*/=]*?)\s*:\s*([\s\S]+)$/.exec(text) ?? [];
  if (body === undefined) return { refused: "the lambda has parameters that cannot be moved" };
  const result = /[\r\n]/.test(body) ? `(${body})` : body;
  const all = [...captured, ...(parameters === "" ? [] : [parameters])].join(", ");
  const lines = `def ${name}(${all}):\n${code.layout.indentUnit}return ${result}\n\n\n`;
  const edit = beforeTopLevel(node.head.start, lines, code);
  return edit ? { edits: [edit] } : { refused: "it is not clear where the lambda stands" };
}

function fromDefinition(
  node: FunctionNode,
  uses: readonly Range[],
  captured: readonly string[],
  code: Code,
): { readonly edits: readonly TextEdit[] } | { readonly refused: string } {
  const { facts, file } = node;
  const stretch = statementsAt(code, { start: facts.start, end: facts.start + 1 });
  const [statement] = stretch?.statements ?? [];
  if (!stretch || !statement || statement.keyword !== "def") return { refused: `\`${facts.name}\` does not stand in a block of its own` };
  if (file.functionAt(0)?.bound(facts.name) !== undefined) return { refused: `the module has another \`${facts.name}\`` };
  const named = usesOf(code, facts.name).filter((offset) => offset !== code.source.offset(facts.nameRange.start));
  const used = uses.map((use) => code.source.range(use).start);
  if (captured.length > 0 && named.some((offset) => !used.includes(offset)))
    return { refused: `\`${facts.name}\` uses variables around it, and is named in other places, too` };
  const start = lineStart(statement);
  const open = code.text.indexOf("(", code.source.offset(facts.nameRange.end));
  const moved = outdentedText(
    { start, end: statement.lines.end },
    statement.indent,
    code,
    captured.length === 0
      ? undefined
      : { at: open + 1, text: `${captured.join(", ")}${/^\s*\)/.test(code.text.slice(open + 1)) ? "" : ", "}` },
  );
  const edit = beforeTopLevel(node.head.start, `${moved.replace(/\s*$/, "\n")}\n\n`, code);
  if (!edit) return { refused: `it is not clear where \`${facts.name}\` stands` };
  const next = stretch.siblings[stretch.siblings.indexOf(statement) + 1];
  const end = next && code.text.slice(statement.lines.end, next.start).trim() === "" ? lineStart(next) : statement.lines.end;
  return { edits: [edit, { range: { start, end }, newText: "" }] };
}

/** The lines with less indentation; `inserted`: what is put in on the way. */
function outdentedText(
  lines: Range,
  indent: string,
  code: Code,
  inserted: { readonly at: number; readonly text: string } | undefined,
): string {
  const starts = new Set(indentableLines(code.text, code.layout, lines));
  let result = "";
  for (let start = lines.start; start < lines.end; ) {
    const end = Math.min(lines.end, lineEndAfter(code.text, start));
    const from = starts.has(start) && code.text.startsWith(indent, start) ? start + indent.length : start;
    result +=
      inserted && from <= inserted.at && inserted.at < end
        ? code.text.slice(from, inserted.at) + inserted.text + code.text.slice(inserted.at, end)
        : code.text.slice(from, end);
    start = end;
  }
  return result.replaceAll("\r\n", "\n");
}

/** Puts lines before the statement of the module that holds the place, and its decorators. */
export function beforeTopLevel(place: number, lines: string, code: Code): TextEdit | undefined {
  const { statements } = code.layout;
  const offset = code.source.offset(place);
  let index = statements.findIndex((each) => each.start <= offset && offset < each.end);
  if (index === -1) return undefined;
  while (isDecorator(statements[index - 1], code)) index--;
  const { start } = statements[index] as Statement;
  return { range: { start, end: start }, newText: lines };
}

function isDecorator(statement: Statement | undefined, { text }: Code): boolean {
  return statement !== undefined && text.startsWith("@", statement.start);
}
