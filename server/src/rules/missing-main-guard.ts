import { contains, type Range, rangeOf } from "../base/range.js";
import { atLeast, knownTargets, targetName } from "../base/target.js";
import type { FunctionNode } from "../program/link/entity.js";
import { type FreshStart, freshStartOf, mainGuards } from "../program/link/processes/start-methods.js";
import { startingCall, startsOfSpawn } from "../program/link/threads/left-running.js";
import { walkOperations } from "../program/link/walk.js";
import type { CallOperation } from "../program/operation.js";
import { mainGuardFix } from "./fixes/main-guard-fix.js";
import docs from "./missing-main-guard.md";
import { quoted } from "./race.js";
import type { Match, RelatedLocation, Rule, RuleContext } from "./rule.js";

interface Data {
  /** The call at module level. */
  readonly at: CallOperation;
  readonly module: FunctionNode;
  readonly starter: Starter;
  readonly start: FreshStart;
}

/** A call after which a new process runs. */
interface Starter {
  readonly call: CallOperation;
  readonly in: FunctionNode;
  readonly by: string;
  /** The call that says how processes start: that of the executor, for work that it is given. */
  readonly made: { readonly call: CallOperation; readonly in: FunctionNode };
}

/** GIL303: processes that are started while the module is imported. */
export const missingMainGuard: Rule<Data> = {
  code: "GIL303",
  name: "missing-main-guard",
  since: "0.1.0",
  group: "processes",
  severity: "warning",
  docs,
  find,
  message,
  fix: ({ at, module, starter }, context) => mainGuardFix(module, placesOf(at, module, starter), context),
};

/** The call at module level, and where the module makes the pool that it gives work to. */
function placesOf(at: CallOperation, module: FunctionNode, { made }: Starter): readonly number[] {
  return made.in === module ? [at.start, made.call.start] : [at.start];
}

function find(context: RuleContext): readonly Match<Data>[] {
  const matches = new Map<string, Match<Data>>();
  for (const starter of starters(context)) {
    const start = freshStartOf(starter.made.call, starter.made.in, context.program, context.target);
    if (start === "nowhere" || start === "unknown") continue;
    for (const { call, module, way } of importTimeCalls(starter, context)) {
      // One process that is started there is enough to stop the import in the child.
      const key = module.file.path;
      const confidence = way === "always" ? "likely" : "possible";
      const known = matches.get(key);
      if (known && (known.confidence === "likely" || confidence === "possible")) continue;
      matches.set(key, match({ at: call, module, starter, start }, confidence));
    }
  }
  return [...matches.values()];
}

function match(data: Data, confidence: Match<Data>["confidence"]): Match<Data> {
  const { at, module, starter, start } = data;
  const related: RelatedLocation[] =
    at === starter.call ? [] : [{ path: starter.in.file.path, range: rangeOf(starter.call), message: "this call starts the process" }];
  return {
    path: module.file.path,
    range: rangeOf(at),
    confidence,
    related,
    targets:
      start === "everywhere"
        ? []
        : knownTargets
            .filter((target) => target.implementation === "cpython")
            .map((target) => ({ target: targetName(target), verdict: atLeast(target, 3, 14) ? "breaks" : "holds-by-accident" })),
    prediction: undefined,
    data,
  };
}

const starting: ReadonlyMap<string, readonly string[]> = new Map([
  ["Pool", ["multiprocessing.Pool", "multiprocessing.pool.Pool", "multiprocessing.context.BaseContext.Pool"]],
  ["Manager", ["multiprocessing.Manager", "multiprocessing.context.BaseContext.Manager"]],
]);

/** Pools of multiprocessing and managers start processes when they are made, executors when they are given work, a process with `start`. */
function starters({ program }: RuleContext): readonly Starter[] {
  const found: Starter[] = [];
  for (const [name, qualified] of starting) {
    for (const { file, site } of program.resolver.callsNamed(name)) {
      const within = file.functionAt(site.function);
      if (!within) continue;
      const callees = program.resolver.resolve(site.call.callee, within);
      const isOne = callees.length > 0 && callees.every((callee) => callee.kind === "external" && qualified.includes(callee.name));
      if (isOne) {
        const call = { call: site.call, in: within };
        found.push({ ...call, by: `multiprocessing.${name}`, made: call });
      }
    }
  }
  for (const spawn of program.spawns) {
    if (spawn.worker !== "process" || spawn.startedBy === "library") continue;
    if (/^multiprocessing\.(context\.)?(BaseContext\.)?Process$/.test(spawn.spawner)) {
      for (const start of startsOfSpawn(spawn, program)) {
        const call = startingCall(start);
        if (call) found.push({ call, in: start.in, by: "multiprocessing.Process", made: spawn });
      }
    } else if (spawn.spawner.startsWith("concurrent.futures.ProcessPoolExecutor.")) {
      const made = spawn.pool?.made;
      if (made) {
        found.push({ call: spawn.call, in: spawn.in, by: spawn.spawner.split(".").slice(-2).join("."), made });
      }
    }
  }
  return found;
}

interface ImportTimeCall {
  readonly call: CallOperation;
  readonly module: FunctionNode;
  /** Whether something on the way decides whether the process is started. */
  readonly way: "always" | "sometimes";
}

/** The calls of module bodies, outside a main guard, by which the process is started. */
function importTimeCalls(starter: Starter, { program }: RuleContext): readonly ImportTimeCall[] {
  const found: ImportTimeCall[] = [];
  const seen = new Set<FunctionNode>();
  const visit = (call: CallOperation, within: FunctionNode, way: ImportTimeCall["way"], depth: number): void => {
    if (mainGuards(within).some((guard) => contains(guard, call))) return;
    const here = way === "sometimes" || isInBranch(call, within) ? "sometimes" : "always";
    if (within.head.kind === "module") {
      // The main module of a package is not imported again.
      if (!/(^|\/)__main__\.pyi?$/.test(within.file.path)) found.push({ call, module: within, way: here });
      return;
    }
    if (within.head.kind !== "function" || within.head.isGenerator || within.head.isAsync || seen.has(within) || depth > 4) return;
    seen.add(within);
    for (const caller of program.resolver.callersOf(within)) {
      const callees = program.resolver.resolve(caller.call.callee, caller.within);
      if (callees.length === 1) visit(caller.call, caller.within, here, depth + 1);
    }
  };
  visit(starter.call, starter.in, "always", 0);
  return found;
}

function isInBranch(call: Range, within: FunctionNode): boolean {
  let isInside = false;
  walkOperations(within.facts.body, (operation) => {
    if (operation.op === "branch" && contains(operation, call)) isInside = true;
    if (operation.op === "attempt" && operation.handlers.some((handler) => handler.some((each) => contains(each, call)))) isInside = true;
    // `if quick: return`
    const isEarly = operation.op === "return" && operation.end <= call.start;
    if (isEarly && within.head.kind === "function") isInside = true;
  });
  return isInside;
}

function message({ at, module, starter, start }: Data, context: RuleContext): string {
  const text = quoted(module.file.path, rangeOf(at), context);
  const what =
    at === starter.call
      ? `\`${text}\` starts a process while the module is imported`
      : `\`${text}\` starts a process (\`${starter.by}\`) while the module is imported`;
  const where =
    start === "macos-and-windows" ? "On macOS and Windows, and on Linux from Python 3.14 on, the new process" : "The new process";
  return `${what}. ${where} imports the main module again, gets here, and fails with a RuntimeError. Put it under \`if __name__ == "__main__":\`.`;
}
