import type { CallOperation } from "../../operation.js";
import type { Entity, FunctionNode } from "../entity.js";
import { isHandedOut } from "./inner-functions.js";
import type { Resolver } from "./resolver.js";

export interface Caller {
  readonly call: CallOperation;
  readonly within: FunctionNode;
  /** Whether the object before the dot fills the first parameter. */
  readonly receiver: "bound" | "passed";
}

/** Functions with very common names have too many candidates to be worth asking. */
export const maximumCallers = 60;

/** Adds the calls that reach the function by name to those found; who asks meanwhile sees what is found so far. */
export function findCallers(resolver: Resolver, node: FunctionNode, result: Caller[]): void {
  let candidates = 0;
  for (const name of callNames(node)) {
    for (const { file, site } of resolver.callsNamed(name)) {
      if (++candidates > maximumCallers) return;
      const within = file.functionAt(site.function);
      if (!within) continue;
      for (const callee of resolver.resolve(site.call.callee, within)) {
        const run = functionRun(resolver, callee);
        if (run?.function === node) {
          result.push({ call: site.call, within, receiver: run.isBound ? "bound" : "passed" });
          break;
        }
      }
    }
  }
}

/**
 * The calls of what a decorator made of a function: they name the function, which stands for one that the decorator handed out. `made` is that one, and has
 * no callers by its own name.
 */
export function callersOfDecorated(resolver: Resolver, made: FunctionNode, decorated: FunctionNode): readonly Caller[] {
  if (decorated.head.decorators.length === 0 || !isHandedOut(made)) return [];
  const found: Caller[] = [];
  let candidates = 0;
  for (const { file, site } of resolver.callsNamed(decorated.head.name)) {
    if (++candidates > maximumCallers) break;
    const within = file.functionAt(site.function);
    const isMade = within && resolver.callees(site.call, within).some((callee) => callee.function === made);
    if (within && isMade) found.push({ call: site.call, within, receiver: decorated.head.class === undefined ? "passed" : "bound" });
  }
  return found;
}

function callNames(node: FunctionNode): readonly string[] {
  const { head: facts } = node;
  const names = [facts.name];
  // Calls of the class come first: `__init__` is written out in so many places that the limit would be used up there.
  if (facts.class !== undefined && (facts.name === "__init__" || facts.name === "__new__")) {
    const owner = node.file.classAt(facts.class);
    if (owner) names.unshift(owner.facts.name);
  }
  if (facts.name === "<lambda>" || facts.kind === "module") return [];
  return names;
}

/** The function that calling an entity runs. */
function functionRun(resolver: Resolver, callee: Entity): { readonly function: FunctionNode; readonly isBound: boolean } | undefined {
  if (callee.kind === "function") return { function: callee.function, isBound: callee.receiver !== undefined };
  if (callee.kind !== "class") return undefined;
  const init = resolver.method(callee.class, "__init__");
  return init && { function: init, isBound: true };
}

export function sameCallers(a: readonly Caller[], b: readonly Caller[]): boolean {
  return a.length === b.length && a.every((each, i) => each.call === b[i]?.call && each.within === b[i].within);
}
