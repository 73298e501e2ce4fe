import type { ArgumentPassing, SpawnerEntry } from "../knowledge/entry.js";
import type { FunctionNode } from "../program/link/entity.js";
import { lastNameOf } from "../program/link/last-name.js";
import type { Program } from "../program/link/link.js";
import type { Crossing } from "../program/link/processes/picklability.js";
import type { ScopedValue, Spawn } from "../program/link/threads/spawn.js";
import { argumentAt } from "../program/link/threads/spawn-targets.js";
import { innerOperations } from "../program/link/walk.js";
import type { CallOperation, Operation, Value } from "../program/operation.js";

/** A value that goes to another process or interpreter. */
export interface Sent extends ScopedValue {
  readonly call: CallOperation;
  readonly crossing: Crossing;
  /** What takes it there, as it reads in a sentence. */
  readonly by: string;
  readonly pool: { readonly call: CallOperation; readonly in: FunctionNode } | undefined;
  /** Whether what takes it there can be a pool of threads as well. */
  readonly pools: "processes" | "mixed";
  /** Each element of the value is sent, not the value. */
  readonly how: "whole" | "element";
}

/** What the spawns of the program send: the function and its arguments. */
export function sentToWorkers(program: Program): readonly Sent[] {
  return program.spawns.flatMap((spawn): readonly Sent[] => {
    const crossing = crossingOf(spawn);
    const entry = program.knowledge.spawner(spawn.spawner);
    if (!crossing || !entry) return [];
    const pools = poolsOf(spawn, program);
    const base = { call: spawn.call, in: spawn.in, crossing, by: shortName(spawn.spawner), pool: spawn.pool?.made, pools };
    if (entry.target.at !== "argument") return [];
    const target = argumentAt(spawn.call, entry.target.of);
    return [
      ...(target ? [{ ...base, value: target, how: "whole" } as const] : []),
      ...argumentsOf(entry, entry.passing, spawn.call).map((sent) => ({ ...base, ...sent })),
    ];
  });
}

export function crossingOf(spawn: Spawn): Crossing | undefined {
  if (spawn.worker === "interpreter") return spawn.spawner.startsWith("anyio.") ? undefined : "interpreter";
  if (spawn.worker !== "process" || spawn.startedBy === "library") return undefined;
  if (/^multiprocessing\.(context\.)?(BaseContext\.)?Process$/.test(spawn.spawner)) return "start";
  const isTask = /^(concurrent\.futures\.ProcessPoolExecutor\.|multiprocessing\.pool\.Pool\.|tqdm\.contrib\.concurrent\.process_map$)/.test(
    spawn.spawner,
  );
  return isTask || spawn.spawner === "asyncio.AbstractEventLoop.run_in_executor" ? "task" : undefined;
}

/** `pool = ProcessPoolExecutor() if heavy else ThreadPoolExecutor()` is a choice that the caller makes, maybe together with what is sent. */
export function poolsOf({ spawner, call, in: within }: Spawn, { resolver }: Program): Sent["pools"] {
  if (spawner.endsWith("Process") || spawner.endsWith("process_map")) return "processes";
  const receiver = spawner.endsWith("run_in_executor") ? call.arguments[0]?.value : argumentAt(call, "receiver");
  const types = new Set(
    (receiver ? resolver.resolve(receiver, within) : []).map((entity) => (entity.kind === "object" ? entity.type : entity.kind)),
  );
  return types.size > 1 ? "mixed" : "processes";
}

export function shortName(spawner: string): string {
  if (spawner.endsWith("run_in_executor")) return "run_in_executor";
  return spawner
    .split(".")
    .slice(/\.[a-z_]+$/.test(spawner) ? -2 : -1)
    .join(".");
}

function argumentsOf(
  entry: SpawnerEntry,
  passing: ArgumentPassing,
  call: CallOperation,
): readonly { readonly value: Value; readonly how: "whole" | "element" }[] {
  switch (passing.pass) {
    case "rest": {
      const taken = entry.target.at === "argument" && entry.target.of !== "receiver" ? entry.target.of.keyword : undefined;
      return call.arguments.flatMap((argument, index) =>
        (argument.form === "positional" && index >= passing.from) || (argument.form === "keyword" && argument.name !== taken)
          ? [{ value: argument.value, how: "whole" } as const]
          : [],
      );
    }
    case "tuple": {
      const values = [argumentAt(call, passing.args), passing.kwargs && argumentAt(call, passing.kwargs)];
      return values.flatMap((value) =>
        value?.op === "display" ? value.elements.map((element) => ({ value: element, how: "whole" }) as const) : [],
      );
    }
    case "elements":
      return call.arguments
        .slice(passing.from)
        .flatMap((argument) => (argument.form === "positional" ? [{ value: argument.value, how: "element" } as const] : []));
    case "element":
    case "unpacked-element": {
      const value = argumentAt(call, passing.of);
      return value ? [{ value, how: "element" }] : [];
    }
    case "none":
    case "from-library":
      return [];
  }
}

/** `initializer` and `initargs` travel when a worker starts. */
export function initializers(program: Program): readonly Sent[] {
  return ["Pool", "ProcessPoolExecutor"].flatMap((name) =>
    program.resolver.callsNamed(name).flatMap(({ file, site }): readonly Sent[] => {
      const within = file.functionAt(site.function);
      const given = site.call.arguments.filter((argument) => argument.name === "initializer" || argument.name === "initargs");
      if (!within || given.length === 0) return [];
      const isPool = program.resolver
        .resolve(site.call, within)
        .some(
          (made) => made.kind === "object" && /^(multiprocessing\.pool\.Pool|concurrent\.futures\.ProcessPoolExecutor)$/.test(made.type),
        );
      if (!isPool) return [];
      const base = { call: site.call, in: within, crossing: "start", by: name, pool: undefined, pools: "processes", how: "whole" } as const;
      return given.flatMap(({ name: keyword, value }): readonly Sent[] =>
        keyword === "initializer"
          ? [{ ...base, value }]
          : value.op === "display"
            ? value.elements.map((element) => ({ ...base, value: element }))
            : [],
      );
    }),
  );
}

/** Whether the program is prepared for the failure: a test of it, or a handler that does the work otherwise. */
export function expectsError(operations: readonly Operation[], call: CallOperation): boolean {
  return operations.some((operation) => {
    if (operation.start > call.start || operation.end < call.end) return false;
    if (operation.op === "with" && /raises/i.test(lastName(operation.context))) return true;
    if (operation.op === "attempt" && operation.body.some((each) => each.start <= call.start && each.end >= call.end)) {
      if (operation.caught.some((types) => types.some((type) => pickleErrors.test(lastName(type))))) return true;
    }
    return innerOperations(operation).some((part) => expectsError(part, call));
  });
}

const pickleErrors = /Pickl|AttributeError|TypeError|NotImplementedError|RuntimeError|NotShareable/;

/** Of a call, that of what is called. */
function lastName(value: Value): string {
  return value.op === "call" ? lastName(value.callee) : lastNameOf(value);
}
