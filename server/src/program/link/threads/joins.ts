import { contains, type Range } from "../../../base/range.js";
import type { CallOperation, LoopOperation, Operation, Value } from "../../operation.js";
import type { Moment } from "../activity/moments.js";
import type { ClassNode, Entity, FunctionNode } from "../entity.js";
import { testsBefore } from "../guards.js";
import { lastNameOf } from "../last-name.js";
import type { Program } from "../link.js";
import { functionsThat, functionTest } from "../linked-file.js";
import { isElementOf } from "../loops.js";
import { againWith, overviewOf } from "../memory/overviews.js";
import type { Resolver } from "../resolution/resolver.js";
import { innerOperations, someValue, walkOperations } from "../walk.js";
import { isKeptAs } from "./kept-places.js";
import { threadObjectOf } from "./spawn.js";
import { startOf } from "./starts.js";

/**
 * Whether the second moment comes after its thread has waited for the thread of the first to end: it has joined it, in a function that it called, too, or
 * seen that it is not alive.
 */
export function isJoinedBefore({ root }: Moment, second: Moment, program: Program): boolean {
  if (root.kind !== "spawn") return false;
  const thread = threadObjectOf(root.spawn);
  const isIt = (entity: Entity): boolean =>
    entity.kind === "object" ? entity.origin?.call === root.spawn.call : entity.kind === "instance" && entity.class === thread;
  return endsBefore(second, program).some(({ object, in: within, waits, isOfEach, depends }) => {
    if (waits === "for-a-while" || (root.instances === "several" && !isOfEach)) return false;
    // Who starts the thread when it is asked for starts it again while somebody waits for the one before.
    if (depends === "on-thread" && testsBefore(root.spawn.in, root.spawn.call).some((test) => isAbout(test, object))) return false;
    const joined = program.resolver.resolve(object, within);
    // Of the attributes of some objects nothing else is known: `worker.listener = Thread(…)`.
    return joined.length > 0 ? joined.length === 1 && joined.every(isIt) : isKeptAs(lastNameOf(object), root.spawn.call, root.spawn.in);
  });
}

/**
 * Whether the second moment comes after a `join` of a thread that the first moment's function has yet to start: until then, `join` raises an error, however
 * long it would wait.
 */
export function isBeforeJoinedStart({ root, function: node, range, path }: Moment, second: Moment, program: Program): boolean {
  if (root.kind !== "caller" || root.function !== node || path.length > 0) return false;
  return endsBefore(second, program).some(({ object, in: within, waits }) => {
    const [only, ...others] = waits === "unless-started" ? [] : program.resolver.resolve(object, within);
    if (only?.kind !== "object" || others.length > 0 || only.origin?.in !== node) return false;
    const start = startOf(only.origin.call, node, ["start"]);
    return start !== undefined && range.end <= start;
  });
}

/** A place in a function behind which a thread is over, or at least has been started. */
interface End {
  /** The call of `join`, or of what calls it; the test that has seen that the thread is not alive. */
  readonly at: Range;
  readonly object: Value;
  readonly in: FunctionNode;
  /** `unless-started`: whoever has seen that a thread is not alive comes after it, or before its start. `for-a-while`: `join` with a limit of time. */
  readonly waits: "until-over" | "for-a-while" | "unless-started";
  /** Whether it is done with each thread of a list. */
  readonly isOfEach: boolean;
  /** What it stands in, without which it does not come by. */
  readonly around: readonly Range[];
  /** Whether it is left out where there is no thread: `if self.thread is not None: self.thread.join()`. */
  readonly depends: "on-nothing" | "on-thread";
  /** Whether whoever has called the function has come by it. */
  readonly isSure: boolean;
}

function endsBefore({ function: node, range, path }: Moment, program: Program): readonly End[] {
  const all = ends(program);
  if (all.size === 0) return [];
  const steps = [...path.map((step) => ({ node: step.function, at: step.call as Range })), { node, at: range }];
  return steps.flatMap((step) =>
    (all.get(step.node) ?? []).filter(({ at, around }) => at.end <= step.at.start && around.every((each) => contains(each, step.at))),
  );
}

