import type { TextEdit } from "../../base/edit.js";
import type { FunctionEntity, FunctionNode } from "../../program/link/entity.js";
import { type Crossing, certainObstacle, type Obstacle } from "../../program/link/processes/picklability.js";
import type { ScopedValue } from "../../program/link/threads/spawn.js";
import { innerValues } from "../../program/link/walk.js";
import type { Value } from "../../program/operation.js";
import { type FixOffer, noFix, type RuleContext, refusedFix } from "../rule.js";
import { before, codeOf, isBroken, statementsAt, usesOf } from "./code.js";
import { imported } from "./imports.js";
import { kinOf } from "./kin.js";
import { lifted } from "./lift.js";
import { placeName } from "./place-name.js";

/** Something that is sent to another process or interpreter and cannot be. */
export interface SentValue extends ScopedValue {
  readonly crossing: Crossing;
  readonly how: "whole" | "element";
}

/**
 * Makes what is sent something that can be: a lambda or an inner function goes to module level, a generator becomes a list, a decorator keeps the
 * name of what it wraps, a lock or queue is made by its kin. Of the rest it is said where it is made.
 */
export function picklableFix(sent: SentValue, obstacle: Obstacle, context: RuleContext): FixOffer {
  if (isBroken(sent.in.file)) return noFix;
  if (obstacle.says.includes("`functools.wraps`")) return namedDecorator(obstacle, context);
  const work = obstacle.type === undefined ? functionIn(sent, sent.value, context) : undefined;
  if (work) return movedOut(work, context);
  if (obstacle.says === "is a generator" && sent.how === "whole") return asList(sent, context);
  if (obstacle.type !== undefined && obstacle.made) return otherKind(obstacle, obstacle.type, sent, context);
  return refusedFix("Send something that can be pickled", reasonAgainst(obstacle, context));
}

/** Has a task return a list of what it would return a generator of. */
export function returnedListFix(sent: SentValue, obstacle: Obstacle, context: RuleContext): FixOffer {
  const isLazy = obstacle.says === "is a generator" && sent.value.op === "comprehension" && !isBroken(sent.in.file);
  return isLazy ? asList(sent, context) : noFix;
}

function reasonAgainst({ says, made }: Obstacle, context: RuleContext): string {
  return made ? `what is sent ${says}, at ${placeName(made, context)}` : `what is sent ${says}`;
}

interface Work {
  readonly node: FunctionNode;
  /** Where the function is named, or written as a lambda. */
  readonly value: Value;
}

/** The lambda or inner function in what is sent: itself, or what a `partial` holds. */
function functionIn(sent: SentValue, value: Value, context: RuleContext): Work | undefined {
  const { resolver } = context.program;
  if (value.op === "function" || (value.op === "read" && value.place.kind === "name")) {
    const found = resolver.resolve(value, sent.in);
    const [only] = found;
    if (found.length !== 1 || only?.kind !== "function" || only.receiver) return undefined;
    return isUnnamed(only, value, sent, context) ? { node: only.function, value } : undefined;
  }
  if (value.op !== "call") return undefined;
  for (const inner of innerValues(value)) {
    const work = functionIn(sent, inner, context);
    if (work) return work;
  }
  return undefined;
}

function isUnnamed(
  { function: node }: FunctionEntity,
  value: Value,
  { crossing, in: within }: SentValue,
  { program }: RuleContext,
): boolean {
  return node.file === within.file && certainObstacle({ value, in: within }, crossing, program) !== undefined;
}

/** To module level with it, where a worker finds it by its name. */
function movedOut({ node, value }: Work, context: RuleContext): FixOffer {
  const { file, facts } = node;
  const code = codeOf(file.path, context);
  const isLambda = facts.kind === "lambda";
  const shown = isLambda ? "the lambda" : `\`${facts.name}\``;
  const title = `Define ${shown} at module level`;
  const range = code.source.range(value);
  const binding = value.op === "read" && isLambda ? boundLambda(node, value, context) : undefined;
  if (binding && binding.within === 0)
    return offer(title, file.path, [{ range: binding.statement, newText: binding.definition }], "The function has a name of its own.");
  const found = lifted(node, [value], context);
  if ("refused" in found) return refusedFix(title, found.refused);
  const edits: TextEdit[] = [...found.edits, { range, newText: found.expression }];
  const lost = binding?.uses.every((offset) => offset === range.start) ? binding.lines : undefined;
  if (lost) edits.push({ range: lost, newText: "" });
  return offer(
    title,
    file.path,
    edits,
    found.expression.includes("(")
      ? "What it uses from around it goes to the worker as a copy, as it is when the work is handed over."
      : `Other code of the module can use ${shown} as well.`,
  );
}

