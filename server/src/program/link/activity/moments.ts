import type { Range } from "../../../base/range.js";
import type { GapStep } from "../../../knowledge/atomicity.js";
import type { CallableEntry } from "../../../knowledge/entry.js";
import type { CallOperation, LoopOperation, ReadOperation, WriteOperation, YieldOperation } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import type { HeldLock } from "../locks/locks.js";
import type { CheckThenAct } from "../state/compound.js";
import type { UpdateForm } from "../state/updates.js";
import type { ThreadRoot } from "../threads/roots.js";
import type { IdleLoop } from "../waiting/idle-loops.js";
import type { Look } from "../waiting/looks.js";
import type { Placed } from "./parallel.js";

/** One moment of a thread: where it is, how it got there, and what it holds. */
export interface Moment {
  readonly root: ThreadRoot;
  readonly function: FunctionNode;
  readonly range: Range;
  readonly locks: readonly HeldLock[];
  /** Calls from the root to the function, outermost first. */
  readonly path: readonly CallStep[];
}

export interface CallStep {
  readonly function: FunctionNode;
  readonly call: Range;
}

/** What a thread does to state that others can reach. */
export interface Access extends Moment {
  /** Equal for accesses to the same state; the content of a container has the container's location and `[]`. */
  readonly location: string;
  /**
   * `assign`, `update`, `delete`: a statement stores or deletes. `change`: a method adds, removes or reorders elements. `iterate`: a loop, or
   * a call that runs Python code, goes through it. `copy`: a call goes through it in C. `advance`: an iterator is moved on. `use`: a method of an object that is not thread-safe is called, or of one that was checked before.
   * `read`: it is looked at while a lock is held. `insert`: a statement stores or deletes an element that is this thread's own, which the others
   * notice by the container's size only.
   */
  readonly does: "assign" | "update" | "delete" | "change" | "iterate" | "copy" | "advance" | "use" | "read" | "insert";
  /** The whole statement, for writes; else the expression. */
  readonly statement: Range;
  readonly operation: WriteOperation | CallOperation | LoopOperation | ReadOperation | YieldOperation;
  /** For a read-modify-write: what runs between the read and the write, and whether the result depends on who comes first; see `countsOn`. */
  readonly update:
    | {
        readonly gap: readonly GapStep[];
        readonly read: Range;
        readonly form: UpdateForm;
        readonly result: "counted" | "kept";
        /** The function that stores, where it is called for that: `store.set(k, store.get(k) + 1)`. The locks are those held from the read on. */
        readonly storedBy?: FunctionNode;
      }
    | undefined;
  /** For what empties a container after all of it was read: that read, and what runs in between; see `readForEmptying`. */
  readonly emptied: { readonly gap: readonly GapStep[]; readonly read: Range } | undefined;
  /** For code that runs because of a look at the same state: the look, and the locks held without a break from there to here. */
  readonly check: { readonly pattern: CheckThenAct; readonly locks: readonly HeldLock[] } | undefined;
  /** Whose it is; see `Placed`. */
  readonly of: Placed["of"];
  /** The variable through which the state was reached: `global …`, `cell …`, or `self` with its class and those that it extends. */
  readonly through: string;
  /** The way to the object whose attribute it is; see `AbstractObject`. */
  readonly via: string;
}

/** A thread takes a lock. `locks` are those it holds already. */
export interface Acquisition extends Moment {
  readonly lock: HeldLock;
  /** `attempt`: it may come back without the lock, and so never waits for ever. */
  readonly waits: "until-free" | "attempt";
}

/** A thread calls something that blocks until time passes or somebody else acts. */
export interface Wait extends Moment {
  readonly call: CallOperation;
  readonly entry: CallableEntry;
}

/** A thread comes to a loop that only looks, in some of its rounds, whether others have acted. */
export interface Poll extends Moment {
  readonly idle: IdleLoop;
  /** Looks at state, and where this thread finds it. */
  readonly looks: readonly { readonly look: Look; readonly access: Access }[];
}
