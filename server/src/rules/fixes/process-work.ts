import type { FileEdit, TextEdit } from "../../base/edit.js";
import { contains, type Range } from "../../base/range.js";
import { type ClassNode, type Entity, type FunctionNode, functionKey, type LinkedFile } from "../../program/link/entity.js";
import { certainObstacle, obstacleOf } from "../../program/link/processes/picklability.js";
import { mainGuards } from "../../program/link/processes/start-methods.js";
import type { Spawn } from "../../program/link/threads/spawn.js";
import { walkOperations } from "../../program/link/walk.js";
import type { Value } from "../../program/operation.js";
import type { RuleContext } from "../rule.js";
import { codeOf, isBroken, usesOf } from "./code.js";
import { lifted } from "./lift.js";
import { mainGuard } from "./main-guard-fix.js";
import { placeName } from "./place-name.js";
import { reachedFrom } from "./reached.js";

/** Where the work runs before the change: what forked processes change is lost to the parent as well. */
type Today = "in threads" | "in forked processes";

/** What has to change, file by file, so that work can run in processes; or what stands in the way. */
export type ProcessWork = { readonly edits: ReadonlyMap<string, readonly TextEdit[]> } | { readonly refused: string };

/**
 * Has the work of some spawns run in processes that import the module anew: its functions are where a worker finds them, what they are handed can be
 * pickled, what they use is there when the module is imported, and nothing that they change is read by the parent, as far as it can be `today`.
 * `maker`: who makes the pool.
 */
export function workInProcesses(users: readonly Spawn[], maker: FunctionNode, today: Today, context: RuleContext): ProcessWork {
  const refused = reasonAgainst(users, today, context) ?? parentStateReason(users, [], context);
  if (refused !== undefined) return { refused };
  const moved = liftedTargets(users, context);
  if ("refused" in moved) return moved;
  const guarded = guardEdits(users, maker, context);
  if ("refused" in guarded) return guarded;
  const edits = new Map<string, readonly TextEdit[]>(moved.edits);
  for (const [path, added] of guarded.edits) {
    const known = edits.get(path) ?? [];
    const isInside = ({ range }: TextEdit): boolean => known.some((edit) => edit.range.start < range.start && range.start < edit.range.end);
    edits.set(path, [...known, ...added.filter((edit) => !isInside(edit))]);
  }
  return { edits };
}

/** The edits of several files, with more for one of them. */
export function fileEdits(edits: ReadonlyMap<string, readonly TextEdit[]>, path: string, more: readonly TextEdit[]): readonly FileEdit[] {
  const all = new Map(edits);
  // Lines that another edit takes away cannot be moved as well.
  const isGone = ({ range }: TextEdit): boolean => more.some((edit) => edit.range.start < range.start && range.start < edit.range.end);
  all.set(path, [...more, ...(edits.get(path) ?? []).filter((edit) => !isGone(edit))]);
  return [...all].filter(([, each]) => each.length > 0).map(([each, changes]) => ({ path: each, edits: changes }));
}

// ── The functions ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Lambdas and inner functions, moved to module level. */
function liftedTargets(users: readonly Spawn[], context: RuleContext): ProcessWork {
  const edits = new Map<string, TextEdit[]>();
  const uses = new Map<FunctionNode, Value[]>();
  for (const { call, targets, in: within } of users) {
    for (const { function: node } of targets) {
      if (node.head.kind !== "lambda" && !isInner(node)) continue;
      const value = call.arguments.map((argument) => argument.value).find((each) => isNamedBy(each, node));
      if (!value) return { refused: `\`${node.head.name}\` reaches the pool through a variable` };
      if (node.file !== within.file) return { refused: `\`${node.head.name}\` is defined in another file` };
      const known = uses.get(node);
      if (known) known.push(value);
      else uses.set(node, [value]);
    }
  }
  for (const [node, values] of uses) {
    const { path } = node.file;
    const found = lifted(node, values, context);
    if ("refused" in found) return found;
    const { source } = codeOf(path, context);
    const named = values.map((value): TextEdit => ({ range: source.range(value), newText: found.expression }));
    edits.set(path, [...(edits.get(path) ?? []), ...found.edits, ...named]);
  }
  return { edits };
}

function isNamedBy(value: Value, node: FunctionNode): boolean {
  if (value.op === "function") return value.function === node.index;
  return value.op === "read" && value.place.kind === "name" && value.place.name === node.head.name;
}

function isInner({ facts, file }: FunctionNode): boolean {
  const parent = facts.parent === undefined ? undefined : file.functionAt(facts.parent);
  return facts.class === undefined && parent !== undefined && parent.head.kind !== "module" && parent.head.kind !== "class-body";
}