/** `square = lambda x: x * x`, through which the lambda is named. */
function boundLambda(node: FunctionNode, value: Value, context: RuleContext) {
  if (value.op !== "read" || value.place.kind !== "name") return undefined;
  const code = codeOf(node.file.path, context);
  const [statement, ...more] = statementsAt(code, node.facts)?.statements ?? [];
  const { name, owner } = value.place;
  const text = statement && code.text.slice(statement.start, statement.end);
  const [, parameters = "", body] = new RegExp(`^${name} = lambda\\s*([\\w\\s,*/=]*?)\\s*:\\s*([\\s\\S]+)$`).exec(text ?? "") ?? [];
  if (!statement || more.length > 0 || statement.form !== "simple" || body === undefined) return undefined;
  const definition = `def ${name}(${parameters}):\n${statement.indent}${code.layout.indentUnit}return ${/[\r\n]/.test(body) ? `(${body})` : body}`;
  const uses = usesOf(code, name).filter((offset) => offset < statement.start || offset >= statement.end);
  return { statement: { start: statement.start, end: statement.end }, lines: statement.lines, definition, uses, within: owner };
}

/** `functools.wraps` for what a decorator returns. */
function namedDecorator({ made }: Obstacle, context: RuleContext): FixOffer {
  const title = "Give what the decorator returns the name of what it wraps, with `functools.wraps`";
  const file = made && context.program.file(made.path);
  const wrapper = file?.functions.find(({ facts }) => facts.nameRange.start === made?.range.start && facts.kind === "function");
  const maker = wrapper?.head.parent === undefined ? undefined : file?.functionAt(wrapper.head.parent);
  const [wrapped, ...others] = maker?.head.parameters ?? [];
  if (!file || !wrapper || !wrapped || others.length > 0 || isBroken(file)) return noFix;
  const code = codeOf(file.path, context);
  const [statement] = statementsAt(code, { start: wrapper.head.start, end: wrapper.head.start + 1 })?.statements ?? [];
  if (statement?.keyword !== "def") return noFix;
  const found = imported(file, code, "functools", "wraps", "by name");
  if (!found) return noFix;
  const line = before(statement, `@${found.expression}(${wrapped.name})`);
  return offer(title, file.path, [...found.edits, line], "The function also has the docstring and the name of what it wraps.");
}

/** All of its items in place of a generator. */
function asList({ value, in: within }: SentValue, context: RuleContext): FixOffer {
  const code = codeOf(within.file.path, context);
  const range = code.source.range(value);
  const text = code.text.slice(range.start, range.end);
  const isWritten = value.op === "comprehension" && text.startsWith("(") && text.endsWith(")");
  if (within.file.functionAt(0)?.bound("list") !== undefined) return noFix;
  const newText = isWritten ? `[${text.slice(1, -1)}]` : `list(${text})`;
  return offer(
    "Send a list of its items",
    within.file.path,
    [{ range, newText }],
    "All items are made before the work is handed over, and kept in memory.",
  );
}

/** A lock or queue that can cross: inherited by a process that starts, or a manager's for a task. */
function otherKind(obstacle: Obstacle, type: string, sent: SentValue, context: RuleContext): FixOffer {
  const { made, says } = obstacle;
  const title = "Send something that can be pickled";
  const file = made && context.program.file(made.path);
  if (!made || !file || sent.crossing === "interpreter") return refusedFix(title, reasonAgainst(obstacle, context));
  const by = sent.crossing === "start" ? "multiprocessing" : "manager";
  const maker = file.functions.findLast(
    ({ facts }) => facts.kind !== "class-body" && (facts.index === 0 || (facts.start <= made.range.start && made.range.end <= facts.end)),
  );
  if (!/^(threading|_thread|queue|multiprocessing)\./.test(type)) return refusedFix(title, reasonAgainst(obstacle, context));
  if (by === "manager" && maker?.index === 0 && !isInMain(made.range, file.path, context))
    return refusedFix(title, `${reasonAgainst(obstacle, context)}, and a manager made there would start a process at import`);
  if (by === "manager" && says.includes("has `")) return refusedFix(title, reasonAgainst(obstacle, context));
  const kin = kinOf(type, made.range, file, by, context);
  if ("refused" in kin) return refusedFix(title, `${reasonAgainst(obstacle, context)}, and ${kin.refused}`);
  return offer(
    `Make it a \`${kin.name}\``,
    file.path,
    kin.edits,
    by === "manager"
      ? "The manager is a process of its own, and each use of what it makes is a message to that process."
      : "Processes share it from when they start; it costs more than one for threads.",
  );
}

function isInMain(range: { readonly start: number; readonly end: number }, path: string, context: RuleContext): boolean {
  const code = codeOf(path, context);
  const [outermost] = statementsAt(code, range)?.around ?? [];
  return outermost !== undefined && /^if __name__\b/.test(code.text.slice(outermost.statement.start, outermost.statement.end));
}

function offer(title: string, path: string, edits: readonly TextEdit[], caution: string): FixOffer {
  return { fixes: [{ title, safety: "unsafe", caution, edits: [{ path, edits }] }], refused: [] };
}
