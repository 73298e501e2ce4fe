import { add, interval, scale } from "../../base/interval.js";
import { gilNoteOfCall } from "../../program/link/gil-notes.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { ownRun, startedCall, unhelped, withHelp } from "../tasks/helper-threads.js";
import { handedToThread } from "../tasks/pooled-calls.js";
import { usesInside } from "../tasks/shared-use.js";
import type { Activation } from "../values/activation.js";
import { codeGiven } from "../values/called-code.js";
import { writtenName } from "../values/names-in-text.js";
import { partialLibraryCall, partialRun } from "../values/partial-calls.js";
import { isDecoration, libraryName, makesFrozen, methodOfKind } from "./called-library.js";
import { addPooled, addTime, addTo, emptySum, type Sum, zero } from "./cost-sum.js";
import { Costing, type CostSources } from "./costing.js";
import type { FunctionState } from "./function-state.js";
import { looksUp } from "./hashed-keys.js";
import { builtInRun } from "./implicit-methods.js";
import type { LibraryCalls } from "./library-calls.js";
import { consumedNs } from "./library-table.js";
import { notedEntry } from "./noted-entry.js";
import { runsUnknown } from "./opaque-calls.js";
import type { ProgramCalls } from "./program-calls.js";
import { addUnlistedCall } from "./unlisted-calls.js";

/** What the calls cost that stand in the text: tells what each runs, and leaves it to those who know what that costs. */
export class Calls extends Costing {
  constructor(
    sources: CostSources,
    state: FunctionState,
    private readonly program: ProgramCalls,
    private readonly library: LibraryCalls,
  ) {
    super(sources, state);
  }

  add(operation: CallOperation, at: Activation, sum: Sum): void {
    const { function: within } = at;
    const note = gilNoteOfCall(operation, within);
    this.sharing.addCall(operation, at, sum);
    const run = ownRun(operation, at, this.resolver);
    if (run) sum.help = withHelp(sum.help, this.program.helped(run, zero));
    const given = codeGiven(operation.callee, at, this.resolver);
    if (given) return this.program.callOf(given.callee, operation, at, sum, given.named);
    const callees = this.resolver.callees(operation, within);
    const [callee] = callees;
    if (callee && (this.program.runsOneHandedIn(operation, callees, at, sum) || this.program.runsOtherMethod(operation, callees, at, sum)))
      return;
    if (callee) {
      this.program.callOf(callee, operation, at, sum);
      return;
    }
    const partial = partialRun(operation, at, this.resolver);
    if (partial && !this.state.stack.has(partial.function) && !this.state.stack.isFull) {
      this.interpret(sum, "callMethod");
      this.program.enter(partial, sum, note);
      return;
    }
    const partialCall = partialLibraryCall(operation, at, this.resolver);
    if (partialCall) {
      this.interpret(sum, "callMethod");
      this.add(partialCall, at, sum);
      return;
    }
    const name = libraryName(operation, within, this.evaluator) ?? methodOfKind(operation, at, this.constructs);
    sum.sharedUses += usesInside(name);
    const started = startedCall(name, operation);
    if (started) sum.help = withHelp(sum.help, this.program.helperOf(started, at));
    const noted =
      note &&
      notedEntry(note, name ?? calleeText(operation.callee), name === undefined ? undefined : this.resolver.knowledge.callable(name));
    if (noted) {
      const facts = this.sizes.knownOf(operation, at);
      this.library.add(noted, noted.name, operation, within, facts, undefined, sum, this.state.parts.calls, at);
      return;
    }
    if (name === undefined) {
      if (isDecoration(operation, at, this.evaluator)) return this.interpret(sum, "callCMethod");
      this.unknownCall(operation, sum, at);
      this.interpret(sum, "callCMethod");
      return;
    }
    const handed = handedToThread(name, operation, within, this.resolver);
    if (handed) {
      this.inThread(handed, at, sum);
      return;
    }
    if (runsUnknown(name, operation, within, this.resolver)) this.unknownCall(operation, sum, at);
    const entry = this.resolver.knowledge.callable(name);
    this.program.comparisons(name, operation, at, sum);
    if (this.program.enterImplicitly(builtInRun(name, operation, at, this.resolver), sum)) return this.interpret(sum, "callBuiltin");
    if (looksUp.test(name)) this.program.addHashed(operation.arguments[0]?.value, at, sum);
    if (name === "builtins.object" && operation.arguments.length > 0) {
      // A class without `__init__` that takes arguments has one made for it, as data classes do.
      this.interpret(sum, "instantiate");
      // It is made inside a function of `dataclasses`, so that it is not immortal.
      sum.sharedUses++;
      const { attributeStore, getattrCall } = this.costs.operations;
      // Objects that cannot be changed have their fields set by a call each: 90 ns more for each of four on 3.11, 45 on 3.14.
      const store = makesFrozen(operation.callee, within, this.resolver) ? add(getattrCall, scale(attributeStore, 3)) : attributeStore;
      sum.interpreter = add(sum.interpreter, scale(store, operation.arguments.length));
      return;
    }
    const consumed = consumedNs(name, operation, at, this.evaluator, this.costs);
    if (consumed) addTime(sum, "interpreter", consumed);
    if (name === "builtins.abs") sum.interpreter = add(sum.interpreter, this.constructs.magnitude(operation, at));
    if (!entry) {
      if (addUnlistedCall(name, operation, at, this.evaluator, this.costs, sum)) return;
      this.unknownCall(operation, sum, at);
      this.interpret(sum, "callCMethod");
      return;
    }
    const facts = this.sizes.knownOf(operation, at);
    const below = this.sizes.belowThreshold(entry, operation, at);
    this.library.add(entry, name, operation, within, facts, below, sum, this.state.parts.calls, at);
  }

  /** What a coroutine has a thread of a pool do, and the way there and back. */
  private inThread(handed: CallOperation, at: Activation, sum: Sum): void {
    sum.interpreter = add(sum.interpreter, handingOverNs);
    sum.turns++;
    // Only making the coroutine is looked at: others have the thread's time.
    if (this.state.coroutines === "made") return;
    const own = emptySum();
    this.add(handed, at, own);
    const { interpreter, held, native, wait } = own;
    addPooled(sum, { interpreter, held, native, wait });
    addTo(sum, { ...own, interpreter: zero, held: zero, native: zero, wait: zero, blocking: zero, lockEntries: 0, help: unhelped });
  }
}

/** What giving a thread of a pool something to do and hearing of the end of it takes the event loop and that thread (CPython 3.11 and 3.14: 50 to 90 µs for nothing). */
const handingOverNs = interval(30_000, 60_000, 150_000);

function calleeText(callee: Value): string {
  return writtenName(callee) ?? "this call";
}
