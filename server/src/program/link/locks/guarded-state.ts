import type { Range } from "../../../base/range.js";
import { firstAt } from "../../../base/sorted.js";
import { type ClassNode, classKey, type LinkedFile } from "../entity.js";
import type { Program } from "../link.js";
import { overviewOf } from "../memory/overviews.js";
import { walkOperations } from "../walk.js";
import type { HeldLock } from "./locks.js";

/** State of which a comment, `# gil: guarded-by(self._lock)`, says that whoever touches it holds a lock. */
export interface GuardedState {
  /** The location of the state; what is in a container has `[]` behind it. */
  readonly location: string;
  readonly name: string;
  /** The lock as the comment names it. */
  readonly lock: string;
  readonly file: LinkedFile;
  /** The class whose attribute it is; none for a global. */
  readonly class: ClassNode | undefined;
  /** Where the comment stands. */
  readonly range: Range;
}

/** All state of the program that such comments speak of. */
export function guardedStates(program: Program): readonly GuardedState[] {
  return overviewOf(program, "guarded states", (now) => now.files.flatMap((file) => guardedIn(file, now)));
}

/** Whether one of the locks is the one that the comment names. */
export function holdsGuard({ lock }: GuardedState, held: readonly HeldLock[]): boolean {
  const name = lock.slice(lock.lastIndexOf(".") + 1);
  return held.some((each) => each.key.endsWith(` ${name}`) || each.name === lock);
}

/** Whether the file has such comments; most have none. */
export function mentionsGuards(file: LinkedFile): boolean {
  return file.derive("mentions guards", () =>
    file.facts.directives.some((directive) => directive.kind === "note" && directive.name === "guarded-by"),
  );
}

function guardedIn(file: LinkedFile, program: Program): readonly GuardedState[] {
  if (!mentionsGuards(file)) return [];
  const stores = storesOf(file, program);
  const byEnd = stores.toSorted((a, b) => a.statement.end - b.statement.end);
  const byStart = stores.toSorted((a, b) => a.statement.start - b.statement.start);
  return file.facts.directives.flatMap((directive): GuardedState[] => {
    if (directive.kind !== "note" || directive.name !== "guarded-by" || directive.argument === "") return [];
    const { range, stands, argument: lock } = directive;
    const store =
      stands === "after" ? lastBefore(byEnd, range.start) : byStart[firstAt(byStart, range.end, ({ statement }) => statement.start)];
    return store ? [{ ...store.state(), lock, file, range }] : [];
  });
}

/** A place where state is stored that such a comment can stand behind or above. */
interface Store {
  readonly statement: Range;
  readonly state: () => Pick<GuardedState, "location" | "name" | "class">;
}

/** The stores of attributes, of fields in a class's body, and of globals. */
function storesOf(file: LinkedFile, program: Program): readonly Store[] {
  const stores: Store[] = [];
  for (const node of file.classes) {
    const state = (name: string) => () => ({
      location: `attribute ${classKey(definerOf(name, node, program))} ${name}`,
      name,
      class: node,
    });
    for (const [name, writes] of node.facts.instanceAttributes)
      for (const { write } of writes) stores.push({ statement: write.statement, state: state(name) });
    for (const [name, values] of file.functionAt(node.facts.body)?.facts.bindings ?? []) {
      for (const value of values)
        if (value.op !== "function" && value.op !== "choice") stores.push({ statement: value, state: state(name) });
    }
  }
  walkOperations(file.functionAt(0)?.facts.body ?? [], (operation) => {
    if (operation.op !== "write" || operation.place.kind !== "name") return;
    const { name } = operation.place;
    stores.push({
      statement: operation.statement,
      state: () => ({ location: `global ${file.path} ${name}`, name, class: undefined }),
    });
  });
  return stores;
}

/** Of the stores that end last before the offset, the first. */
function lastBefore(byEnd: readonly Store[], offset: number): Store | undefined {
  const last = byEnd[firstAt(byEnd, offset + 1, ({ statement }) => statement.end) - 1];
  return last && byEnd[firstAt(byEnd, last.statement.end, ({ statement }) => statement.end)];
}

/** The class furthest up that stores the attribute; see `Ownership`. */
function definerOf(name: string, node: ClassNode, { resolver }: Program): ClassNode {
  return [...resolver.classOrder(node).classes].reverse().find((each) => each.facts.instanceAttributes.has(name)) ?? node;
}
