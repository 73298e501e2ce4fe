import type { TextEdit } from "../../base/edit.js";
import { contains, type Range } from "../../base/range.js";
import type { SiteEstimate } from "../../estimate/sites.js";
import { type FunctionNode, functionKey } from "../../program/link/entity.js";
import type { Spawn } from "../../program/link/spawns.js";
import { mainGuards } from "../../program/link/start-methods.js";
import { walkOperations } from "../../program/link/walk.js";
import type { Value } from "../../program/operation.js";
import { batching, chunkSize, isShortTask } from "../handed-over.js";
import { certainObstacle, obstacleOf } from "../picklability.js";
import { type FixOffer, noFix, type RuleContext, refusedFix } from "../rule.js";
import { argumentAdded } from "./chunk-size-fix.js";
import { codeOf, isBroken } from "./code.js";
import { imported, importRemoved } from "./imports.js";
import { lifted } from "./lift.js";
import { mainGuard } from "./main-guard-fix.js";
import { type PoolKind, poolOfKind } from "./pool-kind-fix.js";
import { threadList } from "./thread-list.js";

/** What runs work in threads, and what runs it in processes instead. */
const kinds: readonly { readonly spawner: RegExp; readonly kind: PoolKind }[] = [
  {
    spawner: /^concurrent\.futures\.ThreadPoolExecutor\b/,
    kind: { module: "concurrent.futures", member: "ProcessPoolExecutor", dropped: ["thread_name_prefix"] },
  },
  {
    spawner: /^multiprocessing\.(pool\.ThreadPool|dummy\.Pool)\b/,
    kind: { module: "multiprocessing", member: "Pool", dropped: [] },
  },
];

/**
 * Runs the work of a pool of threads, or of threads that are started one after another, in processes: imports, functions that have to move to
 * module level, a main guard and chunks for short tasks included. Or says what stands in the way: work that cannot be pickled, or state that a
 * worker process would change in its own copy only.
 */
export function processPoolFix(site: SiteEstimate, context: RuleContext): FixOffer {
  const { spawn } = site;
  const isThread = /^threading\.Thread\b/.test(spawn.spawner);
  const made = spawn.pool?.made;
  const kind = kinds.find(({ spawner }) => spawner.test(spawn.spawner))?.kind;
  if (!(isThread || (kind && made))) return noFix;
  const title = `Switch to ${isThread ? "ProcessPoolExecutor" : kind?.member === "Pool" ? "multiprocessing.Pool" : "ProcessPoolExecutor"}`;
  const refuse = (reason: string): FixOffer => refusedFix(title, reason);
  const users = isThread ? [spawn] : context.program.spawns.filter((each) => each.pool?.made?.call === made?.call);
  const maker = isThread ? spawn.in : made?.in;
  if (!maker || isBroken(maker.file)) return noFix;
  const { path } = maker.file;
  const edits: TextEdit[] = [];
  const swap = isThread ? threadsEdits(spawn, context) : kind && made && poolOfKind(made.call, made.in, kind, context);
  // What is no list of threads has no counterpart, and nobody expects one.
  if (isThread && (!swap || "refused" in swap)) return noFix;
  const refusal = reasonAgainst(users, context);
  if (refusal) return refuse(refusal);
  if (!swap) return refuse("the pool's class is reached in a way that cannot be rewritten safely");
  if ("refused" in swap) return refuse(swap.refused);
  edits.push(...swap);
  const moved = liftedTargets(users, path, context);
  if ("refused" in moved) return refuse(moved.refused);
  edits.push(...moved.edits);
  const chunks = chunkEdit(site, context);
  if (chunks && spawn.in.file.path === path) edits.push(chunks);
  const guard = guardEdits(users, maker, context);
  if ("refused" in guard) return refuse(guard.refused);
  const all = [
    ...edits,
    ...guard.edits.filter(({ range }) => !edits.some((edit) => edit.range.start < range.start && range.start < edit.range.end)),
  ];
  return {
    fixes: [
      {
        title,
        safety: "unsafe",
        caution:
          "The work runs in other processes: arguments and results are pickled, and what it changes beside its result is changed in its own process only.",
        edits: [{ path, edits: all }],
      },
    ],
    refused: [],
  };
}

/** Threads of a list or loop, run by an executor. */
function threadsEdits({ call, in: node }: Spawn, context: RuleContext): readonly TextEdit[] | { readonly refused: string } | undefined {
  const code = codeOf(node.file.path, context);
  const list = threadList(call, node, code);
  if ("refused" in list) return list;
  if (list.waits === "for none") return { refused: "nothing waits for the threads, and a pool of processes would" };
  const pool = imported(node.file, code, "concurrent.futures", "ProcessPoolExecutor", "by name");
  if (!pool) return undefined;
  const callee = code.source.range(call.callee);
  const name = code.text.slice(callee.start, callee.end).split(".")[0] as string;
  return [...pool.edits, ...importRemoved(node.file, code, name, [callee.start]), ...list.edits(`${pool.expression}()`)];
}

