import { hasGil } from "../base/target.js";
import { CostModel, unknownCallNs } from "../estimate/costs/work.js";
import { duration } from "../estimate/prediction/text.js";
import { likelyNs } from "../estimate/tasks/demand.js";
import { type Activation, bareActivation } from "../estimate/values/activation.js";
import type { CallableEntry } from "../knowledge/entry.js";
import { evaluate } from "../knowledge/evaluate.js";
import { partOfActivity } from "../program/link/activity/activity.js";
import type { FunctionNode, LinkedFile } from "../program/link/entity.js";
import { gilNoteOfCall } from "../program/link/gil-notes.js";
import { knownOfCall } from "../program/link/resolution/call-facts.js";
import { walkOperations } from "../program/link/walk.js";
import type { CallOperation, LoopOperation } from "../program/operation.js";
import type { RuleContext } from "../rules/rule.js";
import type { CodeNote, ReleasingCall } from "./answers.js";

/** What loops of a file cost, and what its calls do to the GIL, in order of offset. */
export function codeNotesOf(path: string, context: RuleContext): readonly CodeNote[] {
  const file = context.program.file(path);
  if (!file) return [];
  return [...loopNotes(file, context), ...callNotes(file, context)].sort((a, b) => a.offset - b.offset);
}

/** The calls of a file that release the GIL, as far as that is sure, in order of offset. */
export function releasingCallsOf(path: string, context: RuleContext): readonly ReleasingCall[] {
  const file = context.program.file(path);
  if (!file || !hasGil(context.target)) return [];
  const threaded = partOfActivity(context.program, "threaded");
  return knownCalls(file, context)
    .filter(({ effect }) => effect === "releases")
    .map(({ call, within }): ReleasingCall => {
      const { start, end } = call.callee;
      return { range: { start, end }, runs: threaded.has(within) ? "in-threads" : "elsewhere" };
    })
    .sort((a, b) => a.range.start - b.range.start);
}

interface KnownCall {
  readonly call: CallOperation;
  readonly within: FunctionNode;
  readonly entry: CallableEntry | undefined;
  readonly effect: "releases" | "holds" | "depends";
}

/** The calls of whose effect on the GIL something is known or written down. */
function knownCalls(file: LinkedFile, { program, target }: RuleContext): readonly KnownCall[] {
  const { resolver, knowledge } = program;
  const found: KnownCall[] = [];
  for (const sites of file.facts.callsByName.values()) {
    for (const { call, function: index } of sites) {
      const within = file.functionAt(index);
      if (!within) continue;
      const note = gilNoteOfCall(call, within);
      if (note) {
        found.push({ call, within, entry: undefined, effect: note });
        continue;
      }
      const entry = resolver
        .externalCallees(call, within)
        .map((name) => knowledge.callable(name))
        .find((each) => each !== undefined);
      if (!entry || entry.style === "awaitable") continue;
      const { gil } = evaluate(entry, knownOfCall(call, within, resolver, target));
      if (gil !== "runs-python") found.push({ call, within, entry, effect: gil });
    }
  }
  return found;
}

const callTexts = { releases: "releases GIL", holds: "holds GIL", depends: "may release GIL" } as const;

function callNotes(file: LinkedFile, context: RuleContext): readonly CodeNote[] {
  if (!hasGil(context.target)) return [];
  return knownCalls(file, context).flatMap((known) =>
    isWorthSaying(known) ? [{ kind: "call", offset: known.call.end, text: callTexts[known.effect] } as const] : [],
  );
}

/**
 * That `len` holds the GIL is nobody's concern: said of calls that hold it, or may, are those whose time grows with what they are given. Most
 * built-in functions only run what they are given, or make a container of it.
 */
function isWorthSaying({ call, entry, effect }: KnownCall): boolean {
  if (effect === "releases" || !entry) return true;
  if (entry.name.startsWith("builtins.") && entry.name !== "builtins.sorted") return false;
  return call.arguments.length > 0 && (entry.cost?.terms.some(({ term }) => term !== "fixed") ?? false);
}

function loopNotes(file: LinkedFile, context: RuleContext): readonly CodeNote[] {
  const model = new CostModel(context.program.resolver, context);
  return file.functions.flatMap((node) => {
    const loops: LoopOperation[] = [];
    walkOperations(node.facts.body, (operation) => {
      if (operation.op === "loop" && operation.form !== "comprehension") loops.push(operation);
    });
    const at = bareActivation(node);
    return loops.flatMap((loop): readonly CodeNote[] => {
      const text = loopText(loop, at, model);
      return text === undefined ? [] : [{ kind: "loop", offset: loop.header.end, text }];
    });
  });
}

/** How often it goes round, how long that takes, and what of it needs the GIL; undefined where calls that nothing is known of may take longer. */
function loopText(loop: LoopOperation, at: Activation, model: CostModel): string | undefined {
  const work = model.workOfStretch([loop], at);
  const total = likelyNs(work);
  if (total === 0 || work.unknownCalls * unknownCallNs > total - work.assumedWaitNs) return undefined;
  const held = (work.interpreterNs.likely + work.heldNs.likely) / total;
  const share = held > 0.95 ? "holds GIL" : held < 0.05 ? "without GIL" : `${Math.round(100 * held)} % with GIL`;
  // How long a wait for others takes is decided elsewhere.
  if (work.calls.some(({ entry, ns }) => entry.cost?.from !== "measured" && ns * 2 > total)) return held < 0.5 ? "waits" : undefined;
  const { count, known } = model.evaluator.trips(loop, at);
  const pass = total / Math.max(1, count.likely);
  if (known === "endless" || work.isEndless) return `${duration(pass)} a pass, ${share}`;
  if (known === "default") return `≈ ${duration(pass)} a pass, ${share}`;
  return `≈ ${duration(total)} (${countText(count.likely)} × ${duration(pass)}), ${share}`;
}

/** A number of passes with thin spaces between thousands. */
function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}
