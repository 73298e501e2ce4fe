import { indexed } from "../../base/indexed.js";
import { contains, type Range } from "../../base/range.js";
import { firstAt } from "../../base/sorted.js";
import { blockingOf } from "../../knowledge/blocking.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { Program } from "../../program/link/link.js";
import { isAcquire, looksLikeLock, writtenName } from "../../program/link/locks/locks.js";
import { innerOperations, walkOperations } from "../../program/link/walk.js";
import type { CallOperation, Operation } from "../../program/operation.js";

/**
 * What a stretch of code does that matters when a lock is held round it. `quiet`: it computes and comes to an end by itself. `calls out`: it runs
 * code of which that is not known. `waits`: it waits for somebody or something. `locks`: it takes a lock. `suspends`: `await` or `yield`.
 */
export interface Conduct {
  readonly does: "quiet" | "calls out" | "waits" | "locks" | "suspends";
  /** The operation of the stretch that does it. */
  readonly at: Operation | undefined;
  /** Whether it runs code of which nothing is known. */
  readonly callsOut: "yes" | "no";
  /** The functions of the program that it runs. */
  readonly runs: ReadonlySet<FunctionNode>;
}

const order: readonly Conduct["does"][] = ["quiet", "calls out", "waits", "locks", "suspends"];

/** What the operations of a function in a range do, together with everything that they call. */
export function conductOf(node: FunctionNode, range: Range, program: Program): Conduct {
  const inside = operationsInside(node.facts.body, range);
  const seen: Seen = { runs: new Set(), callsOut: "no" };
  return { ...conductOfOperations(inside, node, program, seen, 0), ...seen };
}

/** The outermost operations of a function in a range. */
function operationsInside(body: readonly Operation[], range: Range): readonly Operation[] {
  const placed = placedOperations(body);
  const inside: Placed[] = [];
  for (let index = firstAt(placed, range.start, ({ operation }) => operation.start); index < placed.length; index++) {
    const each = placed[index] as Placed;
    if (each.operation.start > range.end) break;
    if (contains(range, each.operation)) inside.push(each);
  }
  const all = new Set(inside);
  const isOutermost = ({ around }: Placed): boolean => !around || (!all.has(around) && isOutermost(around));
  return inside
    .filter(isOutermost)
    .sort((a, b) => a.order - b.order)
    .map(({ operation }) => operation);
}

interface Placed {
  readonly operation: Operation;
  /** Its place among all of the function, outer ones before those inside. */
  readonly order: number;
  readonly around: Placed | undefined;
}

/** All operations of a function, by where they start. */
const placedOperations = indexed((body: readonly Operation[]): readonly Placed[] => {
  const placed: Placed[] = [];
  const visit = (operations: readonly Operation[], around: Placed | undefined): void => {
    for (const operation of operations) {
      const each: Placed = { operation, order: placed.length, around };
      placed.push(each);
      for (const part of innerOperations(operation)) visit(part, each);
    }
  };
  visit(body, undefined);
  return placed.sort((a, b) => a.operation.start - b.operation.start);
});

/** What was found on the way through calls. */
interface Seen {
  readonly runs: Set<FunctionNode>;
  callsOut: Conduct["callsOut"];
}

const deepest = 5;

function conductOfOperations(
  operations: readonly Operation[],
  node: FunctionNode,
  program: Program,
  seen: Seen,
  depth: number,
): Pick<Conduct, "does" | "at"> {
  let worst: Pick<Conduct, "does" | "at"> = { does: "quiet", at: undefined };
  walkOperations(operations, (operation) => {
    const does = conductOfOperation(operation, node, program, seen, depth);
    if (does === "calls out") seen.callsOut = "yes";
    if (order.indexOf(does) > order.indexOf(worst.does)) worst = { does, at: operation };
  });
  return worst;
}