/** Lambdas and inner functions, moved to module level. */
function liftedTargets(
  users: readonly Spawn[],
  path: string,
  context: RuleContext,
): { readonly edits: readonly TextEdit[] } | { readonly refused: string } {
  const edits: TextEdit[] = [];
  const uses = new Map<FunctionNode, Range[]>();
  for (const { call, targets } of users) {
    for (const { function: node } of targets) {
      if (node.facts.kind !== "lambda" && !isInner(node)) continue;
      const range = call.arguments.map(({ value }) => value).find((value) => isNamedBy(value, node));
      if (!range) return { refused: `\`${node.facts.name}\` reaches the pool through a variable` };
      const known = uses.get(node);
      if (known) known.push(range);
      else uses.set(node, [range]);
    }
  }
  for (const [node, ranges] of uses) {
    if (node.file.path !== path) return { refused: `\`${node.facts.name}\` is defined in another file` };
    const found = lifted(node, ranges, context);
    if ("refused" in found) return found;
    edits.push(...found.edits);
    const { source } = codeOf(path, context);
    for (const range of ranges) edits.push({ range: source.range(range), newText: found.expression });
  }
  return { edits };
}

function isNamedBy(value: Value, node: FunctionNode): boolean {
  if (value.op === "function") return value.function === node.index;
  return value.op === "read" && value.place.kind === "name" && value.place.name === node.facts.name;
}

function isInner({ facts, file }: FunctionNode): boolean {
  const parent = facts.parent === undefined ? undefined : file.functions[facts.parent];
  return facts.class === undefined && parent !== undefined && parent.facts.kind !== "module" && parent.facts.kind !== "class-body";
}

/** Short tasks go over in chunks. */
function chunkEdit(site: SiteEstimate, context: RuleContext): TextEdit | undefined {
  const { call, spawner, in: node } = site.spawn;
  if (!/ThreadPoolExecutor\.map$|ThreadPool\.imap/.test(spawner) || batching(site) !== "one by one" || !isShortTask(site)) return undefined;
  const code = codeOf(node.file.path, context);
  return argumentAdded(
    code,
    code.source.range(call).end,
    `chunksize=${chunkSize(site)
      .toString()
      .replace(/\B(?=(\d{3})+$)/g, "_")}`,
  );
}

/** Why the work of a pool cannot go to processes, in a sentence for the user; undefined if it can. */
function reasonAgainst(users: readonly Spawn[], context: RuleContext): string | undefined {
  for (const spawn of users) {
    if (spawn.worker !== "thread") return "callbacks of its futures rely on running in this process";
    if (spawn.targets.length === 0 && spawn.externalTargets.length === 0) return "it is not known what the pool runs";
    for (const target of spawn.targets) {
      const reason = targetReason(target.function, target.receiver, context) ?? argumentReason(spawn, context);
      if (reason) return reason;
    }
    const initializer = spawn.pool?.made?.call.arguments.find(({ name }) => name === "initializer");
    const made = spawn.pool?.made;
    const obstacle = initializer && made && certainObstacle({ value: initializer.value, in: made.in }, "start", context.program);
    if (obstacle) return `\`initializer\` ${obstacle.says}, which cannot be pickled`;
  }
  return undefined;
}

function targetReason(node: FunctionNode, receiver: Spawn["targets"][number]["receiver"], context: RuleContext): string | undefined {
  const { facts } = node;
  if (facts.class !== undefined) {
    const obstacle = receiver && obstacleOf({ kind: "function", function: node, receiver }, "task", context.program);
    return obstacle
      ? `\`${facts.qualifiedName}\` ${obstacle.says}, which cannot be pickled`
      : `\`${facts.qualifiedName}\` is a method, and its whole object would have to be pickled`;
  }
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
  if (place) return place.owner >= 0 && place.owner !== node.facts.index && !isModule(place, node) ? place.name : undefined;
  if (object?.op !== "read") return undefined;
  const inner = object.place;
  if (inner.kind === "name") return sharedName(inner, undefined, node);
  return sharedName(undefined, inner.object, node);
}

/** Whether the name is that of an imported module or of something in one: `np.add(a, b)` adds nothing to `np`. */
function isModule({ name, owner }: { readonly name: string; readonly owner: number }, node: FunctionNode): boolean {
  const bound = node.file.functions[owner]?.facts.bindings.get(name) ?? [];
  return bound.length > 0 && bound.every((value) => value.op === "import" && value.name === undefined);
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

/**
 * With the start methods `spawn` and `forkserver`, workers import the module again, which must not start the pool again: what starts it goes under a
 * main guard.
 */
function guardEdits(
  users: readonly Spawn[],
  maker: FunctionNode,
  context: RuleContext,
): { readonly edits: readonly TextEdit[] } | { readonly refused: string } {
  const module = maker.file.functions[0];
  if (!module) return { edits: [] };
  const guards = mainGuards(module);
  const isGuarded = (range: Range): boolean => guards.some((guard) => contains(guard, range));
  const places: number[] = [];
  for (const spawn of users) {
    const start = spawn.pool?.made?.in === module ? spawn.pool.made.call : undefined;
    for (const call of [spawn.in === module ? spawn.call : undefined, start]) if (call && !isGuarded(call)) places.push(call.start);
    for (const within of new Set([spawn.in, maker])) {
      for (const caller of context.program.resolver.callersOf(within)) {
        if (caller.within.file !== module.file) continue;
        if (caller.within === module && !isGuarded(caller.call)) places.push(caller.call.start);
      }
    }
  }
  return places.length === 0 ? { edits: [] } : mainGuard(module, places, context);
}
