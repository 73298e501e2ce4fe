import { indexed } from "../../base/indexed.js";
import type { Access } from "../../program/link/activity/moments.js";
import { type ClassNode, classKey, type FunctionNode, type LinkedFile } from "../../program/link/entity.js";
import type { Program } from "../../program/link/link.js";
import type { Place, Value } from "../../program/operation.js";

/** Whose variable a piece of shared state is. */
export type SharedState =
  | { readonly of: "object"; readonly class: ClassNode; readonly name: string }
  | { readonly of: "module"; readonly path: string; readonly name: string }
  | { readonly of: "function"; readonly function: FunctionNode; readonly name: string };

/** The file that the variable is made in. */
export function fileOf(state: SharedState, program: Program): LinkedFile | undefined {
  switch (state.of) {
    case "object":
      return state.class.file;
    case "module":
      return program.file(state.path);
    case "function":
      return state.function.file;
  }
}

/** The variable that a location of `Access` belongs to; of what hangs on it, the variable itself. */
export function stateAt(location: string, program: Program): SharedState | undefined {
  const [, kind, holder = "", name = ""] = /^(attribute|global|cell) (.*) ([^ .[\]]+)(?:[.[].*)?$/.exec(location) ?? [];
  switch (kind) {
    case "attribute": {
      const node = classesByKey(program.file(holder.slice(0, holder.lastIndexOf("#")))?.classes ?? none).get(holder);
      return node && { of: "object", class: node, name };
    }
    case "global":
      return program.file(holder) && { of: "module", path: holder, name };
    case "cell": {
      const node = program.file(holder.slice(0, holder.lastIndexOf("#")))?.functionAt(Number(holder.slice(holder.lastIndexOf("#") + 1)));
      return node && { of: "function", function: node, name };
    }
    default:
      return undefined;
  }
}

const none: readonly ClassNode[] = [];
const classesByKey = indexed((classes: Iterable<ClassNode>) => new Map([...classes].reverse().map((each) => [classKey(each), each])));

/** The place that an access looks up or changes. */
export function placeOf(access: Pick<Access, "operation" | "check" | "does">): Place | undefined {
  const { operation, check } = access;
  switch (operation.op) {
    case "write":
    case "read":
      return operation.place;
    case "call": {
      if (access.does === "use") return check?.pattern.check.place;
      const { callee } = operation;
      const [first] = operation.arguments;
      const object = callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined;
      if (object?.op === "read" && !isModule(object)) return object.place;
      return first?.value.op === "read" ? first.value.place : undefined;
    }
    default:
      return check?.pattern.check.place;
  }
}

function isModule(value: Value): boolean {
  return value.op === "read" && value.place.kind === "name" && /^(heapq|bisect|copy|operator|itertools)$/.test(value.place.name);
}

/**
 * The expression before the dot with which a place reaches the state: `self` for `self.counts[k]` where the state is `counts` of an object; empty
 * for variables. Undefined where the place goes another way.
 */
export function pathTo(state: SharedState, place: Place, within: FunctionNode): Value | "" | undefined {
  for (let current: Place | undefined = place; current; current = innerPlace(current)) {
    if (current.kind === "element") continue;
    if (current.name !== state.name) continue;
    if (current.kind === "attribute") return state.of === "function" ? undefined : current.object;
    if (state.of === "object") return isClassBodyOf(state.class, current.owner, within) ? "" : undefined;
    if (state.of === "module") return current.owner === 0 && within.file.path === state.path ? "" : undefined;
    return current.owner === state.function.index && within.file === state.function.file ? "" : undefined;
  }
  return undefined;
}

function isClassBodyOf(node: ClassNode, owner: number, within: FunctionNode): boolean {
  return within.file === node.file && node.facts.body === owner;
}

/** The place of the object that a place is in, where that is read by a name or found in something else. */
export function innerPlace(place: Place): Place | undefined {
  return place.kind !== "name" && place.object.op === "read" ? place.object.place : undefined;
}

/** Whether an expression is only names with dots, so that it means the same object each time it is written. */
export function isDotted(value: Value): boolean {
  if (value.op !== "read" || value.place.kind === "element") return false;
  return value.place.kind === "name" || isDotted(value.place.object);
}
