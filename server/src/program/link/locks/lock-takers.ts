import { append } from "../../../base/append.js";
import type { CallOperation } from "../../operation.js";
import type { Acquisition } from "../activity/moments.js";
import { type FunctionNode, functionKey } from "../entity.js";
import type { Spawn } from "../threads/spawn.js";
import type { HeldLock } from "./locks.js";

/** Where one lock is taken by those who wait for it, found by function, by place and by who takes it. */
export class Takers {
  private readonly places = new Map<Acquisition, number>();
  private readonly byFunction = new Map<FunctionNode, Acquisition[]>();
  private readonly bySite = new Map<string, Acquisition[]>();
  private readonly bySpawn = new Map<CallOperation, Acquisition[]>();
  private readonly byWork = new Map<FunctionNode, Acquisition[]>();
  private readonly withoutModule = new Map<string, readonly Acquisition[]>();

  add(taker: Acquisition): void {
    const { root } = taker;
    this.places.set(taker, this.places.size);
    append(this.byFunction, taker.function, taker);
    append(this.bySite, siteKey(taker.lock), taker);
    if (root.kind === "spawn") append(this.bySpawn, root.spawn.call, taker);
    append(this.byWork, root.function, taker);
  }

  in(node: FunctionNode): readonly Acquisition[] {
    return this.byFunction.get(node) ?? [];
  }

  at(site: string): readonly Acquisition[] {
    return this.bySite.get(site) ?? [];
  }

  /** Those of the threads that are started there, or run one of the functions, in order. */
  of(spawns: readonly Spawn[], functions: readonly FunctionNode[]): readonly Acquisition[] {
    const found = new Set([
      ...spawns.flatMap(({ call }) => this.bySpawn.get(call) ?? []),
      ...functions.flatMap((node) => this.byWork.get(node) ?? []),
    ]);
    return [...found].sort((a, b) => (this.places.get(a) ?? 0) - (this.places.get(b) ?? 0));
  }

  /** Those where nothing of the package is waited for, in order. */
  besides(module: string, modulesAt: ReadonlyMap<string, ReadonlySet<string>>): readonly Acquisition[] {
    let found = this.withoutModule.get(module);
    if (!found) {
      found = [...this.places.keys()].filter(({ lock }) => !modulesAt.get(siteKey(lock))?.has(module));
      this.withoutModule.set(module, found);
    }
    return found;
  }
}

const siteKeys = new WeakMap<HeldLock, string>();

/** Equal for locks that are taken at one place. */
export function siteKey(lock: HeldLock): string {
  let key = siteKeys.get(lock);
  if (key === undefined) {
    key = `${lock.key} ${functionKey(lock.taken.function)}@${lock.taken.range.start}`;
    siteKeys.set(lock, key);
  }
  return key;
}