// ── What cannot cross, and what would be lost ─────────────────────────────────────────────────────────────────────────────────────

/** Why the work of a pool of threads cannot go to processes, in a sentence for the user; undefined if it can. */
function reasonAgainst(users: readonly Spawn[], today: Today, context: RuleContext): string | undefined {
  for (const spawn of users) {
    if (spawn.width === "handlers" || (spawn.worker !== "thread" && spawn.worker !== "process"))
      return "callbacks of its futures rely on running in this process";
    if (spawn.targets.length === 0 && spawn.externalTargets.length === 0) return "it is not known what the pool runs";
    for (const target of spawn.targets) {
      const reason = targetReason(target.function, target.receiver, today, context) ?? argumentReason(spawn, context);
      if (reason) return reason;
    }
    const made = spawn.pool?.made;
    const initializer = made?.call.arguments.find(({ name }) => name === "initializer");
    const obstacle = initializer && made && certainObstacle({ value: initializer.value, in: made.in }, "start", context.program);
    if (obstacle) return `\`initializer\` ${obstacle.says}, which cannot be pickled`;
  }
  return undefined;
}

function targetReason(node: FunctionNode, receiver: Entity | undefined, today: Today, context: RuleContext): string | undefined {
  const { facts } = node;
  if (facts.isGenerator) return `\`${facts.name}\` returns a generator, which cannot be pickled`;
  if (facts.class !== undefined) {
    const shown = `\`${facts.qualifiedName}\``;
    const obstacle = receiver && obstacleOf({ kind: "function", function: node, receiver }, "task", context.program);
    if (obstacle) {
      const where = obstacle.made ? ` (${placeName(obstacle.made, context)})` : "";
      return `${shown} ${obstacle.says}, which cannot be pickled${where}`;
    }
    if (receiver?.kind === "instance") {
      const reason = objectReason(receiver.class, context);
      if (reason) return `${shown} is a method, and ${reason}`;
    } else if (receiver !== undefined && receiver.kind !== "class") return `${shown} is a method, and it is not known of what object`;
  }
  return today === "in threads" ? (stateReason(node, context, new Set()) ?? givenReason(node)) : undefined;
}

