import type { Target } from "../../../base/target.js";
import type { CallableEntry } from "../../../knowledge/entry.js";
import { evaluate, type Verdict } from "../../../knowledge/evaluate.js";
import type { CallOperation, Operation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { importsAny } from "../linked-file.js";
import { walkOperations } from "../walk.js";
import { knownOfCall } from "./call-facts.js";
import type { Resolver } from "./resolver.js";

/** A function that does not run as bytecode, because a tool compiles it: numba's decorators, Cython's in pure Python mode. */
export interface Compiled {
  readonly function: FunctionNode;
  /** The decorator, or the block inside the function that only a compiler gives a meaning. */
  readonly by: CallableEntry;
  /** `by` with what it says of the compiled function in the place of what it says of itself. */
  readonly entry: CallableEntry;
  /** What running the function does to the GIL. */
  readonly verdict: Verdict;
  /** The decorator's call with its options, or where the block stands, as a call without any. */
  readonly call: CallOperation;
  /** The scope that the call stands in. */
  readonly in: FunctionNode;
  /** What takes a part of the function out of the GIL: `with cython.nogil`. */
  readonly block: CallableEntry | undefined;
}

/** What compiles the function, if anything that is known does. */
export function compiledBy(node: FunctionNode, resolver: Resolver, target: Target | undefined): Compiled | undefined {
  const scope = node.file.functionAt(node.head.parent ?? 0);
  if (!scope || node === scope) return undefined;
  const block = usesCython(node) ? blockIn(node, resolver) : undefined;
  for (const decorator of node.head.decorators) {
    const call = decoratingCall(decorator, scope);
    const entry = entriesOf(call.callee, scope, resolver).find((each) => each.compiles);
    if (entry) return compiledAs(node, entry, call, scope, block?.entry, resolver, target);
  }
  return block && compiledAs(node, block.entry, block.call, node, block.entry, resolver, target);
}

/** The entry of a context manager, or of what a loop runs over, whose body a compiler takes out of the GIL: `with cython.nogil`. */
export function releasingBlock(value: Value, within: FunctionNode, resolver: Resolver): CallableEntry | undefined {
  if (!usesCython(within)) return undefined;
  const callee = value.op === "call" ? value.callee : value;
  return entriesOf(callee, within, resolver).find((entry) => entry.block === "releases");
}

function compiledAs(
  node: FunctionNode,
  by: CallableEntry,
  call: CallOperation,
  scope: FunctionNode,
  block: CallableEntry | undefined,
  resolver: Resolver,
  target: Target | undefined,
): Compiled | undefined {
  if (!by.compiles) return undefined;
  const { gil: _, ...facts } = by;
  const entry: CallableEntry = { ...facts, compiles: undefined, block: undefined, kind: "cpu-native", gil: "conditional", ...by.compiles };
  return { function: node, by, entry, verdict: evaluate(entry, knownOfCall(call, scope, resolver, target)), call, in: scope, block };
}

/** The decorator as the call that has its options: `@njit(nogil=True)`, and `@fast` where `fast = njit(nogil=True)`; else one without options. */
function decoratingCall(decorator: Value, scope: FunctionNode): CallOperation {
  if (decorator.op === "call") return decorator;
  if (decorator.op === "read" && decorator.place.kind === "name") {
    const bound = scope.file.functionAt(decorator.place.owner)?.bound(decorator.place.name);
    const [made] = bound ?? [];
    if (bound?.length === 1 && made?.op === "call") return made;
  }
  return withoutOptions(decorator);
}

function withoutOptions(callee: Value): CallOperation {
  return { op: "call", callee, arguments: [], start: callee.start, end: callee.end };
}

function entriesOf(callee: Value, within: FunctionNode, resolver: Resolver): readonly CallableEntry[] {
  return resolver
    .resolve(callee, within)
    .flatMap((entity) => (entity.kind === "external" ? (resolver.knowledge.callable(entity.name) ?? []) : []));
}

function usesCython({ file }: FunctionNode): boolean {
  return importsAny(file, "uses Cython", (module) => module === "cython" || module.startsWith("cython."));
}

function blockIn(node: FunctionNode, resolver: Resolver): { readonly entry: CallableEntry; readonly call: CallOperation } | undefined {
  let found: { readonly entry: CallableEntry; readonly call: CallOperation } | undefined;
  walkOperations(node.facts.body, (operation: Operation) => {
    const value = operation.op === "with" ? operation.context : operation.op === "loop" ? operation.iterable : undefined;
    const entry = found || !value ? undefined : releasingBlock(value, node, resolver);
    if (entry && value) found = { entry, call: value.op === "call" ? value : withoutOptions(value) };
  });
  return found;
}