function conductOfOperation(operation: Operation, node: FunctionNode, program: Program, seen: Seen, depth: number): Conduct["does"] {
  switch (operation.op) {
    case "await":
    case "yield":
      return "suspends";
    case "loop":
      return operation.isAsync ? "suspends" : "quiet";
    case "with":
      if (operation.isAsync) return "suspends";
      return looksLikeLock(operation.context) || isLock(operation.context, node, program) ? "locks" : "calls out";
    case "call":
      return isAcquire(operation) ? "locks" : conductOfCall(operation, node, program, seen, depth);
    default:
      return "quiet";
  }
}

function isLock(context: CallOperation["callee"], node: FunctionNode, { resolver, knowledge }: Program): boolean {
  return resolver.resolve(context, node).some((entity) => {
    const role = entity.kind === "object" ? knowledge.type(entity.type)?.is.role : undefined;
    return role === "lock" || role === "condition";
  });
}

function conductOfCall(call: CallOperation, node: FunctionNode, program: Program, seen: Seen, depth: number): Conduct["does"] {
  const { resolver } = program;
  const callees = resolver.callees(call, node);
  const externals = resolver.externalCallees(call, node);
  let worst: Conduct["does"] = "quiet";
  const add = (does: Conduct["does"]): void => {
    if (order.indexOf(does) > order.indexOf(worst)) worst = does;
  };
  for (const { function: inner } of callees) {
    if (seen.runs.has(inner)) continue;
    seen.runs.add(inner);
    // What they do, they do when somebody goes through them or waits for them.
    if (inner.head.isGenerator || inner.head.isAsync) continue;
    if (depth >= deepest) add("calls out");
    else add(conductOfOperations(inner.facts.body, inner, program, seen, depth + 1).does);
  }
  for (const name of externals) add(conductOfExternal(name, call, program));
  if (callees.length === 0 && externals.length === 0) add(isPlainClass(call, node, program) ? "quiet" : "calls out");
  return worst;
}

/** A class of the program whose objects are made without running any code of its own. */
function isPlainClass(call: CallOperation, node: FunctionNode, { resolver }: Program): boolean {
  const made = resolver.resolve(call.callee, node);
  return (
    made.length > 0 &&
    made.every(
      (entity) => entity.kind === "class" && resolver.classOrder(entity.class).externals.length === 0 && !entity.class.facts.metaclass,
    )
  );
}

/** Modules of the library whose functions compute. */
const computing =
  /^(builtins\.(?!input$|open$|print$|exec$|eval$|__import__$|map$|filter$|sorted$|sum$|min$|max$|any$|all$)|math\.|collections\.|itertools\.|operator\.|time\.(time|monotonic|perf_counter|process_time)(_ns)?$|random\.|datetime\.|heapq\.|bisect\.|copy\.copy$|uuid\.uuid4$|string\.|threading\.(Lock|RLock|Event|Condition|get_ident|current_thread)$|weakref\.|types\.|decimal\.|fractions\.|queue\.(Simple|Lifo|Priority)?Queue$|os\.(getpid|path\.(join|basename|dirname))$)/;
const computingOnPlainValues = /^builtins\.(sorted|sum|min|max|any|all)$/;

function conductOfExternal(name: string, call: CallOperation, { knowledge }: Program): Conduct["does"] {
  const entry = knowledge.callable(name);
  if (entry) {
    const { does } = blockingOf(entry, {});
    if (entry.waits?.for === "lock") return "locks";
    if (entry.waits !== undefined || does === "blocks" || does === "sleeps") return "waits";
  }
  if (computing.test(name) || (computingOnPlainValues.test(name) && call.arguments.every(({ form }) => form === "positional")))
    return "quiet";
  return "calls out";
}

/** How a call or another operation of the stretch reads in a sentence: `fetch()`. */
export function conductName({ at }: Conduct): string {
  if (!at) return "it";
  switch (at.op) {
    case "call":
      return `\`${writtenName(at.callee)}()\``;
    case "with":
      return `\`with ${writtenName(at.context)}\``;
    case "loop":
      return "`async for`";
    default:
      return `\`${at.op}\``;
  }
}