const plainBases: ReadonlySet<string> = new Set(["builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "typing.NamedTuple"]);

/** Why it is not known that an object can be pickled: what it inherits, or holds. */
function objectReason(node: ClassNode, { program }: RuleContext): string | undefined {
  const { classes, externals } = program.resolver.classOrder(node);
  const base = externals.find((name) => !plainBases.has(name));
  if (base !== undefined) return `\`${node.name}\` inherits from \`${base}\`, of which it is not known whether it can be pickled`;
  for (const { file, facts } of classes) {
    for (const [name, writes] of facts.instanceAttributes) {
      for (const { function: index, write } of writes) {
        const within = file.functionAt(index);
        if (!within || write.value?.op !== "call") continue;
        const [external] = program.resolver.externalCallees(write.value, within);
        if (external === undefined || external.startsWith("builtins.")) continue;
        const type = program.resolver.resolve(write.value, within).find((entity) => entity.kind === "object");
        const pickles = type?.kind === "object" ? program.knowledge.type(type.type)?.pickles : undefined;
        if (pickles !== "yes" && pickles !== "if-contents" && !plainMakers.test(external))
          return `it is not known whether its object's \`${name}\`, made by \`${external}\`, can be pickled`;
      }
    }
  }
  return undefined;
}

/** Functions of the library that make plain data. */
const plainMakers =
  /^(collections|datetime|decimal|fractions|pathlib|re|math|random|string|json|uuid|operator|os\.path|copy|array|statistics)\./;

/** What the function, or one it calls, does to state that every process would have for itself. */
function stateReason(node: FunctionNode, context: RuleContext, seen: Set<string>): string | undefined {
  if (seen.has(functionKey(node)) || seen.size > 200) return undefined;
  seen.add(functionKey(node));
  const { resolver, knowledge } = context.program;
  const ownCopy = (name: string): string =>
    `\`${node.head.name}\` changes \`${name}\`, and a worker process would change its own copy only`;
  let reason: string | undefined;
  walkOperations(node.facts.body, (operation) => {
    if (reason) return;
    if (operation.op === "write") {
      const { place } = operation;
      const name = place.kind === "name" ? sharedName(place, undefined, node) : sharedName(undefined, place.object, node);
      const attribute = place.kind === "name" ? undefined : ownAttribute(operation.place.kind === "attribute" ? place : place.object, node);
      if (name !== undefined || attribute !== undefined) reason = ownCopy(name ?? attribute ?? "");
    } else if (operation.op === "with" || operation.op === "call") {
      const value = operation.op === "with" ? operation.context : operation.callee;
      const base = operation.op === "call" && value.op === "read" && value.place.kind === "attribute" ? value.place.object : value;
      for (const entity of resolver.resolve(base, node)) {
        if (entity.kind !== "object") continue;
        const type = knowledge.type(entity.type);
        const role = type?.is;
        const isThreadOnly = role !== undefined && "scope" in role && role.scope === "threads";
        if (isThreadOnly) reason = `\`${node.head.name}\` uses a \`${entity.type}\`, which works between threads only`;
      }
      if (operation.op !== "call" || reason) return;
      const { callee } = operation;
      if (callee.op === "read" && callee.place.kind === "attribute" && mutators.has(callee.place.name)) {
        const name = sharedName(undefined, callee.place.object, node) ?? ownAttribute(callee.place.object, node);
        if (name !== undefined) reason = ownCopy(name);
      }
      for (const inner of resolver.callees(operation, node)) reason ??= stateReason(inner.function, context, seen);
    }
  });
  return reason;
}

const mutators: ReadonlySet<string> = new Set(
  "append add extend update pop popleft remove discard insert clear setdefault put appendleft".split(" "),
);

/** What the function changes of what it is handed, and does not hand back. */
function givenReason(node: FunctionNode): string | undefined {
  const { facts } = node;
  const self = facts.class === undefined ? undefined : facts.parameters[0]?.name;
  const given = new Set(facts.parameters.map(({ name }) => name).filter((name) => name !== self && !facts.bindings.has(name)));
  let reason: string | undefined;
  const isHandedBack = (name: string): boolean =>
    facts.returned.some((value) => value.op === "read" && value.place.kind === "name" && value.place.name === name);
  const note = (object: Value): void => {
    const name = rootOf(object);
    if (name === undefined || !given.has(name) || isHandedBack(name)) return;
    reason ??= `\`${facts.name}\` changes \`${name}\`, which it is given, and a worker process would change a copy of it`;
  };
  walkOperations(facts.body, (operation) => {
    if (operation.op === "write" && operation.place.kind !== "name") note(operation.place.object);
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
    if (mutators.has(operation.callee.place.name)) note(operation.callee.place.object);
  });
  return reason;
}

/** The name that a chain of attributes and elements starts with. */
function rootOf(value: Value): string | undefined {
  if (value.op !== "read") return undefined;
  return value.place.kind === "name" ? value.place.name : rootOf(value.place.object);
}

/** `self.total`, or what is in it, where the value is an attribute of the method's own object. */
function ownAttribute(
  value: Value | { readonly kind: "attribute" | "element"; readonly object: Value },
  node: FunctionNode,
): string | undefined {
  const self = node.head.class === undefined ? undefined : node.head.parameters[0]?.name;
  const place = "op" in value ? (value.op === "read" ? value.place : undefined) : value;
  if (self === undefined || !place || place.kind === "name" || /^__(init|new|post_init|setstate)__$/.test(node.head.name)) return undefined;
  const { object } = place;
  if (place.kind === "attribute" && object.op === "read" && object.place.kind === "name" && object.place.name === self)
    return `${self}.${"name" in place ? String(place.name) : ""}`;
  return ownAttribute(object, node);
}

/** The name of the module-level or enclosing variable that a place belongs to. */
function sharedName(
  place: { readonly name: string; readonly owner: number } | undefined,
  object: Value | undefined,
  node: FunctionNode,
): string | undefined {
  if (place) return place.owner >= 0 && place.owner !== node.index && !isModule(place, node) ? place.name : undefined;
  if (object?.op !== "read") return undefined;
  const inner = object.place;
  if (inner.kind === "name") return sharedName(inner, undefined, node);
  return sharedName(undefined, inner.object, node);
}

/** Whether the name is that of an imported module or of something in one: `np.add(a, b)` adds nothing to `np`. */
function isModule({ name, owner }: { readonly name: string; readonly owner: number }, node: FunctionNode): boolean {
  const bound = node.file.functionAt(owner)?.bound(name) ?? [];
  return bound.length > 0 && bound.every((value) => value.op === "import" && value.name === undefined);
}

function argumentReason(spawn: Spawn, context: RuleContext): string | undefined {
  const { program } = context;
  const { resolver } = program;
  for (const target of spawn.targets) {
    for (const [name, argument] of target.arguments) {
      const entities =
        argument.how === "element" ? resolver.elements(argument.value, argument.in) : resolver.resolve(argument.value, argument.in);
      for (const entity of entities) {
        const obstacle = obstacleOf(entity, /\bProcess$/.test(spawn.spawner) ? "start" : "task", program);
        if (!obstacle) continue;
        return `\`${name}\` ${obstacle.says}, which cannot be pickled${obstacle.made ? ` (${placeName(obstacle.made, context)})` : ""}`;
      }
    }
  }
  return undefined;
}

// ── What a new process finds ──────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * What the work uses of its module that is not there, or is something else, when a new process imports the module: what other functions set or fill,
 * what is made under a main guard, and the names of `hidden`.
 */
export function parentStateReason(users: readonly Spawn[], hidden: readonly string[], context: RuleContext): string | undefined {
  const reached = reachedFrom(
    users.flatMap((spawn) => spawn.targets.map((target) => target.function)),
    context.program,
  );
  const byFile = new Map<LinkedFile, FunctionNode[]>();
  for (const node of reached) byFile.set(node.file, [...(byFile.get(node.file) ?? []), node]);
  for (const [file, nodes] of byFile) {
    if (isBroken(file)) continue;
    const code = codeOf(file.path, context);
    for (const { name, why } of stateOfParent(file, reached, hidden)) {
      const uses = usesOf(code, name).filter((offset) => code.text[offset - 1] !== ".");
      const user = nodes.find(({ facts }) => {
        const { start, end } = code.source.range(facts);
        const isOwn = facts.bindings.has(name) || facts.parameters.some((parameter) => parameter.name === name);
        return facts.kind !== "module" && !isOwn && uses.some((offset) => start <= offset && offset < end);
      });
      if (user) return `\`${user.head.name}\` uses \`${name}\`, which ${why}: a new process does not find it so`;
    }
  }
  return undefined;
}

interface ParentState {
  readonly name: string;
  readonly why: string;
}

/** Variables of a module that are not what the import makes of them. `inWorker`: functions that a worker runs itself. */
function stateOfParent(file: LinkedFile, inWorker: ReadonlySet<FunctionNode>, hidden: readonly string[]): readonly ParentState[] {
  const module = file.functionAt(0);
  if (!module) return [];
  const found: ParentState[] = hidden.map((name) => ({ name, why: "would stand under the main guard" }));
  const guards = mainGuards(module);
  for (const [name, values] of module.facts.bindings) {
    if (values.length > 0 && values.every((value) => guards.some((guard) => contains(guard, value))))
      found.push({ name, why: "is made under the main guard" });
  }
  for (const node of file.functions) {
    if (node === module || inWorker.has(node) || node.head.kind === "class-body") continue;
    walkOperations(node.facts.body, (operation) => {
      const name =
        operation.op === "write"
          ? operation.place.kind === "name"
            ? moduleName(operation.place)
            : moduleRoot(operation.place.object)
          : operation.op === "call" && operation.callee.op === "read" && operation.callee.place.kind === "attribute"
            ? mutators.has(operation.callee.place.name)
              ? moduleRoot(operation.callee.place.object)
              : undefined
            : undefined;
      if (name !== undefined && !isModule({ name, owner: 0 }, module)) found.push({ name, why: `\`${node.head.name}\` changes` });
    });
  }
  return found;
}

function moduleName({ name, owner }: { readonly name: string; readonly owner: number }): string | undefined {
  return owner === 0 ? name : undefined;
}

function moduleRoot(value: Value): string | undefined {
  if (value.op !== "read") return undefined;
  return value.place.kind === "name" ? moduleName(value.place) : moduleRoot(value.place.object);
}

// ── Where it is started ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * With the start methods `spawn` and `forkserver`, workers import the module again, which must not start the pool again: what starts it goes under a
 * main guard, in whichever module that is.
 */
function guardEdits(users: readonly Spawn[], maker: FunctionNode, context: RuleContext): ProcessWork {
  const { resolver } = context.program;
  const places = new Map<FunctionNode, number[]>();
  const note = (within: FunctionNode, range: Range): void => {
    if (within.index !== 0 || mainGuards(within).some((guard) => contains(guard, range))) return;
    places.set(within, [...(places.get(within) ?? []), range.start]);
  };
  const starters = new Set<FunctionNode>([maker]);
  for (const { in: within, call, pool } of users) {
    starters.add(within);
    note(within, call);
    if (pool?.made) note(pool.made.in, pool.made.call);
  }
  for (const starter of starters) {
    if (starters.size > mostStarters) break;
    for (const { within, call } of resolver.callersOf(starter)) {
      note(within, call);
      if (within.index !== 0) starters.add(within);
    }
  }
  const edits = new Map<string, readonly TextEdit[]>();
  for (const [module, starts] of places) {
    const guard = mainGuard(module, starts, context);
    if ("refused" in guard) return guard;
    const hidden = parentStateReason(users, guard.bound, context);
    if (hidden !== undefined) return { refused: hidden };
    edits.set(module.file.path, guard.edits);
  }
  return { edits };
}

/** Callers of callers of more functions than these are a program of which nobody sees at a glance what starts the work. */
const mostStarters = 30;
