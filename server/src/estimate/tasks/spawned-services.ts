import { exactly } from "../../base/interval.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { lastNameOf, receiverOf } from "../../program/link/last-name.js";
import type { Program } from "../../program/link/link.js";
import type { Spawn, SpawnTarget } from "../../program/link/threads/spawn.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CostModel } from "../costs/work.js";
import { isServing, type Service, serviceIn, takesEntries } from "./services.js";
import { countAlike, endOf } from "./side-by-side.js";
import { activationOf } from "./target-activation.js";
import { isInLoop } from "./task-counts.js";
import type { TaskWork } from "./task-work.js";

/** The service that each task is; several that share what comes out of a queue share out work. */
export function serviceOf(spawn: Spawn, target: SpawnTarget | undefined, program: Program, model: CostModel): Service | undefined {
  if (!target) return spawn.externalTargets.some(isServing) ? "library" : undefined;
  const service = serviceIn(activationOf(target, model.evaluator.resolver), model.evaluator);
  if (!service || service === "library" || !takesEntries(service, program.resolver)) return service;
  if (spawn.items.length > 0) return undefined;
  const isShared = isInLoop(spawn) || countAlike(spawn, program) > 0;
  return isShared && seesItDone(spawn, program) ? undefined : service;
}

/**
 * Whether who starts workers puts into a queue what they are to do, or starts somebody who does, or waits for them or for all of it to be done, or each
 * worker starts who feeds it; others keep them for what may come.
 */
function seesItDone(spawn: Spawn, program: Program): boolean {
  if (Number.isFinite(endOf(spawn, program))) return true;
  const own = spawn.targets[0]?.function;
  const producers = [spawn.in, ...(own ? [own] : [])]
    .flatMap((node) => program.spawnsIn(node))
    .flatMap(({ targets }) => targets.flatMap((each) => (each.function === own ? [] : [each.function])));
  return callsOn(spawn.in, /^(put(_nowait)?|join)$/, program) || producers.some((node) => callsOn(node, /^put(_nowait)?$/, program));
}

function callsOn(node: FunctionNode, methods: RegExp, { resolver }: Program): boolean {
  let calls = false;
  walkOperations(node.facts.body, (operation) => {
    if (calls || operation.op !== "call" || !methods.test(lastNameOf(operation.callee))) return;
    const object = receiverOf(operation);
    calls = object !== undefined && object.op !== "constant" && resolver.externalCallees(operation, node).every(isNoPath);
  });
  return calls;
}

function isNoPath(name: string): boolean {
  return !/(^|\.)(posix|nt|os\.)?path\.join$|^builtins\.(str|bytes)/.test(name);
}

/** Whether whatever is handed in is a service; what their rounds take differs from one to the other. */
export function serviceOfAll({ externalTargets }: Spawn, targets: readonly SpawnTarget[], model: CostModel): Service | undefined {
  const isOne = (target: SpawnTarget): boolean => serviceIn(activationOf(target, model.evaluator.resolver), model.evaluator) !== undefined;
  return targets.every(isOne) && externalTargets.every(isServing) ? "library" : undefined;
}

/** What is done in each round of a service: the length of a loop without an end says nothing. */
export function roundOf(service: Service, read: TaskWork, model: CostModel): TaskWork {
  if (service !== "library") return model.workOfStretch(service.loop.body, service.at);
  const none = exactly(0);
  const locked = { ...read.locked, entries: 0, checks: 0, releases: 0, records: 0, interpreterNs: none, nativeNs: none, waitNs: none };
  const counts = { unknownCalls: 0, uncostedCalls: 0, assumedWaitNs: 0, assumptions: [] };
  return { ...read, ...counts, interpreterNs: none, heldNs: none, nativeNs: none, waitNs: none, locked };
}
