import { indexed } from "../../base/indexed.js";
import type { Access } from "../../program/link/activity/moments.js";
import { type ClassNode, classKey, type FunctionNode } from "../../program/link/entity.js";
import type { Program } from "../../program/link/link.js";
import { type HeldLock, writtenName } from "../../program/link/locks/locks.js";
import { parentOf } from "../../program/link/resolution/resolver.js";
import type { Value } from "../../program/operation.js";
import { isRealLock } from "../race.js";
import type { RuleContext } from "../rule.js";
import type { Change } from "./changes.js";
import { conductOf } from "./locked-code.js";
import { type NewLock, newLock } from "./new-lock.js";
import { isDotted, pathTo, placeOf, type SharedState, stateAt } from "./shared-state.js";

/** A lock to hold: one that the program has, or one that is made beside the state. */
export interface Lock {
  readonly state: SharedState;
  /** As in `HeldLock`; undefined for one that is made. */
  readonly key: string | undefined;
  readonly reentrant: HeldLock["reentrant"];
  readonly made: NewLock | undefined;
}

/**
 * The lock that other code holds for the state, else the only one of its class, else a new one beside the state; or why there is none.
 */
export function lockFor(
  state: SharedState,
  all: readonly Access[],
  changing: readonly (readonly Access[])[],
  context: RuleContext,
): Lock | { readonly refused: string } {
  const held = heldFor(all, context);
  if (held) return held;
  if (state.of === "object") {
    const only = onlyLocks(context.program)(state.class).lock;
    const isQuiet = (): boolean =>
      changing.every(([each]) => each && conductOf(each.function, each.statement, context.program).does === "quiet");
    if (only && isQuiet()) return only;
  }
  const made = newLock(state, { module: "threading", member: "Lock" }, context);
  if ("refused" in made) return made;
  return { state, key: undefined, reentrant: "no", made };
}

/** The lock that most of the code holds that touches the state. */
function heldFor(all: readonly Access[], { program }: RuleContext): Lock | undefined {
  const [best] = locksHeld(all);
  const state = best && stateAt(best.key, program);
  return state && { state, key: best.key, reentrant: best.reentrant, made: undefined };
}

/** The locks that are held for the state and have a name for it, those that are held at most of its places first. */
const locksHeld = indexed((all: readonly Access[]): readonly HeldLock[] => {
  const byKey = new Map<string, { readonly lock: HeldLock; readonly operations: Set<unknown> }>();
  for (const access of all) {
    for (const lock of access.locks) {
      // One of many in a container, `self.locks[key]`, has no name that goes for each.
      if (!isRealLock(lock) || lock.identity === "by-name" || lock.scope !== "threads" || /\[\S*$/.test(lock.key)) continue;
      const known = byKey.get(lock.key);
      if (known) known.operations.add(access.operation);
      else byKey.set(lock.key, { lock, operations: new Set([access.operation]) });
    }
  }
  return [...byKey.values()].sort((a, b) => b.operations.size - a.operations.size).map(({ lock }) => lock);
});

/** The locks of classes that have one for all they do. */
const onlyLocks = indexed((program: Program) =>
  indexed((node: ClassNode): { readonly lock: Lock | undefined } => ({ lock: onlyLockOf(node, program) })),
);

function onlyLockOf(node: ClassNode, program: Program): Lock | undefined {
  const locks = [...node.facts.instanceAttributes].flatMap(([name, writes]): Lock[] => {
    const types = writes.flatMap(({ function: index, write }) => {
      const within = node.file.functionAt(index);
      return within && write.value ? program.resolver.resolve(write.value, within) : [];
    });
    if (types.length === 0 || !types.every((type) => type.kind === "object" && /^threading\.R?Lock$/.test(type.type))) return [];
    const reentrant = types.every((type) => type.kind === "object" && type.type === "threading.RLock") ? "yes" : "no";
    return [{ state: { of: "object", class: node, name }, key: `attribute ${classKey(node)} ${name}`, reentrant, made: undefined }];
  });
  for (const [name, values] of node.file.functionAt(node.facts.body)?.facts.bindings ?? []) {
    if (values.some((value) => makesLock(value, node, program)) && !locks.some(({ state }) => state.name === name))
      locks.push({
        state: { of: "object", class: node, name },
        key: `attribute ${classKey(node)} ${name}`,
        reentrant: "unknown",
        made: undefined,
      });
  }
  return locks.length === 1 ? locks[0] : undefined;
}

/** `_lock = threading.Lock()` in the body of a class, or a field of a dataclass that each object gets so. */
function makesLock(value: Value, { file, facts }: ClassNode, { resolver }: Program): boolean {
  const body = file.functionAt(facts.body);
  if (!body || value.op !== "call") return false;
  const maker = value.arguments.find(({ name }) => name === "default_factory")?.value ?? value.callee;
  return resolver.resolve(maker, body).some((entity) => entity.kind === "external" && /^threading\.R?Lock$/.test(entity.name));
}

/** The lock as an expression at the access; undefined where it cannot be named. */
export function writtenLock(lock: Lock, state: SharedState, access: Change, { resolver }: RuleContext["program"]): string | undefined {
  const { function: node } = access;
  const name = lock.made?.name ?? lock.state.name;
  const place = placeOf(access);
  const base = place && pathTo(state, place, node);
  const through = base !== undefined && base !== "" && isDotted(base) ? writtenName(base) : undefined;
  switch (lock.state.of) {
    case "module":
      if (lock.state.path === node.file.path) return name;
      return through !== undefined && state.of === "module" && state.path === lock.state.path ? `${through}.${name}` : undefined;
    case "function":
      for (let around: FunctionNode | undefined = node; around; around = parentOf(around)) {
        if (around === lock.state.function) return name;
      }
      return undefined;
    case "object": {
      const { class: holder } = lock.state;
      const self = node.head.class !== undefined ? node.head.parameters[0]?.name : undefined;
      if (state.of === "object" && isFamily(state.class, holder, resolver)) return through === undefined ? undefined : `${through}.${name}`;
      const owner = resolver.enclosingClass(node);
      return owner && self !== undefined && isFamily(owner, holder, resolver) && state.of !== "module" ? `${self}.${name}` : undefined;
    }
  }
}

function isFamily(a: ClassNode, b: ClassNode, resolver: RuleContext["program"]["resolver"]): boolean {
  return a === b || resolver.classOrder(a).classes.includes(b) || resolver.classOrder(b).classes.includes(a);
}
