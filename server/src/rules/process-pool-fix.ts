import type { TextEdit } from "../base/edit.js";
import { contains, type Range } from "../base/range.js";
import type { Source } from "../base/source.js";
import { type FunctionNode, functionKey } from "../program/link/entity.js";
import type { Spawn } from "../program/link/spawns.js";
import { mainGuards } from "../program/link/start-methods.js";
import { walkOperations } from "../program/link/walk.js";
import type { CallOperation, Value } from "../program/operation.js";
import { obstacleOf } from "./picklability.js";
import type { FixOffer, RuleContext } from "./rule.js";

const title = "Switch to ProcessPoolExecutor";
const threadPool = "concurrent.futures.ThreadPoolExecutor";

/**
 * Replaces the `ThreadPoolExecutor` of a spawn by a `ProcessPoolExecutor`, imports included, or says what stands in the way: work that cannot
 * be pickled, state that a worker process would change in its own copy only, or a module that starts work when it is imported.
 */
export function processPoolFix(spawn: Spawn, context: RuleContext): FixOffer {
  const made = spawn.pool?.made;
  if (!spawn.spawner.startsWith(threadPool) || !made) return { fixes: [], refused: [] };
  const refusal = reasonAgainst(made.call, context);
  if (refusal) return { fixes: [], refused: [{ title, reason: refusal }] };
  const { path } = made.in.file;
  const edits = executorEdits(made.call, made.in, context.source(path));
  if (!edits) return { fixes: [], refused: [{ title, reason: "the pool's class is reached in a way that cannot be rewritten safely" }] };
  return { fixes: [{ title, safety: "unsafe", edits: [{ path, edits }] }], refused: [] };
}

/** Why the work of a pool cannot go to processes, in a sentence for the user; undefined if it can. */
function reasonAgainst(made: CallOperation, context: RuleContext): string | undefined {
  const users = context.program.spawns.filter((spawn) => spawn.pool?.made?.call === made);
  for (const spawn of users) {
    if (spawn.worker !== "thread") return "callbacks of its futures rely on running in this process";
    if (spawn.targets.length === 0 && spawn.externalTargets.length === 0) return "it is not known what the pool runs";
    for (const target of spawn.targets) {
      const reason = targetReason(target.function, context) ?? argumentReason(spawn, context);
      if (reason) return reason;
    }
    const guard = importReason(spawn, context);
    if (guard) return guard;
  }
  return undefined;
}

function targetReason(node: FunctionNode, context: RuleContext): string | undefined {
  const { facts } = node;
  if (facts.kind === "lambda") return "a lambda cannot be pickled; give it a name at module level first";
  if (facts.class !== undefined) return `\`${facts.qualifiedName}\` is a method, and its whole object would have to be pickled`;
  if (facts.parent !== 0)
    return `\`${facts.name}\` is defined inside another function and cannot be pickled; move it to module level first`;
  if (facts.isGenerator) return `\`${facts.name}\` returns a generator, which cannot be pickled`;
  return stateReason(node, context, new Set());
}

/** What the function, or one it calls, does to state that every process would have for itself. */
function stateReason(node: FunctionNode, context: RuleContext, seen: Set<string>): string | undefined {
  if (seen.has(functionKey(node)) || seen.size > 200) return undefined;
  seen.add(functionKey(node));
  const { resolver, knowledge } = context.program;
  let reason: string | undefined;
  walkOperations(node.facts.body, (operation) => {
    if (reason) return;
    if (operation.op === "write") {
      const name = sharedName(
        operation.place.kind === "name" ? operation.place : undefined,
        operation.place.kind === "name" ? undefined : operation.place.object,
        node,
      );
      if (name) reason = `\`${node.facts.name}\` changes \`${name}\`, and a worker process would change its own copy only`;
    } else if (operation.op === "with" || operation.op === "call") {
      const value = operation.op === "with" ? operation.context : operation.callee;
      const base = operation.op === "call" && value.op === "read" && value.place.kind === "attribute" ? value.place.object : value;
      for (const entity of resolver.resolve(base, node)) {
        if (entity.kind !== "object") continue;
        const type = knowledge.type(entity.type);
        const role = type?.is;
        const isThreadOnly = role !== undefined && "scope" in role && role.scope === "threads";
        if (isThreadOnly) reason = `\`${node.facts.name}\` uses a \`${entity.type}\`, which works between threads only`;
      }
      if (operation.op !== "call" || reason) return;
      const { callee } = operation;
      if (callee.op === "read" && callee.place.kind === "attribute" && mutators.has(callee.place.name)) {
        const name = sharedName(undefined, callee.place.object, node);
        if (name) reason = `\`${node.facts.name}\` changes \`${name}\`, and a worker process would change its own copy only`;
      }
      for (const inner of resolver.callees(operation, node)) reason ??= stateReason(inner.function, context, seen);
    }
  });
  return reason;
}

