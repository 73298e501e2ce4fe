import { atLeast, type Target } from "../../../base/target.js";
import type { CallOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import type { Program } from "../link.js";
import { constantOf } from "../resolution/constants.js";
import { someValue, walkOperations } from "../walk.js";

/**
 * Where a new process gets its work by pickle and imports the main module again, as `spawn` and `forkserver` do and `fork` does not: on all platforms,
 * on macOS and Windows alone, or on none. `unknown` where the program chooses in a way that cannot be followed.
 */
export type FreshStart = "everywhere" | "macos-and-windows" | "nowhere" | "unknown";

/** How a process starts that the call makes, which is one of a context (`get_context("fork").Process`) or of the default method. */
export function freshStartOf(call: CallOperation, within: FunctionNode, program: Program, target: Target): FreshStart {
  const { callee } = call;
  const given = call.arguments.find((argument) => argument.form === "keyword" && argument.name === "mp_context");
  const receiver = given ? given.value : callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined;
  if (receiver) {
    const entities = program.resolver.resolve(receiver, within);
    const contexts = entities.flatMap((entity) =>
      entity.kind === "object" && entity.type === "multiprocessing.context.BaseContext" && entity.origin ? [entity.origin] : [],
    );
    if (contexts.length > 1) return "unknown";
    const [context] = contexts;
    if (context) {
      const method = context.call.arguments[0]?.value;
      return method ? methodStart(method, context.in, program) : defaultStart(program, target);
    }
    if (given) return "unknown";
    // An object that holds a context, or a module that stands in for `multiprocessing`.
    const isModule = entities.some((entity) => entity.kind === "external");
    if (!isModule) return "unknown";
  }
  return defaultStart(program, target);
}

function methodStart(method: Value, within: FunctionNode, { resolver }: Program): FreshStart {
  const named = constantOf(method, within, resolver)?.value;
  if (named === "fork") return "nowhere";
  return named === "spawn" || named === "forkserver" ? "everywhere" : "unknown";
}

function defaultStart(program: Program, target: Target): FreshStart {
  const chosen = program.resolver.callsNamed("set_start_method");
  if (chosen.length > 0) {
    const starts = new Set(
      chosen.map(({ file, site }) => {
        const named = site.call.arguments.find((argument) => argument.name === "method");
        const method = named?.value ?? site.call.arguments[0]?.value;
        const within = file.functionAt(site.function);
        return method && within ? methodStart(method, within, program) : "unknown";
      }),
    );
    const [only] = starts;
    return starts.size === 1 && only ? only : "unknown";
  }
  return atLeast(target, 3, 14) ? "everywhere" : "macos-and-windows";
}

/** Stretches of a function that run only in the process that the user started: `if __name__ == "__main__":` and its like. */
export function mainGuards(node: FunctionNode): readonly { readonly start: number; readonly end: number }[] {
  const guards: { readonly start: number; readonly end: number }[] = [];
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "branch" && operation.test && someValue(operation.test, tellsProcesses)) guards.push(operation);
  });
  return guards;
}

const tellers: ReadonlySet<string> = new Set(["parent_process", "current_process", "get_start_method"]);

function tellsProcesses(value: Value): boolean {
  if (value.op === "read") {
    return value.place.kind === "name"
      ? value.place.name === "__name__"
      : value.place.kind === "attribute" && value.place.name === "__name__";
  }
  if (value.op !== "call" || value.callee.op !== "read" || value.callee.place.kind === "element") return false;
  return tellers.has(value.callee.place.name);
}