/** The functions of the program that wait for threads, or call others that surely do. */
function ends(program: Program): ReadonlyMap<FunctionNode, readonly End[]> {
  return overviewOf(program, "ends of threads", (now) => {
    const found = new Map<FunctionNode, readonly End[]>();
    for (const file of now.files)
      for (const node of functionsThat(file, endingThreads)) {
        const own = ownEnds(now, node);
        if (own.length > 0) found.set(node, own);
      }
    let helpers = [...found];
    for (let depth = 0; depth < maximumHelpers && helpers.length > 0; depth++) {
      const callers = new Map<FunctionNode, Map<CallOperation, readonly End[]>>();
      for (const [node, own] of helpers) {
        const sure = own.filter(({ isSure, waits }) => isSure && waits === "until-over");
        for (const { call, within } of sure.length > 0 ? now.resolver.callersOf(node) : [])
          callers.set(within, (callers.get(within) ?? new Map()).set(call, sure));
      }
      helpers = [...callers].map(([within, calls]) => [within, endsIn(within, (call) => calls.get(call) ?? [])]);
      for (const [within, own] of helpers) found.set(within, [...(found.get(within) ?? []), ...own]);
    }
    return found;
  });
}

function ownEnds(program: Program, node: FunctionNode): readonly End[] {
  const find = (): readonly End[] => endsIn(node, (call) => ownEnd(call, node, program));
  return program.resolver.rememberedOf(node, "ends of threads", find, undefined, againWith(ownEnds, node));
}

const maximumHelpers = 2;

const endingMethods: ReadonlySet<string> = new Set(["join", "is_alive"]);

const endingThreads = functionTest(
  "ends threads",
  ({ body }) => {
    let ends = false;
    walkOperations(body, (operation) => {
      ends ||= operation.op === "call" && endingMethods.has(lastNameOf(operation.callee));
    });
    return ends;
  },
  endingMethods,
);

type Ending = Pick<End, "object" | "in" | "waits" | "isOfEach" | "depends">;

/** What a call says of a thread. */
function ownEnd(call: CallOperation, within: FunctionNode, { resolver }: Program): readonly Ending[] {
  if (call.callee.op !== "read" || call.callee.place.kind !== "attribute" || call.callee.place.name !== "join") return [];
  const { object } = call.callee.place;
  if (!isThread(object, within, resolver)) return [];
  const isLimited = call.arguments.some(({ value }) => !(value.op === "constant" && value.type === "none"));
  return [{ object, in: within, waits: isLimited ? "for-a-while" : "until-over", isOfEach: false, depends: "on-nothing" }];
}

/** Whether it is a thread, as far as anything is known of it. */
function isThread(object: Value, within: FunctionNode, resolver: Resolver): boolean {
  const isThreadClass = (node: ClassNode): boolean => resolver.classOrder(node).externals.includes("threading.Thread");
  const entities = resolver.resolve(object, within);
  if (entities.length === 0) return object.op === "read" && object.place.kind === "attribute";
  return entities.some((entity) =>
    entity.kind === "object" ? entity.type === "threading.Thread" : entity.kind === "instance" && isThreadClass(entity.class),
  );
}

/** What stands around an operation: a loop, or an arm of a branch with its test, or a handler. */
interface Around {
  readonly range: Range;
  readonly loop: LoopOperation | undefined;
  readonly test: Value | undefined;
}