const mutators: ReadonlySet<string> = new Set(
  "append add extend update pop popleft remove discard insert clear setdefault put appendleft".split(" "),
);

/** The name of the module-level or enclosing variable that a place belongs to. */
function sharedName(
  place: { readonly name: string; readonly owner: number } | undefined,
  object: Value | undefined,
  node: FunctionNode,
): string | undefined {
  if (place) return place.owner >= 0 && place.owner !== node.facts.index ? place.name : undefined;
  if (object?.op !== "read") return undefined;
  const inner = object.place;
  if (inner.kind === "name") return inner.owner >= 0 && inner.owner !== node.facts.index ? inner.name : undefined;
  return sharedName(undefined, inner.object, node);
}

function argumentReason(spawn: Spawn, { program }: RuleContext): string | undefined {
  const { resolver } = program;
  for (const target of spawn.targets) {
    for (const [name, argument] of target.arguments) {
      const entities =
        argument.how === "element" ? resolver.elements(argument.value, argument.in) : resolver.resolve(argument.value, argument.in);
      for (const entity of entities) {
        const obstacle = obstacleOf(entity, "task", program);
        if (obstacle) return `\`${name}\` ${obstacle.says}, which cannot be pickled`;
      }
    }
  }
  return undefined;
}

/** With the start methods `spawn` and `forkserver`, workers import the module again, which must not start the pool again. */
function importReason(spawn: Spawn, context: RuleContext): string | undefined {
  const module = spawn.in.file.functions[0];
  if (!module) return undefined;
  const guards = mainGuards(module);
  const isGuarded = (range: Range): boolean => guards.some((guard) => contains(guard, range));
  const advice = 'put the code that starts it under `if __name__ == "__main__":` first';
  if (spawn.in === module) return isGuarded(spawn.call) ? undefined : `the module starts the pool when it is imported; ${advice}`;
  for (const caller of context.program.resolver.callersOf(spawn.in)) {
    if (caller.within === module && !isGuarded(caller.call))
      return `the module calls \`${spawn.in.facts.name}\` when it is imported; ${advice}`;
  }
  return undefined;
}

function executorEdits(made: CallOperation, within: FunctionNode, source: Source): readonly TextEdit[] | undefined {
  const { text } = source;
  const at = source.range(made.callee);
  const { callee } = made;
  if (callee.op !== "read" || callee.place.kind === "element") return undefined;
  const edits: TextEdit[] = [];
  if (callee.place.kind === "attribute") {
    if (callee.place.name !== "ThreadPoolExecutor") return undefined;
    edits.push({ range: { start: at.end - "ThreadPoolExecutor".length, end: at.end }, newText: "ProcessPoolExecutor" });
  } else {
    const { name } = callee.place;
    const { imports } = within.file.facts;
    const imported = imports.find((each) => each.bound === name && each.name === "ThreadPoolExecutor");
    if (!imported) return undefined;
    edits.push({ range: at, newText: "ProcessPoolExecutor" });
    const range = source.range(imported);
    const isThere = imports.some((each) => each.bound === "ProcessPoolExecutor");
    const isUsedElsewhere = occurrences(text, name).some((offset) => offset !== at.start && (offset < range.start || offset >= range.end));
    if (!isUsedElsewhere && !isThere) edits.push({ range, newText: "ProcessPoolExecutor" });
    else if (!isUsedElsewhere) edits.push(removal(range, text));
    else if (!isThere) edits.push({ range: { start: range.start, end: range.start }, newText: "ProcessPoolExecutor, " });
  }
  // Worker processes take no such argument.
  const prefix = made.arguments.find((argument) => argument.form === "keyword" && argument.name === "thread_name_prefix");
  if (prefix) {
    const value = source.range(prefix.value);
    edits.push(removal({ start: text.lastIndexOf("thread_name_prefix", value.start), end: value.end }, text));
  }
  return edits;
}

/** Removes one element of a comma-separated list with one of its commas. */
function removal(range: Range, text: string): TextEdit {
  const after = /^\s*,[ \t]*/.exec(text.slice(range.end));
  if (after) return { range: { start: range.start, end: range.end + after[0].length }, newText: "" };
  const before = /,\s*$/.exec(text.slice(0, range.start));
  return { range: { start: range.start - (before?.[0].length ?? 0), end: range.end }, newText: "" };
}

function occurrences(text: string, name: string): readonly number[] {
  return [...text.matchAll(new RegExp(`\\b${name}\\b`, "g"))].map((found) => found.index);
}
