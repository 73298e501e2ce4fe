import type { FunctionNode } from "../../program/link/entity.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation, Value } from "../../program/operation.js";

/**
 * What a coroutine has a thread of a pool call, as that call: `f(x)` of `asyncio.to_thread(f, x)` and `loop.run_in_executor(None, f, x)`. Undefined for any
 * other call, and where something else than threads may run it.
 */
export function handedToThread(name: string, call: CallOperation, within: FunctionNode, resolver: Resolver): CallOperation | undefined {
  const place = name === "asyncio.to_thread" ? 0 : name === "asyncio.AbstractEventLoop.run_in_executor" ? 1 : undefined;
  const callee = place === undefined ? undefined : call.arguments[place];
  if (place === undefined || callee?.form !== "positional" || (place === 1 && !isThreadPool(call.arguments[0]?.value, within, resolver)))
    return undefined;
  const known = calls.get(call);
  if (known) return known;
  const handed: CallOperation = {
    op: "call",
    callee: callee.value,
    arguments: call.arguments.slice(place + 1),
    start: callee.value.start,
    end: call.end,
  };
  calls.set(call, handed);
  return handed;
}

function isThreadPool(executor: Value | undefined, within: FunctionNode, resolver: Resolver): boolean {
  if (executor?.op === "constant") return executor.type === "none";
  const found = executor ? resolver.resolve(executor, within) : [];
  return found.length > 0 && found.every((each) => each.kind === "object" && each.type === "concurrent.futures.ThreadPoolExecutor");
}

/** What is known of a call is kept by the call, so that one comes to the same each time. */
const calls = new WeakMap<CallOperation, CallOperation>();