/** Where the function comes by something that ends threads. */
function endsIn(node: FunctionNode, endingsOf: (call: CallOperation) => readonly Ending[]): readonly End[] {
  const found: End[] = [];
  const returns: (readonly Around[])[] = [];
  const add = (endings: readonly Ending[], at: Range, around: readonly Around[]): void => {
    for (const ending of endings) {
      const loop = around.find((each) => each.loop && isVariableOf(each.loop, ending.object, node))?.loop;
      const isMeant = ({ test }: Around): boolean => test !== undefined && isAbout(test, ending.object);
      const needed = around.filter((each) => (each.loop ? each.loop !== loop : !isMeant(each))).map(({ range }) => range);
      const isSure = needed.length === 0 && returns.every((each) => each.some(isMeant));
      found.push({
        ...ending,
        at: loop ?? at,
        isOfEach: ending.isOfEach || loop !== undefined,
        depends: around.some(isMeant) || returns.length > 0 ? "on-thread" : ending.depends,
        around: needed,
        isSure,
      });
    }
  };
  const visit = (list: readonly Operation[], around: readonly Around[]): void => {
    const inside = (part: readonly Operation[], test: Value | undefined, then: typeof visit = visit): void => {
      const [first] = part;
      const last = part[part.length - 1];
      if (first && last) then(part, [...around, { range: { start: first.start, end: last.end }, loop: undefined, test }]);
    };
    list.forEach((operation, index) => {
      switch (operation.op) {
        case "call":
          add(endingsOf(operation), operation, around);
          break;
        case "return":
          returns.push(around);
          break;
        case "loop":
          visit(operation.body, [...around, { range: operation, loop: operation, test: undefined }]);
          break;
        case "branch": {
          const seen = aliveIn(operation.test);
          for (const [arm, ops] of operation.arms.entries()) {
            const isDead = seen && (arm === 0) !== seen.inFirst;
            const rest = seen && !isDead && leavesAtEnd(ops) ? list.slice(index + 1) : isDead ? ops : [];
            const ending: readonly Ending[] = seen
              ? [{ object: seen.object, in: node, waits: "unless-started", isOfEach: false, depends: "on-nothing" }]
              : [];
            inside(rest, undefined, (_, within) => add(ending, seen?.call ?? operation, within));
            inside(ops, operation.test);
          }
          break;
        }
        case "attempt":
          for (const part of [operation.body, operation.otherwise, operation.final]) visit(part, around);
          for (const handler of operation.handlers) inside(handler, undefined);
          break;
        default:
          for (const part of innerOperations(operation)) visit(part, around);
      }
    });
  };
  visit(node.facts.body, []);
  return found;
}

/** The thread of which a test asks whether it is alive, and whether it is in the first arm: `if thread.is_alive():`, `if not thread.is_alive():`. */
function aliveIn(test: Value | undefined): { readonly call: CallOperation; readonly object: Value; readonly inFirst: boolean } | undefined {
  if (test?.op === "compute" && test.operator === "not") {
    const inner = aliveIn(test.operands[0]);
    return inner && { ...inner, inFirst: !inner.inFirst };
  }
  if (test?.op !== "call" || test.callee.op !== "read" || test.callee.place.kind !== "attribute") return undefined;
  return test.callee.place.name === "is_alive" ? { call: test, object: test.callee.place.object, inFirst: true } : undefined;
}

function leavesAtEnd(arm: readonly Operation[]): boolean {
  const last = arm[arm.length - 1];
  return last !== undefined && /^(return|raise|break|continue)$/.test(last.op);
}

/** Whether the value is what a loop goes through: `for thread in self.threads: thread.join()`. */
function isVariableOf({ iterable }: LoopOperation, object: Value, { facts }: FunctionNode): boolean {
  if (object.op !== "read" || object.place.kind !== "name" || object.place.owner !== facts.index) return false;
  const bound = facts.bindings.get(object.place.name) ?? [];
  return bound.some((value) => value.op === "element-of" && isElementOf(value, iterable));
}

/** Whether a test asks for the thread itself, or whether what it belongs to is at work, so that the other arm has no thread to wait for. */
function isAbout(test: Value, thread: Value): boolean {
  const name = lastNameOf(thread);
  return someValue(test, (inner) => {
    if (inner.op === "constant") return inner.type === "str" && inner.value === name;
    const isState = inner.op === "read" && (inner.place.kind === "attribute" || (inner.place.kind === "name" && inner.place.owner === 0));
    return lastNameOf(inner) === name || (isState && ofLife.test(lastNameOf(inner)));
  });
}

const ofLife = /^_*(is_?|has_?|was_?)?(running|started|connected|opened|open|active|alive|initialized|closed|stopped|ended|shut_?down)$/i;
