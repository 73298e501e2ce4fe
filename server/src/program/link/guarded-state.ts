import type { Range } from "../../base/range.js";
import type { Directive } from "../facts.js";
import { type ClassNode, classKey, type LinkedFile } from "./entity.js";
import type { Program } from "./link.js";
import type { HeldLock } from "./locks.js";
import { walkOperations } from "./walk.js";

type Note = Extract<Directive, { kind: "note" }>;

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
  return program.resolver.overview("guarded states", () => program.files.flatMap((file) => guardedIn(file, program)));
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
  return file.facts.directives.flatMap((directive) => {
    if (directive.kind !== "note" || directive.name !== "guarded-by" || directive.argument === "") return [];
    const state = stateOf(directive, file, program);
    return state ? [state] : [];
  });
}

/** The assignment that the comment stands behind or above: of an attribute, of a field in a class's body, or of a global. */
function stateOf(note: Note, file: LinkedFile, program: Program): GuardedState | undefined {
  let best: { readonly statement: Range; readonly state: GuardedState } | undefined;
  const offer = (statement: Range, state: () => GuardedState): void => {
    const fits = note.stands === "after" ? statement.end <= note.range.start : statement.start >= note.range.end;
    if (!fits) return;
    const isNearer = !best || (note.stands === "after" ? statement.end > best.statement.end : statement.start < best.statement.start);
    if (isNearer) best = { statement, state: state() };
  };
  const common = { lock: note.argument, file, range: note.range };
  for (const node of file.classes) {
    const attribute = (name: string) => (): GuardedState => ({
      ...common,
      location: `attribute ${classKey(definerOf(name, node, program))} ${name}`,
      name,
      class: node,
    });
    for (const [name, writes] of node.facts.instanceAttributes) for (const { write } of writes) offer(write.statement, attribute(name));
    for (const [name, values] of file.functions[node.facts.body]?.facts.bindings ?? []) {
      for (const value of values) if (value.op !== "function" && value.op !== "choice") offer(value, attribute(name));
    }
  }
  walkOperations(file.functions[0]?.facts.body ?? [], (operation) => {
    if (operation.op !== "write" || operation.place.kind !== "name") return;
    const { name } = operation.place;
    offer(operation.statement, () => ({ ...common, location: `global ${file.path} ${name}`, name, class: undefined }));
  });
  return best?.state;
}

/** The class furthest up that stores the attribute; see `Ownership`. */
function definerOf(name: string, node: ClassNode, { resolver }: Program): ClassNode {
  return [...resolver.classOrder(node).classes].reverse().find((each) => each.facts.instanceAttributes.has(name)) ?? node;
}
